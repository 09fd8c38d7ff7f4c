"""What people might save and what services might answer, made by hypothesis: mostly well formed, and wrong somewhere."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import strategies as st

from tests.fuzz.promises import Answer

KEYS = (
    *("title", "kind", "channels", "at", "repeat", "spread", "late", "topic", "unit", "summary"),
    *("image", "image_alt", "images", "from", "until", "start", "end", "place", "deadline", "size"),
    *("collectives", "individuals", "hashtags", "link", "id", "nonsense"),
)
WORDS = st.sampled_from(
    (
        *(
            "banner",
            "post",
            "event",
            "contest",
            "2022-11-16 08:00",
            "2022-02-30",
            "25:61",
            "6h",
            "skip",
        ),
        *(
            "ask",
            "website",
            "media/x.png",
            "../x",
            "weekly on mon, thu at 08:00",
            "FREQ=DAILY;COUNT=3",
        ),
        *(
            "1:30",
            "on",
            "null",
            "~",
            "0x1F",
            "1e400",
            "9" * 400,
            "#tag",
            "https://so.vn",
            "javascript:x",
        ),
        *(
            "&a x",
            "*a",
            "!!python/object x",
            "{{ campaign.theme }}",
            "{% for x in y %}",
            "👩‍👩‍👧",
            "Tin mới",
        ),
    )
)
TEXTS = st.one_of(
    WORDS, st.text(max_size=30), st.integers().map(str), st.dates().map(date.isoformat)
)


def _flow(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        values,
        st.lists(values, max_size=4).map(lambda many: f"[{', '.join(many)}]"),
        st.lists(values, max_size=3).map(lambda many: "".join(f"\n  - {one}" for one in many)),
        st.dictionaries(WORDS, values, max_size=3).map(
            lambda pairs: "".join(f"\n  {key}: {value}" for key, value in pairs.items())
        ),
    )


ENTRIES = st.tuples(st.sampled_from(KEYS), _flow(TEXTS)).map(lambda pair: f"{pair[0]}: {pair[1]}")
BODIES = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(("::: facebook", ":::", "::: reminder", "Tin", "{{ message.title }}", ""))
    ).map("\n".join),
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A message file."""
    front = "\n".join(draw(st.lists(ENTRIES, max_size=8)))
    fence = draw(st.sampled_from(("---\n", "---\r\n", "--- \n", "", "﻿---\n")))
    ends = draw(st.sampled_from(("\n---\n", "\n--- ", "\r---\r", "")))
    return f"{fence}{front}{ends}{draw(BODIES)}".encode("utf-8", "surrogatepass")


TOML = st.one_of(
    st.text(max_size=20).map(json.dumps),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        ("2022-11-15", "2022-11-15T08:00:00Z", "07:30:00", "true", "nan", "[]", "{}", "[[1], 2]")
    ),
    st.lists(st.text(max_size=8), max_size=3).map(json.dumps),
)
SETTINGS = st.tuples(
    st.sampled_from(
        (
            *(
                "name",
                "short_name",
                "theme",
                "office",
                "time_zone",
                "language",
                "hashtags",
                "units",
            ),
            *("topics", "updates", "from", "until", "slots", "quiet", "blackout", "late", "number"),
            *("date", "minimum_gap", "holidays", "banner_up", "checked", "other"),
        )
    ),
    TOML,
).map(" = ".join)
TABLES = st.sampled_from(
    ("", "[window]", "[posting]", "[plan]", "[[hotlines]]", "[other]", "[window")
)


@st.composite
def campaigns(draw: st.DrawFn) -> bytes:
    """A campaign.toml."""
    parts = draw(st.lists(st.tuples(TABLES, st.lists(SETTINGS, max_size=5)), max_size=4))
    lines = (line for table, settings in parts for line in (table, *settings))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(("2022-11-16T05:00:00+0000", "1_2", "show", "abcdefghijklmnop")),
)
NAMES = st.sampled_from(
    (
        *(
            "id",
            "data",
            "error",
            "code",
            "error_subcode",
            "message",
            "paging",
            "next",
            "cursors",
            "after",
        ),
        *("medias", "token", "create_date", "link_view", "status", "permalink_url", "created_time"),
        *(
            "application",
            "attachments",
            "is_transient",
            "access_token",
            "refresh_token",
            "expires_in",
        ),
    )
)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=12,
)
BODIES_OF_ANSWERS = st.one_of(
    SHAPES.map(lambda shape: json.dumps(shape).encode()),
    st.dictionaries(NAMES, SHAPES, max_size=4).map(
        lambda shape: json.dumps({"error": 0, "data": shape}).encode()
    ),
    st.binary(max_size=60),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            (b"retry-after", b"x-app-usage", b"x-business-use-case-usage", b"facebook-api-version")
        ),
        st.one_of(
            st.sampled_from(
                (b"5", b"-1", b"x", b"{}", b"[1]", b'{"call_count": "x"}', b'{"1": [2]}', b"v1")
            ),
            st.from_regex(rb"[ -~]{0,20}", fullmatch=True),
        ),
    ),
    max_size=3,
).map(tuple)


def answers() -> st.SearchStrategy[Answer]:
    """What a service may answer to every call."""
    statuses = st.sampled_from(
        (200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503)
    )
    return st.builds(Answer, status=statuses, body=BODIES_OF_ANSWERS, headers=HEADERS)

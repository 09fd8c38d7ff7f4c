"""One Markdown file, from text to `Message`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from outreach.content.details import KEYS_OF_KIND, details, results
from outreach.content.fields import Fields, Mistake
from outreach.content.findings import Findings, did_you_mean
from outreach.content.front_matter import compose, split
from outreach.content.times import lateness, schedule
from outreach.content.variants import Texts, split_variants
from outreach.domain.campaign import Campaign
from outreach.domain.message import Kind, Message, Picture
from outreach.domain.problem import Place
from outreach.domain.schedule import Once
from outreach.domain.text import Text

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHARED = (
    *(
        "id",
        "title",
        "kind",
        "channels",
        "at",
        "repeat",
        "spread",
        "late",
        "topic",
        "unit",
        "summary",
        "slogan",
        "link",
    ),
    *("hashtags", "image", "image_alt", "images", "video", "results"),
)
_EVERY = (*_SHARED, *dict.fromkeys(key for keys in KEYS_OF_KIND.values() for key in keys))
_TIMED = ("at", "repeat", "spread")
_NOT_A_BANNERS = (*_TIMED, "video")
_WITHOUT_TEXT = (Kind.BANNER, Kind.EVENT, Kind.COMMENDATION)
LONGEST_ID = 80


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file gave: the id that it claims (even if it is unusable) and where, and the message if there is one."""

    identity: str
    place: Place
    message: Message | None = None


def read_message(
    text: str, file: str, stem: str, campaign: Campaign, findings: Findings
) -> Reading:
    """What stands in a file's text; raises `Refused` when it has no head at all."""
    halves = split(text)
    nodes = compose(halves, file, findings)
    body = split_variants(halves.body, Place(file=file, line=halves.body_line), findings)
    start = Place(file=file, line=halves.front_line - 1)
    if nodes is None:
        return Reading(identity=slug(stem) or stem, place=start)
    fields = Fields(nodes, _EVERY, start=start, findings=findings)
    message = _MessageReader(fields, stem, campaign, body).read(file)
    identity = fields.text_or_nothing("id").casefold() or slug(stem) or stem
    return Reading(identity=identity, place=fields.place("id"), message=message)


def slug(words: str) -> str:
    """Words as an id: ASCII letters, digits and hyphens; empty when nothing is left."""
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d").replace("ð", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class _MessageReader:
    def __init__(self, fields: Fields, stem: str, campaign: Campaign, texts: Texts) -> None:
        self._fields, self._stem, self._campaign, self._texts = fields, stem, campaign, texts
        self._listed: dict[str, Place] = {}

    def read(self, file: str) -> Message:
        """The message; where something could not be read, an empty value stands, and an error was noted."""
        fields, campaign = self._fields, self._campaign
        fields.require("title", "channels")
        kind = Kind(fields.choice("kind", [kind.value for kind in Kind], Kind.POST.value))
        self._refuse_keys_of_other_kinds(kind)
        self._expect_text(kind)
        return Message(
            id=self._id() or self._stem,
            campaign=campaign.id,
            kind=kind,
            title=fields.text("title"),
            channels=fields.texts("channels"),
            schedule=schedule(fields, kind, campaign) or Once(at=()),
            late=lateness(fields, campaign.posting.late),
            body=self._texts.body,
            variants=self._texts.variants,
            topic=self._one_of("topic", campaign.topics),
            unit=self._one_of("unit", campaign.units),
            summary=fields.text("summary"),
            slogan=fields.text("slogan"),
            link=fields.parsed("link", https_link, "link-unusable") or "",
            hashtags=hashtags(fields),
            pictures=self._pictures(),
            video=fields.text("video"),
            details=details(fields, kind, campaign),
            results=results(fields),
            file=file,
            places=fields.places() | self._texts.places | self._listed,
        )

    def _id(self) -> str:
        name = self._fields.text("id") or self._stem
        if _SLUG.fullmatch(name) and len(name) <= LONGEST_ID:
            return name
        near = slug(name)[:LONGEST_ID].strip("-") or "thong-diep"
        if "id" in self._fields:
            what = Text(
                "“{name}” cannot be an id: only a-z, 0-9 and hyphens between them.", name=name
            )
            self._fields.error("id", "id-unusable", what, Text("Write id: {near}", near=near))
        else:
            what = Text(
                "The file's name cannot serve as an id: only a-z, 0-9 and hyphens between them."
            )
            mend = Text("Rename the file to {near}.md, or add a line “id: {near}”.", near=near)
            self._fields.error("id", "id-unusable", what, mend)
        return ""

    def _refuse_keys_of_other_kinds(self, kind: Kind) -> None:
        foreign = {key for other, keys in KEYS_OF_KIND.items() if other is not kind for key in keys}
        foreign -= set(KEYS_OF_KIND.get(kind, ()))
        for name in [*(_NOT_A_BANNERS if kind is Kind.BANNER else ()), *sorted(foreign)]:
            if name in self._fields:
                what = Text(
                    "“{key}” does not belong to a message of the kind “{kind}”.",
                    key=name,
                    kind=kind.value,
                )
                mend = Text("Delete the line, or correct “kind”.")
                self._fields.error_at_key(name, "key-of-other-kind", what, mend)

    def _expect_text(self, kind: Kind) -> None:
        if not self._texts.body and not self._texts.variants and kind not in _WITHOUT_TEXT:
            what = Text("The message has no text.")
            self._fields.error_here(
                self._texts.places["body"],
                "body-empty",
                what,
                Text("Write the text below the second line ---."),
            )

    def _one_of(self, name: str, allowed: Collection[str]) -> str:
        word = self._fields.text(name)
        if word and allowed and word not in allowed:
            what = Text(
                "“{word}” is not in the list “{list}” of campaign.toml.", word=word, list=f"{name}s"
            )
            otherwise = Text("Known there are: {known}.", known=", ".join(allowed))
            self._fields.error(
                name, "not-in-campaign", what, did_you_mean(word, allowed, otherwise)
            )
        return word

    def _pictures(self) -> tuple[Picture, ...]:
        fields = self._fields
        if "image" in fields and "images" in fields:
            what = Text(
                "“{first}” and “{second}” exclude each other.", first="image", second="images"
            )
            fields.error(
                "images", "two-pictures-keys", what, Text("List all pictures under “images”.")
            )
        if "image_alt" in fields and "image" not in fields:
            what = Text("“image_alt” describes a picture, but there is no “image”.")
            fields.error(
                "image_alt", "alt-without-picture", what, Text("Add a line “image: media/…”.")
            )
        listed = fields.sections("images", ("file", "alt"))
        self._listed = {f"images[{n}]": entry.place("file") for n, entry in enumerate(listed)}
        single = [(fields, "image", "image_alt")] if "image" in fields else []
        return tuple(
            _picture(*entry) for entry in [*single, *((entry, "file", "alt") for entry in listed)]
        )


def _picture(fields: Fields, file: str, alt: str) -> Picture:
    fields.require(file)
    if file in fields and alt not in fields:
        what = Text("The picture has no description for people who cannot see it.")
        mend = Text("Add a line “{key}: …” that says what the picture shows.", key=alt)
        fields.error(file, "alt-missing", what, mend)
    return Picture(file=fields.text(file), alt=fields.text(alt))


def https_link(text: str) -> str:
    """An https address; raises `Mistake`."""
    if re.fullmatch(r"https://[^\s/?#.]+\.[^\s/?#]+([/?#]\S*)?", text):
        return text
    what = Text("“{text}” is not a web address that begins with https://.", text=text)
    raise Mistake(what, Text("Copy the whole address from the browser's address line."))


def hashtag(text: str) -> str:
    """A hashtag with its #; raises `Mistake`."""
    if re.fullmatch(r"#\w+", text) and not text[1:].isdigit():
        return text
    what = Text("“{text}” is not a hashtag.", text=text)
    raise Mistake(
        what, Text('Write # and letters without spaces and signs, in quotes: "#BinhDangGioi".')
    )


def hashtags(fields: Fields) -> tuple[str, ...]:
    """The hashtags, each once."""
    return tuple(dict.fromkeys(fields.all_parsed("hashtags", hashtag, "hashtag-unusable")))

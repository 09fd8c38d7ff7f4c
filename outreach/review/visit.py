"""One request, understood: who asks, in which language, with which form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review import looks, signing
from outreach.review.office import Office
from outreach.review.requests import Form
from outreach.store.people import Person

HUES = 6
"""So many channels have a colour of their own; review.css names them."""

TABS: tuple[tuple[str, Text, Deed | None], ...] = (
    ("/", Text("Today"), None),
    ("/calendar", Text("Calendar"), None),
    ("/messages", Text("Messages"), None),
    ("/banners", Text("Banners"), None),
    ("/channels", Text("Channels"), None),
    ("/statistics", Text("Statistics"), None),
    ("/log", Text("Log"), None),
    ("/people", Text("People"), Deed.INVITE),
)
"""The pages of the header, and who sees them."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a page knows of its reader; `file` is the name and the bytes of what was sent along; `person` is None before signing in."""

    office: Office
    request: Request
    form: Form
    language: str
    file: tuple[str, bytes] | None = None
    person: Person | None = None

    @property
    def who(self) -> Person:
        """The person who is signed in; every page but the entrance has one."""
        assert self.person is not None
        return self.person

    @property
    def must_add_factor(self) -> bool:
        """Whether this person must add a second factor before seeing anything else; elsewhere, who vouched for them sees to that."""
        who = self.who
        return self.office.ways.must_have_factor and who.way == "password" and not who.totp

    def asked(self, name: str) -> str:
        """A field of the address, 200 characters at most; empty without it."""
        return self.request.query_params.get(name, "")[:200]

    def page(self, template: str, *, status: int = 200, **given: Any) -> Response:
        """A page of a template."""
        text = looks.page(
            template,
            self.language,
            person=self.person,
            seal=signing.seal(self.request) if self.person else "",
            here=self.request.url.path,
            tabs=[(path, said) for path, said, deed in TABS if not deed or self._may(deed)],
            hue=self._hue,
            **given,
        )
        return HTMLResponse(self.office.hide(text), status_code=status)

    def _may(self, deed: Deed) -> bool:
        return self.person is not None and self.person.may(deed)

    def _hue(self, channel: str) -> int:
        """Which of the colours is the channel's, on every page."""
        names = list(self.office.adapters)
        return names.index(channel) % HUES if channel in names else HUES

    def sorry(self, why: Text, status: int) -> Response:
        """A page that says why not."""
        return self.page("sorry", status=status, why=why)

    def slowly(self, seconds: int) -> Response:
        """As `sorry`, for what this person asks too often; after so many seconds it is given again."""
        why = Text(
            "That was asked too often in a short time. It is given again in {seconds} s.",
            seconds=seconds,
        )
        refused = self.sorry(why, 429)
        refused.headers["retry-after"] = str(seconds)
        return refused

    def forbidden(self, why: Text) -> Response:
        """As `sorry`, for what this person's role does not permit; the log knows it."""
        path = f"{self.request.method} {self.request.url.path}"
        self.office.people.refused(self.who.name, path, self.office.now())
        return self.sorry(why, 403)


Answer = Callable[[Visit], Response]


def go(path: str) -> Response:
    """Send the browser to another page, which it asks for anew."""
    return RedirectResponse(path, status_code=303)

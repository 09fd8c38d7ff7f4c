"""Every page in every state: one line each. Who looks at which address of which office, and what is done first."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from outreach.review.signing import FIRST
from tests.browser.offices import APPROVER, AUTHOR, CAREFUL, INVITED, REVIEWER
from tests.review.house import CAMPAIGN

Act = Callable[[Page], None]
BUSY, EMPTY, BROKEN = "busy", "empty", "broken"
STRANGER = ""


@dataclass(frozen=True)
class Sight:
    """One page in one state; `act` leaves everything as it was, so that it can be done on every screen."""

    path: str
    who: str = FIRST
    act: Act | None = None
    office: str = BUSY
    status: int = 200

    @property
    def name(self) -> str:
        """For the messages of a failing test."""
        done = self.act.__qualname__ if self.act else ""
        return " ".join(filter(None, (self.office, self.who, self.path, done)))


def send(selector: str, **fields: str) -> Act:
    """Fill the fields in and press the button; what a browser itself would refuse is sent all the same."""

    def act(page: Page) -> None:
        page.eval_on_selector_all("form", "forms => forms.forEach(form => form.noValidate = true)")
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        for name, value in fields.items():
            page.locator(f"[name={name}]:visible").first.fill(value)
        page.locator(selector).first.click()

    return act


def unfold(page: Page) -> None:
    """Open whatever can be opened."""
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")


def paper(page: Page) -> None:
    """As it is printed."""
    page.emulate_media(media="print")


def unsealed(selector: str) -> Act:
    """Press the button of a form that is too old."""

    def act(page: Page) -> None:
        unfold(page)
        page.eval_on_selector_all("[name=seal]", "all => all.forEach(one => one.value = 'old')")
        page.locator(selector).first.click()

    return act


def issue(page: Page) -> None:
    """A new token, with a name that there is not yet."""
    page.fill("[name=name]:visible", f"Máy {secrets.token_hex(4)}")
    page.get_by_role("checkbox").first.check()
    page.click("button[value=issue]")


def settled_meanwhile(page: Page) -> None:
    """A decision about what has moved on."""
    page.eval_on_selector_all("[name=choice]", "all => all.forEach(one => one.value = 'retry')")
    page.click("[name=choice]")


def _row(name: str) -> str:
    return f"li:has(strong:text-is('{name}'))"


MESSAGE, SORRY = f"/messages/{CAMPAIGN}", 404
WRONG = {"name": "Không ai", "password": "không phải mật khẩu này"}
NO_CODE = {"name": "Không ai", "code": "không", "password": "một câu thật là dài"}
SIGHTS = (
    Sight("/sign-in", STRANGER),
    Sight("/sign-in", STRANGER, send("main button", **WRONG)),
    Sight("/welcome", STRANGER),
    Sight("/welcome", STRANGER, send("main button", **NO_CODE)),
    Sight("/welcome", STRANGER, send("main button", **(NO_CODE | {"password": "ngắn"}))),
    Sight("/"),
    Sight("/", REVIEWER),
    Sight("/", office=EMPTY),
    Sight("/", office=BROKEN, status=500),
    Sight("/calendar"),
    Sight("/calendar", act=unfold),
    Sight("/calendar?state=published&channel=so-website"),
    Sight("/calendar?month=2022-11&day=2022-11-15"),
    Sight("/calendar?month=2023-01"),
    Sight("/calendar", office=EMPTY),
    Sight("/messages"),
    Sight("/messages", office=EMPTY),
    Sight(f"{MESSAGE}/mot"),
    Sight(f"{MESSAGE}/sau", APPROVER, unfold),
    Sight(f"{MESSAGE}/cho", APPROVER),
    Sight(f"{MESSAGE}/cho", APPROVER, unsealed("button[value=approved]")),
    Sight(f"{MESSAGE}/cho", APPROVER, send("button[value=sent_back]")),
    Sight(f"{MESSAGE}/hong"),
    Sight(f"{MESSAGE}/bang-ron", AUTHOR),
    Sight(f"{MESSAGE}/khong-co", status=SORRY),
    Sight(f"{MESSAGE}/mot/edit", AUTHOR),
    Sight(f"{MESSAGE}/hong/edit", AUTHOR),
    Sight(f"{MESSAGE}/sau/edit", AUTHOR, send("button[value=check]")),
    Sight("/messages/new", AUTHOR),
    Sight("/messages/new", AUTHOR, send("main button", title="Lễ ký kết")),
    Sight("/messages/new", office=EMPTY),
    Sight("/banners", AUTHOR),
    Sight("/banners", REVIEWER),
    Sight("/banners", office=EMPTY),
    Sight("/channels"),
    Sight("/channels", act=unfold),
    Sight("/channels", act=send("button[value=pause]")),
    Sight("/channels", act=send("#so-website button[value=ask]")),
    Sight("/channels", act=send("#facebook-page button[value=ask]")),
    Sight("/channels", act=send("#so-website button[value=try]")),
    Sight("/channels", REVIEWER),
    Sight("/statistics"),
    Sight("/statistics?metric=reach", act=unfold),
    Sight("/statistics", office=EMPTY),
    Sight("/log"),
    Sight("/log", act=paper),
    Sight("/log?q=khongcogi"),
    Sight("/log?before=9"),
    Sight("/log", office=EMPTY),
    Sight("/deliveries/2"),
    Sight("/deliveries/2", act=paper),
    Sight("/deliveries/5"),
    Sight("/deliveries/9"),
    Sight("/deliveries/10", act=unfold),
    Sight("/deliveries/12"),
    Sight("/deliveries/12", REVIEWER),
    Sight("/deliveries/12", act=send("button[value=public]", link="không phải địa chỉ")),
    Sight("/deliveries/12", act=settled_meanwhile),
    Sight("/deliveries/17"),
    Sight("/deliveries/2/proof"),
    Sight("/deliveries/2/proof", act=paper),
    Sight("/deliveries/99", status=SORRY),
    Sight("/nowhere", status=SORRY),
    Sight("/people"),
    Sight("/people", act=unfold),
    Sight("/people", act=send("button[value=invite]", name="<b>")),
    Sight("/people", act=send(f"{_row(INVITED)} button[value=reset]")),
    Sight("/people", act=send(f"{_row(FIRST)} button[value=remove]")),
    Sight("/people", REVIEWER, status=403),
    Sight("/account"),
    Sight("/account", act=unfold),
    Sight("/account", act=send("button[value=factor]", code="000000")),
    Sight("/account", CAREFUL),
    Sight("/tokens"),
    Sight("/tokens", act=send("button[value=issue]", name="<b>")),
    Sight("/tokens", act=issue),
)
SHOWN = tuple(sight for sight in SIGHTS if sight.act in {None, unfold, paper})
"""What an address shows, without a deed before."""
PLAIN = tuple(sight for sight in SIGHTS if not sight.act and sight.office == BUSY)
"""Each page as it comes."""

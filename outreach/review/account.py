"""One's own account: another password, a second factor, and the sessions that are open."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from outreach.domain.text import Text
from outreach.review import second_factor, signing
from outreach.review.gate import address_of
from outreach.review.passwords import LONGEST
from outreach.review.visit import Visit, go

WRONG = Text("The present password is wrong.")
WRONG_CODE = Text(
    "This code is wrong or too old. Look at the clock of the phone, and take the next one."
)
MEANWHILE = Text("Your password or second factor was changed meanwhile. Look at it again.")


def account(visit: Visit) -> Response:
    """The page, and its forms."""
    if visit.request.method == "GET":
        return _show(visit)
    match visit.form.get("do"):
        case "codes":
            return _show_codes(visit)
        case "password":
            refused = _change_password(visit)
        case "factor":
            refused = _add_factor(visit)
        case "no-factor":
            refused = _drop_factor(visit)
        case _:
            refused = None
            visit.office.people.end_session(
                visit.who.name, visit.form.get("session", ""), visit.office.now()
            )
    return _show(visit, refused) if refused else go("/account")


def _change_password(visit: Visit) -> Text | None:
    """All other sessions end with the old password."""
    office, new = visit.office, visit.form.get("new", "")
    if not _is_me(visit):
        return WRONG
    if why := signing.refused(office, visit.who.name, new):
        return why
    kept = office.passwords.hash(new)
    mine = signing.token_of(visit.request)
    changed = office.people.change_password(
        visit.who.name, kept, before=visit.who.password, keep=mine, now=office.now()
    )
    return None if changed else MEANWHILE


def _add_factor(visit: Visit) -> Text | None:
    """Another one takes the place of the present one only with the password."""
    if visit.who.totp and not _is_me(visit):
        return WRONG
    secret = visit.form.get("secret", "")
    try:
        step = second_factor.step_of(secret, visit.form.get("code", ""), visit.office.now())
    except ValueError:
        step = None
    if step is None:
        return WRONG_CODE
    kept = visit.office.ways.factors.close(secret)
    return _set_factor(visit, kept, step)


def _drop_factor(visit: Visit) -> Text | None:
    if not _is_me(visit):
        return WRONG
    return _set_factor(visit, "", 0)


def _set_factor(visit: Visit, kept: str, step: int) -> Text | None:
    who = visit.who
    done = visit.office.people.set_factor(who.name, kept, step, visit.office.now(), seen=who)
    return None if done else MEANWHILE


def _show_codes(visit: Visit) -> Response:
    """New codes for a lost phone, shown this once; the former ones end."""
    if not visit.who.totp or not _is_me(visit):
        return _show(visit, WRONG)
    codes = second_factor.recovery_codes()
    visit.office.ways.recovery.replace(visit.who.name, codes, visit.office.now())
    return _show(visit, codes=codes)


def _is_me(visit: Visit) -> bool:
    """Whether the present password came along; wrong ones count as failed sign-ins, so they cannot be tried at will."""
    throttle, name, now = visit.office.ways.throttle, visit.who.name, visit.office.now()
    address = address_of(visit.request)
    if not throttle.may_try(name, address, now):
        return False
    given = visit.form.get("password", "")[:LONGEST]
    with signing.for_nothing(visit.office, name, address):
        fits = visit.office.passwords.fit(given, visit.who.password)
    if fits:
        throttle.passed(name, address)
    else:
        throttle.failed(name, address, now)
    return fits


def _show(visit: Visit, refused: Text | None = None, codes: Sequence[str] = ()) -> Response:
    secret = visit.form.get("secret") or second_factor.new_secret()
    zone = visit.office.reading().zone("")
    sessions = visit.office.people.sessions(visit.who.name, visit.office.now())
    mine = signing.token_of(visit.request)
    return visit.page(
        "account",
        status=403 if refused else 200,
        refused=refused,
        secret=secret,
        picture=second_factor.picture(secret, visit.who.name),
        sessions=[(each, each.is_of(mine)) for each in sessions],
        zone=zone,
        codes=codes,
        codes_left=visit.office.ways.recovery.left(visit.who.name),
        must=visit.must_add_factor,
    )

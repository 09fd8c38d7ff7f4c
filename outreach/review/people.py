"""Who may sign in, with which role; only an administrator sees and changes it."""

from __future__ import annotations

import re

from starlette.responses import Response

from outreach.domain.role import Deed, Role
from outreach.domain.text import Text
from outreach.reports.delivery_log import is_no_person
from outreach.review.signing import new_code
from outreach.review.visit import Visit, go

ONLY_ADMINS = Text("Only an administrator may do this.")
NAMELESS = Text("Write a name of at most 60 letters, digits, dots, dashes or spaces.")
NOBODYS = Text("The log calls the program itself so, or a token; take another name.")
KNOWN = Text("There is such a person already, with a password.")
LAST = Text("There is no such person, or nobody would be left to administer.")
NO_MAIL = Text("This is no e-mail address.")
ROLES = {
    Role.REVIEWER: Text("reviewer: reads"),
    Role.AUTHOR: Text("author: writes messages, confirms banners"),
    Role.APPROVER: Text("approver: approves texts, confirms banners"),
    Role.ADMIN: Text("administrator: everything"),
}


def people(visit: Visit) -> Response:
    """Everyone, and the forms that invite, appoint and remove."""
    if not visit.who.may(Deed.INVITE):
        return visit.forbidden(ONLY_ADMINS)
    if visit.request.method == "GET":
        return _show(visit)
    name, mail = (visit.form.get(key, "").strip() for key in ("name", "mail"))
    if mail and not is_mail(mail):
        return _show(visit, refused=NO_MAIL)
    role = {r.value: r for r in Role}.get(visit.form.get("role", ""), Role.REVIEWER)
    match visit.form.get("do"):
        case "invite":
            return _invite(visit, name, role, mail)
        case "appoint":
            done = visit.office.people.appoint(
                name, role, actor=visit.who.name, now=visit.office.now()
            )
            return go("/people") if done else _show(visit, refused=LAST)
        case "end":
            visit.office.people.sign_out(name, visit.office.now(), actor=visit.who.name)
            return go("/people")
        case "mail":
            done = visit.office.people.write_to(
                name, mail, actor=visit.who.name, now=visit.office.now()
            )
            return go("/people") if done else _show(visit, refused=LAST)
        case "reset":
            code = new_code()
            done = visit.office.people.reset(
                name, code, actor=visit.who.name, now=visit.office.now()
            )
            return _show(visit, invited=name, code=code) if done else _show(visit, refused=LAST)
        case _:
            done = visit.office.people.remove(name, actor=visit.who.name, now=visit.office.now())
            return go("/people") if done else _show(visit, refused=LAST)


def _invite(visit: Visit, name: str, role: Role, mail: str) -> Response:
    if not is_name(name):
        return _show(visit, refused=NAMELESS)
    if is_no_person(name):
        return _show(visit, refused=NOBODYS)
    code, office, who = new_code(), visit.office, visit.who.name
    if not office.people.invite(name, role, code, actor=who, now=office.now(), mail=mail):
        return _show(visit, refused=KNOWN)
    return _show(visit, invited=name, code=code)


def _show(
    visit: Visit, *, refused: Text | None = None, invited: str = "", code: str = ""
) -> Response:
    return visit.page(
        "people",
        status=409 if refused else 200,
        everyone=visit.office.people.all(),
        roles=ROLES,
        refused=refused,
        invited=invited,
        code=code,
    )


def is_name(name: str) -> bool:
    """Whether a person or a token may be called so."""
    return 0 < len(name) <= 60 and all(sign.isalnum() or sign in " .-" for sign in name)


def is_mail(text: str) -> bool:
    """Whether a letter may be sent there: one plain address and nothing else."""
    return (
        len(text) <= 254
        and re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9.-]+", text) is not None
    )

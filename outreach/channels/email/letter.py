"""A press release as a letter: plain text, HTML, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from outreach.channel import Rendition
from outreach.channels.email.settings import EmailSettings, parsed
from outreach.domain.message import Honour
from outreach.locale import gettext

_POLICY = SMTP.clone(cte_type="7bit")


def subject(rendition: Rendition, settings: EmailSettings) -> str:
    """The subject, on one line."""
    return " ".join(f"{settings.prefix} {rendition.title}".split())


def message_id(key: str, settings: EmailSettings) -> str:
    """The same for every try and every recipient, so that mail programs can tell a double."""
    return f"<{key}@{settings.writer.domain}>"


def plain(rendition: Rendition, settings: EmailSettings) -> str:
    """The letter as plain text."""
    facts = [f"{name}: {'; '.join(values)}" for name, values in _facts(rendition)]
    signature = "\n".join(("-- ", rendition.office, *settings.signature))
    hashtags = " ".join(rendition.hashtags)
    parts = ("\n".join(facts), rendition.text.strip(), rendition.link, hashtags, signature)
    return "\n\n".join(part for part in parts if part) + "\n"


def page(rendition: Rendition, settings: EmailSettings, shown: Sequence[str] = ()) -> str:
    """The letter as an HTML page; `shown` are the addresses of the pictures in it, in order."""
    return _template().render(
        rendition=rendition,
        facts=list(_facts(rendition)),
        pictures=[(src, m.alt) for src, m in zip(shown, rendition.media, strict=False)],
        signature=(rendition.office, *settings.signature),
    )


def letter(
    rendition: Rendition, settings: EmailSettings, *, key: str, to: Address, at: datetime
) -> bytes:
    """The whole letter for one recipient, dated `at` (aware), in 7-bit lines. Raises OSError when a picture cannot be read."""
    message = EmailMessage(_POLICY)
    message["From"] = settings.writer
    message["To"] = to
    if settings.reply_to:
        message["Reply-To"] = parsed(settings.reply_to)
    message["Subject"] = subject(rendition, settings)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(key, settings)
    message["Content-Language"] = rendition.language
    message.set_content(plain(rendition, settings))
    inline = settings.pictures == "inline"
    ids = [f"{medium.sha256[:16]}@{settings.writer.domain}" for medium in rendition.media]
    html = page(rendition, settings, [f"cid:{name}" for name in ids] if inline else [])
    message.add_alternative(html, subtype="html")
    _add_pictures(message, rendition, ids, inline=inline)
    return message.as_bytes()


def _add_pictures(
    message: EmailMessage, rendition: Rendition, ids: Sequence[str], *, inline: bool
) -> None:
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for medium, name in zip(rendition.media, ids, strict=True):
        main, sub = medium.mime.split("/", 1)
        content = medium.file.read_bytes()
        if inline:
            html.add_related(
                content, main, sub, cid=f"<{name}>", filename=medium.name, disposition="inline"
            )
        else:
            message.add_attachment(content, main, sub, filename=medium.name)


def _facts(rendition: Rendition) -> Iterator[tuple[str, list[str]]]:
    """What a newsroom asks first: when, where, until when, who."""
    _ = gettext(rendition.language)
    zone = ZoneInfo(rendition.zone)
    moments = [f"{at.astimezone(zone):%H:%M %d/%m/%Y}" for at in _span(rendition)]
    places = [place for place in (rendition.place, *rendition.places) if place]
    deadline = [f"{at.astimezone(zone):%H:%M %d/%m/%Y}" for at in (rendition.deadline,) if at]
    groups = (
        (_("When"), [" – ".join(moments)] if moments else []),
        (_("Where"), places),
        (_("Deadline"), deadline),
        (_("Commended collectives"), [_honour(h) for h in rendition.collectives]),
        (_("Commended individuals"), [_honour(h) for h in rendition.individuals]),
    )
    return ((name, values) for name, values in groups if values)


def _span(rendition: Rendition) -> Iterator[datetime]:
    return (at for at in (rendition.start, rendition.end) if at)


def _honour(honour: Honour) -> str:
    name = ", ".join(part for part in (honour.name, honour.unit) if part)
    return f"{name}: {honour.reason}" if honour.reason else name


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("outreach.channels.email"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")

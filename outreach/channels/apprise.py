"""More than a hundred services (Telegram, Slack, Matrix, …) through the Apprise library, one address per channel.

The library says only yes or no, and "no" after bytes may have left proves nothing: whatever is not a clear yes goes to a person.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from apprise import Apprise as Library
from apprise import AppriseAsset, AppriseResult, AppriseResultStatus, NotifyBase
from apprise.attachment.file import AttachFile
from pydantic import BaseModel, Field, SecretStr, field_validator

from outreach import channel as c
from outreach.channels._previews import CODE_POINTS, all_media, hashtag_forms, left_out
from outreach.channels._text import _, over_limits
from outreach.settings.veil import Veil

DEADLINE = 120.0
"""Seconds for one publication, pictures included."""

SAFE_PLACE = c.Text("The place that test_url names in config.toml; what is posted stays there.")

T = TypeVar("T")
_SHOWN = 500


class Apprise:
    """One service behind an Apprise address; it cannot be looked at and takes nothing down."""

    class Settings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
        """What config.toml may say."""

        url: SecretStr = Field(
            description=_("Address of the service as Apprise writes it."),
            examples=["json://absent.invalid"],
        )
        test_url: SecretStr | None = Field(
            default=None,
            description=_("Address of a place of our own, where test posts go and stay."),
            examples=["json://absent.invalid"],
        )
        pictures: bool = Field(
            default=True, description=_("Whether pictures are sent where the service takes them.")
        )

        @field_validator("url", "test_url")
        @classmethod
        def _is_known(cls, value: SecretStr | None) -> SecretStr | None:
            if value is not None and _service(value) is None:
                raise ValueError(_("Apprise knows no such service, or its address is incomplete."))
            return value

    def __init__(
        self,
        name: str,
        settings: Settings,
        place: c.AdapterPlace,
        *,
        deadline: float = DEADLINE,
    ) -> None:
        service = _service(settings.url)
        assert service is not None
        self.name = name
        self.capabilities = c.Capabilities(
            kinds=frozenset(c.Kind) - {c.Kind.BANNER},
            text_limit=service.body_maxlen,
            slots=1,
            safe_place=SAFE_PLACE if settings.test_url else None,
        )
        self._service = service
        self._beside = _service(settings.test_url) if settings.test_url else None
        self._pictures = settings.pictures and service.attachment_support
        addresses = [url.get_secret_value() for url in (settings.url, settings.test_url) if url]
        self._veil = Veil({token for address in addresses for token in _tokens(address)})
        self._now = place.clock
        self._deadline = deadline

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """Title and text as the service gets them."""
        body = _body(rendition)
        limit = int(self._service.body_maxlen)
        size = c.Gauge(name=c.Text("text"), used=len(body), limit=limit, unit=CODE_POINTS)
        sent = rendition.media if self._pictures else ()
        missing = ["summary", "markup", "alt", "moment", "deadline", "honours"]
        return c.Preview(
            text=f"{rendition.title}\n\n{body}",
            problems=over_limits(rendition, self.capabilities),
            gauges=(size,),
            media=all_media(sent, c.Text("attached")),
            hashtags=hashtag_forms(rendition),
            dropped=left_out(rendition, *missing, *([] if self._pictures else ["pictures"])),
        )

    async def publish(self, rendition: c.Rendition, *, key: str, steps: c.Steps) -> c.Receipt:
        """One call of the library; the receipt says only that the service took it, for it gives no id."""
        if rendition.kind not in self.capabilities.kinds:
            raise c.Reject(c.Text("The channel does not take this kind of message."))

        async def notify() -> str:
            media = rendition.media if self._pictures else ()
            if lost := [medium.name for medium in media if not medium.file.is_file()]:
                raise c.RetryAt(c.Text("A picture cannot be read: {error}", error=", ".join(lost)))
            await self._notify(self._service, rendition.title, _body(rendition), media)
            return self._now().isoformat()

        at = await steps.once("notify", notify)
        return c.Receipt(
            remote_id=key,
            at=datetime.fromisoformat(at),
            details={"service": str(self._service.service_name)},
        )

    async def find(self, rendition: c.Rendition, *, key: str, since: datetime) -> c.Look:
        """The library only sends."""
        return c.CannotTell(
            why=c.Text("This service cannot be read by the program; look there yourself.")
        )

    async def withdraw(self, receipt: c.Receipt, *, key: str, steps: c.Steps) -> c.Receipt:
        """The library only sends."""
        raise c.Reject(c.Text("The program cannot take anything down there; do it by hand."))

    async def try_out(self, text: str) -> c.Trial:
        """One call of the library, with the other address."""
        assert self._beside is not None
        await self._notify(self._beside, text, text)
        said = c.Text("The place that test_url names took a test post.")
        return c.Trial(ok=True, said=said)

    async def check(self) -> c.ChannelHealth:
        """Nothing can be asked without sending."""
        summary = c.Text("The address is well formed; whether it works shows only by sending.")
        return c.ChannelHealth(ok=True, summary=summary)

    async def aclose(self) -> None:
        """Nothing stays open."""

    async def _notify(
        self, service: NotifyBase, title: str, body: str, media: tuple[c.Media, ...] = ()
    ) -> None:
        def call() -> AppriseResult:
            attached = [_attached(medium) for medium in media]
            return Library(service).notify(
                body=body, title=title, body_format="text", attach=attached
            )

        try:
            async with asyncio.timeout(self._deadline):
                result = await _in_thread(call)
        except TimeoutError as error:
            raise _in_doubt([]) from error
        if result.status is not AppriseResultStatus.SUCCESS:
            raise _in_doubt([self._blot(entry.message) for entry in result.logs()])

    def _blot(self, said: str) -> str:
        return self._veil.text(said)[:_SHOWN]


def _in_doubt(said: list[str]) -> c.UnknownOutcome:
    reason = c.Text("The service did not say that it took the message; look there yourself.")
    return c.UnknownOutcome(reason, ask_person=True, evidence={"said": said})


def _body(rendition: c.Rendition) -> str:
    parts = (rendition.text.strip(), rendition.link, " ".join(rendition.hashtags))
    return "\n\n".join(part for part in parts if part)


def _attached(medium: c.Media) -> AttachFile:
    attach: Callable[..., AttachFile] = AttachFile  # its constructor has no types
    return attach(str(medium.file), name=medium.name, mimetype=medium.mime)


def _service(url: SecretStr) -> NotifyBase | None:
    """The service, told never to repeat by itself and never to call a failure a success; None when there is none."""
    for talker in ("apprise", "urllib3"):  # what they log may hold the address
        logging.getLogger(talker).propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library loads all its services, old ones too
        service = Library.instantiate(url.get_secret_value(), asset=AppriseAsset(app_id="outreach"))
    if service is not None:
        service.retry = 0
        service.optional = False
    return service


def _tokens(url: str) -> set[str]:
    """The address and every part of it that may be a secret."""
    return {url, *re.split(r"[/:@?&=]+", url)}


async def _in_thread(call: Callable[[], T]) -> T:
    """`call` in a thread of its own, which never holds up the program's end when it hangs."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error:
            future.set_exception(error)
        else:
            future.set_result(value)  # type: ignore[arg-type] # without an error it is a T

    def run() -> None:
        value, error = None, None
        try:
            value = call()
        except Exception as caught:  # noqa: BLE001 - it belongs to whoever waits
            error = caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name="apprise", daemon=True).start()
    return await future

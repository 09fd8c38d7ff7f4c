"""Short letters of the program itself, through a mail server that a channel already knows."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from outreach.channel import Reject, Text
from outreach.channels.email.post_office import PostOffice
from outreach.channels.email.settings import EmailSettings, parsed

_POLICY = SMTP.clone(cte_type="7bit")


async def send_notice(settings: EmailSettings, *, subject: str, text: str, at: datetime) -> None:
    """A letter to each recipient, dated `at` (aware). Raises one of the four when the server does not take one."""
    office = PostOffice(settings)
    try:
        for recipient in settings.recipients:
            message = EmailMessage(_POLICY)
            message["From"] = settings.writer
            message["To"] = parsed(recipient)
            message["Subject"] = subject
            message["Date"] = format_datetime(at)
            message["Message-ID"] = make_msgid(domain=settings.writer.domain)
            message["Auto-Submitted"] = "auto-generated"
            message.set_content(text)
            to = parsed(recipient).addr_spec
            answer = await office.hand_over(message.as_bytes(), to=to, at=at)
            if not answer.taken:
                raise Reject(Text("The mail server refused {address}.", address=to))
    finally:
        await office.close()

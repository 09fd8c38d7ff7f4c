"""What config.toml may say about letters."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import getaddresses
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from outreach.channels._text import _

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class EmailSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
    """What config.toml may say."""

    host: str = Field(min_length=1, description=_("Name of the mail server that takes letters."))
    port: int = Field(
        default=0, ge=0, le=65535, description=_("Its port; 587, 465 or 25 if left out.")
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description=_("starttls, tls, or none for a server on this machine."),
    )
    certificates: Path | None = Field(
        default=None, description=_("File of the authorities that signed the server's certificate.")
    )
    username: str = Field(default="", description=_("Name to log in with, if the server asks."))
    password: SecretStr | None = Field(default=None, description=_("Password for that name."))
    sender: str = Field(description=_("Who writes: Name <address>."))
    reply_to: str = Field(default="", description=_("Where answers go, if not to the sender."))
    recipients: tuple[str, ...] = Field(
        min_length=1, description=_("Who gets a letter each: Name <address>.")
    )
    test_to: str = Field(
        default="", description=_("Who gets test letters, and nobody else: Name <address>.")
    )
    prefix: str = Field(default="", description=_("What every subject begins with."))
    signature: tuple[str, ...] = Field(
        default=(), description=_("Lines at the end: whom the press may ask.")
    )
    pictures: Literal["inline", "attached"] = Field(
        default="attached", description=_("inline shows pictures in the text, attached adds files.")
    )

    @property
    def reached_at(self) -> int:
        """The port to connect to."""
        return self.port or _PORTS[self.security]

    @property
    def writer(self) -> Address:
        """The sender as a header takes it."""
        return parsed(self.sender)

    @field_validator("sender", "reply_to", "test_to")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parsed(value)
        return value

    @field_validator("recipients")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        addresses = [parsed(entry).addr_spec.lower() for entry in value]
        if len(set(addresses)) < len(addresses):
            raise ValueError(_("A recipient stands there twice."))
        return value

    @model_validator(mode="after")
    def _keeps_the_password_secret(self) -> Self:
        if self.security == "none" and self.password:
            raise ValueError(_("A password is never sent without encryption."))
        if bool(self.username) != bool(self.password):
            raise ValueError(_("A name to log in with needs a password, and the other way round."))
        return self


def parsed(entry: str) -> Address:
    """`Name <address>` or a bare address. Raises ValueError, never with a line break or a second address in it."""
    found = getaddresses([entry])
    wrong = ValueError(_("Write one address as Name <name@example.org>."))
    if len(found) != 1 or any(ord(letter) < 32 for letter in entry) or not found[0][1].isascii():
        raise wrong
    try:
        address = Address(found[0][0], addr_spec=found[0][1])
    except (ValueError, IndexError) as error:
        raise wrong from error
    if not (address.username and address.domain):
        raise wrong
    return address

"""What config.toml may say about a webhook."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from standardwebhooks import Webhook as Signer

from outreach.channels._text import _
from outreach.channels._urls import expect_https

_FORM = "whsec_" + "A" * 40


class WebhookSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
    """What config.toml may say."""

    allow_private: bool = Field(
        default=False,
        description=_("Whether the receiver may lie inside our own network, also without TLS."),
    )
    url: SecretStr | str = Field(description=_("Address that takes the calls: https."))
    secret: SecretStr = Field(
        description=_("Signing secret: whsec_ and base64, 24 to 64 bytes."), examples=[_FORM]
    )
    old_secret: SecretStr | None = Field(
        default=None,
        description=_("Former secret, signed with as well while it is replaced."),
        examples=[_FORM],
    )
    authorization: SecretStr | None = Field(
        default=None,
        description=_("Value of the Authorization header, if the receiver wants one."),
    )
    deduplicates: bool = Field(
        default=False,
        description=_(
            "Whether the receiver ignores a webhook-id that it has seen, so that calls may be repeated."
        ),
    )
    withdraws: bool = Field(
        default=True, description=_("Whether the receiver takes down on publication.withdrawn.")
    )
    find_url: SecretStr | str = Field(
        default="",
        description=_(
            "Address that answers ?key=… with 200 (and JSON id, url) when public, 404 when not."
        ),
    )
    proxy: SecretStr | None = Field(
        default=None, description=_("Address of a proxy that all calls go through.")
    )

    @field_validator("url", "find_url")
    @classmethod
    def _is_https(cls, value: SecretStr | str, info: ValidationInfo) -> SecretStr | str:
        if value:
            expect_https(opened(value), inside=bool(info.data.get("allow_private")))
        return value

    @field_validator("secret", "old_secret")
    @classmethod
    def _signs(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            Signer(value.get_secret_value())
        except Exception as error:  # the library has no common error, and none may show the secret
            raise ValueError(_("The signing secret must be whsec_ and base64.")) from error
        return value


def opened(value: SecretStr | str) -> str:
    """An address that may be kept elsewhere because it holds a token."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value

"""What config.toml may say about a Facebook Page."""

from __future__ import annotations

import base64
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from outreach.channels._text import _
from outreach.channels._token_key import TokenKey


class FacebookPageSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
    """What config.toml may say."""

    page_id: str = Field(pattern=r"^\d+$", description=_("Number of the Page."))
    token: SecretStr = Field(
        description=_("Access token of the Page, best one of a system user, which never expires.")
    )
    token_key: TokenKey | None = Field(
        default=None,
        description=_(
            "Key that seals the tokens on disk: base64 of 32 random bytes; of several the newest comes first."
        ),
        examples=[base64.b64encode(bytes(32)).decode()],
    )
    app_id: str = Field(
        pattern=r"^\d+$",
        description=_("Number of the app that publishes; our posts are known by it."),
    )
    app_secret: SecretStr | None = Field(
        default=None,
        description=_(
            "Secret of the app: signs every call and lets us see how long the token lives."
        ),
    )
    app_is_live: bool = Field(
        default=False,
        description=_(
            "Whether the app is in Live mode; posts of an app in Development mode are seen by nobody else."
        ),
    )
    version: str = Field(
        default="v26.0",
        pattern=r"^v\d+\.\d+$",
        description=_("Version of the Graph API that we were built for."),
    )
    base_url: str = Field(
        default="https://graph.facebook.com",
        description=_("Address of the Graph API; another one only for rehearsals."),
    )
    dialog_url: str = Field(
        default="https://www.facebook.com",
        description=_("Address where people give permission; another one only for rehearsals."),
    )
    headline: bool = Field(
        default=False, description=_("Whether the title becomes the first line of every post.")
    )
    first_comment: tuple[Literal["hashtags", "link"], ...] = Field(
        default=(),
        description=_("What goes into the first comment instead of the post: hashtags, link."),
    )
    banner: Literal["cover", "post"] = Field(
        default="cover",
        description=_(
            "What a banner is: the Page's cover picture, or a post taken down at its end."
        ),
    )
    proxy: SecretStr | None = Field(
        default=None, description=_("Address of a proxy that all calls go through.")
    )

    @field_validator("base_url", "dialog_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError(_("The address must begin with http:// or https:// and name a host."))
        return value.rstrip("/")

"""What config.toml may say about a Zalo Official Account."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from outreach.channels._text import _
from outreach.channels._token_key import TokenKey
from outreach.channels._urls import percent_encoded


class ZaloSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
    """What config.toml may say."""

    app_id: str = Field(min_length=1, description=_("Id of the Zalo application."))
    app_secret: SecretStr = Field(description=_("Secret key of the Zalo application."))
    token_key: TokenKey = Field(
        description=_(
            "Key that seals the tokens on disk: base64 of 32 random bytes; of several the newest comes first."
        ),
        examples=[base64.b64encode(bytes(32)).decode()],
    )
    refresh_token: SecretStr | None = Field(
        default=None,
        description=_("First refresh token, from Zalo's console; later ones are kept by itself."),
    )
    access_token: SecretStr | None = Field(
        default=None, description=_("Access token that came with the first refresh token.")
    )
    tokens: Path | None = Field(
        default=None,
        description=_("Folder of the tokens; two channels of one account name the same folder."),
    )
    picture_base_url: str = Field(
        description=_("Public address of the folder that holds the website's pictures.")
    )
    cover_url: str = Field(
        default="", description=_("Address of the cover of articles that have no picture.")
    )
    author: str = Field(
        default="", description=_("Author shown with articles; the office if left out.")
    )
    broadcast: bool = Field(
        default=False, description=_("Whether each article is also sent to all followers.")
    )
    broadcasts_per_month: int = Field(
        default=4, ge=1, description=_("How many broadcasts a month the account's package allows.")
    )
    broadcasts_per_day: int = Field(
        default=1, ge=1, description=_("How many broadcasts a day each follower gets at most.")
    )
    follower: str = Field(
        default="",
        description=_(
            "Zalo number of one of us who follows the account; check then tells how many broadcasts are left."
        ),
    )
    comments: bool = Field(default=True, description=_("Whether readers may comment."))
    proof: bool = Field(
        default=False, description=_("Whether calls are signed with appsecret_proof.")
    )
    api_url: str = Field(
        default="https://openapi.zalo.me", description=_("Address of Zalo's programming interface.")
    )
    oauth_url: str = Field(
        default="https://oauth.zaloapp.com", description=_("Address that renews tokens.")
    )

    @field_validator("picture_base_url", "cover_url", "api_url", "oauth_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(_("The address must begin with http:// or https:// and name a host."))
        return percent_encoded(value)

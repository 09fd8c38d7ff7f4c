"""What config.toml may say about a WordPress site."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from outreach.channels._text import _

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class WordPressSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True):
    """What config.toml may say."""

    url: str = Field(description=_("Address of the site's front page, https."))
    user: str = Field(
        min_length=1,
        description=_("Name of an account made for this program, with the role Editor."),
    )
    password: SecretStr = Field(
        description=_("Application password of that account (Users → Profile), not its own one.")
    )
    api: str = Field(
        default="",
        description=_("Address of the REST API, if the front page does not name it."),
    )
    categories: tuple[str, ...] = Field(
        default=(), description=_("Categories of every post, by name; made when missing.")
    )
    topic_as_category: bool = Field(
        default=True, description=_("Whether a message's topic becomes a category too.")
    )
    hashtags_as_tags: bool = Field(
        default=True, description=_("Whether a message's hashtags become tags.")
    )
    banner_block: int = Field(
        default=0,
        ge=0,
        description=_(
            "Number of the synced block that shows banners, placed once by an administrator;"
            " without it a banner is a post that stays on top."
        ),
    )
    withdraw_to: Literal["trash", "draft"] = Field(
        default="trash", description=_("Where a withdrawn post goes: trash or draft.")
    )
    server_time_limit: int = Field(
        default=60,
        ge=1,
        le=3600,
        description=_("Seconds after which the site's server has certainly given up a request."),
    )
    proxy: SecretStr | None = Field(
        default=None, description=_("Address of a proxy that all calls go through.")
    )

    @field_validator("url", "api")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        target = urlsplit(value)
        local = target.scheme == "http" and target.hostname in _LOOPBACK
        if value and not (target.hostname and (target.scheme == "https" or local)):
            raise ValueError(
                _("The address must begin with https:// and name a host: a password travels there.")
            )
        return value if "?" in value or not value else value.rstrip("/") + "/"

    @field_validator("user")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if ":" in value:
            raise ValueError(_("A user name holds no colon."))
        return value

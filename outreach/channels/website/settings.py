"""What the installer says about the site."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Settings(BaseModel):
    """One static site; every field is explained where it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(description="Folder of the site; a web server shows it as it is.")
    base_url: str = Field(description="Public address of that folder, http or https.")
    site_title: str = Field(min_length=1, description="Name of the site, shown on every page.")
    office: str = Field(default="", description="Name of the office, shown above the site's name.")
    contact: tuple[str, ...] = Field(
        default=(), description="Lines of the footer: address, telephone, e-mail."
    )
    logo: Path | None = Field(
        default=None, description="Logo beside the name: a png, jpg, webp or svg file."
    )
    language: Literal["vi", "en"] = Field(
        default="vi", description="Language of menus and labels; the other one gets a mirror."
    )
    mirror: bool = Field(
        default=True, description="Whether menus and labels also come in the other language."
    )
    views: bool = Field(
        default=False, description="Whether our own server serves the site and counts its views."
    )

    @field_validator("base_url")
    @classmethod
    def _complete(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.netloc
            or parts.query
            or parts.fragment
        ):
            raise ValueError(
                "the address must look like https://example.gov.vn/ or https://example.gov.vn/folder/"
            )
        return value.rstrip("/") + "/"

    @property
    def root(self) -> str:
        """The path of the site's front page on its host; begins and ends with a slash."""
        return urlsplit(self.base_url).path

    @property
    def languages(self) -> tuple[str, ...]:
        """The main language first, then its mirror."""
        other = "en" if self.language == "vi" else "vi"
        return (self.language, other) if self.mirror else (self.language,)

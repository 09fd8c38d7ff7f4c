"""All artwork of one campaign: which pieces there are, and how each is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from outreach.art.formats import Format, format_named, known_formats
from outreach.art.lint import Remark, check_letters, remarks
from outreach.art.piece import Piece
from outreach.art.studio import Form, Studio
from outreach.art.themes import Wardrobe
from outreach.art.wording import Wording
from outreach.domain.artwork import Size, Unusable, parse_size
from outreach.domain.campaign import Campaign
from outreach.domain.closing import Closing
from outreach.domain.message import BannerDetails, Message
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.typesetting.press import NotInstalled, NotSet, require

OWN = "art"
"""The folder of a campaign in which its own themes and templates lie."""

LARGEST_LOGO = 2 * 1024 * 1024


class Portfolio(Closing):
    """`folder` holds the campaign's files, `cache` what was made before. Use it in a `with`."""

    def __init__(self, campaign: Campaign, folder: Path, cache: Path) -> None:
        self._campaign, self._folder = campaign, folder
        self.wardrobe = Wardrobe(folder=folder / OWN)
        self._cache = cache
        self._studio: Studio | None = None

    def close(self) -> None:
        """Give back what Typst takes; harmless when repeated."""
        if self._studio:
            self._studio.close()
            self._studio = None

    def formats(self, message: Message | None, names: Sequence[str] = ()) -> tuple[Format, ...]:
        """The formats with these names, or all; a banner's own size is the first. Raises `Unusable`."""
        art = self._campaign.art
        own = size_of(message) if message else None
        sizes = (*((own,) if own else ()), *art.sizes)
        return tuple(format_named(n, sizes) for n in names) if names else known_formats(sizes)

    def piece(self, slogan: str, form: Format, theme: str, *, maker: str = "") -> Piece:
        """One piece; raises `Unusable`."""
        with _told():
            require()
        return Piece(
            slogan=slogan,
            theme=self.wardrobe.theme(theme),
            format=form,
            wording=self._wording,
            maker=maker,
            compounds=self._campaign.art.compounds,
        )

    def of(self, message: Message, form: Format, theme: str = "") -> Piece:
        """The piece of a message, in the campaign's theme if none is named; raises `Unusable`."""
        theme = theme or self._campaign.art.theme
        return self.piece(slogan_of(message), form, theme, maker=self._maker(message))

    def make(self, piece: Piece, form: Form) -> bytes:
        """The finished file; raises `Unusable`."""
        check_letters(piece)
        with _told():
            return self.studio.make(piece, form)

    def remarks(self, piece: Piece) -> list[Remark]:
        """What a careful printer would say about the piece; raises `Unusable`."""
        check_letters(piece)
        with _told():
            return list(remarks(piece, self.studio.type_of(piece)))

    @property
    def studio(self) -> Studio:
        """Where pieces are made. Raises `Unusable` when the logo cannot be used."""
        if self._studio is None:
            shown = {self._logo_name: self._logo()} if self._logo_name else {}
            self._studio = Studio(self.wardrobe, self._cache, shown)
        return self._studio

    def _maker(self, message: Message) -> str:
        maker = message.details.maker if isinstance(message.details, BannerDetails) else ""
        text = Text("Made by: {maker}", maker=maker)
        return translate(text, self._campaign.language) if maker else ""

    @cached_property
    def _wording(self) -> Wording:
        return replace(Wording.of(self._campaign), logo=self._logo_name)

    @cached_property
    def _logo_name(self) -> str:
        return (
            f"logo{Path(self._campaign.art.logo).suffix.lower()}" if self._campaign.art.logo else ""
        )

    def _logo(self) -> bytes:
        name = self._campaign.art.logo
        file = (self._folder / name).resolve()
        try:
            if file.is_relative_to(self._folder.resolve()) and file.stat().st_size <= LARGEST_LOGO:
                return file.read_bytes()
        except OSError:
            pass
        raise Unusable(
            Text("The logo {file} cannot be read, or it is larger than 2 MB.", file=name),
            Text("Copy it into media/ and correct “logo” in campaign.toml."),
            everywhere=True,
        )


def slogan_of(message: Message) -> str:
    """What the artwork of a message says."""
    return message.slogan or message.title


def size_of(message: Message) -> Size | None:
    """The size in which a message's banner is printed, if it says one."""
    details = message.details
    return parse_size(details.size) if isinstance(details, BannerDetails) else None


@contextmanager
def _told() -> Iterator[None]:
    """What Typst says, as something that a person can mend."""
    try:
        yield
    except NotInstalled as missing:
        mend = Text("Whoever installed the program types this once; nothing else needs it.")
        raise Unusable(missing.text, mend, everywhere=True) from missing
    except NotSet as refused:
        mend = Text("Compare your own templates in art/ with those that come with the program.")
        raise Unusable(refused.text, mend, everywhere=True) from refused

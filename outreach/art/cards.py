"""The card that a message without a picture gets, for each channel where the campaign says so."""

from __future__ import annotations

from pathlib import Path

from outreach.art.formats import Format, on_screen, printed
from outreach.art.portfolio import Portfolio, size_of, slogan_of
from outreach.art.studio import Form
from outreach.domain.artwork import EVERY_CHANNEL, CardOrder, spoken
from outreach.domain.campaign import Campaign
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.message import Kind, Message


class CampaignCards:
    """The cards of one campaign; `folder` holds its files, `cache` what was made before."""

    def __init__(self, campaign: Campaign, folder: Path, cache: Path) -> None:
        self._channels = campaign.art.cards
        self._portfolio = Portfolio(campaign, folder, cache)

    def close(self) -> None:
        """Give back what drawing takes."""
        self._portfolio.close()

    def order(self, message: Message, profile: ChannelProfile) -> CardOrder | None:
        """The card of a message on a channel, None where it gets none. Raises `Unusable`."""
        shows_video = message.video and profile.capabilities.video_limit is not None
        if message.pictures or shows_video or not self._wanted(profile):
            return None
        form = _format(message, profile)
        if form is None:
            return None
        piece = self._portfolio.of(message, form)
        return CardOrder(
            key=self._portfolio.studio.key(piece, Form.PICTURE),
            name=f"{message.id}-{form.name}.png",
            alt=spoken(slogan_of(message)),
            draw=lambda: self._portfolio.make(piece, Form.PICTURE),
        )

    def _wanted(self, profile: ChannelProfile) -> bool:
        return any(word == EVERY_CHANNEL or profile.answers_to(word) for word in self._channels)


def _format(message: Message, profile: ChannelProfile) -> Format | None:
    """What a channel shows: people a banner as it is printed, services their card, cover or banner."""
    limits = profile.capabilities
    if limits.carried_out_by_people:
        size = size_of(message)
        return printed(size) if size else None
    if limits.media_limit == 0:
        return None
    if message.kind is Kind.BANNER:
        return on_screen(*limits.banner)
    cover = limits.pictures.cover if limits.pictures else None
    return on_screen(*(cover or limits.card))

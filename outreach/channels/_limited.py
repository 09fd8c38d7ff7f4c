"""A channel whose limits the installer has set."""

from __future__ import annotations

from dataclasses import replace

from outreach import channel as c
from outreach.channels._around import Around
from outreach.channels._previews import text_gauge
from outreach.channels._text import over_limits
from outreach.settings import Limits


class Limited(Around):
    """The channel `inner` with other capabilities; everything else is its own."""

    def __init__(self, inner: c.Channel, limits: Limits) -> None:
        super().__init__(inner)
        self.capabilities = limits.apply(inner.capabilities)
        self._only = c.Capabilities(text_limit=limits.text_limit)

    def preview(self, rendition: c.Rendition) -> c.Preview:
        """What the channel shows, and whether it is over the installer's limit."""
        preview = super().preview(rendition)
        limit, gauges = self._only.text_limit, preview.gauges
        if limit is not None:
            own = text_gauge(
                rendition.text, limit, name=c.Text("text, by the limit in config.toml")
            )
            gauges = (*gauges, own)
        problems = (*preview.problems, *over_limits(rendition, self._only))
        return replace(preview, gauges=gauges, problems=problems)

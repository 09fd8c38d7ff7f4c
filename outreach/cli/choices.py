"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.cli.marks import _

AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON, for programs."))]
AsCsv = Annotated[bool, typer.Option("--csv", help=_("Print CSV, for spreadsheets."))]
OnChannel = Annotated[
    str | None, typer.Option("--channel", metavar="NAME", help=_("Only this channel."))
]
InState = Annotated[
    str | None,
    typer.Option("--state", metavar="STATE", help=_("Only this state, such as published.")),
]
OfCampaign = Annotated[
    str | None, typer.Option("--campaign", metavar="ID", help=_("Only this campaign."))
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help=_("From this time on: 2022-11-15 08:00, 08:00, or 2h for the last two hours."),
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="NAME",
        help=_("Who decides; the delivery log keeps it."),
        envvar="OUTREACH_BY",
    ),
]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help=_("A remark for the delivery log."))
]
DeliveryWord = Annotated[
    str,
    typer.Argument(
        metavar="DELIVERY", help=_("A delivery's number, its key, or the beginning of its key.")
    ),
]
CampaignWord = Annotated[
    str | None,
    typer.Argument(
        metavar="CAMPAIGN", help=_("The campaign's folder in messages/; all of them without it.")
    ),
]
ChannelWord = Annotated[
    str, typer.Argument(metavar="CHANNEL", help=_("The channel's name in the configuration."))
]

"""The delivery log with its facets, and exactly what is shown as a file."""

from __future__ import annotations

from starlette.responses import Response

from outreach.domain.delivery import State
from outreach.reports.formats import to_csv, to_json
from outreach.reports.source import Question
from outreach.review import lists
from outreach.review.visit import Visit

STATE_NAMES = {state.value: state for state in State}


def log(visit: Visit) -> Response:
    """The lines that fit; `as` gives them as CSV or JSON."""
    reading = visit.office.reading()
    question = Question(
        campaign=visit.asked("campaign") or None,
        channel=visit.asked("channel") or None,
        state=STATE_NAMES.get(visit.asked("state")),
    )
    table = lists.lines(reading, question, visit.asked("q"), visit.language)
    match visit.asked("as"):
        case "csv":
            return _file(visit, to_csv(table, visit.language), "text/csv", "nhat-ky.csv")
        case "json":
            return _file(visit, to_json(table, visit.language), "application/json", "nhat-ky.json")
    return visit.page(
        "log",
        rows=table.rows,
        channels=sorted(reading.channels()),
        chosen={"q": visit.asked("q"), "channel": question.channel, "state": question.state},
        exports={kind: _address(visit, kind) for kind in ("csv", "json")},
    )


def _address(visit: Visit, kind: str) -> str:
    return str(visit.request.url.include_query_params(**{"as": kind}).query)


def _file(visit: Visit, text: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(visit.office.hide(text), media_type=kind, headers=headers)

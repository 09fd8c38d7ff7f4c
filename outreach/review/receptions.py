"""Statistics worked out once and kept as long as neither the log nor the readings have gone on: never older than what is asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from threading import Lock

from outreach.domain.counts import Metric
from outreach.domain.turns import Turns
from outreach.reports import statistics
from outreach.reports.statistics import UNNAMED, By
from outreach.reports.table import Row, Table
from outreach.store.receptions import Gain, Group, Part, Receptions, Stand

KEPT = 64
"""So many tables are kept."""

_Key = tuple[Part, By, str]


class Figures:
    """The tables of one database; `receptions` adds up."""

    def __init__(self, receptions: Receptions) -> None:
        self._receptions = receptions
        self._kept: OrderedDict[_Key, tuple[Stand, Table]] = OrderedDict()
        self._turns, self._guard = Turns(), Lock()

    def table(self, part: Part, by: By, zone: tzinfo) -> Table:
        """What `statistics.build` would say of the same part. Several who ask the same at once wait for one answer."""
        key = (part, by, str(zone))
        with self._turns.of(key):
            stand = self._receptions.stand()
            kept = self._kept.get(key)
            if kept and kept[0] == stand:
                return kept[1]
            table = statistics.table(by, tuple(self._rows(part, by, zone)))
            self._keep(key, stand, table)
        return table

    def _keep(self, key: _Key, stand: Stand, table: Table) -> None:
        with self._guard:
            self._kept[key] = (stand, table)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _rows(self, part: Part, by: By, zone: tzinfo) -> Iterator[Row]:
        if by is By.DAY:
            return _days(self._receptions.gains(part), zone)
        return (_row(by, group, zone) for group in self._receptions.groups(part, by.value))


def _row(by: By, group: Group, zone: tzinfo) -> Row:
    return {
        "by": by,
        "name": group.name,
        "shown_name": group.name or UNNAMED,
        "publications": group.publications,
        "counted": group.counted,
        **{metric: group.totals.get(metric) for metric in Metric},
        "read": group.read and group.read.astimezone(zone),
    }


def _days(gains: Sequence[Gain], zone: tzinfo) -> Iterator[Row]:
    """Every day from the first publication to the last reading, with what the sums stood at by its end."""
    out = [gain.at.astimezone(zone).date() for gain in gains if gain.publications]
    seen = [gain.read.astimezone(zone).date() for gain in gains if gain.read]
    day, last = min(out, default=date.max), max([*out, *seen], default=date.min)
    left, sofar = iter(gains), Gain(at=datetime.min.replace(tzinfo=zone))
    coming = next(left, None)
    while day <= last:
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        while coming and coming.at < end:
            sofar, coming = _together(sofar, coming), next(left, None)
        yield _row(By.DAY, _as_group(day, sofar), zone)
        day += timedelta(days=1)


def _together(sofar: Gain, more: Gain) -> Gain:
    reads = [each for each in (sofar.read, more.read) if each]
    totals = {m: sofar.totals.get(m, 0) + grown for m, grown in more.totals.items()}
    return Gain(
        at=more.at,
        publications=sofar.publications + more.publications,
        counted=sofar.counted + more.counted,
        read=max(reads, default=None),
        totals={**sofar.totals, **totals},
    )


def _as_group(day: date, sofar: Gain) -> Group:
    return Group(
        name=day.isoformat(),
        publications=sofar.publications,
        counted=sofar.counted,
        read=sofar.read,
        totals=sofar.totals,
    )

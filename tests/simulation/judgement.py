"""What may never be, after any month: the queue, its log, the reports and the platforms held against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from outreach.bootstrap import Desk
from outreach.cli.desk_source import DeskSource
from outreach.domain.change import ChangeKind
from outreach.domain.delivery import SUCCESS, Action, Delivery, Identity, State
from outreach.domain.edit import EDITED_BACK
from outreach.rehearsal.summary import EXPLAINED
from outreach.reports import delivery_log
from outreach.reports.source import Question
from outreach.store.delivery_log import Line, read, verify
from tests.simulation.far_ends import Shown, shown_by
from tests.simulation.month import Month
from tests.simulation.service import profiles
from tests.simulation.staff import CAMPAIGN

STATES = {state.value for state in State}
BEGINS = {ChangeKind.NEW: State.SCHEDULED, ChangeKind.ASKED: State.HELD}
"""The state of a delivery after its first line."""

TOLD = (State.PUBLISHED, "appeared")
"""What in the log says that something is public."""


class Judgement:
    """One month that has come to its end."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self._rows = month.queue.list()
        self._row = {row.identity: row for row in self._rows}
        self._lines = list(read(month.engine))
        self._shown = [
            one
            for channel, platform in month.world.platforms.items()
            for one in shown_by(channel, platform)
        ]

        self._taken_down = {
            (row.identity.channel, line.event.data["receipt"]["remote_id"])
            for line in self._lines
            for row in self._rows
            if line.event.what == "appeared"
            and line.event.delivery_id == row.id
            and row.state is not State.PUBLISHED
        }
        """What came out although nobody wanted it any more."""

    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [
            *self._lost(),
            *self._contradictions(),
            *self._unexplained(),
            *self._other_texts(),
            *self._damage(),
            *self._false_reports(),
        ]

    # --- none lost ----------------------------------------------------------------------------------

    def _lost(self) -> Iterator[str]:
        """What the files ask for is in the queue, and everything there has come to rest with its reason or its proof."""
        for planned in self._plan():
            if planned not in self._row:
                yield f"lost: {planned} never came into the queue"
        for row in self._rows:
            if row.state not in EXPLAINED:
                yield f"lost: {_of(row)} never came to rest"
            if row.receipt is None and row.reason is None:
                yield f"unexplained: {_of(row)} has neither proof nor reason"

    def _plan(self) -> Iterator[Identity]:
        proposal = self._month.proposal()
        return (planned.identity for planned in proposal.plan.planned)

    # --- nothing twice, and nothing but what is on record ----------------------------------------------

    def _contradictions(self) -> Iterator[str]:
        """Each thing that readers saw is the proof of one publication, and each publication's proof is there to be seen."""
        proven: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self._rows:
            if row.state is State.PUBLISHED and row.receipt:
                proven[row.identity.channel, row.receipt.remote_id].append(_of(row))
        for place in self._taken_down:
            proven[place].append("what appeared and was taken down")
        seen = Counter((one.channel, one.name) for one in self._shown for _ in range(one.times))
        for place in proven.keys() | seen.keys():
            if len(proven[place]) != 1 or seen[place] != 1:
                yield f"twice, or not on record: {place} is proof of {proven[place]}, seen {seen[place]} times"
        yield from self._wrong_withdrawals()

    def _wrong_withdrawals(self) -> Iterator[str]:
        for one in self._shown:
            row = self._publication(one)
            down = row and self._row.get(row.identity.of(Action.WITHDRAW))
            is_down = bool(down and down.state is State.WITHDRAWN)
            is_down = is_down or (one.channel, one.name) in self._taken_down
            if one.down != is_down:
                yield f"{one.channel} {one.name} is {'down' if one.down else 'up'}, the queue says otherwise: {down and _of(down)}"

    def _publication(self, shown: Shown) -> Delivery | None:
        for row in self._rows:
            is_publication = row.identity.action is Action.PUBLISH and row.receipt
            if is_publication and row.identity.channel == shown.channel:
                assert row.receipt
                if row.receipt.remote_id == shown.name:
                    return row
        return None

    def _other_texts(self) -> Iterator[str]:
        """What readers see is the text on record, unless an update is refused or given up."""
        for one in self._shown:
            row = self._publication(one)
            if row is None or one.down or not self._is_settled(row):
                continue
            rendition = self._month.queue.rendition(row)
            if rendition is None or rendition.text.strip() not in one.text:
                yield f"{_of(row)} shows “{one.text}”, on record is “{rendition and rendition.text}”"

    def _is_settled(self, row: Delivery) -> bool:
        update = self._row.get(row.identity.of(Action.UPDATE))
        return update is None or update.state is State.UPDATED or update.reason == EDITED_BACK

    # --- every try explained ----------------------------------------------------------------------------

    def _unexplained(self) -> Iterator[str]:
        """The log tells each delivery's whole way, and each try with its end."""
        ways: dict[int | None, list[Line]] = defaultdict(list)
        for line in self._lines:
            ways[line.event.delivery_id].append(line)
        for row in self._rows:
            yield from self._gaps(row, ways[row.id])
            yield from self._open_tries(row, ways[row.id])

    def _gaps(self, row: Delivery, way: list[Line]) -> Iterator[str]:
        state = ""
        for line in way:
            event = line.event
            if state and event.what in STATES and event.data.get("from") != state:
                yield f"unexplained: {_of(row)} jumps from {state} to {event.what} in line {line.seq}"
            goes_to = event.what if event.what in STATES else event.data.get("to", state)
            state = goes_to if state else BEGINS[ChangeKind(event.what)]
        if state != row.state:
            yield f"unexplained: {_of(row)}, but its log ends with {state}"

    def _open_tries(self, row: Delivery, way: list[Line]) -> Iterator[str]:
        tries = self._month.queue.attempts(row.id)
        begun = sum(line.event.what == State.PUBLISHING for line in way)
        if len(tries) != begun:
            yield f"unexplained: {_of(row)} has {len(tries)} tries, its log tells of {begun}"
        for attempt in tries:
            done = attempt.outcome in SUCCESS.values()
            if attempt.outcome is None or not (done or attempt.reason):
                yield f"unexplained: try {attempt.number} of {_of(row)} has no end or no reason"

    # --- log and reports --------------------------------------------------------------------------------

    def _damage(self) -> Iterator[str]:
        verdict = verify(self._month.engine)
        if not verdict.intact:
            yield f"the log is damaged: {verdict.text}"

    def _false_reports(self) -> Iterator[str]:
        """What the report of the delivery log shows as published, by its proof, is what the platforms hold."""
        told = set()
        for line in delivery_log.build(self._source(), Question(campaign=CAMPAIGN)).rows:
            receipt = line["data"].get("receipt")
            if line["what"] in TOLD and receipt:
                told.add((line["channel"], receipt["remote_id"]))
        held = {(one.channel, one.name) for one in self._shown}
        for place in told ^ held:
            yield f"the report {'tells' if place in told else 'does not tell'} of {place}"

    def _source(self) -> DeskSource:
        world, queue = self._month.world, self._month.queue
        desk = Desk(
            settings=world.settings,
            engine=self._month.engine,
            queue=queue,
            channels=self._month.channels,
            profiles=profiles(self._month.channels),
            sync=self._month.sync,
            language="vi",
        )
        return DeskSource(desk, world.clocks.true())


def _of(row: Delivery) -> str:
    one = row.identity
    return f"{one.action} of {one.message} on {one.channel} (no. {row.id}, {row.state})"

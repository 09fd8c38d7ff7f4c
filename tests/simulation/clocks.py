"""The clocks of a simulated month: the true time, what the machine's own clock says, and the one that nobody can set."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.rehearsal.clock import VirtualClock

NO_TIME = timedelta(0)


class Clocks:
    """`true` is the time at the platforms. The machine's clock may be wrong; its uptime stands still while the machine sleeps."""

    def __init__(self, start: datetime) -> None:
        self.true = VirtualClock(start)
        self.wrong_by = NO_TIME
        self.slept = NO_TIME

    def wall(self) -> datetime:
        """What the machine's clock says."""
        return self.true() + self.wrong_by

    def uptime(self) -> float:
        """Seconds, of which those spent asleep are not counted."""
        return (self.true() - self.slept).timestamp()

    def truly(self, said: datetime) -> datetime:
        """When the machine's clock, as it goes now, will say this."""
        return said - self.wrong_by

    def sleep(self, span: timedelta) -> None:
        """The machine is suspended for so long: everybody else's time goes on."""
        self.slept += span
        self.true.go_to(self.true() + span)

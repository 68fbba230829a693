"""When a key gets new material: the schedule of automatic rotation, and rotations on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_ON_DEMAND = 25
"""On-demand rotations that a key may have in its life (RotateKeyOnDemand in the model)."""

_CLOSE = timedelta(minutes=20)
"""How near an automatic rotation may be for an on-demand one (ConflictException in the model)."""


@dataclass(slots=True, eq=False)
class Rotation:
    """The rotation settings of a key; related multi-Region keys share one.

    Attributes:
        period: from one automatic rotation to the next; None while that is off.
        next_date: of the automatic rotation. It stays, in the past, while the key is disabled or
            pending deletion and cannot be rotated.
        on_demand_started: when the on-demand rotation that runs was asked for.
        on_demand_count: all that were ever asked for.
    """

    period: timedelta | None = None
    next_date: datetime | None = None
    on_demand_started: datetime | None = None
    on_demand_count: int = 0

    def schedule(self, now: datetime, period: timedelta) -> None:
        """Turn automatic rotation on, or change its period, which then counts from now.

        Assumed: EnableKeyRotation with the same period again leaves the next date as it is.
        """
        if self.period != period:
            self.period = period
            self.next_date = now + period

    def stop(self) -> None:
        """Turn automatic rotation off."""
        self.period = None
        self.next_date = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether an automatic rotation should have happened by now."""
        return self.next_date is not None and self.next_date <= now

    def follow(self, now: datetime) -> None:
        """Count the next automatic rotation from the one that happened now."""
        assert self.period is not None
        self.next_date = now + self.period

    def skip_missed(self, now: datetime) -> None:
        """Go on with the old schedule at its next date after now.

        Assumed: a key that is enabled at the very moment of an automatic rotation has missed it.
        """
        while self.period is not None and self.next_date is not None and self.next_date <= now:
            self.next_date += self.period

    def is_imminent(self, now: datetime) -> bool:
        """Tell whether an automatic rotation begins within the next 20 minutes."""
        return self.next_date is not None and self.next_date - now <= _CLOSE

    def start_on_demand(self, now: datetime) -> None:
        """Count an on-demand rotation, which now runs."""
        self.on_demand_started = now
        self.on_demand_count += 1

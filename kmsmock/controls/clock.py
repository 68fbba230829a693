"""The world's time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """The real time, moved on by what a test asks for.

    Each call reads it once; nothing else in kmsmock reads the time.
    """

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Give the world's present time, in UTC."""
        return datetime.now(timezone.utc) + self._ahead

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Move the world's time on; what becomes due happens before the next call's work.

        Raises:
            ValueError: the step goes backwards.
        """
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("the world's time runs forwards: advance() takes no negative step")
        self._ahead += step

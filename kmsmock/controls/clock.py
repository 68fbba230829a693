"""The world's time."""

from __future__ import annotations

# The module, not its class: whoever replaces or patches `datetime.datetime`, as freezegun and
# time-machine do, is heard here whatever was imported first.
import datetime as dt
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class Clock:
    """The process's time, moved or stopped by what a test asks for.

    Each call reads it once; nothing else in kmsmock reads the time. freezegun and time-machine
    move it too, as they move all time of the process.

    Example:
        >>> from datetime import datetime, timezone
        >>> from kmsmock import mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm() as aws:
        ...     _ = aws.clock.freeze(datetime(2031, 1, 1, tzinfo=timezone.utc))
        ...     aws.clock.advance(days=7)
        ...     aws.clock.now().isoformat()
        '2031-01-08T00:00:00+00:00'
    """

    def __init__(self) -> None:
        self._ahead = dt.timedelta()
        self._frozen: dt.datetime | None = None

    def now(self) -> dt.datetime:
        """Give the world's present time, in UTC."""
        if self._frozen is not None:
            return self._frozen
        now = dt.datetime.now(dt.timezone.utc)
        return now + self._ahead if self._ahead else now

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def __repr__(self) -> str:
        return f"<clock: {self.now().isoformat(' ')}{', frozen' if self.frozen else ''}>"

    def advance(
        self,
        step: dt.timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Move the world's time on; what becomes due happens before the next call's work.

        All that falls due on the way happens in the order of its time, each thing once.

        Args:
            step: a timedelta, beside or in place of the others.
            days: of 24 hours; fractions too, as with `hours`, `minutes` and `seconds`.

        Raises:
            TypeError: the step is neither a timedelta nor named, as in `days=7`.
            ValueError: the step goes backwards.
        """
        if not isinstance(step, dt.timedelta | None):
            raise TypeError(
                f"advance() takes days=, hours=, minutes=, seconds=, or a timedelta, not {step!r}"
            )
        named = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        whole = named if step is None else named + step
        if whole < dt.timedelta():
            raise ValueError("advance() takes no negative step; travel_to() also goes backwards")
        self._set(self.now() + whole)

    def travel_to(self, when: dt.datetime) -> None:
        """Move the world's time to a point from which it goes on, or where it is frozen.

        Also backwards, which undoes nothing: what has happened has happened, and what is due
        later waits longer.

        Args:
            when: with a time zone.

        Raises:
            TypeError: it is no datetime.
            ValueError: it has no time zone.
        """
        self._set(_in_utc(when))

    def freeze(self, at: dt.datetime | None = None) -> AbstractContextManager[Clock]:
        """Stop the world's time; only `advance` and `travel_to` move it then.

        Args:
            at: with a time zone; by default now.

        Returns:
            What unfreezes it at the end of a `with` block, unless it was frozen before.

        Raises:
            TypeError: the time is no datetime.
            ValueError: the time has no time zone.
        """
        until_end_of_block = _FrozenBlock(self, was_frozen=self.frozen)
        self._frozen = self.now() if at is None else _in_utc(at)
        return until_end_of_block

    def unfreeze(self) -> None:
        """Let the world's time go on from where it stands."""
        if self._frozen is not None:
            here, self._frozen = self._frozen, None
            self._set(here)

    def _set(self, when: dt.datetime) -> None:
        if self._frozen is not None:
            self._frozen = when
        else:
            self._ahead = when - dt.datetime.now(dt.timezone.utc)


class _FrozenBlock(AbstractContextManager[Clock]):
    def __init__(self, clock: Clock, *, was_frozen: bool) -> None:
        self._clock = clock
        self._was_frozen = was_frozen

    def __repr__(self) -> str:
        return repr(self._clock)

    def __enter__(self) -> Clock:
        return self._clock

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._was_frozen:
            self._clock.unfreeze()


def _in_utc(when: dt.datetime) -> dt.datetime:
    if not isinstance(when, dt.datetime):
        raise TypeError(f"a time is a datetime with a time zone, not {when!r}")
    if when.tzinfo is None:
        raise ValueError(
            f"the time needs a time zone, tzinfo=datetime.timezone.utc for example: {when!r} "
            "could be any of 24 hours"
        )
    return when.astimezone(dt.timezone.utc)

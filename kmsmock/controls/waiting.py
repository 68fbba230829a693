"""How long a client waits for an answer: on the world's clock, and really."""

from __future__ import annotations

import time

from kmsmock.controls.clock import Clock


class Waiting:
    """A client that waits for one answer, until it comes or the client gives up.

    Args:
        read_timeout: the seconds after which the client gives up; None if it never does.

    Attributes:
        real: the seconds that its caller has to wait really.
    """

    def __init__(self, clock: Clock, read_timeout: float | None) -> None:
        self._clock = clock
        self._left = float("inf") if read_timeout is None else read_timeout
        self.real = 0.0

    @property
    def gave_up(self) -> bool:
        """Whether the answer takes as long as its read timeout, or longer."""
        return self._left <= 0

    def on_clock(self, seconds: float) -> None:
        """Let the world's time pass, as long as the client waits."""
        self._clock.advance(seconds=self._spend(seconds))

    def really(self, seconds: float) -> None:
        """Have the caller wait once the world is done with the call."""
        self.real += self._spend(seconds)

    def _spend(self, seconds: float) -> float:
        spent = max(0.0, min(seconds, self._left))
        self._left -= spent
        return spent


AT_ONCE = Waiting(Clock(), None)
"""A client that no fault holds up."""


def sleep(seconds: float) -> None:
    """Let the thread wait, really."""
    time.sleep(seconds)

"""Time in the model of random lives, and what happens by itself."""

import heapq
import itertools

MINUTE, HOUR, DAY = 60, 3600, 86400
"""Time is in seconds since the world began."""

SLOWLY = {
    "replica": 5,
    "primary": 5,
    "rotation": 10,
    "connection": 20 * MINUTE,
    "proxy connection": 5 * MINUTE,
    "disconnection": MINUTE,
}
AT_ONCE = dict.fromkeys(SLOWLY, 0)
"""How long slow changes take: over before the next call, or AWS's own time."""


class Time:
    """The time, and what will happen by itself, in the order in which it falls due."""

    def __init__(self, delays):
        self.now, self.delays = 0, delays
        self._due, self._count = [], itertools.count()

    def at(self, when, happen):
        heapq.heappush(self._due, (when, next(self._count), happen))

    def after(self, change, happen):
        self.at(self.now + self.delays[change], happen)

    def settle(self):
        """Let all happen that is due before the next call."""
        until = self.now
        while self._due and self._due[0][0] <= until:
            self.now, _, happen = heapq.heappop(self._due)
            happen()
        self.now = until

    def next_due(self):
        return self._due[0][0] if self._due else None

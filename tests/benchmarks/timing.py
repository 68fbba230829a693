"""How a sample is taken, the same on every side."""

import contextlib
import gc
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, NamedTuple

now = time.thread_time_ns if os.environ.get("BENCHMARK_CPU_TIME") else time.perf_counter_ns
"""The clock; or, on a machine that does other things as well, the processor's time for this."""

SHORTEST = 10_000_000
"""Nanoseconds that a sample takes at least, so that the clock and the loop do not count."""
WARM_UP = 4
"""What part of a sample's calls comes before it: a quarter."""


class Measure(NamedTuple):
    """What is measured.

    Attributes:
        open: gives a context manager that gives the call; it is entered for each sample anew.
        calls: how many calls one entering is for, the first one included; None for any number.
        times_itself: the call gives the nanoseconds that count.
        is_short: a sample has many of them, which leave little garbage, and some come before it.
    """

    open: Callable[[], AbstractContextManager[Callable[[], Any]]]
    calls: int | None = None
    times_itself: bool = False
    is_short: bool = True

    @classmethod
    def of(cls, call, calls=None, *, times_itself=False, is_short=True):
        """Give the measure of a call that needs nothing around it."""
        return cls(partial(contextlib.nullcontext, call), calls, times_itself, is_short)


class Sampler:
    """Takes samples of measures, which have names."""

    def __init__(self, measures):
        self._measures = measures
        self._loops = {}
        gc.freeze()  # what is there before is no garbage, and too much to look through each time

    def sample(self, name):
        """Give the nanoseconds of a call, after some that warm up if there may be any number.

        The garbage of what was before is collected first. The collector looks at everything then,
        and leaves the processor's caches cold, so that short calls warm up after it; their garbage
        is young, and quickly found. That of the sample is its own.
        """
        measure = self._measures[name]
        whole = _sum if measure.times_itself else _whole
        with measure.open() as call:
            loops, warm_up = measure.calls, 0
            if loops is None:
                call()
                loops = self._loops.get(name) or self._loops.setdefault(name, _loops(whole, call))
                warm_up = loops // WARM_UP if measure.is_short else 0
            gc.collect()
            if warm_up:
                whole(call, warm_up)
                gc.collect(1)
            return whole(call, loops) / loops


def _whole(call, loops):
    """Give the nanoseconds that calls take."""
    start = now()
    for _ in range(loops):
        call()
    return now() - start


def _sum(call, loops):
    return sum(call() for _ in range(loops))


def _loops(whole, call):
    """Say how often to call for a sample that is long enough."""
    loops = 1
    while (took := whole(call, loops)) < SHORTEST:
        loops = max(loops + 1, min(loops * 10, int(1.2 * SHORTEST / took * loops) + 1))
    return loops

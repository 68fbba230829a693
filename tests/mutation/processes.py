"""Work that is done in processes of its own, which begin where this one is."""

import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator

SECONDS = 90
"""Of the processor's time."""
MEMORY = 4 << 30


def each(
    things: Iterable, work: Callable[[object], object], jobs: int
) -> Iterator[tuple[object, object]]:
    """Do the work for each thing in a process of its own, so many at a time."""
    left, running = iter(things), {}
    while True:
        while len(running) < jobs and (thing := next(left, None)) is not None:
            reading, writing = os.pipe()
            if (child := os.fork()) == 0:
                os.close(reading)
                _answer(work, thing, writing)
            os.close(writing)
            running[reading] = thing, child
        if not running:
            return
        for reading in select.select(list(running), [], [])[0]:
            thing, child = running.pop(reading)
            with os.fdopen(reading, encoding="utf-8") as answer:
                said = answer.read()
            os.waitpid(child, 0)
            yield thing, json.loads(said) if said else ("it does not end", 0)


def allow(seconds: int) -> None:
    """Let this process take so many more seconds of the processor's time."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, hard))
    signal.alarm(seconds * 10)


def _answer(work: Callable[[object], object], thing: object, writing: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    allow(SECONDS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    with os.fdopen(writing, "w", encoding="utf-8") as answer:
        try:
            answer.write(json.dumps(work(thing)))
        except BaseException as error:  # noqa: BLE001  (this process must not go on)
            answer.write(json.dumps((repr(error), 0)))
    os._exit(0)

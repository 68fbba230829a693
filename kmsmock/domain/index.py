"""Things by name, in the order of their names, so that a page is looked up and never scanned."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class State(Generic[Thing]):
    """What an index holds."""

    things: dict[str, Thing]
    names: list[str]


class Index(Generic[Thing]):
    """A dictionary whose names are kept sorted.

    AWS's lists come sorted by name or id; a marker is the last name of the page before, which may
    have gone since.

    Attributes:
        watch: is shown each thing before it is handed out, and could be changed.
    """

    __slots__ = ("_names", "_things", "watch")

    def __init__(self) -> None:
        self._things: dict[str, Thing] = {}
        self._names: list[str] = []
        self.watch: Callable[[Thing], None] | None = None

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def __getitem__(self, name: str) -> Thing:
        return self._shown(self._things[name])

    def __setitem__(self, name: str, thing: Thing) -> None:
        if name not in self._things:
            insort(self._names, name)
        self._things[name] = thing

    def __delitem__(self, name: str) -> None:
        del self._things[name]
        del self._names[bisect_right(self._names, name) - 1]

    def __iter__(self) -> Iterator[Thing]:
        return (self._shown(self._things[name]) for name in list(self._names))

    def get(self, name: str) -> Thing | None:
        """Give the thing of this name, or None."""
        thing = self._things.get(name)
        if thing is not None and self.watch is not None:
            self.watch(thing)
        return thing

    def newest(self) -> Iterator[Thing]:
        """Give the things as they came, the last one first."""
        return map(self._shown, reversed(self._things.values()))

    def page(self, after: str | None, limit: int) -> tuple[list[Thing], str | None]:
        """Give at most `limit` things whose names come after `after`.

        Returns:
            The things, and the name of the last one if there are more behind it.
        """
        start = 0 if after is None else bisect_right(self._names, after)
        names = self._names[start : start + limit]
        last = names[-1] if start + limit < len(self._names) else None
        found = list(map(self._things.__getitem__, names))
        if self.watch is not None:
            for thing in found:
                self.watch(thing)
        return found, last

    def state(self) -> State[Thing]:
        """Give what is in it as a value of its own, shown to nobody."""
        return State(dict(self._things), list(self._names))

    def put_back(self, state: State[Thing]) -> None:
        """Let it hold what it held when the state was given."""
        self._things, self._names = dict(state.things), list(state.names)

    def _shown(self, thing: Thing) -> Thing:
        if self.watch is not None:
            self.watch(thing)
        return thing

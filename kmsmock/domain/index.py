"""Things by name, in the order of their names, so that a page is looked up and never scanned."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Index(Generic[Thing]):
    """A dictionary whose names are kept sorted.

    AWS's lists come sorted by name or id; a marker is the last name of the page before, which may
    have gone since.
    """

    __slots__ = ("_names", "_things")

    def __init__(self) -> None:
        self._things: dict[str, Thing] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, name: str) -> bool:
        return name in self._things

    def __getitem__(self, name: str) -> Thing:
        return self._things[name]

    def __setitem__(self, name: str, thing: Thing) -> None:
        if name not in self._things:
            insort(self._names, name)
        self._things[name] = thing

    def __delitem__(self, name: str) -> None:
        del self._things[name]
        del self._names[bisect_right(self._names, name) - 1]

    def __iter__(self) -> Iterator[Thing]:
        return (self._things[name] for name in list(self._names))

    def get(self, name: str) -> Thing | None:
        """Give the thing of this name, or None."""
        return self._things.get(name)

    def newest(self) -> Iterator[Thing]:
        """Give the things as they came, the last one first."""
        return reversed(self._things.values())

    def page(self, after: str | None, limit: int) -> tuple[list[Thing], str | None]:
        """Give at most `limit` things whose names come after `after`.

        Returns:
            The things, and the name of the last one if there are more behind it.
        """
        start = 0 if after is None else bisect_right(self._names, after)
        names = self._names[start : start + limit]
        last = names[-1] if start + limit < len(self._names) else None
        return [self._things[name] for name in names], last

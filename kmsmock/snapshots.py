"""A world as it was, and back to it: `aws.snapshot()`, `aws.rollback(snapshot)`, `aws.reset()`.

A rollback puts every object that makes up the world back into the state that it had, and leaves
it the same object: whatever holds it, work that falls due or the handle, need not know. What
the world consists of is found by looking, not listed: every attribute of every object of kmsmock
that the world leads to.

Keys and aliases may be many, so these alone are kept late: when the index of their Region hands
one out, which is before anybody can change it. All else is kept when the snapshot is taken.

Several snapshots are one chain of differences that ends at the present (H. G. Baker, "Shallow
binding makes functional arrays fast", 1991): a snapshot keeps what was different from the next
one, or from the present; to go back turns the differences on the way around.
"""

from __future__ import annotations

import contextlib
import functools
import types
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple, cast

from kmsmock.domain.index import Index
from kmsmock.domain.region import Region

OURS = "kmsmock."
UNTOUCHED = {
    ("World", "lock"): "threads hold it",
    ("World", "_snapshots"): "this module's own",
    ("World", "forgotten"): "clients remember their access keys, whatever the world does",
    ("World", "_forks"): "how often the process was copied",
    ("World", "_places"): "keeps work of the same time in order, and may have gaps",
    ("Record", "_known"): "a cache of what never changes",
}
"""Attributes, by class, that no rollback touches, and why."""
VALUES = {("Record", "happenings"): "events never change, and there may be a million"}
"""Attributes that are lists of what never changes, and so not looked into."""


class Snapshot:
    """A world as it was at one time, for `aws.rollback`; any number of times, in any order."""

    __slots__ = ("__weakref__", "version")

    def __init__(self, version: _Version) -> None:
        self.version = version


class _Way(NamedTuple):
    """How to keep the state of objects of one type.

    Attributes:
        take: gives the state as a value of its own; None where there is nothing to change.
        put: lets the object have such a state again.
        parts: gives the objects that it leads to.
    """

    take: Callable[[Any], Any] | None
    put: Callable[[Any, Any], None]
    parts: Callable[[Any], Iterable[object]]


class _Kept(NamedTuple):
    """An object, which is so kept alive and its id taken, and the state it had."""

    thing: object
    way: _Way
    state: object


class _Version:
    """A state of the world, as its differences from another one.

    Attributes:
        next: the version it is told by; None for the latest one, which the present follows.
        kept: by id, all objects that may be in another state there, and which they were in.
        complete: no key or alias was there to be kept late.
    """

    __slots__ = ("complete", "kept", "next")

    def __init__(self) -> None:
        self.next: _Version | None = None
        self.kept: dict[int, _Kept] = {}
        self.complete = False

    def keep(self, thing: object) -> None:
        """Keep an object and all that it leads to, as far as that was not yet done."""
        kept, todo = self.kept, [thing]
        while todo:
            thing = todo.pop()
            way = _WAYS.get(type(thing), _UNKNOWN)
            if way is _UNKNOWN:
                way = _WAYS[type(thing)] = _way_of(type(thing))
            if way is None or id(thing) in kept:
                continue
            kept[id(thing)] = _Kept(thing, way, None if way.take is None else way.take(thing))
            if type(thing) is Region:
                self._keep_late(thing)
            todo.extend(way.parts(thing))

    def _keep_late(self, region: Region) -> None:
        for index in (region.keys, region.aliases):
            kept = _Kept(index, _INDEX, index.state())
            self.kept[id(index)] = kept
            cast("Index[Any]", index).watch = self.keep
            self.complete = False

    def now(self) -> dict[int, _Kept]:
        """Give the states that the kept objects have at present."""
        return {
            place: _Kept(thing, way, None if way.take is None else way.take(thing))
            for place, (thing, way, _state) in self.kept.items()
        }

    def put_back(self) -> None:
        """Let the kept objects have the states that they had."""
        for thing, way, state in self.kept.values():
            if way.take is not None:
                way.put(thing, state)


class Snapshots:
    """The snapshots of one world, which sees to it that nothing changes meanwhile.

    Args:
        root: the world; the present one, empty yet, is the first one.
    """

    def __init__(self, root: object) -> None:
        self._root = root
        self._versions: list[tuple[weakref.ref[Snapshot], _Version]] = []
        self._latest: _Version | None = None
        self._first = self.take()

    def take(self) -> Snapshot:
        """Give a snapshot of the present."""
        version = _Version()
        self._follow(version)
        self._merge_forgotten(version)
        snapshot = Snapshot(version)
        self._versions.append((weakref.ref(snapshot), version))
        return snapshot

    def roll_back(self, snapshot: Snapshot | None = None) -> None:
        """Let everything be as it was when the snapshot was taken, or the world was made.

        Raises:
            TypeError: it is no snapshot.
            ValueError: it is one of another world.
        """
        snapshot = self._first if snapshot is None else snapshot
        if not isinstance(snapshot, Snapshot):
            raise TypeError(f"rollback() takes what snapshot() gave, not {snapshot!r}")
        target = snapshot.version
        if all(version is not target for _, version in self._versions):
            raise ValueError(
                "this snapshot is of another world: one that ended with its mock, or that of "
                "another process; take it inside the mock that is active now"
            )
        way, step = [target], target.next
        while step is not None:
            way.append(step)
            step = step.next
        while way:
            version = way.pop()
            if version.next is not None:
                present = version.now()
                version.put_back()
                version.next.kept, version.next.next = present, version
                version.next.complete = False
                version.next = None
            else:
                version.put_back()
        target.kept = {}
        self._follow(target)

    def _follow(self, version: _Version) -> None:
        """Make a version the latest, which the present differs from by what is done next."""
        latest = self._latest
        if latest is not None and latest is not version and latest.next is None:
            latest.next = version
        self._latest = version
        version.complete = True
        version.keep(self._root)

    def _merge_forgotten(self, latest: _Version) -> None:
        """Let the differences of snapshots that nobody holds any more go to those before them."""
        living = []
        for reference, version in self._versions:
            if reference() is not None or version is latest:
                living.append((reference, version))
                continue
            for _, other in self._versions:
                if other.next is version:
                    if not other.complete:
                        other.kept = version.kept | other.kept
                    other.next = version.next
        self._versions = living


# How each type's state is kept


def _nothing(_thing: object, _state: object) -> None:
    """Put nothing back into what does not change."""


def _put_mapping(thing: dict[Any, Any], state: dict[Any, Any]) -> None:
    thing.clear()
    thing.update(state)


def _put_items(thing: list[Any] | deque[Any], state: list[Any]) -> None:
    thing.clear()
    thing.extend(state)


def _put_set(thing: set[Any], state: set[Any]) -> None:
    thing.clear()
    thing.update(state)


def _parts_of_function(function: types.FunctionType) -> Iterable[object]:
    """Give what one of kmsmock's own functions has in its closure; a user's is the user's."""
    if not (function.__module__ or "").startswith(OURS):
        return
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # Nothing is in it yet.
            yield cell.cell_contents
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()


def _parts_of_partial(partial: functools.partial[Any]) -> Iterable[object]:
    return partial.func, *partial.args, *partial.keywords.values()


_INDEX = _Way(Index.state, Index.put_back, lambda index: index.state().things.values())
_UNKNOWN = _Way(None, _nothing, lambda _thing: ())
_WAYS: dict[type, _Way | None] = {
    **dict.fromkeys((str, bytes, int, float, bool, type(None)), None),
    types.FunctionType: _Way(None, _nothing, _parts_of_function),
    types.MethodType: _Way(None, _nothing, lambda method: (method.__self__, method.__func__)),
    functools.partial: _Way(None, _nothing, _parts_of_partial),
    types.MappingProxyType: _Way(None, _nothing, lambda thing: thing.values()),
    bytearray: _Way(bytes, lambda thing, state: thing.__setitem__(slice(None), state), tuple),
    Index: _INDEX,
}
_WAYS_OF_CONTAINERS: dict[type, _Way] = {
    dict: _Way(dict, _put_mapping, lambda thing: thing.values()),
    list: _Way(list, _put_items, list),
    deque: _Way(list, _put_items, list),
    set: _Way(set, _put_set, list),
    tuple: _Way(None, _nothing, list),
    frozenset: _Way(None, _nothing, list),
}
"""These and what is derived from them."""


def _way_of(kind: type) -> _Way | None:
    """Give how to keep the objects of a type; None for those that nobody changes.

    An object of somebody else's, a date or an error that a test plans, is taken for such a one.
    """
    if issubclass(kind, (type, Enum, types.ModuleType)):
        return None
    for base, way in _WAYS_OF_CONTAINERS.items():
        if issubclass(kind, base):
            return way
    return _way_of_ours(kind) if kind.__module__.startswith(OURS) else None


def _way_of_ours(kind: type) -> _Way | None:
    if issubclass(kind, (Snapshots, Snapshot, _Version, _Values, BaseException)):
        return None
    slots = [
        name
        for base in kind.__mro__
        for name in _texts(base.__dict__.get("__slots__", ()))
        if name not in ("__weakref__", "__dict__") and (kind.__name__, name) not in UNTOUCHED
    ]
    untouched = [name for of, name in UNTOUCHED if of == kind.__name__]
    values = [name for of, name in VALUES if of == kind.__name__]

    def take(thing: object) -> dict[str, object]:
        state = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
        state |= getattr(thing, "__dict__", {})
        for name in untouched:
            state.pop(name, None)
        for name in values:
            state[name] = _Values(cast("list[object]", state[name]))
        return state

    def put(thing: object, state: dict[str, object]) -> None:
        for name in take(thing).keys() - state.keys():
            delattr(thing, name)
        for name, value in state.items():
            setattr(thing, name, value.put_back() if type(value) is _Values else value)

    parameters = getattr(kind, "__dataclass_params__", None)
    is_frozen = parameters is not None and parameters.frozen
    return _Way(
        None if is_frozen else take,
        _nothing if is_frozen else put,
        lambda thing: take(thing).values(),
    )


class _Values:
    """A list of what never changes, and what was in it."""

    __slots__ = ("items", "thing")

    def __init__(self, thing: list[object]) -> None:
        self.thing = thing
        self.items = list(thing)

    def put_back(self) -> list[object]:
        """Let the list have its items again, and give it."""
        self.thing[:] = self.items
        return self.thing


def _texts(slots: str | Iterable[str]) -> Iterable[str]:
    return (slots,) if isinstance(slots, str) else slots

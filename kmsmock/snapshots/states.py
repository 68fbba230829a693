"""How each type's state is kept, and put back."""

from __future__ import annotations

import contextlib
import functools
import types
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple, cast

from kmsmock.domain.index import Index

OURS = "kmsmock."
UNTOUCHED = {
    ("World", "lock"): "threads hold it",
    ("World", "_snapshots"): "what keeps states is no part of them",
    ("World", "forgotten"): "clients remember their access keys, whatever the world does",
    ("World", "_forks"): "how often the process was copied",
    ("World", "_places"): "keeps work of the same time in order, and may have gaps",
    ("Record", "_known"): "a cache of what never changes",
}
"""Attributes, by class, that no rollback touches, and why."""
VALUES = {("Record", "happenings"): "events never change, and there may be a million"}
"""Attributes that are lists of what never changes, and so not looked into."""


class Way(NamedTuple):
    """How to keep the state of objects of one type.

    Attributes:
        take: gives the state as a value of its own; None where there is nothing to change.
        put: lets the object have such a state again.
        parts: gives the objects that it leads to.
    """

    take: Callable[[Any], Any] | None
    put: Callable[[Any, Any], None]
    parts: Callable[[Any], Iterable[object]]


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


INDEX = Way(Index.state, Index.put_back, lambda index: index.state().things.values())
_WAYS_OF_TYPES: dict[type, Way | None] = {
    **dict.fromkeys((str, bytes, int, float, bool, type(None)), None),
    types.FunctionType: Way(None, _nothing, _parts_of_function),
    types.MethodType: Way(None, _nothing, lambda method: (method.__self__, method.__func__)),
    functools.partial: Way(None, _nothing, _parts_of_partial),
    types.MappingProxyType: Way(None, _nothing, lambda thing: thing.values()),
    bytearray: Way(bytes, lambda thing, state: thing.__setitem__(slice(None), state), tuple),
    Index: INDEX,
}
_WAYS_OF_CONTAINERS: dict[type, Way] = {
    dict: Way(dict, _put_mapping, lambda thing: thing.values()),
    list: Way(list, _put_items, list),
    deque: Way(list, _put_items, list),
    set: Way(set, _put_set, list),
    tuple: Way(None, _nothing, list),
    frozenset: Way(None, _nothing, list),
}
"""These and what is derived from them."""


def _way_of(kind: type) -> Way | None:
    """Give how to keep the objects of a type; None for those that nobody changes.

    An object of somebody else's, a date or an error that a test plans, is taken for such a one.
    """
    if issubclass(kind, (type, Enum, types.ModuleType)):
        return None
    for base, way in _WAYS_OF_CONTAINERS.items():
        if issubclass(kind, base):
            return way
    is_part = kind.__module__.startswith(OURS) and not kind.__module__.startswith(__package__)
    return _way_of_ours(kind) if is_part and not issubclass(kind, BaseException) else None


def _way_of_ours(kind: type) -> Way:
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
    return Way(
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


class _Ways(dict[type, "Way | None"]):
    """How to keep the objects of each type, which is found out when the first one comes."""

    def __missing__(self, kind: type) -> Way | None:
        self[kind] = way = _way_of(kind)
        return way


WAYS = _Ways(_WAYS_OF_TYPES)

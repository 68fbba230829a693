"""All that a world consists of, described in depth: to tell whether it is the same again."""

import dataclasses
import datetime as dt
import functools
import types

from kmsmock.domain.index import Index

PLAIN = (str, bytes, int, float, bool, type(None), dt.datetime, dt.timedelta)
LEFT_OUT = {
    "_known",  # a cache of the record's
    "_places",  # may have gaps
    "forgotten",  # what clients remember
    "lock",
    "_snapshots",
    "_forks",
}


def describe(aws, left_out=LEFT_OUT):
    """Describe accounts, time, randomness, callers, events, faults and the work that is due.

    Attributes of the names in `left_out` are passed over.
    """
    world = aws._world
    seen = {id(world): (world, 0)}
    return [
        (name, _describe(value, seen, left_out))
        for name, value in sorted(vars(world).items())
        if name not in left_out
    ]


def _describe(thing, seen, left_out):
    """Describe a value; of an object met before only the place in the order of meeting."""
    if isinstance(thing, PLAIN):
        return thing
    if id(thing) in seen:
        return f"<{seen[id(thing)][1]}>"
    seen[id(thing)] = thing, len(seen)
    if isinstance(thing, (set, frozenset)):
        return sorted(str(_describe(item, seen, left_out)) for item in thing)
    return type(thing).__name__, [
        _describe(part, seen, left_out) for part in _parts(thing, left_out)
    ]


def _parts(thing, left_out):  # noqa: PLR0911 - a line for each kind
    """What a thing consists of."""
    if isinstance(thing, dict):
        return [part for pair in thing.items() for part in pair]
    if isinstance(thing, Index):
        return [thing.state().names, thing.state().things]
    if isinstance(thing, (list, tuple)):
        return thing
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args]
    if isinstance(thing, types.FunctionType):
        return [thing.__qualname__, *(cell.cell_contents for cell in thing.__closure__ or ())]
    if isinstance(thing, types.MethodType):
        return [thing.__name__, thing.__self__]
    if type(thing).__module__.startswith("kmsmock."):
        return [
            part
            for name, value in _members(thing)
            if name not in left_out
            for part in (name, value)
        ]
    return [str(thing)]


def _members(thing):
    """The attributes of one of kmsmock's own objects."""
    if dataclasses.is_dataclass(thing):
        return [(field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing)]
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    attributes = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    return sorted({**attributes, **getattr(thing, "__dict__", {})}.items())

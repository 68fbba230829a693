"""A world's domain objects, described in depth, to tell whether a call changed any of them."""

import dataclasses
import functools
import types
from functools import cache

from kmsmock.domain.index import Index

PLAIN = (str, bytes, int, float, bool, type(None))


def describe(aws):
    """Describe everything that the world's accounts have, and how much work is due.

    Two descriptions are equal if nothing that a client can ever see is different. A Region that
    a call only looked at has nothing in it and is left out.
    """
    world = aws._world
    regions = {
        (account.account_id, region.name): _describe(region, {})
        for account in world.accounts.values()
        for region in account.regions.values()
        if any(map(len, (region.keys, region.key_stores, region.clusters, region.backups)))
        or any(alias.key_id for alias in region.aliases)
        or region.retirable
    }
    return regions, len(world._due)


def _describe(thing, seen):
    """Describe a value; of an object met before only the place in the order of meeting."""
    if isinstance(thing, PLAIN):
        return thing
    if id(thing) in seen:
        return f"<{seen[id(thing)]}>"
    seen[id(thing)] = len(seen)
    return type(thing).__name__, [_describe(part, seen) for part in _parts(thing)]


def _parts(thing):
    """What a thing is made of; of a function, what it was given to remember."""
    if isinstance(thing, dict):
        parts = [part for item in thing.items() for part in item]
    elif isinstance(thing, (list, tuple, Index)):
        parts = thing
    elif isinstance(thing, (set, frozenset)):
        parts = sorted(map(str, thing))
    elif isinstance(thing, functools.partial):
        parts = [thing.func, *thing.args]
    elif isinstance(thing, types.FunctionType):
        parts = [thing.__qualname__, *(cell.cell_contents for cell in thing.__closure__ or ())]
    elif isinstance(thing, types.MethodType):
        parts = [thing.__name__, thing.__self__]
    elif type(thing).__module__.startswith("kmsmock."):
        names = _names_of(type(thing)) or vars(thing)
        parts = [getattr(thing, name) for name in names if hasattr(thing, name)]
    else:
        parts = [str(thing)]
    return parts


@cache
def _names_of(kind):
    """The attributes of one of kmsmock's own classes, if it says which they are."""
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    return [name for ancestor in kind.__mro__ for name in getattr(ancestor, "__slots__", ())]

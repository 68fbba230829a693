"""A world's domain objects, described in depth, to tell whether a call changed any of them."""

import dataclasses
import functools
import types
from datetime import datetime, timedelta
from functools import cache

from kmsmock.domain.index import Index

PLAIN = frozenset({str, bytes, int, float, bool, type(None), datetime, timedelta})


def describe(aws):
    """Describe everything that the world's accounts have, and how much work is due.

    Two descriptions are equal if nothing that a client can ever see is different. A Region that
    a call only looked at has nothing in it and is left out.
    """
    world = aws._world
    regions = {
        (account.account_id, region.name): _told(region)
        for account in world.accounts.values()
        for region in account.regions.values()
        if any(map(len, (region.keys, region.key_stores, region.clusters, region.backups)))
        or any(alias.key_id for alias in region.aliases)
        or region.retirable
    }
    return regions, len(world._due)


def _told(root):
    """Tell a value part by part; of an object met before only the place in the order of meeting."""
    told, seen, todo = [], {}, [root]
    while todo:
        thing = todo.pop()
        kind = type(thing)
        if kind in PLAIN:
            told.append(thing)
            continue
        if id(thing) in seen:
            told.append(f"<{seen[id(thing)]}>")
            continue
        seen[id(thing)] = len(seen)
        parts = _way_of(kind)(thing)
        told += (kind.__name__, len(parts))
        todo += parts
    return told


@cache
def _way_of(kind):
    """How to take a thing of this type apart; a function into what it was given to remember."""
    for known, way in WAYS.items():
        if issubclass(kind, known):
            return way
    if kind.__module__.startswith("kmsmock."):
        names = _names_of(kind)
        if names:
            return lambda thing: [getattr(thing, name) for name in names if hasattr(thing, name)]
        return lambda thing: list(vars(thing).values())
    return lambda thing: [str(thing)]


def _names_of(kind):
    """The attributes of one of kmsmock's own classes, if it says which they are."""
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    return [name for ancestor in kind.__mro__ for name in getattr(ancestor, "__slots__", ())]


WAYS = {
    dict: lambda thing: [*thing, *thing.values()],
    (list, tuple, Index): list,
    (set, frozenset): lambda thing: sorted(map(str, thing)),
    functools.partial: lambda thing: [thing.func, *thing.args],
    types.FunctionType: lambda thing: [
        thing.__qualname__,
        *(cell.cell_contents for cell in thing.__closure__ or ()),
    ],
    types.MethodType: lambda thing: [thing.__name__, thing.__self__],
}

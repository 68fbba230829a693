"""A world's domain objects, described in depth, to tell whether a call changed any of them."""

import dataclasses

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
    if isinstance(thing, dict):
        return [(_describe(name, seen), _describe(value, seen)) for name, value in thing.items()]
    if isinstance(thing, (list, tuple, Index)):
        return [_describe(item, seen) for item in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted(str(_describe(item, seen)) for item in thing)
    own = type(thing).__module__.startswith("kmsmock.")
    members = [(name, _describe(item, seen)) for name, item in _members(thing)] if own else []
    return type(thing).__name__ if own else str(thing), members


def _members(thing):
    """The attributes of one of kmsmock's own objects."""
    if dataclasses.is_dataclass(thing):
        return [(field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing)]
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    attributes = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    return sorted({**attributes, **getattr(thing, "__dict__", {})}.items())

"""Regions that a test names: whether botocore knows them, or may know them tomorrow."""

from __future__ import annotations

import re
from functools import cache

from botocore.loaders import create_loader

_DIRECTION = re.compile(r".*-([a-z]+)-\d+")


def require_region(name: object) -> str:
    """Give the name of a Region back, or refuse what cannot be one, and tell which are near.

    A Region that is newer than the installed botocore passes: one whose name its partition's rule
    allows, and that lies in a direction in which some Region lies, `us-east-9`.

    Raises:
        TypeError: it is no text.
        ValueError: it cannot be a Region.
    """
    listed, rules, directions = _known()
    if isinstance(name, str):
        direction = _DIRECTION.fullmatch(name)
        may_come = direction is not None and direction[1] in directions
        if name in listed or (may_come and any(re.fullmatch(rule, name) for rule in rules)):
            return name
    from kmsmock.levers.known_names import require_known

    return require_known("Region", name, sorted(listed))


@cache
def _known() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Give the Regions that botocore lists, its rules for their names, and their directions."""
    partitions = create_loader().load_data("partitions")["partitions"]
    listed = frozenset(region for partition in partitions for region in partition["regions"])
    rules = tuple(partition["regionRegex"] for partition in partitions)
    found = map(_DIRECTION.fullmatch, listed)
    return listed, rules, frozenset(match[1] for match in found if match)

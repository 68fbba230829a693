"""Aliases in a file: by name, each with the key that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.alias import Alias
from kmsmock.saved_worlds.forms import MOMENT, TEXT, Damaged, Json, or_none, require_object
from kmsmock.saved_worlds.records import Record

if TYPE_CHECKING:
    from datetime import datetime

    from kmsmock.domain.region import Region

_ALIAS = Record(
    Alias,
    {"key_id": TEXT, "created": or_none(MOMENT), "updated": or_none(MOMENT)},
    derived=("name",),
    optional=("created", "updated"),
)


def write_aliases(region: Region) -> Json:
    """Give the aliases that stand for a key, by name, in the order in which they were made."""
    aliases = reversed(list(region.aliases.newest()))
    return {alias.name: _ALIAS.write(alias) for alias in aliases if alias.key_id is not None}


def read_aliases(region: Region, found: Json, where: str, now: datetime) -> None:
    """Put aliases into their Region; each is an object, or the id of its key alone.

    Raises:
        Damaged: one of them stands for no key that is there.
    """
    for name, item in require_object(found, where).items():
        here = f"{where}.{name}"
        if not name.startswith("alias/") or not 6 < len(name) <= 256:
            raise Damaged(here, "an alias's name begins with alias/")
        alias = _ALIAS.read_members({"key_id": item} if type(item) is str else item, here)
        key = region.keys.get(alias["key_id"])
        if key is None:
            raise Damaged(f"{here}.key_id", f"{region.name} has no key {alias['key_id']!r}")
        region.aliases[name] = Alias(
            name, key.key_id, alias.get("created") or now, alias.get("updated") or now
        )
        key.aliases.add(name)

"""One Region in a file: its members, in the order in which one builds on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmsmock.saved_worlds.aliases import read_aliases, write_aliases
from kmsmock.saved_worlds.backups import read_backups, write_backups
from kmsmock.saved_worlds.clusters import read_clusters, write_clusters
from kmsmock.saved_worlds.forms import BYTES, Damaged, Json, require_object
from kmsmock.saved_worlds.key_stores import read_key_stores, write_key_stores
from kmsmock.saved_worlds.keys import read_key, write_key
from kmsmock.saved_worlds.multi_region import Relation
from kmsmock.saved_worlds.network import read_network, write_network
from kmsmock.saved_worlds.records import items_of

if TYPE_CHECKING:
    from datetime import datetime

    from kmsmock.domain.region import Region
    from kmsmock.saved_worlds.hsm_memory import HsmMemory
    from kmsmock.world import World

MEMBERS = (
    *("network", "clusters", "backups", "key_stores"),
    *("keys", "aliases", "recorded_ciphertexts"),
)


def write_region(region: Region, memory: HsmMemory) -> dict[str, Json]:
    """Give what there is in a Region."""
    written = {
        "network": write_network(region),
        "clusters": write_clusters(region, memory),
        "backups": write_backups(region, memory),
        "key_stores": write_key_stores(region),
        # In the order in which they were made.
        "keys": [write_key(key) for key in reversed(list(region.keys.newest()))],
        "aliases": write_aliases(region),
        "recorded_ciphertexts": [
            [BYTES.write(recorded), BYTES.write(own)]
            for recorded, own in region.recorded_ciphertexts.items()
        ],
    }
    return {name: value for name, value in written.items() if value}


class Beginning(NamedTuple):
    """What Regions are filled beside.

    Attributes:
        now: the time at which the world begins.
        memory: what the HSMs of all Regions share.
    """

    world: World
    now: datetime
    memory: HsmMemory


def read_region(beginning: Beginning, region: Region, found: Json, where: str) -> list[Relation]:
    """Fill a Region that is empty.

    Returns:
        Its multi-Region keys, which are to be tied to those of other Regions.

    Raises:
        Damaged: something of it is not what it should be.
    """
    world, now, memory = beginning
    document = require_object(found, where, MEMBERS)
    read_network(region, document.get("network", {}), f"{where}.network")
    read_clusters(region, memory, document.get("clusters", []), f"{where}.clusters")
    read_backups(region, memory, document.get("backups", []), f"{where}.backups")
    read_key_stores(region, document.get("key_stores", []), f"{where}.key_stores")
    relations = []
    for here, item in items_of(document.get("keys", []), f"{where}.keys"):
        relation = read_key(world, region, item, here, now)
        if relation is not None:
            relations.append(relation)
    read_aliases(region, document.get("aliases", {}), f"{where}.aliases", now)
    _read_ciphertexts(
        region, document.get("recorded_ciphertexts", []), f"{where}.recorded_ciphertexts"
    )
    return relations


def _read_ciphertexts(region: Region, found: Json, where: str) -> None:
    if type(found) is not list or any(type(it) is not list or len(it) != 2 for it in found):
        raise Damaged(where, "must be a list of pairs")
    for recorded, own in found:
        region.recorded_ciphertexts[BYTES.read(recorded, where)] = BYTES.read(own, where)

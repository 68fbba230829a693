"""Multi-Region keys in a file: the primary lists its replicas, and each of those its primary."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmsmock.domain.multi_region import RelatedKeys
from kmsmock.saved_worlds.forms import TEXT, Damaged, Json, list_of

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.world import World

SHARED = {"AWS_KMS": ("rotation", "materials"), "EXTERNAL": ("rotation",)}
"""Origin -> what related keys share, and only the primary has in a file."""
_ALIKE = ("spec", "usage", "origin")
"""What related keys have in common, each of its own."""
_REPLICAS = list_of(TEXT)


class Relation(NamedTuple):
    """A multi-Region key, and what a file says of its relations."""

    key: Key
    document: dict[str, Json]
    where: str


def write_relation(key: Key, related: RelatedKeys) -> Json:
    """Give the Regions of a primary's replicas, in their order, or that of a replica's primary."""
    if key.is_primary:
        return {"replicas": _REPLICAS.write(related.replicas)}
    return {"primary": related.primary.region}


def relate(world: World, relations: list[Relation]) -> None:
    """Tie replicas to their primaries, now that all keys are there.

    Raises:
        Damaged: a primary and a replica do not name each other, or are not alike.
    """
    for key, document, where in relations:
        if "primary" in document:
            continue
        key.related = RelatedKeys(key)
        here = f"{where}.multi_region.replicas"
        for region in _REPLICAS.read(document.get("replicas", []), here):
            replica = _find(world, key, region)
            if replica is None or replica.related is not None or replica is key:
                raise Damaged(here, f"{region} has no such key that could be a replica")
            _share(key, replica, here)
            key.related.replicas[region] = replica
            replica.related = key.related
    for key, document, where in relations:
        if "primary" not in document:
            continue
        here = f"{where}.multi_region.primary"
        region = TEXT.read(document["primary"], here)
        if key.related is None or key.related.primary.region != region:
            raise Damaged(here, f"the key in {region} has no replica in {key.region}")


def _find(world: World, key: Key, region: str) -> Key | None:
    present = world.account(key.account_id).regions.get(region)
    return None if present is None else present.keys.get(key.key_id)


def _share(primary: Key, replica: Key, where: str) -> None:
    for name in _ALIKE:
        if getattr(primary, name) != getattr(replica, name):
            raise Damaged(where, f"{name} of the key in {replica.region} is another")
    replica.rotation = primary.rotation
    if primary.origin == "AWS_KMS":
        replica.materials = primary.materials
    elif not primary.materials.by_id.keys() <= replica.materials.by_id.keys():
        raise Damaged(where, f"the key in {replica.region} lacks places for material")

"""Rotations that happen when their time has come, not when a call asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kmsmock.domain.deed import deed
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_state import USABLE
from kmsmock.trail.service_events import note_rotation, note_synchronization

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World


def schedule_rotation(
    world: World, region: Region, key: Key, now: datetime, period: timedelta
) -> None:
    """Rotate the key's material each time that the period is over, until that is stopped."""
    key.rotation.schedule(now, period)
    watch_rotation(world, region, key, now)


def watch_rotation(world: World, region: Region, key: Key, now: datetime) -> None:
    """Have the key looked at on the date of its next automatic rotation.

    For whatever sets that date; once more than needed does no harm.
    """
    date = key.rotation.next_date
    if date is not None:
        world.do_after(now, date - now, _rotate_when_due.on(region, key.key_id))


@deed("automatic key rotation")
def _rotate_when_due(world: World, region: Region, at: datetime, key_id: str) -> None:
    """Rotate the key, unless it is gone, unusable, or its schedule was changed.

    Nor does a key that became a replica: its primary rotates their common material.
    """
    key = region.keys.get(key_id)
    if key is None or key.is_replica:
        return
    if key.rotation.is_due(at) and key.state in USABLE:
        _rotate(world, region, key, at)


def resume_rotation(world: World, region: Region, key: Key, now: datetime) -> None:
    """Take up the schedule of a key that was just enabled again.

    Material that is older than the period is rotated at once, and from then on each time that
    the period is over; else the old schedule goes on (GetKeyRotationStatus in the model).
    """
    rotation = key.rotation
    if rotation.period is None or key.is_replica:
        return
    if now - (key.materials.current.rotated or key.created) >= rotation.period:
        _rotate(world, region, key, now)
    elif rotation.is_due(now):
        rotation.skip_missed(now)
        watch_rotation(world, region, key, now)


def _rotate(world: World, region: Region, key: Key, now: datetime) -> None:
    material = new_material(key.spec, world.randomness, region.cipher)
    key.materials.rotate_to(material, now, "AUTOMATIC")
    key.rotation.follow(now)
    _note_rotation(world, key, now)
    watch_rotation(world, region, key, now)


def begin_on_demand_rotation(world: World, region: Region, key: Key, now: datetime) -> None:
    """Rotate the key's material as soon as this world's background work has done it."""
    key.rotation.start_on_demand(now)
    watch_on_demand_rotation(world, region, key)


def watch_on_demand_rotation(world: World, region: Region, key: Key) -> None:
    """Have the on-demand rotation ended that runs, if one does."""
    started = key.rotation.on_demand_started
    if started is not None:
        finish = _finish_on_demand_rotation.on(region, key.key_id)
        world.begin("on-demand key rotation", started, finish)


@deed("on-demand key rotation")
def _finish_on_demand_rotation(world: World, region: Region, at: datetime, key_id: str) -> None:
    """Make the new or the imported material the current one."""
    key = region.keys.get(key_id)
    if key is None or key.rotation.on_demand_started is None:
        return
    if key.related is not None:
        key = key.related.primary
    key.rotation.on_demand_started = None
    materials = key.materials
    if key.origin == "AWS_KMS":
        material = new_material(key.spec, world.randomness, region.cipher)
    elif materials.pending_id is not None:
        material = materials.by_id[materials.pending_id]
    else:
        return  # It was deleted, or expired, meanwhile.
    materials.rotate_to(material, at, "ON_DEMAND")
    if key.related is not None:
        key.related.follow_rotation(material.material_id, at)
    _note_rotation(world, key, at)


def _note_rotation(world: World, key: Key, at: datetime) -> None:
    note_rotation(world, key, at)
    if key.related is not None:
        for replica in key.related.replicas.values():
            note_synchronization(world, replica, at)

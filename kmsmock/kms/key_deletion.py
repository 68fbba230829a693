"""The end of a key: ScheduleKeyDeletion, CancelKeyDeletion, and what happens when time is up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kmsmock.domain.deed import deed
from kmsmock.domain.key_state import DELETABLE, LEAVING
from kmsmock.errors import ValidationException
from kmsmock.kms.grants import forget_grants
from kmsmock.kms.targets import key_named_by
from kmsmock.operation import operation
from kmsmock.trail.key_stores import backing_key, deletion_data
from kmsmock.trail.service_events import note_deletion

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CancelKeyDeletionRequestTypeDef,
        CancelKeyDeletionResponseTypeDef,
        ScheduleKeyDeletionRequestTypeDef,
        ScheduleKeyDeletionResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World

DELETION_WINDOW_DAYS = range(7, 31)
DEFAULT_DELETION_WINDOW_DAYS = 30


@operation(
    "kms", "ScheduleKeyDeletion", key_named_by("KeyId", "kms:ScheduleKeyDeletion", DELETABLE)
)
def schedule_key_deletion(
    call: Call, request: ScheduleKeyDeletionRequestTypeDef, key: Key
) -> ScheduleKeyDeletionResponseTypeDef:
    """Begin the waiting period, at whose end the key is gone."""
    days = request.get("PendingWindowInDays", DEFAULT_DELETION_WINDOW_DAYS)
    if days not in DELETION_WINDOW_DAYS:
        # The model allows 1 to 365. The text is assumed from the model's own constraint.
        limit = "greater than or equal to 7" if days < 7 else "less than or equal to 30"
        raise ValidationException(
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to "
            f"satisfy constraint: Member must have value {limit}"
        )
    window = timedelta(days=days)
    date = _begin_waiting_period(call.world, call.region, key, call.now, window)
    reply: ScheduleKeyDeletionResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    if date is not None:
        reply["DeletionDate"] = date
    reply["KeyState"] = key.state
    reply["PendingWindowInDays"] = days
    return reply


def _begin_waiting_period(
    world: World, region: Region, key: Key, now: datetime, window: timedelta
) -> datetime | None:
    """Have the key deleted at the end of its window; give that time unless replicas hold it up."""
    date = key.schedule_deletion(now, window)
    watch_deletion(world, region, key, now)
    return date


def watch_deletion(world: World, region: Region, key: Key, now: datetime) -> None:
    """Have the key looked at on its deletion date, if it has one."""
    date = key.deletion_date
    if date is not None:
        world.do_after(now, date - now, _delete_when_due.on(region, key.key_id))


@deed("key deletion")
def _delete_when_due(world: World, region: Region, at: datetime, key_id: str) -> None:
    """Delete the key with its aliases and grants, unless its deletion was cancelled or put off."""
    key = region.keys.get(key_id)
    if key is None or key.deletion_date is None or key.deletion_date > at:
        return
    for name in key.aliases:
        del region.aliases[name]
    forget_grants(world, key)
    _delete_material(world, key, at)
    del region.keys[key_id]
    if key.related is not None:
        key.related.forget(key)
        _go_on_with_primary(world, key.related.primary, at)


def _delete_material(world: World, key: Key, at: datetime) -> None:
    """Delete what a key store has of the key, if that is possible, and note how it went."""
    store = key.custom_key_store
    if store is None:
        note_deletion(world, key, at)
        return
    backing = backing_key(store, key)
    went = store.delete_backing_key(key.backing_key)
    store.key_ids.discard(key.key_id)
    note_deletion(world, key, at, deletion_data(store, backing, went=went))


def _go_on_with_primary(world: World, primary: Key, now: datetime) -> None:
    """Begin the waiting period of a primary if the last replica that held it up is gone."""
    if primary.state == "PendingReplicaDeletion" and primary.deletion_window is not None:
        region = world.region(primary.account_id, primary.region)
        _begin_waiting_period(world, region, primary, now, primary.deletion_window)


@operation("kms", "CancelKeyDeletion", key_named_by("KeyId", "kms:CancelKeyDeletion", LEAVING))
def cancel_key_deletion(
    call: Call, _request: CancelKeyDeletionRequestTypeDef, key: Key
) -> CancelKeyDeletionResponseTypeDef:
    """End the waiting period; the key is disabled."""
    key.cancel_deletion()
    reply: CancelKeyDeletionResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    return reply

"""Keys: CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, ScheduleKeyDeletion and
CancelKeyDeletion.
"""  # noqa: D205 - the first sentence is the list of operations

from __future__ import annotations

import functools
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kmsmock.domain.key import Key
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_spec import SYMMETRIC, algorithms, is_offered
from kmsmock.domain.key_state import ANY, DELETABLE, LEAVING, SWITCHABLE
from kmsmock.domain.multi_region import RelatedKeys
from kmsmock.errors import NotImplementedByKmsmock, ValidationException
from kmsmock.errors.kms import CustomKeyStoreInvalidStateException, UnsupportedOperationException
from kmsmock.kms.due_rotation import resume_rotation
from kmsmock.kms.pages import page
from kmsmock.kms.shapes import key_metadata
from kmsmock.kms.targets import find_key_store, key_named_by, key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CancelKeyDeletionRequestTypeDef,
        CancelKeyDeletionResponseTypeDef,
        CreateKeyRequestTypeDef,
        CreateKeyResponseTypeDef,
        DescribeKeyRequestTypeDef,
        DescribeKeyResponseTypeDef,
        DisableKeyRequestTypeDef,
        EnableKeyRequestTypeDef,
        ListKeysRequestTypeDef,
        ListKeysResponseTypeDef,
        ScheduleKeyDeletionRequestTypeDef,
        ScheduleKeyDeletionResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.region import Region
    from kmsmock.world import World

DELETION_WINDOW_DAYS = range(7, 31)
DEFAULT_DELETION_WINDOW_DAYS = 30


@operation("kms", "CreateKey")
def create_key(call: Call, request: CreateKeyRequestTypeDef) -> CreateKeyResponseTypeDef:
    """Make a key of any spec, in KMS or in a custom key store, or one that awaits its import."""
    spec, usage = _spec_and_usage(call.region, request)
    origin = request.get("Origin", "AWS_KMS")
    _require_origin_that_fits(request, origin, spec)
    random = call.world.randomness
    multi_region = request.get("MultiRegion", False)
    key_id = f"mrk-{random.hex(32)}" if multi_region else random.uuid()
    key = Key(
        key_id=key_id,
        arn=call.region.kms_arn(f"key/{key_id}"),
        account_id=call.region.account_id,
        region=call.region.name,
        created=call.now,
        spec=spec,
        usage=usage,
        origin=origin,
        description=request.get("Description", ""),
        policy=request.get("Policy") or default_policy(call.region),
        tags={tag["TagKey"]: tag["TagValue"] for tag in request.get("Tags", ())},
    )
    if multi_region:
        key.related = RelatedKeys(key)
    if "CustomKeyStoreId" in request:
        _put_into_key_store(call, key, request["CustomKeyStoreId"])
    elif origin == "AWS_KMS":
        key.materials.make_current(new_material(spec, random, call.region.cipher))
    call.region.keys[key_id] = key
    reply: CreateKeyResponseTypeDef = call.new_reply()
    reply["KeyMetadata"] = key_metadata(key)
    return reply


def _spec_and_usage(region: Region, request: CreateKeyRequestTypeDef) -> tuple[str, str]:
    if "KeySpec" in request and "CustomerMasterKeySpec" in request:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    spec = request.get("KeySpec") or request.get("CustomerMasterKeySpec") or SYMMETRIC
    if spec != SYMMETRIC and "KeyUsage" not in request:
        raise ValidationException(
            "You must specify a KeyUsage value for all KMS keys except for symmetric "
            "encryption keys."
        )
    usage = request.get("KeyUsage", "ENCRYPT_DECRYPT")
    if not algorithms(spec, usage):
        raise ValidationException(f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    if not is_offered(spec, region.partition):
        # Code and text are assumed.
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported in {region.name}.")
    return spec, usage


def _require_origin_that_fits(request: CreateKeyRequestTypeDef, origin: str, spec: str) -> None:
    """Let a key store and an origin come together, or neither (custom-key-stores.md section 5).

    Codes and texts are assumed.
    """
    in_store = origin in ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
    if in_store and "CustomKeyStoreId" not in request:
        raise ValidationException(f"CustomKeyStoreId is required for Origin {origin}.")
    if not in_store and "CustomKeyStoreId" in request:
        raise ValidationException(f"CustomKeyStoreId is not supported for Origin {origin}.")
    if ("XksKeyId" in request) != (origin == "EXTERNAL_KEY_STORE"):
        raise ValidationException(
            "XksKeyId is required for Origin EXTERNAL_KEY_STORE, and for no other Origin."
        )
    if in_store and spec != SYMMETRIC:
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported for Origin {origin}")
    if in_store and request.get("MultiRegion"):
        raise UnsupportedOperationException(f"MultiRegion is not supported for Origin {origin}")
    if origin == "EXTERNAL_KEY_STORE":
        raise NotImplementedByKmsmock(f"kmsmock does not make keys of Origin {origin} yet")


def _put_into_key_store(call: Call, key: Key, store_id: str) -> None:
    """Make the key's material in the store's cluster, labelled with the key's ARN."""
    store = find_key_store(call.region, store_id)
    if not store.connected:
        raise CustomKeyStoreInvalidStateException(
            f"Custom key store {store_id} is {store.state}; it must be CONNECTED."
        )
    key.backing_key = store.create_backing_key(key.arn, call.world.randomness.bytes)
    key.custom_key_store = store
    store.key_ids.add(key.key_id)


def default_policy(region: Region) -> str:
    """Give the policy of a key that is made without one (kms-operations.md section 3.5)."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{region.partition}:iam::{region.account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


@operation("kms", "DescribeKey", key_used_by("kms:DescribeKey", ANY, None))
def describe_key(
    call: Call, _request: DescribeKeyRequestTypeDef, key: Key
) -> DescribeKeyResponseTypeDef:
    """Give a key's metadata."""
    reply: DescribeKeyResponseTypeDef = call.new_reply()
    reply["KeyMetadata"] = key_metadata(key)
    return reply


@operation("kms", "ListKeys")
def list_keys(call: Call, _request: ListKeysRequestTypeDef) -> ListKeysResponseTypeDef:
    """List the keys of the account and Region, by id."""
    keys, marker = page(call.region.keys, call.request, default=100)
    reply: ListKeysResponseTypeDef = call.new_reply()
    reply["Keys"] = [{"KeyId": key.key_id, "KeyArn": key.arn} for key in keys]
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


@operation("kms", "EnableKey", key_named_by("KeyId", "kms:EnableKey", SWITCHABLE))
def enable_key(call: Call, _request: EnableKeyRequestTypeDef, key: Key) -> None:
    """Let the key be used again, and rotated again."""
    if not key.enabled:
        key.enabled = True
        resume_rotation(call.world, call.region, key, call.now)


@operation("kms", "DisableKey", key_named_by("KeyId", "kms:DisableKey", SWITCHABLE))
def disable_key(_call: Call, _request: DisableKeyRequestTypeDef, key: Key) -> None:
    """Keep the key from being used."""
    key.enabled = False


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
    if date is not None:
        world.do_after(now, window, functools.partial(_delete_when_due, world, region, key.key_id))
    return date


def _delete_when_due(world: World, region: Region, key_id: str, at: datetime) -> None:
    """Delete the key with its aliases, unless its deletion was cancelled or put off."""
    key = region.keys.get(key_id)
    if key is None or key.deletion_date is None or key.deletion_date > at:
        return
    for name in key.aliases:
        del region.aliases[name]
    if key.custom_key_store is not None:
        key.custom_key_store.delete_backing_key(key.backing_key)
        key.custom_key_store.key_ids.discard(key_id)
    del region.keys[key_id]
    if key.related is not None:
        key.related.forget(key)
        _go_on_with_primary(world, key.related.primary, at)


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

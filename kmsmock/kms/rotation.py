"""Rotation of key material: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus,
ListKeyRotations and RotateKeyOnDemand.
"""  # noqa: D205 - the first sentence is the list of operations

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kmsmock.domain.index import Index
from kmsmock.domain.key_state import ANY, LEAVING, ROTATABLE, ROTATION_SWITCHABLE
from kmsmock.domain.rotation import MOST_ON_DEMAND
from kmsmock.errors.kms import (
    ConflictException,
    KMSInvalidStateException,
    LimitExceededException,
    UnsupportedOperationException,
)
from kmsmock.kms.due_rotation import begin_on_demand_rotation, schedule_rotation
from kmsmock.kms.multi_region import require_no_replica
from kmsmock.kms.origins import require_origin
from kmsmock.kms.pages import page
from kmsmock.kms.shapes import rotation_entry
from kmsmock.kms.targets import KeyTarget, key_named_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        DisableKeyRotationRequestTypeDef,
        EnableKeyRotationRequestTypeDef,
        GetKeyRotationStatusRequestTypeDef,
        GetKeyRotationStatusResponseTypeDef,
        ListKeyRotationsRequestTypeDef,
        ListKeyRotationsResponseTypeDef,
        RotateKeyOnDemandRequestTypeDef,
        RotateKeyOnDemandResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.key_material import KeyMaterial

DEFAULT_PERIOD_DAYS = 365


@operation(
    "kms",
    "EnableKeyRotation",
    key_named_by("KeyId", "kms:EnableKeyRotation", ROTATION_SWITCHABLE),
)
def enable_key_rotation(call: Call, request: EnableKeyRotationRequestTypeDef, key: Key) -> None:
    """Rotate the material of a key of KMS's own again and again, or change the period."""
    _require_automatic_rotation(key)
    period = timedelta(days=request.get("RotationPeriodInDays", DEFAULT_PERIOD_DAYS))
    schedule_rotation(call.world, call.region, key, call.now, period)


@operation(
    "kms",
    "DisableKeyRotation",
    key_named_by("KeyId", "kms:DisableKeyRotation", ROTATION_SWITCHABLE),
)
def disable_key_rotation(_call: Call, _request: DisableKeyRotationRequestTypeDef, key: Key) -> None:
    """Keep the material that the key has."""
    _require_automatic_rotation(key)
    key.rotation.stop()


def _require_automatic_rotation(key: Key) -> None:
    """Refuse a key that cannot rotate.

    Assumed: of a replica of an asymmetric or HMAC key EnableKeyRotation says that it cannot rotate,
    and not that it is a replica.
    """
    _require_rotation(key)
    require_origin(key, "AWS_KMS")
    require_no_replica(key)


def _require_rotation(key: Key) -> None:
    """Refuse a key in a key store, and one that is not symmetric (without a text: recorded.md)."""
    require_origin(key, "AWS_KMS", "EXTERNAL")
    if not key.is_symmetric:
        raise UnsupportedOperationException


@operation(
    "kms",
    "GetKeyRotationStatus",
    KeyTarget("KeyId", "kms:GetKeyRotationStatus", ANY, other_accounts=True),
)
def get_key_rotation_status(
    call: Call, _request: GetKeyRotationStatusRequestTypeDef, key: Key
) -> GetKeyRotationStatusResponseTypeDef:
    """Tell whether and when the key rotates.

    Keys without automatic rotation answer false (key-states.md section 5.5), except those in a
    key store. Assumed: KeyId in the answer of GetKeyRotationStatus is the key's ARN.
    """
    require_origin(key, "AWS_KMS", "EXTERNAL")
    rotation = key.rotation
    reply: GetKeyRotationStatusResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["KeyRotationEnabled"] = False
    if rotation.period and rotation.next_date and key.state not in LEAVING:
        reply["KeyRotationEnabled"] = True
        reply["RotationPeriodInDays"] = rotation.period.days
        reply["NextRotationDate"] = rotation.next_date
    if rotation.on_demand_started is not None:
        reply["OnDemandRotationStartDate"] = rotation.on_demand_started
    return reply


@operation("kms", "ListKeyRotations", key_named_by("KeyId", "kms:ListKeyRotations", ANY))
def list_key_rotations(
    call: Call, request: ListKeyRotationsRequestTypeDef, key: Key
) -> ListKeyRotationsResponseTypeDef:
    """List the materials that rotations brought, or all of the key's.

    Assumed: ListKeyRotations gives the oldest first.
    """
    _require_rotation(key)
    everything = request.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    # A marker names a place in the key's history, which only its pending end can lose.
    of = f"ListKeyRotations {key.arn} {everything}"
    listed: Index[KeyMaterial] = Index()
    for place, material in enumerate(key.materials.by_id.values()):
        if everything or material.rotation is not None:
            listed[f"{place:08}"] = material
    materials, marker = page(listed, request, default=100, of=of)
    reply: ListKeyRotationsResponseTypeDef = call.new_reply()
    reply["Rotations"] = [rotation_entry(key, material) for material in materials]
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


def _has_material_to_rotate_to(key: Key) -> bool:
    """Tell whether new material was imported, into all replicas too."""
    pending = key.materials.pending_id
    return pending is not None and (key.related is None or key.related.everywhere(pending))


@operation("kms", "RotateKeyOnDemand", key_named_by("KeyId", "kms:RotateKeyOnDemand", ROTATABLE))
def rotate_key_on_demand(
    call: Call, _request: RotateKeyOnDemandRequestTypeDef, key: Key
) -> RotateKeyOnDemandResponseTypeDef:
    """Give the key new material now, or let imported material take its turn."""
    _require_rotation(key)
    require_no_replica(key)
    if key.origin == "EXTERNAL" and not _has_material_to_rotate_to(key):
        raise KMSInvalidStateException(
            f"No available key material pending rotation for the key: {key.arn}."
        )
    if key.rotation.on_demand_count >= MOST_ON_DEMAND:
        raise LimitExceededException(
            "The on-demand rotations limit has been reached for the given keyId. No more "
            f"on-demand rotations can be performed for this key: {key.arn}"
        )
    # Assumed: while a rotation on demand is in progress another one is refused.
    if key.rotation.on_demand_started is not None:
        # The text is assumed.
        raise ConflictException(f"A rotation of {key.arn} is in progress.")
    if key.rotation.is_imminent(call.now):
        # The text is assumed.
        raise ConflictException(
            f"An automatic rotation of {key.arn} is scheduled to begin within the next 20 minutes."
        )
    begin_on_demand_rotation(call.world, call.region, key, call.now)
    reply: RotateKeyOnDemandResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    return reply

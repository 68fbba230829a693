"""Multi-Region keys: ReplicateKey and UpdatePrimaryRegion.

Rules: kms-operations.md section 4.8, recorded.md section 3, key-states.md sections 5.6 and 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kmsmock.authorization.key_policy import as_shown
from kmsmock.domain.deed import deed
from kmsmock.domain.key_state import SETTLED, USABLE, require_state
from kmsmock.errors.kms import (
    AlreadyExistsException,
    NotFoundException,
    UnsupportedOperationException,
)
from kmsmock.kms.due_rotation import watch_rotation
from kmsmock.kms.keys import require_room_for_key
from kmsmock.kms.policies import check_policy, default_policy
from kmsmock.kms.shapes import key_metadata
from kmsmock.kms.tags import accept_tags
from kmsmock.kms.targets import KeyTarget, key_named_by
from kmsmock.operation import operation
from kmsmock.protocol.model import regions_of
from kmsmock.trail.service_events import note_synchronization

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_kms.type_defs import (
        ReplicateKeyRequestTypeDef,
        ReplicateKeyResponseTypeDef,
        UpdatePrimaryRegionRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.multi_region import RelatedKeys
    from kmsmock.domain.region import Region
    from kmsmock.world import World


def require_primary(key: Key) -> RelatedKeys:
    """Give the related keys of a primary.

    Raises:
        UnsupportedOperationException: the key is a replica, or has one Region only. Assumed:
            ReplicateKey refuses a single-Region key in the same words as a replica.
    """
    if key.related is None or not key.is_primary:
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")
    return key.related


def require_no_replica(key: Key) -> None:
    """Refuse a replica what related keys share and only their primary changes.

    Raises:
        UnsupportedOperationException: the key is a replica. Assumed: whatever a replica
            cannot do is refused in the words with which ReplicateKey refuses one.
    """
    if key.is_replica:
        require_primary(key)


@operation("kms", "ReplicateKey", key_named_by("KeyId", "kms:ReplicateKey", SETTLED))
def replicate_key(
    call: Call, request: ReplicateKeyRequestTypeDef, key: Key
) -> ReplicateKeyResponseTypeDef:
    """Make a replica in another Region, which shares what related keys share and no more."""
    related = require_primary(key)
    _require_free_region(call, related, request["ReplicaRegion"])
    region = call.world.region(call.region.account_id, request["ReplicaRegion"])
    tags = accept_tags(request.get("Tags", ()), {})
    if "Policy" in request:
        bypass = request.get("BypassPolicyLockoutSafetyCheck", False)
        check_policy(call, request["Policy"], region.kms_arn(f"key/{key.key_id}"), bypass=bypass)
    require_room_for_key(region)
    policy = request.get("Policy") or default_policy(region)
    replica = related.replicate(region, call.now, request.get("Description", ""), policy, tags)
    end = _finish_creation.on(region, replica.key_id)
    call.world.begin("replica key creation", call.now, end)
    reply: ReplicateKeyResponseTypeDef = call.new_reply()
    reply["ReplicaKeyMetadata"] = key_metadata(replica)
    reply["ReplicaPolicy"] = as_shown(replica.policy, region.partition)
    if replica.tags:
        reply["ReplicaTags"] = [
            {"TagKey": name, "TagValue": value} for name, value in replica.tags.items()
        ]
    return reply


def _require_free_region(call: Call, related: RelatedKeys, name: str) -> None:
    """Refuse a Region that is none of the partition's, or has one of the related keys.

    The texts are assumed. Assumed: ReplicateKey into a Region that AWS does not have gets
    UnsupportedOperationException.
    """
    if name not in regions_of(call.region.partition):
        raise UnsupportedOperationException(
            f"{name} is not a Region of the {call.region.partition} partition."
        )
    present = related.in_region(name)
    if present is not None:
        raise AlreadyExistsException(f"{present.arn} already exists.")


@deed("replica key creation")
def _finish_creation(world: World, region: Region, at: datetime, key_id: str) -> None:
    """Let a replica be used, now that it has what it shares with its primary."""
    replica = region.keys.get(key_id)
    if replica is not None:
        replica.changing = None
        note_synchronization(world, replica, at)


@deed("primary Region update")
def _settle(_world: World, region: Region, _at: datetime, key_id: str) -> None:
    """Let a key be no longer Updating."""
    key = region.keys.get(key_id)
    if key is not None:
        key.changing = None


@dataclass(frozen=True, slots=True)
class ReplicaTarget:
    """The replica that a Region names, of the primary that another member names.

    Attributes:
        primary: the key that is the primary.
        member: the member with the Region.
    """

    primary: KeyTarget
    member: str

    @property
    def action(self) -> str:
        """The permission that it takes on the replica as well."""
        return self.primary.action

    def find(self, call: Call) -> Key:
        """Look the replica up.

        Raises:
            NotFoundException: there is none in the Region; the text is assumed.
            UnsupportedOperationException: the key is not a primary, or its own Region was named.
        """
        primary = self.primary.find(call)
        related = require_primary(primary)
        name = cast("str", call.request[self.member])
        key = related.in_region(name)
        if key is None:
            missing = primary.arn.replace(f":{primary.region}:", f":{name}:", 1)
            raise NotFoundException(f"Key '{missing}' does not exist")
        if key is primary:
            # The text is assumed.
            raise UnsupportedOperationException(f"{key.arn} is not a multi-region replica key.")
        return key

    def check(self, _call: Call, key: Key) -> None:
        """Refuse a replica that is not enabled."""
        require_state(key.arn, key.state, self.primary.states)


_PRIMARY = key_named_by("KeyId", "kms:UpdatePrimaryRegion", USABLE)


@operation("kms", "UpdatePrimaryRegion", _PRIMARY, ReplicaTarget(_PRIMARY, "PrimaryRegion"))
def update_primary_region(
    call: Call, _request: UpdatePrimaryRegionRequestTypeDef, primary: Key, replica: Key
) -> None:
    """Let the primary and a replica change places; nothing else about them changes."""
    require_primary(primary).make_primary(replica)
    for key in (primary, replica):
        region = call.world.region(key.account_id, key.region)
        call.world.begin("primary Region update", call.now, _settle.on(region, key.key_id))
    watch_rotation(call.world, region, replica, call.now)

"""What AWS does without a call: events of the type AwsServiceEvent.

Source: authorization.md section 6.1, and
https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.controls.record import Facts, Members, Resource

if TYPE_CHECKING:
    from datetime import datetime

    from kmsmock.domain.key import Key
    from kmsmock.world import World

NAMES = ("DeleteExpiredKeyMaterial", "DeleteKey", "RotateKey", "SynchronizeMultiRegionKey")
"""All of them."""


def note_deletion(world: World, key: Key, at: datetime, store_data: Members = ()) -> None:
    """Note that a key's waiting period is over.

    Args:
        store_data: what is told of the key store that had the material.
    """
    _note(world, "DeleteKey", key, at, details=(), additional=store_data)


def note_expiry(world: World, key: Key, at: datetime) -> None:
    """Note that imported material has expired and was deleted."""
    _note(world, "DeleteExpiredKeyMaterial", key, at, details=(("keyId", key.key_id),))


def note_rotation(world: World, key: Key, at: datetime) -> None:
    """Note that a key has new material, by its schedule or on demand."""
    _note(world, "RotateKey", key, at, details=(("keyId", key.key_id),))


def note_synchronization(world: World, key: Key, at: datetime) -> None:
    """Note that a replica has got what it shares with its primary: an API call of AWS's own.

    The members of the event SynchronizeMultiRegionKey are assumed.
    """
    facts = Facts(
        "kms",
        "SynchronizeMultiRegionKey",
        key.region,
        key.account_id,
        parameters=(("KeyId", key.arn),),
        resources=(Resource(key.arn, key.account_id),),
    )
    world.record.add(at, facts, world.randomness.two_uuids())


def _note(  # noqa: PLR0913 - what an event is made of
    world: World, name: str, key: Key, at: datetime, *, details: Members, additional: Members = ()
) -> None:
    facts = Facts(
        "kms",
        name,
        key.region,
        key.account_id,
        resources=(Resource(key.arn, key.account_id),),
        additional=additional,
        details=details,
    )
    world.record.add(at, facts, world.randomness.uuid_bytes())

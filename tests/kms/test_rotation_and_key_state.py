"""Automatic rotation of keys that are disabled, pending deletion, or gone."""

import pytest
from expect import refused
from imports import metadata
from rotations import days_until_rotation, material_id, status


def test_disabled_key_does_not_rotate(aws, kms, key_id):
    """While the key is disabled its status stays true and its material stays."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    kms.disable_key(KeyId=key_id)

    aws.clock.advance(days=400)

    assert status(kms, key_id)["KeyRotationEnabled"]
    assert material_id(kms, key_id) == before


def test_old_material_rotates_when_the_key_is_enabled_again(aws, kms, key_id):
    """Material older than the period changes at once, and a period after that."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    kms.disable_key(KeyId=key_id)
    aws.clock.advance(days=400)

    kms.enable_key(KeyId=key_id)

    assert material_id(kms, key_id) != before
    assert days_until_rotation(aws, kms, key_id) == 365
    aws.clock.advance(days=366)
    assert len(kms.list_key_rotations(KeyId=key_id)["Rotations"]) == 2


def test_young_material_keeps_its_schedule_through_a_pause(aws, kms, key_id):
    """A key enabled again in time rotates when it would have."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    kms.disable_key(KeyId=key_id)
    aws.clock.advance(days=100)

    kms.enable_key(KeyId=key_id)

    assert material_id(kms, key_id) == before
    assert days_until_rotation(aws, kms, key_id) == 265


@pytest.mark.parametrize("pause", [10, 5], ids=["missed", "due_at_that_moment"])
def test_young_material_skips_the_rotation_that_a_pause_missed(aws, kms, key_id, pause):
    """Material that was rotated on demand shortly before goes on with the old schedule."""
    aws.clock.freeze()
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=360)
    kms.rotate_key_on_demand(KeyId=key_id)
    young = material_id(kms, key_id)
    kms.disable_key(KeyId=key_id)
    aws.clock.advance(days=pause)

    kms.enable_key(KeyId=key_id)

    assert material_id(kms, key_id) == young
    assert days_until_rotation(aws, kms, key_id) == 370 - pause
    aws.clock.advance(days=371 - pause)
    assert material_id(kms, key_id) != young


def test_enabling_an_enabled_key_rotates_nothing(aws, kms, key_id):
    """EnableKey without effect leaves material that is older than the period."""
    aws.clock.advance(days=300)
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    aws.clock.advance(days=100)

    kms.enable_key(KeyId=key_id)

    assert material_id(kms, key_id) == before


def test_key_that_is_leaving_reports_no_rotation(aws, kms, key_id):
    """While the key is pending deletion its status is false, and it does not rotate."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    before = material_id(kms, key_id)
    aws.clock.advance(days=80)
    kms.schedule_key_deletion(KeyId=key_id)

    aws.clock.advance(days=20)

    assert {*status(kms, key_id)} == {"KeyId", "KeyRotationEnabled"}
    assert not status(kms, key_id)["KeyRotationEnabled"]
    assert material_id(kms, key_id) == before


def test_cancelled_deletion_restores_rotation(aws, kms, key_id):
    """The status is true again, and the missed rotation happens when the key is enabled."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    before = material_id(kms, key_id)
    aws.clock.advance(days=80)
    kms.schedule_key_deletion(KeyId=key_id)
    aws.clock.advance(days=20)

    kms.cancel_key_deletion(KeyId=key_id)

    assert status(kms, key_id)["KeyRotationEnabled"]
    assert material_id(kms, key_id) == before
    kms.enable_key(KeyId=key_id)
    assert material_id(kms, key_id) != before


def test_rotation_outlives_the_key(aws, kms, key_id):
    """A rotation of a key that is gone by then happens to nobody."""
    kms.enable_key_rotation(KeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=400)

    with refused("NotFoundException"):
        status(kms, key_id)


@pytest.mark.parametrize("name", ["enable_key_rotation", "disable_key_rotation"])
def test_rotation_of_a_disabled_key_cannot_be_set(kms, key_id, name):
    """EnableKeyRotation and DisableKeyRotation need an enabled key."""
    arn = metadata(kms, key_id)["Arn"]
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException", f"{arn} is disabled."):
        getattr(kms, name)(KeyId=key_id)

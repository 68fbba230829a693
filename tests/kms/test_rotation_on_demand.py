"""RotateKeyOnDemand: new material at once, twenty-five times in a key's life."""

import datetime as dt

import boto3
import pytest
from expect import refused
from imports import MATERIAL, OTHER_MATERIAL, external_key, import_material, import_new, metadata
from rotations import material_id

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def slow_aws():
    """A world whose changes take AWS's time."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as handle:
        yield handle


@pytest.fixture
def slow_kms(slow_aws):
    """A KMS client in that world."""
    return boto3.client("kms", region_name="us-east-1")


def how_many(kms, key_id):
    """How many rotations the key has had."""
    return len(kms.list_key_rotations(KeyId=key_id)["Rotations"])


def test_rotation_on_demand_answers_with_the_arn_alone(kms, key_id):
    """RotateKeyOnDemand tells the key's ARN."""
    reply = kms.rotate_key_on_demand(KeyId=key_id)

    del reply["ResponseMetadata"]
    assert reply == {"KeyId": metadata(kms, key_id)["Arn"]}


def test_rotation_on_demand_changes_the_material(kms, key_id):
    """The next call sees other material, and the old one still reads what it wrote."""
    before = material_id(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    kms.rotate_key_on_demand(KeyId=key_id)

    assert material_id(kms, key_id) != before
    assert kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == before


def test_rotation_on_demand_is_over_by_the_next_call(kms, key_id):
    """The status has no OnDemandRotationStartDate, and automatic rotation stays off."""
    kms.rotate_key_on_demand(KeyId=key_id)

    reply = kms.get_key_rotation_status(KeyId=key_id)

    assert {*reply} == {"KeyId", "KeyRotationEnabled", "ResponseMetadata"}
    assert reply["KeyRotationEnabled"] is False


def test_rotation_on_demand_leaves_the_schedule(aws, kms, key_id):
    """The automatic rotation comes on its date, whatever was rotated before."""
    kms.enable_key_rotation(KeyId=key_id)
    date = kms.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]
    aws.clock.advance(days=361)
    kms.rotate_key_on_demand(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["NextRotationDate"] == date

    aws.clock.advance(days=4)

    entries = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    assert [entry["RotationType"] for entry in entries] == ["ON_DEMAND", "AUTOMATIC"]


def test_key_rotates_on_demand_25_times(kms, key_id):
    """The twenty-sixth rotation on demand is beyond the limit."""
    arn = metadata(kms, key_id)["Arn"]
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key_id)
    text = (
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
        f"rotations can be performed for this key: {arn}"
    )

    with refused("LimitExceededException", text):
        kms.rotate_key_on_demand(KeyId=key_id)

    assert how_many(kms, key_id) == 25


def test_automatic_rotations_do_not_count_to_the_limit(aws, kms, key_id):
    """After 30 automatic rotations one on demand is still possible."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    aws.clock.advance(days=30 * 90 + 1)

    kms.rotate_key_on_demand(KeyId=key_id)

    assert how_many(kms, key_id) == 31


@pytest.mark.parametrize("minutes", [1, 19, 20])
def test_rotation_on_demand_makes_way_for_an_automatic_one(aws, kms, key_id, minutes):
    """Within the last 20 minutes before an automatic rotation there is a conflict."""
    aws.clock.freeze()
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=364, hours=23, minutes=60 - minutes)

    with refused("ConflictException"):
        kms.rotate_key_on_demand(KeyId=key_id)

    assert how_many(kms, key_id) == 0


def test_rotation_on_demand_is_possible_until_20_minutes_before(aws, kms, key_id):
    """21 minutes before an automatic rotation there is no conflict yet."""
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=364, hours=23, minutes=39)

    kms.rotate_key_on_demand(KeyId=key_id)

    assert how_many(kms, key_id) == 1


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_only_symmetric_keys_rotate_on_demand(kms, spec, usage):
    """Asymmetric and HMAC keys refuse, without a text."""
    key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]

    with refused("UnsupportedOperationException", ""):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_state_comes_before_the_kind_of_key(kms):
    """A disabled RSA key answers that it is disabled."""
    reply = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    arn = reply["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=arn)

    with refused("DisabledException", f"{arn} is disabled."):
        kms.rotate_key_on_demand(KeyId=arn)


@pytest.mark.parametrize("connected", [True, False])
def test_keys_in_key_stores_do_not_rotate_on_demand(aws, kms, connected):
    """A key in a CloudHSM key store answers that its origin is not valid, connected or not."""
    store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
    reply = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)
    arn = reply["KeyMetadata"]["Arn"]
    if not connected:
        kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    text = f"{arn} origin is AWS_CLOUDHSM which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        kms.rotate_key_on_demand(KeyId=arn)


def test_realistic_rotation_runs_for_seconds(slow_aws, slow_kms):
    """Until it is over the status tells its start, and the old material encrypts."""
    key_id = slow_kms.create_key()["KeyMetadata"]["KeyId"]
    before = material_id(slow_kms, key_id)
    slow_kms.rotate_key_on_demand(KeyId=key_id)
    started = slow_kms.get_key_rotation_status(KeyId=key_id)["OnDemandRotationStartDate"]
    assert abs(started - slow_aws.clock.now()) < dt.timedelta(minutes=1)
    assert (material_id(slow_kms, key_id), how_many(slow_kms, key_id)) == (before, 0)

    slow_aws.clock.advance(minutes=1)

    assert "OnDemandRotationStartDate" not in slow_kms.get_key_rotation_status(KeyId=key_id)
    assert material_id(slow_kms, key_id) != before
    assert how_many(slow_kms, key_id) == 1


def test_rotation_that_runs_excludes_another(slow_kms):
    """A second rotation on demand conflicts with the first."""
    key_id = slow_kms.create_key()["KeyMetadata"]["KeyId"]
    slow_kms.rotate_key_on_demand(KeyId=key_id)

    with refused("ConflictException"):
        slow_kms.rotate_key_on_demand(KeyId=key_id)


def test_rotation_to_material_that_was_deleted_meanwhile_does_not_happen(slow_aws, slow_kms):
    """Imported material that goes while the rotation runs leaves the key with the old one."""
    key_id = external_key(slow_kms)
    current = import_material(slow_kms, key_id, MATERIAL)["KeyMaterialId"]
    waiting = import_new(slow_kms, key_id, OTHER_MATERIAL)
    slow_kms.rotate_key_on_demand(KeyId=key_id)
    slow_kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=waiting)

    slow_aws.clock.advance(minutes=1)

    assert material_id(slow_kms, key_id) == current
    assert "OnDemandRotationStartDate" not in slow_kms.get_key_rotation_status(KeyId=key_id)


def test_key_that_goes_while_it_rotates_is_gone(slow_aws, slow_kms):
    """A rotation on demand that ends after the key's end happens to nobody."""
    key_id = slow_kms.create_key()["KeyMetadata"]["KeyId"]
    slow_kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    slow_kms.cancel_key_deletion(KeyId=key_id)
    slow_kms.enable_key(KeyId=key_id)
    slow_kms.rotate_key_on_demand(KeyId=key_id)
    slow_kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    slow_aws.clock.advance(days=8)

    with refused("NotFoundException"):
        metadata(slow_kms, key_id)

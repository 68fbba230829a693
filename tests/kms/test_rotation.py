"""Automatic rotation: EnableKeyRotation, DisableKeyRotation and GetKeyRotationStatus."""

import datetime as dt

import boto3
import pytest
from botocore.config import Config
from expect import refused
from imports import external_key, import_material, metadata
from rotations import days_until_rotation, material_id, status

KINDS_WITHOUT_ROTATION = [
    ("RSA_2048", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "SIGN_VERIFY"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
]
AUTOMATIC = ["enable_key_rotation", "disable_key_rotation"]
MINUTE = dt.timedelta(minutes=1)


def test_rotation_is_off_at_first(kms, key_id):
    """A key that nobody rotates answers false, and neither period nor date."""
    arn = metadata(kms, key_id)["Arn"]

    assert status(kms, key_id) == {"KeyId": arn, "KeyRotationEnabled": False}


def test_rotation_is_yearly_by_default(aws, kms, key_id):
    """EnableKeyRotation alone means 365 days, from now."""
    kms.enable_key_rotation(KeyId=key_id)

    found = status(kms, key_id)
    assert {*found} == {"KeyId", "KeyRotationEnabled", "NextRotationDate", "RotationPeriodInDays"}
    assert (found["KeyRotationEnabled"], found["RotationPeriodInDays"]) == (True, 365)
    left = found["NextRotationDate"] - aws.clock.now()
    assert dt.timedelta(days=365) - MINUTE < left <= dt.timedelta(days=365)


@pytest.mark.parametrize("days", [90, 180, 2560])
def test_period_is_the_one_asked_for(aws, kms, key_id, days):
    """RotationPeriodInDays counts from the call."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)

    assert status(kms, key_id)["RotationPeriodInDays"] == days
    assert days_until_rotation(aws, kms, key_id) == days


@pytest.mark.parametrize("days", [89, 2561])
def test_period_is_between_90_and_2560_days(key_id, days):
    """A period outside the range is refused, also when boto3 lets it through."""
    kms = boto3.client("kms", "us-east-1", config=Config(parameter_validation=False))

    with refused("ValidationException"):
        kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)


def test_another_period_counts_from_its_own_call(aws, kms, key_id):
    """EnableKeyRotation again changes the period; the next rotation is that far from now."""
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=100)

    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)

    assert status(kms, key_id)["RotationPeriodInDays"] == 90
    assert days_until_rotation(aws, kms, key_id) == 90


def test_same_period_again_changes_nothing(aws, kms, key_id):
    """EnableKeyRotation repeated does not put the rotation off."""
    kms.enable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=100)

    kms.enable_key_rotation(KeyId=key_id)

    assert days_until_rotation(aws, kms, key_id) == 265


def test_rotation_can_be_turned_off(aws, kms, key_id):
    """After DisableKeyRotation the material stays, and the status has no period."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)

    kms.disable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=400)

    assert {*status(kms, key_id)} == {"KeyId", "KeyRotationEnabled"}
    assert material_id(kms, key_id) == before


def test_rotation_turned_on_again_counts_from_then(aws, kms, key_id):
    """The date of an earlier schedule is forgotten."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    kms.disable_key_rotation(KeyId=key_id)
    aws.clock.advance(days=300)
    kms.enable_key_rotation(KeyId=key_id)

    aws.clock.advance(days=100)

    assert material_id(kms, key_id) == before
    assert days_until_rotation(aws, kms, key_id) == 265


def test_material_changes_when_the_period_is_over(aws, kms, key_id):
    """A year later the key has other material, and the next rotation is a year from that."""
    kms.enable_key_rotation(KeyId=key_id)
    before = material_id(kms, key_id)
    aws.clock.advance(days=364)
    assert material_id(kms, key_id) == before

    aws.clock.advance(days=1)

    assert material_id(kms, key_id) != before
    assert days_until_rotation(aws, kms, key_id) == 365


def test_rotated_key_reads_what_it_wrote(aws, kms, key_id):
    """Ciphertexts of every older material decrypt, and name it."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    blobs = {}
    for _ in range(3):
        blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
        blobs[material_id(kms, key_id)] = blob
        aws.clock.advance(days=90)

    found = {name: kms.decrypt(CiphertextBlob=blob) for name, blob in blobs.items()}

    assert len(found) == 3
    assert {name: reply["KeyMaterialId"] for name, reply in found.items()} == {
        name: name for name in blobs
    }
    assert {reply["Plaintext"] for reply in found.values()} == {b"secret"}


def test_every_period_that_passed_rotated_once(aws, kms, key_id):
    """Four periods at once make four rotations, each on its date."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    first = status(kms, key_id)["NextRotationDate"]

    aws.clock.advance(days=4 * 90 + 1)

    rotations = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    assert [entry["RotationDate"] for entry in rotations] == [
        first + dt.timedelta(days=90 * number) for number in range(4)
    ]


@pytest.mark.parametrize("name", AUTOMATIC)
@pytest.mark.parametrize(("spec", "usage"), KINDS_WITHOUT_ROTATION)
def test_only_symmetric_keys_rotate(kms, name, spec, usage):
    """Asymmetric and HMAC keys refuse, without a text."""
    key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]

    with refused("UnsupportedOperationException", ""):
        getattr(kms, name)(KeyId=key_id)


@pytest.mark.parametrize(("spec", "usage"), KINDS_WITHOUT_ROTATION)
def test_status_of_other_kinds_is_false(kms, spec, usage):
    """GetKeyRotationStatus answers for every kind of key outside key stores."""
    found = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

    assert status(kms, found["KeyId"]) == {"KeyId": found["Arn"], "KeyRotationEnabled": False}


@pytest.mark.parametrize("imported", [False, True])
@pytest.mark.parametrize("name", AUTOMATIC)
def test_imported_material_does_not_rotate_by_itself(kms, name, imported):
    """An EXTERNAL key answers that its origin is not valid, with material and without."""
    key_id = external_key(kms)
    if imported:
        import_material(kms, key_id)
    arn = metadata(kms, key_id)["Arn"]
    text = f"{arn} origin is EXTERNAL which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        getattr(kms, name)(KeyId=key_id)


def test_status_of_a_key_with_imported_material_is_false(kms):
    """GetKeyRotationStatus answers for EXTERNAL keys, which rotate on demand."""
    key_id = external_key(kms)

    assert status(kms, key_id)["KeyRotationEnabled"] is False


@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize("name", [*AUTOMATIC, "get_key_rotation_status", "list_key_rotations"])
def test_keys_in_key_stores_do_not_rotate(aws, kms, name, connected):
    """A key in a CloudHSM key store answers that its origin is not valid, connected or not."""
    store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
    reply = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)
    arn = reply["KeyMetadata"]["Arn"]
    if not connected:
        kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    text = f"{arn} origin is AWS_CLOUDHSM which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        getattr(kms, name)(KeyId=arn)


@pytest.mark.parametrize("name", AUTOMATIC)
def test_rotation_has_no_output(kms, key_id, name):
    """Neither operation answers anything."""
    reply = getattr(kms, name)(KeyId=key_id)

    assert {*reply} == {"ResponseMetadata"}


def test_key_in_china_rotates(aws):
    """SM4 keys get SM4 material."""
    kms = boto3.client("kms", region_name="cn-north-1")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key_id)
    old = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]

    aws.clock.advance(days=365)

    new = kms.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in (old, new)] == [
        b"old",
        b"new",
    ]

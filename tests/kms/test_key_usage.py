"""GetKeyLastUsage: by which cryptographic operation a key was used last."""

import pytest
from expect import refused
from key_situations import AWAY, HOME, Situation, client_in

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model, service_model

pytestmark = pytest.mark.skipif(
    operation_model("kms", "GetKeyLastUsage") is None, reason="botocore does not know it yet"
)


def tracked():
    """The operations that count, as the model lists them."""
    model = service_model("kms")
    if "KeyLastUsageTrackingOperation" not in model.shape_names:
        return []
    return model.shape_for("KeyLastUsageTrackingOperation").enum


def last(kms, key_id):
    """What is told of the key's last use."""
    return kms.get_key_last_usage(KeyId=key_id)["KeyLastUsage"]


@pytest.mark.parametrize("operation", tracked())
def test_every_cryptographic_operation_counts(operation):
    """The model lists those that do."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        aws.clock.advance(hours=1)

        reply = situation.ask()

        usage = last(situation.client, situation.arn)
        assert usage["Operation"] == operation
        assert usage["KmsRequestId"] == reply["ResponseMetadata"]["RequestId"]
        assert abs((usage["Timestamp"] - aws.clock.now()).total_seconds()) < 60


def test_a_key_never_used_has_an_empty_usage(aws, kms, key_id):
    """The member is there, an empty object; tracking began with the key."""
    aws.clock.advance(days=3)

    reply = kms.get_key_last_usage(KeyId=key_id)

    created = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"]
    assert reply["KeyId"] == key_id
    assert reply["KeyLastUsage"] == {}
    assert reply["TrackingStartDate"] == reply["KeyCreationDate"] == created


@pytest.mark.parametrize(
    "operation", ["DescribeKey", "GetPublicKey", "CreateGrant", "GetKeyPolicy"]
)
def test_other_operations_do_not_count(operation):
    """Looking at a key, or at its public half, is no use of it."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")

        situation.ask()

        assert last(situation.client, situation.arn) == {}


def test_a_refused_call_does_not_count(kms, key_id):
    """Only success is use."""
    with refused("ValidationException"):
        kms.generate_data_key(KeyId=key_id)

    assert last(kms, key_id) == {}


def test_a_dry_run_does_not_count(kms, key_id):
    """It only asks."""
    with refused("DryRunOperationException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True)

    assert last(kms, key_id) == {}


def test_the_last_use_is_told(kms, key_id):
    """Each use takes the place of the one before."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    first = last(kms, key_id)

    kms.decrypt(CiphertextBlob=blob)

    second = last(kms, key_id)
    assert (first["Operation"], second["Operation"]) == ("Encrypt", "Decrypt")
    assert first["CloudTrailEventId"] != second["CloudTrailEventId"]


def test_reencrypt_is_a_use_of_both_keys(kms, key_id):
    """It is named ReEncrypt for the source and for the destination."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]

    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)

    assert [last(kms, key)["Operation"] for key in (key_id, other)] == ["ReEncrypt"] * 2


def test_primary_and_replica_are_tracked_apart(aws):
    """The use of one is no use of the other."""
    home, away = client_in(HOME), client_in(AWAY)
    key = home.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    home.replicate_key(KeyId=key, ReplicaRegion=AWAY)

    away.encrypt(KeyId=key, Plaintext=b"x")

    assert last(home, key) == {}
    assert last(away, key)["Operation"] == "Encrypt"


def test_the_use_through_an_alias_is_the_keys(kms, key_id):
    """Whatever name the call used."""
    kms.create_alias(AliasName="alias/a", TargetKeyId=key_id)

    kms.encrypt(KeyId="alias/a", Plaintext=b"x")

    assert last(kms, key_id)["Operation"] == "Encrypt"


def test_an_alias_is_not_taken(kms, key_id):
    """GetKeyLastUsage takes a key id or a key ARN."""
    kms.create_alias(AliasName="alias/a", TargetKeyId=key_id)

    with refused("NotFoundException"):
        kms.get_key_last_usage(KeyId="alias/a")

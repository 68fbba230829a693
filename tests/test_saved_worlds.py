"""Worlds on disk: `aws.save(path)` and `mock_kms_cloudhsm(load=path)`; keys, callers, the file."""

import datetime as dt
import json
from dataclasses import fields
from pathlib import Path

import pytest
from clients_at_hand import NO_RETRIES, REGION, SESSION
from expect import refused
from imports import MATERIAL, OTHER_MATERIAL, external_key, import_material, parameters, send
from multi_region import AWAY
from policies import allow, policy
from saved_worlds import KEY_ID, SEED, loaded

from kmsmock import AfterPolls, mock_kms_cloudhsm
from kmsmock.domain.deed import KINDS
from kmsmock.domain.region import Region
from kmsmock.saved_worlds import due, regions

ROLE = "arn:aws:iam::123456789012:role/app"
FORMAT_1 = Path(__file__).parent / "world_of_format_1.json"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "world.json"


def client(region=REGION):
    return SESSION.client("kms", region_name=region, config=NO_RETRIES)


def test_a_loaded_world_decrypts_what_the_saved_one_encrypted(path):
    """Keys come back with their material, under the same ids and names."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().create_alias(AliasName="alias/app", TargetKeyId=key_id)
        sealed = client().encrypt(KeyId="alias/app", Plaintext=b"secret")["CiphertextBlob"]
        aws.save(path)

    with loaded(path):
        answer = client().decrypt(KeyId="alias/app", CiphertextBlob=sealed)

    assert answer["Plaintext"] == b"secret"
    assert answer["KeyId"].endswith(key_id)


def test_a_grant_is_saved_with_its_key(path):
    """Both the list of a key and that of a retiring principal have it again."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().create_grant(
            KeyId=key_id,
            GranteePrincipal=ROLE,
            RetiringPrincipal=ROLE,
            Operations=["Decrypt"],
            Constraints={"EncryptionContextSubset": {"a": "b"}},
        )
        before = client().list_grants(KeyId=key_id)["Grants"]
        aws.save(path)

    with loaded(path):
        assert client().list_grants(KeyId=key_id)["Grants"] == before
        assert client().list_retirable_grants(RetiringPrincipal=ROLE)["Grants"] == before


def test_what_falls_due_is_saved(path):
    """A key is deleted on the day that was set before the world was saved."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
        aws.save(path)

    with loaded(path) as aws:
        aws.clock.advance(days=6)
        assert client().describe_key(KeyId=key_id)
        aws.clock.advance(days=2)
        with refused("NotFoundException"):
            client().describe_key(KeyId=key_id)


def test_a_schedule_of_rotation_is_saved(path):
    """The next rotation happens a period after the last one."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
        aws.clock.advance(days=50)
        aws.save(path)

    with loaded(path) as aws:
        aws.clock.advance(days=41)
        assert len(client().list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_a_seeded_world_goes_on_as_it_would_have(path):
    """What is random after loading is what it would have been without saving."""
    with mock_kms_cloudhsm(region=REGION, seed=7) as aws:
        client().create_key()
        aws.save(path)
        expected = client().generate_random(NumberOfBytes=16)["Plaintext"]

    with loaded(path):
        assert client().generate_random(NumberOfBytes=16)["Plaintext"] == expected


def test_a_file_written_by_hand_needs_only_keys_and_aliases(path):
    """In the spirit of local-kms: all else has the values of a new key."""
    path.write_text(json.dumps(SEED))

    with loaded(path):
        key = client().describe_key(KeyId="alias/app")["KeyMetadata"]
        assert (key["KeyId"], key["KeyState"]) == (KEY_ID, "Enabled")
        assert (key["KeySpec"], key["Origin"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS")
        assert client().get_key_policy(KeyId=KEY_ID)["Policy"]
        sealed = client().encrypt(KeyId=KEY_ID, Plaintext=b"text")["CiphertextBlob"]

    with loaded(path):
        assert client().decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"


def test_a_reset_world_is_empty_also_when_it_was_loaded(path):
    """`aws.reset()` is not a second load."""
    path.write_text(json.dumps(SEED))

    with loaded(path) as aws:
        aws.reset()
        assert client().list_keys()["Keys"] == []


def test_a_mock_inside_a_mock_loads_nothing(path):
    """They share one world, which has begun."""
    path.write_text(json.dumps(SEED))

    with (
        mock_kms_cloudhsm(),
        pytest.raises(ValueError, match="give load=.* there"),
        mock_kms_cloudhsm(load=path),
    ):
        pass


# What else a file holds of keys


def test_related_keys_are_saved_with_what_they_share(path):
    """A rotation of the primary is one of its replica, too; each keeps its own description."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        client().replicate_key(KeyId=key_id, ReplicaRegion=AWAY, Description="replica")
        before = client().describe_key(KeyId=key_id)["KeyMetadata"]
        aws.save(path)

    with loaded(path):
        assert client().describe_key(KeyId=key_id)["KeyMetadata"] == before
        client().rotate_key_on_demand(KeyId=key_id)
        sealed = client().encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
        assert client(AWAY).decrypt(KeyId=key_id, CiphertextBlob=sealed)["Plaintext"] == b"text"
        assert client(AWAY).describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "replica"


def test_a_replica_becomes_the_primary_in_a_loaded_world(path):
    """What related keys share is tied again, so that they can change places."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        client().replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
        aws.save(path)

    with loaded(path):
        client().update_primary_region(KeyId=key_id, PrimaryRegion=AWAY)
        shown = client(AWAY).describe_key(KeyId=key_id)["KeyMetadata"]["MultiRegionConfiguration"]

    assert shown["MultiRegionKeyType"] == "PRIMARY"
    assert [key["Region"] for key in shown["ReplicaKeys"]] == [REGION]


def test_an_import_goes_on_in_a_loaded_world(path):
    """A token that was given out takes material in; what waits for a rotation still does."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = external_key(client())
        import_material(client(), key_id, MATERIAL)
        given = parameters(client(), key_id)
        aws.save(path)

    with loaded(path) as aws:
        send(client(), key_id, given, OTHER_MATERIAL, ImportType="NEW_KEY_MATERIAL")
        aws.save(path)

    with loaded(path):
        client().rotate_key_on_demand(KeyId=key_id)
        assert len(client().list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_imported_material_expires_in_a_loaded_world(path):
    """On its date, and not before."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = external_key(client())
        in_three_days = aws.clock.now() + dt.timedelta(days=3)
        import_material(client(), key_id, MATERIAL, ValidTo=in_three_days)
        aws.save(path)

    with loaded(path) as aws:
        aws.clock.advance(days=2)
        assert client().describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
        aws.clock.advance(days=2)
        assert client().describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingImport"


def test_what_waits_for_calls_is_saved(path):
    """A change that some calls have seen already ends after the others."""
    with mock_kms_cloudhsm(region=REGION, transitions=AfterPolls(2)) as aws:
        key_id = client().create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        client().replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
        assert client(AWAY).describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Creating"
        aws.save(path)

    with loaded(path):
        states = [
            client(AWAY).describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] for _ in range(2)
        ]

    assert states == ["Creating", "Enabled"]


# Callers


def test_a_declared_caller_is_held_to_its_policies_in_a_loaded_world(path):
    """Its clients keep their access key, and with it what they may do."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        app = aws.client("kms", principal=ROLE, policies=[policy(allow("kms:DescribeKey"))])
        aws.save(path)

    with loaded(path):
        assert app.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id
        with refused("AccessDeniedException"):
            app.disable_key(KeyId=key_id)


@pytest.mark.parametrize("lost", ["deleted", "rolled back"])
def test_access_keys_that_are_of_no_use_stay_so(path, lost):
    """What was held to policies never becomes the administrator."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        snapshot = aws.snapshot()
        app = aws.client("kms", principal=ROLE, config=NO_RETRIES)
        if lost == "deleted":
            aws.delete_principal(ROLE)
        else:
            aws.rollback(snapshot)
        aws.save(path)

    with loaded(path), refused("UnrecognizedClientException"):
        app.list_keys()


def test_quotas_are_saved(path):
    """A quota that was enforced is, and counts the requests of the last second."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        aws.clock.freeze()
        aws.quotas.enforce(rates={"CreateKey": 2})
        client().create_key()
        aws.save(path)

    with loaded(path) as aws:
        client().create_key()
        with refused("ThrottlingException"):
            client().create_key()
        aws.clock.advance(seconds=1)
        client().create_key()


# The file


def test_a_file_is_for_people_to_review(path):
    """Each member is on a line of its own, by AWS's names; a policy is an object, not a text."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        aws.kms_key(key_id=KEY_ID, aliases=["alias/app"])
        aws.save(path)

    lines = path.read_text().splitlines()
    assert '      "key_id": "11111111-2222-3333-4444-555555555555",' in lines
    assert '         "Action": "kms:*",' in lines


@pytest.mark.parametrize("indent", [None, 2], ids=["short", "indented"])
def test_a_policy_is_loaded_as_it_was_put(path, indent):
    """Whatever the spaces in it."""
    text = json.dumps(json.loads(SAMPLE_POLICY), indent=indent)
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key(Policy=text)["KeyMetadata"]["KeyId"]
        before = client().get_key_policy(KeyId=key_id)["Policy"]
        aws.save(path)

    with loaded(path) as aws:
        assert client().get_key_policy(KeyId=key_id)["Policy"] == before
        [key] = aws._world.region("123456789012", REGION).keys
        assert key.policy == text


SAMPLE_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
    }
)


def test_a_file_of_format_1_is_read_as_it_was(path):
    """It has no list of what falls due: the dates of its keys tell."""
    with loaded(FORMAT_1) as aws:
        kms = client()
        assert kms.decrypt(CiphertextBlob=b"from AWS")["Plaintext"] == b"text"
        assert len(kms.list_retirable_grants(RetiringPrincipal=ROLE)["Grants"]) == 1
        aws.save(path)
        aws.clock.advance(days=4)
        states = {
            kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
            for key in kms.list_keys()["Keys"]
        }
        assert states == {"Enabled", "PendingDeletion", "PendingImport"}
        aws.clock.advance(days=100)
        assert len(kms.list_keys()["Keys"]) == 2
        assert len(kms.list_key_rotations(KeyId=KEY_ID)["Rotations"]) == 1

    assert json.loads(path.read_text())["kmsmock"] == 2


def test_a_key_written_by_hand_may_be_a_multi_region_key(path):
    """Its id tells; it has no replicas yet."""
    key_id = "mrk-" + "1" * 32
    here = {"keys": [{"key_id": key_id}]}
    path.write_text(json.dumps({"kmsmock": 2, "accounts": {"123456789012": {REGION: here}}}))

    with loaded(path):
        assert client().describe_key(KeyId=key_id)["KeyMetadata"]["MultiRegion"]
        client().replicate_key(KeyId=key_id, ReplicaRegion=AWAY)


# Nothing is forgotten


WORLDS = {
    "saved": {
        *("account_id", "clock", "randomness", "accounts", "grant_delay", "quotas"),
        *("credentials", "forgotten", "proxies", "_due", "polled"),
    },
    "not of a world, but of its process": {
        *("_places", "lock", "_partition_of", "_forks", "_snapshots"),
    },
    "left out, as the README says": {"record", "transitions", "faults"},
}
"""Every attribute of a world, by what happens to it."""


def test_every_attribute_of_a_world_is_known(aws):
    """A new one fails here until a file holds it, or the README says that none does.

    Of all else that a world consists of, the tables in `saved_worlds` know every attribute.
    """
    assert vars(aws._world).keys() == set().union(*WORLDS.values())


def test_every_attribute_of_a_region_is_saved():
    """As for the world."""
    derived = {"partition", "name", "account_id", "_kms_arns", "aws_managed_keys", "retirable"}

    assert {field.name for field in fields(Region)} == {*regions.MEMBERS, *derived}


def test_every_deed_that_falls_due_can_be_saved():
    """Whatever a kind of deed is done to has a name and a form in a file."""
    assert {name for kind in KINDS.values() for name in kind.subject} == due.SUBJECTS.keys()

"""UpdatePrimaryRegion."""

import pytest
from expect import refused
from multi_region import AWAY, FAR, HOME, arn, client, configuration, metadata, new_related, state

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def away(aws):
    """A client of the replica's Region."""
    return client(AWAY)


@pytest.fixture
def related(kms):
    """The id of a primary with two replicas."""
    return new_related(kms, AWAY, FAR)


def test_primary_and_replica_change_places(kms, away, related):
    """UpdatePrimaryRegion makes the replica the primary, and the primary a replica."""
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)

    new, former = metadata(away, related), metadata(kms, related)
    assert new["MultiRegionConfiguration"] == configuration(related, "PRIMARY", AWAY, FAR, HOME)
    assert former["MultiRegionConfiguration"] == configuration(related, "REPLICA", AWAY, FAR, HOME)


def test_both_are_enabled_again_at_the_end(kms, away, related):
    """After UpdatePrimaryRegion both keys soon have the state they had."""
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)

    assert state(kms, related) == state(away, related) == "Enabled"


def test_only_the_new_primary_is_replicated(kms, away, related):
    """After the change the new primary can be replicated, and the former one cannot."""
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)

    away.replicate_key(KeyId=related, ReplicaRegion="ca-central-1")
    with refused(
        "UnsupportedOperationException", f"{arn(related, HOME)} is not a multi-region primary key."
    ):
        kms.replicate_key(KeyId=related, ReplicaRegion="sa-east-1")


def test_primary_comes_back(kms, away, related):
    """A primary that gave its place away can get it back."""
    kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)

    away.update_primary_region(KeyId=related, PrimaryRegion=HOME)

    assert metadata(kms, related)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


def test_keys_are_updating_for_seconds():
    """Both keys are Updating, can be used and cannot be switched, until the change is over."""
    with mock_kms_cloudhsm(region=HOME, transitions="realistic") as aws:
        kms, away = client(HOME), client(AWAY)
        key_id = new_related(kms, AWAY)
        aws.clock.advance(minutes=1)
        kms.update_primary_region(KeyId=key_id, PrimaryRegion=AWAY)
        for region in (kms, away):
            assert (state(region, key_id), metadata(region, key_id)["Enabled"]) == (
                "Updating",
                False,
            )
            assert region.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
            with refused("KMSInvalidStateException"):
                region.disable_key(KeyId=key_id)
        with refused("KMSInvalidStateException", f"{arn(key_id, AWAY)} is updating."):
            away.replicate_key(KeyId=key_id, ReplicaRegion=FAR)

        aws.clock.advance(seconds=10)

        assert state(kms, key_id) == state(away, key_id) == "Enabled"


def test_region_without_replica_cannot_become_primary(kms, related):
    """PrimaryRegion must have a replica already."""
    with refused("NotFoundException", f"Key '{arn(related, 'sa-east-1')}' does not exist"):
        kms.update_primary_region(KeyId=related, PrimaryRegion="sa-east-1")


def test_primary_does_not_change_places_with_itself(kms, related):
    """PrimaryRegion is another Region than the primary's."""
    with refused(
        "UnsupportedOperationException", f"{arn(related, HOME)} is not a multi-region replica key."
    ):
        kms.update_primary_region(KeyId=related, PrimaryRegion=HOME)


def test_replica_does_not_give_away_the_primary(away, related):
    """UpdatePrimaryRegion names the present primary; a replica is refused."""
    with refused(
        "UnsupportedOperationException", f"{arn(related, AWAY)} is not a multi-region primary key."
    ):
        away.update_primary_region(KeyId=related, PrimaryRegion=FAR)


def test_single_region_key_has_no_primary_region(kms, key_id):
    """UpdatePrimaryRegion of a key of one Region is refused."""
    with refused(
        "UnsupportedOperationException", f"{arn(key_id, HOME)} is not a multi-region primary key."
    ):
        kms.update_primary_region(KeyId=key_id, PrimaryRegion=AWAY)


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_both_keys_must_be_enabled(kms, related, region):
    """A disabled primary gives its place to nobody, and a disabled replica does not get it."""
    client(region).disable_key(KeyId=related)

    with refused("DisabledException", f"{arn(related, region)} is disabled."):
        kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)


def test_leaving_replica_does_not_become_primary(kms, away, related):
    """A replica that is pending deletion does not become the primary."""
    away.schedule_key_deletion(KeyId=related)

    with refused("KMSInvalidStateException", f"{arn(related, AWAY)} is pending deletion."):
        kms.update_primary_region(KeyId=related, PrimaryRegion=AWAY)

"""`aws.quotas`: AWS's quotas, when a test asks for them."""

import datetime as dt

import boto3
import pytest
from clients_at_hand import NO_RETRIES
from clusters import new_cluster
from expect import refused
from key_stores import create_key
from multi_region import AWAY, new_related

from kmsmock import mock_kms_cloudhsm
from kmsmock.controls.quotas import RATES, Bucket, Quotas
from kmsmock.protocol.model import service_model

TOO_FAST = (
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
)


@pytest.fixture
def frozen(aws):
    """The world's clock, which stands still."""
    aws.clock.freeze()
    return aws.clock


def test_no_quota_of_requests_by_default(frozen, kms):
    """More keys than CreateKey's quota of 5 a second can be made."""
    for _ in range(8):
        kms.create_key()

    assert len(kms.list_keys()["Keys"]) == 8


def test_sixth_key_within_a_second_is_throttled(aws, frozen, kms):
    """CreateKey has a quota of 5 a second, and the next second has as many again."""
    aws.quotas.enforce()
    for _ in range(5):
        kms.create_key()

    with refused("ThrottlingException", TOO_FAST):
        kms.create_key()
    frozen.advance(seconds=1)
    kms.create_key()


def test_parameters_for_import_take_four_seconds(aws, frozen, kms):
    """A quota below one is one request in as many seconds as it takes."""
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    wanted = {
        "KeyId": key_id,
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    }
    aws.quotas.enforce()
    kms.get_parameters_for_import(**wanted)

    frozen.advance(seconds=3)
    with refused("ThrottlingException", TOO_FAST):
        kms.get_parameters_for_import(**wanted)
    frozen.advance(seconds=1)
    kms.get_parameters_for_import(**wanted)


def test_operations_of_a_family_share_a_quota(aws, frozen, kms, key_id):
    """Encrypt and GenerateDataKey with symmetric keys count together, Sign does not."""
    signer = aws.kms_key(spec="ECC_NIST_P256")
    aws.quotas.enforce(rates={"cryptographic operations (symmetric)": 2})
    kms.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")

    with refused("ThrottlingException", TOO_FAST):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.sign(KeyId=signer.key_id, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def test_throttled_request_counts_for_nothing(aws, frozen, kms):
    """What was refused takes no room: the next second has all of its own."""
    aws.quotas.enforce(rates={"ListKeys": 1, "ListAliases": 1})
    kms.list_keys()
    for _ in range(3):
        with refused("ThrottlingException"):
            kms.list_keys()

    frozen.advance(seconds=1)

    kms.list_keys()


def test_an_operation_may_have_a_quota_of_its_own_beside_the_shared_one(aws, frozen, kms, key_id):
    """A test's quota of Encrypt holds Encrypt up, and what shares AWS's quota with it not."""
    aws.quotas.enforce(rates={"Encrypt": 1})
    kms.encrypt(KeyId=key_id, Plaintext=b"x")

    with refused("ThrottlingException", TOO_FAST):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")


@pytest.mark.parametrize(
    ("region", "expected"), [("us-east-1", 100_000), ("us-east-2", 20_000), ("eu-north-1", 10_000)]
)
def test_some_regions_have_higher_quotas(region, expected):
    """Symmetric operations have AWS's higher quotas in its larger Regions."""
    quotas, now = Quotas(), dt.datetime.now(dt.timezone.utc)
    bucket = Bucket("123456789012", region, "cryptographic operations (symmetric)")

    admitted = sum(quotas.admits([bucket], now) for _ in range(expected + 5))

    assert admitted == expected


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("spec", "most"), [("RSA_2048", 1), ("ECC_NIST_P256", 100), ("ECC_NIST_P384", 100)]
)
def test_pairs_of_each_spec_have_a_quota_of_their_own(aws, kms, key_id, spec, most):
    """Both operations that make pairs count together, each spec for itself."""
    wanted = {"KeyId": key_id, "KeyPairSpec": spec}
    aws.quotas.enforce()
    for _ in range(most - 1):
        kms.generate_data_key_pair(**wanted)
    kms.generate_data_key_pair_without_plaintext(**wanted)

    with refused("ThrottlingException", TOO_FAST):
        kms.generate_data_key_pair(**wanted)
    kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ECC_SECG_P256K1")


def test_each_key_store_has_a_quota_of_its_own(aws, frozen, kms, key_id):
    """The keys and random bytes of one key store count together, and nowhere else."""
    one, other = (aws.key_store(name).custom_key_store_id for name in ("one", "other"))
    mine, theirs = (create_key(kms, store)["KeyId"] for store in (one, other))
    aws.quotas.enforce(
        rates={
            "cryptographic operations (custom key store)": 2,
            "cryptographic operations (symmetric)": 1,
        }
    )
    kms.encrypt(KeyId=mine, Plaintext=b"x")
    kms.generate_random(NumberOfBytes=8, CustomKeyStoreId=one)

    with refused("ThrottlingException", TOO_FAST):
        kms.encrypt(KeyId=mine, Plaintext=b"x")
    kms.encrypt(KeyId=theirs, Plaintext=b"x")
    kms.encrypt(KeyId=key_id, Plaintext=b"x")


def test_replica_counts_as_two_new_keys_in_its_region(aws, frozen, kms):
    """ReplicateKey counts at home, and twice as CreateKey away."""
    away = aws.client("kms", region=AWAY, config=NO_RETRIES)
    ids = [aws.kms_key(multi_region=True).key_id for _ in range(3)]
    aws.quotas.enforce()
    for key_id in ids[:2]:
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    with refused("ThrottlingException", TOO_FAST):
        kms.replicate_key(KeyId=ids[2], ReplicaRegion=AWAY)
    away.create_key()
    with refused("ThrottlingException", TOO_FAST):
        away.create_key()


def test_new_primary_counts_in_both_regions(aws, frozen, kms):
    """UpdatePrimaryRegion counts in the old primary's Region and in the new one's."""
    away = aws.client("kms", region=AWAY, config=NO_RETRIES)
    key_id = new_related(kms, AWAY)
    aws.quotas.enforce(rates={"UpdatePrimaryRegion": 1})
    kms.update_primary_region(KeyId=key_id, PrimaryRegion=AWAY)

    with refused("ThrottlingException", TOO_FAST):
        away.update_primary_region(KeyId=key_id, PrimaryRegion="us-east-1")


def test_every_family_is_an_operation_or_describes_some():
    """No quota of the table is for an operation that KMS does not have."""
    plain = {name for name in RATES if " (" not in name}

    assert plain <= set(service_model("kms").operation_names)


def test_accounts_have_quotas_of_their_own(aws, frozen, kms):
    """What one account calls does not count for another."""
    aws.quotas.enforce(rates={"ListKeys": 1})
    kms.list_keys()

    aws.client("kms", account_id="111122223333").list_keys()


def test_levers_are_not_counted(aws, frozen, kms):
    """The handle's own calls are beyond the quotas."""
    aws.quotas.enforce(rates={"CreateKey": 1})

    for _ in range(3):
        aws.kms_key()

    kms.create_key()


def test_lifted_quotas_refuse_nothing(aws, frozen, kms):
    """`lift()` is the beginning again."""
    aws.quotas.enforce(rates={"ListKeys": 1})
    kms.list_keys()

    aws.quotas.lift()

    kms.list_keys()


def test_fifth_cluster_is_refused(aws, cloudhsm):
    """An account may have 4 clusters in a Region."""
    aws.quotas.enforce()
    for _ in range(4):
        new_cluster(cloudhsm)

    with refused("CloudHsmInvalidRequestException"):
        new_cluster(cloudhsm)


@pytest.mark.parametrize("transitions", ["immediate", "realistic"])
def test_cluster_that_goes_makes_room(transitions):
    """A cluster that is deleted, or is being deleted, does not count any more."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=transitions) as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name="us-east-1")
        aws.quotas.enforce(clusters=1)
        former = new_cluster(cloudhsm)
        aws.clock.advance(days=1)
        cloudhsm.delete_cluster(ClusterId=former)

        assert new_cluster(cloudhsm) != former


@pytest.mark.parametrize("quota", [{}, {"hsms_per_cluster": 6, "hsms": 28}])
def test_seventh_hsm_is_refused(aws, cloudhsm, quota):
    """An account may have 6 HSMs in a Region, and a cluster as many as a test says."""
    cluster_id = aws.cluster(hsms=6).cluster_id
    aws.quotas.enforce(**quota)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone="us-east-1a")


@pytest.mark.parametrize(
    ("quota", "text"),
    [
        ({"rates": {"CreateKeys": 1}}, "there is no quota 'CreateKeys'; did you mean CreateKey"),
        ({"rates": {"CreateKey": 0}}, "positive"),
        ({"clusters": 0}, "positive"),
    ],
)
def test_impossible_quota_is_refused_at_once(aws, quota, text):
    """A mistake in a test is told where it is made."""
    with pytest.raises(ValueError, match=text):
        aws.quotas.enforce(**quota)

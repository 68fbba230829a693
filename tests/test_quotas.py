"""`aws.quotas`: AWS's quotas, when a test asks for them."""

import pytest
from clusters import new_cluster
from expect import refused

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

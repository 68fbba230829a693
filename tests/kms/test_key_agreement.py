"""DeriveSharedSecret, judged outside KMS by `cryptography`'s ECDH."""

import offline
import pytest
from expect import refused
from key_kinds import create, imported_key, kinds, new_key

every_kind = pytest.mark.parametrize("kind", kinds("KEY_AGREEMENT"))


@pytest.fixture
def agreement_key(kms):
    return create(kms, "ECC_NIST_P256", "KEY_AGREEMENT")


def derive(kms, arn, peer, **members):
    return kms.derive_shared_secret(
        KeyId=arn, KeyAgreementAlgorithm="ECDH", PublicKey=peer, **members
    )


@every_kind
def test_a_peer_outside_derives_the_same_secret(aws, kind):
    """The raw x-coordinate, from the peer's private key and GetPublicKey's."""
    kms, arn = new_key(kind)
    public = kms.get_public_key(KeyId=arn)["PublicKey"]
    peer_private, peer_public = offline.key_pair(kind.spec)

    secret = derive(kms, arn, peer_public)["SharedSecret"]

    assert secret == offline.shared_secret(peer_private, public)


@every_kind
def test_two_keys_of_kms_derive_the_same_secret(aws, kind):
    """Each from the other's public key."""
    kms, alice = new_key(kind)
    _, bob = new_key(kind)
    public = {arn: kms.get_public_key(KeyId=arn)["PublicKey"] for arn in (alice, bob)}

    secret = derive(kms, alice, public[bob])["SharedSecret"]

    assert secret == derive(kms, bob, public[alice])["SharedSecret"]


def test_what_derive_shared_secret_answers(kms, agreement_key):
    """The key's ARN and origin come with the secret."""
    _, peer = offline.key_pair("ECC_NIST_P256")
    kms.create_alias(AliasName="alias/agreement", TargetKeyId=agreement_key)

    answer = derive(kms, "alias/agreement", peer)

    del answer["ResponseMetadata"], answer["SharedSecret"]
    assert answer == {
        "KeyId": agreement_key,
        "KeyAgreementAlgorithm": "ECDH",
        "KeyOrigin": "AWS_KMS",
    }


def test_the_origin_of_an_imported_key_is_told(aws):
    """It is not KMS."""
    kms, arn, _ = imported_key("ECC_NIST_P256", "KEY_AGREEMENT")
    _, peer = offline.key_pair("ECC_NIST_P256")

    assert derive(kms, arn, peer)["KeyOrigin"] == "EXTERNAL"


@pytest.mark.parametrize(
    "spec", ["ECC_NIST_P384", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "RSA_2048"]
)
def test_a_peer_on_another_curve_is_refused(kms, agreement_key, spec):
    """Without a message."""
    pair = kms.generate_data_key_pair(
        KeyId=kms.create_key()["KeyMetadata"]["KeyId"], KeyPairSpec=spec
    )

    with refused("ValidationException", ""):
        derive(kms, agreement_key, pair["PublicKey"])


def test_what_is_no_public_key_is_refused(kms, agreement_key):
    """Garbage, a private key, a key with bytes behind it: one error, without a message."""
    private, public = offline.key_pair("ECC_NIST_P256")

    for peer in (b"garbage", private, public + b"\0", public[:-1]):
        with refused("ValidationException", "") as refusal:
            derive(kms, agreement_key, peer)
        assert "message" not in refusal.response


def test_a_key_of_another_usage_is_refused(kms):
    """The usage is judged before the peer's key."""
    arn = create(kms, "ECC_NIST_P256", "SIGN_VERIFY")

    text = f"{arn} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret."
    with refused("InvalidKeyUsageException", text):
        derive(kms, arn, b"garbage")


def test_a_dry_run_derives_nothing(kms, agreement_key):
    """It answers that it would have succeeded."""
    _, peer = offline.key_pair("ECC_NIST_P256")

    with refused("DryRunOperationException"):
        derive(kms, agreement_key, peer, DryRun=True)


def test_an_unknown_algorithm_is_told_with_the_known_one(kms, agreement_key):
    """There is one."""
    text = (
        "1 validation error detected: Value 'X25519' at 'keyAgreementAlgorithm' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ECDH]"
    )
    with refused("ValidationException", text):
        kms.derive_shared_secret(
            KeyId=agreement_key, KeyAgreementAlgorithm="X25519", PublicKey=b"any"
        )

"""ECDSA and ECDH on the four curves of KMS, by standard vectors and `cryptography` itself."""

import hashlib
import random

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from kmsmock.crypto import elliptic_curve
from kmsmock.crypto.edwards import generate as generate_edwards
from kmsmock.crypto.exceptions import InvalidKeyMaterial, InvalidSignature
from kmsmock.crypto.keys import public_key

CURVES = {
    "ECC_NIST_P256": ("secp256r1", "ECDSA_SHA_256", hashes.SHA256()),
    "ECC_NIST_P384": ("secp384r1", "ECDSA_SHA_384", hashes.SHA384()),
    "ECC_NIST_P521": ("secp521r1", "ECDSA_SHA_512", hashes.SHA512()),
    "ECC_SECG_P256K1": ("secp256k1", "ECDSA_SHA_256", hashes.SHA256()),
}

specs = pytest.mark.parametrize("spec", CURVES)


def seeded(seed=7):
    return random.Random(seed).randbytes


def given_bytes(*answers):
    left = list(answers)
    return lambda count: left.pop(0).rjust(count, b"\0")


@specs
def test_a_key_is_on_its_curve(spec):
    """AWS's names stand for the curves of NIST and SECG."""
    key = serialization.load_der_private_key(elliptic_curve.generate(spec, seeded()), None)

    assert key.curve.name == CURVES[spec][0]


@specs
def test_the_same_random_bytes_make_the_same_key(spec):
    """Runs with a seed repeat."""
    one, same, other = (elliptic_curve.generate(spec, seeded(seed)) for seed in (1, 1, 2))

    assert one == same != other


def test_scalars_out_of_range_are_drawn_again():
    """Zero and the order itself are no private keys, so the next candidate is taken."""
    order = ec.SECP256R1.group_order
    key = elliptic_curve.generate(
        "ECC_NIST_P256", given_bytes(b"", order.to_bytes(32, "big"), b"\x05")
    )

    numbers = serialization.load_der_private_key(key, None).private_numbers()
    assert numbers.private_value == 5


@specs
def test_a_signature_verifies_elsewhere(spec):
    """The signature is the DER of r and s."""
    _, algorithm, chosen = CURVES[spec]
    key = elliptic_curve.generate(spec, seeded())
    signature = elliptic_curve.sign(key, algorithm, b"message")

    judge = serialization.load_der_public_key(public_key(key))
    judge.verify(signature, b"message", ec.ECDSA(chosen))


@specs
def test_a_digest_signs_as_its_message(spec):
    """Prehashed or not, the signatures are interchangeable."""
    _, algorithm, chosen = CURVES[spec]
    key = elliptic_curve.generate(spec, seeded())
    digest = hashlib.new(chosen.name, b"message").digest()

    of_digest = elliptic_curve.sign(key, algorithm, digest, prehashed=True)
    of_message = elliptic_curve.sign(key, algorithm, b"message")

    elliptic_curve.verify(public_key(key), algorithm, b"message", of_digest)
    elliptic_curve.verify(key, algorithm, digest, of_message, prehashed=True)


def test_repeatable_signatures_are_deterministic():
    """RFC 6979, appendix A.2.5: P-256 with SHA-256 and the message "sample"."""
    scalar = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"
    key = elliptic_curve.generate("ECC_NIST_P256", given_bytes(bytes.fromhex(scalar)))

    signature = elliptic_curve.sign(key, "ECDSA_SHA_256", b"sample", repeatable=True)
    r, s = utils.decode_dss_signature(signature)

    assert r == 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    assert s == 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8


@specs
def test_another_message_key_or_signature_does_not_verify(spec):
    """Each of the three is bound."""
    algorithm = CURVES[spec][1]
    key, other = (elliptic_curve.generate(spec, seeded(seed)) for seed in (1, 2))
    signature = elliptic_curve.sign(key, algorithm, b"message")

    for shown_key, message, shown in [
        (key, b"other", signature),
        (other, b"message", signature),
        (key, b"message", b"no DER"),
        (key, b"message", b""),
    ]:
        with pytest.raises(InvalidSignature):
            elliptic_curve.verify(shown_key, algorithm, message, shown)


def test_a_digest_of_another_length_is_refused():
    """A digest that cannot be the algorithm's is a mistake of the caller."""
    key = elliptic_curve.generate("ECC_NIST_P256", seeded())

    with pytest.raises(ValueError, match="."):
        elliptic_curve.sign(key, "ECDSA_SHA_256", bytes(48), prehashed=True)


def test_the_shared_secret_is_the_published_one():
    """NIST's CAVP vectors for ECC CDH, P-256, count 0."""
    scalar = "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"
    peer = ec.EllipticCurvePublicNumbers(
        0x700C48F77F56584C5CC632CA65640DB91B6BACCE3A4DF6B42CE7CC838833D287,
        0xDB71E509E3FD9B060DDB20BA5C51DCC5948D46FBF640DFE0441782CAB85FA4AC,
        ec.SECP256R1(),
    ).public_key()
    spki = peer.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = elliptic_curve.generate("ECC_NIST_P256", given_bytes(bytes.fromhex(scalar)))

    assert (
        elliptic_curve.shared_secret(key, spki).hex()
        == "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"
    )


@pytest.mark.parametrize(
    ("spec", "length"), [("ECC_NIST_P256", 32), ("ECC_NIST_P384", 48), ("ECC_NIST_P521", 66)]
)
def test_both_sides_share_the_secret(spec, length):
    """The secret is as long as the curve's field, and the same on both sides."""
    one, other = (elliptic_curve.generate(spec, seeded(seed)) for seed in (1, 2))

    secret = elliptic_curve.shared_secret(one, public_key(other))

    assert secret == elliptic_curve.shared_secret(other, public_key(one))
    assert len(secret) == length


@pytest.mark.parametrize(
    "peer",
    [
        public_key(elliptic_curve.generate("ECC_NIST_P384", seeded())),
        public_key(elliptic_curve.generate("ECC_SECG_P256K1", seeded())),
        public_key(generate_edwards(seeded())),
        elliptic_curve.generate("ECC_NIST_P256", seeded()),
        b"no DER",
        b"",
    ],
    ids=["P384", "P256K1", "Ed25519", "private", "garbage", "nothing"],
)
def test_the_peer_must_be_on_the_same_curve(peer):
    """Anything but SubjectPublicKeyInfo DER on the same curve is refused."""
    key = elliptic_curve.generate("ECC_NIST_P256", seeded())

    with pytest.raises(InvalidKeyMaterial):
        elliptic_curve.shared_secret(key, peer)


def test_a_key_of_another_kind_is_refused():
    """An Ed25519 key does not sign with ECDSA."""
    with pytest.raises(InvalidKeyMaterial):
        elliptic_curve.sign(generate_edwards(seeded()), "ECDSA_SHA_256", b"m")

"""RSA as KMS does it: OAEP, PKCS #1 v1.5 and PSS, judged by `cryptography` itself."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, utils

from kmsmock.crypto import rsa
from kmsmock.crypto.elliptic_curve import generate as generate_ec
from kmsmock.crypto.exceptions import InvalidKeyMaterial, InvalidSignature, Unreadable
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key

KEY = ready_key(2048, 0)
SPKI = public_key(KEY)
JUDGE = serialization.load_der_private_key(KEY, None)

OAEP = {"RSAES_OAEP_SHA_1": hashes.SHA1(), "RSAES_OAEP_SHA_256": hashes.SHA256()}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
ALGORITHMS = [
    f"{scheme}_SHA_{size}" for scheme in ("RSASSA_PKCS1_V1_5", "RSASSA_PSS") for size in HASHES
]

oaep = pytest.mark.parametrize("algorithm", OAEP)
signing = pytest.mark.parametrize("algorithm", ALGORITHMS)


def judged_padding(algorithm):
    chosen = HASHES[algorithm[-3:]]
    if "PSS" in algorithm:
        return padding.PSS(padding.MGF1(chosen), chosen.digest_size)
    return padding.PKCS1v15()


@oaep
def test_what_is_encrypted_with_the_public_key_opens_elsewhere(algorithm):
    """MGF1 has the same hash and the label is empty."""
    ciphertext = rsa.encrypt(SPKI, b"secret", algorithm)

    scheme = padding.OAEP(padding.MGF1(OAEP[algorithm]), OAEP[algorithm], None)
    assert JUDGE.decrypt(ciphertext, scheme) == b"secret"


@oaep
def test_what_was_encrypted_elsewhere_opens(algorithm):
    """A ciphertext made offline with the public key decrypts."""
    scheme = padding.OAEP(padding.MGF1(OAEP[algorithm]), OAEP[algorithm], None)
    ciphertext = JUDGE.public_key().encrypt(b"secret", scheme)

    assert rsa.decrypt(KEY, ciphertext, algorithm) == b"secret"


def test_the_private_key_stands_for_its_public_half():
    """Encrypting and verifying take either."""
    signature = rsa.sign(KEY, "RSASSA_PSS_SHA_256", b"m")

    assert rsa.decrypt(KEY, rsa.encrypt(KEY, b"s", "RSAES_OAEP_SHA_1"), "RSAES_OAEP_SHA_1") == b"s"
    rsa.verify(KEY, "RSASSA_PSS_SHA_256", b"m", signature)


@pytest.mark.parametrize("ciphertext", [b"", bytes(255), bytes(256), bytes(257)], ids=len)
def test_bytes_that_are_no_ciphertext_are_unreadable(ciphertext):
    """Any length and content is refused in the same way."""
    with pytest.raises(Unreadable):
        rsa.decrypt(KEY, ciphertext, "RSAES_OAEP_SHA_256")


def test_the_hash_of_decryption_must_be_that_of_encryption():
    """SHA-1 does not open SHA-256."""
    with pytest.raises(Unreadable):
        rsa.decrypt(KEY, rsa.encrypt(SPKI, b"s", "RSAES_OAEP_SHA_256"), "RSAES_OAEP_SHA_1")


@pytest.mark.parametrize(
    ("bits", "algorithm", "most"),
    [
        (2048, "RSAES_OAEP_SHA_1", 214),
        (2048, "RSAES_OAEP_SHA_256", 190),
        (3072, "RSAES_OAEP_SHA_1", 342),
        (3072, "RSAES_OAEP_SHA_256", 318),
        (4096, "RSAES_OAEP_SHA_1", 470),
        (4096, "RSAES_OAEP_SHA_256", 446),
    ],
)
def test_max_plaintext_is_the_most_that_encrypts(bits, algorithm, most):
    """AWS's table, and one byte more is refused."""
    key = ready_key(bits, 0)

    assert rsa.modulus_bits(key) == bits
    assert rsa.max_plaintext(bits, algorithm) == most
    assert len(rsa.encrypt(key, bytes(most), algorithm)) == bits // 8
    with pytest.raises(ValueError, match="."):
        rsa.encrypt(key, bytes(most + 1), algorithm)


@signing
def test_a_signature_verifies_elsewhere(algorithm):
    """PSS has a salt as long as its digest."""
    signature = rsa.sign(KEY, algorithm, b"message")

    JUDGE.public_key().verify(
        signature, b"message", judged_padding(algorithm), HASHES[algorithm[-3:]]
    )


@signing
def test_a_digest_signs_as_its_message(algorithm):
    """Prehashed or not, the signatures are interchangeable."""
    digest = hashlib.new(f"sha{algorithm[-3:]}", b"message").digest()

    rsa.verify(SPKI, algorithm, b"message", rsa.sign(KEY, algorithm, digest, prehashed=True))
    rsa.verify(SPKI, algorithm, digest, rsa.sign(KEY, algorithm, b"message"), prehashed=True)


@signing
def test_another_message_key_or_signature_does_not_verify(algorithm):
    """Each of the three is bound."""
    signature = rsa.sign(KEY, algorithm, b"message")

    for key, message, shown in [
        (SPKI, b"other", signature),
        (ready_key(2048, 1), b"message", signature),
        (SPKI, b"message", bytes(256)),
        (SPKI, b"message", b""),
    ]:
        with pytest.raises(InvalidSignature):
            rsa.verify(key, algorithm, message, shown)


@pytest.mark.parametrize("salt_length", [0, 20, 31, padding.PSS.MAX_LENGTH])
def test_pss_with_another_salt_length_does_not_verify(salt_length):
    """Only a salt as long as the digest is KMS's."""
    signature = JUDGE.sign(
        b"message", padding.PSS(padding.MGF1(hashes.SHA256()), salt_length), hashes.SHA256()
    )

    with pytest.raises(InvalidSignature):
        rsa.verify(SPKI, "RSASSA_PSS_SHA_256", b"message", signature)


def test_a_digest_of_another_length_is_refused():
    """A digest that cannot be the algorithm's is a mistake of the caller."""
    with pytest.raises(ValueError, match="."):
        rsa.sign(KEY, "RSASSA_PSS_SHA_256", bytes(20), prehashed=True)


@pytest.mark.parametrize("algorithm", ["ECDSA_SHA_256", "RSASSA_PSS_MD5"])
def test_an_algorithm_that_is_not_rsas_is_refused(algorithm):
    """Unknown names never fall back on another algorithm."""
    with pytest.raises(ValueError, match=algorithm):
        rsa.sign(KEY, algorithm, b"message")


def test_a_generated_key_is_new_and_of_its_size():
    """The public exponent is 65537."""
    key = serialization.load_der_private_key(rsa.generate(2048), None)

    assert key.key_size == 2048
    assert key.public_key().public_numbers().e == 65537
    assert key.private_numbers() != JUDGE.private_numbers()


def test_a_key_of_another_kind_is_refused():
    """An elliptic-curve key neither signs nor encrypts here."""
    other = generate_ec("ECC_NIST_P256", lambda count: b"\1" * count)

    with pytest.raises(InvalidKeyMaterial):
        rsa.sign(other, "RSASSA_PSS_SHA_256", b"m")
    with pytest.raises(InvalidKeyMaterial):
        rsa.encrypt(public_key(other), b"m", "RSAES_OAEP_SHA_256")


def test_a_prehashed_signature_verifies_elsewhere():
    """The digest is signed as it is, and not hashed again."""
    digest = hashlib.sha256(b"message").digest()

    JUDGE.public_key().verify(
        rsa.sign(KEY, "RSASSA_PKCS1_V1_5_SHA_256", digest, prehashed=True),
        digest,
        padding.PKCS1v15(),
        utils.Prehashed(hashes.SHA256()),
    )

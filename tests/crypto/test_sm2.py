"""SM2, by the examples of GB/T 32918.5 and the judgement of OpenSSL."""

import random
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import utils
from openssl import needs_openssl, openssl

from kmsmock.crypto import elliptic_curve, sm2, sm2_der
from kmsmock.crypto.exceptions import (
    InvalidKeyMaterial,
    InvalidSignature,
    MissingExtra,
    Unreadable,
)
from kmsmock.crypto.keys import describe_private_key, public_key

# GB/T 32918.5-2017, annexes A and C: one key and one random number for both.
SCALAR = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
RANDOM = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21"
X = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
Y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"

seeded = random.Random(7).randbytes


@pytest.fixture(autouse=True)
def _gmalg(request):
    if "without_gmalg" not in request.fixturenames:
        pytest.importorskip("gmalg")


@pytest.fixture
def without_gmalg(monkeypatch):
    monkeypatch.setitem(sys.modules, "gmalg", None)


@pytest.fixture
def key():
    return sm2.generate(lambda _count: bytes.fromhex(SCALAR))


def published_random(_count):
    return bytes.fromhex(RANDOM)


def test_a_key_is_the_published_one(key):
    """The private scalar comes from the random bytes, the public point from it."""
    assert public_key(key).hex().upper().endswith(f"04{X}{Y}")
    assert describe_private_key(key) == "SM2"


def test_a_signature_is_the_published_one(key):
    """SM3 over the default id, the key and the message."""
    r, s = utils.decode_dss_signature(sm2.sign(key, b"message digest", published_random))

    assert r == 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
    assert s == 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def test_a_ciphertext_is_the_published_one(key):
    """ASN.1 with x, y, hash and masked text, in this order: C1 C3 C2."""
    ciphertext = sm2.encrypt(public_key(key), b"encryption standard", published_random)

    assert ciphertext.hex().upper() == (
        "307C"
        "022004EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"
        "022100E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
        "042059983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"
        "041321886CA989CA9C7D58087307CA93092D651EFA"
    )
    assert sm2.decrypt(key, ciphertext) == b"encryption standard"


@needs_openssl
def test_openssl_reads_the_keys(key, tmp_path):
    """OpenSSL finds the same public key in the PKCS#8."""
    ran = openssl(tmp_path, "pkey -inform DER -in key -pubout -outform DER", key=key)

    assert ran.stdout == public_key(key)


@needs_openssl
def test_openssl_verifies_a_signature(key, tmp_path):
    """With the id 1234567812345678."""
    ran = openssl(
        tmp_path,
        "pkeyutl -verify -rawin -digest sm3 -pubin -inkey key -keyform DER -in message"
        " -sigfile signature -pkeyopt distid:1234567812345678",
        key=public_key(key),
        message=b"message",
        signature=sm2.sign(key, b"message", seeded),
    )

    assert ran.returncode == 0, ran.stderr


@needs_openssl
def test_openssl_verifies_the_signature_of_a_digest(key, tmp_path):
    """A digest is signed as it is."""
    ran = openssl(
        tmp_path,
        "pkeyutl -verify -pubin -inkey key -keyform DER -in digest -sigfile signature",
        key=public_key(key),
        digest=b"d" * 32,
        signature=sm2.sign(key, b"d" * 32, seeded, prehashed=True),
    )

    assert ran.returncode == 0, ran.stderr


@needs_openssl
def test_openssl_reads_and_writes_the_same_ciphertexts(key, tmp_path):
    """What one encrypts the other decrypts."""
    ours = sm2.encrypt(public_key(key), b"secret", seeded)
    read = openssl(tmp_path, "pkeyutl -decrypt -inkey key -keyform DER -in c", key=key, c=ours)
    theirs = openssl(
        tmp_path, "pkeyutl -encrypt -inkey key -keyform DER -in p", key=key, p=b"secret"
    )

    assert read.stdout == b"secret"
    assert sm2.decrypt(key, theirs.stdout) == b"secret"


@pytest.mark.parametrize("prehashed", [False, True])
def test_another_message_key_or_signature_does_not_verify(key, prehashed):
    """Each of the three is bound."""
    message, other = b"m" * 32, b"o" * 32
    signature = sm2.sign(key, message, seeded, prehashed)
    sm2.verify(public_key(key), message, signature, prehashed)

    for shown_key, shown_message, shown in [
        (key, other, signature),
        (sm2.generate(seeded), message, signature),
        (key, message, utils.encode_dss_signature(1, 1)),
        (key, message, utils.encode_dss_signature(0, 1)),
        (key, message, b"no DER"),
    ]:
        with pytest.raises(InvalidSignature):
            sm2.verify(shown_key, shown_message, shown, prehashed)


def test_a_digest_has_32_bytes(key):
    """SM3's length; another is a mistake of the caller."""
    with pytest.raises(ValueError, match="32 bytes"):
        sm2.sign(key, b"short", seeded, prehashed=True)


def test_an_altered_ciphertext_is_unreadable(key):
    """A flipped bit anywhere, or garbage, is refused."""
    ciphertext = sm2.encrypt(key, b"secret", seeded)

    for position in range(0, len(ciphertext), 8):
        altered = bytearray(ciphertext)
        altered[position] ^= 1
        with pytest.raises(Unreadable):
            sm2.decrypt(key, bytes(altered))
    with pytest.raises(Unreadable):
        sm2.decrypt(key, b"")


def test_an_empty_plaintext_is_refused(key):
    """The scheme masks at least one byte."""
    with pytest.raises(ValueError, match="one byte"):
        sm2.encrypt(key, b"", seeded)


def test_a_kilobyte_can_be_encrypted(key):
    """SM2PKE takes up to 1024 bytes in KMS."""
    assert sm2.decrypt(key, sm2.encrypt(key, bytes(1024), seeded)) == bytes(1024)


def test_both_sides_share_the_secret(key):
    """32 bytes, the same on both sides."""
    other = sm2.generate(seeded)

    secret = sm2.shared_secret(key, public_key(other))

    assert secret == sm2.shared_secret(other, public_key(key))
    assert len(secret) == 32


def test_the_peer_must_be_an_sm2_key(key):
    """A point off the curve, a key of another curve, or a private key is refused."""
    off_the_curve = public_key(key)[:-1] + b"\0"
    nist = public_key(elliptic_curve.generate("ECC_NIST_P256", lambda count: b"\1" * count))

    for peer in (off_the_curve, nist, key, b""):
        with pytest.raises(InvalidKeyMaterial):
            sm2.shared_secret(key, peer)


def test_scalars_out_of_range_are_drawn_again(key):
    """Zero is no private key, so the next candidate is taken."""
    draws = [bytes(32), b"\xff" * 32, bytes.fromhex(SCALAR)]

    assert sm2.generate(lambda _count: draws.pop(0)) == key


@pytest.mark.usefixtures("without_gmalg")
def test_sm2_names_the_extra_that_it_misses():
    """Without gmalg the error says what to install."""
    with pytest.raises(MissingExtra, match=r"kmsmock\[sm2\]"):
        sm2.generate(seeded)


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32, b"short"], ids=["0", "n", "short"])
def test_a_private_key_that_is_out_of_range_is_refused(scalar):
    """An imported key is checked before it is used."""
    with pytest.raises(InvalidKeyMaterial):
        describe_private_key(sm2_der.private_der(scalar, b"\x04" + bytes(64)))

"""Key material on its way into KMS: what a client wraps is unwrapped, and nothing else is."""

import random

import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from kmsmock.crypto import rsa, sm2
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key
from kmsmock.crypto.wrapping import unwrap, wrap

KEY = ready_key(2048, 0)
SPKI = public_key(KEY)
MATERIAL = bytes(range(32))
AES_KEY_WRAP = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]
ALGORITHMS = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", *AES_KEY_WRAP]

algorithms = pytest.mark.parametrize("algorithm", ALGORITHMS)
seeded = random.Random(7).randbytes


@algorithms
@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_what_was_wrapped_unwraps(algorithm, bits):
    """Every algorithm with every size of wrapping key."""
    key = ready_key(bits, 1)

    assert unwrap(key, algorithm, wrap(public_key(key), algorithm, MATERIAL, seeded)) == MATERIAL


@pytest.mark.parametrize("algorithm", AES_KEY_WRAP)
def test_key_wrap_takes_a_whole_rsa_key(algorithm):
    """An RSA private key is longer than RSA itself could encrypt."""
    material = ready_key(4096, 0)

    assert unwrap(KEY, algorithm, wrap(SPKI, algorithm, material, seeded)) == material


def test_oaep_alone_does_not_take_a_whole_rsa_key():
    """Material that RSA cannot hold is refused by the client's side."""
    with pytest.raises(ValueError, match="."):
        wrap(SPKI, "RSAES_OAEP_SHA_256", ready_key(2048, 1), seeded)


def test_key_wrap_is_rfc_5649():
    """Section 6 of the RFC: 20 octets of key data under a key of 192 bits."""
    aes_key = bytes.fromhex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")
    wrapped = "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"
    encrypted = rsa.encrypt(SPKI, aes_key, "RSAES_OAEP_SHA_256") + bytes.fromhex(wrapped)

    material = unwrap(KEY, "RSA_AES_KEY_WRAP_SHA_256", encrypted)

    assert material.hex() == "c37b7e6492584340bed12207808941155068f738"


def test_what_a_client_wraps_with_cryptography_unwraps():
    """As AWS's page does it with OpenSSL: OAEP of an AES key, then the wrapped material."""
    public = serialization.load_der_public_key(SPKI)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    encrypted = public.encrypt(b"k" * 32, oaep) + keywrap.aes_key_wrap_with_padding(
        b"k" * 32, MATERIAL
    )

    assert unwrap(KEY, "RSA_AES_KEY_WRAP_SHA_1", encrypted) == MATERIAL


@algorithms
def test_what_was_not_wrapped_for_this_key_is_unreadable(algorithm):
    """Another wrapping key, a flipped bit, a truncation, nothing at all."""
    encrypted = wrap(SPKI, algorithm, MATERIAL, seeded)
    altered = bytes([encrypted[0] ^ 1]) + encrypted[1:]
    altered_last = encrypted[:-1] + bytes([encrypted[-1] ^ 1])

    for key, shown in [
        (ready_key(2048, 1), encrypted),
        (KEY, altered),
        (KEY, altered_last),
        (KEY, encrypted[:-1]),
        (KEY, encrypted + b"\0"),
        (KEY, b""),
        (ready_key(4096, 0), encrypted),
    ]:
        with pytest.raises(Unreadable):
            unwrap(key, algorithm, shown)


def test_an_inner_key_that_is_no_aes_key_is_unreadable():
    """RSA opens, but what it holds cannot be an AES key."""
    encrypted = rsa.encrypt(SPKI, b"short", "RSAES_OAEP_SHA_256") + bytes(24)

    with pytest.raises(Unreadable):
        unwrap(KEY, "RSA_AES_KEY_WRAP_SHA_256", encrypted)


@pytest.mark.parametrize("algorithm", ["RSAES_PKCS1_V1_5", "RSA_AES_KEY_WRAP_SHA_384"])
def test_an_unknown_algorithm_is_refused(algorithm):
    """PKCS #1 v1.5 is no longer supported, and other names never were."""
    with pytest.raises(ValueError, match=algorithm):
        wrap(SPKI, algorithm, MATERIAL, seeded)
    with pytest.raises(ValueError, match=algorithm):
        unwrap(KEY, algorithm, bytes(300))


def test_sm2_wraps_in_the_china_regions():
    """SM2PKE, with the same two functions."""
    pytest.importorskip("gmalg")
    key = sm2.generate(seeded)

    assert unwrap(key, "SM2PKE", wrap(public_key(key), "SM2PKE", MATERIAL, seeded)) == MATERIAL

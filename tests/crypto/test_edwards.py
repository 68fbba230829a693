"""Ed25519 and Ed25519ph, by the vectors of RFC 8032."""

import sys

import pytest
from cryptography.hazmat.primitives import serialization

from kmsmock.crypto import edwards, elliptic_curve
from kmsmock.crypto.exceptions import InvalidKeyMaterial, InvalidSignature, MissingExtra
from kmsmock.crypto.keys import public_key

# RFC 8032, section 7.1 test 2, and section 7.3: secret key, public key, message, signature.
VECTORS = {
    edwards.PURE: (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    edwards.PREHASHED: (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "616263",
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    ),
}


@pytest.fixture(params=VECTORS)
def algorithm(request):
    if request.param == edwards.PREHASHED:
        pytest.importorskip("nacl")
    return request.param


def vector(algorithm):
    secret, public, message, signature = map(bytes.fromhex, VECTORS[algorithm])
    return edwards.generate(lambda _count: secret), public, message, signature


def test_a_key_is_made_of_32_random_bytes(algorithm):
    """The random bytes are the secret key, so the public key is the standard's."""
    key, public, _, _ = vector(algorithm)

    judge = serialization.load_der_public_key(public_key(key))
    assert judge.public_bytes_raw() == public


def test_a_signature_is_the_published_one(algorithm):
    """Ed25519 is deterministic."""
    key, _, message, signature = vector(algorithm)

    assert edwards.sign(key, algorithm, message) == signature
    edwards.verify(public_key(key), algorithm, message, signature)
    edwards.verify(key, algorithm, message, signature)


def test_another_message_key_or_signature_does_not_verify(algorithm):
    """Each of the three is bound."""
    key, _, message, signature = vector(algorithm)
    other = edwards.generate(lambda count: b"o" * count)

    for shown_key, shown_message, shown in [
        (key, b"other", signature),
        (other, message, signature),
        (key, message, bytes(64)),
        (key, message, signature[:-1]),
        (key, message, b""),
    ]:
        with pytest.raises(InvalidSignature):
            edwards.verify(shown_key, algorithm, shown_message, shown)


def test_pure_and_prehashed_are_not_interchangeable():
    """A signature of one algorithm does not verify as the other's."""
    pytest.importorskip("nacl")
    key, _, message, signature = vector(edwards.PREHASHED)

    with pytest.raises(InvalidSignature):
        edwards.verify(key, edwards.PURE, message, signature)


@pytest.mark.parametrize("deed", ["sign", "verify"])
def test_prehashing_names_the_extra_that_it_misses(deed, monkeypatch):
    """Without PyNaCl the error says what to install."""
    monkeypatch.setitem(sys.modules, "nacl.bindings", None)
    key, _, message, signature = vector(edwards.PREHASHED)

    with pytest.raises(MissingExtra, match=r"kmsmock\[ed25519ph\]"):
        if deed == "sign":
            edwards.sign(key, edwards.PREHASHED, message)
        else:
            edwards.verify(key, edwards.PREHASHED, message, signature)


def test_a_key_of_another_kind_is_refused():
    """A P-256 key neither signs nor verifies here."""
    other = elliptic_curve.generate("ECC_NIST_P256", lambda count: b"\1" * count)

    with pytest.raises(InvalidKeyMaterial):
        edwards.sign(other, edwards.PURE, b"m")
    with pytest.raises(InvalidKeyMaterial):
        edwards.verify(public_key(other), edwards.PURE, b"m", bytes(64))


def test_an_algorithm_that_is_not_ed25519s_is_refused():
    """Unknown names never fall back on another algorithm."""
    with pytest.raises(ValueError, match="ECDSA_SHA_256"):
        edwards.sign(vector(edwards.PURE)[0], "ECDSA_SHA_256", b"m")

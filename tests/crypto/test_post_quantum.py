"""ML-DSA and ML-KEM, judged by `cryptography` itself and, for ML-KEM-512, by its larger kin."""

import random
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import mlkem

from kmsmock.crypto import elliptic_curve, ml_kem_512, post_quantum
from kmsmock.crypto.exceptions import (
    InvalidKeyMaterial,
    InvalidSignature,
    MissingExtra,
    Unreadable,
)
from kmsmock.crypto.keys import describe_private_key, public_key

SIGNATURE_LENGTHS = {"ML_DSA_44": 2420, "ML_DSA_65": 3309, "ML_DSA_87": 4627}
CIPHERTEXT_LENGTHS = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}

dsa = pytest.mark.parametrize("spec", SIGNATURE_LENGTHS)


@pytest.fixture(params=CIPHERTEXT_LENGTHS)
def kem(request):
    if request.param == "ML_KEM_512":
        pytest.importorskip("kyber_py")
    return request.param


def generate(spec, seed=7):
    return post_quantum.generate(spec, random.Random(seed).randbytes)


@dsa
def test_a_signature_verifies_elsewhere(spec):
    """Signatures are pure ML-DSA with an empty context, of the standard's length."""
    key = generate(spec)
    signature = post_quantum.sign(key, b"message")

    serialization.load_der_public_key(public_key(key)).verify(signature, b"message")
    assert len(signature) == SIGNATURE_LENGTHS[spec]


@dsa
def test_the_same_seed_makes_the_same_key(spec):
    """The private key is its seed, so all specs' PKCS#8 are equally long."""
    assert generate(spec) == generate(spec) != generate(spec, seed=8)
    assert len(generate(spec)) == 54


@dsa
def test_a_representative_signs_as_its_message(spec):
    """EXTERNAL_MU and RAW are interchangeable: the client computes mu with the public key."""
    key = generate(spec)
    mu = post_quantum.external_mu(public_key(key), b"message")

    post_quantum.verify(public_key(key), b"message", post_quantum.sign_mu(key, mu))
    post_quantum.verify_mu(key, mu, post_quantum.sign(key, b"message"))


def test_a_context_string_changes_the_representative():
    """With a context, mu is that of a signature with the same context."""
    key = generate("ML_DSA_44")
    signature = post_quantum.sign_mu(key, post_quantum.external_mu(key, b"message", b"context"))

    judge = serialization.load_der_public_key(public_key(key))
    judge.verify(signature, b"message", b"context")


def test_a_context_string_has_at_most_255_bytes():
    """FIPS 204 has one byte for its length."""
    with pytest.raises(ValueError, match="255"):
        post_quantum.external_mu(generate("ML_DSA_44"), b"message", bytes(256))


@dsa
def test_another_message_key_or_signature_does_not_verify(spec):
    """Each of the three is bound."""
    key = generate(spec)
    signature = post_quantum.sign(key, b"message")

    for shown_key, message, shown in [
        (key, b"other", signature),
        (generate(spec, seed=8), b"message", signature),
        (key, b"message", bytes(len(signature))),
        (key, b"message", b""),
    ]:
        with pytest.raises(InvalidSignature):
            post_quantum.verify(shown_key, message, shown)


def test_another_representative_does_not_verify():
    """A signature is bound to its mu."""
    key = generate("ML_DSA_44")

    with pytest.raises(InvalidSignature):
        post_quantum.verify_mu(key, bytes(64), post_quantum.sign(key, b"message"))


def test_a_representative_has_64_bytes():
    """Another length is a mistake of the caller."""
    with pytest.raises(ValueError, match="64"):
        post_quantum.sign_mu(generate("ML_DSA_44"), bytes(32))


def test_both_sides_have_the_encapsulated_secret(kem):
    """The ciphertext has the standard's length, the secret 32 bytes."""
    key = generate(kem)

    ciphertext, secret = post_quantum.encapsulate(public_key(key))

    assert post_quantum.decapsulate(key, ciphertext) == secret
    assert len(ciphertext) == CIPHERTEXT_LENGTHS[kem] == post_quantum.CIPHERTEXT_LENGTHS[kem]
    assert len(secret) == 32


def test_the_private_key_stands_for_its_public_half(kem):
    """Encapsulating takes either."""
    key = generate(kem)
    ciphertext, secret = post_quantum.encapsulate(key)

    assert post_quantum.decapsulate(key, ciphertext) == secret


def test_an_altered_ciphertext_gives_another_secret(kem):
    """FIPS 203's implicit rejection: a pseudo-random secret, the same each time, and no error."""
    key = generate(kem)
    ciphertext, secret = post_quantum.encapsulate(key)
    altered = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]

    rejected = post_quantum.decapsulate(key, altered)

    assert rejected != secret
    assert len(rejected) == 32
    assert post_quantum.decapsulate(key, altered) == rejected


def test_a_ciphertext_of_another_length_is_unreadable(kem):
    """Only the length can be wrong."""
    with pytest.raises(Unreadable):
        post_quantum.decapsulate(generate(kem), bytes(CIPHERTEXT_LENGTHS[kem] - 1))


def test_private_keys_of_ml_kem_are_seeds(kem):
    """RFC 9935's seed format: equally long for all three specs."""
    key = generate(kem)

    assert len(key) == 86
    assert key == generate(kem) != generate(kem, seed=8)


def test_ml_kem_512_agrees_with_its_kin():
    """The library behind ML_KEM_512 does ML-KEM-768 as `cryptography` does."""
    library = pytest.importorskip("kyber_py.ml_kem").ML_KEM_768
    seed = random.Random(7).randbytes(64)
    judge = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed)

    public, private = library.key_derive(seed)
    secret, ciphertext = library.encaps(public)

    assert public == judge.public_key().public_bytes_raw()
    assert judge.decapsulate(ciphertext) == secret
    judged_secret, judged_ciphertext = judge.public_key().encapsulate()
    assert library.decaps(private, judged_ciphertext) == judged_secret
    assert library.decaps(private, bytes(1088)) == judge.decapsulate(bytes(1088))


def test_der_of_ml_kem_512_differs_from_its_kin_by_oid_and_length_only():
    """PKCS#8 and SubjectPublicKeyInfo are as `cryptography` writes them for ML-KEM-768."""
    pytest.importorskip("kyber_py")
    small, large = generate("ML_KEM_512"), generate("ML_KEM_768")
    oids = [bytes.fromhex("06096086480165030404") + bytes([number]) for number in (1, 2)]

    assert small == large.replace(oids[1], oids[0])
    assert public_key(small)[:17].hex() == "30820332300b0609608648016503040401"
    assert public_key(large)[:17].hex() == "308204b2300b0609608648016503040402"


@pytest.mark.parametrize(
    "deed",
    [public_key, post_quantum.encapsulate, lambda key: post_quantum.decapsulate(key, bytes(768))],
    ids=["public_key", "encapsulate", "decapsulate"],
)
def test_ml_kem_512_names_the_extra_that_it_misses(deed, monkeypatch):
    """Without kyber-py the error says what to install."""
    monkeypatch.setitem(sys.modules, "kyber_py.ml_kem", None)
    ml_kem_512._expanded.cache_clear()

    with pytest.raises(MissingExtra, match=r"kmsmock\[pqc\]"):
        deed(generate("ML_KEM_512"))


@pytest.mark.parametrize("spec", [*SIGNATURE_LENGTHS, "ML_KEM_768", "ML_KEM_1024"])
def test_a_private_key_tells_its_spec(spec):
    """AWS's KeySpec is found from the PKCS#8."""
    assert describe_private_key(generate(spec)) == spec


def test_ml_kem_512_tells_its_spec():
    """AWS's KeySpec is found from the PKCS#8."""
    pytest.importorskip("kyber_py")

    assert describe_private_key(generate("ML_KEM_512")) == "ML_KEM_512"


def test_an_ml_kem_512_public_key_is_checked():
    """Coefficients beyond the modulus are refused (FIPS 203, section 7.2)."""
    pytest.importorskip("kyber_py")
    spki = public_key(generate("ML_KEM_512"))

    with pytest.raises(InvalidKeyMaterial):
        post_quantum.encapsulate(spki[:-800] + b"\xff" * 800)


@pytest.mark.parametrize(
    "deed",
    [
        lambda key: post_quantum.sign(key, b"m"),
        lambda key: post_quantum.verify(key, b"m", b""),
        post_quantum.encapsulate,
        lambda key: post_quantum.decapsulate(key, bytes(768)),
        lambda key: ml_kem_512.decapsulate(key, bytes(768)),
    ],
    ids=["sign", "verify", "encapsulate", "decapsulate", "decapsulate 512"],
)
def test_a_key_of_another_kind_is_refused(deed):
    """A P-256 key is none of these."""
    pytest.importorskip("kyber_py")

    with pytest.raises(InvalidKeyMaterial):
        deed(elliptic_curve.generate("ECC_NIST_P256", lambda count: b"\1" * count))


def test_a_seed_of_another_length_is_refused():
    """An ML-KEM seed has 64 bytes."""
    with pytest.raises(InvalidKeyMaterial):
        ml_kem_512.from_seed(bytes(32))

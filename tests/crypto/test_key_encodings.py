"""Private keys from outside are told apart, and checked."""

import random

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from kmsmock.crypto import edwards, elliptic_curve
from kmsmock.crypto.exceptions import InvalidKeyMaterial
from kmsmock.crypto.keys import describe_private_key, private_der, public_key
from kmsmock.crypto.ready_rsa import ready_key

DER = serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8


def seeded(count):
    return random.Random(7).randbytes(count)


KEYS = {
    "RSA_2048": ready_key(2048, 0),
    "RSA_3072": ready_key(3072, 0),
    "RSA_4096": ready_key(4096, 0),
    "ECC_NIST_P256": elliptic_curve.generate("ECC_NIST_P256", seeded),
    "ECC_NIST_P384": elliptic_curve.generate("ECC_NIST_P384", seeded),
    "ECC_NIST_P521": elliptic_curve.generate("ECC_NIST_P521", seeded),
    "ECC_SECG_P256K1": elliptic_curve.generate("ECC_SECG_P256K1", seeded),
    "ECC_NIST_EDWARDS25519": edwards.generate(seeded),
}

specs = pytest.mark.parametrize("spec", KEYS)


@specs
def test_a_private_key_tells_its_spec(spec):
    """AWS's KeySpec is found from the PKCS#8."""
    assert describe_private_key(KEYS[spec]) == spec


@specs
def test_the_public_key_is_the_private_ones(spec):
    """GetPublicKey returns exactly the matching SubjectPublicKeyInfo."""
    judge = serialization.load_der_private_key(KEYS[spec], None).public_key()

    assert public_key(KEYS[spec]) == judge.public_bytes(
        DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@specs
def test_a_truncated_key_is_refused(spec):
    """As are trailing bytes."""
    for der in (KEYS[spec][:-1], KEYS[spec] + b"\0"):
        with pytest.raises(InvalidKeyMaterial):
            describe_private_key(der)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        bytes(32),
        public_key(KEYS["RSA_2048"]),
        public_key(KEYS["ECC_NIST_P256"]),
        private_der(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - to be refused
        private_der(ec.derive_private_key(5, ec.SECP224R1())),
        private_der(ed448.Ed448PrivateKey.from_private_bytes(bytes(57))),
        serialization.load_der_private_key(KEYS["ECC_NIST_P256"], None).private_bytes(
            DER, PKCS8, serialization.BestAvailableEncryption(b"password")
        ),
        *(
            serialization.load_der_private_key(KEYS[spec], None).private_bytes(
                DER,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            for spec in ("RSA_2048", "ECC_NIST_P256")
        ),
    ],
    ids=[
        "empty",
        "one byte",
        "zeros",
        "RSA public key",
        "EC public key",
        "RSA 1024",
        "P-224",
        "Ed448",
        "encrypted",
        "PKCS #1",
        "SEC 1",
    ],
)
def test_what_is_no_private_key_of_kms_is_refused(der):
    """Only unencrypted PKCS#8 DER of a kind and size that has a KeySpec."""
    with pytest.raises(InvalidKeyMaterial):
        describe_private_key(der)


@pytest.mark.parametrize("changed", ["n", "p", "q", "d", "dmp1", "dmq1", "iqmp"])
def test_an_rsa_key_whose_numbers_do_not_belong_together_is_refused(changed):
    """Each number in the DER is checked against the others."""
    numbers = serialization.load_der_private_key(KEYS["RSA_2048"], None).private_numbers()
    number = numbers.public_numbers.n if changed == "n" else getattr(numbers, changed)
    length = (number.bit_length() + 7) // 8
    altered = number ^ 1 << 64

    with pytest.raises(InvalidKeyMaterial):
        describe_private_key(
            KEYS["RSA_2048"].replace(
                number.to_bytes(length, "big"), altered.to_bytes(length, "big")
            )
        )


def test_public_key_refuses_garbage():
    """Bytes that are no key have no public half."""
    with pytest.raises(InvalidKeyMaterial):
        public_key(b"garbage")

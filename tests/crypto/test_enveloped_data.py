"""Answers sealed for an enclave open for the holder of the private key, and with OpenSSL."""

import hashlib
import random

import pytest
from openssl import needs_openssl, openssl

from kmsmock.crypto import elliptic_curve
from kmsmock.crypto.exceptions import InvalidKeyMaterial
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key
from kmsmock.crypto.recipient import seal_for_recipient

KEY = ready_key(2048, 0)
SPKI = public_key(KEY)


def seeded(count):
    return random.Random(7).randbytes(count)


def openssl_with(folder, command, sealed, key=KEY):
    return openssl(folder, command, sealed=sealed, key=key)


@needs_openssl
@pytest.mark.parametrize("bits", [2048, 3072, 4096])
@pytest.mark.parametrize("length", [1, 16, 32, 4096])
def test_openssl_opens_it(tmp_path, bits, length):
    """Offline, with nothing but the private key."""
    key = ready_key(bits, 0)
    sealed = seal_for_recipient(public_key(key), bytes(length), seeded)

    ran = openssl_with(
        tmp_path, "cms -decrypt -binary -inform DER -in sealed -inkey key", sealed, key
    )

    assert ran.stdout == bytes(length), ran.stderr


@needs_openssl
def test_another_key_does_not_open_it(tmp_path):
    """Only the recipient reads it."""
    sealed = seal_for_recipient(SPKI, b"secret", seeded)

    ran = openssl_with(
        tmp_path,
        "cms -decrypt -debug_decrypt -binary -inform DER -in sealed -inkey key",
        sealed,
        ready_key(2048, 1),
    )

    assert ran.returncode != 0
    assert ran.stdout != b"secret"


@needs_openssl
def test_it_says_what_aws_says_of_it(tmp_path):
    """AES-256-CBC under RSAES-OAEP with SHA-256; the recipient is named by key identifier."""
    sealed = seal_for_recipient(SPKI, b"secret", seeded)

    printed = openssl_with(
        tmp_path, "cms -cmsout -print -noout -inform DER -in sealed", sealed
    ).stdout

    for said in (b"aes-256-cbc", b"rsaesOaep", b"mgf1", b"sha256", b"subjectKeyIdentifier"):
        assert said in printed


def test_the_recipient_is_named_by_the_hash_of_its_key():
    """SHA-1 of the public key's bits: RFC 5280, section 4.2.1.2."""
    # SubjectPublicKeyInfo of RSA 2048 has 24 bytes before the key itself.
    identifier = hashlib.sha1(SPKI[24:]).digest()  # noqa: S324 - the RFC's

    assert b"\x80\x14" + identifier in seal_for_recipient(SPKI, b"secret", seeded)


def test_a_key_of_another_kind_is_refused():
    """Attestation documents carry RSA keys."""
    other = elliptic_curve.generate("ECC_NIST_P256", seeded)

    with pytest.raises(InvalidKeyMaterial):
        seal_for_recipient(public_key(other), b"secret", seeded)
    with pytest.raises(InvalidKeyMaterial):
        seal_for_recipient(b"garbage", b"secret", seeded)

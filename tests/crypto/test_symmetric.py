"""Sealing is AES-256-GCM, or SM4-GCM in the China Regions."""

import pytest

from kmsmock.crypto.exceptions import InvalidKeyMaterial, Unreadable
from kmsmock.crypto.symmetric import open_sealed, seal

VECTORS = {
    # McGrew and Viega, The Galois/Counter Mode of Operation, test case 16.
    "AES": (
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    # RFC 8998, appendix A.1.
    "SM4": (
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
}
KEYS = {"AES": b"k" * 32, "SM4": b"k" * 16}
NONCE = b"n" * 12

ciphers = pytest.mark.parametrize("cipher", ["AES", "SM4"])


@ciphers
def test_sealing_gives_the_published_vector(cipher):
    """The ciphertext is the standard's, with the tag at its end."""
    key, nonce, plaintext, bound, sealed = map(bytes.fromhex, VECTORS[cipher])

    assert seal(key, nonce, plaintext, bound, cipher) == sealed
    assert open_sealed(key, nonce, sealed, bound, cipher) == plaintext


@ciphers
@pytest.mark.parametrize(
    "changed",
    [
        {"key": bytes(32)},
        {"nonce": bytes(12)},
        {"nonce": b"n" * 8},
        {"nonce": b""},
        {"sealed": b""},
        {"sealed": bytes(15)},
        {"sealed": bytes(40)},
        {"associated_data": b"other"},
    ],
    ids=str,
)
def test_anything_else_does_not_open(cipher, changed):
    """Another key, nonce, ciphertext or context is unreadable, whatever the cause."""
    sealed = seal(KEYS[cipher], NONCE, b"secret", b"bound", cipher)
    arguments = {
        "key": KEYS[cipher],
        "nonce": NONCE,
        "sealed": sealed,
        "associated_data": b"bound",
    } | changed
    arguments["key"] = arguments["key"][: len(KEYS[cipher])]

    with pytest.raises(Unreadable):
        open_sealed(**arguments, cipher=cipher)


@pytest.mark.parametrize(("cipher", "length"), [("AES", 16), ("AES", 24), ("SM4", 32)])
def test_each_cipher_has_one_key_length(cipher, length):
    """AES takes 32 bytes and SM4 16."""
    with pytest.raises(InvalidKeyMaterial):
        seal(bytes(length), NONCE, b"", b"", cipher)
    with pytest.raises(InvalidKeyMaterial):
        open_sealed(bytes(length), NONCE, bytes(16), b"", cipher)


def test_the_nonce_has_12_bytes():
    """Sealing with another length of nonce is a mistake of the caller."""
    with pytest.raises(ValueError, match="12 bytes"):
        seal(bytes(32), bytes(16), b"", b"")

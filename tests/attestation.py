"""What a Nitro enclave sends and reads: an attestation document, and the answer sealed for it.

Made and opened with cbor2, `cryptography` and openssl alone.
"""

from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

cbor2 = pytest.importorskip("cbor2")

ENCLAVE = rsa.generate_private_key(65537, 2048)
HSM = ec.derive_private_key(5, ec.SECP384R1())


def spki(key):
    """The public half as a document carries it."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _certificate():
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "enclave")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(HSM.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=timezone.utc))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=timezone.utc))
        .sign(HSM, hashes.SHA384())
    )
    return made.public_bytes(serialization.Encoding.DER)


def document(**claims):
    """An attestation document of `ENCLAVE`; claims replace its own."""
    payload = cbor2.dumps(
        {
            "module_id": "i-1234567890abcdef0-enc9876543210abcde",
            "digest": "SHA384",
            "timestamp": 1_700_000_000_000,
            "pcrs": {0: bytes(48)},
            "certificate": _certificate(),
            "cabundle": [],
            "public_key": spki(ENCLAVE),
            **claims,
        }
    )
    protected = cbor2.dumps({1: -35})
    to_sign = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = utils.decode_dss_signature(HSM.sign(to_sign, ec.ECDSA(hashes.SHA384())))
    signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    return cbor2.dumps([protected, {}, payload, signature])


def recipient(**claims):
    """The member Recipient of a request."""
    return {
        "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
        "AttestationDocument": document(**claims),
    }


def open_sealed(sealed):
    """What is in a CiphertextForRecipient: CMS EnvelopedData (RFC 5652), read as DER.

    The content key comes by RSAES-OAEP with SHA-256, the content by AES-256 in CBC mode.
    """
    _type, explicit = _members(_content(sealed))
    _version, recipients, content = _members(_content(_content(explicit)))
    *_named, encrypted_key = _members(_content(_content(recipients)))
    _type, algorithm, encrypted = _members(_content(content))
    _cipher, iv = _members(_content(algorithm))
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    key = ENCLAVE.decrypt(_content(encrypted_key), oaep)
    opened = Cipher(algorithms.AES256(key), modes.CBC(_content(iv))).decryptor()
    unpadded = PKCS7(128).unpadder()
    return unpadded.update(opened.update(_content(encrypted))) + unpadded.finalize()


def _content(der):
    """The content of a DER value: X.690, sections 8.1.2 and 8.1.3."""
    return der[_start(der) :]


def _start(der):
    return 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)


def _members(content):
    """The DER values that stand one after the other."""
    while content:
        start = _start(content)
        length = content[1] if start == 2 else int.from_bytes(content[2:start], "big")
        yield content[: start + length]
        content = content[start + length :]

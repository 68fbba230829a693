"""Answers sealed for an enclave: CMS EnvelopedData, RFC 5652.

What KMS returns as CiphertextForRecipient: the content under AES-256 in CBC mode (RFC 3565), its
key under RSAES-OAEP with SHA-256 (RFC 3560) for the public key of the attestation document.
https://docs.aws.amazon.com/kms/latest/developerguide/services-nitro-enclaves.html

`cryptography`'s own builder of EnvelopedData knows only PKCS #1 v1.5 and wants a certificate, so
the structure is written with its ASN.1 module. It opens with ``openssl cms -decrypt``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509 import ObjectIdentifier, SubjectKeyIdentifier

from . import rsa as oaep
from .exceptions import InvalidKeyMaterial
from .keys import load_others_public

if TYPE_CHECKING:
    from collections.abc import Callable

_ENVELOPED_DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.3")
_DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.1")
_AES_256_CBC: Final = ObjectIdentifier("2.16.840.1.101.3.4.1.42")
_RSAES_OAEP: Final = ObjectIdentifier("1.2.840.113549.1.1.7")
_MGF1: Final = ObjectIdentifier("1.2.840.113549.1.1.8")
_SHA_256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@asn1.sequence
class _Sha256:
    algorithm: ObjectIdentifier
    parameters: asn1.Null


@asn1.sequence
class _MaskGeneration:
    algorithm: ObjectIdentifier
    hash: _Sha256


@asn1.sequence
class _OaepParameters:
    hash: Annotated[_Sha256, asn1.Explicit(0)]
    mask_generation: Annotated[_MaskGeneration, asn1.Explicit(1)]


@asn1.sequence
class _KeyEncryption:
    algorithm: ObjectIdentifier
    parameters: _OaepParameters


@asn1.sequence
class _KeyTransRecipientInfo:
    version: int
    subject_key_identifier: Annotated[bytes, asn1.Implicit(0)]
    key_encryption: _KeyEncryption
    encrypted_key: bytes


@asn1.sequence
class _ContentEncryption:
    algorithm: ObjectIdentifier
    iv: bytes


@asn1.sequence
class _EncryptedContentInfo:
    content_type: ObjectIdentifier
    content_encryption: _ContentEncryption
    encrypted_content: Annotated[bytes, asn1.Implicit(0)]


@asn1.sequence
class _EnvelopedData:
    version: int
    recipient_infos: asn1.SetOf[_KeyTransRecipientInfo]
    encrypted_content_info: _EncryptedContentInfo


@asn1.sequence
class _ContentInfo:
    content_type: ObjectIdentifier
    content: Annotated[_EnvelopedData, asn1.Explicit(0)]


_LEAST_BITS: Final = 2048


def require_recipient_key(key: bytes) -> None:
    """Check that answers can be sealed for a key: SubjectPublicKeyInfo DER of an RSA key.

    Raises `InvalidKeyMaterial` when it is none, or shorter than 2048 bits, or one that OpenSSL does
    not reckon with: of more than 16,384 bits, say, or with an exponent as long.
    """
    _recipient_key(key)
    try:
        oaep.encrypt(key, b"", "RSAES_OAEP_SHA_256")
    except ValueError:
        raise InvalidKeyMaterial("nothing can be sealed for the recipient's key") from None


def _recipient_key(key: bytes) -> rsa.RSAPublicKey:
    public = load_others_public(key)
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < _LEAST_BITS:
        raise InvalidKeyMaterial("the recipient's key must be RSA of 2048 bits at least")
    return public


def seal_for_recipient(key: bytes, plaintext: bytes, random_bytes: Callable[[int], bytes]) -> bytes:
    """Return the DER of a CMS EnvelopedData that only the holder of an RSA key opens.

    `key` is the recipient's SubjectPublicKeyInfo DER; its key identifier (SHA-1 of the key,
    RFC 5280 section 4.2.1.2) names the recipient. `random_bytes` is asked for 32 bytes of content
    key and 16 of initialization vector. Raises `InvalidKeyMaterial` as `require_recipient_key`.
    """
    public = _recipient_key(key)
    content_key, iv = random_bytes(32), random_bytes(16)
    recipient = _KeyTransRecipientInfo(
        version=2,  # the version of a recipient named by key identifier: RFC 5652, 6.2.1
        subject_key_identifier=SubjectKeyIdentifier.from_public_key(public).digest,
        key_encryption=_KeyEncryption(algorithm=_RSAES_OAEP, parameters=_oaep_parameters()),
        encrypted_key=oaep.encrypt(key, content_key, "RSAES_OAEP_SHA_256"),
    )
    content = _EncryptedContentInfo(
        content_type=_DATA,
        content_encryption=_ContentEncryption(algorithm=_AES_256_CBC, iv=iv),
        encrypted_content=_aes_256_cbc(content_key, iv, plaintext),
    )
    enveloped = _EnvelopedData(
        version=2, recipient_infos=asn1.SetOf([recipient]), encrypted_content_info=content
    )
    return asn1.encode_der(_ContentInfo(content_type=_ENVELOPED_DATA, content=enveloped))


def _oaep_parameters() -> _OaepParameters:
    sha_256 = _Sha256(algorithm=_SHA_256, parameters=asn1.Null())
    return _OaepParameters(
        hash=sha_256, mask_generation=_MaskGeneration(algorithm=_MGF1, hash=sha_256)
    )


def _aes_256_cbc(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    # The padding that CMS prescribes: RFC 5652, 6.3.
    padder = PKCS7(128).padder()
    padded = padder.update(plaintext) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()

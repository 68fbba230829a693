"""What kinds of keys there are: KeySpec -> usages -> algorithms.

Source: CreateKey in the KMS API reference, and kms-operations.md section 2.1; the order of the
algorithms is the order in which DescribeKey lists them (recorded.md section 3).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_RSA_ENCRYPTION = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSA_SIGNING = (
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
)
_Usages = dict[str, tuple[str, ...]]

_RSA: _Usages = {"ENCRYPT_DECRYPT": _RSA_ENCRYPTION, "SIGN_VERIFY": _RSA_SIGNING}
_AGREEMENT: _Usages = {"KEY_AGREEMENT": ("ECDH",)}
_ML_DSA: _Usages = {"SIGN_VERIFY": ("ML_DSA_SHAKE_256",)}
_ML_KEM: _Usages = {"ENCAPSULATE_DECAPSULATE": ("ML_KEM",)}

ALGORITHMS = MappingProxyType[str, _Usages](
    {
        "SYMMETRIC_DEFAULT": {"ENCRYPT_DECRYPT": ("SYMMETRIC_DEFAULT",)},
        "RSA_2048": _RSA,
        "RSA_3072": _RSA,
        "RSA_4096": _RSA,
        "ECC_NIST_P256": {"SIGN_VERIFY": ("ECDSA_SHA_256",), **_AGREEMENT},
        "ECC_NIST_P384": {"SIGN_VERIFY": ("ECDSA_SHA_384",), **_AGREEMENT},
        "ECC_NIST_P521": {"SIGN_VERIFY": ("ECDSA_SHA_512",), **_AGREEMENT},
        "ECC_SECG_P256K1": {"SIGN_VERIFY": ("ECDSA_SHA_256",)},
        "ECC_NIST_EDWARDS25519": {"SIGN_VERIFY": ("ED25519_SHA_512", "ED25519_PH_SHA_512")},
        "HMAC_224": {"GENERATE_VERIFY_MAC": ("HMAC_SHA_224",)},
        "HMAC_256": {"GENERATE_VERIFY_MAC": ("HMAC_SHA_256",)},
        "HMAC_384": {"GENERATE_VERIFY_MAC": ("HMAC_SHA_384",)},
        "HMAC_512": {"GENERATE_VERIFY_MAC": ("HMAC_SHA_512",)},
        "ML_DSA_44": _ML_DSA,
        "ML_DSA_65": _ML_DSA,
        "ML_DSA_87": _ML_DSA,
        "ML_KEM_512": _ML_KEM,
        "ML_KEM_768": _ML_KEM,
        "ML_KEM_1024": _ML_KEM,
        "SM2": {"ENCRYPT_DECRYPT": ("SM2PKE",), "SIGN_VERIFY": ("SM2DSA",), **_AGREEMENT},
    }
)
"""KeySpec -> KeyUsage -> the algorithms of a key of both."""

SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_ANYWHERE = ("AWS_KMS", "EXTERNAL")
_IN_KEY_STORES = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
CHINA_ONLY = frozenset(("SM2",))
NOT_IN_CHINA = frozenset(spec for spec in ALGORITHMS if spec.startswith("ML_KEM"))

ALGORITHMS_MEMBER = MappingProxyType(
    {
        "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
        "SIGN_VERIFY": "SigningAlgorithms",
        "GENERATE_VERIFY_MAC": "MacAlgorithms",
        "KEY_AGREEMENT": "KeyAgreementAlgorithms",
        "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
    }
)
"""KeyUsage -> the one member of KeyMetadata and GetPublicKey that lists the algorithms."""


def algorithms(spec: str, usage: str) -> tuple[str, ...]:
    """Give the algorithms of a key; none where the usage does not fit the spec."""
    return ALGORITHMS[spec].get(usage, ())


def is_offered(spec: str, partition: str) -> bool:
    """Tell whether AWS has keys of this spec in a partition: `aws`, `aws-cn`, ..."""
    return spec not in (NOT_IN_CHINA if partition == "aws-cn" else CHINA_ONLY)


def origins_of(spec: str) -> tuple[str, ...]:
    """Give where a key's material may come from; key stores have symmetric keys only."""
    return (*_ANYWHERE, *_IN_KEY_STORES) if spec == SYMMETRIC else _ANYWHERE


def key_type(spec: str) -> str:
    """Give the kind that an alias keeps when it changes keys: symmetric, HMAC or asymmetric."""
    if spec == SYMMETRIC:
        return "SYMMETRIC"
    return "HMAC" if spec.startswith("HMAC") else "ASYMMETRIC"

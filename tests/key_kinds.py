"""The one table of what KMS's keys can do, and the skips for what this machine lacks."""

from importlib.util import find_spec
from typing import NamedTuple

import boto3
import botocore.session
import offline
import pytest
from imports import import_material

SESSION = boto3.Session()
MODEL = botocore.session.get_session().get_service_model("kms")

needs_ml_kem = pytest.mark.skipif(
    "Encapsulate" not in MODEL.operation_names, reason="botocore has ML-KEM from 1.44 on"
)


class Kind(NamedTuple):
    """Keys of one spec and usage, with one of their algorithms and its message type if any."""

    spec: str
    usage: str
    algorithm: str
    message_type: str | None = None


RSA = ("RSA_2048", "RSA_3072", "RSA_4096")
NIST = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")
ML_DSA = ("ML_DSA_44", "ML_DSA_65", "ML_DSA_87")
ML_KEM = ("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024")
HMAC = ("HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")

OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
RSASSA = [
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
]
ECDSA = {
    "ECC_NIST_P256": "ECDSA_SHA_256",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
}
RAW_OR_DIGEST = ("RAW", "DIGEST")

KINDS = [
    Kind("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"),
    *(Kind(spec, "ENCRYPT_DECRYPT", algorithm) for spec in RSA for algorithm in OAEP),
    Kind("SM2", "ENCRYPT_DECRYPT", "SM2PKE"),
    *(
        Kind(spec, "SIGN_VERIFY", algorithm, message_type)
        for spec in RSA
        for algorithm in RSASSA
        for message_type in RAW_OR_DIGEST
    ),
    *(
        Kind(spec, "SIGN_VERIFY", algorithm, message_type)
        for spec, algorithm in ECDSA.items()
        for message_type in RAW_OR_DIGEST
    ),
    Kind("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ED25519_SHA_512", "RAW"),
    Kind("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ED25519_PH_SHA_512", "DIGEST"),
    *(
        Kind(spec, "SIGN_VERIFY", "ML_DSA_SHAKE_256", message_type)
        for spec in ML_DSA
        for message_type in ("RAW", "EXTERNAL_MU")
    ),
    *(Kind("SM2", "SIGN_VERIFY", "SM2DSA", message_type) for message_type in RAW_OR_DIGEST),
    *(Kind(spec, "KEY_AGREEMENT", "ECDH") for spec in (*NIST, "SM2")),
    *(Kind(spec, "GENERATE_VERIFY_MAC", spec.replace("_", "_SHA_")) for spec in HMAC),
    *(Kind(spec, "ENCAPSULATE_DECAPSULATE", "ML_KEM") for spec in ML_KEM),
]

ALGORITHM_MEMBERS = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}

PAIR_SPECS = (*RSA, *ECDSA, "ECC_NIST_EDWARDS25519", "SM2", *ML_KEM)

LIBRARIES = {"SM2": "gmalg", "ML_KEM_512": "kyber_py", "ED25519_PH_SHA_512": "nacl"}
"""KeySpec or algorithm -> the optional library that it needs."""


def marks(*names):
    """The skips for key specs or algorithms that this machine's libraries do not have."""
    missing = [
        LIBRARIES[name] for name in names if name in LIBRARIES and not find_spec(LIBRARIES[name])
    ]
    skips = [pytest.mark.skip(reason=f"needs {library}") for library in missing]
    return [*skips, *(needs_ml_kem for name in names if name in ML_KEM)]


def kinds(usage, asymmetric=False):
    """The rows of a usage, as parameters of a test."""
    return [
        pytest.param(
            kind,
            id="-".join(part for part in (kind.spec, kind.algorithm, kind.message_type) if part),
            marks=marks(kind.spec, kind.algorithm),
        )
        for kind in KINDS
        if kind.usage == usage and not (asymmetric and kind.spec == "SYMMETRIC_DEFAULT")
    ]


def specs(*names):
    """Key specs, as parameters of a test."""
    return [pytest.param(name, marks=marks(name)) for name in names]


def client_for(spec):
    """A client of a Region that has keys of this spec."""
    return SESSION.client("kms", region_name="cn-north-1" if spec == "SM2" else "us-east-1")


def create(kms, spec, usage):
    """The ARN of a new key."""
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]


def new_key(kind):
    """A client, and the ARN of a new key of this kind."""
    kms = client_for(kind.spec)
    return kms, create(kms, kind.spec, kind.usage)


def imported_key(spec, usage):
    """A client, the ARN of a key, and the secret that was made outside and imported into it."""
    kms, secret = client_for(spec), offline.new_secret(spec)
    arn = kms.create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL")["KeyMetadata"]["Arn"]
    algorithm = "RSAES_OAEP_SHA_256" if spec in HMAC else "RSA_AES_KEY_WRAP_SHA_256"
    import_material(kms, arn, secret, algorithm)
    return kms, arn, secret

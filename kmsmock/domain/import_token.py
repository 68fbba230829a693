"""What GetParametersForImport gives out: a wrapping key and its token, and what they may wrap.

https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kmsmock.crypto import wrapping
from kmsmock.crypto.keys import public_key
from kmsmock.domain.key_spec import key_type

VALIDITY = timedelta(hours=24)
TOKEN_LENGTH = 64
"""Bytes. The token is a random name: all that it stands for stays with its key."""


@dataclass(frozen=True, slots=True)
class ImportToken:
    """A wrapping key with its token; both serve any number of imports into one key.

    Attributes:
        token: what the client sends back.
        algorithm: the WrappingAlgorithm that the client said it would use.
        wrapping_key: the private key, PKCS#8 DER.
        valid_to: the end of its 24 hours.
    """

    token: bytes
    algorithm: str
    wrapping_key: bytes = field(repr=False)
    valid_to: datetime

    @property
    def public_key(self) -> bytes:
        """The key that wraps, SubjectPublicKeyInfo DER."""
        return public_key(self.wrapping_key)

    def unwrap(self, encrypted: bytes) -> bytes:
        """Give the key material, or raise `Unreadable`."""
        return wrapping.unwrap(self.wrapping_key, self.algorithm, encrypted)


def can_wrap(spec: str, algorithm: str, wrapping_spec: str) -> bool:
    """Tell whether material of a KeySpec may come wrapped in this way.

    WrappingAlgorithm and WrappingKeySpec of GetParametersForImport in the model. Assumed: what it
    says of wrapping RSA and ECC keys holds for all private keys, those of ML-DSA and ML-KEM too.
    """
    if algorithm == "RSAES_PKCS1_V1_5" or (algorithm == "SM2PKE") != (wrapping_spec == "SM2"):
        return False
    if algorithm.startswith("RSA_AES_KEY_WRAP_"):
        return key_type(spec) == "ASYMMETRIC"
    if spec == "ECC_NIST_P521" and wrapping_spec == "RSA_2048":
        return False
    return not spec.startswith("RSA_")

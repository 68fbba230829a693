"""Which hash each signing or encryption algorithm uses, by the name AWS gives the algorithm.

https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import utils

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "SHA_1": hashes.SHA1(),  # noqa: S303 - RSAES_OAEP_SHA_1 is AWS's, and OAEP does not suffer
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
}


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """Return the hash that an algorithm's name ends in: ``RSASSA_PSS_SHA_256`` → SHA-256.

    Raises `ValueError` for a name that ends in none of SHA_1, SHA_256, SHA_384, SHA_512.
    """
    for name, algorithm_hash in _HASHES.items():
        if algorithm.endswith(name):
            return algorithm_hash
    raise ValueError(f"no hash is known for the algorithm {algorithm!r}")


@lru_cache(maxsize=32)
def signed_hash(algorithm: str, prehashed: bool) -> hashes.HashAlgorithm | utils.Prehashed:
    """Return an algorithm's hash as `cryptography`'s `sign` and `verify` take it.

    Of a message that is its digest already, they are told so. Raises `ValueError` as `hash_of`.
    """
    digest = hash_of(algorithm)
    return utils.Prehashed(digest) if prehashed else digest


def digest_length(algorithm: str) -> int:
    """Return how many bytes a message digest has for this algorithm.

    For RSASSA, ECDSA, ED25519_PH_SHA_512 and, with SM3, SM2DSA. Raises `ValueError` for others.
    """
    if algorithm == "SM2DSA":
        return 32
    return hash_of(algorithm).digest_size

"""How long a digest is for each algorithm that signs one."""

import pytest

from kmsmock.crypto.digests import digest_length

LENGTHS = {
    "RSASSA_PSS_SHA_256": 32,
    "RSASSA_PSS_SHA_384": 48,
    "RSASSA_PSS_SHA_512": 64,
    "RSASSA_PKCS1_V1_5_SHA_256": 32,
    "RSASSA_PKCS1_V1_5_SHA_384": 48,
    "RSASSA_PKCS1_V1_5_SHA_512": 64,
    "ECDSA_SHA_256": 32,
    "ECDSA_SHA_384": 48,
    "ECDSA_SHA_512": 64,
    "ED25519_PH_SHA_512": 64,
    "SM2DSA": 32,
}


@pytest.mark.parametrize("algorithm", LENGTHS)
def test_a_digest_is_as_long_as_its_hash(algorithm):
    """By AWS's name of the algorithm."""
    assert digest_length(algorithm) == LENGTHS[algorithm]


def test_an_algorithm_without_a_known_hash_is_refused():
    """ML-DSA has no digest of its own in this sense."""
    with pytest.raises(ValueError, match="ML_DSA_SHAKE_256"):
        digest_length("ML_DSA_SHAKE_256")

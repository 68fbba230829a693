"""RSA keys that follow from random bytes."""

import random

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kmsmock.crypto import seeded_rsa


@pytest.mark.parametrize("bits", [2048, 3072])
def test_key_is_sound(bits):
    """`cryptography` finds nothing wrong with a key, its primes tested too."""
    made = seeded_rsa.generate(bits, random.Random(1).randbytes)

    key = load_der_private_key(made, None)
    assert key.key_size == bits
    assert key.private_numbers().public_numbers.e == 65537


def test_same_bytes_make_the_same_key():
    """The key depends on the random bytes and on nothing else."""
    first, second = (seeded_rsa.generate(2048, random.Random(1).randbytes) for _ in range(2))

    assert first == second


def test_other_bytes_make_another_key():
    """Another seed gives another key."""
    first, second = (seeded_rsa.generate(2048, random.Random(seed).randbytes) for seed in (1, 2))

    assert first != second

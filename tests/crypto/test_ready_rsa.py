"""RSA keys that are ready are real ones, distinct, and the same each time."""

import pytest
from cryptography.hazmat.primitives import serialization

from kmsmock.crypto import ready_rsa
from kmsmock.crypto.ready_rsa import COUNT, SIZES, ready_key


@pytest.mark.parametrize("bits", SIZES)
def test_a_ready_key_is_a_valid_rsa_key(bits):
    """`cryptography` with all its checks (the primes too) takes each size's first and last."""
    for ordinal in (0, COUNT - 1):
        key = serialization.load_der_private_key(ready_key(bits, ordinal), None)

        assert key.key_size == bits
        assert key.public_key().public_numbers().e == 65537


def test_no_two_ready_keys_share_a_prime():
    """A shared prime would break both keys, and equal keys would hide mix-ups."""
    primes = [
        prime
        for bits in SIZES
        for ordinal in range(COUNT)
        for prime in _primes_of(ready_key(bits, ordinal))
    ]

    assert len(set(primes)) == len(primes) == 2 * COUNT * len(SIZES)


@pytest.mark.parametrize(("bits", "ordinal"), [(2048, COUNT), (2048, -1), (1024, 0)])
def test_beyond_the_ready_keys_there_is_none(bits, ordinal):
    """Whoever asks for more than are ready must generate one."""
    assert ready_key(bits, ordinal) is None


def test_the_file_can_be_made_again(tmp_path, monkeypatch):
    """The module writes the file that it reads."""
    monkeypatch.setattr(ready_rsa, "SIZES", (1024,))
    monkeypatch.setattr(ready_rsa, "COUNT", 2)
    path = tmp_path / "primes"

    ready_rsa._write(path)

    data = path.read_bytes()
    assert data.startswith(ready_rsa._MAGIC)
    assert len(data) == len(ready_rsa._MAGIC) + 4 + 2 * 2 * 64


def _primes_of(pkcs8):
    key = serialization.load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    numbers = key.private_numbers()
    return numbers.p, numbers.q


def test_a_file_of_another_format_is_refused(monkeypatch):
    """A broken installation is told at once, not by keys that do not work."""
    monkeypatch.setattr(ready_rsa, "_MAGIC", b"another format\n")
    ready_rsa._primes.cache_clear()

    with pytest.raises(RuntimeError, match="ready_rsa"):
        ready_rsa._primes()

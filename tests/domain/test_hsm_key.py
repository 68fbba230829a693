import pytest

from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.hsm_key import HsmKey, storage_attributes

NONCE = bytes(12)


@pytest.fixture
def key():
    """A key that encrypts and wraps and never leaves."""
    return HsmKey("0x0000000000280001", "alice", "k", "ab12", storage_attributes(), b"s" * 32)


def test_key_opens_what_it_sealed(key):
    """What the key sealed it opens, with the same associated data only."""
    sealed = key.seal(NONCE, b"secret", b"context")

    assert key.open(NONCE, sealed, b"context") == b"secret"
    with pytest.raises(Unreadable):
        key.open(NONCE, sealed, b"another context")


def test_secret_is_not_shown(key):
    """No representation of a key has its secret."""
    assert "sss" not in repr(key)


def test_stored_key_never_leaves(key):
    """A key of storage attributes encrypts and wraps, and cannot be taken out or sign."""
    able = {name for name, on in key.attributes.items() if on}

    assert able >= {"token", "encrypt", "decrypt", "wrap", "unwrap", "never-extractable"}
    assert able.isdisjoint({"extractable", "sign", "verify"})

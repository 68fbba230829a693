"""A key inside a cluster's HSMs."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmsmock.crypto import symmetric
from kmsmock.crypto.check_value import check_value

Attributes = dict[str, bool]

AES_ATTRIBUTES: Attributes = {
    "encrypt": True,
    "decrypt": True,
    "token": True,
    "always-sensitive": True,
    "derive": False,
    "destroyable": True,
    "extractable": True,
    "local": True,
    "modifiable": True,
    "never-extractable": False,
    "private": True,
    "sensitive": True,
    "sign": True,
    "trusted": False,
    "unwrap": False,
    "verify": True,
    "wrap": False,
    "wrap-with-trusted": False,
}
"""What the CloudHSM CLI gives a new AES key, in the order in which it prints them.

https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-key-generate-symmetric-aes.html
"""


def storage_attributes() -> Attributes:
    """Give the attributes of a key that encrypts and wraps, and never leaves the HSMs.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/create-cmk-keystore.html
    """
    return AES_ATTRIBUTES | {
        "extractable": False,
        "never-extractable": True,
        "sign": False,
        "unwrap": True,
        "verify": False,
        "wrap": True,
    }


@dataclass(slots=True)
class KeyNumbers:
    """Numbers for the references of keys.

    A cluster, its backups and the clusters made of them share one: a key made after the backup in
    one of them is never taken for another one's.
    """

    last: int = 0x280000

    def next_reference(self) -> str:
        """Give `0x` and 16 hex digits that no key had before."""
        self.last += 1
        return f"0x{self.last:016x}"


@dataclass(frozen=True, eq=False, slots=True)
class HsmKey:
    """An AES key that never leaves the HSMs; it is used through its methods.

    Nothing of it changes, so that cluster and backups can hold the same one: whoever shares a key
    puts another in its place.

    Attributes:
        reference: `0x` and 16 hex digits, unique in the cluster.
        owner: name of the crypto user who made it.
        id: the id attribute in hex without `0x`; KMS calls it the backing key id. May be empty.
        attributes: the yes-or-no ones.
        shared_with: names of the crypto users who may use it beside its owner.
    """

    reference: str
    owner: str
    label: str
    id: str
    attributes: Attributes
    _secret: bytes = field(repr=False)
    shared_with: frozenset[str] = frozenset()

    @property
    def length(self) -> int:
        """Its length in bytes."""
        return len(self._secret)

    @property
    def check_value(self) -> str:
        """Three bytes, in hex without `0x`, that tell it from other keys."""
        return check_value(self._secret).hex()

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Encrypt with AES-GCM inside the HSM; give the ciphertext and its tag."""
        return symmetric.seal(self._secret, nonce, plaintext, associated_data)

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Decrypt what `seal` gave.

        Raises:
            kmsmock.crypto.exceptions.Unreadable: it was not sealed so by this key.
        """
        return symmetric.open_sealed(self._secret, nonce, sealed, associated_data)

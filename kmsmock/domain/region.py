"""What an account has in a Region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsmock.domain.arn import Arn
from kmsmock.domain.index import Index
from kmsmock.domain.network import Network

if TYPE_CHECKING:
    from kmsmock.crypto.symmetric import CipherName
    from kmsmock.domain.alias import Alias
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.key import Key


@dataclass(slots=True)
class Region:
    """An account's keys, aliases, key stores and clusters in one Region."""

    partition: str
    name: str
    account_id: str
    keys: Index[Key] = field(default_factory=Index)
    aliases: Index[Alias] = field(default_factory=Index)
    key_stores: Index[CustomKeyStore] = field(default_factory=Index)
    clusters: Index[Cluster] = field(default_factory=Index)
    network: Network = field(init=False)

    def __post_init__(self) -> None:
        self.network = Network(self.name)

    @property
    def cipher(self) -> CipherName:
        """What symmetric encryption keys seal with here."""
        return "SM4" if self.partition == "aws-cn" else "AES"

    def kms_arn(self, resource: str) -> str:
        """Give the ARN of a KMS resource here: `key/<id>` or an alias's name."""
        return str(Arn(self.partition, "kms", self.name, self.account_id, resource))

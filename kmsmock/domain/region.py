"""What an account has in a Region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsmock.domain.alias import Alias
from kmsmock.domain.arn import Arn
from kmsmock.domain.aws_managed_keys import PREDEFINED_ALIASES
from kmsmock.domain.index import Index
from kmsmock.domain.network import Network

if TYPE_CHECKING:
    from kmsmock.crypto.symmetric import CipherName
    from kmsmock.domain.backup import Backup
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.grant import Grant
    from kmsmock.domain.key import Key


@dataclass(slots=True)
class Region:
    """An account's keys, aliases, key stores and clusters in one Region.

    Attributes:
        aws_managed_keys: how many of the keys AWS manages; they do not count to the quota.
        retirable: a principal of the account -> the grants that it is the retiring principal of,
            on keys of whatever account, by grant id.
        recorded_ciphertexts: a blob from elsewhere, from real KMS for example -> the blob of a
            key here that stands for it.
    """

    partition: str
    name: str
    account_id: str
    keys: Index[Key] = field(default_factory=Index)
    aliases: Index[Alias] = field(default_factory=Index)
    key_stores: Index[CustomKeyStore] = field(default_factory=Index)
    clusters: Index[Cluster] = field(default_factory=Index)
    backups: Index[Backup] = field(default_factory=Index)
    aws_managed_keys: int = 0
    retirable: dict[str, Index[Grant]] = field(default_factory=dict)
    recorded_ciphertexts: dict[bytes, bytes] = field(default_factory=dict)
    network: Network = field(init=False)
    _kms_arns: str = field(init=False)

    def __post_init__(self) -> None:
        self.network = Network(self.name)
        self._kms_arns = str(Arn(self.partition, "kms", self.name, self.account_id, ""))
        for name in PREDEFINED_ALIASES:
            self.aliases[name] = Alias(name, key_id=None, created=None, updated=None)

    @property
    def customer_keys(self) -> int:
        """How many keys count to the quota: the customer's own, in whatever state."""
        return len(self.keys) - self.aws_managed_keys

    @property
    def cipher(self) -> CipherName:
        """What symmetric encryption keys seal with here."""
        return "SM4" if self.partition == "aws-cn" else "AES"

    def cloudhsm_arn(self, resource: str) -> str:
        """Give the ARN of a CloudHSM resource here: `backup/<id>`."""
        return str(Arn(self.partition, "cloudhsm", self.name, self.account_id, resource))

    def kms_arn(self, resource: str) -> str:
        """Give the ARN of a KMS resource here: `key/<id>` or an alias's name."""
        return self._kms_arns + resource

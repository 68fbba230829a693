"""What is shown of a world, apart from how: plain values, with nothing secret among them.

Every text that a user chose has passed `shown`, so that no renderer meets control characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WIDTH = 90
"""Characters of a line."""


def shown(text: str) -> str:
    r"""Write what cannot be printed as Python escapes it: a line break as `\n`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def shortened(text: str, length: int) -> str:
    """Cut a text to so many characters, with dots for what is missing."""
    return text if len(text) <= length else text[: length - 3] + "..."


def counted(count: int, what: str) -> str:
    """Write a number of things: `1 key`, `1,200 keys`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class HsmView:
    """An HSM."""

    hsm_id: str
    state: str


@dataclass(frozen=True, slots=True)
class ZoneView:
    """An Availability Zone that a cluster has a subnet in, and its HSMs there."""

    name: str
    hsms: tuple[HsmView, ...]


@dataclass(frozen=True, slots=True)
class UserView:
    """A user of a cluster's HSMs.

    Attributes:
        logged_in: who is logged in as it, in words; None if nobody is.
        lacking: how many of the cluster's HSMs do not have it.
    """

    name: str
    role: str
    locked: bool
    logged_in: str | None
    lacking: int

    @property
    def told(self) -> str:
        """All about it: `kmsuser (crypto-user, AWS KMS is logged in)`."""
        facts = [self.role]
        if self.locked:
            facts.append("LOCKED")
        if self.logged_in:
            facts.append(f"{self.logged_in} is logged in")
        if self.lacking:
            facts.append(f"missing from {counted(self.lacking, 'HSM')}")
        return f"{self.name} ({', '.join(facts)})"


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster.

    Attributes:
        kind: its HSM type and mode.
        users: some of them, kmsuser first; without AWS's own user.
        user_count: of all of them.
        key_count: how many keys its HSMs hold.
        reachable: False while the network between it and KMS is cut.
    """

    cluster_id: str
    state: str
    kind: str
    zones: tuple[ZoneView, ...]
    users: tuple[UserView, ...]
    user_count: int
    key_count: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class KeyStoreView:
    """A custom key store.

    Attributes:
        stands_on: the id of its cluster, with a remark if that is gone, or the URI of its proxy.
        cluster_id: None for an external key store.
        cut: the network between KMS and the cluster is cut, whatever the state.
        key_count: how many KMS keys are in it.
    """

    store_id: str
    name: str
    store_type: str
    state: str
    error_code: str | None
    stands_on: str
    cluster_id: str | None
    cut: bool
    key_count: int


@dataclass(frozen=True, slots=True)
class KeyView:
    """A KMS key.

    Attributes:
        aliases: some of their names.
        alias_count: of all of them.
        store_id: of the custom key store that it is in; None if KMS keeps it.
        relation: what it is among multi-Region keys, in words; empty for a key of one Region.
        deletion_date: when it will be gone, where that is set.
    """

    key_id: str
    arn: str
    state: str
    origin: str
    spec: str
    usage: str
    managed_by_aws: bool
    description: str
    aliases: tuple[str, ...]
    alias_count: int
    store_id: str | None
    relation: str
    deletion_date: datetime | None

    @property
    def told_aliases(self) -> str:
        """Its aliases, and how many more there are."""
        more = self.alias_count - len(self.aliases)
        return ", ".join([*self.aliases, *([f"and {more:,} more"] if more else [])])

    @property
    def name(self) -> str:
        """What a person calls it: an alias, or else its id."""
        return self.aliases[0] if self.aliases else self.key_id


@dataclass(frozen=True, slots=True)
class RegionView:
    """What an account has in a Region.

    Attributes:
        keys: the newest of them, newest first.
        key_count: of all of them.
        backup_count: clusters' backups that are not deleted.
    """

    account_id: str
    name: str
    clusters: tuple[ClusterView, ...]
    key_stores: tuple[KeyStoreView, ...]
    keys: tuple[KeyView, ...]
    key_count: int
    backup_count: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.clusters or self.key_stores or self.key_count or self.backup_count)

    @property
    def keys_of_kms(self) -> int:
        """How many keys KMS keeps itself."""
        return self.key_count - sum(store.key_count for store in self.key_stores)

    def keys_in(self, store_id: str | None) -> list[KeyView]:
        """Give those of the shown keys that are in a key store, or with None those of KMS."""
        return [key for key in self.keys if key.store_id == store_id]

    def store_of(self, key: KeyView) -> KeyStoreView | None:
        """Give the key store that a key is in."""
        return next((store for store in self.key_stores if store.store_id == key.store_id), None)

    @property
    def more_keys(self) -> int:
        """How many keys are not shown."""
        return self.key_count - len(self.keys)


@dataclass(frozen=True, slots=True)
class WorldView:
    """A world, as its handle sees it.

    Attributes:
        account_id: of callers whose access key names no other.
        region: of clients that are made without one.
        regions: those with something in them, account by account, the handle's own first.
        hint: how to switch the mock off, where that is the reader's to do.
    """

    now: datetime
    account_id: str
    region: str
    regions: tuple[RegionView, ...]
    hint: str

    @property
    def title(self) -> str:
        """What one wants to know first."""
        return f"kmsmock, account {self.account_id}, {self.region}"

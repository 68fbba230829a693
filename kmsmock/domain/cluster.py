"""A CloudHSM cluster: its life, its HSMs, and the users and keys inside them.

Source: https://docs.aws.amazon.com/cloudhsm/latest/userguide/cluster-lifecycle.html, as
cloudhsmv2.md sections 3 and 4 have it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kmsmock.domain.crypto_user import CryptoUser
from kmsmock.domain.hsm_key import Attributes, HsmKey, KeyNumbers, storage_attributes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kmsmock.domain.backup import Backup
    from kmsmock.domain.cluster_state import ClusterState, HsmType, Mode, NetworkType
    from kmsmock.domain.hsm import Hsm
    from kmsmock.domain.hsm_certificates import HsmCertificates
    from kmsmock.domain.network import SecurityGroup, Subnet


@dataclass(eq=False, slots=True)
class Cluster:
    """A cluster.

    Users and keys are kept here and not in the HSMs: AWS copies them to every HSM, and when the
    last HSM is deleted they come back from the latest backup with the next one.

    Attributes:
        number: how many clusters the Region had before it.
        pre_co_password: the administrator's password until the cluster is activated.
        backup_retention_days: how long backups are kept.
        subnets_by_zone: the Availability Zones it may have HSMs in.
        certificate: the PEM with which it was initialized, or a backup's; clusters of one backup
            history have the same.
        trust_anchor: the PEM of who issued the certificate.
        hsm_certificates: the signing request and its vouchers, from the first HSM to the
            beginning of initialization.
        keys: by key reference.
        backups: those made of it that are not yet deleted for good, oldest first.
        former_hsm_type: the type that it can go back to until `rollback_until`.
        kms_reaches_it: False while a test has cut the network between the two.
    """

    cluster_id: str
    account_id: str
    region_name: str
    number: int
    created: datetime
    hsm_type: HsmType
    mode: Mode
    network_type: NetworkType
    vpc_id: str
    subnets_by_zone: dict[str, Subnet]
    security_group: SecurityGroup
    pre_co_password: str | None = field(repr=False)
    backup_retention_days: int = 90
    tags: dict[str, str] = field(default_factory=dict)
    source_backup_id: str | None = None
    state: ClusterState = "CREATE_IN_PROGRESS"
    state_message: str | None = None
    certificate: str | None = None
    trust_anchor: str | None = None
    hsm_certificates: HsmCertificates | None = None
    hsms: dict[str, Hsm] = field(default_factory=dict)
    users: dict[str, CryptoUser] = field(default_factory=dict)
    keys: dict[str, HsmKey] = field(default_factory=dict)
    key_numbers: KeyNumbers = field(default_factory=KeyNumbers)
    backups: list[Backup] = field(default_factory=list, repr=False)
    former_hsm_type: HsmType | None = None
    rollback_until: datetime | None = None
    kms_reaches_it: bool = True

    @property
    def security_group_id(self) -> str:
        """The id of the security group that was made for it."""
        return self.security_group.group_id

    def subnets(self) -> list[Subnet]:
        """Give its subnets, one per zone."""
        return list(self.subnets_by_zone.values())

    def active_hsms(self) -> list[Hsm]:
        """Give the HSMs that answer."""
        return [hsm for hsm in self.hsms.values() if hsm.state == "ACTIVE"]

    @property
    def holds_nothing(self) -> bool:
        """Whether there is no HSM that holds users and keys, so that they come from a backup."""
        return all(hsm.state == "DELETE_IN_PROGRESS" for hsm in self.hsms.values())

    def active_zones(self) -> set[str]:
        """Give the zones of the HSMs that answer."""
        return {hsm.availability_zone for hsm in self.active_hsms()}

    def shares_backup_history_with(self, other: Cluster) -> bool:
        """Tell whether one comes from a backup of the other, or both from one backup."""
        return self.certificate is not None and self.certificate == other.certificate

    # Its life. What AWS takes minutes for is begun by one method and ended by another; an end
    # does nothing when a deletion came first.

    def finish_creation(self) -> None:
        """Become UNINITIALIZED, or INITIALIZED where a backup brought the certificate."""
        if self.state == "CREATE_IN_PROGRESS":
            self._enter("UNINITIALIZED" if self.certificate is None else "INITIALIZED")

    def begin_initialization(self, certificate: str, trust_anchor: str) -> None:
        """Take the certificate of the cluster and of its issuer, whose checks are done."""
        self.certificate = certificate
        self.trust_anchor = trust_anchor
        self._enter(
            "INITIALIZE_IN_PROGRESS",
            "Cluster is initializing. State will change to INITIALIZED upon completion.",
        )

    def finish_initialization(self) -> None:
        """Become INITIALIZED, with the two users that every cluster has."""
        self.hsm_certificates = None
        password = self.pre_co_password or ""
        self.add_user(CryptoUser("admin", "unactivated-admin", password))
        self.add_user(CryptoUser("app_user", "internal(APPLIANCE_USER)", password))
        self._enter("INITIALIZED")

    def finish_activation(self) -> None:
        """Become ACTIVE, the administrator having set a password."""
        if self.state == "INITIALIZED":
            self.pre_co_password = None
            self._enter("ACTIVE")

    def begin_type_change(self, hsm_type: HsmType) -> None:
        """Begin to have HSMs of another type, or again of the type before."""
        rollback = hsm_type == self.former_hsm_type
        self.former_hsm_type = None if rollback else self.hsm_type
        self.rollback_until = None
        self.hsm_type = hsm_type
        self._enter("ROLLBACK_IN_PROGRESS" if rollback else "MODIFY_IN_PROGRESS")

    def finish_type_change(self, rollback_until: datetime) -> None:
        """Be ACTIVE again; the way back is open until then, unless this was it."""
        for hsm in self.hsms.values():
            hsm.hsm_type = self.hsm_type
        if self.former_hsm_type is not None:
            self.rollback_until = rollback_until
        self._enter("ACTIVE")

    def close_rollback(self, at: datetime) -> None:
        """Keep the present type for good, if the time for going back is over."""
        if self.rollback_until is not None and self.rollback_until <= at:
            self.former_hsm_type = self.rollback_until = None

    def begin_deletion(self) -> None:
        """Begin to go; there are no HSMs left."""
        self._enter("DELETE_IN_PROGRESS", "The cluster is being deleted.")

    def finish_deletion(self) -> None:
        """Be DELETED; users and keys live on in backups only."""
        self.users.clear()
        self.keys.clear()
        self._enter("DELETED")

    # HSMs

    def begin_hsm_creation(self, hsm: Hsm) -> None:
        """Take an HSM that is being made."""
        self.hsms[hsm.hsm_id] = hsm

    def finish_hsm_creation(self, hsm: Hsm, certify: Callable[[], HsmCertificates]) -> bool:
        """Let the HSM become ACTIVE; the first one of a new cluster brings the signing request.

        Returns:
            Whether the cluster became ACTIVE with it, its users having come from a backup.
        """
        hsm.state = "ACTIVE"
        hsm.state_message = "HSM created."
        if self.state == "UNINITIALIZED":
            self.hsm_certificates = certify()
        if self.state == "INITIALIZED" and self.source_backup_id is not None:
            self._enter("ACTIVE")
            return True
        return False

    def begin_hsm_deletion(self, hsm: Hsm) -> None:
        """Let the HSM begin to go; it answers nobody any more."""
        hsm.state = "DELETE_IN_PROGRESS"
        hsm.state_message = None

    def finish_hsm_deletion(self, hsm: Hsm) -> None:
        """Let the HSM vanish, and with the last one of a new cluster the signing request.

        Users whom no other HSM has go with it; without any HSM they wait for the next one.
        """
        del self.hsms[hsm.hsm_id]
        hsm.state = "DELETED"
        hsm.subnet.release_address(hsm.eni_ip)
        if not self.hsms:
            self.hsm_certificates = None
            return
        for user in list(self.users.values()):
            self._drop_if_lost(user)

    # Users and keys

    def add_user(self, user: CryptoUser) -> None:
        """Take a user, who is on all HSMs that answer from now on."""
        user.missing_from.update(
            hsm.hsm_id for hsm in self.hsms.values() if hsm.state == "DEGRADED"
        )
        self.users[user.name] = user

    def lose_user(self, user: CryptoUser, hsm: Hsm) -> None:
        """Let an HSM be without the user, who is gone when no HSM has it any more."""
        user.missing_from.add(hsm.hsm_id)
        self._drop_if_lost(user)

    def _drop_if_lost(self, user: CryptoUser) -> None:
        if user.missing_from.issuperset(self.hsms):
            del self.users[user.name]

    def coverage_of(self, user: CryptoUser) -> Literal["full", "inconsistent"]:
        """Tell whether every HSM has the user."""
        return "full" if user.missing_from.isdisjoint(self.hsms) else "inconsistent"

    def generate_aes_key(  # noqa: PLR0913 - what a key is made of
        self,
        owner: str,
        label: str,
        random_bytes: Callable[[int], bytes],
        *,
        length: int = 32,
        key_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> HsmKey:
        """Make a persistent AES key.

        Args:
            owner: the name of the crypto user whose key it is.
            label: its label attribute; need not be unique.
            random_bytes: gives that many.
            length: in bytes.
            key_id: its id attribute in hex; by default a random one.
            attributes: by default those of a key that encrypts and wraps and never leaves.
        """
        key = HsmKey(
            self.key_numbers.next_reference(),
            owner,
            label,
            random_bytes(32).hex() if key_id is None else key_id,
            storage_attributes() if attributes is None else attributes,
            random_bytes(length),
        )
        self.keys[key.reference] = key
        return key

    def replace_key(self, key: HsmKey) -> None:
        """Put a key in the place of the one with its reference."""
        self.keys[key.reference] = key

    def delete_key(self, reference: str) -> None:
        """Delete a key, for good.

        Raises:
            KeyError: there is none.
        """
        del self.keys[reference]

    def _enter(self, state: ClusterState, message: str | None = None) -> None:
        self.state = state
        self.state_message = message

"""A key store of type AWS_CLOUDHSM: where a KMS region meets a CloudHSM cluster.

The store reaches its cluster only as AWS does: it looks it up, logs in as the crypto user
`kmsuser`, and creates and uses keys inside it. Rules: custom-key-stores.md, the sections named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from kmsmock.domain.crypto_user import LockedOut, WrongPassword
from kmsmock.domain.custom_key_store import CustomKeyStore, KeyStoreType
from kmsmock.errors.kms import (
    CloudHsmClusterInvalidConfigurationException,
    CloudHsmClusterNotActiveException,
    CustomKeyStoreInvalidStateException,
    KMSInvalidStateException,
)

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.crypto_user import CryptoUser
    from kmsmock.domain.external_proxy import Proxy
    from kmsmock.domain.hsm_key import HsmKey
    from kmsmock.domain.index import Index
    from kmsmock.domain.key import Key
    from kmsmock.errors import ServiceError

KMS_USER = "kmsuser"
OWNED_BY_KMS = "kms"
"""Who is logged in as kmsuser while the store is connected."""


@dataclass(slots=True, eq=False, kw_only=True)
class CloudHsmKeyStore(CustomKeyStore):
    """A key store of type AWS_CLOUDHSM.

    Attributes:
        clusters: the clusters of the store's account and Region.
        password: the last password of kmsuser that KMS knows; its owner's or one of its own.
    """

    store_type: ClassVar[KeyStoreType] = "AWS_CLOUDHSM"

    clusters: Index[Cluster]
    cluster_id: str
    trust_anchor: str
    password: str = field(repr=False)

    @property
    def cluster(self) -> Cluster | None:
        """Its cluster, or None once that is deleted."""
        return living_cluster(self.clusters, self.cluster_id)

    def _fail_fast(self) -> None:
        """Refuse a cluster that is not ACTIVE, or whose security group lacks the rules."""
        cluster = self.cluster
        if cluster is not None:
            require_active(cluster)
            require_security_group(cluster)

    def finish_connecting(self, attempt: int, random_password: Callable[[], str]) -> None:
        """End in CONNECTED with a new password, or in FAILED with the reason (3, 4.2)."""
        self._finish_connecting(attempt, lambda: self._connect(random_password))

    def _connect(self, random_password: Callable[[], str]) -> str | None:
        error_code = self._obstacle() or self._log_in()
        if error_code is None:
            self.password = random_password()
            self._kms_user().change_password(self.password)
        return error_code

    def _leave(self) -> None:
        """Log kmsuser out."""
        # An older backup, restored into a cluster that had lost its HSMs, may be without kmsuser.
        user = None if self.cluster is None else self.cluster.users.get(KMS_USER)
        if self.state == "CONNECTED" and user is not None:
            user.log_out(OWNED_BY_KMS)

    def add_key(self, key: Key, random_bytes: Callable[[int], bytes]) -> None:
        """Make the material of a KMS key in the cluster, owned by kmsuser, labelled with its ARN.

        Raises:
            CloudHsmClusterInvalidConfigurationException: the cluster has not two active HSMs in
                two zones, or is gone.
            CustomKeyStoreInvalidStateException: KMS does not reach it. Assumed: CreateKey in a
                key store whose cluster cannot be reached gets CustomKeyStoreInvalidStateException.
        """
        cluster = self.cluster
        if cluster is None or cluster.state != "ACTIVE":
            raise CloudHsmClusterInvalidConfigurationException(TWO_HSMS)
        require_two_hsms(cluster)
        self.require_communication(CustomKeyStoreInvalidStateException)
        key.backing_key = cluster.generate_aes_key(KMS_USER, key.arn, random_bytes).reference
        key.custom_key_store = self
        self.key_ids.add(key.key_id)

    def delete_backing_key(self, reference: str) -> bool:
        """Delete the material of a KMS key that is gone, where that can be done (5)."""
        cluster = self.cluster
        if not self.connected or cluster is None or not cluster.active_hsms():
            return False
        if not cluster.kms_reaches_it:
            return False
        if reference not in cluster.keys:
            return False
        cluster.delete_key(reference)
        return True

    def sealer(self, key: Key, _proxy: Proxy | None) -> HsmKey:
        """Give the key in the cluster that is a KMS key's material."""
        return self.backing_key(key.backing_key)

    def backing_key(self, reference: str) -> HsmKey:
        """Give the key in the cluster that is a KMS key's material.

        Raises:
            KMSInvalidStateException: the cluster does not answer, or has no such key any more.
        """
        self.require_communication()
        cluster = self.cluster
        key = None if cluster is None else cluster.keys.get(reference)
        if key is None:
            # The text is assumed; AWS publishes only the exception.
            raise KMSInvalidStateException("The backing key does not exist in the cluster.")
        return key

    def require_communication(self, error: type[ServiceError] = KMSInvalidStateException) -> None:
        """Refuse when the cluster is gone, cannot be reached or has no active HSM.

        Args:
            error: what the operation answers then; by default what the use of a key answers.
        """
        cluster = self.cluster
        if cluster is None or not cluster.kms_reaches_it or not cluster.active_hsms():
            raise error("KMS cannot communicate with your CloudHSM cluster")

    def _obstacle(self) -> str | None:
        """Give the first thing outside the crypto user that prevents connecting."""
        cluster = self.cluster
        if cluster is None:
            return "CLUSTER_NOT_FOUND"
        if not all(subnet.exists for subnet in cluster.subnets()):
            return "SUBNET_NOT_FOUND"
        if not all(subnet.free_addresses for subnet in cluster.subnets()):
            return "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET"
        if not cluster.active_hsms():
            return "INSUFFICIENT_CLOUDHSM_HSMS"
        if not cluster.kms_reaches_it:
            return "NETWORK_ERRORS"
        return None

    def _log_in(self) -> str | None:
        """Log in as kmsuser; give the reason if that fails."""
        cluster = self.cluster
        assert cluster is not None
        user = cluster.users.get(KMS_USER)
        if user is None or user.role != "crypto-user" or cluster.coverage_of(user) != "full":
            return "USER_NOT_FOUND"
        if user.logged_in_by is not None:
            return "USER_LOGGED_IN"
        if user.mfa:
            # Section 3 says that the code is not published. Assumed: a kmsuser with multi-factor
            # authentication lets connecting end in INVALID_CREDENTIALS.
            return "INVALID_CREDENTIALS"
        try:
            user.login(self.password, OWNED_BY_KMS)
        except LockedOut:
            return "USER_LOCKED_OUT"
        except WrongPassword:
            return "INVALID_CREDENTIALS"
        return None

    def _kms_user(self) -> CryptoUser:
        assert self.cluster is not None
        return self.cluster.users[KMS_USER]


TWO_HSMS = "CloudHSM cluster must contain active HSMs in at least two Availability Zones"


def living_cluster(clusters: Index[Cluster], cluster_id: str) -> Cluster | None:
    """Give the cluster of this id, unless it was deleted or is being deleted."""
    cluster = clusters.get(cluster_id)
    gone = cluster is None or cluster.state in ("DELETE_IN_PROGRESS", "DELETED")
    return None if gone else cluster


def require_fit_for_key_store(cluster: Cluster) -> None:
    """Refuse a cluster that cannot be a key store's, in the order of section 2.1, 7 to 10.

    Raises:
        CloudHsmClusterNotActiveException: it is not ACTIVE.
        CloudHsmClusterInvalidConfigurationException: subnets, security group or HSMs.
    """
    require_active(cluster)
    if len({subnet.availability_zone for subnet in cluster.subnets() if subnet.exists}) < 2:
        # The text is assumed.
        raise CloudHsmClusterInvalidConfigurationException(
            "CloudHSM cluster must have private subnets in at least two Availability Zones"
        )
    require_security_group(cluster)
    require_two_hsms(cluster)


def require_active(cluster: Cluster) -> None:
    """Refuse a cluster that is not ACTIVE."""
    if cluster.state != "ACTIVE":
        # The text is assumed.
        raise CloudHsmClusterNotActiveException(
            f"CloudHSM cluster {cluster.cluster_id} is not active"
        )


def require_security_group(cluster: Cluster) -> None:
    """Refuse a cluster whose security group does not let its HSMs talk to KMS."""
    if not cluster.security_group.allows_cluster_traffic:
        # The text is assumed.
        raise CloudHsmClusterInvalidConfigurationException(
            f"Security group cloudhsm-cluster-{cluster.cluster_id}-sg must allow TCP traffic on "
            "ports 2223-2225 from and to itself"
        )


def require_two_hsms(cluster: Cluster) -> None:
    """Refuse a cluster without two active HSMs in two zones."""
    if len(cluster.active_zones()) < 2:
        raise CloudHsmClusterInvalidConfigurationException(TWO_HSMS)

"""Clusters and key stores ready for use, for tests that are about something else.

They are made by the calls that a user would make, in the user's order; nothing is set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kmsmock.cloudhsm_cli import CloudHsmCli
from kmsmock.crypto.certificates import self_signed_root, sign_csr
from kmsmock.crypto.ready_rsa import COUNT, ready_key
from kmsmock.domain.cloudhsm_key_store import KMS_USER
from kmsmock.levers.proxies import ProxyLevers
from kmsmock.pipeline import perform
from kmsmock.protocol.request import Address
from kmsmock.xks_proxy.builtin import BuiltinProxy

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.world import World

ADMIN = "admin"
"""The administrator that every cluster has."""
_VALIDITY = timedelta(days=3652)
_TRUST_ANCHOR_NAME = [("C", "US"), ("ST", "WA"), ("O", "Example Corp"), ("CN", "customerCA")]


@dataclass(frozen=True, slots=True)
class ReadyCluster:
    """An ACTIVE cluster.

    Attributes:
        cluster_id: for both services' calls.
        trust_anchor: the certificate that CreateCustomKeyStore asks for (customerCA.crt), PEM.
        admin_password: the password of the cluster's user `admin`.
    """

    cluster_id: str
    trust_anchor: str
    admin_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadyKeyStore:
    """A CONNECTED custom key store of type AWS_CLOUDHSM.

    Attributes:
        custom_key_store_id: for CreateKey and the key store's own calls.
        name: its CustomKeyStoreName.
        cluster: the cluster that it stands on.
    """

    custom_key_store_id: str
    name: str
    cluster: ReadyCluster


@dataclass(frozen=True, slots=True)
class ReadyExternalKeyStore:
    """A CONNECTED custom key store of type EXTERNAL_KEY_STORE.

    Attributes:
        custom_key_store_id: for CreateKey and the key store's own calls.
        name: its CustomKeyStoreName.
        proxy: the mock's own proxy, which needs a key for each XksKeyId.
    """

    custom_key_store_id: str
    name: str
    proxy: ProxyLevers


class Builder:
    """Makes ready things in one Region of the world's own account."""

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self._region = region

    def find_cluster(self, cluster_id: str) -> Cluster:
        """Give a cluster of the Region.

        Raises:
            LookupError: there is none.
        """
        clusters = self._world.region(self._world.account_id, self._region).clusters
        if cluster_id not in clusters:
            known = ", ".join(cluster.cluster_id for cluster in clusters) or "none"
            raise LookupError(f"{self._region} has no cluster {cluster_id!r}; it has: {known}")
        return clusters[cluster_id]

    def cluster(self, hsms: int, hsm_type: str) -> ReadyCluster:
        """Create, initialize and activate a cluster, and give it its HSMs, zone by zone.

        Raises:
            ValueError: it would have no HSM, and could not be initialized.
        """
        if hsms < 1:
            raise ValueError("a cluster is initialized with its first HSM: ask for hsms=1 or more")
        with self._world.immediately():
            return self._make_cluster(hsms, hsm_type)

    def _make_cluster(self, hsms: int, hsm_type: str) -> ReadyCluster:
        network = self._world.region(self._world.account_id, self._region).network
        made = self._call(
            "cloudhsmv2",
            "CreateCluster",
            HsmType=hsm_type,
            SubnetIds=[
                subnet.subnet_id for subnet in network.subnets.values() if not subnet.adopted
            ],
            **({} if hsm_type == "hsm1.medium" else {"Mode": "FIPS"}),
        )["Cluster"]
        cluster_id, zones = made["ClusterId"], sorted(made["SubnetMapping"])
        self._create_hsm(cluster_id, zones[0])
        trust_anchor = self._initialize(cluster_id)
        password = self._world.randomness.base32(16)
        CloudHsmCli(self.find_cluster(cluster_id), self._world).activate(password)
        for number in range(1, hsms):
            self._create_hsm(cluster_id, zones[number % len(zones)])
        return ReadyCluster(cluster_id, trust_anchor, password)

    def key_store(self, name: str, hsms: int, hsm_type: str) -> ReadyKeyStore:
        """Make a cluster with the crypto user kmsuser, and connect a key store to it."""
        with self._world.immediately():
            return self._make_key_store(name, hsms, hsm_type)

    def _make_key_store(self, name: str, hsms: int, hsm_type: str) -> ReadyKeyStore:
        cluster = self.cluster(hsms, hsm_type)
        password = self._world.randomness.base32(16)
        cli = CloudHsmCli(self.find_cluster(cluster.cluster_id), self._world)
        cli.login(ADMIN, cluster.admin_password, "admin")
        cli.user_create(KMS_USER, password, "crypto-user")
        cli.logout()
        store_id = self._call(
            "kms",
            "CreateCustomKeyStore",
            CustomKeyStoreName=name,
            CloudHsmClusterId=cluster.cluster_id,
            TrustAnchorCertificate=cluster.trust_anchor,
            KeyStorePassword=password,
        )["CustomKeyStoreId"]
        self._call("kms", "ConnectCustomKeyStore", CustomKeyStoreId=store_id)
        self._call("kms", "DescribeCustomKeyStores", CustomKeyStoreId=store_id)
        return ReadyKeyStore(store_id, name, cluster)

    def proxy(self) -> ProxyLevers:
        """Make a proxy with a key manager that has no keys, at an endpoint of its own."""
        world = self._world
        with world.lock:
            builtin = world.proxies.builtin
            endpoint = f"https://proxy-{len(builtin) + 1}.xks.example"
            builtin[endpoint] = BuiltinProxy(
                endpoint=endpoint,
                path="/example/kms/xks/v1",
                access_key_id=world.randomness.base32(20).upper(),
                secret_access_key=world.randomness.base32(43),
                random_bytes=world.randomness.bytes,
            )
            return ProxyLevers(world, builtin[endpoint])

    def external_key_store(self, name: str) -> ReadyExternalKeyStore:
        """Make a proxy, and connect a key store to it."""
        with self._world.immediately():
            proxy = self.proxy()
            made = self._call(
                "kms", "CreateCustomKeyStore", CustomKeyStoreName=name, **proxy.parameters
            )
            store_id = made["CustomKeyStoreId"]
            self._call("kms", "ConnectCustomKeyStore", CustomKeyStoreId=store_id)
            self._call("kms", "DescribeCustomKeyStores", CustomKeyStoreId=store_id)
            return ReadyExternalKeyStore(store_id, name, proxy)

    def _create_hsm(self, cluster_id: str, zone: str) -> None:
        self._call("cloudhsmv2", "CreateHsm", ClusterId=cluster_id, AvailabilityZone=zone)

    def _initialize(self, cluster_id: str) -> str:
        """Sign the cluster's CSR as its owner would; give the owner's own certificate."""
        filters = {"clusterIds": [cluster_id]}
        described = self._call("cloudhsmv2", "DescribeClusters", Filters=filters)
        csr = described["Clusters"][0]["Certificates"]["ClusterCsr"]
        key = ready_key(2048, COUNT - 4)
        assert key is not None
        since = self._world.clock.now().replace(microsecond=0)
        until = since + _VALIDITY
        trust_anchor = self_signed_root(key, _TRUST_ANCHOR_NAME, since, until)
        serial = int.from_bytes(self._world.randomness.bytes(15), "big") + 1
        self._call(
            "cloudhsmv2",
            "InitializeCluster",
            ClusterId=cluster_id,
            SignedCert=sign_csr(csr, trust_anchor, key, serial, since, until),
            TrustAnchor=trust_anchor,
        )
        return trust_anchor

    def _call(self, service: str, operation: str, **request: object) -> Any:
        world = self._world
        address = Address(service, operation, self._region, world.account_id)
        return perform(world, address, request, world.randomness.uuid())

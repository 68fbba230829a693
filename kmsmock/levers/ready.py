"""Clusters and key stores ready for use, for tests that are about something else.

They are made by the calls that a user would make, in the user's order; nothing is set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from kmsmock.cloudhsm_cli import CloudHsmCli
from kmsmock.crypto.certificates import self_signed_root, sign_csr
from kmsmock.crypto.ready_rsa import COUNT, ready_key
from kmsmock.domain.cloudhsm_key_store import KMS_USER
from kmsmock.domain.network import NetworkProblem
from kmsmock.kms.key_store_checks import require_free_name, require_room_for_store
from kmsmock.levers.own_calls import OwnCalls, all_or_mistake
from kmsmock.levers.proxies import ProxyLevers
from kmsmock.protocol.constraints import ConstraintsViolated
from kmsmock.protocol.model import operation_model
from kmsmock.protocol.validation import read_request
from kmsmock.xks_proxy.builtin import BuiltinProxy

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.network import Subnet
    from kmsmock.domain.region import Region
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
    trust_anchor: str = field(repr=False)
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
        self._call = OwnCalls(world, region)

    def find_cluster(self, cluster_id: str) -> Cluster:
        """Give a cluster of the Region.

        Raises:
            LookupError: there is none.
        """
        clusters = self._here().clusters
        if cluster_id not in clusters:
            known = ", ".join(cluster.cluster_id for cluster in clusters) or "none"
            raise LookupError(f"{self._region} has no cluster {cluster_id!r}; it has: {known}")
        return clusters[cluster_id]

    def cluster(self, hsms: int, hsm_type: str) -> ReadyCluster:
        """Create, initialize and activate a cluster, and give it its HSMs, zone by zone.

        Raises:
            ValueError: it would have no HSM, and could not be initialized; or AWS would refuse it.
        """
        if hsms < 1:
            raise ValueError("a cluster is initialized with its first HSM: ask for hsms=1 or more")
        with self._world.immediately(), all_or_mistake(self._world):
            self._require_addresses(hsms)
            return self._make_cluster(hsms, hsm_type)

    def _subnets(self) -> list[Subnet]:
        """Give the subnets that clusters are made in, zone by zone."""
        subnets = self._here().network.subnets.values()
        own = [subnet for subnet in subnets if not subnet.adopted]
        return sorted(own, key=lambda subnet: subnet.availability_zone)

    def _require_addresses(self, hsms: int, *, also_free: int = 0) -> None:
        """Refuse to begin with HSMs for which the subnets are not there, or have no addresses.

        Args:
            also_free: how many addresses of each subnet must be left.

        Raises:
            ValueError: they are not.
        """
        subnets = self._subnets()
        for place, subnet in enumerate(subnets):
            needed = len(range(place, hsms, len(subnets))) + also_free
            try:
                subnet.require_room(needed)
            except NetworkProblem as problem:
                raise ValueError(
                    f"{problem} Make clusters before the subnet is broken, or in another Region"
                ) from None

    def _make_cluster(self, hsms: int, hsm_type: str) -> ReadyCluster:
        made = self._call(
            "cloudhsmv2",
            "CreateCluster",
            HsmType=hsm_type,
            SubnetIds=[subnet.subnet_id for subnet in self._subnets()],
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
        """Make a cluster with the crypto user kmsuser, and connect a key store to it.

        Raises:
            ValueError: there are not two HSMs, or AWS would refuse it.
        """
        if hsms < 2:
            raise ValueError("a key store needs two HSMs: hsms=2 or more")
        with self._world.immediately(), all_or_mistake(self._world):
            self._require_name(name)
            self._require_addresses(hsms, also_free=1)
            return self._make_key_store(name, hsms, hsm_type)

    def _require_name(self, name: str) -> None:
        """Refuse a name that CreateCustomKeyStore would refuse, before there is anything else.

        Raises:
            ServiceError: it is taken, or there is no room for one more key store.
            ValueError: it breaks a constraint of the model.
        """
        model = operation_model("kms", "CreateCustomKeyStore")
        assert model is not None
        try:
            read_request(model, {"CustomKeyStoreName": name})
        except ConstraintsViolated as violated:
            raise ValueError(f"AWS would refuse the name: {violated}") from None
        require_free_name(self._here(), name)
        require_room_for_store(self._here())

    def _make_key_store(self, name: str, hsms: int, hsm_type: str) -> ReadyKeyStore:
        cluster = self._make_cluster(hsms, hsm_type)
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
        """Make a proxy, and connect a key store to it.

        Raises:
            ValueError: AWS would refuse it.
        """
        with self._world.immediately(), all_or_mistake(self._world):
            self._require_name(name)
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

    def _here(self) -> Region:
        return self._world.region(self._world.account_id, self._region)

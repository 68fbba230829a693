"""What a test breaks from outside: the network that clusters stand in, and single HSMs.

AWS has no KMS or CloudHSM call for any of it; somebody does it in the VPC, or it just happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kmsmock.domain.vpc_endpoint_service import VpcEndpointService, kms_principal
from kmsmock.xks_proxy.network import PATIENCE, Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.hsm import Hsm, HsmState
    from kmsmock.domain.region import Region
    from kmsmock.world import World

Thing = TypeVar("Thing")


class NetworkLevers:
    """Changes the VPC of one Region behind its clusters' backs; ids are those that AWS shows.

    A key store meets such a change when it connects, or when it is tied to a cluster.
    """

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self._region = region

    def delete_subnet(self, subnet_id: str) -> None:
        """Delete a subnet: connecting ends in SUBNET_NOT_FOUND.

        Args:
            subnet_id: `subnet-...`.

        Raises:
            LookupError: no cluster stands in such a subnet, and the VPC has none.
        """
        with self._world.lock:
            subnets = _present(self._world, self._region).network.subnets
            _named(subnets, subnet_id, "subnet", self._region).exists = False

    def exhaust_subnet(self, subnet_id: str) -> None:
        """Use a subnet's last addresses: INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET.

        Args:
            subnet_id: `subnet-...`.

        Raises:
            LookupError: no cluster stands in such a subnet, and the VPC has none.
        """
        with self._world.lock:
            subnets = _present(self._world, self._region).network.subnets
            _named(subnets, subnet_id, "subnet", self._region).free_addresses = 0

    def revoke_rules(self, security_group_id: str) -> None:
        """Take a cluster's security group its rules for TCP 2223-2225, by which KMS reaches it.

        Args:
            security_group_id: what DescribeClusters shows as SecurityGroup, `sg-...`.

        Raises:
            LookupError: no cluster has such a security group.
        """
        with self._world.lock:
            groups = _present(self._world, self._region).network.security_groups
            group = _named(groups, security_group_id, "security group", self._region)
            group.allows_cluster_traffic = False

    def disconnect(self, cluster_id: str) -> None:
        """Cut the network between KMS and a cluster: NETWORK_ERRORS, and keys that do not work.

        The CloudHSM CLI, which stands in the cluster's own VPC, still reaches it.

        Args:
            cluster_id: `cluster-...`.

        Raises:
            LookupError: the Region has no such cluster.
        """
        self._set_reach(cluster_id, reaches=False)

    def reconnect(self, cluster_id: str) -> None:
        """Mend the network between KMS and a cluster.

        Args:
            cluster_id: `cluster-...`.

        Raises:
            LookupError: the Region has no such cluster.
        """
        self._set_reach(cluster_id, reaches=True)

    def vpc_endpoint_service(  # noqa: PLR0913 - it has that many properties
        self,
        name: str,
        *,
        private_dns_name: str | None,
        availability_zones: Iterable[str] | None = None,
        allowed_principals: Iterable[str] | None = None,
        acceptance_required: bool = False,
        domain_verified: bool = True,
        owner: str | None = None,
    ) -> None:
        """Make a VPC endpoint service in the handle's Region, or change the one of this name.

        By default it fulfils all that an external key store asks of it.

        Args:
            name: `com.amazonaws.vpce.<region>.vpce-svc-...`, for XksProxyVpcEndpointServiceName.
            private_dns_name: the host of XksProxyUriEndpoint; None for a service without one.
            availability_zones: those of its network load balancer's subnets; by default two.
            allowed_principals: by default cks.kms.<region>.amazonaws.com.
            acceptance_required: whether its owner has to accept each connection, which KMS refuses.
            domain_verified: whether the private DNS name is verified, as KMS needs it.
            owner: the account that owns it, by default the world's.
        """
        zones = (f"{self._region}a", f"{self._region}b")
        principals = (kms_principal(self._region),)
        service = VpcEndpointService(
            name=name,
            private_dns_name=private_dns_name,
            availability_zones=frozenset(
                zones if availability_zones is None else availability_zones
            ),
            allowed_principals=frozenset(
                principals if allowed_principals is None else allowed_principals
            ),
            acceptance_required=acceptance_required,
            domain_verified=domain_verified,
        )
        with self._world.lock:
            self._endpoint_services(owner)[name] = service

    def delete_vpc_endpoint_service(self, name: str, *, owner: str | None = None) -> None:
        """Delete a VPC endpoint service: XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND.

        Args:
            name: as `vpc_endpoint_service` was given it.
            owner: the account that owns it, by default the world's.

        Raises:
            LookupError: the Region has no such service of this owner.
        """
        with self._world.lock:
            services = self._endpoint_services(owner)
            _named(services, name, "VPC endpoint service", self._region)
            del services[name]

    def route_proxy(
        self, endpoint: str, url: str, *, ca_bundle: str | None = None, timeout: float = PATIENCE
    ) -> None:
        """Let KMS reach an external key store's proxy that listens on this machine.

        Signatures are made for the endpoint, which the Host header names.

        Args:
            endpoint: XksProxyUriEndpoint, `https://xks.example.com`.
            url: where the proxy listens, `http://127.0.0.1:8080` or https.
            ca_bundle: path of a PEM file with the authorities that an https one is trusted by;
                its certificate must be for the host in `url`.
            timeout: seconds that KMS waits; AWS waits 0.25.

        Raises:
            ValueError: `url` is not on this machine.
        """
        from kmsmock.xks_proxy.adapters import is_local

        if not is_local(url):
            raise ValueError(f"KMS reaches proxies on this machine only, and {url} is elsewhere")
        with self._world.lock:
            self._world.proxies.routes[endpoint] = Route(url.rstrip("/"), ca_bundle, timeout)

    def _endpoint_services(self, owner: str | None) -> dict[str, VpcEndpointService]:
        account_id = self._world.account_id if owner is None else owner
        return self._world.region(account_id, self._region).network.endpoint_services

    def _set_reach(self, cluster_id: str, *, reaches: bool) -> None:
        with self._world.lock:
            clusters = _present(self._world, self._region).clusters
            by_id = {cluster.cluster_id: cluster for cluster in clusters}
            _named(by_id, cluster_id, "cluster", self._region).kms_reaches_it = reaches


def promote_share(world: World, region: str, backup_id: str) -> None:
    """Promote what a backup's resource policy shares to a standard RAM resource share.

    Raises:
        LookupError: the Region has no such backup.
        ValueError: the backup has no resource policy.
    """
    with world.lock:
        backups = {backup.backup_id: backup for backup in _present(world, region).backups}
        backup = _named(backups, backup_id, "backup", region)
        if backup.policy is None:
            raise ValueError(f"{backup_id} has no resource policy: call PutResourcePolicy first")
        backup.share_promoted = True


class HsmLevers:
    """Breaks one HSM, and mends it.

    Raises:
        LookupError: no cluster of the Region has such an HSM.
    """

    def __init__(self, world: World, region: str, hsm_id: str) -> None:
        self._world = world
        with world.lock:
            clusters = _present(world, region).clusters
            homes = {hsm: cluster for cluster in clusters for hsm in cluster.hsms}
            self._cluster: Cluster = _named(homes, hsm_id, "HSM", region)
            self._hsm: Hsm = self._cluster.hsms[hsm_id]

    def fail(self) -> None:
        """Let the HSM become DEGRADED: it answers nobody until it recovers.

        Raises:
            ValueError: it is not ACTIVE.
        """
        self._change("ACTIVE", "DEGRADED")

    def recover(self) -> None:
        """Let the HSM be ACTIVE again.

        Raises:
            ValueError: it has not failed.
        """
        self._change("DEGRADED", "ACTIVE")

    def forget_user(self, username: str) -> None:
        """Let the HSM lose a user, whose cluster coverage is "inconsistent" from now on.

        It is mended by deleting the HSM and making another, or the user. A user whom no HSM of
        the cluster has any more is gone, and may be made again at once.

        Args:
            username: in any case, as the CloudHSM CLI takes it.

        Raises:
            LookupError: the cluster has no such user, or the HSM no more.
        """
        with self._world.lock:
            self._world.advance_to(self._world.clock.now())
            cluster = self._cluster
            user = _named(cluster.users, username.lower(), "user", cluster.cluster_id)
            hsm = _named(cluster.hsms, self._hsm.hsm_id, "HSM", cluster.cluster_id)
            cluster.lose_user(user, hsm)

    def _change(self, before: HsmState, after: HsmState) -> None:
        with self._world.lock:
            self._world.advance_to(self._world.clock.now())
            if self._hsm.state != before:
                raise ValueError(f"{self._hsm.hsm_id} is {self._hsm.state}, not {before}")
            self._hsm.state = after


def _present(world: World, region: str) -> Region:
    """Give the Region as it is now, after all that has fallen due."""
    world.advance_to(world.clock.now())
    return world.region(world.account_id, region)


def _named(things: Mapping[str, Thing], name: str, what: str, where: str) -> Thing:
    if name not in things:
        known = ", ".join(things) or "none"
        raise LookupError(f"{where} has no {what} {name!r}; it has: {known}")
    return things[name]

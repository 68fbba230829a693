"""Clusters, key stores and proxies, ready in one line; what of them can be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.handle.on_world import OnWorld

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli import CloudHsmCli
    from kmsmock.levers.infrastructure import HsmLevers, NetworkLevers
    from kmsmock.levers.proxies import ProxyLevers
    from kmsmock.levers.ready import ReadyCluster, ReadyExternalKeyStore, ReadyKeyStore


class InfrastructureLevers(OnWorld):
    """Levers on what keys can be in, beside KMS itself."""

    def cluster(self, *, hsms: int = 2, hsm_type: str = "hsm2m.medium") -> ReadyCluster:
        """Make an ACTIVE cluster in the handle's Region, of the mode FIPS.

        Args:
            hsms: how many HSMs it has, one or more, each in the next Availability Zone.
            hsm_type: `hsm2m.medium` or `hsm1.medium`.

        Raises:
            ValueError: `hsms` is less than one, or AWS would refuse it, for a type that it does not
                have for example; nothing is made.
        """
        return self._builder().cluster(hsms, hsm_type)

    def key_store(
        self, name: str, *, hsms: int = 2, hsm_type: str = "hsm2m.medium"
    ) -> ReadyKeyStore:
        """Make a CONNECTED custom key store on a cluster of its own.

        Args:
            name: its CustomKeyStoreName.
            hsms: of the cluster, two or more.
            hsm_type: of the cluster, as `cluster` takes it.

        Raises:
            ValueError: `hsms` is less than two, or AWS would refuse it, for its name for example;
                nothing is made.
        """
        return self._builder().key_store(name, hsms, hsm_type)

    def external_key_store(self, name: str) -> ReadyExternalKeyStore:
        """Make a CONNECTED external key store on a proxy of its own, which has no keys yet.

        `store.proxy.add_key("key-1")` makes one for an XksKeyId.

        Args:
            name: its CustomKeyStoreName.

        Raises:
            ValueError: AWS would refuse it, for its name for example; nothing is made.
        """
        return self._builder().external_key_store(name)

    def external_key_store_proxy(self) -> ProxyLevers:
        """Make a proxy alone, to create an external key store on by hand."""
        return self._builder().proxy()

    def cloudhsm_cli(self, cluster_id: str, *, key_availability_check: bool = True) -> CloudHsmCli:
        """Start the CloudHSM CLI on a cluster of the handle's Region.

        Args:
            cluster_id: what DescribeClusters shows, `cluster-...`.
            key_availability_check: keys must be on two HSMs to be made and used; False is
                `configure-cli --disable-key-availability-check`.

        Raises:
            LookupError: there is no such cluster.
        """
        from kmsmock.cloudhsm_cli import CloudHsmCli

        cluster = self._builder().find_cluster(cluster_id)
        return CloudHsmCli(cluster, self._world, key_availability_check=key_availability_check)

    @property
    def network(self) -> NetworkLevers:
        """The VPC that clusters of the handle's Region stand in, for a test to break."""
        from kmsmock.levers.infrastructure import NetworkLevers

        return NetworkLevers(self._world, self.region)

    def hsm(self, hsm_id: str) -> HsmLevers:
        """Take an HSM of the handle's Region in hand, to break it.

        Args:
            hsm_id: what DescribeClusters shows, `hsm-...`.

        Raises:
            LookupError: there is no such HSM.
        """
        from kmsmock.levers.infrastructure import HsmLevers

        return HsmLevers(self._world, self.region, hsm_id)

    def promote_backup_share(self, backup_id: str) -> None:
        """Promote what a backup's resource policy shares, as AWS RAM does.

        RAM's PromoteResourceShareCreatedFromPolicy: only then DescribeBackups(Shared=True) of the
        accounts that it is shared with shows the backup.

        Args:
            backup_id: what DescribeBackups shows, `backup-...`.

        Raises:
            LookupError: the handle's Region has no such backup.
            ValueError: the backup has no resource policy.
        """
        from kmsmock.levers.infrastructure import promote_share

        promote_share(self._world, self.region, backup_id)

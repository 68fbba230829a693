"""What `with mock_kms_cloudhsm() as aws` gives: the test's levers on the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli import CloudHsmCli
    from kmsmock.controls.clock import Clock
    from kmsmock.levers import HsmLevers, NetworkLevers
    from kmsmock.ready import Builder, ReadyCluster, ReadyKeyStore
    from kmsmock.world import World


class Handle:
    """The levers on a world.

    Attributes:
        region: the Region of clients that are made without one.
    """

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self.region = region

    @property
    def account_id(self) -> str:
        """The account of callers whose access key names no other."""
        return self._world.account_id

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self._world.clock

    def cluster(self, *, hsms: int = 2, hsm_type: str = "hsm2m.medium") -> ReadyCluster:
        """Make an ACTIVE cluster with that many HSMs, each in the next Availability Zone.

        Raises:
            ValueError: `hsms` is less than one.
        """
        return self._builder().cluster(hsms, hsm_type)

    def key_store(
        self, name: str, *, hsms: int = 2, hsm_type: str = "hsm2m.medium"
    ) -> ReadyKeyStore:
        """Make a CONNECTED custom key store on a cluster of its own.

        Raises:
            ServiceError: AWS would refuse it, for its name for example.
        """
        return self._builder().key_store(name, hsms, hsm_type)

    def cloudhsm_cli(self, cluster_id: str, *, key_availability_check: bool = True) -> CloudHsmCli:
        """Start the CloudHSM CLI on a cluster of the handle's Region.

        Args:
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
        from kmsmock.levers import NetworkLevers

        return NetworkLevers(self._world, self.region)

    def hsm(self, hsm_id: str) -> HsmLevers:
        """Take an HSM of the handle's Region in hand, to break it.

        Raises:
            LookupError: there is no such HSM.
        """
        from kmsmock.levers import HsmLevers

        return HsmLevers(self._world, self.region, hsm_id)

    def promote_backup_share(self, backup_id: str) -> None:
        """Promote what a backup's resource policy shares, as AWS RAM does.

        RAM's PromoteResourceShareCreatedFromPolicy: only then DescribeBackups(Shared=True) of the
        accounts that it is shared with shows the backup.

        Raises:
            LookupError: the handle's Region has no such backup.
            ValueError: the backup has no resource policy.
        """
        from kmsmock.levers import promote_share

        promote_share(self._world, self.region, backup_id)

    def _builder(self) -> Builder:
        from kmsmock.ready import Builder

        return Builder(self._world, self.region)

"""How an operation finds its cluster, and what it needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.errors.cloudhsmv2 import (
    CloudHsmInvalidRequestException,
    CloudHsmResourceNotFoundException,
)

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.cluster import Cluster, ClusterStates


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """The cluster that a member of the request names by its id."""

    member: str
    action: str
    states: ClusterStates

    def find(self, call: Call) -> Cluster:
        """Look the cluster up among those of the caller's account and Region.

        Raises:
            CloudHsmResourceNotFoundException: there is none, or it was deleted. Assumed: that
                deleted ones are shown and not found, and the text.
        """
        cluster_id = str(call.request[self.member])
        cluster = call.region.clusters.get(cluster_id)
        if cluster is None or cluster.state == "DELETED":
            raise CloudHsmResourceNotFoundException(f"Cluster '{cluster_id}' does not exist.")
        return cluster

    def check(self, call: Call, cluster: Cluster) -> None:
        """Refuse a cluster in another state.

        Raises:
            CloudHsmInvalidRequestException: the text is assumed.
        """
        if cluster.state not in self.states:
            raise CloudHsmInvalidRequestException(
                f"Cluster '{cluster.cluster_id}' is in state {cluster.state}, which does not "
                f"allow {call.operation}."
            )


def cluster_named_by(member: str, action: str, states: ClusterStates) -> ClusterTarget:
    """Declare that a member names a cluster, which must be in one of these states."""
    return ClusterTarget(member, action, states)

"""InitializeCluster, ModifyCluster, DeleteCluster, DescribeClusters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kmsmock.cloudhsmv2.cluster_choices import read_hsm_type, read_retention_days
from kmsmock.cloudhsmv2.filters import last_of_page_before, read_filters
from kmsmock.cloudhsmv2.shapes import cluster_shape
from kmsmock.cloudhsmv2.targets import cluster_named_by
from kmsmock.crypto.exceptions import CertificateProblem
from kmsmock.domain.automatic_backups import look_when_too_old
from kmsmock.domain.cluster import Cluster
from kmsmock.domain.cluster_state import HsmType
from kmsmock.domain.deed import deed
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.operation import operation
from kmsmock.protocol.pagination import write_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_cloudhsmv2.type_defs import (
        DeleteClusterRequestTypeDef,
        DeleteClusterResponseTypeDef,
        DescribeClustersRequestTypeDef,
        DescribeClustersResponseTypeDef,
        InitializeClusterRequestTypeDef,
        InitializeClusterResponseTypeDef,
        ModifyClusterRequestTypeDef,
        ModifyClusterResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.cluster_state import ClusterStates
    from kmsmock.domain.region import Region
    from kmsmock.world import World

LONGEST_PEM = 5000
"""Characters, where the model lets 20,000 through."""

HIGHEST_PAGE = 25
"""Assumed: DescribeClusters without MaxResults gives as many as the model lets one ask for."""

ROLLBACK_WINDOW = timedelta(hours=24)
"""How long after a change of its type a cluster can go back (cloudhsmv2.md section 3.1)."""


@operation(
    "cloudhsmv2",
    "InitializeCluster",
    cluster_named_by("ClusterId", "cloudhsm:InitializeCluster", frozenset(("UNINITIALIZED",))),
)
def initialize_cluster(
    call: Call, request: InitializeClusterRequestTypeDef, cluster: Cluster
) -> InitializeClusterResponseTypeDef:
    """Give the cluster its certificate, signed by its owner's own issuing certificate."""
    if cluster.hsm_certificates is None:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' has no CSR yet: it comes from the first active HSM."
        )
    from kmsmock.crypto.certificate_checks import check_signed_certificate, check_trust_anchor

    certificate, trust_anchor = request["SignedCert"], request["TrustAnchor"]
    for member, pem in (("SignedCert", certificate), ("TrustAnchor", trust_anchor)):
        if len(pem) > LONGEST_PEM:
            # The text is assumed.
            raise CloudHsmInvalidRequestException(
                f"{member} can have at most {LONGEST_PEM} characters."
            )
    try:
        check_trust_anchor(trust_anchor)
        check_signed_certificate(certificate, cluster.hsm_certificates.csr, trust_anchor)
    except CertificateProblem as problem:
        raise CloudHsmInvalidRequestException(problem.reason) from None
    cluster.begin_initialization(certificate, trust_anchor)
    end = _finish_initialization.on(call.region, cluster.cluster_id)
    call.world.begin("cluster initialization", call.now, end)
    reply: InitializeClusterResponseTypeDef = call.new_reply()
    reply["State"] = cluster.state
    if cluster.state_message is not None:
        reply["StateMessage"] = cluster.state_message
    return reply


@deed("cluster initialization")
def _finish_initialization(_world: World, region: Region, _at: datetime, cluster_id: str) -> None:
    region.clusters[cluster_id].finish_initialization()


NOT_BEING_CHANGED: ClusterStates = frozenset(("UNINITIALIZED", "INITIALIZED", "ACTIVE", "DEGRADED"))
"""Assumed: ModifyCluster takes a cluster that is neither being changed nor being made.

Another HSM type takes an ACTIVE one.
"""


@operation(
    "cloudhsmv2",
    "ModifyCluster",
    cluster_named_by("ClusterId", "cloudhsm:ModifyCluster", NOT_BEING_CHANGED),
)
def modify_cluster(
    call: Call, request: ModifyClusterRequestTypeDef, cluster: Cluster
) -> ModifyClusterResponseTypeDef:
    """Keep backups for another time, change to HSMs of another type, or go back to the former."""
    if "BackupRetentionPolicy" not in request and "HsmType" not in request:
        # Assumed: ModifyCluster without anything to modify is refused. The text is assumed.
        raise CloudHsmInvalidRequestException("Specify BackupRetentionPolicy or HsmType.")
    days = read_retention_days(request.get("BackupRetentionPolicy"), cluster.backup_retention_days)
    hsm_type = _new_type(cluster, request["HsmType"]) if "HsmType" in request else None
    if days != cluster.backup_retention_days:
        cluster.backup_retention_days = days
        for backup in cluster.backups:
            look_when_too_old(call.region, backup, cluster, call.world, call.now)
    if hsm_type is not None:
        _begin_type_change(call, cluster, hsm_type)
    reply: ModifyClusterResponseTypeDef = call.new_reply()
    reply["Cluster"] = cluster_shape(cluster)
    return reply


def _new_type(cluster: Cluster, asked: str) -> HsmType:
    """Check a change of the HSM type: to the newer one, or back in time. The texts are assumed."""
    hsm_type = read_hsm_type(asked)
    if cluster.state != "ACTIVE":
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' is in state {cluster.state}; its HSM type can be "
            "changed while it is ACTIVE."
        )
    way = (cluster.hsm_type, hsm_type)
    if way != ("hsm1.medium", "hsm2m.medium") and hsm_type != cluster.former_hsm_type:
        raise CloudHsmInvalidRequestException(
            f"The HSM type of cluster '{cluster.cluster_id}' cannot be changed from {way[0]} to "
            f"{way[1]}."
        )
    return hsm_type


def _begin_type_change(call: Call, cluster: Cluster, hsm_type: HsmType) -> None:
    cluster.begin_type_change(hsm_type)
    end = _finish_type_change.on(call.region, cluster.cluster_id)
    call.world.begin("cluster type change", call.now, end)


@deed("cluster type change")
def _finish_type_change(world: World, region: Region, at: datetime, cluster_id: str) -> None:
    region.clusters[cluster_id].finish_type_change(at + ROLLBACK_WINDOW)
    world.do_after(at, ROLLBACK_WINDOW, _close_rollback.on(region, cluster_id))


@deed("end of cluster rollback window")
def _close_rollback(_world: World, region: Region, at: datetime, cluster_id: str) -> None:
    region.clusters[cluster_id].close_rollback(at)


NOT_BEING_DELETED: ClusterStates = frozenset(
    ("CREATE_IN_PROGRESS", "UNINITIALIZED", "INITIALIZED", "ACTIVE", "DEGRADED")
)
"""Assumed: DeleteCluster does not interrupt a change of the cluster that is in progress."""


@operation(
    "cloudhsmv2",
    "DeleteCluster",
    cluster_named_by("ClusterId", "cloudhsm:DeleteCluster", NOT_BEING_DELETED),
)
def delete_cluster(
    call: Call, _request: DeleteClusterRequestTypeDef, cluster: Cluster
) -> DeleteClusterResponseTypeDef:
    """Delete a cluster that has no HSMs; its backups stay, and so does its entry, DELETED."""
    if cluster.hsms:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' contains HSMs. Delete all of its HSMs first."
        )
    cluster.begin_deletion()
    end = _finish_deletion.on(call.region, cluster.cluster_id)
    call.world.begin("cluster deletion", call.now, end)
    reply: DeleteClusterResponseTypeDef = call.new_reply()
    reply["Cluster"] = cluster_shape(cluster)
    return reply


@deed("cluster deletion")
def _finish_deletion(_world: World, region: Region, _at: datetime, cluster_id: str) -> None:
    cluster = region.clusters[cluster_id]
    cluster.finish_deletion()
    region.network.security_groups.pop(cluster.security_group_id, None)


FILTERS: Mapping[str, Callable[[Cluster], str | None]] = {
    "clusterIds": lambda cluster: cluster.cluster_id,
    "states": lambda cluster: cluster.state,
    "vpcIds": lambda cluster: cluster.vpc_id,
}
"""Name of a filter -> what its values are compared with."""


@operation("cloudhsmv2", "DescribeClusters")
def describe_clusters(
    call: Call, request: DescribeClustersRequestTypeDef
) -> DescribeClustersResponseTypeDef:
    """Describe the clusters that fit every filter.

    Assumed: DescribeClusters gives clusters in the order of their ids.
    """
    fits = read_filters(request.get("Filters", {}), FILTERS)
    after = last_of_page_before(request.get("NextToken"), "clusters")
    fitting = [
        cluster for cluster in call.region.clusters if cluster.cluster_id > after and fits(cluster)
    ]
    limit = request.get("MaxResults", HIGHEST_PAGE)
    reply: DescribeClustersResponseTypeDef = call.new_reply()
    reply["Clusters"] = [cluster_shape(cluster) for cluster in fitting[:limit]]
    if len(fitting) > limit:
        reply["NextToken"] = write_marker(fitting[limit - 1].cluster_id, "clusters")
    return reply

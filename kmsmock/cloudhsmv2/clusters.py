"""CreateCluster, InitializeCluster, DeleteCluster, DescribeClusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.cloudhsmv2.shapes import cluster_shape
from kmsmock.cloudhsmv2.targets import cluster_named_by
from kmsmock.crypto.exceptions import CertificateProblem
from kmsmock.domain.cluster import Cluster, HsmType, Mode
from kmsmock.domain.network import NetworkProblem
from kmsmock.errors import NotImplementedByKmsmock
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException, CloudHsmTagException
from kmsmock.operation import operation
from kmsmock.protocol.pagination import read_marker, write_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_cloudhsmv2.type_defs import (
        BackupRetentionPolicyTypeDef,
        CreateClusterRequestTypeDef,
        CreateClusterResponseTypeDef,
        DeleteClusterRequestTypeDef,
        DeleteClusterResponseTypeDef,
        DescribeClustersRequestTypeDef,
        DescribeClustersResponseTypeDef,
        InitializeClusterRequestTypeDef,
        InitializeClusterResponseTypeDef,
        TagTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.cluster import ClusterStates

MODES: dict[HsmType, frozenset[Mode]] = {
    "hsm1.medium": frozenset(("FIPS",)),
    "hsm2m.medium": frozenset(("FIPS", "NON_FIPS")),
}
"""HSM type -> its modes.

Kept difference: today's AWS answers `Provided HsmType is not supported.` to hsm1.medium too.
https://docs.aws.amazon.com/cloudhsm/latest/userguide/cluster-hsm-types.html
"""

LONGEST_PEM = 5000
"""Characters, where the model lets 20,000 through."""

HIGHEST_PAGE = 25
"""The model's limit for MaxResults; assumed to be the default as well."""


@operation("cloudhsmv2", "CreateCluster")
def create_cluster(
    call: Call, request: CreateClusterRequestTypeDef
) -> CreateClusterResponseTypeDef:
    """Make a cluster without HSMs; it is UNINITIALIZED from the next call on."""
    if "SourceBackupId" in request:
        raise NotImplementedByKmsmock(
            "kmsmock does not implement SourceBackupId of CreateCluster yet"
        )
    hsm_type, mode = _type_and_mode(request["HsmType"], request.get("Mode"))
    retention = _retention_days(request.get("BackupRetentionPolicy"))
    tags = _tags(request.get("TagList", []))
    network = call.region.network
    try:
        subnets = network.subnets_by_zone(request["SubnetIds"])
    except NetworkProblem as problem:
        raise CloudHsmInvalidRequestException(str(problem)) from None
    randomness = call.world.randomness
    cluster_id = f"cluster-{randomness.base32(11)}"
    cluster = Cluster(
        cluster_id,
        call.region.account_id,
        call.region.name,
        len(call.region.clusters),
        call.now,
        hsm_type,
        mode,
        request.get("NetworkType", "IPV4"),
        network.vpc_id,
        subnets,
        network.add_security_group(f"sg-{randomness.hex(17)}", f"cloudhsm-cluster-{cluster_id}-sg"),
        randomness.base32(20),
        retention,
        tags,
    )
    call.region.clusters[cluster_id] = cluster
    call.world.begin("cluster creation", call.now, lambda _now: cluster.finish_creation())
    reply: CreateClusterResponseTypeDef = call.new_reply()
    reply["Cluster"] = cluster_shape(cluster)
    return reply


def _type_and_mode(hsm_type: str, mode: Mode | None) -> tuple[HsmType, Mode]:
    """Check that AWS has such HSMs, and find the mode where the type leaves no choice."""
    if hsm_type not in MODES:
        raise CloudHsmInvalidRequestException("Provided HsmType is not supported.")
    if mode is None:
        if len(MODES[hsm_type]) > 1:
            raise CloudHsmInvalidRequestException("Mode is a required argument for this hsm type.")
        (mode,) = MODES[hsm_type]
    if mode not in MODES[hsm_type]:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(f"Mode {mode} is not supported for this hsm type.")
    return hsm_type, mode


def _retention_days(policy: BackupRetentionPolicyTypeDef | None) -> int:
    """Read for how many days backups are kept: 7 to 379, else 90. The texts are assumed."""
    if policy is None:
        return 90
    if "Type" not in policy or "Value" not in policy:
        raise CloudHsmInvalidRequestException("BackupRetentionPolicy needs both Type and Value.")
    days = int(policy["Value"])
    if not 7 <= days <= 379:
        raise CloudHsmInvalidRequestException(
            "The backup retention value must be between 7 and 379 days."
        )
    return days


def _tags(tag_list: Sequence[TagTypeDef]) -> dict[str, str]:
    """Read the tags of a new cluster; assumed: that a key given twice is refused, and how."""
    tags = {tag["Key"]: tag["Value"] for tag in tag_list}
    if len(tags) < len(tag_list):
        raise CloudHsmTagException("Duplicate tag keys found.")
    return tags


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
    call.world.begin(
        "cluster initialization", call.now, lambda _now: cluster.finish_initialization()
    )
    reply: InitializeClusterResponseTypeDef = call.new_reply()
    reply["State"] = cluster.state
    if cluster.state_message is not None:
        reply["StateMessage"] = cluster.state_message
    return reply


NOT_BEING_DELETED: ClusterStates = frozenset(
    ("CREATE_IN_PROGRESS", "UNINITIALIZED", "INITIALIZED", "ACTIVE", "DEGRADED")
)
"""DeleteCluster; assumed: that a change in progress is not interrupted."""


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

    def finish(_now: object) -> None:
        cluster.finish_deletion()
        call.region.network.security_groups.pop(cluster.security_group_id, None)

    call.world.begin("cluster deletion", call.now, finish)
    reply: DeleteClusterResponseTypeDef = call.new_reply()
    reply["Cluster"] = cluster_shape(cluster)
    return reply


FILTERS: Mapping[str, Callable[[Cluster], str]] = {
    "clusterIds": lambda cluster: cluster.cluster_id,
    "states": lambda cluster: cluster.state,
    "vpcIds": lambda cluster: cluster.vpc_id,
}
"""Name of a filter -> what its values are compared with."""


@operation("cloudhsmv2", "DescribeClusters")
def describe_clusters(
    call: Call, request: DescribeClustersRequestTypeDef
) -> DescribeClustersResponseTypeDef:
    """Describe the clusters that fit every filter, in the order of their ids (assumed)."""
    filters = request.get("Filters", {})
    for name in filters:
        if name not in FILTERS:
            # The text is assumed.
            raise CloudHsmInvalidRequestException(
                f"Invalid filter name: {name}. Valid filters are {', '.join(FILTERS)}."
            )
    after = _last_of_page_before(request.get("NextToken"))
    fitting = [
        cluster
        for cluster in call.region.clusters
        if cluster.cluster_id > after
        and all(FILTERS[name](cluster) in values for name, values in filters.items())
    ]
    limit = request.get("MaxResults", HIGHEST_PAGE)
    reply: DescribeClustersResponseTypeDef = call.new_reply()
    reply["Clusters"] = [cluster_shape(cluster) for cluster in fitting[:limit]]
    if len(fitting) > limit:
        reply["NextToken"] = write_marker(fitting[limit - 1].cluster_id)
    return reply


def _last_of_page_before(token: str | None) -> str:
    if token is None:
        return ""
    try:
        return read_marker(token)
    except ValueError:
        # The text is assumed.
        raise CloudHsmInvalidRequestException("The NextToken is not valid.") from None

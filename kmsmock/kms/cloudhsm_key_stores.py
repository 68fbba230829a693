"""What is particular to key stores of type AWS_CLOUDHSM when they are created and changed.

Rules and their order: custom-key-stores.md, sections 2.1 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.crypto.certificate_checks import same_certificate
from kmsmock.crypto.exceptions import CertificateProblem
from kmsmock.domain.cloudhsm_key_store import (
    CloudHsmKeyStore,
    living_cluster,
    require_fit_for_key_store,
)
from kmsmock.errors.kms import (
    CloudHsmClusterInUseException,
    CloudHsmClusterNotFoundException,
    CloudHsmClusterNotRelatedException,
    IncorrectTrustAnchorException,
)
from kmsmock.kms.key_store_checks import (
    refuse_members,
    require_connection_state,
    require_free_name,
    require_members,
    require_room_for_store,
)

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CreateCustomKeyStoreRequestTypeDef,
        UpdateCustomKeyStoreRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.region import Region

MEMBERS = ("CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate")
"""What a store of this type needs, and one of the other type does not have."""
KIND = "an AWS CloudHSM key store"


def create(call: Call, request: CreateCustomKeyStoreRequestTypeDef) -> CloudHsmKeyStore:
    """Give a new store on a cluster, or the one that an earlier request like this one made."""
    require_members(request, MEMBERS, KIND)
    refuse_members(request, "Xks", KIND)
    return _same_disconnected_store(call.region, request) or _new_store(call, request)


def update(
    call: Call, request: UpdateCustomKeyStoreRequestTypeDef, store: CloudHsmKeyStore
) -> None:
    """Change a store's name, its cluster, or the password by which KMS logs in."""
    only_name = not {"KeyStorePassword", "CloudHsmClusterId"} & request.keys()
    require_connection_state(
        store, ("CONNECTED", "DISCONNECTED") if only_name else ("DISCONNECTED",)
    )
    refuse_members(request, "Xks", KIND)
    name = request.get("NewCustomKeyStoreName", store.name)
    if name != store.name:
        require_free_name(call.region, name)
    if "CloudHsmClusterId" in request:
        _require_related_cluster(call.region, store, request["CloudHsmClusterId"])
    store.name = name
    store.cluster_id = request.get("CloudHsmClusterId", store.cluster_id)
    store.password = request.get("KeyStorePassword", store.password)


def _same_disconnected_store(
    region: Region, request: CreateCustomKeyStoreRequestTypeDef
) -> CloudHsmKeyStore | None:
    """Find the store that an earlier request like this one made, if it is DISCONNECTED."""
    wanted = (
        request["CustomKeyStoreName"],
        request["CloudHsmClusterId"],
        request["KeyStorePassword"],
        request["TrustAnchorCertificate"],
    )
    for store in region.key_stores:
        if not isinstance(store, CloudHsmKeyStore) or store.state != "DISCONNECTED":
            continue
        if wanted == (
            store.name,
            store.cluster_id,
            store.password,
            store.trust_anchor,
        ):
            return store
    return None


def _new_store(call: Call, request: CreateCustomKeyStoreRequestTypeDef) -> CloudHsmKeyStore:
    region = call.region
    require_free_name(region, request["CustomKeyStoreName"])
    require_room_for_store(region)
    cluster = _require_cluster(region, request["CloudHsmClusterId"])
    _require_free_cluster(region, cluster)
    require_fit_for_key_store(cluster)
    _require_trust_anchor(cluster, request["TrustAnchorCertificate"])
    return CloudHsmKeyStore(
        store_id=f"cks-{call.world.randomness.hex(17)}",
        account_id=region.account_id,
        name=request["CustomKeyStoreName"],
        created=call.now,
        clusters=region.clusters,
        cluster_id=cluster.cluster_id,
        trust_anchor=request["TrustAnchorCertificate"],
        password=request["KeyStorePassword"],
    )


def _require_cluster(region: Region, cluster_id: str) -> Cluster:
    cluster = living_cluster(region.clusters, cluster_id)
    if cluster is None:
        # The text is assumed.
        raise CloudHsmClusterNotFoundException(f"CloudHSM cluster {cluster_id} is not found.")
    return cluster


def _require_free_cluster(region: Region, cluster: Cluster) -> None:
    """Refuse a cluster that serves a store, or whose backup history one that does shares."""
    for store in region.key_stores:
        if not isinstance(store, CloudHsmKeyStore):
            continue
        other = region.clusters.get(store.cluster_id)
        if store.cluster_id == cluster.cluster_id or (
            other is not None and other.shares_backup_history_with(cluster)
        ):
            # The text is assumed.
            raise CloudHsmClusterInUseException(
                f"CloudHSM cluster {cluster.cluster_id} is in use by another custom key store."
            )


def _require_trust_anchor(cluster: Cluster, certificate: str) -> None:
    """Refuse another certificate than the cluster's issuer's, or a text that is none."""
    try:
        same = same_certificate(certificate, cluster.trust_anchor or "")
    except CertificateProblem:
        same = False
    if not same:
        # Assumed: a trust anchor that is no certificate is refused as a wrong one. The text is
        # assumed.
        raise IncorrectTrustAnchorException(
            "The trust anchor certificate is not the one of the CloudHSM cluster."
        )


def _require_related_cluster(region: Region, store: CloudHsmKeyStore, cluster_id: str) -> None:
    cluster = _require_cluster(region, cluster_id)
    # A deleted cluster still tells its certificate, so that a store can move off it.
    present = region.clusters.get(store.cluster_id)
    if present is None or not present.shares_backup_history_with(cluster):
        # The text is assumed.
        raise CloudHsmClusterNotRelatedException(
            f"CloudHSM cluster {cluster_id} does not share the backup history of {store.cluster_id}"
        )
    require_fit_for_key_store(cluster)

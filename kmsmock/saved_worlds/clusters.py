"""Clusters in a file, with their HSMs, users and keys, and the network that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.cloudhsm_key_store import OWNED_BY_KMS
from kmsmock.domain.cluster import Cluster
from kmsmock.domain.cluster_state import ClusterState, HsmType, Mode, NetworkType
from kmsmock.domain.crypto_user import CryptoUser, Role
from kmsmock.domain.hsm import Hsm, HsmState
from kmsmock.domain.hsm_certificates import HsmCertificates
from kmsmock.domain.network import SecurityGroup
from kmsmock.saved_worlds.documents import CERTIFICATE, SIGNING_REQUEST
from kmsmock.saved_worlds.forms import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    Damaged,
    Form,
    Json,
    list_of,
    literal,
    map_of,
    or_none,
    require_object,
    whole,
)
from kmsmock.saved_worlds.records import Record, items_of, list_by, named

if TYPE_CHECKING:
    from kmsmock.domain.region import Region
    from kmsmock.saved_worlds.hsm_memory import HsmMemory

RETENTION_DAYS = whole(7, 379)
_CERTIFICATES = {
    "csr": SIGNING_REQUEST,
    "hsm": CERTIFICATE,
    "aws_hardware": CERTIFICATE,
    "manufacturer_hardware": CERTIFICATE,
}
assert (*_CERTIFICATES,) == HsmCertificates._fields


def _read_certificates(found: Json, where: str) -> HsmCertificates:
    document = require_object(found, where, _CERTIFICATES)
    return HsmCertificates(
        **{
            name: form.read(document.get(name), f"{where}.{name}")
            for name, form in _CERTIFICATES.items()
        }
    )


def _read_logins(found: Json, where: str) -> list[str]:
    if found != [OWNED_BY_KMS]:
        raise Damaged(where, f'only ["{OWNED_BY_KMS}"] can be logged in')
    return [OWNED_BY_KMS]


# Sessions of the CloudHSM CLI belong to the process, and end with it: KMS alone stays logged in.
_LOGINS = Form(lambda logins: [by for by in logins if by == OWNED_BY_KMS], _read_logins)
_USER = Record(
    CryptoUser,
    {
        "name": TEXT,
        "role": literal(Role),
        "_password": TEXT,
        "mfa": FLAG,
        "missing_from": list_of(TEXT, set),
        "_wrong_logins": COUNT,
        "_logins": _LOGINS,
    },
)
_SECURITY_GROUP = Record(
    SecurityGroup, {"group_id": TEXT, "name": TEXT, "allows_cluster_traffic": FLAG}
)


def _hsms(region: Region, memory: HsmMemory) -> Record[Hsm]:
    return Record(
        Hsm,
        {
            "hsm_id": TEXT,
            "cluster_id": TEXT,
            "subnet": named(region.network.subnets, lambda it: it.subnet_id, "subnet"),
            "eni_id": TEXT,
            "eni_ip": TEXT,
            "eni_ipv6": or_none(TEXT),
            "hsm_type": literal(HsmType),
            "state": literal(HsmState),
            "state_message": or_none(TEXT),
            "to_restore": or_none(memory.contents),
        },
    )


def _clusters(region: Region, memory: HsmMemory) -> Record[Cluster]:
    subnet = named(region.network.subnets, lambda it: it.subnet_id, "subnet")
    return Record(
        Cluster,
        {
            "cluster_id": TEXT,
            "created": MOMENT,
            "hsm_type": literal(HsmType),
            "mode": literal(Mode),
            "network_type": literal(NetworkType),
            "subnets_by_zone": list_by(subnet, lambda it: it.availability_zone, "subnet"),
            "security_group": _SECURITY_GROUP.form,
            "pre_co_password": or_none(TEXT),
            "backup_retention_days": RETENTION_DAYS,
            "tags": map_of(TEXT),
            "source_backup_id": or_none(TEXT),
            "state": literal(ClusterState),
            "state_message": or_none(TEXT),
            "certificate": or_none(CERTIFICATE),
            "trust_anchor": or_none(CERTIFICATE),
            "hsm_certificates": or_none(Form(HsmCertificates._asdict, _read_certificates)),
            "hsms": list_by(_hsms(region, memory).form, lambda it: it.hsm_id, "HSM"),
            "users": list_by(_USER.form, lambda it: it.name, "user"),
            "keys": memory.keys,
            "key_numbers": memory.key_numbers,
            "former_hsm_type": or_none(literal(HsmType)),
            "rollback_until": or_none(MOMENT),
            "kms_reaches_it": FLAG,
        },
        derived=("account_id", "region_name", "number", "vpc_id", "backups"),
    )


def write_clusters(region: Region, memory: HsmMemory) -> Json:
    """Give the clusters of a Region, the deleted ones included, in the order of their creation."""
    record = _clusters(region, memory)
    return [record.write(cluster) for cluster in reversed(list(region.clusters.newest()))]


def read_clusters(region: Region, memory: HsmMemory, found: Json, where: str) -> None:
    """Put clusters into their Region, whose network is there.

    Raises:
        Damaged: one of them is none, or is there twice.
    """
    record = _clusters(region, memory)
    for number, (here, item) in enumerate(items_of(found, where)):
        cluster = record.read(
            item,
            here,
            account_id=region.account_id,
            region_name=region.name,
            number=number,
            vpc_id=region.network.vpc_id,
        )
        if cluster.cluster_id in region.clusters:
            raise Damaged(f"{here}.cluster_id", "is there already")
        if any(hsm.cluster_id != cluster.cluster_id for hsm in cluster.hsms.values()):
            raise Damaged(f"{here}.hsms", f"one of them is not of {cluster.cluster_id}")
        region.clusters[cluster.cluster_id] = cluster
        if cluster.state != "DELETED":
            group = cluster.security_group
            region.network.security_groups[group.group_id] = group

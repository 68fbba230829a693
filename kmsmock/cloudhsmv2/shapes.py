"""Domain objects as AWS's output shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.cloudhsmv2.tag_lists import tag_list

if TYPE_CHECKING:
    from mypy_boto3_cloudhsmv2.type_defs import (
        BackupTypeDef,
        CertificatesTypeDef,
        ClusterTypeDef,
        HsmTypeDef,
    )

    from kmsmock.domain.backup import Backup
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.hsm import Hsm


def cluster_shape(cluster: Cluster) -> ClusterTypeDef:
    """Write a cluster, with the members that its state has."""
    shape: ClusterTypeDef = {
        "BackupPolicy": "DEFAULT",
        "BackupRetentionPolicy": {"Type": "DAYS", "Value": str(cluster.backup_retention_days)},
        "ClusterId": cluster.cluster_id,
        "CreateTimestamp": cluster.created,
        "Hsms": [hsm_shape(hsm) for hsm in cluster.hsms.values()],
        "HsmType": cluster.hsm_type,
        "SecurityGroup": cluster.security_group_id,
        "State": cluster.state,
        "SubnetMapping": {
            zone: subnet.subnet_id for zone, subnet in cluster.subnets_by_zone.items()
        },
        "VpcId": cluster.vpc_id,
        "NetworkType": cluster.network_type,
        "Certificates": _certificates_shape(cluster),
        "Mode": cluster.mode,
        "TagList": tag_list(cluster.tags),
    }
    if cluster.state_message is not None:
        shape["StateMessage"] = cluster.state_message
    if cluster.pre_co_password is not None:
        shape["PreCoPassword"] = cluster.pre_co_password
    if cluster.source_backup_id is not None:
        shape["SourceBackupId"] = cluster.source_backup_id
    if cluster.rollback_until is not None:
        shape["HsmTypeRollbackExpiration"] = cluster.rollback_until
    return shape


def _certificates_shape(cluster: Cluster) -> CertificatesTypeDef:
    """Write the signing request and its vouchers before initialization, then the certificate.

    The guide: once the cluster is initialized, the others can no longer be fetched.
    """
    if cluster.certificate is not None:
        return {"ClusterCertificate": cluster.certificate}
    if cluster.hsm_certificates is None:
        return {}
    return {
        "ClusterCsr": cluster.hsm_certificates.csr,
        "HsmCertificate": cluster.hsm_certificates.hsm,
        "AwsHardwareCertificate": cluster.hsm_certificates.aws_hardware,
        "ManufacturerHardwareCertificate": cluster.hsm_certificates.manufacturer_hardware,
    }


def hsm_shape(hsm: Hsm) -> HsmTypeDef:
    """Write an HSM."""
    shape: HsmTypeDef = {
        "AvailabilityZone": hsm.availability_zone,
        "ClusterId": hsm.cluster_id,
        "SubnetId": hsm.subnet.subnet_id,
        "EniId": hsm.eni_id,
        "EniIp": hsm.eni_ip,
        "HsmId": hsm.hsm_id,
        "HsmType": hsm.hsm_type,
        "State": hsm.state,
    }
    if hsm.eni_ipv6 is not None:
        shape["EniIpV6"] = hsm.eni_ipv6
    if hsm.state_message is not None:
        shape["StateMessage"] = hsm.state_message
    return shape


def backup_shape(backup: Backup) -> BackupTypeDef:
    """Write a backup, with the members of a copy and those of its state."""
    shape: BackupTypeDef = {
        "BackupId": backup.backup_id,
        "BackupArn": backup.arn,
        "BackupState": backup.state,
        "ClusterId": backup.cluster_id,
        "CreateTimestamp": backup.created,
        "NeverExpires": backup.never_expires,
        "TagList": tag_list(backup.tags),
        "HsmType": backup.hsm_type,
        "Mode": backup.mode,
    }
    if backup.source is not None:
        shape["CopyTimestamp"] = backup.source.copied
        shape["SourceRegion"] = backup.source.region_name
        shape["SourceBackup"] = backup.source.backup_id
        shape["SourceCluster"] = backup.cluster_id
    if backup.delete_at is not None:
        shape["DeleteTimestamp"] = backup.delete_at
    return shape

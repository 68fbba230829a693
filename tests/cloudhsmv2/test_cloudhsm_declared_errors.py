"""Which test reaches each error that the model declares for an operation, or why none does."""

import ast
from functools import cache
from pathlib import Path

import pytest
from cloudhsm_declared_errors import (
    ALWAYS_PLANNED,
    BY_POLICY,
    BY_TAG_CONDITION,
    DECLARED,
    PLANNED,
    WHERE,
)
from expect import refused

from kmsmock import mock_kms_cloudhsm


@cache
def sources_of(module):
    """The source of each test of a file beside this one."""
    source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return {
        node.name: ast.get_source_segment(source, node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }


@pytest.fixture(scope="module")
def things():
    """Requests of all operations that only a policy denies, and a client of whom none allows it."""
    with mock_kms_cloudhsm(region="us-east-1") as aws:
        cluster_id = aws.cluster(hsms=2).cluster_id
        cloudhsm = aws.client("cloudhsmv2")
        (cluster,) = cloudhsm.describe_clusters()["Clusters"]
        backup_id = cloudhsm.describe_backups()["Backups"][0]["BackupId"]
        of_cluster, of_backup = {"ClusterId": cluster_id}, {"BackupId": backup_id}
        tagged = {"ResourceId": cluster_id}
        requests = {
            "CopyBackupToRegion": {**of_backup, "DestinationRegion": "eu-west-1"},
            "CreateHsm": {**of_cluster, "AvailabilityZone": "us-east-1a"},
            "DeleteBackup": of_backup,
            "DeleteCluster": of_cluster,
            "DeleteHsm": {**of_cluster, "HsmId": cluster["Hsms"][0]["HsmId"]},
            "DescribeBackups": {},
            "DescribeClusters": {},
            "InitializeCluster": {**of_cluster, "SignedCert": "none", "TrustAnchor": "none"},
            "ListTags": tagged,
            "ModifyBackupAttributes": {**of_backup, "NeverExpires": True},
            "ModifyCluster": {**of_cluster, "HsmType": "hsm2m.medium"},
            "RestoreBackup": of_backup,
            "TagResource": {**tagged, "TagList": [{"Key": "team", "Value": "7"}]},
            "UntagResource": {**tagged, "TagKeyList": ["team"]},
        }
        nobody = "arn:aws:iam::123456789012:role/Nobody"
        yield aws.client("cloudhsmv2", principal=nobody, policies=[]), requests


@pytest.mark.parametrize(
    "operation", [operation for operation, errors in WHERE.items() if BY_POLICY in errors.values()]
)
def test_only_a_policy_denies(things, operation):
    """Whoever is held to policies, and has none, may do nothing."""
    client, requests = things

    with refused("CloudHsmAccessDeniedException"):
        client._make_api_call(operation, requests[operation])


@pytest.mark.parametrize(("operation", "error"), DECLARED)
def test_declared_error_has_its_place(operation, error):
    """Each error of the model has a test that expects it, or a reason."""
    if error in ALWAYS_PLANNED:
        assert error not in WHERE[operation], PLANNED
        return
    where = WHERE[operation][error]
    if where in (BY_POLICY, BY_TAG_CONDITION):
        return
    module, name = where.split("::")
    assert f'"{error}"' in sources_of(module)[name]


def test_table_has_no_more_than_the_model():
    """The table names no error that the model does not declare for the operation."""
    listed = {(operation, error) for operation, errors in WHERE.items() for error in errors}

    assert listed <= set(DECLARED)

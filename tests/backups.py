"""Backups of clusters, as tests look at them."""

import json


def backups_of(cloudhsm, cluster_id, **members):
    """The backups of a cluster, oldest first."""
    filters = {"clusterIds": [cluster_id]} | members.pop("Filters", {})
    answer = cloudhsm.describe_backups(SortAscending=True, Filters=filters, **members)
    return answer["Backups"]


def latest_backup(cloudhsm, cluster_id):
    """The latest READY backup of a cluster."""
    return backups_of(cloudhsm, cluster_id, Filters={"states": ["READY"]})[-1]


def described_backup(cloudhsm, backup_id):
    """The one backup of this id, as DescribeBackups has it."""
    (backup,) = cloudhsm.describe_backups(Filters={"backupIds": [backup_id]})["Backups"]
    return backup


def sharing(principal, action="cloudhsm:CreateCluster", effect="Allow", **members):
    """A resource policy of one statement."""
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": action} | members
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

"""DescribeBackups: filters, order and pages."""

import pytest
from backups import backups_of
from expect import refused


@pytest.fixture
def cluster_id(aws):
    """An active cluster with backups of three days."""
    cluster_id = aws.cluster(hsms=1).cluster_id
    aws.clock.advance(days=2)
    return cluster_id


def ids(answer):
    return [backup["BackupId"] for backup in answer["Backups"]]


@pytest.mark.parametrize(("members", "ascending"), [({}, False), ({"SortAscending": True}, True)])
def test_backups_are_sorted_by_time(cloudhsm, cluster_id, members, ascending):
    """The latest backup comes first, or the earliest with SortAscending."""
    answer = cloudhsm.describe_backups(**members)

    times = [backup["CreateTimestamp"] for backup in answer["Backups"]]
    assert times == sorted(times, reverse=not ascending)
    assert len(times) == 3


@pytest.mark.parametrize("ascending", [True, False])
def test_backups_come_in_pages(cloudhsm, cluster_id, ascending):
    """MaxResults cuts the list in pages, which keep the order; the last one has no NextToken."""
    whole = ids(cloudhsm.describe_backups(SortAscending=ascending))

    pages = list(
        cloudhsm.get_paginator("describe_backups").paginate(
            SortAscending=ascending, PaginationConfig={"PageSize": 2}
        )
    )

    assert [ids(page) for page in pages] == [whole[:2], whole[2:]]
    assert "NextToken" not in pages[-1]


def test_filters_choose_backups(aws, cloudhsm, cluster_id):
    """backupIds, clusterIds, states and neverExpires each choose, and together all of them."""
    first, second, third = (backup["BackupId"] for backup in backups_of(cloudhsm, cluster_id))
    other = aws.cluster(hsms=1).cluster_id
    cloudhsm.delete_backup(BackupId=first)
    cloudhsm.modify_backup_attributes(BackupId=third, NeverExpires=True)

    def chosen(**filters):
        return set(ids(cloudhsm.describe_backups(Filters=filters)))

    assert chosen(backupIds=[first, second]) == {first, second}
    assert chosen(clusterIds=[cluster_id]) == {first, second, third}
    assert chosen(states=["PENDING_DELETION"]) == {first}
    assert chosen(neverExpires=["true"]) == chosen(neverExpires=["True"]) == {third}
    assert chosen(neverExpires=["false"], clusterIds=[cluster_id]) == {first, second}
    assert chosen(clusterIds=[cluster_id], states=["READY"], backupIds=[first, second]) == {second}
    assert len(chosen(clusterIds=[cluster_id, other])) == 4
    assert chosen(sourceBackupIds=[first]) == set()


def test_unknown_filter_is_refused(cloudhsm):
    """DescribeBackups refuses a filter of a name that it does not have."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.describe_backups(Filters={"vpcIds": ["vpc-1"]})


def test_foreign_token_is_refused(cloudhsm):
    """DescribeBackups refuses a NextToken that no page gave."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.describe_backups(NextToken="not a token")


def test_unknown_backup_is_not_found(cloudhsm):
    """The filter backupIds does not find an id that nobody has."""
    with refused("CloudHsmResourceNotFoundException"):
        cloudhsm.describe_backups(Filters={"backupIds": ["backup-ro5c4er4aac"]})


def test_unknown_cluster_has_no_backups(cloudhsm):
    """The filter clusterIds answers an empty list to an id that nobody has."""
    answer = cloudhsm.describe_backups(Filters={"clusterIds": ["cluster-igklspoyj5v"]})

    assert answer["Backups"] == []

"""TagResource, UntagResource, ListTags: the tags of clusters and backups."""

import pytest
from backups import described_backup, latest_backup
from clusters import described, new_cluster
from expect import refused


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def many(count, prefix="key"):
    return tags(**{f"{prefix}{number}": str(number) for number in range(count)})


def tags_of(cloudhsm, resource_id):
    return cloudhsm.list_tags(ResourceId=resource_id)["TagList"]


@pytest.fixture
def cluster_id(cloudhsm):
    """A cluster without HSMs and tags."""
    return new_cluster(cloudhsm)


def test_new_cluster_has_no_tags(cloudhsm, cluster_id):
    """Without tags ListTags and DescribeClusters give an empty list."""
    assert tags_of(cloudhsm, cluster_id) == []
    assert described(cloudhsm, cluster_id)["TagList"] == []


def test_tags_are_added_and_overwritten(cloudhsm, cluster_id):
    """TagResource adds tags, and gives those that are there their new values."""
    cloudhsm.tag_resource(ResourceId=cluster_id, TagList=tags(Team="Payments", Stage="test"))

    answer = cloudhsm.tag_resource(ResourceId=cluster_id, TagList=tags(Stage="live", Empty=""))

    assert set(answer) == {"ResponseMetadata"}
    expected = tags(Team="Payments", Stage="live", Empty="")
    assert tags_of(cloudhsm, cluster_id) == expected
    assert described(cloudhsm, cluster_id)["TagList"] == expected


def test_tags_are_removed(cloudhsm, cluster_id):
    """UntagResource removes tags by their keys, and passes over keys without a tag."""
    cloudhsm.tag_resource(ResourceId=cluster_id, TagList=tags(Team="Payments", Stage="test"))

    answer = cloudhsm.untag_resource(ResourceId=cluster_id, TagKeyList=["Stage", "Nothing"])

    assert set(answer) == {"ResponseMetadata"}
    assert tags_of(cloudhsm, cluster_id) == tags(Team="Payments")


def test_backups_have_tags(aws, cloudhsm):
    """Backups are tagged as clusters are."""
    backup_id = latest_backup(cloudhsm, aws.cluster(hsms=1).cluster_id)["BackupId"]

    cloudhsm.tag_resource(ResourceId=backup_id, TagList=tags(Team="Payments", Stage="test"))
    cloudhsm.untag_resource(ResourceId=backup_id, TagKeyList=["Stage"])

    assert tags_of(cloudhsm, backup_id) == tags(Team="Payments")
    assert described_backup(cloudhsm, backup_id)["TagList"] == tags(Team="Payments")


def test_fifty_tags_in_all(cloudhsm, cluster_id):
    """A resource takes fifty tags and no more; the refused call adds none."""
    cloudhsm.tag_resource(ResourceId=cluster_id, TagList=many(49))

    with refused("CloudHsmResourceLimitExceededException"):
        cloudhsm.tag_resource(ResourceId=cluster_id, TagList=many(2, "more"))
    cloudhsm.tag_resource(ResourceId=cluster_id, TagList=[*many(49), *many(1, "more")])

    assert len(tags_of(cloudhsm, cluster_id)) == 50


@pytest.mark.parametrize(
    "tag_list",
    [
        [{"Key": "Team", "Value": "a"}, {"Key": "Team", "Value": "b"}],
        [{"Key": "aws:cloudformation:stack", "Value": "a"}],
    ],
)
def test_bad_tags_are_refused(cloudhsm, cluster_id, tag_list):
    """A key that is given twice, and AWS's own keys, are refused in a new cluster too."""
    with refused("CloudHsmTagException"):
        cloudhsm.tag_resource(ResourceId=cluster_id, TagList=tag_list)
    with refused("CloudHsmTagException"):
        new_cluster(cloudhsm, TagList=tag_list)

    assert tags_of(cloudhsm, cluster_id) == []


def test_aws_tags_are_not_removed(cloudhsm, cluster_id):
    """UntagResource refuses AWS's own keys."""
    with refused("CloudHsmTagException"):
        cloudhsm.untag_resource(ResourceId=cluster_id, TagKeyList=["aws:cloudformation:stack"])


@pytest.mark.parametrize("tag", [{"Key": "a;b", "Value": "c"}, {"Key": "a", "Value": "#"}])
def test_tags_have_letters_digits_and_few_signs(cloudhsm, cluster_id, tag):
    """Keys and values keep the model's pattern."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.tag_resource(ResourceId=cluster_id, TagList=[tag])


def test_keys_to_remove_keep_the_pattern(cloudhsm, cluster_id):
    """UntagResource refuses a key that no tag can have."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.untag_resource(ResourceId=cluster_id, TagKeyList=["a;b"])


def test_tags_come_in_pages(cloudhsm, cluster_id):
    """MaxResults cuts the list in pages; the last one has no NextToken."""
    cloudhsm.tag_resource(ResourceId=cluster_id, TagList=many(5))

    pages = list(
        cloudhsm.get_paginator("list_tags").paginate(
            ResourceId=cluster_id, PaginationConfig={"PageSize": 2}
        )
    )

    assert [len(page["TagList"]) for page in pages] == [2, 2, 1]
    assert [tag for page in pages for tag in page["TagList"]] == many(5)
    assert "NextToken" not in pages[-1]


@pytest.mark.parametrize("token", ["not a token", "eyJsYXN0IjogImtleTEifQ=="])
def test_foreign_token_is_refused(cloudhsm, cluster_id, token):
    """ListTags refuses a NextToken that none of its pages gave."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.list_tags(ResourceId=cluster_id, NextToken=token)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("tag_resource", {"TagList": tags(a="b")}),
        ("untag_resource", {"TagKeyList": ["a"]}),
        ("list_tags", {}),
    ],
)
@pytest.mark.parametrize("resource", ["cluster-igklspoyj5v", "backup-ro5c4er4aac", "deleted"])
def test_resource_must_be_there(cloudhsm, cluster_id, operation, members, resource):
    """What nobody has, or was deleted, is not found."""
    if resource == "deleted":
        cloudhsm.delete_cluster(ClusterId=cluster_id)
        resource = cluster_id

    with refused("CloudHsmResourceNotFoundException"):
        getattr(cloudhsm, operation)(ResourceId=resource, **members)

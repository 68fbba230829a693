"""Tags; the texts of recorded.md section 2 and the rules of kms-operations.md section 4.6."""

import pytest
from expect import refused

RESERVED = "Tags beginning with aws: are reserved"


def tags(*keys, value="v"):
    return [{"TagKey": key, "TagValue": value} for key in keys]


def numbered(count):
    return tags(*(f"tag{number}" for number in range(count)))


def listed(kms, key_id):
    """The key's tags as pairs."""
    answer = kms.list_resource_tags(KeyId=key_id, Limit=50)
    assert answer["Truncated"] is False
    return [(tag["TagKey"], tag["TagValue"]) for tag in answer["Tags"]]


def test_new_key_has_the_tags_it_was_made_with(kms):
    """CreateKey takes tags, and keeps their order."""
    key_id = kms.create_key(Tags=tags("Zone", "Area"))["KeyMetadata"]["KeyId"]

    assert listed(kms, key_id) == [("Zone", "v"), ("Area", "v")]


def test_key_without_tags_lists_none(kms, key_id):
    """The list of tags is there and empty."""
    assert listed(kms, key_id) == []


def test_overwritten_tag_keeps_its_place(kms, key_id):
    """A tag that exists gets the new value where it stands; new tags come last."""
    kms.tag_resource(KeyId=key_id, Tags=tags("a", "b"))

    kms.tag_resource(KeyId=key_id, Tags=tags("c", "a", value=""))

    assert listed(kms, key_id) == [("a", ""), ("b", "v"), ("c", "")]


def test_tag_keys_are_case_sensitive(kms, key_id):
    """Two tag keys that differ in case are two tags."""
    kms.tag_resource(KeyId=key_id, Tags=tags("Cost", "cost"))

    assert listed(kms, key_id) == [("Cost", "v"), ("cost", "v")]


def test_tags_are_taken_away(kms, key_id):
    """UntagResource removes the tags it names; absent ones are no error."""
    kms.tag_resource(KeyId=key_id, Tags=tags("a", "b"))

    kms.untag_resource(KeyId=key_id, TagKeys=["a", "absent"])

    assert listed(kms, key_id) == [("b", "v")]


def test_tag_key_comes_once_in_a_request(kms, key_id):
    """The same tag key twice in a request is refused by both operations."""
    for call in (lambda twice: kms.tag_resource(KeyId=key_id, Tags=twice), create(kms)):
        with refused("TagException", "Duplicate tag keys"):
            call(tags("a", "a"))


def create(kms):
    return lambda new: kms.create_key(Tags=new)


@pytest.mark.parametrize("key", ["aws:", "aws:createdBy", "AWS:x", "aWs:x"])
def test_tag_keys_of_aws_are_reserved(kms, key_id, key):
    """No tag key begins with aws: in any letter case."""
    with refused("TagException", RESERVED):
        kms.create_key(Tags=tags("a", key))
    with refused("TagException", RESERVED):
        kms.tag_resource(KeyId=key_id, Tags=tags(key))
    with refused("TagException", RESERVED):
        kms.untag_resource(KeyId=key_id, TagKeys=[key])


def test_key_has_at_most_fifty_tags(kms):
    """Fifty tags are taken, and the fifty-first is refused, with others or alone."""
    key_id = kms.create_key(Tags=numbered(50))["KeyMetadata"]["KeyId"]

    with refused("TagException", "Too many tags"):
        kms.create_key(Tags=numbered(51))
    with refused("TagException", "Too many tags"):
        kms.tag_resource(KeyId=key_id, Tags=tags("one more"))

    kms.tag_resource(KeyId=key_id, Tags=tags("tag49", value="new"))
    assert listed(kms, key_id)[-1] == ("tag49", "new")


def test_refused_tags_change_nothing(kms, key_id):
    """None of the tags of a refused request is kept."""
    with refused("TagException"):
        kms.tag_resource(KeyId=key_id, Tags=tags("good", "aws:bad"))

    assert listed(kms, key_id) == []


@pytest.mark.parametrize(
    ("member", "limit"), [("TagKey", 128), ("TagValue", 256)], ids=["TagKey", "TagValue"]
)
def test_tags_have_a_length(kms, member, limit):
    """A tag key has up to 128 characters and a value up to 256; the whole value is echoed."""
    tag = {"TagKey": "k", "TagValue": "v"} | {member: "x" * limit}
    assert kms.create_key(Tags=[tag])

    name = f"tags.1.member.{member[0].lower()}{member[1:]}"
    with refused(
        "ValidationException",
        f"1 validation error detected: Value '{'x' * (limit + 1)}' at '{name}' failed to satisfy "
        f"constraint: Member must have length less than or equal to {limit}",
    ):
        kms.create_key(Tags=[tag | {member: "x" * (limit + 1)}])


def test_tags_come_in_pages(kms):
    """Pages follow each other in the tags' order."""
    key_id = kms.create_key(Tags=numbered(12))["KeyMetadata"]["KeyId"]

    pages = kms.get_paginator("list_resource_tags").paginate(
        KeyId=key_id, PaginationConfig={"PageSize": 5}
    )

    found = [[tag["TagKey"] for tag in page["Tags"]] for page in pages]
    assert [len(page) for page in found] == [5, 5, 2]
    assert [name for page in found for name in page] == [f"tag{n}" for n in range(12)]


def test_limit_of_tags_goes_to_fifty(kms, key_id):
    """ListResourceTags takes a Limit of 1 to 50, though the model allows 1000."""
    with refused(
        "ValidationException",
        "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 50",
    ):
        kms.list_resource_tags(KeyId=key_id, Limit=51)


def test_marker_of_another_keys_tags_is_refused(kms, key_id):
    """A marker is good for the list that gave it."""
    other = kms.create_key(Tags=numbered(2))["KeyMetadata"]["KeyId"]
    marker = kms.list_resource_tags(KeyId=other, Limit=1)["NextMarker"]

    with refused("InvalidMarkerException"):
        kms.list_resource_tags(KeyId=key_id, Marker=marker)


def test_leaving_key_keeps_its_tags(kms):
    """A key that is pending deletion is not tagged or untagged; its tags are still listed."""
    metadata = kms.create_key(Tags=tags("a"))["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=metadata["KeyId"])

    with refused("KMSInvalidStateException", f"{metadata['Arn']} is pending deletion."):
        kms.tag_resource(KeyId=metadata["KeyId"], Tags=tags("b"))
    with refused("KMSInvalidStateException", f"{metadata['Arn']} is pending deletion."):
        kms.untag_resource(KeyId=metadata["KeyId"], TagKeys=["a"])

    assert listed(kms, metadata["KeyId"]) == [("a", "v")]

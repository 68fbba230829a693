"""Aliases; the rules of kms-operations.md sections 3.3 and 4.2, the texts of recorded.md."""

import boto3
import pytest
from expect import refused

ARN = "arn:aws:kms:us-east-1:123456789012:"
PREFIX_NEEDED = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)


def names(kms, **request):
    """The names of the listed aliases, the predefined ones aside."""
    pages = kms.get_paginator("list_aliases").paginate(**request)
    listed = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    return [name for name in listed if not name.startswith("alias/aws/")]


@pytest.fixture
def other_id(kms):
    """Another symmetric encryption key."""
    return kms.create_key()["KeyMetadata"]["KeyId"]


def test_alias_stands_for_a_key(aws, kms, key_id):
    """A new alias is listed with its ARN, the key's bare id and when it was made."""
    kms.create_alias(AliasName="alias/app/main-1", TargetKeyId=f"{ARN}key/{key_id}")

    (entry,) = kms.list_aliases(KeyId=key_id)["Aliases"]

    assert entry["CreationDate"] == entry["LastUpdatedDate"]
    assert {name: entry[name] for name in ("AliasName", "AliasArn", "TargetKeyId")} == {
        "AliasName": "alias/app/main-1",
        "AliasArn": f"{ARN}alias/app/main-1",
        "TargetKeyId": key_id,
    }


def test_alias_names_are_case_sensitive(kms, key_id, other_id):
    """Two names that differ in case are two aliases."""
    kms.create_alias(AliasName="alias/App", TargetKeyId=key_id)
    kms.create_alias(AliasName="alias/app", TargetKeyId=other_id)

    assert kms.describe_key(KeyId="alias/App")["KeyMetadata"]["KeyId"] == key_id


@pytest.mark.parametrize(
    "call",
    [
        lambda kms, key_id: kms.create_alias(AliasName="app", TargetKeyId=key_id),
        lambda kms, key_id: kms.update_alias(AliasName="app", TargetKeyId=key_id),
        lambda kms, _key_id: kms.delete_alias(AliasName="app"),
    ],
    ids=["create", "update", "delete"],
)
def test_alias_name_has_a_prefix(kms, key_id, call):
    """An alias name begins with alias/."""
    with refused("ValidationException", PREFIX_NEEDED):
        call(kms, key_id)


def test_alias_name_is_more_than_its_prefix(kms, key_id):
    """Nothing after alias/ is no name."""
    with refused("InvalidAliasNameException"):
        kms.create_alias(AliasName="alias/", TargetKeyId=key_id)


def test_alias_name_has_no_colon(kms, key_id):
    """The model lets a colon through, KMS does not."""
    with refused("ValidationException", "alias/a:b contains invalid characters for an alias"):
        kms.create_alias(AliasName="alias/a:b", TargetKeyId=key_id)


@pytest.mark.parametrize("name", ["alias/a b", "alias/é", "alias/a.b", "alias/" + "x" * 251])
def test_alias_name_fits_the_model(kms, key_id, name):
    """Letters, digits, / _ and -, 256 characters at most."""
    with refused("ValidationException") as refusal:
        kms.create_alias(AliasName=name, TargetKeyId=key_id)

    assert refusal.message.startswith(
        f"1 validation error detected: Value '{name}' at 'aliasName' failed to satisfy constraint: "
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda kms, key_id: kms.create_alias(AliasName="alias/aws/mine", TargetKeyId=key_id),
        lambda kms, key_id: kms.update_alias(AliasName="alias/aws/s3", TargetKeyId=key_id),
        lambda kms, _key_id: kms.delete_alias(AliasName="alias/aws/s3"),
    ],
    ids=["create", "update", "delete"],
)
def test_aliases_of_aws_are_nobodys(kms, key_id, call):
    """The prefix alias/aws/ is reserved; the error has no text."""
    with refused("NotAuthorizedException", "") as refusal:
        call(kms, key_id)

    assert "message" not in refusal.response


def test_alias_name_is_unique(kms, key_id, other_id):
    """A name stands for one key at a time."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    with refused("AlreadyExistsException", f"An alias with the name {ARN}alias/app already exists"):
        kms.create_alias(AliasName="alias/app", TargetKeyId=other_id)


def test_alias_of_an_alias_is_refused(kms, key_id):
    """The target is a key id or key ARN."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    with refused("NotFoundException", "Invalid keyId 'alias/app'"):
        kms.create_alias(AliasName="alias/second", TargetKeyId="alias/app")


def test_same_name_in_another_region_is_another_alias(kms, key_id):
    """An alias is of one account and Region."""
    elsewhere = boto3.client("kms", region_name="eu-west-1")
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    text = "Alias arn:aws:kms:eu-west-1:123456789012:alias/app is not found."
    with refused("NotFoundException", text):
        elsewhere.describe_key(KeyId="alias/app")


def test_key_has_at_most_fifty_aliases(kms, key_id, other_id):
    """The fifty-first alias is over the limit, whether it is made or moved."""
    kms.create_alias(AliasName="alias/moved", TargetKeyId=other_id)
    for number in range(50):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)

    with refused("LimitExceededException"):
        kms.create_alias(AliasName="alias/50", TargetKeyId=key_id)
    with refused("LimitExceededException"):
        kms.update_alias(AliasName="alias/moved", TargetKeyId=key_id)

    kms.update_alias(AliasName="alias/0", TargetKeyId=key_id)
    assert len(names(kms, KeyId=key_id)) == 50


def test_alias_moves_to_another_key(aws, kms, key_id, other_id):
    """UpdateAlias changes the key and the update's date, and keeps the creation's."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    aws.clock.advance(days=1)

    kms.update_alias(AliasName="alias/app", TargetKeyId=other_id)

    (entry,) = kms.list_aliases(KeyId=other_id)["Aliases"]
    assert (entry["LastUpdatedDate"] - entry["CreationDate"]).days == 1
    assert names(kms, KeyId=key_id) == []


@pytest.mark.parametrize(
    ("spec", "usage", "new"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "ASYMMETRIC"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "HMAC"),
    ],
)
def test_alias_keeps_to_keys_of_a_type(kms, key_id, spec, usage, new):
    """An alias of a symmetric key does not move to a key of another type."""
    other = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    with refused(
        "ValidationException",
        "Alias alias/app cannot be changed from a CMK with key type SYMMETRIC to a CMK with "
        f"key type {new}. The key type of the current CMK and the new CMK must be the same.",
    ):
        kms.update_alias(AliasName="alias/app", TargetKeyId=other)


def test_alias_keeps_to_keys_of_a_usage(kms):
    """An alias of a signing key does not move to an encryption key."""
    signing, encrypting = (
        kms.create_key(KeySpec="RSA_2048", KeyUsage=usage)["KeyMetadata"]["KeyId"]
        for usage in ("SIGN_VERIFY", "ENCRYPT_DECRYPT")
    )
    kms.create_alias(AliasName="alias/app", TargetKeyId=signing)

    with refused(
        "ValidationException",
        "Alias alias/app cannot be changed from a CMK with key usage SIGN_VERIFY to a CMK with "
        "key usage ENCRYPT_DECRYPT. The key usage of the current CMK and the new CMK must be the "
        "same.",
    ):
        kms.update_alias(AliasName="alias/app", TargetKeyId=encrypting)


@pytest.mark.parametrize("name", ["alias/absent", "alias/a:b", "alias/"])
def test_absent_alias_is_not_found(kms, key_id, name):
    """What is not there cannot be moved or deleted."""
    with refused("NotFoundException", f"Alias {ARN}{name} is not found."):
        kms.update_alias(AliasName=name, TargetKeyId=key_id)
    with refused("NotFoundException", f"Alias {ARN}{name} is not found."):
        kms.delete_alias(AliasName=name)


def test_deleted_alias_leaves_the_key(kms, key_id):
    """DeleteAlias forgets the name only."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    kms.delete_alias(AliasName="alias/app")

    assert names(kms) == []
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Enabled"]


def test_aliases_come_in_pages_by_name(kms, key_id):
    """ListAliases goes by name, page by page."""
    for name in ("alias/c", "alias/a", "alias/b"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)

    first = kms.list_aliases(KeyId=key_id, Limit=2)

    assert [alias["AliasName"] for alias in first["Aliases"]] == ["alias/a", "alias/b"]
    rest = kms.list_aliases(KeyId=key_id, Limit=2, Marker=first["NextMarker"])
    assert [alias["AliasName"] for alias in rest["Aliases"]] == ["alias/c"]
    assert (rest["Truncated"], "NextMarker" in rest) == (False, False)


def test_page_of_aliases_has_fifty(kms, key_id):
    """Without a Limit a page has 50 aliases."""
    for number in range(50):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)

    answer = kms.list_aliases()

    assert (len(answer["Aliases"]), answer["Truncated"]) == (50, True)


def test_limit_of_aliases_goes_to_a_hundred(kms):
    """Limit is 1 to 100, though the model allows 1000."""
    with refused(
        "ValidationException",
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
    ):
        kms.list_aliases(Limit=101)


@pytest.mark.parametrize("marker", ["marker", "e30=", "bnVsbA==", "é", "{}"])
def test_made_up_marker_is_refused(kms, marker):
    """A marker that no page gave is invalid."""
    with refused("InvalidMarkerException"):
        kms.list_aliases(Marker=marker)


def test_marker_of_another_list_is_refused(kms, key_id):
    """A marker is good for the operation and the key that it was given for."""
    marker = kms.list_aliases(Limit=1)["NextMarker"]

    with refused("InvalidMarkerException"):
        kms.list_aliases(KeyId=key_id, Marker=marker)
    with refused("InvalidMarkerException"):
        kms.list_keys(Marker=marker)


def test_marker_outlives_its_alias(kms, key_id):
    """The next page begins after the alias that was last, though that is gone."""
    for name in ("alias/a", "alias/b"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    marker = kms.list_aliases(KeyId=key_id, Limit=1)["NextMarker"]
    kms.delete_alias(AliasName="alias/a")

    assert [a["AliasName"] for a in kms.list_aliases(KeyId=key_id, Marker=marker)["Aliases"]] == [
        "alias/b"
    ]


def test_list_of_aliases_is_filtered_by_key_only(kms, key_id):
    """The filter is a key id or key ARN that exists."""
    absent = "12345678-1234-1234-1234-123456789012"

    with refused("NotFoundException", f"Key '{ARN}key/{absent}' does not exist"):
        kms.list_aliases(KeyId=absent)
    with refused("NotFoundException", "Invalid keyId 'alias/aws/s3'"):
        kms.list_aliases(KeyId="alias/aws/s3")
    with refused("InvalidArnException"):
        kms.list_aliases(KeyId="arn:aws:kms")


def test_leaving_key_gets_no_alias(kms, key_id, other_id):
    """A key that is pending deletion gives its aliases away, but gets none."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id)

    with refused("KMSInvalidStateException", f"{ARN}key/{key_id} is pending deletion."):
        kms.create_alias(AliasName="alias/late", TargetKeyId=key_id)
    kms.update_alias(AliasName="alias/app", TargetKeyId=other_id)
    with refused("KMSInvalidStateException", f"{ARN}key/{key_id} is pending deletion."):
        kms.update_alias(AliasName="alias/app", TargetKeyId=key_id)

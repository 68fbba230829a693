"""Keys; the rules of kms-operations.md sections 1.2, 4.1 and 4.9, the texts of recorded.md."""

import json
import re

import boto3
import pytest
from expect import refused
from key_stores import as_kms_user, connected, create_key, fit_cluster, succeed

ARN = "arn:aws:kms:us-east-1:123456789012:"
ABSENT = "12345678-1234-1234-1234-123456789012"
ABSENT_RELATED = "mrk-" + "0123456789abcdef" * 2
NEEDS_USAGE = (
    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
)


def described(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def listed(kms, **request):
    """The ids of the listed keys."""
    return [key["KeyId"] for key in kms.list_keys(**request)["Keys"]]


def in_region(region, account=None):
    """A client of another Region or account."""
    secret = {"aws_access_key_id": account, "aws_secret_access_key": "x"} if account else {}
    return boto3.client("kms", region_name=region, **secret)


# CreateKey


def test_new_key_is_a_symmetric_encryption_key(aws, kms):
    """CreateKey without members makes an enabled symmetric key, and tells all about it."""
    metadata = kms.create_key()["KeyMetadata"]

    key_id, created = metadata["KeyId"], metadata.pop("CreationDate")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key_id)
    assert re.fullmatch(r"[0-9a-f]{64}", metadata.pop("CurrentKeyMaterialId"))
    assert abs((created - aws.clock.now()).total_seconds()) < 60
    assert metadata == {
        "AWSAccountId": "123456789012",
        "Arn": f"{ARN}key/{key_id}",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "Description": "",
        "Enabled": True,
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "KeyId": key_id,
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": False,
        "Origin": "AWS_KMS",
    }


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_key_arn_names_the_partition(aws, region, partition):
    """China's Regions and GovCloud have partitions of their own."""
    metadata = in_region(region).create_key()["KeyMetadata"]

    assert metadata["Arn"] == f"arn:{partition}:kms:{region}:123456789012:key/{metadata['KeyId']}"


def test_spec_is_named_once(kms):
    """KeySpec and CustomerMasterKeySpec do not come together."""
    with refused(
        "ValidationException",
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
        "CustomerMasterKeySpec is deprecated.",
    ):
        kms.create_key(KeySpec="HMAC_256", CustomerMasterKeySpec="HMAC_256")


def test_deprecated_name_of_the_spec_works(kms):
    """CustomerMasterKeySpec does what KeySpec does."""
    metadata = kms.create_key(CustomerMasterKeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")

    assert metadata["KeyMetadata"]["KeySpec"] == "RSA_2048"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256"])
def test_usage_is_required_for_all_but_symmetric_keys(kms, spec):
    """A key of another spec has no default usage."""
    with refused("ValidationException", NEEDS_USAGE):
        kms.create_key(KeySpec=spec)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "KEY_AGREEMENT"), ("HMAC_256", "SIGN_VERIFY"), (None, "SIGN_VERIFY")],
)
def test_usage_fits_the_spec(kms, spec, usage):
    """A usage that the spec does not have is refused."""
    shown = spec or "SYMMETRIC_DEFAULT"

    with refused("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {shown}"):
        kms.create_key(**({"KeySpec": spec} if spec else {}), KeyUsage=usage)


OWNER = {
    "Effect": "Allow",
    "Principal": {"AWS": "123456789012"},
    "Action": "kms:*",
    "Resource": "*",
}
LOCKED_OUT = json.dumps({"Statement": {**OWNER, "Action": "kms:Decrypt"}})
WRONG = {
    "ValidationException": {"KeySpec": "HMAC_256"},
    "TagException": {"Tags": [{"TagKey": "aws:x", "TagValue": ""}]},
    "MalformedPolicyDocumentException": {"Policy": LOCKED_OUT},
    "LimitExceededException": {},
}


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_checks_of_create_key_have_an_order(kms, key_id, monkeypatch, number):
    """Spec and usage, then tags, then the policy, then the quota of keys."""
    monkeypatch.setattr("kmsmock.kms.keys.KEYS_PER_REGION", 1)
    request = {}
    for members in list(WRONG.values())[number:]:
        request |= members

    with refused(list(WRONG)[number]):
        kms.create_key(**request)


def test_refused_key_leaves_nothing_in_its_key_store(aws, kms):
    """Tags, policy and quota are checked before the key's material is made in the cluster."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)

    for code in ("TagException", "MalformedPolicyDocumentException"):
        with refused(code):
            kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id, **WRONG[code])
    kept = create_key(kms, store_id)["Arn"]

    listed_there = succeed(as_kms_user(aws, kms, cluster, store_id).key_list())["matched_keys"]
    assert [key["attributes"]["label"] for key in listed_there] == [kept]


def test_deleted_keys_do_not_count_to_the_quota(aws, kms, key_id, monkeypatch):
    """A key counts in every state, and no more when it is gone."""
    monkeypatch.setattr("kmsmock.kms.keys.KEYS_PER_REGION", 1)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    with refused("LimitExceededException"):
        kms.create_key()

    aws.clock.advance(days=7)

    assert kms.create_key()["KeyMetadata"]["Enabled"]


# Finding the key


@pytest.mark.parametrize(
    "identifier", ["{id}", "arn:aws:kms:us-east-1:123456789012:key/{id}", "alias/app",
                   "arn:aws:kms:us-east-1:123456789012:alias/app"],
)  # fmt: skip
def test_key_is_named_in_four_ways(kms, key_id, identifier):
    """Key id, key ARN, alias name and alias ARN name the key; the answer has its ARN."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    named = identifier.format(id=key_id)

    assert described(kms, named)["KeyId"] == key_id
    assert kms.encrypt(KeyId=named, Plaintext=b"secret")["KeyId"] == f"{ARN}key/{key_id}"


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("foo", "Invalid keyId 'foo'"),
        (ABSENT.replace("-", ""), f"Invalid keyId '{ABSENT.replace('-', '')}'"),
        ("mrk-foo", "Invalid keyId 'mrk-foo'"),
        (ABSENT, f"Key '{ARN}key/{ABSENT}' does not exist"),
        (ABSENT_RELATED, f"Key '{ARN}key/{ABSENT_RELATED}' does not exist"),
        (f"{ARN}key/{ABSENT}", f"Key '{ARN}key/{ABSENT}' does not exist"),
        (f"{ARN}key/{ABSENT}:1", f"Invalid keyId '{ARN}key/{ABSENT}:1'"),
        (f"arn:aws:kms:eu-west-1:123456789012:key/{ABSENT}", "Invalid arn eu-west-1"),
        ("arn:aws:kms:eu-west-1:123456789012:alias/app", "Invalid arn eu-west-1"),
        ("alias/absent", f"Alias {ARN}alias/absent is not found."),
        (f"{ARN}alias/absent", f"Alias {ARN}alias/absent is not found."),
    ],
)
def test_key_that_is_not_there_is_not_found(kms, identifier, text):
    """The text depends on how the key was named."""
    with refused("NotFoundException", text):
        kms.describe_key(KeyId=identifier)


@pytest.mark.parametrize("partition", ["", "aws"])
def test_arn_of_no_partition_is_none(kms, key_id, partition):
    """A text that looks like an ARN and leaves its partition out is malformed."""
    named = f"arn:{partition}:kms:us-east-1:123456789012:key/{key_id}"

    if partition:
        kms.describe_key(KeyId=named)
    else:
        with refused("InvalidArnException", f"Invalid arn {named}"):
            kms.describe_key(KeyId=named)


def test_key_of_another_region_is_not_found(kms, key_id):
    """A bare id is looked up in the client's own Region, an ARN in none but its own."""
    elsewhere = in_region("eu-west-1")
    arn = f"arn:aws:kms:eu-west-1:123456789012:key/{key_id}"

    with refused("NotFoundException", f"Key '{arn}' does not exist"):
        elsewhere.describe_key(KeyId=key_id)
    with refused("NotFoundException", "Invalid arn us-east-1"):
        elsewhere.describe_key(KeyId=f"{ARN}key/{key_id}")


@pytest.mark.parametrize(
    "identifier", ["arn:", "arn:aws:kms", f"arn:aws:s3:us-east-1:123456789012:key/{ABSENT}",
                   f"{ARN}grant/x", f"arn:aws:kms:us-east-1:{ABSENT}"],
)  # fmt: skip
def test_malformed_arn_is_invalid(kms, identifier):
    """What begins like an ARN and names no key or alias is an invalid ARN."""
    with refused("InvalidArnException"):
        kms.describe_key(KeyId=identifier)


@pytest.mark.parametrize("identifier", ["alias/app", f"{ARN}alias/app"])
def test_alias_does_not_name_a_key_to_manage(kms, key_id, identifier):
    """Operations that manage a key take a key id or key ARN."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    for call in (kms.disable_key, kms.get_key_policy, kms.list_grants, kms.schedule_key_deletion):
        with refused("NotFoundException", f"Invalid keyId '{identifier}'"):
            call(KeyId=identifier)


@pytest.mark.parametrize("operation", ["DescribeKey", "DisableKey"])
def test_key_of_another_account_is_hidden(kms, key_id, operation):
    """A denial does not tell whether another account has the key."""
    theirs = in_region("us-east-1", "111122223333")
    call = theirs.describe_key if operation == "DescribeKey" else theirs.disable_key

    with refused(
        "AccessDeniedException",
        f"User: arn:aws:iam::111122223333:root is not authorized to perform: kms:{operation} on "
        "this resource because the resource does not exist in this Region, no resource-based "
        "policies allow access, or a resource-based policy explicitly denies access",
    ):
        call(KeyId=f"{ARN}key/{key_id}")


# ListKeys


def test_keys_are_listed_by_id(kms):
    """ListKeys goes by key id, page by page, leaving keys included."""
    made = sorted(kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    kms.schedule_key_deletion(KeyId=made[0])

    first = kms.list_keys(Limit=2)

    assert first["Keys"] == [{"KeyId": k, "KeyArn": f"{ARN}key/{k}"} for k in made[:2]]
    assert listed(kms, Marker=first["NextMarker"]) == made[2:]


def test_last_page_of_keys_has_no_marker(kms, key_id):
    """Truncated is always there, NextMarker only when there is more."""
    answer = kms.list_keys(Limit=1)

    assert (answer["Truncated"], "NextMarker" in answer) == (False, False)


def test_page_of_keys_has_a_hundred(kms):
    """Without a Limit a page has 100 keys; Limit goes to 1000."""
    for _ in range(101):
        kms.create_key()

    assert len(listed(kms)) == 100
    assert len(listed(kms, Limit=1000)) == 101


def test_keys_are_of_one_account_and_region(kms, key_id):
    """Neither another Region's nor another account's keys are listed."""
    assert listed(in_region("eu-west-1")) == []
    assert listed(in_region("us-east-1", "111122223333")) == []


@pytest.fixture
def shared(kms):
    """Skip where botocore does not know of keys that are shared through AWS RAM."""
    shape = kms.meta.service_model.operation_model("ListKeys").input_shape
    if "ResourceOwners" not in shape.members:
        pytest.skip("this botocore's ListKeys has no ResourceOwners")


def test_keys_are_listed_by_their_owners(shared, kms, key_id):
    """The own keys are the default; no other account shares any."""
    assert listed(kms, ResourceOwners=["SELF"]) == [key_id]
    assert listed(kms, ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"]) == []
    assert listed(kms, ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM", "SELF"]) == [key_id]


def test_marker_is_for_the_same_owners(shared, kms, key_id):
    """A marker is only good with the ResourceOwners that it was given for."""
    kms.create_key()
    marker = kms.list_keys(Limit=1)["NextMarker"]

    assert len(listed(kms, Marker=marker, ResourceOwners=["SELF"])) == 1
    with refused("InvalidMarkerException"):
        kms.list_keys(Marker=marker, ResourceOwners=["SELF", "OTHER_ACCOUNTS_VIA_RAM"])


# UpdateKeyDescription, EnableKey, DisableKey


@pytest.mark.parametrize("text", ["", "new", "é" * 8192])
def test_description_changes(kms, text):
    """A description has up to 8192 characters, or none."""
    key_id = kms.create_key(Description="old")["KeyMetadata"]["KeyId"]

    kms.update_key_description(KeyId=key_id, Description=text)

    assert described(kms, key_id)["Description"] == text


def test_longer_description_is_refused(kms, key_id):
    """8193 characters are one too many."""
    with refused("ValidationException"):
        kms.update_key_description(KeyId=key_id, Description="x" * 8193)


def test_disabled_key_is_enabled_again(kms, key_id):
    """DisableKey and EnableKey switch the key; doing it twice is no error."""
    for _ in range(2):
        kms.disable_key(KeyId=key_id)
    disabled = described(kms, key_id)
    for _ in range(2):
        kms.enable_key(KeyId=key_id)

    assert (disabled["KeyState"], disabled["Enabled"]) == ("Disabled", False)
    assert described(kms, key_id)["KeyState"] == "Enabled"


def test_disabled_key_is_not_used(kms, key_id):
    """A disabled key encrypts nothing."""
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException", f"{ARN}key/{key_id} is disabled."):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")


# ScheduleKeyDeletion, CancelKeyDeletion


@pytest.mark.parametrize("days", [None, 7, 30])
def test_scheduled_key_is_pending_deletion(aws, kms, key_id, days):
    """The waiting period is 7 to 30 days, 30 by default; DescribeKey tells when it ends."""
    window = {} if days is None else {"PendingWindowInDays": days}

    answer = kms.schedule_key_deletion(KeyId=key_id, **window)

    metadata = described(kms, key_id)
    left = metadata["DeletionDate"] - aws.clock.now()
    assert answer["KeyId"] == f"{ARN}key/{key_id}"
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", days or 30)
    assert answer["DeletionDate"] == metadata["DeletionDate"]
    assert round(left.total_seconds() / 86400) == (days or 30)
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingDeletion", False)


@pytest.mark.parametrize(
    ("days", "limit"),
    [(6, "greater than or equal to 7"), (31, "less than or equal to 30")],
)
def test_waiting_period_has_limits(kms, key_id, days, limit):
    """The model allows 1 to 365 days, KMS 7 to 30."""
    with refused("ValidationException") as refusal:
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)

    assert refusal.message.endswith(f"Member must have value {limit}")
    assert described(kms, key_id)["KeyState"] == "Enabled"


def test_key_is_scheduled_once(kms, key_id):
    """A key that is pending deletion cannot be scheduled again."""
    kms.schedule_key_deletion(KeyId=key_id)

    with refused("KMSInvalidStateException", f"{ARN}key/{key_id} is pending deletion."):
        kms.schedule_key_deletion(KeyId=key_id)


def test_key_is_there_until_its_last_day_is_over(aws, kms, key_id):
    """The key is deleted when the waiting period ends, and not before."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.advance(days=6, hours=23)

    assert described(kms, key_id)["KeyState"] == "PendingDeletion"


def test_deleted_key_takes_all_with_it(aws, kms, key_id):
    """Key, material and aliases are gone when the waiting period is over."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.advance(days=7)

    with refused("NotFoundException", f"Key '{ARN}key/{key_id}' does not exist"):
        kms.describe_key(KeyId=key_id)
    with refused("NotFoundException", f"Alias {ARN}alias/app is not found."):
        kms.describe_key(KeyId="alias/app")
    with refused("AccessDeniedException"):
        kms.decrypt(CiphertextBlob=blob)
    assert listed(kms) == []


def test_cancelled_deletion_leaves_the_key_disabled(kms, key_id):
    """CancelKeyDeletion answers with the key's ARN; the key must be enabled anew."""
    kms.schedule_key_deletion(KeyId=key_id)

    answer = kms.cancel_key_deletion(KeyId=key_id)

    metadata = described(kms, key_id)
    assert answer["KeyId"] == f"{ARN}key/{key_id}"
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Disabled", False)
    assert "DeletionDate" not in metadata


def test_cancelled_deletion_does_not_happen(aws, kms, key_id):
    """A key whose deletion was put off goes at the later date."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)

    aws.clock.advance(days=29)
    assert described(kms, key_id)["KeyState"] == "PendingDeletion"

    aws.clock.advance(days=1)
    assert listed(kms) == []


def test_deletion_that_was_not_scheduled_is_not_cancelled(kms, key_id):
    """Only a key that is pending deletion can be kept."""
    with refused("KMSInvalidStateException", f"{ARN}key/{key_id} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key_id)

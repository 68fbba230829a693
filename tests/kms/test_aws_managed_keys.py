"""AWS managed keys; the rules of kms-operations.md section 3.4."""

import json

import pytest
from botocore import xform_name
from expect import refused

ALIAS = "alias/aws/lambda"
ALIAS_ARN = f"arn:aws:kms:us-east-1:123456789012:{ALIAS}"


@pytest.fixture
def managed(kms):
    """The metadata of the key that AWS manages for Lambda."""
    return kms.describe_key(KeyId=ALIAS)["KeyMetadata"]


def entry(kms):
    """The alias's entry in the list."""
    return next(a for a in kms.list_aliases()["Aliases"] if a["AliasName"] == ALIAS)


def test_predefined_alias_has_no_key_yet(kms):
    """ListAliases shows the aliases of AWS without target and dates until they are used."""
    assert entry(kms) == {"AliasName": ALIAS, "AliasArn": ALIAS_ARN}
    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize("identifier", [ALIAS, ALIAS_ARN])
def test_describing_a_predefined_alias_makes_its_key(kms, identifier):
    """DescribeKey gives the alias its key, which is listed from then on."""
    metadata = kms.describe_key(KeyId=identifier)["KeyMetadata"]

    assert metadata["Description"] == (
        "Default master key that protects my Lambda functions when no other key is defined"
    )
    told = [metadata[name] for name in ("KeyManager", "Origin", "KeySpec", "MultiRegion")]
    assert told == ["AWS", "AWS_KMS", "SYMMETRIC_DEFAULT", False]
    assert entry(kms)["TargetKeyId"] == metadata["KeyId"]
    assert {"CreationDate", "LastUpdatedDate"} <= entry(kms).keys()
    assert kms.list_keys()["Keys"] == [{"KeyId": metadata["KeyId"], "KeyArn": metadata["Arn"]}]


def test_managed_key_is_made_once(kms, managed):
    """Describing the alias again tells the same key."""
    assert kms.describe_key(KeyId=ALIAS_ARN)["KeyMetadata"] == managed


def test_alias_that_aws_does_not_have_is_not_found(kms):
    """Only the aliases of services that use KMS are predefined."""
    arn = "arn:aws:kms:us-east-1:123456789012:alias/aws/teapot"

    with refused("NotFoundException", f"Alias {arn} is not found."):
        kms.describe_key(KeyId="alias/aws/teapot")


def test_only_describe_key_makes_a_managed_key(kms):
    """To every other operation, an alias without a key is not there."""
    with refused("NotFoundException", f"Alias {ALIAS_ARN} is not found."):
        kms.encrypt(KeyId=ALIAS, Plaintext=b"secret")

    assert "TargetKeyId" not in entry(kms)


PREDEFINED = {
    # alias: what its key protects, the service's title and the name of its endpoint
    "alias/aws/acm": ("my ACM private keys", "ACM", "acm"),
    "alias/aws/backup": ("my Backup data", "Backup", "backup"),
    "alias/aws/codecommit": ("my CodeCommit repositories", "CodeCommit", "codecommit"),
    "alias/aws/dms": ("my database migration data", "Database Migration Service", "dms"),
    "alias/aws/dynamodb": ("my DynamoDB data", "DynamoDB", "dynamodb"),
    "alias/aws/ebs": ("my EBS volumes", "EBS", "ec2"),
    "alias/aws/elasticfilesystem": ("my EFS filesystems", "EFS", "elasticfilesystem"),
    "alias/aws/es": ("my Elasticsearch data", "Elasticsearch", "es"),
    "alias/aws/fsx": ("my FSx resources", "FSx", "fsx"),
    "alias/aws/glue": ("my Glue data", "Glue", "glue"),
    "alias/aws/kinesis": ("my Kinesis data", "Kinesis", "kinesis"),
    "alias/aws/kinesisvideo": (
        "my Kinesis Video Streams data",
        "Kinesis Video Streams",
        "kinesisvideo",
    ),
    "alias/aws/lambda": ("my Lambda functions", "Lambda", "lambda"),
    "alias/aws/rds": ("my RDS database volumes", "RDS", "rds"),
    "alias/aws/redshift": ("my Redshift clusters", "Redshift", "redshift"),
    "alias/aws/s3": ("my S3 objects", "S3", "s3"),
    "alias/aws/secretsmanager": ("my Secrets Manager data", "Secrets Manager", "secretsmanager"),
    "alias/aws/sns": ("my SNS data", "SNS", "sns"),
    "alias/aws/sqs": ("my SQS messages", "SQS", "sqs"),
    "alias/aws/ssm": ("my SSM parameters", "SSM", "ssm"),
    "alias/aws/workspaces": ("my WorkSpaces volumes", "WorkSpaces", "workspaces"),
    "alias/aws/xray": ("my X-Ray data", "X-Ray", "xray"),
}


def test_every_predefined_alias_gets_a_key(kms):
    """Each alias that ListAliases shows can be described, and each key differs."""
    aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]

    found = {kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] for alias in aliases}

    assert aliases == list(PREDEFINED)
    assert len(found) == len(aliases)


def test_each_managed_key_tells_its_service(kms):
    """Description and policy name the service, through which alone the key is used."""
    for alias, (protects, title, endpoint) in PREDEFINED.items():
        metadata = kms.describe_key(KeyId=alias)["KeyMetadata"]
        policy = json.loads(kms.get_key_policy(KeyId=metadata["KeyId"])["Policy"])
        use = policy["Statement"][0]

        assert metadata["Description"] == (
            f"Default master key that protects {protects} when no other key is defined"
        )
        assert use["Sid"] == (
            f"Allow access through {title} for all principals in the account that are "
            f"authorized to use {title}"
        )
        through = use["Condition"]["StringEquals"]["kms:ViaService"]
        assert through == f"{endpoint}.us-east-1.amazonaws.com"


CHANGES = {
    "CancelKeyDeletion": {},
    "CreateGrant": {"GranteePrincipal": "111122223333", "Operations": ["Encrypt"]},
    "Decrypt": {"CiphertextBlob": b"blob", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
    "DisableKey": {},
    "DisableKeyRotation": {},
    "EnableKey": {},
    "EnableKeyRotation": {},
    "Encrypt": {"Plaintext": b"secret"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "PutKeyPolicy": {"Policy": "{}"},
    "RevokeGrant": {"GrantId": "0" * 64},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "TagResource": {"Tags": []},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateKeyDescription": {"Description": "mine"},
}


@pytest.mark.parametrize(("operation", "request_"), CHANGES.items(), ids=CHANGES)
def test_managed_key_is_neither_changed_nor_used(kms, managed, operation, request_):
    """What the key's policy does not allow is denied, to the account's administrator too."""
    call = getattr(kms, xform_name(operation))

    with refused(
        "AccessDeniedException",
        f"User: arn:aws:iam::123456789012:root is not authorized to perform: kms:{operation} on "
        f"resource: {managed['Arn']} because no resource-based policy allows the kms:{operation} "
        "action",
    ):
        call(KeyId=managed["KeyId"], **request_)


@pytest.mark.parametrize("operation", ["create_alias", "update_alias"])
def test_managed_key_gets_no_other_alias(kms, key_id, managed, operation):
    """An AWS managed key is no target of a customer's alias."""
    if operation == "update_alias":
        kms.create_alias(AliasName="alias/mine", TargetKeyId=key_id)

    with refused("AccessDeniedException"):
        getattr(kms, operation)(AliasName="alias/mine", TargetKeyId=managed["KeyId"])


def test_managed_key_shows_its_policy(kms, managed):
    """The service may use the key for the account; the account itself may look at it."""
    answer = kms.get_key_policy(KeyId=managed["KeyId"])

    through_lambda = {
        "Sid": "Allow access through Lambda for all principals in the account that are "
        "authorized to use Lambda",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": "123456789012",
                "kms:ViaService": "lambda.us-east-1.amazonaws.com",
            }
        },
    }
    look = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
        "Resource": "*",
    }
    assert json.loads(answer["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "auto-lambda-1",
        "Statement": [through_lambda, look],
    }


def test_managed_key_can_be_looked_at(kms, managed):
    """Grants, policies' names, tags and rotation of an AWS managed key are told."""
    key_id = managed["KeyId"]

    assert kms.list_grants(KeyId=key_id)["Grants"] == []
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == []
    assert [a["AliasName"] for a in kms.list_aliases(KeyId=key_id)["Aliases"]] == [ALIAS]
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is True


def test_managed_key_rotates_every_year(aws, kms, managed):
    """After a year the key has new material."""
    aws.clock.advance(days=366)

    later = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]

    assert later["CurrentKeyMaterialId"] != managed["CurrentKeyMaterialId"]


def test_managed_keys_do_not_count_to_the_quota(kms, managed, monkeypatch):
    """The quota of keys is for the customer's own."""
    monkeypatch.setattr("kmsmock.kms.keys.KEYS_PER_REGION", 1)

    assert kms.create_key()["KeyMetadata"]["KeyManager"] == "CUSTOMER"

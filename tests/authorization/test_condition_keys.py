# ruff: noqa: E501 - a row is a line
"""Condition keys: each row of authorization.md section 5, asked of the handle's `explain`."""

from datetime import datetime, timezone

import pytest
from policies import ACCOUNT, EVERYTHING, PARTNER_USER, ROLE, ROOT, USER, allow, policy

from kmsmock.protocol.model import service_model

SYMMETRIC = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
RSA, SIGNING = ("RSA_2048", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "SIGN_VERIFY")
HMAC, AGREEING = ("HMAC_256", "GENERATE_VERIFY_MAC"), ("ECC_NIST_P256", "KEY_AGREEMENT")
CONTEXT = {"EncryptionContext": {"AppName": "ExampleApp", "Stage": "test"}}
NEW_YEAR = datetime(2030, 1, 1, tzinfo=timezone.utc)
BUCKET = "arn:aws:s3:::bucket-of-the-source"


def equals(key, *values, operator="StringEquals"):
    return {operator: {key: list(values)}}


def bool_(key, value="true"):
    return {"Bool": {key: value}}


def any_of(key, *values):
    return equals(key, *values, operator="ForAnyValue:StringEquals")


def all_of(key, *values):
    return equals(key, *values, operator="ForAllValues:StringEquals")


def absent(key):
    return {"Null": {key: "true"}}


def present(key):
    return {"Null": {key: "false"}}


GRANT = {"GranteePrincipal": USER, "Operations": ["Decrypt", "Encrypt"], "RetiringPrincipal": ROLE}
CONSTRAINED = {**GRANT, "Constraints": {"EncryptionContextSubset": {"Dept": "IT"}}}
EXACT = {**GRANT, "Constraints": {"EncryptionContextEquals": {"Dept": "IT"}}}
SOURCED = {**GRANT, "Constraints": {"SourceArn": BUCKET}}

ROWS = [
    # condition, action, request, expected, key
    (bool_("kms:BypassPolicyLockoutSafetyCheck"), "PutKeyPolicy", {"BypassPolicyLockoutSafetyCheck": True}, True),
    (bool_("kms:BypassPolicyLockoutSafetyCheck", "false"), "PutKeyPolicy", {"BypassPolicyLockoutSafetyCheck": False}, True),
    (absent("kms:BypassPolicyLockoutSafetyCheck"), "PutKeyPolicy", {}, True),
    (bool_("kms:BypassPolicyLockoutSafetyCheck"), "ReplicateKey", {"BypassPolicyLockoutSafetyCheck": True}, True),
    (absent("kms:BypassPolicyLockoutSafetyCheck"), "Encrypt", {"BypassPolicyLockoutSafetyCheck": True}, True),
    (equals("kms:CallerAccount", ACCOUNT), "Encrypt", {}, True),
    (equals("kms:CallerAccount", "444455556666"), "Encrypt", {}, False),
    (equals("kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"), "Encrypt", {}, True),
    (equals("kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT"), "Encrypt", {}, True),
    (equals("kms:CustomerMasterKeyUsage", "SIGN_VERIFY"), "Sign", {}, True, SIGNING),
    (equals("kms:DataKeyPairSpec", "RSA_2048"), "GenerateDataKeyPair", {"KeyPairSpec": "RSA_2048"}, True),
    (equals("kms:DataKeyPairSpec", "RSA_2048"), "GenerateDataKeyPairWithoutPlaintext", {"KeyPairSpec": "RSA_2048"}, True),
    (equals("kms:DataKeyPairSpec", "RSA_2048"), "GenerateDataKeyPair", {"KeyPairSpec": "RSA_4096"}, False),
    (absent("kms:DataKeyPairSpec"), "GenerateDataKey", {}, True),
    (equals("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), "Encrypt", {}, True),
    (equals("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), "Decrypt", {}, True),
    (equals("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), "GenerateDataKey", {}, True),
    (equals("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), "GenerateDataKeyPair", {}, True),
    (equals("kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1"), "Encrypt", {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, True, RSA),
    (equals("kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1"), "ReEncryptFrom", {"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, True, RSA),
    (equals("kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1"), "ReEncryptTo", {"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, False, RSA),
    (equals("kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1"), "ReEncryptTo", {"DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, True, RSA),
    (absent("kms:EncryptionAlgorithm"), "DescribeKey", {}, True),
    (equals("kms:EncryptionContext:AppName", "ExampleApp"), "Decrypt", CONTEXT, True),
    (equals("kms:EncryptionContext:appname", "ExampleApp"), "Decrypt", CONTEXT, True),
    (equals("kms:EncryptionContext:AppName", "exampleapp"), "Decrypt", CONTEXT, False),
    (equals("kms:EncryptionContext:AppName", "exampleapp", operator="StringEqualsIgnoreCase"), "Decrypt", CONTEXT, True),
    (equals("kms:EncryptionContext:AppName", "Example*", operator="StringLike"), "Encrypt", CONTEXT, True),
    (equals("kms:EncryptionContext:AppName", "ExampleApp"), "Decrypt", {}, False),
    (equals("kms:EncryptionContext:AppName", "ExampleApp"), "DescribeKey", {}, False),
    (equals("kms:EncryptionContext:Account", "${aws:PrincipalAccount}"), "Decrypt", {"EncryptionContext": {"Account": ACCOUNT}}, True),
    (equals("kms:EncryptionContext:AppName", "ExampleApp"), "GenerateDataKey", CONTEXT, True),
    (equals("kms:EncryptionContext:AppName", "ExampleApp"), "GenerateDataKeyPairWithoutPlaintext", CONTEXT, True),
    (equals("kms:EncryptionContext:a", "1"), "ReEncryptFrom", {"SourceEncryptionContext": {"a": "1"}}, True),
    (equals("kms:EncryptionContext:a", "1"), "ReEncryptTo", {"SourceEncryptionContext": {"a": "1"}}, False),
    (equals("kms:EncryptionContext:a", "1"), "ReEncryptTo", {"DestinationEncryptionContext": {"a": "1"}}, True),
    (equals("kms:EncryptionContext:Dept", "IT"), "CreateGrant", CONSTRAINED, True),
    (equals("kms:EncryptionContext:Dept", "IT"), "CreateGrant", EXACT, True),
    (equals("kms:EncryptionContext:Dept", "IT"), "CreateGrant", GRANT, False),
    (any_of("kms:EncryptionContextKeys", "AppName"), "Decrypt", CONTEXT, True),
    (any_of("kms:EncryptionContextKeys", "appname"), "Decrypt", CONTEXT, False),
    (all_of("kms:EncryptionContextKeys", "AppName", "Stage"), "Decrypt", CONTEXT, True),
    (all_of("kms:EncryptionContextKeys", "AppName"), "Decrypt", CONTEXT, False),
    (all_of("kms:EncryptionContextKeys", "AppName"), "Decrypt", {}, True),
    (present("kms:EncryptionContextKeys"), "Encrypt", CONTEXT, True),
    (present("kms:EncryptionContextKeys"), "Encrypt", {}, False),
    (present("kms:EncryptionContextKeys"), "Encrypt", {"EncryptionContext": {}}, False),
    (any_of("kms:EncryptionContextKeys", "Dept"), "CreateGrant", CONSTRAINED, True),
    (equals("kms:ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE"), "ImportKeyMaterial", {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}, True),
    (absent("kms:ExpirationModel"), "ImportKeyMaterial", {}, True),
    (equals("kms:GrantConstraintType", "EncryptionContextSubset"), "CreateGrant", CONSTRAINED, True),
    (equals("kms:GrantConstraintType", "EncryptionContextEquals"), "CreateGrant", CONSTRAINED, False),
    (equals("kms:GrantConstraintType", "SourceArn"), "CreateGrant", SOURCED, True),
    (absent("kms:GrantConstraintType"), "CreateGrant", GRANT, True),
    (bool_("kms:GrantIsForAWSResource", "false"), "CreateGrant", GRANT, True),
    (bool_("kms:GrantIsForAWSResource"), "CreateGrant", GRANT, False),
    (bool_("kms:GrantIsForAWSResource", "false"), "ListGrants", {}, True),
    (bool_("kms:GrantIsForAWSResource", "false"), "RevokeGrant", {}, True),
    (absent("kms:GrantIsForAWSResource"), "Encrypt", {}, True),
    (all_of("kms:GrantOperations", "Decrypt", "Encrypt", "DescribeKey"), "CreateGrant", GRANT, True),
    (all_of("kms:GrantOperations", "Decrypt"), "CreateGrant", GRANT, False),
    (any_of("kms:GrantOperations", "Decrypt"), "CreateGrant", GRANT, True),
    (equals("kms:GranteePrincipal", USER), "CreateGrant", GRANT, True),
    (equals("kms:GranteePrincipal", ROLE), "CreateGrant", GRANT, False),
    (equals("kms:KeyAgreementAlgorithm", "ECDH"), "DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH"}, True, AGREEING),
    (equals("kms:KeyOrigin", "AWS_KMS"), "DescribeKey", {}, True),
    (equals("kms:KeyOrigin", "EXTERNAL"), "DescribeKey", {}, False),
    (equals("kms:KeySpec", "RSA_2048"), "DescribeKey", {}, True, RSA),
    (equals("kms:KeySpec", "RSA_*", operator="StringLike"), "Encrypt", {}, False),
    (equals("kms:KeyUsage", "SIGN_VERIFY"), "Sign", {}, True, SIGNING),
    (equals("kms:MacAlgorithm", "HMAC_SHA_256"), "GenerateMac", {"MacAlgorithm": "HMAC_SHA_256"}, True, HMAC),
    (equals("kms:MacAlgorithm", "HMAC_SHA_256"), "VerifyMac", {"MacAlgorithm": "HMAC_SHA_256"}, True, HMAC),
    (equals("kms:MessageType", "RAW"), "Sign", {}, True, SIGNING),
    (equals("kms:MessageType", "DIGEST"), "Verify", {"MessageType": "DIGEST"}, True, SIGNING),
    (equals("kms:MessageType", "DIGEST"), "Sign", {"MessageType": "RAW"}, False, SIGNING),
    (equals("kms:MessageType", "EXTERNAL_MU"), "Sign", {"MessageType": "EXTERNAL_MU"}, True, SIGNING),
    (bool_("kms:MultiRegion", "false"), "DescribeKey", {}, True),
    (bool_("kms:MultiRegion"), "DescribeKey", {}, True, (*SYMMETRIC, {"MultiRegion": True})),
    (equals("kms:MultiRegionKeyType", "PRIMARY"), "DescribeKey", {}, True, (*SYMMETRIC, {"MultiRegion": True})),
    (absent("kms:MultiRegionKeyType"), "DescribeKey", {}, True),
    (equals("kms:PolicyName", "default"), "GetKeyPolicy", {}, True),
    (equals("kms:PolicyName", "default"), "PutKeyPolicy", {"PolicyName": "default"}, True),
    (equals("kms:PolicyName", "default"), "GetKeyPolicy", {"PolicyName": "AWS_RAM"}, False),
    (equals("kms:PrimaryRegion", "us-west-2"), "UpdatePrimaryRegion", {"PrimaryRegion": "us-west-2"}, True),
    (equals("kms:PrimaryRegion", "us-west-2"), "UpdatePrimaryRegion", {"PrimaryRegion": "eu-west-1"}, False),
    (equals("kms:ReplicaRegion", "us-west-2"), "ReplicateKey", {"ReplicaRegion": "us-west-2"}, True),
    (equals("kms:ReplicaRegion", "us-west-2"), "ReplicateKey", {"ReplicaRegion": "eu-west-1"}, False),
    (equals("kms:RequestAlias", "alias/app"), "Encrypt", {"KeyId": "alias/app"}, True),
    (equals("kms:RequestAlias", "alias/app"), "DescribeKey", {"KeyId": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"}, True),
    (equals("kms:RequestAlias", "alias/app"), "Encrypt", {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}, False),
    (equals("kms:RequestAlias", "alias/app"), "ReEncryptTo", {"DestinationKeyId": "alias/app"}, True),
    (equals("kms:RequestAlias", "alias/app"), "GetPublicKey", {"KeyId": "alias/app"}, True, RSA),
    (absent("kms:RequestAlias"), "DisableKey", {"KeyId": "alias/app"}, True),
    (equals("kms:RetiringPrincipal", ROLE), "CreateGrant", GRANT, True),
    (absent("kms:RetiringPrincipal"), "CreateGrant", {"Operations": ["Decrypt"]}, True),
    (equals("kms:RotationPeriodInDays", "180", operator="NumericLessThanEquals"), "EnableKeyRotation", {"RotationPeriodInDays": 90}, True),
    (equals("kms:RotationPeriodInDays", "180", operator="NumericLessThanEquals"), "EnableKeyRotation", {}, False),
    (equals("kms:RotationPeriodInDays", "365", operator="NumericEquals"), "EnableKeyRotation", {}, True),
    (equals("kms:ScheduleKeyDeletionPendingWindowInDays", "7", operator="NumericGreaterThan"), "ScheduleKeyDeletion", {}, True),
    (equals("kms:ScheduleKeyDeletionPendingWindowInDays", "7", operator="NumericGreaterThan"), "ScheduleKeyDeletion", {"PendingWindowInDays": 7}, False),
    (equals("kms:ScheduleKeyDeletionPendingWindowInDays", "30", operator="NumericEquals"), "ScheduleKeyDeletion", {}, True),
    (equals("kms:SigningAlgorithm", "ECDSA_SHA_256"), "Sign", {"SigningAlgorithm": "ECDSA_SHA_256"}, True, SIGNING),
    (equals("kms:SigningAlgorithm", "ECDSA_SHA_256"), "Verify", {"SigningAlgorithm": "ECDSA_SHA_256"}, True, SIGNING),
    (absent("kms:ValidTo"), "ImportKeyMaterial", {}, True),
    (equals("kms:ValidTo", "2030-01-02T00:00:00Z", operator="DateEquals"), "ImportKeyMaterial", {"ValidTo": NEW_YEAR}, False),
    (equals("kms:ValidTo", "2030-01-01T00:00:00Z", operator="DateEquals"), "ImportKeyMaterial", {"ValidTo": NEW_YEAR}, True),
    (absent("kms:ViaService"), "Encrypt", {}, True),
    (equals("kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256"), "GetParametersForImport", {"WrappingAlgorithm": "RSAES_OAEP_SHA_256"}, True),
    (equals("kms:WrappingKeySpec", "RSA_4096"), "GetParametersForImport", {"WrappingKeySpec": "RSA_4096"}, True),
    (equals("kms:WrappingKeySpec", "RSA_4096"), "GetParametersForImport", {"WrappingKeySpec": "RSA_2048"}, False),
    (equals("aws:PrincipalArn", ROLE, operator="ArnEquals"), "Encrypt", {}, True),
    (equals("aws:PrincipalArn", USER, operator="ArnEquals"), "Encrypt", {}, False),
    (equals("aws:PrincipalAccount", ACCOUNT), "Encrypt", {}, True),
    (equals("aws:PrincipalType", "AssumedRole"), "Encrypt", {}, True),
    (absent("aws:username"), "Encrypt", {}, True),
    (absent("aws:PrincipalOrgID"), "Encrypt", {}, True),
    (equals("aws:RequestedRegion", "us-east-1"), "Encrypt", {}, True),
    (equals("aws:RequestedRegion", "eu-west-1"), "Encrypt", {}, False),
    (bool_("aws:ViaAWSService", "false"), "Encrypt", {}, True),
    (bool_("aws:PrincipalIsAWSService", "false"), "Encrypt", {}, True),
    (bool_("aws:SecureTransport"), "Encrypt", {}, True),
    (equals("aws:ResourceAccount", ACCOUNT), "Encrypt", {}, True),
    (absent("aws:SourceArn"), "Encrypt", {}, True),
    (equals("aws:CurrentTime", "2020-01-01T00:00:00Z", operator="DateGreaterThan"), "Encrypt", {}, True),
    (equals("aws:CurrentTime", "2020-01-01T00:00:00Z", operator="DateLessThan"), "Encrypt", {}, False),
    (equals("aws:EpochTime", "2020-01-01T00:00:00Z", operator="DateGreaterThan"), "Encrypt", {}, True),
    (equals("aws:EpochTime", "2020-01-01T00:00:00Z", operator="DateLessThan"), "Encrypt", {}, False),
    (equals("aws:RequestTag/team", "a"), "TagResource", {"Tags": [{"TagKey": "Team", "TagValue": "a"}]}, True),
    (equals("aws:RequestTag/team", "a"), "TagResource", {"Tags": [{"TagKey": "team", "TagValue": "b"}]}, False),
    (all_of("aws:TagKeys", "team"), "TagResource", {"Tags": [{"TagKey": "team", "TagValue": "a"}]}, True),
    (any_of("aws:TagKeys", "team"), "UntagResource", {"TagKeys": ["team", "x"]}, True),
    (all_of("aws:TagKeys", "team"), "UntagResource", {"TagKeys": ["team", "x"]}, False),
    (any_of("aws:TagKeys", "a"), "ReplicateKey", {"Tags": [{"TagKey": "a", "TagValue": "1"}]}, True),
]  # fmt: skip


def named(row):
    """A row's name: what is asked of which call."""
    condition, action, request, expected, *_key = row
    return f"{condition} on {action} {request or 'plain'}: {expected}"


def new_key(kms, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT", members=None, **more):
    """A key's ARN."""
    made = kms.create_key(KeySpec=spec, KeyUsage=usage, **(members or {}), **more)
    return made["KeyMetadata"]["Arn"]


def conditional(condition, principal=ROLE):
    """A key policy that allows the principal everything on a condition, and the owner as well."""
    owner = allow(principal=f"arn:aws:iam::{ACCOUNT}:root")
    return policy(owner, allow(principal=principal, condition=condition))


@pytest.mark.parametrize("row", ROWS, ids=[named(row) for row in ROWS])
def test_condition_key(aws, kms, row):
    """A key policy's condition sees the value that AWS documents, defaults included."""
    condition, action, request, expected, *key = row
    arn = new_key(kms, *(key[0] if key else SYMMETRIC), Policy=conditional(condition))

    decision = aws.explain(f"kms:{action}", arn, principal=ROLE, request=request)

    assert decision.allowed is expected


def operations_with(member, text=""):
    """The operations of botocore's model with such a member, whose documentation has the text."""
    model = service_model("kms")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    members = {name: shape.members for name, shape in shapes.items() if shape is not None}
    return [
        name for name, of in members.items() if member in of and text in of[member].documentation
    ]


RE_ENCRYPT = ["ReEncryptFrom", "ReEncryptTo"]
WITH_CONTEXT = [*operations_with("EncryptionContext"), *RE_ENCRYPT]
BY_ALIAS = [*operations_with("KeyId", "alias name"), *RE_ENCRYPT, "GenerateMac", "VerifyMac"]
"""Of the two of MACs the model does not tell that they take an alias."""


@pytest.mark.parametrize("action", WITH_CONTEXT)
def test_operation_with_an_encryption_context(aws, kms, action):
    """Each of these has an encryption context and an algorithm."""
    side = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}.get(action, "")
    condition = any_of("kms:EncryptionContextKeys", "a") | equals(
        "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"
    )
    arn = new_key(kms, Policy=conditional(condition))
    request = {f"{side}EncryptionContext": {"a": "1"}}

    assert aws.explain(f"kms:{action}", arn, principal=ROLE, request=request).allowed


@pytest.mark.parametrize("action", BY_ALIAS)
def test_operation_that_takes_an_alias(aws, kms, action):
    """Each of these tells the alias that the request names."""
    side = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}.get(action, "")
    arn = new_key(kms, Policy=conditional(equals("kms:RequestAlias", "alias/app")))
    request = {f"{side}KeyId": "alias/app"}

    assert aws.explain(f"kms:{action}", arn, principal=ROLE, request=request).allowed


@pytest.mark.parametrize(
    ("condition", "options", "expected"),
    [
        (
            equals("kms:ViaService", "s3.us-east-1.amazonaws.com"),
            {"via_service": "s3.us-east-1.amazonaws.com"},
            True,
        ),
        (
            equals("kms:ViaService", "s3.us-east-1.amazonaws.com"),
            {"via_service": "s3.eu-west-1.amazonaws.com"},
            False,
        ),
        (bool_("aws:ViaAWSService"), {"via_service": "s3.us-east-1.amazonaws.com"}, True),
        (
            any_of("aws:CalledVia", "s3.amazonaws.com"),
            {"via_service": "s3.us-east-1.amazonaws.com"},
            True,
        ),
        (equals("aws:CalledViaFirst", "s3.amazonaws.com"), {"via_service": "s3.us-east-1.amazonaws.com"}, True),
        (equals("aws:CalledViaLast", "s3.amazonaws.com"), {"via_service": "s3.us-east-1.amazonaws.com"}, True),
        (absent("aws:SourceIp"), {"via_service": "s3.us-east-1.amazonaws.com"}, True),
        (equals("aws:SourceIp", "127.0.0.1/32", operator="IpAddress"), {}, True),
        (
            bool_("kms:GrantIsForAWSResource"),
            {"via_service": "s3.us-east-1.amazonaws.com"},
            True,
        ),
        (equals("aws:SourceArn", BUCKET), {"context": {"aws:SourceArn": BUCKET}}, True),
        (equals("aws:SourceAccount", "1"), {"context": {"aws:SourceAccount": "1"}}, True),
        (equals("aws:PrincipalOrgID", "o-1"), {"context": {"aws:PrincipalOrgID": "o-1"}}, True),
        (
            equals("aws:SourceIp", "203.0.113.0/24", operator="IpAddress"),
            {"context": {"aws:SourceIp": "203.0.113.9"}},
            True,
        ),
        (equals("aws:SourceVpce", "vpce-1"), {"context": {"aws:SourceVpce": "vpce-1"}}, True),
        (equals("aws:SourceVpc", "vpc-1"), {"context": {"aws:SourceVpc": "vpc-2"}}, False),
        (
            equals("aws:PrincipalTag/team", "a"),
            {"context": {"aws:PrincipalTag/Team": "a"}},
            True,
        ),
        (bool_("aws:MultiFactorAuthPresent"), {"context": {"aws:MultiFactorAuthPresent": True}}, True),
    ],
)  # fmt: skip
def test_condition_key_of_the_caller(aws, kms, condition, options, expected):
    """What no call shows, the test tells of its caller."""
    arn = new_key(kms, Policy=conditional(condition))

    decision = aws.explain(
        "kms:CreateGrant", arn, principal=ROLE, request={"Operations": ["Decrypt"]}, **options
    )

    assert decision.allowed is expected


def test_user_has_a_name_and_a_role_has_none(aws, kms):
    """aws:username is there for users alone."""
    condition = equals("aws:username", "Ann")
    arn = new_key(kms, Policy=conditional(condition, principal="*"))

    assert aws.explain("kms:Encrypt", arn, principal=USER).allowed
    assert not aws.explain("kms:Encrypt", arn, principal=ROLE).allowed


SERVICE = "logs.amazonaws.com"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/Fred"


@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        (SERVICE, bool_("aws:PrincipalIsAWSService"), True),
        (SERVICE, equals("aws:PrincipalServiceName", SERVICE), True),
        (SERVICE, absent("aws:PrincipalArn"), True),
        (USER, bool_("aws:PrincipalIsAWSService"), False),
        (USER, absent("aws:PrincipalServiceName"), True),
        (USER, equals("aws:PrincipalType", "User"), True),
        (USER, equals("aws:userid", "AIDA*", operator="StringLike"), True),
        (USER, equals("aws:userid", "*:*", operator="StringLike"), False),
        (ROLE, equals("aws:userid", "AROA*:kmsmock", operator="StringLike"), True),
        (FEDERATED, equals("aws:PrincipalType", "FederatedUser"), True),
        (FEDERATED, equals("aws:userid", f"{ACCOUNT}:Fred"), True),
        (ROOT, equals("aws:PrincipalType", "Account"), True),
        (ROOT, equals("aws:PrincipalArn", ROOT), True),
        (ROOT, equals("aws:userid", ACCOUNT), True),
        (ROOT, absent("aws:username"), True),
    ],
)
def test_condition_key_of_a_kind_of_principal(aws, kms, principal, condition, expected):
    """A service, a user, a role, a federated user and the root user each have their own keys."""
    named = {"Service": SERVICE} if principal == SERVICE else principal
    text = policy(allow(principal=named, condition=condition))
    arn = new_key(kms, Policy=text, BypassPolicyLockoutSafetyCheck=True)

    assert aws.explain("kms:Encrypt", arn, principal=principal).allowed is expected


@pytest.mark.parametrize(
    ("condition", "request_members", "expected"),
    [
        (equals("kms:KeySpec", "SYMMETRIC_DEFAULT"), {}, True),
        (equals("kms:KeySpec", "RSA_2048"), {"KeySpec": "RSA_2048"}, True),
        (equals("kms:KeySpec", "RSA_2048"), {"CustomerMasterKeySpec": "RSA_2048"}, True),
        (equals("kms:KeyUsage", "ENCRYPT_DECRYPT"), {}, True),
        (equals("kms:KeyUsage", "SIGN_VERIFY"), {"KeyUsage": "SIGN_VERIFY"}, True),
        (equals("kms:KeyOrigin", "AWS_KMS"), {}, True),
        (equals("kms:KeyOrigin", "AWS_KMS"), {"Origin": "EXTERNAL"}, False),
        (bool_("kms:MultiRegion", "false"), {}, True),
        (bool_("kms:MultiRegion"), {"MultiRegion": True}, True),
        (equals("kms:MultiRegionKeyType", "PRIMARY"), {"MultiRegion": True}, True),
        (absent("kms:MultiRegionKeyType"), {}, True),
        (absent("kms:BypassPolicyLockoutSafetyCheck"), {}, True),
        (
            bool_("kms:BypassPolicyLockoutSafetyCheck"),
            {"BypassPolicyLockoutSafetyCheck": True},
            True,
        ),
        (equals("aws:RequestTag/a", "1"), {"Tags": [{"TagKey": "a", "TagValue": "1"}]}, True),
        (all_of("aws:TagKeys", "a"), {"Tags": [{"TagKey": "b", "TagValue": "1"}]}, False),
        (equals("kms:CallerAccount", ACCOUNT), {}, True),
    ],
)
def test_condition_key_of_create_key(aws, condition, request_members, expected):
    """For CreateKey the request tells what the key will be, in IAM policies."""
    iam = policy(allow("kms:CreateKey", condition=condition))

    decision = aws.explain(
        "kms:CreateKey", "*", principal=ROLE, policies=[iam], request=request_members
    )

    assert decision.allowed is expected


def test_store_operations_know_the_callers_account(aws):
    """kms:CallerAccount is there for the operations on key stores."""
    iam = policy(allow(condition=equals("kms:CallerAccount", ACCOUNT)))

    for verb in ("Connect", "Create", "Delete", "Disconnect", "Update"):
        action = f"kms:{verb}CustomKeyStore"
        assert aws.explain(action, "*", principal=ROLE, policies=[iam]).allowed
    action = "kms:DescribeCustomKeyStores"
    assert aws.explain(action, "*", principal=ROLE, policies=[iam]).allowed
    assert not aws.explain("kms:ListKeys", "*", principal=ROLE, policies=[iam]).allowed


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (any_of("kms:ResourceAliases", "alias/app"), True),
        (any_of("kms:ResourceAliases", "alias/other"), False),
        (all_of("kms:ResourceAliases", "alias/app", "alias/app2"), True),
        (equals("aws:ResourceTag/team", "a"), True),
        (equals("aws:ResourceTag/Team", "a"), True),
        (equals("aws:ResourceTag/team", "b"), False),
    ],
)
def test_aliases_and_tags_of_the_key_are_for_iam_policies(aws, kms, condition, expected):
    """IAM policies see the key's aliases and tags, and key policies do not."""
    arn = new_key(kms, Tags=[{"TagKey": "team", "TagValue": "a"}])
    for name in ("alias/app", "alias/app2"):
        kms.create_alias(AliasName=name, TargetKeyId=arn)
    in_key_policy = new_key(
        kms, Policy=conditional(condition), Tags=[{"TagKey": "team", "TagValue": "a"}]
    )
    iam = policy(allow(condition=condition))

    asked = {"principal": ROLE, "policies": [iam]}

    assert aws.explain("kms:Encrypt", arn, **asked).allowed is expected
    if condition.keys() == {"StringEquals"}:
        assert not aws.explain("kms:Encrypt", in_key_policy, principal=ROLE, policies=[]).allowed


@pytest.mark.parametrize("kind", ["PRIMARY", "REPLICA"])
def test_replica_is_not_a_primary(aws, kms, kind):
    """kms:MultiRegionKeyType tells a replica from its primary."""
    primary = new_key(kms, MultiRegion=True)
    replica = kms.replicate_key(KeyId=primary, ReplicaRegion="us-west-2")["ReplicaKeyMetadata"]
    iam = policy(allow(condition=equals("kms:MultiRegionKeyType", kind)))

    for arn, expected in ((primary, kind == "PRIMARY"), (replica["Arn"], kind == "REPLICA")):
        assert aws.explain("kms:Encrypt", arn, principal=ROLE, policies=[iam]).allowed is expected


def test_conditions_on_keys_are_no_use_for_aliases(aws, kms):
    """A statement about aliases cannot ask for a key's spec."""
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
    plain = policy(allow("kms:CreateAlias", Resource=alias))
    asking = policy(allow("kms:CreateAlias", condition=equals("kms:KeySpec", "SYMMETRIC_DEFAULT")))
    aws.register_credentials("ALIASES", principal=ROLE, policies=[asking])

    from clients_at_hand import SESSION

    client = SESSION.client(
        "kms", "us-east-1", aws_access_key_id="ALIASES", aws_secret_access_key="x"
    )
    arn = new_key(kms)
    with pytest.raises(
        client.exceptions.ClientError, match=r"kms:CreateAlias on resource: \S+app "
    ):
        client.create_alias(AliasName="alias/app", TargetKeyId=arn)

    everything_on_keys = policy(allow("kms:CreateAlias", Resource="arn:aws:kms:*:*:key/*"))
    aws.register_credentials("ALIASES", principal=ROLE, policies=[plain, everything_on_keys])
    client.create_alias(AliasName="alias/app", TargetKeyId=arn)


@pytest.mark.parametrize("form", ["alias", "alias ARN", "key ARN", "key id"])
@pytest.mark.parametrize("same", [True, False])
def test_re_encryption_on_the_same_key(aws, kms, same, form):
    """kms:ReEncryptOnSameKey compares the two keys, on both sides, however they are named."""
    policy_text = conditional(bool_("kms:ReEncryptOnSameKey", str(same).lower()))
    source = new_key(kms, Policy=policy_text)
    other = source if same else new_key(kms, Policy=policy_text)
    kms.create_alias(AliasName="alias/destination", TargetKeyId=other)
    blob = kms.encrypt(KeyId=source, Plaintext=b"x")["CiphertextBlob"]
    names = {
        "alias": "alias/destination",
        "alias ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/destination",
        "key ARN": other,
        "key id": other.rpartition("/")[2],
    }
    request = {"CiphertextBlob": blob, "DestinationKeyId": names[form]}

    for action, key in (("kms:ReEncryptFrom", source), ("kms:ReEncryptTo", other)):
        assert aws.explain(action, key, principal=ROLE, request=request).allowed
        named = {**request, "SourceKeyId": source}
        assert aws.explain(action, key, principal=ROLE, request=named).allowed


def test_re_encryption_on_the_same_rsa_key(aws, kms):
    """The ciphertext of an RSA key names no key, and SourceKeyId does."""
    key = new_key(kms, *RSA, Policy=conditional(bool_("kms:ReEncryptOnSameKey")))
    request = {"CiphertextBlob": bytes(256), "SourceKeyId": key, "DestinationKeyId": key}

    assert aws.explain("kms:ReEncryptTo", key, principal=ROLE, request=request).allowed


def test_re_encryption_on_no_key_is_on_no_same_key(aws):
    """Where IAM alone is asked about all keys, no two keys are the same."""
    iam = policy(allow("kms:ReEncrypt*", condition=bool_("kms:ReEncryptOnSameKey", "false")))

    assert aws.explain("kms:ReEncryptFrom", "*", principal=ROLE, policies=[iam]).allowed


def test_foreign_callers_account(aws, kms):
    """kms:CallerAccount is the caller's account, not the key's."""
    arn = new_key(kms, Policy=conditional(equals("kms:CallerAccount", "444455556666"), "*"))

    asked = {"principal": PARTNER_USER, "policies": [EVERYTHING]}

    assert aws.explain("kms:Encrypt", arn, **asked).allowed

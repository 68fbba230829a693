"""What a key policy may be; rules of kms-operations.md section 3.5, seen through CreateKey."""

import json

import pytest
from expect import refused

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."
NO_PRINCIPAL = "Policy contains a statement with no principal."
INVALID_PRINCIPAL = "Policy contains a statement with one or more invalid principals."
OWNER = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


def policy(*statements, **members):
    """A key policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def beside_owner(**changed):
    """A policy of the owner's statement and one that differs from it; None leaves a member out."""
    members = {**OWNER, **changed}
    return policy(OWNER, {name: value for name, value in members.items() if value is not None})


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '"text"',
        "{}",
        '{"Version": "2012-10-17"}',
        '{"Statement": [1]}',
        '{"Statement": [], "Statement": []}',
        "[" * 30_000,
        policy(OWNER, Version="2012-10-18"),
        policy(OWNER, Other="member"),
        policy(OWNER, Id=1),
        beside_owner(Effect="Maybe"),
        beside_owner(Effect=None),
        beside_owner(Other="member"),
        beside_owner(NotAction="kms:Decrypt"),
        beside_owner(NotResource="*"),
        beside_owner(NotPrincipal="*"),
        beside_owner(Action=1),
        beside_owner(Action="Decrypt"),
        beside_owner(Sid=1),
        beside_owner(Condition="text"),
        beside_owner(Condition={"StringEquals": "text"}),
        beside_owner(Condition={"StringResembles": {"kms:ViaService": "x"}}),
        beside_owner(Condition={"StringEquals": {"kms:ViaService": {}}}),
        beside_owner(Principal={"Animal": "*"}),
        beside_owner(Principal=None, NotPrincipal={"AWS": ROOT}),
    ],
)
def test_text_that_is_no_policy_is_refused(kms, text):
    """What is not JSON, or not what the grammar asks for, is a malformed policy document."""
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "Syntax errors in policy."),
        ('{"Statement": [], "Statement": []}', "Syntax errors in policy."),
        (policy(OWNER, Id=float("nan")), "Syntax errors in policy."),
        (beside_owner(Sid="\ud83d"), "Syntax errors in policy."),
        ("[]", "A policy must be an object."),
        ('{"Statement": [1]}', "A statement must be an object."),
        ("{}", "Missing required field Statement"),
        (
            policy(OWNER, Version="2012-10-18"),
            "Policy document must be version 2012-10-17 or 2008-10-17.",
        ),
        (policy(OWNER, Other="member"), "Unknown field Other"),
        (policy(OWNER, Id=1), "Id must be a string."),
        (beside_owner(Effect="Maybe"), "Invalid effect: Maybe"),
        (beside_owner(Effect=None), "Missing required field Effect"),
        (beside_owner(NotAction="*"), "A statement has both Action and NotAction."),
        (beside_owner(NotResource="*"), "A statement has both Resource and NotResource."),
        (beside_owner(Sid=1), "Sid must be a string."),
        (beside_owner(Action=1), "Action must be a string."),
        (beside_owner(Action=None, NotAction=1), "NotAction must be a string."),
        (beside_owner(Resource=1), "Resource must be a string."),
        (beside_owner(Resource=None, NotResource=1), "NotResource must be a string."),
        (beside_owner(Principal=1), "A Principal must be an object."),
        (beside_owner(Principal=None, NotPrincipal=1), "A NotPrincipal must be an object."),
        (beside_owner(Action="Decrypt"), "Invalid action: Decrypt"),
        (beside_owner(Action=None, NotAction="Decrypt"), "Invalid action: Decrypt"),
        (beside_owner(Action=[None]), "Invalid action: "),
        (beside_owner(Condition="text"), "Condition must be an object."),
        (
            beside_owner(Condition={"StringEquals": "text"}),
            "Condition StringEquals must be an object.",
        ),
        (
            beside_owner(Condition={"StringResembles": {"kms:ViaService": "x"}}),
            "Invalid Condition type : StringResembles.",
        ),
        (
            beside_owner(Condition={"StringEquals": {"kms:ViaService": ["x", {}]}}),
            "The values of the condition key kms:ViaService must be strings.",
        ),
        (
            beside_owner(Principal=None, NotPrincipal={"AWS": ROOT}),
            "Allow with NotPrincipal is not allowed.",
        ),
    ],
)
def test_refusal_tells_what_is_wrong(kms, text, message):
    """The error names the member, the value or the operator that is wrong."""
    with refused("MalformedPolicyDocumentException", message):
        kms.create_key(Policy=text)


@pytest.mark.parametrize("principal", [None, {}, {"AWS": []}, []])
def test_statement_needs_a_principal(kms, principal):
    """A statement that names nobody is refused."""
    text = beside_owner(Principal=principal)

    code, message = "MalformedPolicyDocumentException", NO_PRINCIPAL
    with refused(code, None if principal == [] else message):
        kms.create_key(Policy=text)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "nobody"},
        {"AWS": ""},
        {"AWS": "12345678901"},
        {"AWS": "arn:aws:iam::123456789012:user/*"},
        {"AWS": "arn:aws:iam::123456789012:group/Developers"},
        {"AWS": "arn:aws:s3:::bucket"},
        {"AWS": "arn:aws-cn:iam::123456789012:root"},
        {"AWS": "AIDACKCEVSQ6C2EXAMPLE"},
        {"AWS": [ROOT, "nobody"]},
        {"Service": "lambda"},
        {"Service": "arn:aws:iam::111122223333:saml-provider/Provider"},
        {"CanonicalUser": "nobody"},
        {"Federated": "nobody"},
    ],
)
def test_principal_must_be_one(kms, principal):
    """A deleted user's id, a group or a text of another form is an invalid principal."""
    with refused("MalformedPolicyDocumentException", INVALID_PRINCIPAL):
        kms.create_key(Policy=beside_owner(Principal=principal))


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "111122223333"},
        {"AWS": ["arn:aws:iam::111122223333:user/path/Alice", ROOT]},
        {"AWS": "arn:aws:iam::111122223333:role/Auditor"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/Auditor/session"},
        {"AWS": "arn:aws:sts::111122223333:federated-user/Bob"},
        {"Service": ["lambda.amazonaws.com", "logs.us-east-1.amazonaws.com"]},
        {"Federated": "cognito-identity.amazonaws.com"},
        {"Federated": "arn:aws:iam::111122223333:saml-provider/Provider"},
        {"CanonicalUser": "0123456789abcdef" * 4},
    ],
)
def test_every_kind_of_principal_may_be_named(kms, principal):
    """Accounts, users, roles, sessions, services and identity providers are principals."""
    text = beside_owner(Principal=principal)

    key_id = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]

    assert len(json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"]) == 2


@pytest.mark.parametrize("member", ["Action", "Resource"])
def test_statement_without_action_or_resource_is_kept(kms, member):
    """A statement that lacks Action or Resource is accepted, and has no effect."""
    kms.create_key(Policy=beside_owner(**{member: None}))

    incomplete = {name: value for name, value in OWNER.items() if name != member}
    with refused("MalformedPolicyDocumentException", LOCKOUT):
        kms.create_key(Policy=policy(incomplete))


@pytest.mark.parametrize(
    "changed",
    [
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Other"}},
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Action": ["kms:Decrypt", "kms:Get*"]},
        {"Action": None, "NotAction": "kms:PutKeyPolicy"},
        {"Action": None, "NotAction": "KMS:putkeypolicy"},
        {"Action": None, "NotAction": "kms:*"},
        {"Resource": "arn:aws:kms:us-east-1:123456789012:key/other"},
        {"Resource": None, "NotResource": "*"},
        {"Effect": "Deny"},
        {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}},
        {"Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}},
        {"Condition": {"Bool": {"kms:CallerAccount": ACCOUNT}}},
    ],
)
def test_policy_may_not_shut_its_author_out(kms, changed):
    """A policy under which the caller could not put another one is refused."""
    statement = {name: value for name, value in {**OWNER, **changed}.items() if value is not None}

    with refused("MalformedPolicyDocumentException", LOCKOUT):
        kms.create_key(Policy=policy(statement))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": ACCOUNT}},
        {"Action": "*"},
        {"Action": "KMS:putkeypolic?"},
        {"Action": None, "NotAction": "kms:Decrypt"},
        {"Resource": "arn:aws:kms:us-east-1:*:key/*"},
        {"Resource": None, "NotResource": "arn:aws:kms:*:*:key/other"},
        {"Condition": {"StringEquals": {"kms:CallerAccount": [ACCOUNT, "111122223333"]}}},
        {"Condition": {"ArnLike": {"AWS:PrincipalArn": "arn:aws:iam::*:root"}}},
        {"Condition": {"StringEqualsIfExists": {"kms:PolicyName": "default"}}},
        {"Condition": {"StringEquals": {"kms:PolicyName": "default"}}},
        {"Condition": {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}},
    ],
)
def test_policy_that_keeps_its_author_in_is_taken(kms, changed):
    """The account, everybody or the caller may be allowed kms:PutKeyPolicy, in any spelling."""
    statement = {name: value for name, value in {**OWNER, **changed}.items() if value is not None}

    assert kms.create_key(Policy=policy(statement))["KeyMetadata"]["Enabled"]


def test_author_is_kept_in_by_what_the_key_is(kms):
    """A condition on the key is met by the key whose policy is put."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    is_symmetric = {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}

    kms.put_key_policy(KeyId=key_id, Policy=policy({**OWNER, "Condition": is_symmetric}))

    assert "kms:KeySpec" in kms.get_key_policy(KeyId=key_id)["Policy"]


def test_author_of_a_replicas_policy_is_kept_in_by_the_account(kms):
    """kms:CallerAccount is there for ReplicateKey, as for CreateKey and PutKeyPolicy."""
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    text = policy({**OWNER, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}})

    replica = kms.replicate_key(KeyId=key_id, ReplicaRegion="us-west-2", Policy=text)

    assert "kms:CallerAccount" in replica["ReplicaPolicy"]


@pytest.mark.parametrize(
    "text", [policy(OWNER, Version="2008-10-17"), json.dumps({"Statement": [OWNER]})]
)
def test_policy_may_be_of_the_older_version(kms, text):
    """2008-10-17 is a version, and the one of a policy that names none."""
    assert kms.create_key(Policy=text)["KeyMetadata"]["Enabled"]


def test_statements_may_be_a_single_object(kms):
    """Statement holds a list of statements, or one."""
    text = json.dumps({"Version": "2012-10-17", "Statement": OWNER})

    assert kms.create_key(Policy=text)["KeyMetadata"]["Enabled"]


def test_deny_beats_allow_in_the_lockout_check(kms):
    """A Deny of kms:PutKeyPolicy shuts the caller out, whatever is allowed."""
    with refused("MalformedPolicyDocumentException", LOCKOUT):
        kms.create_key(Policy=beside_owner(Effect="Deny", Action="kms:Put*"))


def test_deny_for_all_but_the_author_is_no_lockout(kms):
    """A Deny whose NotPrincipal is the caller does not concern the caller."""
    others = beside_owner(Effect="Deny", Principal=None, NotPrincipal={"AWS": ROOT})

    assert kms.create_key(Policy=others)["KeyMetadata"]["Enabled"]


def test_lockout_may_be_wanted(kms):
    """BypassPolicyLockoutSafetyCheck lets the caller shut itself out."""
    text = policy({**OWNER, "Action": "kms:Decrypt"})

    created = kms.create_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)

    assert created["KeyMetadata"]["Enabled"]


@pytest.mark.parametrize("key", ["kms:EncryptionContext:Dept", "aws:RequestTag/Dept"])
def test_for_all_values_does_not_go_with_single_valued_keys(kms, key):
    """ForAllValues would also match a request without the encryption context or the tag."""
    text = beside_owner(Condition={"ForAllValues:StringEquals": {key: "IT"}})

    with refused(
        "MalformedPolicyDocumentException",
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued "
        "condition key matches requests without the specified [encryption context or tag] or with "
        "an unspecified [encryption context or tag]. To fix, remove ForAllValues.",
    ):
        kms.create_key(Policy=text)


@pytest.mark.parametrize(
    "condition",
    [
        {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["Dept", "Team"]}},
        {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "D*"}},
        {"Bool": {"kms:GrantIsForAWSResource": True}},
        {"NumericLessThanEquals": {"kms:RotationPeriodInDays": 365}},
        {"Null": {"kms:ViaService": "true"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    ],
)
def test_conditions_of_every_kind_are_taken(kms, condition):
    """Set operators go with multi-valued keys; values are strings, numbers or booleans."""
    assert kms.create_key(Policy=beside_owner(Condition=condition))["KeyMetadata"]["Enabled"]


def test_policy_of_32_kilobytes_is_taken(kms):
    """A key policy may have 32,768 bytes."""
    text = policy({**OWNER, "Sid": ""})
    text = text.replace('"Sid": ""', f'"Sid": "{"x" * (32_768 - len(text))}"')

    assert kms.create_key(Policy=text)["KeyMetadata"]["Enabled"]


def test_longer_policy_exceeds_the_limit(kms):
    """A key policy of more than 32,768 bytes is over the limit, though the model allows more."""
    with refused("LimitExceededException", "The key policy exceeds 32768 bytes."):
        kms.create_key(Policy=policy({**OWNER, "Sid": "é" * 16_400}))

"""Key policies; the rules of kms-operations.md section 4.4."""

import json

import boto3
import pytest
from expect import refused

DEFAULT_POLICY = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""


def policy(**changed):
    """A policy of one statement, for everybody unless it is changed."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changed]})


def test_key_without_a_policy_gets_the_default_one(kms, key_id):
    """The default policy lets the account decide; it is written as Java's Jackson writes."""
    answer = kms.get_key_policy(KeyId=key_id)

    assert (answer["PolicyName"], answer["Policy"]) == ("default", DEFAULT_POLICY)


def test_default_policy_names_the_partition(aws):
    """In the China Regions, the account's ARN is one of aws-cn."""
    kms = boto3.client("kms", region_name="cn-north-1")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]

    statement = json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"][0]

    assert statement["Principal"] == {"AWS": "arn:aws-cn:iam::123456789012:root"}


def test_policy_is_put_and_read_back_anew(kms, key_id):
    """GetKeyPolicy keeps the members' order and writes lists in a line."""
    kms.put_key_policy(KeyId=key_id, Policy=policy(Action=["kms:*", "kms:é"], Condition={}))

    assert kms.get_key_policy(KeyId=key_id)["Policy"] == (
        '{\n  "Version" : "2012-10-17",\n  "Statement" : [ {\n    "Effect" : "Allow",\n'
        '    "Principal" : {\n      "AWS" : "*"\n    },\n'
        '    "Action" : [ "kms:*", "kms:é" ],\n    "Resource" : "*",\n'
        '    "Condition" : { }\n  } ]\n}'
    )


@pytest.mark.parametrize(
    ("put", "shown"),
    [
        ("*", {"AWS": "*"}),
        ({"AWS": "123456789012"}, {"AWS": "arn:aws:iam::123456789012:root"}),
        (
            {"AWS": ["111122223333", "*"]},
            {"AWS": ["arn:aws:iam::111122223333:root", "*"]},
        ),
        (
            {"AWS": ["*"], "Service": "s3.amazonaws.com"},
            {"AWS": ["*"], "Service": "s3.amazonaws.com"},
        ),
        ({"AWS": "*", "Service": "s3.amazonaws.com"}, {"AWS": "*", "Service": "s3.amazonaws.com"}),
        ({"Service": "s3.amazonaws.com"}, {"Service": "s3.amazonaws.com"}),
    ],
)
def test_principals_are_shown_in_full(kms, key_id, put, shown):
    """A principal "*" becomes {"AWS": "*"}, and an account id the account's ARN."""
    text = policy(Principal=put)
    kms.put_key_policy(KeyId=key_id, Policy=text, BypassPolicyLockoutSafetyCheck=True)

    statement = json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"][0]
    assert statement["Principal"] == shown


def test_principals_of_a_single_statement_that_spares_are_shown_in_full(kms, key_id):
    """NotPrincipal is shown as Principal is, and Statement as it was: a list or one object."""
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "kms:Sign"}
    text = json.dumps({"Statement": statement})
    kms.put_key_policy(KeyId=key_id, Policy=text, BypassPolicyLockoutSafetyCheck=True)

    shown = json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"]
    assert shown == {**statement, "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}}


@pytest.mark.parametrize(("value", "shown"), [(True, "true"), (365, "365"), ("true", '"true"')])
def test_value_of_a_condition_is_shown_as_it_was_put(kms, key_id, value, shown):
    """Numbers and booleans stay what they are."""
    condition = {"NumericLessThanEqualsIfExists": {"kms:RotationPeriodInDays": value}}

    kms.put_key_policy(KeyId=key_id, Policy=policy(Condition=condition))

    text = kms.get_key_policy(KeyId=key_id)["Policy"]
    assert f'"kms:RotationPeriodInDays" : {shown}\n' in text


def test_empty_list_is_shown_as_one(kms, key_id):
    """An empty list has a space within."""
    kms.put_key_policy(
        KeyId=key_id,
        Policy=policy(Condition={"StringEquals": {"aws:userid": []}}),
        BypassPolicyLockoutSafetyCheck=True,
    )

    assert '"aws:userid" : [ ]\n' in kms.get_key_policy(KeyId=key_id)["Policy"]


@pytest.mark.parametrize(
    ("sid", "shown"),
    [
        ("\u00ff", "\u00ff"),
        ("\u0100", "\\u0100"),
        ("\u20ac", "\\u20ac"),
        ("\u00ff\u20ac", "\\u00ff\\u20ac"),
    ],
)
def test_characters_beyond_latin_1_stay_escaped(kms, key_id, sid, shown):
    """What a policy says with an escape, and cannot say without, comes back escaped."""
    kms.put_key_policy(KeyId=key_id, Policy=policy(Sid=sid))

    assert f'"{shown}"' in kms.get_key_policy(KeyId=key_id)["Policy"]


def test_characters_beyond_latin_1_are_refused(kms, key_id):
    """A policy's text holds printable Latin-1 characters, tabs and line ends alone."""
    with refused("ValidationException") as refusal:
        kms.put_key_policy(KeyId=key_id, Policy=policy().replace("kms:", "\u20ac"))

    assert "at 'policy' failed to satisfy constraint: Member must satisfy" in refusal.message


@pytest.mark.parametrize("name", ["other", "Default"])
def test_only_the_policy_default_is_there(kms, key_id, name):
    """Another name than default names no policy."""
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key_id, PolicyName=name)
    with refused("NotFoundException", "No such policy exists"):
        kms.put_key_policy(KeyId=key_id, PolicyName=name, Policy=policy())


def test_key_that_is_not_shared_has_no_ram_policy(kms, key_id):
    """The policy AWS_RAM exists once AWS RAM shares the key, which it does not here."""
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key_id, PolicyName="AWS_RAM")


def test_ram_policy_is_rams_to_put(kms, key_id):
    """PutKeyPolicy sets the default policy alone."""
    with refused(
        "ValidationException", "The AWS_RAM policy can only be managed by the RAM service."
    ):
        kms.put_key_policy(KeyId=key_id, PolicyName="AWS_RAM", Policy=policy())


def test_refused_policy_leaves_the_former_one(kms, key_id):
    """A policy that would shut its author out is not put, unless that is asked for."""
    text = policy(Action="kms:Decrypt")

    with refused(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    ):
        kms.put_key_policy(KeyId=key_id, Policy=text)

    assert kms.get_key_policy(KeyId=key_id)["Policy"] == DEFAULT_POLICY
    kms.put_key_policy(KeyId=key_id, Policy=text, BypassPolicyLockoutSafetyCheck=True)


def test_key_has_one_policy(kms, key_id):
    """ListKeyPolicies names the default policy."""
    answer = kms.list_key_policies(KeyId=key_id)

    assert (answer["PolicyNames"], answer["Truncated"]) == (["default"], False)
    assert "NextMarker" not in answer


def test_limit_of_policies_goes_to_a_thousand(kms, key_id):
    """ListKeyPolicies takes a Limit of 1 to 1000."""
    assert kms.list_key_policies(KeyId=key_id, Limit=1000)["PolicyNames"] == ["default"]

    with refused("ValidationException"):
        kms.list_key_policies(KeyId=key_id, Limit=1001)


def test_made_up_marker_of_policies_is_refused(kms, key_id):
    """A marker that no page gave is invalid."""
    with refused("ValidationException"):
        kms.list_key_policies(KeyId=key_id, Marker="marker")


def test_policy_can_be_put_while_the_key_is_leaving(kms, key_id):
    """PutKeyPolicy works in every state of the key."""
    kms.schedule_key_deletion(KeyId=key_id)

    kms.put_key_policy(KeyId=key_id, Policy=policy(Sid="Late"))

    assert '"Sid" : "Late"' in kms.get_key_policy(KeyId=key_id)["Policy"]

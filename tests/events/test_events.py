"""`aws.events`: what a test can ask of the record."""

import json

import pytest
from expect import refused
from multi_region import AWAY, client, new_related
from policies import ACCOUNT, PARTNER, PARTNER_ROLE, PARTNER_ROOT, ROLE, allow, policy

CONTEXT = {"Department": "Test", "Number": "10256"}


def names(events):
    """The operations, in order."""
    return [event["eventName"] for event in events]


def test_events_come_in_order(aws, kms, key_id):
    """Every call is an event, those of both services; the oldest is first."""
    kms.disable_key(KeyId=key_id)
    aws.client("cloudhsmv2").describe_clusters()

    assert names(aws.events) == ["CreateKey", "DisableKey", "DescribeClusters"]


def test_events_stay_as_they_were_read(aws, kms, key_id):
    """What was read before does not grow; a slice shows what came since."""
    before = aws.events

    kms.list_keys()

    assert len(before) == 1
    assert names(aws.events[len(before) :]) == ["ListKeys"]


def test_an_event_is_json(aws, kms, key_id):
    """Events are plain dictionaries, as CloudTrail's files have them."""
    kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)

    event = aws.events[-1]

    assert type(event) is dict
    assert json.loads(json.dumps(event)) == event


def test_events_of_operations(aws, kms, key_id):
    """They are found by name."""
    kms.disable_key(KeyId=key_id)
    kms.enable_key(KeyId=key_id)

    assert names(aws.events.named("EnableKey")) == ["EnableKey"]
    assert len(aws.events.named("EnableKey", "DisableKey")) == 2
    assert aws.events.named("Decrypt") == []


def test_events_of_a_key(aws, kms, key_id):
    """By id or ARN, however the call named the key."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    kms.encrypt(KeyId="alias/app", Plaintext=b"secret")
    kms.create_key()

    about = ["CreateKey", "DescribeKey", "CreateAlias", "Encrypt"]
    assert names(aws.events.of_key(key_id)) == about
    assert names(aws.events.of_key(arn)) == about


def test_events_of_an_alias(aws, kms, key_id):
    """Those in which the alias is made, used and deleted."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    kms.encrypt(KeyId="alias/app", Plaintext=b"secret")
    kms.delete_alias(AliasName="alias/app")

    assert names(aws.events.of_key("alias/app")) == ["CreateAlias", "Encrypt", "DeleteAlias"]


def test_events_of_a_key_that_is_not_there(aws, kms):
    """What the request named is enough."""
    missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
    with refused("NotFoundException"):
        kms.describe_key(KeyId=missing)

    assert names(aws.events.of_key(missing)) == ["DescribeKey"]


def test_events_of_related_keys(aws, kms):
    """They have one id; their ARNs tell them apart."""
    key_id = new_related(kms, AWAY)
    replica = client(AWAY).describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.describe_key(KeyId=key_id)

    assert len(aws.events.of_key(key_id).named("DescribeKey")) == 2
    (event,) = aws.events.of_key(replica).named("DescribeKey")
    assert event["awsRegion"] == AWAY


def test_events_of_a_caller(aws, kms, key_id):
    """A role's calls are those of its sessions; the session's own ARN finds them too."""
    app = aws.client("kms", principal=ROLE, policies=[policy(allow())])
    app.describe_key(KeyId=key_id)

    assert names(aws.events.by(ROLE)) == ["DescribeKey"]
    assert names(aws.events.by(f"arn:aws:sts::{ACCOUNT}:assumed-role/App/kmsmock")) == [
        "DescribeKey"
    ]
    assert names(aws.events.by(f"arn:aws:iam::{ACCOUNT}:root")) == ["CreateKey"]


def test_events_with_an_encryption_context(aws, kms, key_id):
    """The pairs are among those of the call's context."""
    kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)

    assert len(aws.events.with_encryption_context(CONTEXT)) == 1
    assert len(aws.events.with_encryption_context({"Department": "Test"})) == 1
    assert len(aws.events.with_encryption_context({"Department": "Other"})) == 0


@pytest.mark.parametrize("member", ["SourceEncryptionContext", "DestinationEncryptionContext"])
def test_events_with_one_of_two_encryption_contexts(aws, kms, key_id, member):
    """ReEncrypt is found by either."""
    context = CONTEXT if member.startswith("Source") else {}
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id, **{member: CONTEXT})

    assert names(aws.events.with_encryption_context(CONTEXT))[-1] == "ReEncrypt"


def test_events_of_refused_calls(aws, kms, key_id):
    """All of them, or those with one code."""
    kms.disable_key(KeyId=key_id)
    with refused("DisabledException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")

    assert names(aws.events.refused()) == ["Encrypt"]
    assert len(aws.events.refused("DisabledException")) == 1
    assert len(aws.events.refused("NotFoundException")) == 0


def test_denials_are_found_by_both_codes(aws, kms, key_id):
    """The API's and CloudTrail's."""
    app = aws.client("kms", principal=ROLE)
    with refused("AccessDeniedException"):
        app.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=CONTEXT)

    assert len(aws.events.refused("AccessDenied")) == 1
    assert len(aws.events.refused("AccessDeniedException")) == 1
    assert names(aws.events.of_key(key_id).with_encryption_context(CONTEXT)) == ["Encrypt"]


def test_choices_can_be_joined(aws, kms, key_id):
    """What is chosen can be chosen from again."""
    kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)

    chosen = aws.events.of_key(key_id).named("Encrypt").with_encryption_context(CONTEXT)

    assert len(chosen) == 1
    assert chosen.refused() == []


def test_a_call_to_another_accounts_key_is_in_both_trails(aws, kms, key_id):
    """The owner's event has an id of its own, and little of the caller; one id is shared."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    own = policy(allow(principal=f"arn:aws:iam::{ACCOUNT}:root"), allow(principal=PARTNER_ROOT))
    kms.put_key_policy(KeyId=key_id, Policy=own)
    partner = aws.client("kms", principal=PARTNER_ROLE, policies=[policy(allow())])
    partner.describe_key(KeyId=arn)

    (callers,) = aws.events.in_account(PARTNER)
    owners = aws.events.in_account(ACCOUNT)[-1]
    assert aws.events[-1] == callers
    assert (callers["recipientAccountId"], owners["recipientAccountId"]) == (PARTNER, ACCOUNT)
    assert callers["sharedEventID"] == owners["sharedEventID"]
    assert callers["eventID"] != owners["eventID"]
    assert owners["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": callers["userIdentity"]["principalId"],
        "accountId": PARTNER,
    }


def test_a_denied_call_is_not_in_the_owners_trail(aws, kms, key_id):
    """Only the caller's account sees that it was denied."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    partner = aws.client("kms", principal=PARTNER_ROLE, policies=[policy(allow())])
    with refused("AccessDeniedException"):
        partner.describe_key(KeyId=arn)

    assert names(aws.events.in_account(PARTNER)) == ["DescribeKey"]
    assert names(aws.events.in_account(ACCOUNT)) == ["CreateKey", "DescribeKey"]


def test_events_show_themselves_as_a_table(aws, kms, key_id):
    """Time, caller, Region, operation, key, outcome; a line for each event."""
    kms.disable_key(KeyId=key_id)
    with refused("DisabledException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")

    head, *lines = repr(aws.events).splitlines()

    assert head == "<3 events>"
    assert [line.split()[2:] for line in lines] == [
        ["root", "us-east-1", "CreateKey", key_id, "ok"],
        ["root", "us-east-1", "DisableKey", key_id, "ok"],
        ["root", "us-east-1", "Encrypt", key_id, "DisabledException"],
    ]


def test_a_long_table_has_its_end(aws, kms):
    """The last twenty events are shown."""
    for _ in range(21):
        kms.list_keys()

    head, *lines = repr(aws.events).splitlines()

    assert head == "<21 events, the last 20>"
    assert len(lines) == 20


def test_no_events_are_an_empty_table(aws):
    """Of nothing, nothing is shown."""
    assert repr(aws.events) == "<0 events>"
    assert not aws.events

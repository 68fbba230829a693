"""One event in CloudTrail's shape."""

import re

import pytest
from expect import refused
from key_stores import connected, create, create_key, fit_cluster, outcome
from multi_region import AWAY, new_primary, new_related
from policies import ACCOUNT, ROLE, USER, allow, policy

from kmsmock.protocol.model import operation_model

CONTEXT = {"Department": "Test"}
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def arn(key_id, region="us-east-1"):
    """A key's ARN."""
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}"


def resource(of):
    """An entry of `resources`."""
    return {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": of}


def parameters(aws):
    """The last event's requestParameters."""
    return aws.events[-1]["requestParameters"]


def test_what_every_event_has(aws, kms, key_id):
    """Version, time, source, Region, ids, category and the account whose trail it is in."""
    reply = kms.describe_key(KeyId=key_id)

    event = aws.events[-1]

    assert event["eventVersion"] == "1.08"
    assert (
        event["eventTime"] == aws.clock.now().strftime("%Y-%m-%dT%H:%M:") + event["eventTime"][17:]
    )
    assert event["eventSource"] == "kms.amazonaws.com"
    assert event["eventName"] == "DescribeKey"
    assert event["awsRegion"] == "us-east-1"
    assert event["requestID"] == reply["ResponseMetadata"]["RequestId"]
    assert re.fullmatch(UUID, event["eventID"])
    assert event["eventType"] == "AwsApiCall"
    assert (event["managementEvent"], event["eventCategory"]) == (True, "Management")
    assert event["recipientAccountId"] == ACCOUNT


def test_time_is_the_worlds(aws, kms):
    """An event happens when the world's clock says."""
    year = aws.clock.now().year
    aws.clock.advance(days=3660)
    kms.list_keys()

    assert aws.events[-1]["eventTime"].startswith(str(year + 10))


# Who


def test_administrator_is_the_accounts_root(aws, kms):
    """Calls that no test declared a caller for come from the account's root user."""
    kms.list_keys()

    assert aws.events[-1]["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    }


def test_identity_of_a_user(aws):
    """A user has a name and a unique id."""
    aws.client("kms", principal=USER, policies=[policy(allow())]).list_keys()

    identity = aws.events[-1]["userIdentity"]

    assert (identity["type"], identity["arn"], identity["userName"]) == ("IAMUser", USER, "Ann")
    assert re.fullmatch("AIDA[A-Z2-7]{17}", identity["principalId"])
    assert identity["accessKeyId"].startswith("AKIA")


def test_identity_of_a_role(aws):
    """A role acts in a session, and issued it."""
    aws.client("kms", principal=ROLE, policies=[policy(allow())]).list_keys()

    identity = aws.events[-1]["userIdentity"]

    issuer = identity["sessionContext"]["sessionIssuer"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/App/kmsmock"
    assert identity["principalId"] == f"{issuer['principalId']}:kmsmock"
    assert (issuer["type"], issuer["arn"], issuer["userName"]) == ("Role", ROLE, "App")


def test_identity_of_a_service(aws):
    """A service has nothing but its name."""
    aws.client("kms", principal="logs.amazonaws.com", account_id=ACCOUNT)
    service = aws.client("kms", principal="logs.amazonaws.com")
    with refused("AccessDeniedException"):
        service.list_keys()

    event = aws.events[-1]

    assert event["userIdentity"] == {"type": "AWSService", "invokedBy": "logs.amazonaws.com"}
    assert event["sourceIPAddress"] == event["userAgent"] == "logs.amazonaws.com"


def test_identity_behind_a_service(aws, kms, key_id):
    """A service that calls for a principal is told beside it."""
    through = {"principal": ROLE, "via_service": "s3.us-east-1.amazonaws.com"}
    app = aws.client("kms", policies=[policy(allow())], **through)
    app.generate_data_key(KeyId=key_id, KeySpec="AES_256")

    event = aws.events[-1]

    assert event["userIdentity"]["type"] == "AssumedRole"
    assert event["userIdentity"]["invokedBy"] == "s3.amazonaws.com"
    assert event["sourceIPAddress"] == "s3.amazonaws.com"


def test_address_is_the_callers(aws):
    """A caller that says where it calls from is believed."""
    aws.client("kms", context={"aws:SourceIp": "203.0.113.7"}).list_keys()

    assert aws.events[-1]["sourceIPAddress"] == "203.0.113.7"


# What was asked


def test_parameters_are_in_lower_camel_case(aws, kms, key_id):
    """The key as it was named; the encryption context in clear, its own names untouched."""
    kms.encrypt(KeyId=arn(key_id), Plaintext=b"secret", EncryptionContext=CONTEXT)

    assert parameters(aws) == {
        "keyId": arn(key_id),
        "encryptionContext": CONTEXT,
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }


def test_parameters_of_decrypt_have_the_algorithm(aws, kms, key_id):
    """It is there also when it is the default, and when the call is refused."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=CONTEXT)
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"])

    assert parameters(aws) == {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}


def test_parameters_of_create_key_have_their_defaults(aws, kms):
    """Both names of the key spec, usage, origin, description and the safety check."""
    kms.create_key()

    assert parameters(aws) == {
        "keySpec": "SYMMETRIC_DEFAULT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "keyUsage": "ENCRYPT_DECRYPT",
        "origin": "AWS_KMS",
        "description": "",
        "bypassPolicyLockoutSafetyCheck": False,
    }


def test_parameters_of_create_key_as_they_were_given(aws, kms):
    """What was given is what is shown, tags as structures."""
    kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC", Tags=[tag("Use", "test")])

    shown = parameters(aws)

    assert shown["keySpec"] == shown["customerMasterKeySpec"] == "HMAC_256"
    assert shown["keyUsage"] == "GENERATE_VERIFY_MAC"
    assert shown["tags"] == [{"tagKey": "Use", "tagValue": "test"}]


def tag(name, value):
    return {"TagKey": name, "TagValue": value}


def test_parameters_without_members_are_null(aws, kms):
    """A request without members has no parameters."""
    kms.list_keys()

    assert parameters(aws) is None


def test_parameters_of_a_key_store_name_the_cluster(aws, kms):
    """The member for the cluster has another name; password and certificate are not shown."""
    cluster = fit_cluster(aws)
    create(kms, cluster)

    event = aws.events[-1]

    assert event["requestParameters"] == {
        "customKeyStoreName": "ExampleKeyStore",
        "clusterId": cluster.cluster_id,
    }


def test_parameters_of_retire_grant_are_null(aws, kms, key_id):
    """The grant is named in additionalEventData instead."""
    grant = kms.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["Decrypt"])
    kms.retire_grant(GrantToken=grant["GrantToken"])

    event = aws.events[-1]

    assert event["requestParameters"] is None
    assert event["additionalEventData"] == {"grantId": grant["GrantId"]}
    assert event["resources"] == [resource(arn(key_id))]


def test_dates_in_parameters_are_texts(aws, kms):
    """They look as in `Aug 10, 2022, 10:38:27 PM`."""
    kms.create_key()

    created = aws.events[-1]["responseElements"]["keyMetadata"]["creationDate"]

    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}:\d{2} [AP]M", created)


# What was answered


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("encrypt", {"Plaintext": b"secret"}),
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("describe_key", {}),
        ("get_key_policy", {}),
        ("list_grants", {}),
    ],
)
def test_reading_and_cryptography_show_no_answer(aws, kms, key_id, operation, members):
    """There are no response elements, and the event is read-only."""
    getattr(kms, operation)(KeyId=key_id, **members)

    event = aws.events[-1]

    assert event["responseElements"] is None
    assert event["readOnly"] is True


def test_answer_of_create_key(aws, kms):
    """The key's metadata."""
    made = kms.create_key()["KeyMetadata"]

    event = aws.events[-1]

    metadata = event["responseElements"]["keyMetadata"]
    assert (metadata["keyId"], metadata["arn"]) == (made["KeyId"], made["Arn"])
    assert metadata["AWSAccountId"] == ACCOUNT
    assert metadata["encryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]
    assert event["readOnly"] is False
    assert event["resources"] == [resource(made["Arn"])]


def test_answer_of_create_grant(aws, kms, key_id):
    """The grant's id, and not its token."""
    grant = kms.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["Decrypt"])

    answer = aws.events[-1]["responseElements"]

    assert answer == {"grantId": grant["GrantId"], "keyId": arn(key_id)}


def test_answer_of_create_custom_key_store(aws, kms):
    """The store's id."""
    store_id = create(kms, fit_cluster(aws))

    assert aws.events[-1]["responseElements"] == {"customKeyStoreId": store_id}


def test_changes_of_a_key_show_its_arn(aws, kms, key_id):
    """Also where the API's answer is empty."""
    kms.disable_key(KeyId=key_id)

    assert aws.events[-1]["responseElements"] == {"keyId": arn(key_id)}


# About what


def test_resources_of_create_alias(aws, kms, key_id):
    """The key and the alias, both of a key's type."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
    assert aws.events[-1]["resources"] == [resource(arn(key_id)), resource(alias)]


def test_resources_of_re_encrypt(aws, kms, key_id):
    """The source, then the destination."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)

    event = aws.events[-1]

    assert event["resources"] == [resource(arn(key_id)), resource(arn(other))]
    assert event["requestParameters"] == {
        "destinationKeyId": other,
        "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }


def test_resources_of_what_has_no_key(aws, kms):
    """GenerateRandom has an empty list."""
    kms.generate_random(NumberOfBytes=8)

    assert aws.events[-1]["resources"] == []


def test_material_that_was_used(aws, kms, key_id):
    """Symmetric keys' cryptographic operations tell it."""
    material = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
    kms.encrypt(KeyId=key_id, Plaintext=b"secret")

    assert aws.events[-1]["additionalEventData"] == {"keyMaterialId": material}


def test_keys_in_key_stores_tell_where_they_are(aws, kms):
    """At creation with cluster and backing key; later the store."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)
    key = create_key(kms, store_id)["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"secret")

    created, used = (event["additionalEventData"] for event in aws.events.of_key(key))

    assert created["customKeyStoreId"] == store_id
    assert created["clusterId"] == cluster.cluster_id
    assert re.fullmatch(
        r'\{"keyHandle": "0x[0-9a-f]{16}", "backingKeyId": "[0-9a-f]+"\}', created["backingKey"]
    )
    assert used == {"customKeyStoreId": store_id}


def test_connection_tells_the_store(aws, kms):
    """ConnectCustomKeyStore shows the store's name and its cluster."""
    cluster = fit_cluster(aws)
    outcome(kms, create(kms, cluster))

    (event,) = aws.events.named("ConnectCustomKeyStore")
    assert event["additionalEventData"] == {
        "customKeyStoreName": "ExampleKeyStore",
        "clusterId": cluster.cluster_id,
    }


# Refusals


def test_a_refusal_has_code_and_text(aws, kms, key_id):
    """Those of the answer; there is no response then."""
    kms.disable_key(KeyId=key_id)
    with refused("DisabledException") as refusal:
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")

    event = aws.events[-1]

    assert event["errorCode"] == "DisabledException"
    assert event["errorMessage"] == refusal.message
    assert event["responseElements"] is None
    assert event["requestParameters"]["keyId"] == key_id
    assert event["resources"] == [resource(arn(key_id))]


def test_a_denial_hides_the_request(aws, kms, key_id):
    """The code is AccessDenied; there are neither parameters nor resources."""
    with refused("AccessDeniedException") as refusal:
        aws.client("kms", principal=ROLE).describe_key(KeyId=key_id)

    event = aws.events[-1]

    assert event["errorCode"] == "AccessDenied"
    assert event["errorMessage"] == refusal.message
    assert event["requestParameters"] is None
    assert "resources" not in event


def test_a_dry_run_is_a_refusal(aws, kms, key_id):
    """What would have succeeded is recorded with the error that says so."""
    with refused("DryRunOperationException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret", DryRun=True)

    event = aws.events[-1]

    assert event["errorCode"] == "DryRunOperationException"
    assert event["requestParameters"]["dryRun"] is True


def test_a_malformed_request_is_not_shown(aws, kms):
    """A call that breaks the model's constraints is recorded without its parameters."""
    with refused("ValidationException"):
        kms.describe_key(KeyId="a" * 3000)

    event = aws.events[-1]

    assert event["errorCode"] == "ValidationException"
    assert event["requestParameters"] is None


# Two Regions


def test_replication_makes_two_events(aws, kms):
    """ReplicateKey in the primary's Region, CreateKey in the replica's."""
    key_id = new_primary(kms)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    replicate, create = aws.events[1:3]

    assert (replicate["eventName"], replicate["awsRegion"]) == ("ReplicateKey", "us-east-1")
    assert replicate["requestParameters"] == {
        "keyId": key_id,
        "replicaRegion": AWAY,
        "description": "",
        "bypassPolicyLockoutSafetyCheck": False,
    }
    replica = replicate["responseElements"]["replicaKeyMetadata"]
    assert (replica["arn"], replica["keyState"]) == (arn(key_id, AWAY), "Creating")
    assert (create["eventName"], create["awsRegion"]) == ("CreateKey", AWAY)
    assert create["responseElements"]["keyMetadata"] == replica
    assert create["resources"] == [resource(arn(key_id, AWAY))]
    assert create["eventID"] != replicate["eventID"]


def test_change_of_primary_makes_two_events(aws, kms):
    """UpdatePrimaryRegion is written in both Regions."""
    key_id = new_related(kms, AWAY)
    kms.update_primary_region(KeyId=key_id, PrimaryRegion=AWAY)

    events = aws.events.named("UpdatePrimaryRegion")

    assert [event["awsRegion"] for event in events] == ["us-east-1", AWAY]
    assert events[0]["requestParameters"] == {"keyId": key_id, "primaryRegion": AWAY}


# CloudHSM


def test_event_of_cloudhsm(aws, cloudhsm):
    """The source is CloudHSM's; answers of changes are shown; there are no resources."""
    cluster = aws.cluster(hsms=1)
    hsm = cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone="us-east-1b")["Hsm"]

    event = aws.events[-1]

    assert event["eventSource"] == "cloudhsm.amazonaws.com"
    assert event["requestParameters"] == {
        "clusterId": cluster.cluster_id,
        "availabilityZone": "us-east-1b",
    }
    assert event["responseElements"]["hsm"]["hsmId"] == hsm["HsmId"]
    assert event["readOnly"] is False
    assert "resources" not in event


@pytest.mark.skipif(
    operation_model("kms", "GetKeyLastUsage") is None, reason="botocore does not know it yet"
)
def test_last_usage_names_the_event(aws, kms, key_id):
    """GetKeyLastUsage's CloudTrailEventId is the event's."""
    kms.encrypt(KeyId=key_id, Plaintext=b"secret")
    (event,) = aws.events.named("Encrypt")

    usage = kms.get_key_last_usage(KeyId=key_id)["KeyLastUsage"]

    assert usage["CloudTrailEventId"] == event["eventID"]
    assert usage["KmsRequestId"] == event["requestID"]

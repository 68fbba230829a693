"""`aws.faults`: what goes wrong when a test says so."""

import boto3
import pytest
import requests
from botocore import exceptions
from botocore.config import Config
from expect import CONNECTION_ERRORS, refused

from kmsmock import mock_kms_cloudhsm

ARN = "arn:aws:iam::123456789012:role/app"
TWO_ATTEMPTS = Config(retries={"total_max_attempts": 2, "mode": "standard"})


def outcomes(kms, count):
    """Which of so many calls are answered: a letter for each, x for those that are struck."""
    return "".join("x" if fails(kms) else "." for _ in range(count))


def fails(kms):
    try:
        kms.list_keys()
    except exceptions.ClientError:
        return True
    return False


def test_throttling_has_the_text_of_aws(aws, kms):
    """ThrottlingException comes with status 400 and the text of KMS."""
    aws.faults.add("kms", "ListKeys", error="ThrottlingException")

    with refused(
        "ThrottlingException",
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    ):
        kms.list_keys()


def test_fault_strikes_its_operation_alone(aws, kms):
    """Other operations are answered."""
    aws.faults.add("kms", "CreateKey", error="KMSInternalException")

    assert kms.list_keys()["Keys"] == []


def test_fault_without_operation_strikes_all_of_its_service(aws, kms, cloudhsm):
    """The other service is answered."""
    aws.faults.add("cloudhsmv2", error="CloudHsmInternalFailureException")

    with refused("CloudHsmInternalFailureException", "Planned by the test.", status=500):
        cloudhsm.describe_clusters()
    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("KMSInternalException", 500),
        ("DependencyTimeoutException", 503),
        ("LimitExceededException", 400),
        ("AccessDeniedException", 400),
        ("ServiceUnavailable", 503),
    ],
)
def test_error_has_its_status_and_text(aws, kms, error, status):
    """Every error of the model, and those of every service, can be had, with the test's text."""
    aws.faults.add("kms", "ListKeys", error=error, message="No.")

    with refused(error, "No.", status=status):
        kms.list_keys()


def test_modelled_error_is_the_clients_exception(aws, kms):
    """boto3 raises its own class for it."""
    aws.faults.add("kms", "ListKeys", error="KMSInternalException")

    with pytest.raises(kms.exceptions.KMSInternalException):
        kms.list_keys()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, "xxxxxx"),
        ({"times": 2}, "xx...."),
        ({"after": 2}, "..xxxx"),
        ({"every": 2}, ".x.x.x"),
        ({"after": 1, "every": 2, "times": 2}, "..x.x."),
        ({"probability": 0}, "......"),
        ({"probability": 1}, "xxxxxx"),
    ],
)
def test_fault_strikes_the_calls_it_was_planned_for(aws, kms, choice, expected):
    """`after` are let through, then each `every`th is struck, `times` at most."""
    aws.faults.add("kms", "ListKeys", error="ThrottlingException", **choice)

    assert outcomes(kms, 6) == expected


def test_probability_follows_the_seed():
    """With a seed chance strikes the same calls in every run."""

    def run():
        with mock_kms_cloudhsm(region="us-east-1", seed=7) as aws:
            aws.faults.add("kms", error="AccessDeniedException", probability=0.5)
            return outcomes(boto3.client("kms"), 20)

    assert run() == run()
    assert set(run()) == {"x", "."}


@pytest.mark.parametrize("name", ["id", "arn", "alias/example", "alias arn"])
def test_fault_strikes_one_key(aws, kms, name):
    """A key is named in whichever form, whatever the call itself calls it."""
    key = aws.kms_key(aliases=["alias/example"])
    alias_arn = key.arn.replace(f"key/{key.key_id}", "alias/example")
    named = {"id": key.key_id, "arn": key.arn, "alias arn": alias_arn}.get(name, name)
    other = aws.kms_key()
    aws.faults.add("kms", "DescribeKey", error="KMSInternalException", key=named)

    kms.describe_key(KeyId=other.key_id)
    with refused("KMSInternalException", status=500):
        kms.describe_key(KeyId=key.arn)


def test_fault_strikes_the_key_inside_a_ciphertext(aws, kms, key_id):
    """Decrypt names no key, and is struck when the ciphertext does."""
    ciphertext = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    aws.faults.add("kms", "Decrypt", error="KMSInternalException", key=key_id)

    with refused("KMSInternalException", status=500):
        kms.decrypt(CiphertextBlob=ciphertext)


@pytest.mark.parametrize("name", [ARN, "arn:aws:sts::123456789012:assumed-role/app/kmsmock"])
def test_fault_strikes_one_caller(aws, kms, name):
    """A caller is a principal, or the session of a role that its calls show."""
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    theirs = aws.client("kms", principal=ARN, policies=[policy])
    aws.faults.add("kms", "ListKeys", error="AccessDeniedException", caller=name)

    assert kms.list_keys()["Keys"] == []
    with refused("AccessDeniedException"):
        theirs.list_keys()


def test_struck_call_changes_nothing(aws, kms):
    """A fault before the work leaves the world as it was."""
    aws.faults.add("kms", "CreateKey", error="KMSInternalException", times=1)

    with refused("KMSInternalException", status=500):
        kms.create_key()

    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize("error", ["KMSInternalException", "ReadTimeoutError"])
def test_fault_after_the_work_loses_only_the_answer(aws, kms, error):
    """The key is made, though its maker is told of a failure."""
    aws.faults.add("kms", "CreateKey", error=error, when="after")

    with pytest.raises((exceptions.ClientError, exceptions.ReadTimeoutError)):
        kms.create_key()

    assert len(kms.list_keys()["Keys"]) == 1


@pytest.mark.parametrize("error", CONNECTION_ERRORS)
def test_connection_fails_with_botocores_error(aws, kms, error):
    """The client raises what it raises when the network fails."""
    aws.faults.add("kms", "ListKeys", error=error)

    with pytest.raises(getattr(exceptions, error), match="kms.us-east-1.amazonaws.com"):
        kms.list_keys()


@pytest.mark.parametrize("error", ["ConnectTimeoutError", "ReadTimeoutError"])
def test_botocore_tries_again(aws, monkeypatch, error):
    """A lost connection is retried by botocore itself, and the second attempt is answered."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    kms = boto3.client("kms", config=TWO_ATTEMPTS)
    aws.faults.add("kms", "ListKeys", error=error, times=1)

    answer = kms.list_keys()

    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_lost_answer_makes_a_second_key(aws, monkeypatch):
    """A retry after a lost answer does the work twice, as with AWS: CreateKey has no token."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    kms = boto3.client("kms", config=TWO_ATTEMPTS)
    aws.faults.add("kms", "CreateKey", error="ReadTimeoutError", when="after", times=1)

    kms.create_key()

    assert len(kms.list_keys()["Keys"]) == 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ReadTimeoutError", requests.exceptions.ReadTimeout),
        ("ConnectTimeoutError", requests.exceptions.ConnectTimeout),
        ("ConnectionClosedError", requests.exceptions.ConnectionError),
        ("EndpointConnectionError", requests.exceptions.ConnectionError),
    ],
)
def test_connection_fails_without_botocore(aws, error, expected):
    """A presigned URL that is opened with requests fails in the words of requests."""
    kms = boto3.client("kms")
    url = kms.generate_presigned_url("list_keys")
    aws.faults.add("kms", "ListKeys", error=error)

    with pytest.raises(expected):
        requests.post(url, headers={"X-Amz-Target": "TrentService.ListKeys"}, timeout=5)


@pytest.mark.parametrize("code", ["NETWORK_ERRORS", "INTERNAL_ERROR", "USER_LOCKED_OUT"])
def test_connection_error_code_fails_a_key_store(aws, kms, code):
    """ConnectCustomKeyStore succeeds, and the store ends in FAILED with the code."""
    store_id = aws.key_store("Example").custom_key_store_id
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    aws.faults.add("kms", "ConnectCustomKeyStore", error=code, times=1, key="Example")

    kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    (store,) = kms.describe_custom_key_stores()["CustomKeyStores"]
    assert (store["ConnectionState"], store["ConnectionErrorCode"]) == ("FAILED", code)

    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    (store,) = kms.describe_custom_key_stores()["CustomKeyStores"]
    assert store["ConnectionState"] == "CONNECTED"


def test_levers_are_spared(aws):
    """What the handle itself calls is not struck."""
    fault = aws.faults.add("kms", error="KMSInternalException")
    aws.faults.add("cloudhsmv2", error="CloudHsmInternalFailureException")

    aws.key_store("Example")

    assert fault.fired == 0


def test_fault_ends_with_its_block(aws, kms):
    """As a context manager it strikes inside the block alone."""
    with aws.faults.add("kms", "ListKeys", error="ThrottlingException") as fault:
        assert outcomes(kms, 2) == "xx"

    assert outcomes(kms, 2) == ".."
    assert fault.fired == 2


def test_fault_that_never_fired_fails_its_block(aws, kms):
    """A block that must be struck and is not fails the test, and says how near it came."""
    fault = aws.faults.add("kms", "ListKeys", error="ThrottlingException", after=3)

    with (
        pytest.raises(AssertionError, match="ListKeys never fired: it could strike 1 call$"),
        fault.at_least_once(),
    ):
        kms.list_keys()


def test_fault_that_never_fired_does_not_hide_another_error(aws):
    """An error inside the block comes out of it."""
    fault = aws.faults.add("kms", "ListKeys", error="ThrottlingException")

    with pytest.raises(KeyError), fault.at_least_once():
        raise KeyError


def test_every_fault_can_be_required_to_have_fired(aws, kms):
    """`aws.faults.require_fired()` asks for all that are planned."""
    aws.faults.add("kms", "ListKeys", error="ThrottlingException")
    outcomes(kms, 1)
    aws.faults.require_fired()
    aws.faults.add("kms", "ListAliases", error="ThrottlingException")

    with pytest.raises(AssertionError, match="kms ListAliases never fired"):
        aws.faults.require_fired()


def test_cleared_faults_strike_no_more(aws, kms):
    """`aws.faults.clear()` forgets them all."""
    aws.faults.add("kms", error="ThrottlingException")

    aws.faults.clear()

    assert outcomes(kms, 2) == ".."

"""GenerateMac and VerifyMac, judged outside KMS by Python's own `hmac`."""

import offline
import pytest
from expect import refused
from key_kinds import create, imported_key, kinds, new_key

MESSAGE = b"pay Alice 10"

every_kind = pytest.mark.parametrize("kind", kinds("GENERATE_VERIFY_MAC"))


@pytest.fixture
def mac_key(kms):
    return create(kms, "HMAC_256", "GENERATE_VERIFY_MAC")


@every_kind
def test_a_mac_is_the_one_computed_outside(aws, kind):
    """RFC 2104's HMAC of the message under the bytes that were imported."""
    kms, arn, secret = imported_key(kind.spec, kind.usage)

    mac = kms.generate_mac(KeyId=arn, Message=MESSAGE, MacAlgorithm=kind.algorithm)["Mac"]

    assert mac == offline.mac(secret, kind.algorithm, MESSAGE)


@every_kind
def test_a_mac_computed_outside_verifies_here(aws, kind):
    """With the bytes that were imported; the answer names the key by its ARN."""
    kms, arn, secret = imported_key(kind.spec, kind.usage)
    mac = offline.mac(secret, kind.algorithm, MESSAGE)

    answer = kms.verify_mac(KeyId=arn, Message=MESSAGE, Mac=mac, MacAlgorithm=kind.algorithm)

    del answer["ResponseMetadata"]
    assert answer == {"KeyId": arn, "MacValid": True, "MacAlgorithm": kind.algorithm}


@every_kind
def test_a_wrong_mac_is_refused(aws, kind):
    """VerifyMac raises, without a message; it never answers false."""
    kms, arn = new_key(kind)
    named = {"KeyId": arn, "MacAlgorithm": kind.algorithm}
    mac = kms.generate_mac(Message=MESSAGE, **named)["Mac"]

    for message, claimed in ((b"pay Eve 10", mac), (MESSAGE, mac[:-1]), (MESSAGE, mac + b"\0")):
        with refused("KMSInvalidMacException", "") as refusal:
            kms.verify_mac(Message=message, Mac=claimed, **named)
        assert "message" not in refusal.response


def test_what_generate_mac_answers(kms, mac_key):
    """KeyId is the key ARN, also where the request named an alias."""
    kms.create_alias(AliasName="alias/mac", TargetKeyId=mac_key)

    answer = kms.generate_mac(KeyId="alias/mac", Message=MESSAGE, MacAlgorithm="HMAC_SHA_256")

    assert answer["KeyId"] == mac_key
    assert answer["MacAlgorithm"] == "HMAC_SHA_256"
    assert set(answer) == {"KeyId", "Mac", "MacAlgorithm", "ResponseMetadata"}


@pytest.mark.parametrize("operation", ["generate_mac", "verify_mac"])
def test_an_algorithm_of_another_spec_is_refused(kms, operation):
    """Each HMAC key has one algorithm."""
    arn = create(kms, "HMAC_224", "GENERATE_VERIFY_MAC")
    mac = {"Mac": b"any"} if operation == "verify_mac" else {}

    text = "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."
    with refused("InvalidKeyUsageException", text):
        getattr(kms, operation)(KeyId=arn, Message=MESSAGE, MacAlgorithm="HMAC_SHA_256", **mac)


@pytest.mark.parametrize("operation", ["GenerateMac", "VerifyMac"])
def test_a_key_of_another_usage_is_refused(kms, operation):
    """The text names the operation."""
    arn = create(kms, "RSA_2048", "SIGN_VERIFY")
    request = {"KeyId": arn, "Message": MESSAGE, "MacAlgorithm": "HMAC_SHA_256"}
    call = kms.generate_mac
    if operation == "VerifyMac":
        call, request = kms.verify_mac, request | {"Mac": b"any"}

    text = f"{arn} key usage is SIGN_VERIFY which is not valid for {operation}."
    with refused("InvalidKeyUsageException", text):
        call(**request)


def test_the_state_is_judged_before_the_usage(kms, key_id):
    """A disabled key is disabled, whatever it is for."""
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException"):
        kms.generate_mac(KeyId=key_id, Message=MESSAGE, MacAlgorithm="HMAC_SHA_256")


def test_a_dry_run_gives_no_mac(kms, mac_key):
    """It answers that it would have succeeded."""
    with refused("DryRunOperationException"):
        kms.generate_mac(KeyId=mac_key, Message=MESSAGE, MacAlgorithm="HMAC_SHA_256", DryRun=True)


def test_a_dry_run_of_verify_mac_tells_a_wrong_mac(kms, mac_key):
    """What would fail, fails as it would."""
    with refused("KMSInvalidMacException"):
        kms.verify_mac(
            KeyId=mac_key,
            Message=MESSAGE,
            Mac=b"wrong",
            MacAlgorithm="HMAC_SHA_256",
            DryRun=True,
        )


def test_an_unknown_algorithm_is_told_with_the_set_of_known_ones(kms, mac_key):
    """The set's order is the service's own, and no promise."""
    with refused("ValidationException") as refusal:
        kms.generate_mac(KeyId=mac_key, Message=MESSAGE, MacAlgorithm="HMAC_SHA_1")

    start = (
        "1 validation error detected: Value 'HMAC_SHA_1' at 'macAlgorithm' failed to satisfy "
        "constraint: Member must satisfy enum value set: ["
    )
    assert refusal.message.startswith(start)
    assert set(refusal.message.removeprefix(start).rstrip("]").split(", ")) == {
        row.values[0].algorithm for row in kinds("GENERATE_VERIFY_MAC")
    }

"""DryRun and DryRunModifiers: whether a request would succeed, asked of every operation."""

import pytest
from botocore.exceptions import ClientError
from description import describe
from expect import refused
from key_situations import HOME, Situation

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import service_model


def having(member):
    """The operations whose input has a member, as the model says."""
    model = service_model("kms")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return [name for name, shape in shapes.items() if shape is not None and member in shape.members]


@pytest.mark.parametrize("operation", having("DryRun"))
def test_a_request_that_would_succeed(operation):
    """The answer is an error with AWS's text, and nothing changes."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        before = describe(aws)
        situation.request["DryRun"] = True

        with refused(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ):
            situation.ask()

        assert describe(aws) == before


@pytest.mark.parametrize("operation", having("DryRun"))
def test_what_is_no_dry_run_is_done(operation):
    """DryRun may be false."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        situation.request["DryRun"] = False

        reply = situation.ask()

        assert reply["ResponseMetadata"]["HTTPStatusCode"] == 200


BAD = {
    "CreateGrant": {"Operations": ["Sign"]},
    "Decapsulate": {"EncapsulationAlgorithm": "other"},
    "Decrypt": {"EncryptionContext": {"another": "context"}},
    "DeriveSharedSecret": {"PublicKey": b"none"},
    "Encapsulate": {"EncapsulationAlgorithm": "other"},
    "Encrypt": {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"},
    "GenerateDataKey": {"NumberOfBytes": 16},
    "GenerateDataKeyPair": {"KeyPairSpec": "SM2"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "SM2"},
    "GenerateDataKeyWithoutPlaintext": {"NumberOfBytes": 16},
    "GenerateMac": {"MacAlgorithm": "HMAC_SHA_512"},
    "ReEncrypt": {"SourceEncryptionContext": {"another": "context"}},
    "RetireGrant": {"GrantId": "0" * 64},
    "RevokeGrant": {"GrantId": "0" * 64},
    "Sign": {"SigningAlgorithm": "ECDSA_SHA_512"},
    "Verify": {"Signature": b"none"},
    "VerifyMac": {"Mac": b"none"},
}
"""What makes a good request of each operation fail in the operation's own checks."""


@pytest.mark.parametrize("operation", having("DryRun"))
def test_a_request_that_would_fail(operation):
    """The answer is the error that the request gets without DryRun."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        situation.request.update(BAD[operation])
        with pytest.raises(ClientError) as ordinary:
            situation.ask()
        situation.request["DryRun"] = True

        with pytest.raises(ClientError) as dry:
            situation.ask()

        assert dry.value.response["Error"] == ordinary.value.response["Error"]
        assert dry.value.response["Error"]["Code"] != "DryRunOperationException"


def test_generate_random_has_no_dry_run():
    """It needs no key, so that nobody can be kept from it by one."""
    assert "GenerateRandom" not in having("DryRun")


# DryRunModifiers


def without_ciphertext(kms, operation, key_id, **more):
    """Ask whether one might decrypt; the source key stands in the place of the ciphertext."""
    if operation == "Decrypt":
        return kms.decrypt(DryRunModifiers=["IGNORE_CIPHERTEXT"], **{"KeyId": key_id, **more})
    return kms.re_encrypt(
        DryRunModifiers=["IGNORE_CIPHERTEXT"],
        DestinationKeyId=key_id,
        **{"SourceKeyId": key_id, **more},
    )


modified = pytest.mark.parametrize("operation", having("DryRunModifiers"))


@modified
def test_a_dry_run_can_do_without_ciphertext(kms, key_id, operation):
    """With IGNORE_CIPHERTEXT the right to use the key is all that is asked for."""
    with refused("DryRunOperationException"):
        without_ciphertext(kms, operation, key_id, DryRun=True)


@modified
def test_a_dry_run_can_leave_the_ciphertext_alone(kms, key_id, operation):
    """With IGNORE_CIPHERTEXT it may be anything."""
    with refused("DryRunOperationException"):
        without_ciphertext(kms, operation, key_id, DryRun=True, CiphertextBlob=b"anything")


@modified
@pytest.mark.parametrize("dry_run", [{}, {"DryRun": False}])
def test_modifiers_are_for_dry_runs(kms, key_id, operation, dry_run):
    """IGNORE_CIPHERTEXT without DryRun is refused."""
    with refused("ValidationException"):
        without_ciphertext(kms, operation, key_id, **dry_run)


@modified
def test_without_ciphertext_the_key_must_be_named(kms, key_id, operation):
    """Nothing else says which key is meant."""
    member = "KeyId" if operation == "Decrypt" else "SourceKeyId"
    request = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    if operation == "ReEncrypt":
        request["DestinationKeyId"] = key_id

    with refused("ValidationException") as refusal:
        kms._make_api_call(operation, request)

    assert f"'{member[0].lower()}{member[1:]}'" in refusal.message


@modified
def test_without_ciphertext_the_key_must_be_usable(kms, key_id, operation):
    """The state of the key is looked at."""
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException"):
        without_ciphertext(kms, operation, key_id, DryRun=True)


@modified
def test_there_is_one_modifier(kms, key_id, operation):
    """IGNORE_CIPHERTEXT is the only value."""
    request = {"DryRun": True, "DryRunModifiers": ["OTHER"], "CiphertextBlob": b"x"}
    if operation == "ReEncrypt":
        request["DestinationKeyId"] = key_id

    with refused("ValidationException"):
        kms._make_api_call(operation, request)


@modified
def test_ciphertext_is_needed_without_modifier(kms, key_id, operation):
    """The model does not require the member, the service does."""
    request = {"DestinationKeyId": key_id} if operation == "ReEncrypt" else {"KeyId": key_id}

    with refused("ValidationException") as refusal:
        kms._make_api_call(operation, request)

    assert "'ciphertextBlob'" in refusal.message

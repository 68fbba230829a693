"""The member Recipient, by which an enclave asks for an answer that only it can open."""

import imports
import offline
import pytest
from attestation import ENCLAVE, HSM, open_sealed, recipient, spki
from botocore import xform_name
from cryptography.hazmat.primitives.asymmetric import rsa
from expect import refused
from key_kinds import create
from openssl import needs_openssl, openssl

from kmsmock.protocol.model import service_model

OPERATIONS = {
    "Decrypt": "Plaintext",
    "DeriveSharedSecret": "SharedSecret",
    "GenerateDataKey": "Plaintext",
    "GenerateDataKeyPair": "PrivateKeyPlaintext",
    "GenerateRandom": "Plaintext",
}
"""Operation -> the member whose content goes to the enclave."""
operations = pytest.mark.parametrize("operation", OPERATIONS)


def ask(kms, operation, **more):
    """Ask each operation for what it gives in plain."""
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    request = {
        "Decrypt": lambda: {
            "CiphertextBlob": kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
        },
        "DeriveSharedSecret": lambda: {
            "KeyId": create(kms, "ECC_NIST_P256", "KEY_AGREEMENT"),
            "KeyAgreementAlgorithm": "ECDH",
            "PublicKey": offline.key_pair("ECC_NIST_P256")[1],
        },
        "GenerateDataKey": lambda: {"KeyId": arn, "KeySpec": "AES_256"},
        "GenerateDataKeyPair": lambda: {"KeyId": arn, "KeyPairSpec": "ECC_NIST_P256"},
        "GenerateRandom": lambda: {"NumberOfBytes": 16},
    }[operation]()
    return getattr(kms, xform_name(operation))(**request, **more)


def test_these_operations_have_a_recipient():
    """The table above is the model's."""
    model = service_model("kms")
    names = [model.operation_model(name) for name in model.operation_names]

    assert set(OPERATIONS) == {
        operation.name
        for operation in names
        if operation.input_shape and "Recipient" in operation.input_shape.members
    }


@operations
def test_the_secret_goes_to_the_enclave_alone(kms, operation):
    """CiphertextForRecipient takes the place of the plain member."""
    reply = ask(kms, operation, Recipient=recipient())

    assert OPERATIONS[operation] not in reply
    assert len(open_sealed(reply["CiphertextForRecipient"])) > 0


@operations
def test_without_a_recipient_the_secret_is_plain(kms, operation):
    """No CiphertextForRecipient comes unasked."""
    reply = ask(kms, operation)

    assert OPERATIONS[operation] in reply
    assert "CiphertextForRecipient" not in reply


def test_the_enclave_reads_what_was_encrypted(kms, key_id):
    """Decrypt gives it the plaintext."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"for the enclave")["CiphertextBlob"]

    reply = kms.decrypt(CiphertextBlob=blob, Recipient=recipient())

    assert open_sealed(reply["CiphertextForRecipient"]) == b"for the enclave"


def test_the_enclave_reads_a_data_key(kms, key_id):
    """GenerateDataKey gives the same key sealed and encrypted."""
    reply = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", Recipient=recipient())

    plain = kms.decrypt(CiphertextBlob=reply["CiphertextBlob"])["Plaintext"]
    assert open_sealed(reply["CiphertextForRecipient"]) == plain


def test_the_enclave_reads_a_private_key(kms, key_id):
    """GenerateDataKeyPair seals the private key of the public one."""
    reply = kms.generate_data_key_pair(
        KeyId=key_id, KeyPairSpec="ECC_NIST_P256", Recipient=recipient()
    )

    private = offline.private_key(open_sealed(reply["CiphertextForRecipient"]))
    assert spki(private) == reply["PublicKey"]


def test_the_enclave_reads_a_shared_secret(kms):
    """DeriveSharedSecret gives it what the peer derives as well."""
    arn = create(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    request = {
        "KeyId": arn,
        "KeyAgreementAlgorithm": "ECDH",
        "PublicKey": offline.key_pair("ECC_NIST_P256")[1],
    }

    reply = kms.derive_shared_secret(**request, Recipient=recipient())

    secret = kms.derive_shared_secret(**request)["SharedSecret"]
    assert open_sealed(reply["CiphertextForRecipient"]) == secret


def test_the_enclave_reads_random_bytes(kms):
    """GenerateRandom seals as many as were asked for."""
    reply = kms.generate_random(NumberOfBytes=77, Recipient=recipient())

    assert len(open_sealed(reply["CiphertextForRecipient"])) == 77


@needs_openssl
def test_openssl_opens_it(kms, key_id, tmp_path):
    """It is CMS, with nothing of our own."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"for the enclave")["CiphertextBlob"]
    sealed = kms.decrypt(CiphertextBlob=blob, Recipient=recipient())["CiphertextForRecipient"]
    key = imports.pkcs8(ENCLAVE)

    command = "cms -decrypt -binary -inform DER -in sealed -inkey key"
    ran = openssl(tmp_path, command, sealed=sealed, key=key)

    assert ran.stdout == b"for the enclave", ran.stderr


@pytest.mark.parametrize(
    ("operation", "told"),
    [("Decrypt", False), ("GenerateDataKey", False), ("GenerateDataKeyPair", True)],
)
def test_key_material_id_beside_a_recipient(kms, operation, told):
    """Decrypt and GenerateDataKey leave KeyMaterialId out, GenerateDataKeyPair does not."""
    reply = ask(kms, operation, Recipient=recipient())

    assert ("KeyMaterialId" in reply) == told


@operations
@pytest.mark.parametrize("missing", ["KeyEncryptionAlgorithm", "AttestationDocument"])
def test_a_recipient_is_named_in_full(kms, operation, missing):
    """The algorithm must be there although it can only be one, and so must the document."""
    asked = recipient()
    del asked[missing]
    path = missing[0].lower() + missing[1:]

    with refused(
        "ValidationException",
        f"1 validation error detected: Value null at 'recipient.{path}' failed to satisfy "
        "constraint: Member must not be null",
    ):
        ask(kms, operation, Recipient=asked)


def test_there_is_one_algorithm(kms):
    """RSAES_OAEP_SHA_256 is the only valid value."""
    with refused("ValidationException"):
        ask(
            kms,
            "GenerateRandom",
            Recipient=recipient() | {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_1"},
        )


@operations
def test_a_document_that_is_none_is_refused(kms, operation):
    """Nothing is answered in plain instead."""
    asked = recipient() | {"AttestationDocument": b"no document"}

    with refused("ValidationException", "The attestation document is not valid."):
        ask(kms, operation, Recipient=asked)


SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505 - which is why it is refused


@pytest.mark.parametrize(
    "public_key",
    [None, b"garbage", spki(HSM), spki(SHORT)],
    ids=["none", "garbage", "elliptic curve", "RSA 1024"],
)
def test_a_document_needs_an_rsa_key(kms, public_key):
    """Without one there is nothing to seal for."""
    with refused("ValidationException"):
        ask(kms, "GenerateRandom", Recipient=recipient(public_key=public_key))


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "GenerateRandom"])
def test_a_dry_run_looks_at_the_document(kms, operation):
    """A bad document fails a dry run too, a good one does not."""
    with refused("DryRunOperationException"):
        ask(kms, operation, Recipient=recipient(), DryRun=True)
    with refused("ValidationException", "The attestation document is not valid."):
        ask(
            kms,
            operation,
            Recipient=recipient() | {"AttestationDocument": b"no document"},
            DryRun=True,
        )

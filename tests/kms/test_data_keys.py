"""GenerateDataKey, GenerateDataKeyWithoutPlaintext and GenerateRandom."""

import pytest
from botocore.exceptions import ParamValidationError
from expect import refused
from key_kinds import client_for, create

both_forms = pytest.mark.parametrize(
    "operation", ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"]
)


def generate(kms, operation, **members):
    methods = {
        "GenerateDataKey": kms.generate_data_key,
        "GenerateDataKeyWithoutPlaintext": kms.generate_data_key_without_plaintext,
    }
    return methods[operation](**members)


LENGTHS = [
    ({"KeySpec": "AES_128"}, 16),
    ({"KeySpec": "AES_256"}, 32),
    ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 64}, 64),
    ({"NumberOfBytes": 1024}, 1024),
]
lengths = pytest.mark.parametrize(
    ("asked", "length"), LENGTHS, ids=lambda value: str(value) if isinstance(value, dict) else ""
)


@lengths
def test_a_data_key_is_as_long_as_asked(kms, key_id, asked, length):
    """By the name of a spec or in bytes; Decrypt gives it back."""
    answer = kms.generate_data_key(KeyId=key_id, **asked)

    assert len(answer["Plaintext"]) == length
    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"] == answer["Plaintext"]


@lengths
def test_without_plaintext_a_data_key_comes_encrypted_only(kms, key_id, asked, length):
    """Decrypt tells what it is."""
    answer = kms.generate_data_key_without_plaintext(KeyId=key_id, **asked)

    assert "Plaintext" not in answer
    assert len(kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]) == length


@both_forms
def test_what_is_answered(kms, operation):
    """The key's ARN, and the material that encrypted the data key."""
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    material = kms.describe_key(KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=arn)

    answer = generate(kms, operation, KeyId="alias/data", KeySpec="AES_256")

    assert answer["KeyId"] == arn
    assert answer["KeyMaterialId"] == material


def test_each_data_key_is_new(kms, key_id):
    """KMS keeps none of them."""
    keys = [kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"] for _ in range(3)]

    assert len(set(keys)) == 3


@both_forms
@pytest.mark.parametrize(
    "asked", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}], ids=["neither", "both"]
)
def test_exactly_one_of_spec_and_length_is_asked(kms, key_id, operation, asked):
    """Neither and both are refused in the same words."""
    with refused("ValidationException", "Please specify either number of bytes or key spec."):
        generate(kms, operation, KeyId=key_id, **asked)


@both_forms
def test_a_data_key_of_more_than_1024_bytes_is_refused(kms, key_id, operation):
    """The model's limit."""
    text = (
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy "
        "constraint: Member must have value less than or equal to 1024"
    )
    with refused("ValidationException", text):
        generate(kms, operation, KeyId=key_id, NumberOfBytes=1025)


@both_forms
def test_the_context_binds_the_data_key(kms, key_id, operation):
    """Decrypt needs exactly the context in which it was made."""
    context = {"purpose": "data"}
    blob = generate(kms, operation, KeyId=key_id, KeySpec="AES_256", EncryptionContext=context)[
        "CiphertextBlob"
    ]

    assert len(kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]) == 32
    for other in ({}, {"purpose": "Data"}, context | {"more": ""}):
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=other)


@both_forms
@pytest.mark.parametrize(
    ("spec", "usage"), [("HMAC_256", "GENERATE_VERIFY_MAC"), ("RSA_2048", "SIGN_VERIFY")]
)
def test_a_key_of_another_usage_makes_no_data_keys(kms, operation, spec, usage):
    """The text names the operation."""
    arn = create(kms, spec, usage)

    text = f"{arn} key usage is {usage} which is not valid for {operation}."
    with refused("InvalidKeyUsageException", text):
        generate(kms, operation, KeyId=arn, KeySpec="AES_256")


@both_forms
def test_an_asymmetric_key_makes_no_data_keys(kms, operation):
    """Though its usage is the right one."""
    arn = create(kms, "RSA_2048", "ENCRYPT_DECRYPT")

    with refused("InvalidKeyUsageException"):
        generate(kms, operation, KeyId=arn, KeySpec="AES_256")


@both_forms
def test_a_dry_run_makes_no_data_key(kms, key_id, operation):
    """It answers that it would have succeeded."""
    with refused("DryRunOperationException"):
        generate(kms, operation, KeyId=key_id, KeySpec="AES_256", DryRun=True)


def test_a_data_key_of_china_decrypts_there(aws):
    """Where symmetric keys are SM4's."""
    china = client_for("SM2")
    arn = create(china, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")

    answer = china.generate_data_key(KeyId=arn, KeySpec="AES_128")

    assert answer["KeyId"].startswith("arn:aws-cn:kms:cn-north-1:")
    decrypted = china.decrypt(CiphertextBlob=answer["CiphertextBlob"])
    assert decrypted["Plaintext"] == answer["Plaintext"]


@pytest.mark.parametrize("length", [1, 16, 1024])
def test_random_bytes_are_as_many_as_asked(kms, length):
    """One to 1024."""
    assert len(kms.generate_random(NumberOfBytes=length)["Plaintext"]) == length


def test_random_bytes_differ(kms):
    """From call to call."""
    assert len({kms.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(3)}) == 3


def test_the_number_of_random_bytes_must_be_said(kms):
    """There is no default."""
    with refused("ValidationException", "NumberOfBytes is required."):
        kms.generate_random()


def test_more_than_1024_random_bytes_are_refused(kms):
    """The model's limit."""
    text = (
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy "
        "constraint: Member must have value less than or equal to 1024"
    )
    with refused("ValidationException", text):
        kms.generate_random(NumberOfBytes=1025)


def test_no_random_bytes_are_refused_before_they_are_asked_for(kms):
    """By botocore itself, which knows the least values."""
    with pytest.raises(ParamValidationError):
        kms.generate_random(NumberOfBytes=0)


def test_random_bytes_come_from_a_connected_key_store(aws, kms):
    """One of CloudHSM."""
    store_id = aws.key_store("ExampleKeyStore").custom_key_store_id

    answer = kms.generate_random(NumberOfBytes=16, CustomKeyStoreId=store_id)

    assert len(answer["Plaintext"]) == 16


def test_no_random_bytes_come_from_a_disconnected_key_store(aws, kms):
    """It must be CONNECTED."""
    store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    with refused("CustomKeyStoreInvalidStateException"):
        kms.generate_random(NumberOfBytes=16, CustomKeyStoreId=store_id)


def test_no_random_bytes_come_from_an_unknown_key_store(kms):
    """It must be there."""
    with refused("CustomKeyStoreNotFoundException"):
        kms.generate_random(NumberOfBytes=16, CustomKeyStoreId="cks-1234567890abcdef0")

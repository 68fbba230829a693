"""GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext, judged outside KMS."""

import offline
import pytest
from expect import refused
from key_kinds import PAIR_SPECS, client_for, create, needs_ml_kem, specs

every_spec = pytest.mark.parametrize("spec", specs(*PAIR_SPECS))
both_forms = pytest.mark.parametrize(
    "operation", ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"]
)


def generate(kms, operation, **members):
    methods = {
        "GenerateDataKeyPair": kms.generate_data_key_pair,
        "GenerateDataKeyPairWithoutPlaintext": kms.generate_data_key_pair_without_plaintext,
    }
    return methods[operation](**members)


@every_spec
def test_the_private_key_belongs_to_the_public_one(aws, spec):
    """PKCS#8 and SubjectPublicKeyInfo, as others read them."""
    kms = client_for(spec)

    pair = kms.generate_data_key_pair(
        KeyId=create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), KeyPairSpec=spec
    )

    assert offline.public_of(pair["PrivateKeyPlaintext"]) == pair["PublicKey"]


@every_spec
def test_decrypt_gives_the_private_key_back(aws, spec):
    """Byte for byte, in the encryption context in which it was made."""
    kms = client_for(spec)
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    context = {"purpose": "pairs"}

    pair = kms.generate_data_key_pair(KeyId=arn, KeyPairSpec=spec, EncryptionContext=context)

    decrypted = kms.decrypt(
        CiphertextBlob=pair["PrivateKeyCiphertextBlob"], EncryptionContext=context
    )
    assert decrypted["Plaintext"] == pair["PrivateKeyPlaintext"]
    assert decrypted["KeyId"] == arn


@every_spec
def test_without_plaintext_the_private_key_comes_encrypted_only(aws, spec):
    """Decrypt gives the private key of the public one."""
    kms = client_for(spec)
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")

    pair = kms.generate_data_key_pair_without_plaintext(KeyId=arn, KeyPairSpec=spec)

    assert "PrivateKeyPlaintext" not in pair
    private = kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert offline.public_of(private) == pair["PublicKey"]


@needs_ml_kem
def test_ml_kem_private_keys_are_seeds(kms, key_id):
    """So they are equally long for every spec: a 64-byte seed in 22 bytes of PKCS#8."""
    lengths = {
        len(kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec=spec)["PrivateKeyPlaintext"])
        for spec in ("ML_KEM_768", "ML_KEM_1024")
    }

    assert lengths == {86}


@both_forms
def test_what_is_answered(kms, operation):
    """The key's ARN, and the material that encrypted the private key."""
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    material = kms.describe_key(KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"]
    kms.create_alias(AliasName="alias/pairs", TargetKeyId=arn)

    answer = generate(kms, operation, KeyId="alias/pairs", KeyPairSpec="ECC_NIST_P256")

    assert answer["KeyId"] == arn
    assert answer["KeyPairSpec"] == "ECC_NIST_P256"
    assert answer["KeyMaterialId"] == material


def test_each_pair_is_new(kms, key_id):
    """KMS keeps none of them."""
    request = {"KeyId": key_id, "KeyPairSpec": "RSA_2048"}

    one, other = (kms.generate_data_key_pair(**request) for _ in range(2))

    assert one["PublicKey"] != other["PublicKey"]


@both_forms
@pytest.mark.parametrize(
    ("spec", "usage"), [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
)
def test_a_key_of_another_usage_makes_no_pairs(kms, operation, spec, usage):
    """The text names the operation."""
    arn = create(kms, spec, usage)

    text = f"{arn} key usage is {usage} which is not valid for {operation}."
    with refused("InvalidKeyUsageException", text):
        generate(kms, operation, KeyId=arn, KeyPairSpec="ECC_NIST_P256")


@both_forms
def test_an_asymmetric_key_makes_no_pairs(kms, operation):
    """Though its usage is the right one."""
    arn = create(kms, "RSA_2048", "ENCRYPT_DECRYPT")

    with refused("InvalidKeyUsageException"):
        generate(kms, operation, KeyId=arn, KeyPairSpec="ECC_NIST_P256")


@both_forms
def test_a_key_in_a_key_store_makes_no_pairs(aws, kms, operation):
    """Connected or not: its origin is judged before its state."""
    store = aws.key_store("ExampleKeyStore")
    members = {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": store.custom_key_store_id}
    arn = kms.create_key(**members)["KeyMetadata"]["Arn"]
    text = f"{arn} origin is AWS_CLOUDHSM which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        generate(kms, operation, KeyId=arn, KeyPairSpec="ECC_NIST_P256")

    kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    with refused("UnsupportedOperationException", text):
        generate(kms, operation, KeyId=arn, KeyPairSpec="ECC_NIST_P256")


def test_sm2_pairs_are_made_in_china_only(kms, key_id):
    """Elsewhere the spec is refused."""
    with refused("UnsupportedOperationException"):
        kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="SM2")


@needs_ml_kem
def test_ml_kem_pairs_are_not_made_in_china(aws):
    """Nor are the keys."""
    china = client_for("SM2")
    arn = create(china, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")

    with refused("UnsupportedOperationException"):
        china.generate_data_key_pair(KeyId=arn, KeyPairSpec="ML_KEM_768")


@both_forms
def test_a_dry_run_makes_no_pair(kms, key_id, operation):
    """It answers that it would have succeeded."""
    with refused(
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    ):
        generate(kms, operation, KeyId=key_id, KeyPairSpec="RSA_4096", DryRun=True)


def test_another_context_does_not_decrypt_the_private_key(kms, key_id):
    """As with any ciphertext."""
    pair = kms.generate_data_key_pair(
        KeyId=key_id, KeyPairSpec="ECC_NIST_P256", EncryptionContext={"purpose": "pairs"}
    )

    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])

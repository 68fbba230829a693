"""Encrypt, Decrypt and ReEncrypt with symmetric keys."""

import boto3
import pytest
from botocore_knows import needs
from expect import refused
from key_kinds import MODEL, client_for, create

PLAINTEXT = b"attack at dawn"
WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
NO_SUCH_KEY = (
    "User: arn:aws:iam::123456789012:root is not authorized to perform: kms:Decrypt on the "
    "resource associated with this ciphertext because the resource does not exist in this Region, "
    "no resource-based policies allow access, or a resource-based policy explicitly denies access"
)
IGNORING = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}

needs_modifiers = pytest.mark.skipif(
    "DryRunModifiers" not in MODEL.operation_model("Decrypt").input_shape.members,
    reason="botocore is older than DryRunModifiers",
)


@pytest.fixture
def arn(kms):
    return create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")


@pytest.fixture
def other(kms):
    return create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")


@pytest.fixture
def blob(kms, arn):
    return kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]


@pytest.fixture
def hmac_key(kms):
    return create(kms, "HMAC_256", "GENERATE_VERIFY_MAC")


@pytest.mark.parametrize("length", [1, 32, 4096])
def test_what_was_encrypted_is_decrypted(kms, arn, length):
    """One to 4096 bytes; the blob tells the key."""
    plaintext = bytes(range(256)) * 16

    blob = kms.encrypt(KeyId=arn, Plaintext=plaintext[:length])["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext[:length]


def test_what_encrypt_answers(kms, arn):
    """The key ARN, also where an alias was named; no KeyMaterialId."""
    kms.create_alias(AliasName="alias/encryption", TargetKeyId=arn)

    answer = kms.encrypt(KeyId="alias/encryption", Plaintext=PLAINTEXT)

    del answer["ResponseMetadata"], answer["CiphertextBlob"]
    assert answer == {"KeyId": arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


def test_what_decrypt_answers(kms, arn, blob):
    """The material is the one that encrypted."""
    answer = kms.decrypt(CiphertextBlob=blob)

    del answer["ResponseMetadata"]
    assert answer == {
        "KeyId": arn,
        "Plaintext": PLAINTEXT,
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": kms.describe_key(KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"],
    }


@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias ARN"])
def test_the_key_may_be_named_in_four_ways(kms, arn, form):
    """To encrypt and to decrypt."""
    kms.create_alias(AliasName="alias/encryption", TargetKeyId=arn)
    key_id = arn.rpartition("/")[2]
    name = {
        "id": key_id,
        "arn": arn,
        "alias": "alias/encryption",
        "alias ARN": arn.replace(f"key/{key_id}", "alias/encryption"),
    }[form]

    blob = kms.encrypt(KeyId=name, Plaintext=PLAINTEXT)["CiphertextBlob"]

    assert kms.decrypt(KeyId=name, CiphertextBlob=blob)["KeyId"] == arn


def test_the_same_plaintext_never_gives_the_same_ciphertext(kms, arn):
    """There is a nonce in it."""
    blobs = {kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"] for _ in range(3)}

    assert len(blobs) == 3


def test_more_than_4096_bytes_are_refused(kms, arn):
    """Without showing them."""
    text = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member "
        "must have length less than or equal to 4096"
    )
    with refused("ValidationException", text):
        kms.encrypt(KeyId=arn, Plaintext=bytes(4097))


def test_an_empty_plaintext_is_refused(kms, arn):
    """Botocore lets it pass."""
    text = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member "
        "must have length greater than or equal to 1"
    )
    with refused("ValidationException", text):
        kms.encrypt(KeyId=arn, Plaintext=b"")


# The encryption context


@pytest.mark.parametrize(
    "context",
    [
        {"a": "1"},
        {"a": "1", "b": "2"},
        {"*amzn-ddb-env-alg*": "x", "aws-crypto-public-key": "y"},
        {"Größe": "東京"},
        {"a": ""},
    ],
    ids=["one", "two", "libraries", "unicode", "empty value"],
)
def test_the_same_context_decrypts(kms, arn, context):
    """In whatever order it is given."""
    blob = kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=context)

    answer = kms.decrypt(
        CiphertextBlob=blob["CiphertextBlob"],
        EncryptionContext=dict(reversed(context.items())),
    )

    assert answer["Plaintext"] == PLAINTEXT


@pytest.mark.parametrize(
    "context",
    [{}, {"a": "2"}, {"A": "1"}, {"a": "1", "b": "2"}, {"1": "a"}],
    ids=["none", "value", "case", "more", "swapped"],
)
def test_another_context_does_not_decrypt(kms, arn, context):
    """Without a message."""
    blob = kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext={"a": "1"})

    with refused("InvalidCiphertextException", "") as refusal:
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)

    assert "message" not in refusal.response


def test_an_empty_context_is_no_context(kms, blob):
    """Either decrypts what the other encrypted."""
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={})["Plaintext"] == PLAINTEXT


# The ciphertext and its key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda blob: blob + b"\0",
        lambda blob: blob[1:],
        lambda blob: blob[:-1],
        lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]),
        lambda blob: blob[:80] + bytes([blob[80] ^ 1]) + blob[81:],
        lambda _blob: b"garbage",
    ],
    ids=["longer", "head cut", "tail cut", "altered", "altered header", "garbage"],
)
def test_a_spoiled_ciphertext_is_refused(kms, arn, blob, spoil):
    """Whether the key is named or not; without a message."""
    for named in ({}, {"KeyId": arn}):
        with refused("InvalidCiphertextException", "") as refusal:
            kms.decrypt(CiphertextBlob=spoil(blob), **named)
        assert "message" not in refusal.response


def test_another_key_does_not_decrypt(kms, blob, other):
    """A named key is the only one that is used."""
    with refused("IncorrectKeyException", WRONG_KEY):
        kms.decrypt(KeyId=other, CiphertextBlob=blob)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("RSA_2048", "SIGN_VERIFY"),
    ],
)
def test_a_key_of_another_kind_is_first_of_all_another_key(kms, blob, spec, usage):
    """Its usage and spec are not looked at."""
    with refused("IncorrectKeyException", WRONG_KEY):
        kms.decrypt(KeyId=create(kms, spec, usage), CiphertextBlob=blob)


def test_an_alias_that_points_elsewhere_does_not_decrypt(kms, arn, other):
    """An alias stands for what it points to now."""
    kms.create_alias(AliasName="alias/moving", TargetKeyId=arn)
    blob = kms.encrypt(KeyId="alias/moving", Plaintext=PLAINTEXT)["CiphertextBlob"]
    kms.update_alias(AliasName="alias/moving", TargetKeyId=other)

    with refused("IncorrectKeyException", WRONG_KEY):
        kms.decrypt(KeyId="alias/moving", CiphertextBlob=blob)


def test_the_state_of_the_named_key_is_judged_before_its_match(kms, blob, other):
    """A disabled key is disabled."""
    kms.disable_key(KeyId=other)

    with refused("DisabledException", f"{other} is disabled."):
        kms.decrypt(KeyId=other, CiphertextBlob=blob)


def test_the_state_of_the_ciphertexts_key_is_judged_too(kms, arn, blob):
    """Where the request names none."""
    kms.disable_key(KeyId=arn)

    with refused("DisabledException", f"{arn} is disabled."):
        kms.decrypt(CiphertextBlob=blob)


def test_a_ciphertext_of_a_key_that_is_gone_is_refused(aws, kms, arn, blob):
    """As is one whose key one may not know of; a vanished key that is named is not found."""
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    aws.clock.advance(days=8)

    with refused("AccessDeniedException", NO_SUCH_KEY):
        kms.decrypt(CiphertextBlob=blob)
    with refused("NotFoundException", f"Key '{arn}' does not exist"):
        kms.decrypt(KeyId=arn.rpartition("/")[2], CiphertextBlob=blob)


def test_a_ciphertext_of_another_region_is_refused(kms, blob):
    """Its key is not there."""
    elsewhere = boto3.client("kms", region_name="eu-west-1")

    with refused("AccessDeniedException", NO_SUCH_KEY):
        elsewhere.decrypt(CiphertextBlob=blob)


@needs("DecryptRequest.CiphertextBlob")
def test_a_ciphertext_must_be_there(kms, arn):
    """Though the model does not require it."""
    text = (
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy "
        "constraint: Member must not be null"
    )
    with refused("ValidationException", text):
        kms.decrypt(KeyId=arn)


def test_an_asymmetric_algorithm_does_not_decrypt_symmetric_ciphertexts(kms, arn, blob):
    """Whether the key is named or not."""
    text = "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."

    for named in ({}, {"KeyId": arn}):
        with refused("InvalidKeyUsageException", text):
            kms.decrypt(CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256", **named)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ],
)
def test_a_key_of_another_usage_does_not_encrypt(kms, spec, usage):
    """The usage is judged before the algorithm."""
    arn = create(kms, spec, usage)

    text = f"{arn} key usage is {usage} which is not valid for Encrypt."
    with refused("InvalidKeyUsageException", text):
        kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT)


def test_the_state_is_judged_before_the_usage(kms, hmac_key):
    """A disabled key is disabled, whatever it is for."""
    kms.disable_key(KeyId=hmac_key)

    with refused("DisabledException", f"{hmac_key} is disabled."):
        kms.encrypt(KeyId=hmac_key, Plaintext=PLAINTEXT)


def test_a_key_of_china_decrypts_there(aws):
    """Where SYMMETRIC_DEFAULT is SM4."""
    china = client_for("SM2")
    arn = create(china, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")

    blob = china.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext={"a": "1"})

    answer = china.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext={"a": "1"})
    assert answer["Plaintext"] == PLAINTEXT


# Dry runs


def test_a_dry_run_encrypts_nothing(kms, arn):
    """It answers that it would have succeeded."""
    text = "The request would have succeeded, but the DryRun option is set."

    with refused("DryRunOperationException", text):
        kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, DryRun=True)


def test_a_dry_run_of_decrypt_tells_a_wrong_ciphertext(kms, arn, blob):
    """What would fail, fails as it would."""
    with refused("DryRunOperationException"):
        kms.decrypt(CiphertextBlob=blob, DryRun=True)
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob[:-1], DryRun=True)


@needs_modifiers
def test_a_dry_run_may_leave_the_ciphertext_out(kms, arn):
    """Or have one that no key ever made."""
    with refused("DryRunOperationException"):
        kms.decrypt(KeyId=arn, **IGNORING)
    with refused("DryRunOperationException"):
        kms.decrypt(KeyId=arn, CiphertextBlob=b"garbage", **IGNORING)
    with refused("DryRunOperationException"):
        kms.re_encrypt(SourceKeyId=arn, DestinationKeyId=arn, **IGNORING)


@needs_modifiers
def test_a_dry_run_without_ciphertext_must_name_the_key(kms):
    """Nothing else tells it."""
    text = (
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member "
        "must not be null"
    )
    with refused("ValidationException", text):
        kms.decrypt(**IGNORING)


@needs_modifiers
def test_a_ciphertext_is_ignored_in_dry_runs_only(kms, arn, blob):
    """The modifier needs DryRun."""
    with refused("ValidationException"):
        kms.decrypt(KeyId=arn, CiphertextBlob=blob, DryRunModifiers=["IGNORE_CIPHERTEXT"])


# ReEncrypt


def test_what_re_encrypt_answers(kms, arn, other, blob):
    """Both keys' ARNs, algorithms and materials; the new blob is the destination's."""
    answer = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)

    materials = {
        key: kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
        for key in (arn, other)
    }
    new_blob = answer.pop("CiphertextBlob")
    del answer["ResponseMetadata"]
    assert answer == {
        "SourceKeyId": arn,
        "KeyId": other,
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": materials[arn],
        "DestinationKeyMaterialId": materials[other],
    }
    assert kms.decrypt(KeyId=other, CiphertextBlob=new_blob)["Plaintext"] == PLAINTEXT


def test_re_encrypt_changes_the_context(kms, arn):
    """Under the same key, too."""
    blob = kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext={"a": "1"})

    answer = kms.re_encrypt(
        CiphertextBlob=blob["CiphertextBlob"],
        SourceEncryptionContext={"a": "1"},
        DestinationKeyId=arn,
        DestinationEncryptionContext={"b": "2"},
    )

    decrypted = kms.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"b": "2"})
    assert decrypted["Plaintext"] == PLAINTEXT


def test_re_encrypt_needs_the_sources_context(kms, arn, other):
    """As Decrypt does."""
    blob = kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext={"a": "1"})

    with refused("InvalidCiphertextException", ""):
        kms.re_encrypt(CiphertextBlob=blob["CiphertextBlob"], DestinationKeyId=other)


def test_a_wrong_source_key_wins_over_a_bad_destination(kms, blob, hmac_key):
    """Whatever usage the wrong key has."""
    with refused("IncorrectKeyException", WRONG_KEY):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=hmac_key, DestinationKeyId=hmac_key)


def test_a_destination_of_another_usage_is_refused(kms, blob, hmac_key):
    """The operation is named as its permission is."""
    text = f"{hmac_key} key usage is GENERATE_VERIFY_MAC which is not valid for ReEncryptTo."

    with refused("InvalidKeyUsageException", text):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=hmac_key)


def test_a_disabled_destination_is_refused(kms, blob, other):
    """Both keys must be enabled."""
    kms.disable_key(KeyId=other)

    with refused("DisabledException", f"{other} is disabled."):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)


def test_a_dry_run_re_encrypts_nothing(kms, blob, other):
    """It answers that it would have succeeded."""
    with refused("DryRunOperationException"):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other, DryRun=True)

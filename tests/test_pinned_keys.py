"""`aws.kms_key`, LocalStack's tags, and `aws.register_ciphertext`: what a test fixes beforehand."""

import base64

import boto3
import pytest
from botocore_knows import needs
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from expect import refused

from kmsmock import mock_kms_cloudhsm

KEY_ID = "11111111-2222-3333-4444-555555555555"
MULTI_REGION_ID = f"mrk-{1:032x}"
MATERIAL = bytes(range(32))


def der(private_key):
    return private_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def spki(private_key):
    return private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def tag(name, value):
    return {"TagKey": name, "TagValue": value}


def test_key_has_the_chosen_id(aws, kms):
    """The id of a key may be any UUID; its ARN follows."""
    made = aws.kms_key(key_id=KEY_ID)

    described = kms.describe_key(KeyId=KEY_ID)["KeyMetadata"]
    assert described["KeyId"] == made.key_id == KEY_ID
    assert described["Arn"] == made.arn
    assert described["KeyState"] == "Enabled"


def test_key_without_choices_is_a_new_symmetric_key(aws, kms):
    """Whatever is not chosen is as CreateKey has it."""
    made = aws.kms_key()

    described = kms.describe_key(KeyId=made.arn)["KeyMetadata"]
    assert described["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert kms.list_resource_tags(KeyId=made.key_id)["Tags"] == []


def test_id_of_a_multi_region_key_makes_one(aws, kms):
    """An id that begins mrk- is that of a multi-Region primary key."""
    aws.kms_key(key_id=MULTI_REGION_ID)

    described = kms.describe_key(KeyId=MULTI_REGION_ID)["KeyMetadata"]
    assert described["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


def test_key_has_the_chosen_aliases_tags_and_description(aws, kms):
    """They are there when the lever returns, and no others."""
    aws.kms_key(
        key_id=KEY_ID, aliases=["alias/a", "alias/b"], tags={"x": "y"}, description="for tests"
    )

    names = [alias["AliasName"] for alias in kms.list_aliases(KeyId=KEY_ID)["Aliases"]]
    assert names == ["alias/a", "alias/b"]
    assert kms.list_resource_tags(KeyId=KEY_ID)["Tags"] == [tag("x", "y")]
    assert kms.describe_key(KeyId="alias/a")["KeyMetadata"]["Description"] == "for tests"


def test_pinned_key_decrypts_what_another_world_encrypted():
    """With the same id and material ciphertexts outlive their world."""
    with mock_kms_cloudhsm(region="us-east-1") as aws:
        aws.kms_key(key_id=KEY_ID, material=MATERIAL)
        ciphertext = boto3.client("kms").encrypt(KeyId=KEY_ID, Plaintext=b"x")["CiphertextBlob"]

    with mock_kms_cloudhsm(region="us-east-1") as aws:
        aws.kms_key(key_id=KEY_ID, material=MATERIAL)
        assert boto3.client("kms").decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"


def test_pinned_key_decrypts_nothing_of_other_material():
    """An id alone is not enough: a blob of material that the key never had is refused."""
    with mock_kms_cloudhsm(region="us-east-1") as aws:
        aws.kms_key(key_id=KEY_ID)
        blob = boto3.client("kms").encrypt(KeyId=KEY_ID, Plaintext=b"secret")["CiphertextBlob"]

    with mock_kms_cloudhsm(region="us-east-1") as aws:
        aws.kms_key(key_id=KEY_ID)
        kms = boto3.client("kms")
        with refused("InvalidCiphertextException"):
            kms.decrypt(CiphertextBlob=blob)


def test_hmac_key_has_the_chosen_material(aws, kms):
    """A MAC is the one that the material gives."""
    made = aws.kms_key(spec="HMAC_256", material=MATERIAL)

    mac = kms.generate_mac(KeyId=made.key_id, MacAlgorithm="HMAC_SHA_256", Message=b"message")

    judge = hmac.HMAC(MATERIAL, hashes.SHA256())
    judge.update(b"message")
    assert mac["Mac"] == judge.finalize()


@pytest.mark.parametrize(
    ("spec", "usage", "private_key"),
    [
        ("ECC_NIST_P256", None, ec.generate_private_key(ec.SECP256R1())),
        ("ECC_NIST_P384", "KEY_AGREEMENT", ec.generate_private_key(ec.SECP384R1())),
        ("RSA_2048", "SIGN_VERIFY", rsa.generate_private_key(65537, 2048)),
    ],
)
def test_asymmetric_key_has_the_chosen_material(aws, kms, spec, usage, private_key):
    """The public key is that of the private key that was chosen."""
    made = aws.kms_key(spec=spec, usage=usage, material=der(private_key))

    answer = kms.get_public_key(KeyId=made.key_id)

    assert answer["PublicKey"] == spki(private_key)
    assert usage in (None, answer["KeyUsage"])


def test_recorded_rsa_ciphertext_decrypts_with_its_private_key(aws, kms):
    """What others encrypted under the public half needs no registration."""
    private_key = rsa.generate_private_key(65537, 2048)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    recorded = private_key.public_key().encrypt(b"secret", oaep)

    made = aws.kms_key(spec="RSA_2048", material=der(private_key))

    answer = kms.decrypt(
        KeyId=made.key_id, CiphertextBlob=recorded, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )
    assert answer["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ({"key_id": "my-key"}, "the id of a key is a UUID in lower case, not my-key"),
        ({"key_id": KEY_ID, "multi_region": True}, "the id of a multi-Region key is mrk-"),
        ({"key_id": "mrk-1"}, "the id of a multi-Region key is mrk-"),
        ({"material": b"short"}, "5 bytes that are no SYMMETRIC_DEFAULT key: give 32 bytes$"),
        ({"spec": "HMAC_256", "material": b"short"}, "no HMAC_256 key: give 32 to [0-9]+ bytes$"),
        (
            {"spec": "ECC_NIST_P256", "material": MATERIAL},
            "no ECC_NIST_P256 key: give the private key as PKCS#8 DER$",
        ),
        ({"spec": "AES_256"}, "spec must be one of SYMMETRIC_DEFAULT"),
    ],
)
def test_bad_choice_is_refused(aws, kms, choice, text):
    """A choice that cannot be is the test's mistake, and nothing is made."""
    with pytest.raises(ValueError, match=text):
        aws.kms_key(**choice)

    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize(("given", "kind"), [("ab" * 32, "text"), ([1] * 32, "list")])
def test_bytes_are_asked_for(aws, key_id, given, kind):
    """Text has no bytes of its own, and a number of them is no material."""
    with pytest.raises(TypeError, match=f"material takes bytes, not {kind}"):
        aws.kms_key(material=given)
    with pytest.raises(TypeError, match=f"plaintext takes bytes, not {kind}"):
        aws.register_ciphertext(RECORDED, plaintext=given, key_id=key_id)
    with pytest.raises(TypeError, match=f"ciphertext takes bytes, not {kind}"):
        aws.register_ciphertext(given, plaintext=b"secret", key_id=key_id)


def test_id_that_is_taken_is_refused(aws):
    """There are no two keys of one id in a Region."""
    aws.kms_key(key_id=KEY_ID)

    with pytest.raises(ValueError, match="us-east-1 has a key 1111"):
        aws.kms_key(key_id=KEY_ID)


def test_single_alias_in_place_of_a_list_is_refused(aws):
    """A name would be taken for a list of letters."""
    with pytest.raises(TypeError, match="aliases takes a list"):
        aws.kms_key(aliases="alias/a")


def test_custom_id_tag_chooses_the_id(kms):
    """LocalStack's tag `_custom_id_` gives CreateKey the id, and stays a tag of the key."""
    made = kms.create_key(Tags=[tag("_custom_id_", KEY_ID)])["KeyMetadata"]

    assert made["KeyId"] == KEY_ID
    assert kms.list_resource_tags(KeyId=KEY_ID)["Tags"] == [tag("_custom_id_", KEY_ID)]


def test_custom_key_material_tag_chooses_the_material(kms):
    """LocalStack's tag `_custom_key_material_` gives the material, and is not shown again."""
    text = base64.b64encode(MATERIAL).decode()
    made = kms.create_key(
        KeySpec="HMAC_256",
        KeyUsage="GENERATE_VERIFY_MAC",
        Tags=[tag("_custom_key_material_", text), tag("a", "b")],
    )["KeyMetadata"]

    mac = kms.generate_mac(KeyId=made["KeyId"], MacAlgorithm="HMAC_SHA_256", Message=b"message")

    judge = hmac.HMAC(MATERIAL, hashes.SHA256())
    judge.update(b"message")
    assert mac["Mac"] == judge.finalize()
    assert kms.list_resource_tags(KeyId=made["KeyId"])["Tags"] == [tag("a", "b")]


@pytest.mark.parametrize(
    ("tags", "more", "code"),
    [
        ([tag("_custom_id_", "my-key")], {}, "ValidationException"),
        ([tag("_custom_id_", KEY_ID)], {"MultiRegion": True}, "ValidationException"),
        ([tag("_custom_key_material_", "no base64!")], {}, "ValidationException"),
        ([tag("_custom_key_material_", "AAAA")], {}, "ValidationException"),
        ([tag("_custom_key_material_", "AAAA")], {"Origin": "EXTERNAL"}, "ValidationException"),
    ],
)
def test_tag_that_chooses_the_impossible_is_refused(kms, tags, more, code):
    """A test that asks for a key that cannot be gets none."""
    with refused(code):
        kms.create_key(Tags=tags, **more)

    assert kms.list_keys()["Keys"] == []


def test_tag_with_an_id_that_is_taken_is_refused(kms):
    """There are no two keys of one id in a Region."""
    kms.create_key(Tags=[tag("_custom_id_", KEY_ID)])

    with refused("AlreadyExistsException", f"Tag _custom_id_: us-east-1 has a key {KEY_ID}"):
        kms.create_key(Tags=[tag("_custom_id_", KEY_ID)])


RECORDED = b"\x01\x02\x02\x00x a blob that real KMS made"


@needs("IGNORE_CIPHERTEXT")
def test_a_dry_run_needs_no_ciphertext_beside_registered_ones(aws, kms, key_id):
    """IGNORE_CIPHERTEXT asks for the right to use the key alone, whatever was registered."""
    aws.register_ciphertext(RECORDED, plaintext=b"secret", key_id=key_id)

    with refused("DryRunOperationException"):
        kms.decrypt(KeyId=key_id, DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"])


@pytest.fixture
def registered(aws, key_id):
    """The key that the recorded blob belongs to."""
    aws.register_ciphertext(
        RECORDED, plaintext=b"secret", key_id=key_id, encryption_context={"tenant": "7"}
    )
    return key_id


def test_registered_ciphertext_decrypts(kms, registered):
    """A blob recorded from real KMS gives the plaintext that was registered."""
    answer = kms.decrypt(CiphertextBlob=RECORDED, EncryptionContext={"tenant": "7"})

    assert answer["Plaintext"] == b"secret"
    assert answer["KeyId"].endswith(registered)


def test_registered_ciphertext_needs_its_context(kms, registered):
    """Another encryption context is refused, as with any ciphertext."""
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=RECORDED, EncryptionContext={"tenant": "8"})


def test_registered_ciphertext_needs_its_key(kms, registered):
    """Another key than the registered one is refused, and so is one that is disabled."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    with refused("IncorrectKeyException"):
        kms.decrypt(KeyId=other, CiphertextBlob=RECORDED, EncryptionContext={"tenant": "7"})

    kms.disable_key(KeyId=registered)
    with refused("DisabledException"):
        kms.decrypt(CiphertextBlob=RECORDED, EncryptionContext={"tenant": "7"})


def test_registered_ciphertext_is_re_encrypted(kms, registered):
    """ReEncrypt takes the recorded blob and gives one of kmsmock's own."""
    answer = kms.re_encrypt(
        CiphertextBlob=RECORDED,
        SourceEncryptionContext={"tenant": "7"},
        DestinationKeyId=registered,
    )

    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"] == b"secret"


@pytest.mark.parametrize("name", ["alias/example", "arn", "id"])
def test_key_of_a_registered_ciphertext_has_all_its_names(aws, kms, name):
    """The key is named by its id, its ARN or an alias."""
    made = aws.kms_key(aliases=["alias/example"])

    named = {"arn": made.arn, "id": made.key_id}.get(name, name)
    aws.register_ciphertext(RECORDED, plaintext=b"secret", key_id=named)

    assert kms.decrypt(CiphertextBlob=RECORDED)["KeyId"] == made.arn


def test_ciphertext_of_a_key_that_is_not_there_is_refused(aws):
    """The key has to be there first."""
    with pytest.raises(LookupError, match="us-east-1 of account 123456789012 has no key"):
        aws.register_ciphertext(RECORDED, plaintext=b"secret", key_id=KEY_ID)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "is no symmetric key"),
        ({"Origin": "EXTERNAL"}, "has no key material yet"),
    ],
)
def test_ciphertext_of_a_key_that_cannot_have_it_is_refused(aws, kms, wanted, text):
    """A key that encrypts nothing symmetric now cannot have encrypted the blob."""
    key_id = kms.create_key(**wanted)["KeyMetadata"]["KeyId"]

    with pytest.raises(ValueError, match=text):
        aws.register_ciphertext(RECORDED, plaintext=b"secret", key_id=key_id)

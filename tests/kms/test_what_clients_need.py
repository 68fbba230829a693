"""What the libraries on top of KMS need: how they ask, and what they read in the answers.

The AWS Encryption SDK and its material providers, tink, credstash, kmsauth, jwt-kms, and signers
for Ethereum, PGP and TUF.
"""

import hashlib

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from expect import refused
from key_situations import AWAY, HOME, Situation, client_in

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import service_model

ALIAS = "alias/of-the-key"


@pytest.fixture
def arn(kms, key_id):
    """The ARN of a symmetric key that has an alias."""
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key_id)
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]


def new_key(kms, spec, usage="SIGN_VERIFY"):
    """The ARN of a new key."""
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]


# Identifiers


def test_decrypt_names_the_key_as_describe_key_does(kms, arn):
    """Kmsauth compares the two; the Encryption SDK wants exactly the ARN that it was given."""
    blob = kms.encrypt(KeyId=ALIAS, Plaintext=b"token")["CiphertextBlob"]

    reply = kms.decrypt(CiphertextBlob=blob)

    assert reply["KeyId"] == kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"] == arn


def test_get_public_key_gives_the_arn_for_an_alias(kms):
    """A PGP signer takes its ARN from there."""
    arn = new_key(kms, "RSA_2048")
    kms.create_alias(AliasName=ALIAS, TargetKeyId=arn)

    assert kms.get_public_key(KeyId=ALIAS)["KeyId"] == arn


OF_A_KEY = [
    name
    for name in service_model("kms").operation_names
    for shape in [service_model("kms").operation_model(name).input_shape]
    if shape and {"KeyId", "TargetKeyId", "SourceKeyId"} & set(shape.members)
]


@pytest.mark.parametrize("form", ["key id", "key ARN"])
@pytest.mark.parametrize("operation", OF_A_KEY)
def test_every_operation_takes_a_key_id_and_a_key_arn(operation, form):
    """ReplicateKey, DisableKey and ScheduleKeyDeletion too."""
    state = "PendingDeletion" if operation == "CancelKeyDeletion" else "Enabled"
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, state)
        name = situation.key["KeyId"] if form == "key id" else situation.arn
        for member in {"KeyId", "TargetKeyId", "SourceKeyId"} & set(situation.request):
            situation.request[member] = name

        reply = situation.ask()

        assert reply["ResponseMetadata"]["HTTPStatusCode"] == 200


# Public keys and signatures


def test_get_public_key_tells_all_that_libraries_read(kms):
    """jwt-kms reads CustomerMasterKeySpec, the material providers want the others."""
    reply = kms.get_public_key(KeyId=new_key(kms, "ECC_NIST_P256"))

    assert reply["KeySpec"] == reply["CustomerMasterKeySpec"] == "ECC_NIST_P256"
    assert reply["KeyUsage"] == "SIGN_VERIFY"
    assert reply["SigningAlgorithms"] == ["ECDSA_SHA_256"]


def test_a_digest_is_signed_as_it_is(kms):
    """Every JWT, TUF, Ethereum and PGP library sends digests."""
    arn = new_key(kms, "ECC_SECG_P256K1")
    digest = hashlib.sha256(b"transaction").digest()

    reply = kms.sign(
        KeyId=arn, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
    )

    public = serialization.load_der_public_key(kms.get_public_key(KeyId=arn)["PublicKey"])
    prehashed = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    public.verify(reply["Signature"], digest, prehashed)


@pytest.mark.parametrize("bits", [256, 384, 512])
def test_the_salt_of_pss_is_as_long_as_the_digest(kms, bits):
    """Strict verifiers refuse another length."""
    arn = new_key(kms, "RSA_2048")
    digest = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}[bits]

    signature = kms.sign(KeyId=arn, Message=b"m", SigningAlgorithm=f"RSASSA_PSS_SHA_{bits}")

    public = serialization.load_der_public_key(kms.get_public_key(KeyId=arn)["PublicKey"])
    pss = padding.PSS(padding.MGF1(digest), bits // 8)
    public.verify(signature["Signature"], b"m", pss, digest)
    with pytest.raises(InvalidSignature):
        another = padding.PSS(padding.MGF1(digest), bits // 8 - 1)
        public.verify(signature["Signature"], b"m", another, digest)


# Encryption


def test_answers_name_the_algorithm(kms, arn):
    """Encrypt and Decrypt theirs, ReEncrypt both."""
    encrypted = kms.encrypt(KeyId=arn, Plaintext=b"x")
    decrypted = kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"])
    changed = kms.re_encrypt(CiphertextBlob=encrypted["CiphertextBlob"], DestinationKeyId=arn)

    assert encrypted["EncryptionAlgorithm"] == decrypted["EncryptionAlgorithm"]
    assert changed["SourceEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert changed["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"


@pytest.mark.parametrize("encrypting", [{}, {"EncryptionContext": {}}])
@pytest.mark.parametrize("decrypting", [{}, {"EncryptionContext": {}}])
def test_an_empty_context_is_none(kms, arn, encrypting, decrypting):
    """Tink always sends an empty one."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x", **encrypting)["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob, **decrypting)["Plaintext"] == b"x"


@pytest.mark.parametrize(
    "context",
    [
        {"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256"},
        {"aws-crypto-public-key": "AqSMUm4QlnvDg=="},
        {"Zweck": "Schlüssel für Ærøskøbing 鍵 🔑"},
        {"鍵": "値"},
        {"empty": ""},
        {str(place): "x" * 100 for place in range(60)},
    ],
    ids=["DynamoDB encryption client", "Encryption SDK", "value", "key", "empty", "long"],
)
def test_contexts_of_every_kind_bind(kms, arn, context):
    """Names and values are any text, as many as there are, and exactly those decrypt."""
    data_key = kms.generate_data_key(KeyId=arn, KeySpec="AES_256", EncryptionContext=context)
    blob = data_key["CiphertextBlob"]

    reply = kms.decrypt(
        CiphertextBlob=blob, EncryptionContext=dict(reversed(list(context.items())))
    )

    assert reply["Plaintext"] == data_key["Plaintext"]
    name = next(iter(context))
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context | {name: context[name] + " "})


@pytest.mark.parametrize(
    ("asked", "length"),
    [
        ({"NumberOfBytes": 32}, 32),  # the Encryption SDK
        ({"NumberOfBytes": 64}, 64),  # credstash
        ({"KeySpec": "AES_128"}, 16),
    ],
)
def test_data_keys_have_the_lengths_that_libraries_ask_for(kms, arn, asked, length):
    """The data key comes in plain and encrypted."""
    reply = kms.generate_data_key(KeyId=arn, **asked)

    assert len(reply["Plaintext"]) == length
    assert kms.decrypt(CiphertextBlob=reply["CiphertextBlob"])["Plaintext"] == reply["Plaintext"]


@pytest.mark.parametrize("name", ["nothing", "key ARN", "alias ARN"])
def test_decryption_names_the_key_or_does_not(kms, arn, key_id, name):
    """Many callers name none, others always the key's ARN or the alias's."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    alias_arn = arn.replace(f"key/{key_id}", ALIAS)
    named = {"nothing": {}, "key ARN": {"KeyId": arn}, "alias ARN": {"KeyId": alias_arn}}

    assert kms.decrypt(CiphertextBlob=blob, **named[name])["Plaintext"] == b"x"


def test_grant_tokens_may_come_along(kms, arn):
    """Of whatever grant, of this key or another."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    tokens = [
        kms.create_grant(
            KeyId=key, GranteePrincipal="arn:aws:iam::123456789012:role/App", Operations=["Decrypt"]
        )["GrantToken"]
        for key in (arn, other)
    ]

    blob = kms.encrypt(KeyId=arn, Plaintext=b"x", GrantTokens=tokens)["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob, GrantTokens=tokens)["Plaintext"] == b"x"


def test_at_most_ten_grant_tokens_come_along(kms, arn):
    """The model's limit."""
    with refused("ValidationException"):
        kms.encrypt(KeyId=arn, Plaintext=b"x", GrantTokens=["token"] * 11)


def test_a_replica_decrypts_what_the_primary_encrypted(aws):
    """In its own Region."""
    home, away = client_in(HOME), client_in(AWAY)
    key = home.create_key(MultiRegion=True)["KeyMetadata"]
    home.replicate_key(KeyId=key["KeyId"], ReplicaRegion=AWAY)
    blob = home.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]

    reply = away.decrypt(CiphertextBlob=blob)

    assert reply["Plaintext"] == b"x"
    assert reply["KeyId"] == key["Arn"].replace(HOME, AWAY)


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256()], ids=["SHA_1", "SHA_256"])
def test_what_rsa_encrypted_offline_is_decrypted(kms, digest):
    """OAEP under the key of GetPublicKey."""
    arn = new_key(kms, "RSA_2048", "ENCRYPT_DECRYPT")
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=arn)["PublicKey"])

    blob = public.encrypt(b"offline", padding.OAEP(padding.MGF1(digest), digest, None))

    algorithm = f"RSAES_OAEP_SHA_{'1' if isinstance(digest, hashes.SHA1) else '256'}"
    reply = kms.decrypt(KeyId=arn, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
    assert reply["Plaintext"] == b"offline"


# Errors


def test_errors_are_the_clients_own_classes(kms, arn):
    """The material providers and credstash branch on them."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]

    with pytest.raises(kms.exceptions.InvalidCiphertextException) as invalid:
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"other": "context"})
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)

    assert invalid.value.response["Error"]["Message"] == ""


def test_a_disabled_key_says_so(kms, arn):
    """The text is read by people."""
    kms.disable_key(KeyId=arn)

    with pytest.raises(ClientError, match=f"{arn} is disabled.$"):
        kms.encrypt(KeyId=arn, Plaintext=b"x")

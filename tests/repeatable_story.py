"""A story of both services, told as the bytes of all answers; a program, and a function for tests.

What cannot be repeated is not in it: OAEP, PSS, ML-DSA signatures, ML-KEM encapsulation.
"""

import datetime as dt
import hashlib
import sys

import boto3
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from kmsmock import mock_kms_cloudhsm

SINCE = dt.datetime(2031, 1, 1, tzinfo=dt.timezone.utc)


def told(seed):
    """Give a line for each answer: the operation, and a hash of the headers and the body."""
    lines = []

    def note(response_dict, operation_model, **_others):
        headers = repr(sorted(response_dict["headers"].items()))
        digest = hashlib.sha256(headers.encode() + response_dict["body"]).hexdigest()
        lines.append(f"{operation_model.name} {response_dict['status_code']} {digest}")

    with mock_kms_cloudhsm(region="us-east-1", seed=seed) as aws:
        aws.clock.freeze(SINCE)
        kms, cloudhsm = (boto3.client(name) for name in ("kms", "cloudhsmv2"))
        for client in (kms, cloudhsm):
            client.meta.events.register("before-parse", note)
        tell(aws, kms, cloudhsm)
    return lines


def tell(aws, kms, cloudhsm):
    """Use as much of both services as can be repeated."""
    kms.list_aliases()
    key_id = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    for name in ("alias/one", "alias/two", "alias/three"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    kms.list_aliases(KeyId=key_id)
    context = {"purpose": "test", "tenant": "7"}
    encrypted = kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=context)
    kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)
    kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    kms.generate_random(NumberOfBytes=100)
    kms.enable_key_rotation(KeyId=key_id)
    kms.create_grant(
        KeyId=key_id,
        GranteePrincipal="arn:aws:iam::123456789012:role/example",
        Operations=["Decrypt", "Encrypt"],
    )
    kms.list_grants(KeyId=key_id)
    for spec in ("ECC_NIST_P256", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "RSA_2048"):
        sign(kms, spec)
    kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="RSA_3072")
    kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ECC_NIST_P384")
    mac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    kms.generate_mac(KeyId=mac_key["KeyId"], MacAlgorithm="HMAC_SHA_256", Message=b"message")
    import_material(kms)
    kms.create_key(MultiRegion=True)
    store = aws.key_store("ExampleKeyStore")
    cloudhsm.describe_clusters()
    kms.describe_custom_key_stores()
    kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id)
    aws.clock.advance(days=400)
    kms.list_key_rotations(KeyId=key_id)
    cloudhsm.describe_backups()


def sign(kms, spec):
    """Make a key and a signature whose algorithm is deterministic."""
    key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    algorithm = next(
        name for name in key["SigningAlgorithms"] if "PSS" not in name and "PH" not in name
    )
    kms.get_public_key(KeyId=key["KeyId"])
    kms.sign(KeyId=key["KeyId"], Message=b"message", SigningAlgorithm=algorithm)


def import_material(kms):
    """Import material; what the importer wraps is random, what KMS answers is not."""
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    given = kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    public = serialization.load_der_public_key(given["PublicKey"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=public.encrypt(bytes(32), oaep),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


if __name__ == "__main__":
    sys.stdout.write("\n".join(told(sys.argv[1])))

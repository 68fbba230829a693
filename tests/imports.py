"""Key material from outside, wrapped by `cryptography` as AWS's page says, and imported."""

import os

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding

MATERIAL = bytes(range(32))
OTHER_MATERIAL = bytes(range(32, 64))
NEVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def external_key(kms, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT"):
    """The id of a key that awaits its material."""
    return kms.create_key(Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def parameters(kms, key_id, algorithm="RSAES_OAEP_SHA_256", wrapping_key="RSA_2048"):
    """What GetParametersForImport gives."""
    return kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=wrapping_key
    )


def wrap(public_key, material, algorithm="RSAES_OAEP_SHA_256"):
    """The material as ImportKeyMaterial takes it."""
    key = serialization.load_der_public_key(public_key)
    digest = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    if algorithm.startswith("RSAES_OAEP_"):
        return key.encrypt(material, oaep)
    aes_key = os.urandom(32)
    return key.encrypt(aes_key, oaep) + keywrap.aes_key_wrap_with_padding(aes_key, material)


def send(kms, key_id, given, material, algorithm="RSAES_OAEP_SHA_256", **members):
    """Import material with what GetParametersForImport gave; without an expiry by default."""
    return kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrap(given["PublicKey"], material, algorithm),
        **(members if "ValidTo" in members or "ExpirationModel" in members else NEVER | members),
    )


def import_material(
    kms, key_id, material=MATERIAL, algorithm="RSAES_OAEP_SHA_256", wrapping_key="RSA_2048", **more
):
    """Import material with parameters of its own."""
    given = parameters(kms, key_id, algorithm, wrapping_key)
    return send(kms, key_id, given, material, algorithm, **more)


def import_new(kms, key_id, material, **members):
    """Import material that the key never had; give its id."""
    reply = import_material(kms, key_id, material, ImportType="NEW_KEY_MATERIAL", **members)
    return reply["KeyMaterialId"]


def metadata(kms, key_id):
    """The key's metadata."""
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def pkcs8(key):
    """A private key as AWS takes it: PKCS#8 DER."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def spki(key):
    """A private key's public half as AWS gives it: SubjectPublicKeyInfo DER."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

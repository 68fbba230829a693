"""HMAC and asymmetric keys with material from outside."""

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from expect import refused
from imports import external_key, import_material, metadata, pkcs8, spki

HYBRID = "RSA_AES_KEY_WRAP_SHA_256"

KINDS = {
    "RSA_2048": ("RSASSA_PSS_SHA_256", lambda: rsa.generate_private_key(65537, 2048)),
    "ECC_NIST_P256": ("ECDSA_SHA_256", lambda: ec.generate_private_key(ec.SECP256R1())),
    "ECC_NIST_P384": ("ECDSA_SHA_384", lambda: ec.generate_private_key(ec.SECP384R1())),
    "ECC_NIST_P521": ("ECDSA_SHA_512", lambda: ec.generate_private_key(ec.SECP521R1())),
    "ECC_SECG_P256K1": ("ECDSA_SHA_256", lambda: ec.generate_private_key(ec.SECP256K1())),
    "ECC_NIST_EDWARDS25519": ("ED25519_SHA_512", ed25519.Ed25519PrivateKey.generate),
    "ML_DSA_44": ("ML_DSA_SHAKE_256", mldsa.MLDSA44PrivateKey.generate),
}
kinds = pytest.mark.parametrize("spec", KINDS)


def new_private_key(spec):
    """A private key, made outside."""
    return KINDS[spec][1]()


def signing_key(kms, spec):
    """The id of a signing key that awaits its material."""
    return external_key(kms, spec, "SIGN_VERIFY")


@kinds
def test_public_key_is_that_of_the_imported_private_key(kms, spec):
    """GetPublicKey gives exactly the SubjectPublicKeyInfo of what was imported."""
    private = new_private_key(spec)
    key_id = signing_key(kms, spec)

    import_material(kms, key_id, pkcs8(private), HYBRID)

    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == spki(private)


@kinds
def test_imported_private_key_signs(kms, spec):
    """What the key signs, it verifies."""
    key_id = signing_key(kms, spec)
    import_material(kms, key_id, pkcs8(new_private_key(spec)), HYBRID)
    algorithm = KINDS[spec][0]

    signature = kms.sign(KeyId=key_id, Message=b"text", SigningAlgorithm=algorithm)["Signature"]

    assert kms.verify(
        KeyId=key_id, Message=b"text", Signature=signature, SigningAlgorithm=algorithm
    )["SignatureValid"]


def test_imported_ml_kem_key_opens_what_was_encapsulated_outside(kms):
    """The secret that `cryptography` encapsulates for the public key comes out of Decapsulate."""
    if not hasattr(kms, "decapsulate"):
        pytest.skip("this botocore has no ML-KEM")
    private = mlkem.MLKEM768PrivateKey.generate()
    key_id = external_key(kms, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")
    import_material(kms, key_id, pkcs8(private))
    secret, ciphertext = private.public_key().encapsulate()

    reply = kms.decapsulate(
        KeyId=key_id, SharedSecretCiphertextBlob=ciphertext, EncapsulationAlgorithm="ML_KEM"
    )

    assert reply["SharedSecret"] == secret


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_SECG_P256K1"])
def test_short_private_key_goes_under_rsa_itself(kms, spec, algorithm):
    """Private keys of the shorter curves fit into RSAES_OAEP of RSA_2048."""
    private = new_private_key(spec)
    key_id = signing_key(kms, spec)

    import_material(kms, key_id, pkcs8(private), algorithm)

    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == spki(private)


def test_reply_and_metadata_of_other_keys_have_no_material_id(kms):
    """Only symmetric keys tell the id of their material."""
    key_id = signing_key(kms, "ECC_NIST_P256")

    reply = import_material(kms, key_id, pkcs8(new_private_key("ECC_NIST_P256")))

    assert {*reply} - {"ResponseMetadata"} == {"KeyId"}
    assert "CurrentKeyMaterialId" not in metadata(kms, key_id)
    assert metadata(kms, key_id)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"


def test_imported_private_key_can_be_deleted_and_come_back(kms):
    """A key without its private key awaits it, and takes only the same one."""
    private = new_private_key("ECC_NIST_P256")
    key_id = signing_key(kms, "ECC_NIST_P256")
    import_material(kms, key_id, pkcs8(private))

    reply = kms.delete_imported_key_material(KeyId=key_id)

    assert {*reply} - {"ResponseMetadata"} == {"KeyId"}
    assert metadata(kms, key_id)["KeyState"] == "PendingImport"
    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, pkcs8(new_private_key("ECC_NIST_P256")))
    import_material(kms, key_id, pkcs8(private))
    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == spki(private)


@pytest.mark.parametrize(
    "material",
    [
        pkcs8(ec.generate_private_key(ec.SECP384R1())),
        pkcs8(ed25519.Ed25519PrivateKey.generate()),
        bytes(32),
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ),
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
        ),
        spki(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["other curve", "Ed25519", "no key", "SEC 1", "PEM", "encrypted", "public key"],
)
def test_private_key_is_pkcs8_of_the_keys_own_spec(kms, material):
    """ECC_NIST_P256 takes the PKCS#8 DER of a key on P-256, and nothing else."""
    key_id = signing_key(kms, "ECC_NIST_P256")

    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, material, HYBRID)


def test_rsa_key_has_the_length_of_its_spec(kms):
    """RSA_3072 takes no key of 2048 bits."""
    key_id = signing_key(kms, "RSA_3072")

    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, pkcs8(new_private_key("RSA_2048")), HYBRID)


@pytest.mark.parametrize(
    "members",
    [
        {"ImportType": "NEW_KEY_MATERIAL"},
        {"KeyMaterialDescription": "text"},
        {"KeyMaterialId": "0" * 64},
    ],
)
def test_members_about_several_materials_are_for_symmetric_keys(kms, members):
    """ImportType, KeyMaterialDescription and KeyMaterialId go with symmetric keys only."""
    key_id = signing_key(kms, "ECC_NIST_P256")

    with refused("UnsupportedOperationException"):
        import_material(kms, key_id, pkcs8(new_private_key("ECC_NIST_P256")), **members)


def test_imported_hmac_key_computes_its_mac(kms):
    """GenerateMac gives the HMAC of RFC 2104 under the imported bytes."""
    material = bytes(range(32))
    key_id = external_key(kms, "HMAC_256", "GENERATE_VERIFY_MAC")
    import_material(kms, key_id, material)
    judge = hmac.HMAC(material, hashes.SHA256())
    judge.update(b"text")

    reply = kms.generate_mac(KeyId=key_id, Message=b"text", MacAlgorithm="HMAC_SHA_256")

    assert reply["Mac"] == judge.finalize()


@pytest.mark.parametrize(
    ("spec", "length", "fits"),
    [
        ("HMAC_224", 27, False),
        ("HMAC_224", 28, True),
        ("HMAC_256", 31, False),
        ("HMAC_256", 64, True),
        ("HMAC_384", 47, False),
        ("HMAC_384", 48, True),
        ("HMAC_512", 63, False),
        ("HMAC_512", 128, True),
        ("HMAC_512", 129, False),
    ],
)
def test_hmac_key_is_at_least_as_long_as_its_mac(kms, spec, length, fits):
    """Shorter keys than the MAC, and longer ones than a block of the hash, are refused."""
    key_id = external_key(kms, spec, "GENERATE_VERIFY_MAC")

    if fits:
        import_material(kms, key_id, bytes(length))
        assert metadata(kms, key_id)["KeyState"] == "Enabled"
    else:
        with refused("IncorrectKeyMaterialException"):
            import_material(kms, key_id, bytes(length))

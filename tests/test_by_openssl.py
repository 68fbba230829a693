"""What KMS answers and takes, judged and made by OpenSSL's command line.

As a user's shell does it: public keys come from GetPublicKey, private ones from OpenSSL.
"""

import os
import re

import imports
import key_kinds
import pytest
from openssl import needs_openssl, openssl, since

from kmsmock.crypto.ready_rsa import ready_key

MESSAGE = b"what is signed"
DIGESTS = {"SHA_1": "sha1", "SHA_256": "sha256", "SHA_384": "sha384", "SHA_512": "sha512"}

pytestmark = needs_openssl


def digest_of(algorithm):
    """The digest of an algorithm of AWS's, as OpenSSL calls it."""
    return DIGESTS[re.search(r"SHA_\d+$", algorithm)[0]]


def signing(algorithm):
    """The options of `openssl dgst` for an algorithm of AWS's."""
    digest = f"-{digest_of(algorithm)}"
    if "PSS" in algorithm:
        return f"{digest} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"
    return digest


def public_key(kms, key):
    return kms.get_public_key(KeyId=key)["PublicKey"]


def made(folder, spec):
    """A private key from outside, PKCS#8 DER: OpenSSL's own, or one that is ready."""
    if spec.startswith("RSA_"):
        return ready_key(int(spec[4:]), 0)
    options = f"-algorithm EC -pkeyopt ec_paramgen_curve:{CURVES[spec]}"
    ran = openssl(folder, f"genpkey -outform DER {options}")
    assert ran.returncode == 0, ran.stderr
    command = "pkcs8 -topk8 -nocrypt -inform DER -outform DER -in k"
    return openssl(folder, command, k=ran.stdout).stdout


DIGESTING = [
    *((spec, algorithm) for spec in ("RSA_2048", "RSA_3072") for algorithm in key_kinds.RSASSA),
    *key_kinds.ECDSA.items(),
]
CURVES = {
    "ECC_NIST_P256": "P-256",
    "ECC_NIST_P384": "P-384",
    "ECC_NIST_P521": "P-521",
    "ECC_SECG_P256K1": "secp256k1",
}


@pytest.mark.parametrize(("spec", "algorithm"), DIGESTING)
def test_openssl_verifies_what_kms_signs(kms, tmp_path, spec, algorithm):
    """With the public key of GetPublicKey."""
    key = key_kinds.create(kms, spec, "SIGN_VERIFY")
    asked = {"KeyId": key, "SigningAlgorithm": algorithm}

    signature = kms.sign(Message=MESSAGE, **asked)["Signature"]

    command = f"dgst {signing(algorithm)} -verify p -keyform DER -signature s m"
    ran = openssl(tmp_path, command, p=public_key(kms, key), s=signature, m=MESSAGE)
    assert ran.stdout == b"Verified OK\n", ran.stderr
    ran = openssl(tmp_path, command, m=b"another message")
    assert ran.returncode == 1


@pytest.mark.parametrize(("spec", "algorithm"), DIGESTING)
def test_kms_verifies_what_openssl_signs(kms, tmp_path, spec, algorithm):
    """With a private key that was imported."""
    private = made(tmp_path, spec)
    key = imports.external_key(kms, spec, "SIGN_VERIFY")
    imports.import_material(kms, key, private, "RSA_AES_KEY_WRAP_SHA_256")

    command = f"dgst {signing(algorithm)} -sign k -keyform DER m"
    signature = openssl(tmp_path, command, k=private, m=MESSAGE).stdout

    assert kms.verify(KeyId=key, SigningAlgorithm=algorithm, Message=MESSAGE, Signature=signature)[
        "SignatureValid"
    ]


RAW = [
    pytest.param("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
    *(
        pytest.param(spec, "ML_DSA_SHAKE_256", marks=since(3, 5))
        for spec in ("ML_DSA_44", "ML_DSA_65", "ML_DSA_87")
    ),
]


@pytest.mark.parametrize(("spec", "algorithm"), RAW)
def test_openssl_verifies_what_kms_signs_without_a_digest(kms, tmp_path, spec, algorithm):
    """Schemes that take the message itself."""
    key = key_kinds.create(kms, spec, "SIGN_VERIFY")
    asked = {"KeyId": key, "SigningAlgorithm": algorithm}

    signature = kms.sign(Message=MESSAGE, **asked)["Signature"]

    command = "pkeyutl -verify -pubin -keyform DER -inkey p -rawin -in m -sigfile s"
    ran = openssl(tmp_path, command, p=public_key(kms, key), s=signature, m=MESSAGE)
    assert b"Signature Verified Successfully" in ran.stdout, ran.stderr


@pytest.mark.parametrize("algorithm", key_kinds.OAEP)
@pytest.mark.parametrize("spec", key_kinds.RSA)
def test_kms_decrypts_what_openssl_encrypts(kms, tmp_path, spec, algorithm):
    """RSAES-OAEP with an empty label, and the same hash in MGF1."""
    key = key_kinds.create(kms, spec, "ENCRYPT_DECRYPT")
    digest = digest_of(algorithm)
    options = f"-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{digest}"

    command = f"pkeyutl -encrypt -pubin -keyform DER -inkey p {options} -in m"
    blob = openssl(tmp_path, command, p=public_key(kms, key), m=MESSAGE).stdout

    asked = {"KeyId": key, "EncryptionAlgorithm": algorithm, "CiphertextBlob": blob}
    assert kms.decrypt(**asked)["Plaintext"] == MESSAGE


@pytest.mark.parametrize("algorithm", key_kinds.OAEP)
def test_openssl_decrypts_what_kms_encrypts(kms, tmp_path, algorithm):
    """With the private key that was imported."""
    private = made(tmp_path, "RSA_2048")
    key = imports.external_key(kms, "RSA_2048", "ENCRYPT_DECRYPT")
    imports.import_material(kms, key, private, "RSA_AES_KEY_WRAP_SHA_256")
    asked = {"KeyId": key, "EncryptionAlgorithm": algorithm}

    blob = kms.encrypt(Plaintext=MESSAGE, **asked)["CiphertextBlob"]

    options = f"-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{digest_of(algorithm)}"
    command = f"pkeyutl -decrypt -keyform DER -inkey k {options} -in c"
    assert openssl(tmp_path, command, k=private, c=blob).stdout == MESSAGE


@pytest.mark.parametrize("spec", key_kinds.NIST)
def test_both_sides_derive_the_same_secret(kms, tmp_path, spec):
    """ECDH's raw x-coordinate."""
    key = key_kinds.create(kms, spec, "KEY_AGREEMENT")
    private = made(tmp_path, spec)
    peer = openssl(tmp_path, "pkey -inform DER -in k -pubout -outform DER", k=private).stdout

    command = "pkeyutl -derive -keyform DER -inkey k -peerform DER -peerkey p"
    theirs = openssl(tmp_path, command, p=public_key(kms, key)).stdout

    asked = {"KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer}
    assert kms.derive_shared_secret(**asked)["SharedSecret"] == theirs


@pytest.mark.parametrize("spec", key_kinds.ML_KEM)
@since(3, 5)
@key_kinds.needs_ml_kem
def test_kms_decapsulates_what_openssl_encapsulates(kms, tmp_path, spec):
    """ML-KEM's shared secret."""
    key = key_kinds.create(kms, spec, "ENCAPSULATE_DECAPSULATE")

    command = "pkeyutl -encap -pubin -keyform DER -inkey p -secret s -out c"
    ran = openssl(tmp_path, command, p=public_key(kms, key))
    assert ran.returncode == 0, ran.stderr

    told = kms.decapsulate(
        KeyId=key,
        EncapsulationAlgorithm="ML_KEM",
        SharedSecretCiphertextBlob=(tmp_path / "c").read_bytes(),
    )
    assert told["SharedSecret"] == (tmp_path / "s").read_bytes()


@pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])
def test_kms_imports_what_openssl_wraps(kms, tmp_path, algorithm):
    """As AWS's page says it: AES key wrap with padding (RFC 5649), then OAEP.

    https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-encrypt-key-material.html
    """
    private = made(tmp_path, "ECC_NIST_P256")
    key = imports.external_key(kms, "ECC_NIST_P256", "SIGN_VERIFY")
    given = imports.parameters(kms, key, algorithm, "RSA_4096")
    aes_key = os.urandom(32)

    command = f"enc -id-aes256-wrap-pad -iv A65959A6 -K {aes_key.hex()} -in k"
    wrapped = openssl(tmp_path, command, k=private).stdout
    options = f"-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{digest_of(algorithm)}"
    command = f"pkeyutl -encrypt -pubin -keyform DER -inkey p {options} -in a"
    sealed = openssl(tmp_path, command, p=given["PublicKey"], a=aes_key).stdout
    kms.import_key_material(
        KeyId=key,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=sealed + wrapped,
        **imports.NEVER,
    )

    public = openssl(tmp_path, "pkey -inform DER -in k -pubout -outform DER").stdout
    assert public_key(kms, key) == public


@pytest.mark.parametrize("spec", key_kinds.HMAC)
def test_both_sides_make_the_same_mac(kms, tmp_path, spec):
    """HMAC under a key that was imported."""
    secret = os.urandom(int(spec[5:]) // 8)
    key = imports.external_key(kms, spec, "GENERATE_VERIFY_MAC")
    imports.import_material(kms, key, secret)

    command = f"dgst -sha{spec[5:]} -mac HMAC -macopt hexkey:{secret.hex()} -binary m"
    theirs = openssl(tmp_path, command, m=MESSAGE).stdout

    asked = {"KeyId": key, "MacAlgorithm": spec.replace("_", "_SHA_"), "Message": MESSAGE}
    assert kms.generate_mac(**asked)["Mac"] == theirs


@pytest.mark.parametrize("spec", [*key_kinds.RSA, *key_kinds.ECDSA, "ECC_NIST_EDWARDS25519"])
def test_openssl_finds_data_key_pairs_sound(kms, key_id, tmp_path, spec):
    """The private key is valid, and the public key is its own."""
    pair = kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec=spec)

    checked = openssl(
        tmp_path, "pkey -inform DER -in k -noout -check", k=pair["PrivateKeyPlaintext"]
    )
    public = openssl(tmp_path, "pkey -inform DER -in k -pubout -outform DER").stdout

    assert b"Key is valid" in checked.stdout + checked.stderr
    assert public == pair["PublicKey"]

"""Cryptography outside KMS, by which tests judge what KMS answers and make what it reads.

Algorithms go by AWS's names; private keys are PKCS#8 DER, public ones SubjectPublicKeyInfo DER.
"""

import hashlib
import hmac
import os
from functools import cache

import imports
import sm2_offline
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (
    ec,
    ed25519,
    mldsa,
    mlkem,
    padding,
    rsa,
)

HASHES = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def hash_of(algorithm):
    return HASHES[algorithm.rpartition("_")[2]]()


def private_key(pkcs8):
    return serialization.load_der_private_key(pkcs8, None)


def public_key(spki):
    return serialization.load_der_public_key(spki)


def new_secret(spec):
    """A private key as PKCS#8, or the bytes of an HMAC key, for AWS's KeySpec."""
    if spec.startswith("HMAC_"):
        return os.urandom(int(spec.removeprefix("HMAC_")) // 8)
    if spec == "SM2":
        return sm2_offline.key_pair()[0]
    if spec == "ML_KEM_512":
        return ML_KEM_512_PRIVATE + os.urandom(64)
    if spec.startswith("RSA_"):
        return rsa_key(int(spec.removeprefix("RSA_")))
    return imports.pkcs8(GENERATORS[spec]())


@cache
def rsa_key(bits):
    """One of each size: they take seconds to make."""
    return imports.pkcs8(rsa.generate_private_key(65537, bits))


GENERATORS = {
    "ECC_NIST_P256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECC_NIST_P384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ECC_NIST_P521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ECC_SECG_P256K1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "ECC_NIST_EDWARDS25519": ed25519.Ed25519PrivateKey.generate,
    "ML_DSA_44": mldsa.MLDSA44PrivateKey.generate,
    "ML_DSA_65": mldsa.MLDSA65PrivateKey.generate,
    "ML_DSA_87": mldsa.MLDSA87PrivateKey.generate,
    "ML_KEM_768": mlkem.MLKEM768PrivateKey.generate,
    "ML_KEM_1024": mlkem.MLKEM1024PrivateKey.generate,
}


def public_of(pkcs8):
    """The public half, as DER."""
    if sm2_offline.is_key(pkcs8):
        return sm2_offline.public_of(pkcs8)
    if is_ml_kem_512(pkcs8):
        return ML_KEM_512_PREFIX + ml_kem_512().key_derive(pkcs8[-64:])[0]
    return imports.spki(private_key(pkcs8))


# Signatures


def sent_to_kms(message, kind, spki):
    """What a client sends for a message: itself, its digest, or ML-DSA's representative of it."""
    if kind.message_type == "RAW":
        return message
    if kind.message_type == "EXTERNAL_MU":
        # FIPS 204, algorithm 2 line 10 and algorithm 7 line 6, with an empty context.
        hashed_key = hashlib.shake_256(public_key(spki).public_bytes_raw()).digest(64)
        return hashlib.shake_256(hashed_key + b"\0\0" + message).digest(64)
    if kind.algorithm == "SM2DSA":
        return sm2_offline.digest(spki, message)
    return hashlib.new(hash_of(kind.algorithm).name, message).digest()


def verify(spki, algorithm, message, signature):
    """Raise an exception unless the signature is the message's."""
    if algorithm == "SM2DSA":
        return sm2_offline.verify(spki, message, signature)
    key = public_key(spki)
    if algorithm == "ED25519_PH_SHA_512":
        return verify_prehashed(key, hashlib.sha512(message).digest(), signature)
    return key.verify(signature, message, *scheme(algorithm))


def sign(pkcs8, algorithm, message):
    if algorithm == "SM2DSA":
        return sm2_offline.sign(pkcs8, message)
    key = private_key(pkcs8)
    if algorithm == "ED25519_PH_SHA_512":
        return sign_prehashed(key, hashlib.sha512(message).digest())
    return key.sign(message, *scheme(algorithm))


def scheme(algorithm):
    """The further arguments of `cryptography` for an algorithm."""
    if algorithm.startswith("RSASSA_PKCS1"):
        return padding.PKCS1v15(), hash_of(algorithm)
    if algorithm.startswith("RSASSA_PSS"):
        digest = hash_of(algorithm)
        return padding.PSS(padding.MGF1(digest), digest.digest_size), digest
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(hash_of(algorithm)),)
    return ()


def verify_prehashed(key, message, signature):
    """Ed25519ph; the message is the digest that KMS was sent, which the scheme hashes again."""
    from nacl import bindings

    state = bindings.crypto_sign_ed25519ph_state()
    bindings.crypto_sign_ed25519ph_update(state, message)
    bindings.crypto_sign_ed25519ph_final_verify(state, signature, key.public_bytes_raw())


def sign_prehashed(key, message):
    from nacl import bindings

    state = bindings.crypto_sign_ed25519ph_state()
    bindings.crypto_sign_ed25519ph_update(state, message)
    secret = key.private_bytes_raw() + key.public_key().public_bytes_raw()
    return bindings.crypto_sign_ed25519ph_final_create(state, secret)


# Encryption


def oaep(algorithm):
    return padding.OAEP(padding.MGF1(hash_of(algorithm)), hash_of(algorithm), label=None)


def encrypt(spki, algorithm, plaintext):
    if algorithm == "SM2PKE":
        return sm2_offline.encrypt(spki, plaintext)
    return public_key(spki).encrypt(plaintext, oaep(algorithm))


def decrypt(pkcs8, algorithm, ciphertext):
    if algorithm == "SM2PKE":
        return sm2_offline.decrypt(pkcs8, ciphertext)
    return private_key(pkcs8).decrypt(ciphertext, oaep(algorithm))


# Key agreement and encapsulation


def key_pair(spec):
    """A new key pair: PKCS#8 and SubjectPublicKeyInfo DER."""
    private = new_secret(spec)
    return private, public_of(private)


def shared_secret(pkcs8, peer):
    """ECDH's raw x-coordinate."""
    if sm2_offline.is_key(pkcs8):
        return sm2_offline.shared_secret(pkcs8, peer)
    return private_key(pkcs8).exchange(ec.ECDH(), public_key(peer))


# RFC 9935: the seed form of a private key, of 64 bytes, and a public one, of 800.
ML_KEM_512_PRIVATE = bytes.fromhex("3054020100300b060960864801650304040104428040")
ML_KEM_512_OID = bytes.fromhex("0609608648016503040401")
ML_KEM_512_PREFIX = bytes.fromhex("30820332300b0609608648016503040401") + bytes.fromhex(
    "0382032100"
)


def is_ml_kem_512(der):
    return ML_KEM_512_OID in der[:32]


def ml_kem_512():
    """The one parameter set that `cryptography` lacks."""
    from kyber_py.ml_kem import ML_KEM_512

    return ML_KEM_512


def encapsulate(spki):
    """A shared secret and its ciphertext."""
    if is_ml_kem_512(spki):
        return ml_kem_512().encaps(spki.removeprefix(ML_KEM_512_PREFIX))
    return public_key(spki).encapsulate()


def decapsulate(pkcs8, ciphertext):
    if is_ml_kem_512(pkcs8):
        return ml_kem_512().decaps(ml_kem_512().key_derive(pkcs8[-64:])[1], ciphertext)
    return private_key(pkcs8).decapsulate(ciphertext)


# Message authentication codes


def mac(secret, algorithm, message):
    return hmac.digest(secret, message, f"sha{algorithm.rpartition('_')[2]}")

"""The published vectors of NIST and others, as the package of `cryptography`'s own tests has them.

`pip install 'kmsmock[vectors]'`: it is of 126 MB, so the extra `test` does without.
"""

from itertools import islice
from pathlib import Path

import imports
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, mlkem, rsa, utils

from kmsmock.crypto import (
    edwards,
    elliptic_curve,
    mac,
    ml_kem_512,
    post_quantum,
    symmetric,
    wrapping,
)
from kmsmock.crypto import rsa as kms_rsa
from kmsmock.crypto.exceptions import InvalidKeyMaterial, InvalidSignature, Unreadable
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key

vectors = pytest.importorskip(
    "cryptography_vectors", reason="the vectors are not installed: pip install kmsmock[vectors]"
)
ROOT = Path(vectors.__path__[0])
MANY = 60
"""So many of a kind; the files have up to thousands."""


def blocks(name):
    """The vectors of a file in NIST's form: what was last said in brackets, and their members."""
    headers, members, is_header = (), {}, False
    with (ROOT / name).open() as lines:
        for line in lines:
            text = line.strip()
            if text.startswith("["):
                headers = (*headers, text[1:-1]) if is_header else (text[1:-1],)
                is_header = True
                continue
            is_header = False
            if "=" in text and not text.startswith("#"):
                field, _, value = text.partition("=")
                members[field.strip()] = value.strip()
            elif text and not text.startswith("#"):
                members[text] = ""
            elif not text and members:
                yield headers, members
                members = {}
    if members:
        yield headers, members


def octets(members, *names):
    """Members that are bytes in hexadecimal."""
    return [bytes.fromhex(members[name]) for name in names]


def numbers(members, *names):
    """Members that are numbers in hexadecimal."""
    return [int(members[name], 16) for name in names]


def spki(key):
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_taken(check, *arguments):
    """Whether a check of a signature raises nothing."""
    try:
        check(*arguments)
    except InvalidSignature:
        return False
    return True


def some(found):
    """The first ones, of which there are enough to mean something."""
    found = list(islice(found, MANY))
    assert len(found) > 4
    return found


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_hmac(bits):
    """RFC 4231; the fifth case is about shortened MACs, which KMS does not make."""
    for _headers, members in some(blocks(f"HMAC/rfc-4231-sha{bits}.txt")):
        key, message, expected = octets(members, "Key", "Msg", "MD")

        assert mac.compute(key, f"HMAC_SHA_{bits}", message)[: len(expected)] == expected


def rsa_signatures():
    """RSA keys of KMS's sizes, and signatures of KMS's hashes."""
    modulus = 0
    for _headers, members in blocks("asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp"):
        if "n" in members:
            modulus = int(members["n"], 16)
        if members.get("SHAAlg") in ("SHA256", "SHA384", "SHA512") and modulus.bit_length() >= 2048:
            key = rsa.RSAPublicNumbers(int(members["e"], 16), modulus).public_key()
            yield key, members


def test_rsassa_pkcs1_v1_5():
    """NIST's SigVer15: good signatures, and several kinds of wrong ones."""
    judged = set()
    for key, members in rsa_signatures():
        algorithm = f"RSASSA_PKCS1_V1_5_SHA_{members['SHAAlg'][3:]}"
        message, signature = octets(members, "Msg", "S")
        good = members["Result"].startswith("P")

        assert is_taken(kms_rsa.verify, spki(key), algorithm, message, signature) == good
        judged.add((algorithm, good))
    assert len(judged) == 6


def oaep(name):
    """Keys with messages and their ciphertexts, from pyca's form."""
    key, field, told = None, "", {}
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("="):
            continue
        if not line.startswith("#"):
            told[field] = told.get(field, "") + line.replace(" ", "")
            continue
        if field == "Encryption":
            yield key, bytes.fromhex(told["Message"]), bytes.fromhex(told["Encryption"])
        field = line[1:].strip(" :")
        if "Example" in field and told.pop("Coefficient", None):
            private, p, q = numbers(told, "Exponent", "Prime 1", "Prime 2")
            public = rsa.RSAPublicNumbers(*numbers(told, "Public exponent", "Modulus"))
            rest = (
                rsa.rsa_crt_dmp1(private, p),
                rsa.rsa_crt_dmq1(private, q),
                rsa.rsa_crt_iqmp(p, q),
            )
            made = rsa.RSAPrivateNumbers(p, q, private, *rest, public)
            key = imports.pkcs8(made.private_key(unsafe_skip_rsa_key_validation=True))
        told.pop(field, None)


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [
        ("RSAES_OAEP_SHA_1", "pkcs-1v2-1d2-vec/oaep-vect.txt"),
        ("RSAES_OAEP_SHA_256", "oaep-custom/oaep-sha256-sha256.txt"),
    ],
)
def test_rsaes_oaep(algorithm, name):
    """RSA Laboratories' vectors, and pyca's of the same kind: MGF1 has the same hash."""
    for key, message, ciphertext in some(oaep(f"asymmetric/RSA/{name}")):
        assert kms_rsa.decrypt(key, ciphertext, algorithm) == message


CURVES = {
    "P-256,SHA-256": (ec.SECP256R1(), "ECDSA_SHA_256"),
    "P-384,SHA-384": (ec.SECP384R1(), "ECDSA_SHA_384"),
    "P-521,SHA-512": (ec.SECP521R1(), "ECDSA_SHA_512"),
    "K-256,SHA-256": (ec.SECP256K1(), "ECDSA_SHA_256"),
}


@pytest.mark.parametrize("kind", CURVES)
def test_ecdsa(kind):
    """NIST's SigVer, with wrong signatures among them; for secp256k1 good ones alone."""
    name = "SECP256K1/SigGen.txt" if kind[0] == "K" else "FIPS_186-3/SigVer.rsp"
    curve, algorithm = CURVES[kind]
    found = (
        members
        for headers, members in blocks(f"asymmetric/ECDSA/{name}")
        if headers == (kind,) and "Msg" in members
    )
    for members in some(found):
        x, y, r, s = numbers(members, "Qx", "Qy", "R", "S")
        good = members.get("Result", "P").startswith("P")
        try:
            key = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
        except ValueError:  # the point is not on the curve
            assert not good
            continue
        told = octets(members, "Msg")[0], utils.encode_dss_signature(r, s)

        assert is_taken(elliptic_curve.verify, spki(key), algorithm, *told) == good


@pytest.mark.parametrize(
    ("kind", "curve"),
    [
        ("EC - SHA256", ec.SECP256R1()),
        ("ED - SHA384", ec.SECP384R1()),
        ("EE - SHA512", ec.SECP521R1()),
    ],
    ids=["P-256", "P-384", "P-521"],
)
def test_ecdh(kind, curve):
    """NIST's KASValidityTest; what is wrong with the tested side's own key is left out."""
    name = "KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax"
    found = (
        members
        for headers, members in blocks(f"asymmetric/ECDH/{name}")
        if headers == (kind,) and "IUT's" not in members.get("Result", "IUT's")
    )
    for members in some(found):
        scalar, x, y = numbers(members, "dsIUT", "QsCAVSx", "QsCAVSy")
        private = imports.pkcs8(ec.derive_private_key(scalar, curve))
        good = members["Result"].startswith("P")
        peer = b"\x04" + b"".join(
            value.to_bytes((curve.key_size + 7) // 8, "big") for value in (x, y)
        )
        # The peer's key as it comes, on the curve or not: the form is that of a good key.
        template = spki(ec.derive_private_key(5, curve).public_key())
        try:
            secret = elliptic_curve.shared_secret(private, template[: -len(peer)] + peer)
        except InvalidKeyMaterial:
            assert "PKV" in members["Result"]
            continue

        assert (secret == octets(members, "Z")[0]) == good


def test_ed25519():
    """Bernstein's sign.input: the signature is the very same."""
    prefix = bytes.fromhex("302e020100300506032b657004220420")
    with (ROOT / "asymmetric/Ed25519/sign.input").open() as lines:
        for line in some(lines):
            secret, public, message, signed = map(bytes.fromhex, line.split(":")[:4])
            signature = signed[: len(signed) - len(message)]
            key = prefix + secret[:32]

            assert edwards.sign(key, "ED25519_SHA_512", message) == signature
            assert public_key(key)[-32:] == public
            assert not is_taken(edwards.verify, key, "ED25519_SHA_512", message + b"x", signature)


@pytest.mark.parametrize("size", [44, 65, 87])
def test_ml_dsa(size):
    """Known answers with a context, which reach KMS as EXTERNAL_MU."""
    kind = getattr(mldsa, f"MLDSA{size}PrivateKey")
    for _headers, members in islice(blocks(f"asymmetric/MLDSA/kat_MLDSA_{size}_det_pure.rsp"), 20):
        seed, public, message, signed, context = octets(members, "xi", "pk", "msg", "sm", "ctx")
        key = imports.pkcs8(kind.from_seed_bytes(seed))
        mu = post_quantum.external_mu(key, message, context)
        signature = signed[: len(signed) - len(message)]

        assert public_key(key).endswith(public)
        post_quantum.verify_mu(key, mu, signature)
        assert not is_taken(post_quantum.verify, key, message, signature)


@pytest.mark.parametrize("size", [512, 768, 1024])
def test_ml_kem(size):
    """Known answers, for altered ciphertexts too, which give another secret."""
    for _headers, members in islice(blocks(f"asymmetric/MLKEM/kat_MLKEM_{size}.rsp"), 20):
        d, z, public = octets(members, "d", "z", "pk")
        if size == 512:
            pytest.importorskip("kyber_py")
            key = ml_kem_512.from_seed(d + z)
        else:
            kind = getattr(mlkem, f"MLKEM{size}PrivateKey")
            key = imports.pkcs8(kind.from_seed_bytes(d + z))

        assert public_key(key).endswith(public)
        for ciphertext, secret in (("ct", "ss"), ("ct_n", "ss_n")):
            asked, expected = octets(members, ciphertext, secret)
            assert post_quantum.decapsulate(key, asked) == expected


WRAPPING = ready_key(2048, 0)


def test_aes_key_wrap():
    """NIST's KWP-AD (SP 800-38F), as the second part of what RSA_AES_KEY_WRAP reads."""
    judged = set()
    for _headers, members in blocks("keywrap/kwtestvectors/KWP_AD_256.txt"):
        if int(members["COUNT"]) % 10:
            continue
        key, wrapped = octets(members, "K", "C")
        sealed = kms_rsa.encrypt(WRAPPING, key, "RSAES_OAEP_SHA_256") + wrapped
        try:
            material = wrapping.unwrap(WRAPPING, "RSA_AES_KEY_WRAP_SHA_256", sealed)
        except Unreadable:
            material = None

        assert material == (None if "FAIL" in members else octets(members, "P")[0])
        judged.add("FAIL" in members)
    assert judged == {True, False}


@pytest.mark.parametrize("length", ["0", "104", "408"])
def test_aes_gcm(length):
    """NIST's GCM decryption, with the nonces and tags that KMS's ciphertexts have."""
    shape = {"IVlen = 96", "Taglen = 128", f"PTlen = {length}"}
    found = (
        members
        for headers, members in blocks("ciphers/AES/GCM/gcmDecrypt256.rsp")
        if shape <= set(headers)
    )
    for members in some(found):
        key, nonce, sealed, bound, tag = octets(members, "Key", "IV", "CT", "AAD", "Tag")
        try:
            opened = symmetric.open_sealed(key, nonce, sealed + tag, bound)
        except Unreadable:
            opened = None

        assert opened == (None if "FAIL" in members else octets(members, "PT")[0])


def test_sm4_gcm():
    """RFC 8998, appendix A.1."""
    _headers, members = next(blocks("ciphers/SM4/rfc8998.txt"))
    key, nonce, bound, tag, plain, secret = octets(
        members, "KEY", "IV", "AAD", "TAG", "PLAINTEXT", "CIPHERTEXT"
    )

    assert symmetric.seal(key, nonce, plain, bound, "SM4") == secret + tag
    assert symmetric.open_sealed(key, nonce, secret + tag, bound, "SM4") == plain

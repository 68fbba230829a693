"""What is nested deep, huge, or claims more than there is: refused, and at no great cost.

No more is done than what was sent is long: a test that does not keep to that does not end.
"""

import base64
import json

import cbor2
import pytest
from attestation import document
from clusters import certificate, rsa_key
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x448
from hostile_cbor import HOSTILE
from model_requests import as_json
from policies import ROOT, allow, policy
from populated_world import ALL

from kmsmock.protocol.model import service_model

OAEP = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
DEEP = 50_000


def der(tag, content):
    """A value of DER."""
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def nested_der(tag, depth):
    """A value of DER in another, and so on, with the lengths that belong to it."""
    value = b""
    for _ in range(depth):
        value = der(tag, value)
    return value


def rsa_spki(modulus, exponent):
    """SubjectPublicKeyInfo of an RSA key that nobody made."""
    numbers = b"".join(
        der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))
        for number in (modulus, exponent)
    )
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return der(0x30, algorithm + der(3, b"\0" + der(0x30, numbers)))


def as_pem(der_bytes):
    """PEM of a certificate, whatever the bytes are."""
    text = base64.encodebytes(der_bytes).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def with_public_key(key):
    """A trust anchor that carries a key of this kind."""
    return certificate("Customer CA", key, "Customer CA", rsa_key())


OWNER = allow(principal=ROOT)
POLICIES = {
    "a thousand deep": '{"Version": "2012-10-17", "Statement": ' + "[" * 1000 + "]" * 1000 + "}",
    "deeper than Python goes": '{"Statement": ' + "[" * 30_000,
    "a statement in a statement": '{"Statement": {"Statement":' * 1000 + "{}" + "}}" * 1000,
    "a condition a thousand deep": policy(
        OWNER | {"Condition": json.loads('{"Null": ' * 900 + "{}" + "}" * 900)}
    ),
    "a number of 5,000 digits": '{"Version": ' + "9" * 5000 + ', "Statement": []}',
    "a member twice": '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}',
    "longer than a policy": policy(OWNER | {"Sid": "a" * 33_000}),
    "longer than the model allows": " " * 131_073,
    "ten thousand actions": policy(OWNER | {"Action": ["kms:*"] * 10_000}),
    "infinity": '{"Version": Infinity, "Statement": []}',
    "half a character": '{"Version": "2012-10-17", "Id": "\\ud800", "Statement": []}',
}
CERTIFICATES = {
    "longer than a certificate": "A" * 20_001,
    "many beginnings": "-----BEGIN CERTIFICATE-----\n" * 700,
    "a chain of empty ones": as_pem(b"") * 300,
    "DER a thousand deep": as_pem(nested_der(0x30, 1000)),
    "indefinite lengths": as_pem(b"\x30\x80" * 5000),
    "a length of 2**31": as_pem(b"\x30\x84\x7f\xff\xff\xff"),
    "zeros": as_pem(bytes(10_000)),
    "a key of ECDSA": with_public_key(ec.generate_private_key(ec.SECP521R1()).public_key()),
    "a key of Ed448": with_public_key(ed448.Ed448PrivateKey.generate().public_key()),
    "a key that signs nothing": with_public_key(x448.X448PrivateKey.generate().public_key()),
    "no base64": "-----BEGIN CERTIFICATE-----\n" + "=" * 9000 + "\n-----END CERTIFICATE-----\n",
}
PUBLIC_KEYS = {
    "a modulus of 60,000 bits": rsa_spki(2**60_000 + 1, 65537),
    "an exponent as long as the modulus": rsa_spki(2**16_000 + 1, 2**16_000 - 1),
    "exponent 1": rsa_spki(2**2048 + 1, 1),
    "an even modulus": rsa_spki(2**2047, 65537),
    "modulus 0": rsa_spki(0, 0),
    "DER a thousand deep": nested_der(0x30, 1000),
    "zeros": bytes(8000),
    "a curve that nobody knows": bytes.fromhex("301006072a8648ce3d020106052b810400ff0303000400"),
}


def _rows():
    for what, text in POLICIES.items():
        yield f"key policy: {what}", "PutKeyPolicy", {"Policy": text}
        yield f"policy of a new key: {what}", "CreateKey", {"Policy": text}
        yield f"policy of a backup: {what}", "PutResourcePolicy", {"Policy": text}
    for what, pem in CERTIFICATES.items():
        for operation, member in (
            ("InitializeCluster", "SignedCert"),
            ("InitializeCluster", "TrustAnchor"),
            ("CreateCustomKeyStore", "TrustAnchorCertificate"),
        ):
            yield f"{member}: {what}", operation, {member: pem}
    for what, key in PUBLIC_KEYS.items():
        yield f"public key: {what}", "DeriveSharedSecret", {"PublicKey": key}
        shown = OAEP | {"AttestationDocument": document(public_key=key)}
        yield f"enclave's key: {what}", "GenerateRandom", {"Recipient": shown}
    for what, body in HOSTILE.items():
        for where, shown in (
            ("document", body),
            ("payload", cbor2.dumps([cbor2.dumps({1: -35}), {}, body, bytes(96)])),
            ("inside", b"\x84\x44\xa1\x01\x38\x22" + body + b"\x40\x40"),
        ):
            recipient = OAEP | {"AttestationDocument": shown}
            yield f"attestation {where}: {what}", "GenerateRandom", {"Recipient": recipient}
    for length in (262_144, 262_145):
        recipient = OAEP | {"AttestationDocument": b"\x81" * length}
        yield f"attestation of {length} bytes", "GenerateRandom", {"Recipient": recipient}
    for byte in (b"\0", b"\x01", b"\xff", b"0"):
        yield f"ciphertext of {byte}", "Decrypt", {"CiphertextBlob": byte * 6144}
        yield f"token of {byte}", "ImportKeyMaterial", {"ImportToken": byte * 6144}
        yield f"material of {byte}", "ImportKeyMaterial", {"EncryptedKeyMaterial": byte * 6144}
        yield f"signature of {byte}", "Verify", {"Signature": byte * 6144}
        yield f"MAC of {byte}", "VerifyMac", {"Mac": byte * 6144}
        yield f"key of {byte}", "DeriveSharedSecret", {"PublicKey": byte * 8192}
    for what, text in {
        "a thousand deep": "[" * 700,
        "no text": "\xff" * 100,
        "another document": '{"of": {}, "last": []}',
        "a number": "9" * 700,
    }.items():
        marker = base64.b64encode(text.encode("latin-1")).decode()
        yield f"marker: {what}", "ListKeys", {"Marker": marker}
        yield f"next token: {what}", "DescribeBackups", {"NextToken": marker[:256]}
        yield f"grant token: {what}", "Encrypt", {"GrantTokens": [marker]}


ROWS = {what: row for what, *row in _rows()}


@pytest.mark.parametrize(("operation", "members"), ROWS.values(), ids=ROWS)
def test_what_is_deep_or_huge_is_refused(populated, operation, members):
    """No more is done than what was sent is long, however much it claims to be."""
    populated.begin()
    service = "kms" if ("kms", operation) in populated.good else "cloudhsmv2"
    request = populated.good[service, operation][0] | as_json(members)

    assert populated.judge(service, operation, json.dumps(request).encode()) is not None


# Patterns of botocore's models

ENDLESS = (
    "a",
    "a-",
    "a.",
    "a:",
    "1",
    "1.",
    "/a",
    "-",
    "hsm1a.",
    "arn:aws:",
    "cluster-a",
    "\u00e9",
    " ",
)


def _patterns():
    for service, operation in ALL:
        shape = service_model(service).operation_model(operation).input_shape
        for name, member in shape.members.items() if shape else ():
            if "pattern" in member.metadata:
                yield service, operation, name


@pytest.mark.parametrize(("service", "operation", "member"), list(_patterns()))
def test_patterns_of_the_model_cost_no_more_than_a_text_is_long(
    populated, service, operation, member
):
    """Texts that almost fit, over and over: one that is tried in every way would not end."""
    populated.begin()
    for text in ENDLESS:
        request = {member: text * 10_000 + "!\n"}

        assert populated.ask(service, operation, request) is not None

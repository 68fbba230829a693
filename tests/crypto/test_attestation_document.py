"""Attestation documents are read, and their signatures checked."""

import sys
from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from kmsmock.crypto.attestation import read_attestation_document
from kmsmock.crypto.exceptions import MissingExtra, Unreadable
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key

cbor2 = pytest.importorskip("cbor2")

KEY = ec.derive_private_key(5, ec.SECP384R1())
RSA = serialization.load_der_private_key(ready_key(2048, 0), None)
SPKI = public_key(ready_key(2048, 0))
ES384 = cbor2.dumps({1: -35})


def certificate(key=KEY):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "enclave")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=timezone.utc))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=timezone.utc))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


CLAIMS = {
    "module_id": "i-1234567890abcdef0-enc9876543210abcde",
    "digest": "SHA384",
    "timestamp": 1_700_000_000_000,
    "pcrs": {0: b"\0" * 48, 3: b"\3" * 48},
    "certificate": certificate(),
    "cabundle": [],
    "public_key": SPKI,
    "user_data": None,
    "nonce": b"nonce",
}


def document(claims=CLAIMS, *, key=KEY, protected=ES384, tagged=False, signature=None):
    payload = cbor2.dumps(claims)
    to_sign = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = utils.decode_dss_signature(key.sign(to_sign, ec.ECDSA(hashes.SHA384())))
    if signature is None:
        signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    message = [protected, {}, payload, signature]
    return cbor2.dumps(cbor2.CBORTag(18, message) if tagged else message)


@pytest.mark.parametrize("tagged", [False, True])
def test_a_document_tells_its_claims(tagged):
    """With COSE_Sign1's tag or, as enclaves send it, without."""
    read = read_attestation_document(document(tagged=tagged))

    assert read.module_id == CLAIMS["module_id"]
    assert read.digest == "SHA384"
    assert read.timestamp == 1_700_000_000_000
    assert read.pcrs == {0: b"\0" * 48, 3: b"\3" * 48}
    assert read.public_key == SPKI
    assert read.user_data is None
    assert read.nonce == b"nonce"
    assert read.certificate == CLAIMS["certificate"]


def test_optional_claims_may_be_absent():
    """A document need not carry a public key."""
    claims = {name: CLAIMS[name] for name in ("module_id", "digest", "timestamp", "pcrs")}

    read = read_attestation_document(document(claims))

    assert read.public_key is read.user_data is read.nonce is read.certificate is None


def test_a_document_without_certificate_is_taken_as_it_is():
    """There is nothing to check its signature against."""
    claims = CLAIMS | {"certificate": None}

    assert read_attestation_document(document(claims, signature=bytes(96))).public_key == SPKI


@pytest.mark.parametrize(
    "shown",
    [
        document(key=ec.derive_private_key(6, ec.SECP384R1())),
        document(signature=bytes(96)),
        document(signature=b""),
        document(protected=cbor2.dumps({1: -7})),
        document(protected=cbor2.dumps([])),
        document(protected=b""),
        document(CLAIMS | {"certificate": b"garbage"}),
        document(CLAIMS | {"certificate": certificate(RSA)}),
    ],
    ids=[
        "another signer",
        "zeros",
        "no signature",
        "ES256",
        "header of another kind",
        "no header",
        "no certificate",
        "RSA certificate",
    ],
)
def test_a_wrong_signature_is_unreadable(shown):
    """When a certificate is there, the signature must be its key's."""
    with pytest.raises(Unreadable):
        read_attestation_document(shown)


@pytest.mark.parametrize(
    "shown",
    [
        b"",
        b"garbage",
        document()[:-1],
        cbor2.dumps("text"),
        cbor2.dumps([b"", {}, b""]),
        cbor2.dumps(["", {}, b"", b""]),
        cbor2.dumps(cbor2.CBORTag(98, [ES384, {}, b"", b""])),
        document("text"),
        document({}),
        *(document(CLAIMS | {name: 1.5}) for name in CLAIMS if name != "cabundle"),
        document(CLAIMS | {"pcrs": {"0": b""}}),
        document(CLAIMS | {"pcrs": {0: "text"}}),
    ],
)
def test_what_is_no_attestation_document_is_unreadable(shown):
    """Garbage, truncation, other COSE messages, missing claims and claims of another type."""
    with pytest.raises(Unreadable):
        read_attestation_document(shown)


def test_reading_names_the_extra_that_it_misses(monkeypatch):
    """Without cbor2 the error says what to install."""
    shown = document()
    monkeypatch.setitem(sys.modules, "cbor2", None)

    with pytest.raises(MissingExtra, match=r"kmsmock\[cbor\]"):
        read_attestation_document(shown)

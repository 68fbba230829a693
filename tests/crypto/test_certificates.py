"""A cluster's certificates, and what InitializeCluster checks of the customer's."""

from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from openssl import needs_openssl, openssl

from kmsmock.crypto import certificates
from kmsmock.crypto.certificate_checks import (
    check_signed_certificate,
    check_trust_anchor,
    read_certificate,
    read_csr,
    same_certificate,
)
from kmsmock.crypto.elliptic_curve import generate as generate_ec
from kmsmock.crypto.exceptions import CertificateProblem, InvalidKeyMaterial
from kmsmock.crypto.keys import public_key
from kmsmock.crypto.ready_rsa import ready_key

CLUSTER, CA, OTHER = (ready_key(2048, ordinal) for ordinal in range(3))
EC = generate_ec("ECC_NIST_P256", lambda count: b"\1" * count)
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=timezone.utc)
NOT_AFTER = datetime(2040, 1, 1, tzinfo=timezone.utc)
TIMES = (NOT_BEFORE, NOT_AFTER)
CA_NAME = [("C", "US"), ("O", "Example"), ("CN", "Example root")]

ANCHOR = certificates.self_signed_root(CA, CA_NAME, *TIMES)
CSR = certificates.make_csr(CLUSTER, certificates.cluster_csr_name("1A2B", "8"))
SIGNED = certificates.sign_csr(CSR, ANCHOR, CA, 2, *TIMES)


def with_extensions(*extensions):
    """A self-signed certificate with these extensions and no other."""
    key = serialization.load_der_private_key(CA, None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example root")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def key_usage(*, key_cert_sign):
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def ec_csr():
    key = serialization.load_der_private_key(EC, None)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def self_signed_ec():
    key = ec.derive_private_key(5, ec.SECP256R1())
    name = x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.not_valid_before(NOT_BEFORE).not_valid_after(NOT_AFTER)
    made = builder.public_key(key.public_key()).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_the_csr_names_the_hsm_and_its_partition():
    """The subject is as on AWS's page, and the request is signed with the cluster's key."""
    request = read_csr(CSR)

    assert request.is_signature_valid
    assert request.subject.rfc4514_string({}) == (
        "CN=HSM:1A2B:PARTN:8\\, for FIPS mode,L=SanJose,OU=N3FIPS,O=Cavium,ST=CA,C=US"
    )
    assert _spki(request.public_key()) == public_key(CLUSTER)


def test_the_certificates_of_an_hsm_chain_to_both_roots():
    """Manufacturer and AWS each vouch for the hardware, and the hardware for the HSM."""
    maker_root = certificates.self_signed_root(OTHER, certificates.MANUFACTURER_ROOT_NAME, *TIMES)
    aws_root = certificates.self_signed_root(CA, certificates.AWS_ROOT_NAME, *TIMES)
    hardware_key, hsm_key = ready_key(2048, 3), ready_key(2048, 4)
    hardware_name = [("CN", "HSM hardware")]

    by_maker = certificates.issue(
        hardware_key, hardware_name, maker_root, OTHER, 2, *TIMES, ca=True
    )
    by_aws = certificates.issue(hardware_key, hardware_name, aws_root, CA, 2, *TIMES, ca=True)
    hsm = certificates.issue(
        public_key(hsm_key), [("CN", "HSM")], by_maker, hardware_key, 3, *TIMES
    )

    read_certificate(hsm).verify_directly_issued_by(read_certificate(by_maker))
    read_certificate(hsm).verify_directly_issued_by(read_certificate(by_aws))
    read_certificate(by_maker).verify_directly_issued_by(read_certificate(maker_root))
    read_certificate(by_aws).verify_directly_issued_by(read_certificate(aws_root))


def test_the_same_arguments_give_the_same_certificate():
    """Nothing is random, and no clock is read."""
    assert certificates.self_signed_root(CA, CA_NAME, *TIMES) == ANCHOR
    assert certificates.sign_csr(CSR, ANCHOR, CA, 2, *TIMES) == SIGNED


def test_a_certificate_is_valid_for_the_given_times():
    """From the first to the second, with the given serial number."""
    certificate = read_certificate(SIGNED)

    assert certificate.not_valid_before_utc == NOT_BEFORE
    assert certificate.not_valid_after_utc == NOT_AFTER
    assert certificate.serial_number == 2


@needs_openssl
def test_openssl_verifies_the_signed_certificate(tmp_path):
    """The cluster's certificate chains to the trust anchor for others too."""
    files = {"anchor": ANCHOR.encode(), "signed": SIGNED.encode()}

    ran = openssl(tmp_path, "verify -CAfile anchor signed", **files)

    assert ran.stdout == b"signed: OK\n", ran.stderr


@pytest.mark.parametrize(
    "anchor",
    [
        ANCHOR,
        certificates.self_signed_root(ready_key(4096, 0), CA_NAME, *TIMES),
        certificates.self_signed_root(CA, CA_NAME, *TIMES, extensions=False),
        with_extensions(x509.BasicConstraints(ca=True, path_length=0)),
        ANCHOR.replace("\n", "\r\n"),
    ],
    ids=["2048", "4096", "no extensions", "basic constraints", "CRLF"],
)
def test_a_good_trust_anchor_is_taken(anchor):
    """Self-signed with RSA 2048 or 4096, and a CA if it says anything."""
    check_trust_anchor(anchor)


@pytest.mark.parametrize(
    ("anchor", "reason"),
    [
        ("", "PEM"),
        ("garbage", "PEM"),
        (ANCHOR[:200], "PEM"),
        (ANCHOR.replace("M", "N"), "PEM"),
        (CSR, "PEM"),
        (ANCHOR + SIGNED, "chain"),
        (SIGNED, "not self-signed"),
        (certificates.issue(OTHER, CA_NAME, ANCHOR, CA, 2, *TIMES, ca=True), "not self-signed"),
        (certificates.self_signed_root(ready_key(3072, 0), CA_NAME, *TIMES), "2048 or 4096"),
        (self_signed_ec(), "RSA"),
        (with_extensions(key_usage(key_cert_sign=True)), "lacks Basic Constraints"),
        (with_extensions(x509.BasicConstraints(ca=False, path_length=None)), "no CA"),
        (
            with_extensions(
                x509.BasicConstraints(ca=True, path_length=None), key_usage(key_cert_sign=False)
            ),
            "Key Usage",
        ),
    ],
    ids=[
        "empty",
        "garbage",
        "truncated",
        "not base64 DER",
        "a CSR",
        "a chain",
        "issued",
        "issued under its own name",
        "3072",
        "elliptic curve",
        "no basic constraints",
        "no CA",
        "contradictory",
    ],
)
def test_a_bad_trust_anchor_is_refused_with_the_reason(anchor, reason):
    """Each check names what is wrong."""
    with pytest.raises(CertificateProblem, match=reason):
        check_trust_anchor(anchor)


def test_a_good_signed_certificate_is_taken():
    """For the CSR's key, issued directly by the trust anchor."""
    check_signed_certificate(SIGNED, CSR, ANCHOR)


INTERMEDIATE = certificates.issue(OTHER, [("CN", "Between")], ANCHOR, CA, 3, *TIMES, ca=True)
NAMESAKE = certificates.self_signed_root(OTHER, CA_NAME, *TIMES)


@pytest.mark.parametrize(
    ("signed", "reason"),
    [
        ("", "PEM"),
        (ANCHOR, "public key"),
        (certificates.issue(OTHER, [("CN", "HSM")], ANCHOR, CA, 2, *TIMES), "public key"),
        (certificates.sign_csr(CSR, INTERMEDIATE, OTHER, 2, *TIMES), "issued directly"),
        (certificates.sign_csr(CSR, NAMESAKE, OTHER, 2, *TIMES), "issued directly"),
        (SIGNED + INTERMEDIATE, "chain"),
    ],
    ids=["empty", "the anchor", "another key", "an intermediate", "a namesake", "a chain"],
)
def test_a_bad_signed_certificate_is_refused_with_the_reason(signed, reason):
    """Each check names what is wrong."""
    with pytest.raises(CertificateProblem, match=reason) as caught:
        check_signed_certificate(signed, CSR, ANCHOR)
    assert caught.value.reason == str(caught.value)


def test_certificates_are_the_same_when_their_der_is():
    """Line breaks and text around the PEM do not matter; content does."""
    assert same_certificate(ANCHOR, "a comment\n" + ANCHOR.replace("\n", "\r\n"))
    assert not same_certificate(ANCHOR, NAMESAKE)


def test_a_csr_that_cannot_be_read_is_refused():
    """The reason names the CSR."""
    with pytest.raises(CertificateProblem, match="signing request"):
        certificates.sign_csr("garbage", ANCHOR, CA, 2, *TIMES)


@pytest.mark.parametrize(
    "deed",
    [
        lambda: certificates.make_csr(EC, CA_NAME),
        lambda: certificates.self_signed_root(EC, CA_NAME, *TIMES),
        lambda: certificates.issue(public_key(EC), CA_NAME, ANCHOR, CA, 2, *TIMES),
        lambda: certificates.sign_csr(CSR, ANCHOR, EC, 2, *TIMES),
        lambda: certificates.sign_csr(ec_csr(), ANCHOR, CA, 2, *TIMES),
    ],
    ids=["make_csr", "self_signed_root", "issue", "sign_csr", "sign_csr's CSR"],
)
def test_keys_are_rsa(deed):
    """As all keys of this story are."""
    with pytest.raises(InvalidKeyMaterial):
        deed()


def _spki(key):
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

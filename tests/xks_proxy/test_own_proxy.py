"""A proxy of the test's own that listens on this machine."""

import datetime as dt
import ipaddress
import ssl

import own_proxy
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from expect import refused
from external_key_stores import create_key
from key_stores import outcome
from proxy_failures import FAILURES

TEXTS = {failure.how: failure.text for failure in FAILURES}
PATIENCE = 30
"""Seconds: this machine may be slow."""


def create(kms):
    return kms.create_custom_key_store(**own_proxy.creation())["CustomKeyStoreId"]


def test_proxy_listens_on_this_machine(aws, kms):
    """KMS reaches a proxy over HTTP if the test tells where the endpoint is."""
    proxy = own_proxy.OwnProxy()
    with own_proxy.listening(proxy) as url:
        aws.network.route_proxy(own_proxy.ENDPOINT, url, timeout=PATIENCE)
        store_id = create(kms)
        assert outcome(kms, store_id) == "CONNECTED"
        key_id = create_key(kms, store_id)["KeyId"]

        blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
    assert {headers["Host"] for _api, _url, headers, _body in proxy.requests} == {"xks.example.com"}


def test_proxy_that_is_gone_is_not_reachable(aws, kms):
    """Nobody listens any more: the connection is refused."""
    with own_proxy.listening(own_proxy.OwnProxy()) as url:
        aws.network.route_proxy(own_proxy.ENDPOINT, url, timeout=PATIENCE)

    with refused("XksProxyUriUnreachableException", TEXTS["unreachable"]):
        create(kms)


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for 127.0.0.1 and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "xks proxy")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = dt.datetime.now(dt.timezone.utc)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "proxy.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(path)


@pytest.fixture
def context(certificate):
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_proxy_is_trusted_by_its_authority(aws, kms, certificate, context):
    """KMS speaks TLS with a proxy whose authority the test names."""
    with own_proxy.listening(own_proxy.OwnProxy(), context) as url:
        aws.network.route_proxy(own_proxy.ENDPOINT, url, ca_bundle=certificate, timeout=PATIENCE)

        assert outcome(kms, create(kms)) == "CONNECTED"


def test_proxy_of_an_unknown_authority_is_not_trusted(aws, kms, context):
    """A certificate that no known authority signed makes no TLS connection."""
    with own_proxy.listening(own_proxy.OwnProxy(), context) as url:
        aws.network.route_proxy(own_proxy.ENDPOINT, url, timeout=PATIENCE)

        with refused("XksProxyUriUnreachableException", TEXTS["tls"]):
            create(kms)


@pytest.mark.parametrize("url", ["https://xks.example.com", "http://192.0.2.1:8080"])
def test_proxies_elsewhere_are_not_for_tests(aws, url):
    """KMS sends nothing off this machine: a route elsewhere is the test's mistake."""
    with pytest.raises(ValueError, match="on this machine"):
        aws.network.route_proxy(own_proxy.ENDPOINT, url)

"""A proxy of a test's own, which judges KMS's requests with `cryptography` and botocore."""

import base64
import contextlib
import hashlib
import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import responses
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from external_key_stores import CREDENTIAL, NAME

ENDPOINT, PATH = "https://xks.example.com", "/prefix/kms/xks/v1"
METADATA = b"metadata of 20 bytes"

HEALTH = {
    "xksProxyFleetSize": 2,
    "xksProxyVendor": "Acme Corp",
    "xksProxyModel": "Acme XKS Proxy 1.0",
    "ekmVendor": "Thales Group",
    "ekmFleetDetails": [
        {"id": "hsm-id-1", "model": "Luna 5.0", "healthStatus": "DEGRADED"},
        {"id": "hsm-id-2", "model": "Luna 5.1", "healthStatus": "UNAVAILABLE"},
    ],
}
KEY = {
    "keySpec": "AES_256",
    "keyUsage": ["ENCRYPT", "DECRYPT", "WRAP"],
    "keyStatus": "ENABLED",
}


def b64(value):
    return base64.b64encode(value).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


def creation(**members):
    """What CreateCustomKeyStore is asked, for this proxy."""
    return {
        "CustomKeyStoreName": NAME,
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "XksProxyConnectivity": "PUBLIC_ENDPOINT",
        "XksProxyUriEndpoint": ENDPOINT,
        "XksProxyUriPath": PATH,
        "XksProxyAuthenticationCredential": CREDENTIAL,
    } | members


class OwnProxy:
    """A proxy with one key.

    Attributes:
        requests: what came, as (API, URL, headers, body's document).
        changes: API -> members that its answers have otherwise; None for one that is missing.
        refusals: API -> status and body of what it answers instead.
        metadata_of_ciphertexts: its ciphertextMetadata.
    """

    def __init__(self):
        self.key = AESGCM(AESGCM.generate_key(256))
        self.requests = []
        self.changes = {}
        self.refusals = {}
        self.metadata_of_ciphertexts = METADATA

    def documents(self, api):
        """The requests to an API."""
        return [document for asked, _url, _headers, document in self.requests if asked == api]

    def answer(self, url, headers, body):
        """Give the status and the body that answer a POST."""
        api, document = urlsplit(url).path.rpartition("/")[2], json.loads(body)
        self.requests.append((api, url, headers, document))
        assert signature_of(url, headers, body) in headers["Authorization"]
        if api in self.refusals:
            return self.refusals[api]
        try:
            answer = getattr(self, api)(document) | self.changes.get(api, {})
        except InvalidTag:
            return 400, json.dumps({"errorName": "InvalidCiphertextException"})
        answer = {name: value for name, value in answer.items() if value is not None}
        return 200, json.dumps(answer)

    def health(self, _document):
        return HEALTH

    def metadata(self, _document):
        return KEY

    def encrypt(self, document):
        plaintext, vector = unb64(document["plaintext"]), os.urandom(16)
        metadata = self.metadata_of_ciphertexts
        data = unb64(document["additionalAuthenticatedData"])
        sealed = self.key.encrypt(vector, plaintext, authenticated(data, metadata))
        digest = hashlib.sha256(data + metadata + vector + sealed).digest()
        return {
            "ciphertext": b64(sealed[:-16]),
            "initializationVector": b64(vector),
            "authenticationTag": b64(sealed[-16:]),
            "ciphertextMetadata": b64(metadata) if metadata else None,
            "ciphertextDataIntegrityValue": b64(digest),
        }

    def decrypt(self, document):
        data = unb64(document["additionalAuthenticatedData"])
        metadata = unb64(document.get("ciphertextMetadata", ""))
        sealed = unb64(document["ciphertext"]) + unb64(document["authenticationTag"])
        vector = unb64(document["initializationVector"])
        return {"plaintext": b64(self.key.decrypt(vector, sealed, authenticated(data, metadata)))}


def authenticated(data, metadata):
    """What a key manager authenticates."""
    return len(data).to_bytes(2, "big") + data + len(metadata).to_bytes(1, "big") + metadata


def signature_of(url, headers, body):
    """The signature that botocore gives such a request."""
    request = AWSRequest("POST", f"{ENDPOINT}{urlsplit(url).path}", data=body)
    request.headers["X-Amz-Date"] = request.context["timestamp"] = headers["X-Amz-Date"]
    secret = CREDENTIAL["RawSecretAccessKey"]
    credentials = Credentials(CREDENTIAL["AccessKeyId"], secret)
    signer = SigV4Auth(credentials, "kms-xks-proxy", "us-east-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request)


@contextlib.contextmanager
def registered(proxy):
    """Let `responses` answer KMS's requests with this proxy."""

    def callback(request):
        status, body = proxy.answer(request.url, request.headers, request.body)
        return status, {}, body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, re.compile(f"{ENDPOINT}/.*"), callback)
        yield mock


@contextlib.contextmanager
def listening(proxy, context=None):
    """Let the proxy listen on this machine; give its URL.

    Args:
        context: for TLS.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = proxy.answer(self.path, self.headers, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_arguments):
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        scheme = "http" if context is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()

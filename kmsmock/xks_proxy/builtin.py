"""The mock's own proxy, with a key manager of its own: the other side of the wire.

It answers as xks-proxy.md sections 1 and 2 ask of any proxy; it does not look at the age of a
signature, since the world's time may run ahead between KMS's call and its request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kmsmock.crypto import symmetric
from kmsmock.crypto.ciphertext import OuterCiphertext
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.xks_proxy.signature import is_signed_by
from kmsmock.xks_proxy.wire import integrity_value, read_bytes, to_text

Document = Mapping[str, object]

ERRORS = {
    "AccessDeniedException": 403,
    "AuthenticationFailedException": 401,
    "DependencyTimeoutException": 503,
    "InternalException": 500,
    "InvalidCiphertextException": 400,
    "InvalidKeyUsageException": 400,
    "InvalidStateException": 400,
    "InvalidUriPathException": 404,
    "KeyNotFoundException": 404,
    "ThrottlingException": 429,
    "UnsupportedOperationException": 501,
    "ValidationException": 400,
}
"""A proxy's errors and their HTTP status (xks-proxy.md section 2)."""
FAILURES = (*ERRORS, "interrupted", "malformed", "timeout", "tls", "unhealthy", "unreachable")
"""What the proxy can be told to do with every request."""
KEY_VERSION = b"\x01"
"""What it puts into `ciphertextMetadata`."""


class _Refused(Exception):
    """The proxy answers with an error of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(slots=True)
class ExternalKey:
    """A key of the key manager.

    Attributes:
        spec: `AES_256` for one that KMS can use; all have as many bits.
    """

    spec: str
    usage: tuple[str, ...]
    status: str
    secret: bytes = field(repr=False)


@dataclass(slots=True, eq=False)
class BuiltinProxy:
    """A proxy and its key manager.

    Attributes:
        failure: one of `FAILURES`, for all requests; None while all is well.
    """

    endpoint: str
    path: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    random_bytes: Callable[[int], bytes]
    keys: dict[str, ExternalKey] = field(default_factory=dict)
    failure: str | None = None

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """Give the status and the body that answer a request."""
        if method != "POST":
            return 405, b""
        if self.failure == "malformed":
            return 200, b"<html>It works!</html>"
        if self.failure in ERRORS:
            return _error(self.failure)
        try:
            return 200, json.dumps(self._answer(url, headers, body)).encode()
        except _Refused as refused:
            return _error(refused.name)

    def _answer(self, url: str, headers: Mapping[str, str], body: bytes) -> Document:
        path = urlsplit(url).path
        if not path.startswith(f"{self.path}/"):
            raise _Refused("InvalidUriPathException")
        if not is_signed_by(url, headers, body, self.access_key_id, self.secret_access_key):
            raise _Refused("AuthenticationFailedException")
        match path.removeprefix(f"{self.path}/").split("/"):
            case ["health"]:
                return self._health()
            case ["keys", key_id, "metadata" | "encrypt" | "decrypt" as api]:
                return self._answer_about_key(key_id, api, json.loads(body))
        raise _Refused("InvalidUriPathException")

    def _answer_about_key(self, key_id: str, api: str, request: Document) -> Document:
        key = self.keys.get(key_id)
        if key is None:
            raise _Refused("KeyNotFoundException")
        if api == "metadata":
            return {"keySpec": key.spec, "keyUsage": key.usage, "keyStatus": key.status}
        if key.status != "ENABLED":
            raise _Refused("InvalidStateException")
        if api.upper() not in key.usage:
            raise _Refused("InvalidKeyUsageException")
        try:
            return self._encrypt(key, request) if api == "encrypt" else _decrypt(key, request)
        except ValueError:
            raise _Refused("ValidationException") from None
        except Unreadable:
            raise _Refused("InvalidCiphertextException") from None

    def _health(self) -> Document:
        status = "UNAVAILABLE" if self.failure == "unhealthy" else "ACTIVE"
        return {
            "xksProxyFleetSize": 1,
            "xksProxyVendor": "kmsmock",
            "xksProxyModel": "built-in proxy",
            "ekmVendor": "kmsmock",
            "ekmFleetDetails": [
                {"id": "1", "model": "built-in key manager", "healthStatus": status}
            ],
        }

    def _encrypt(self, key: ExternalKey, request: Document) -> Document:
        associated_data = read_bytes(request, "additionalAuthenticatedData", default=b"")
        vector = self.random_bytes(symmetric.NONCE_LENGTH)
        bound = _bound(associated_data, KEY_VERSION)
        sealed = symmetric.seal(key.secret, vector, read_bytes(request, "plaintext"), bound)
        ciphertext, tag = sealed[: -symmetric.TAG_LENGTH], sealed[-symmetric.TAG_LENGTH :]
        outer = OuterCiphertext(ciphertext, vector, tag, KEY_VERSION)
        return {
            "ciphertext": to_text(ciphertext),
            "initializationVector": to_text(vector),
            "authenticationTag": to_text(tag),
            "ciphertextMetadata": to_text(KEY_VERSION),
            "ciphertextDataIntegrityValue": to_text(integrity_value(associated_data, outer)),
        }


def _error(name: str) -> tuple[int, bytes]:
    error = {"errorName": name, "errorMessage": "kmsmock's own proxy refuses."}
    return ERRORS[name], json.dumps(error).encode()


def _decrypt(key: ExternalKey, request: Document) -> Document:
    metadata = read_bytes(request, "ciphertextMetadata", default=b"")
    bound = _bound(read_bytes(request, "additionalAuthenticatedData", default=b""), metadata)
    sealed = read_bytes(request, "ciphertext") + read_bytes(request, "authenticationTag")
    vector = read_bytes(request, "initializationVector")
    return {"plaintext": to_text(symmetric.open_sealed(key.secret, vector, sealed, bound))}


def _bound(associated_data: bytes, metadata: bytes) -> bytes:
    """Give what the key manager authenticates (xks-proxy.md section 1)."""
    return (
        len(associated_data).to_bytes(2, "big")
        + associated_data
        + len(metadata).to_bytes(1, "big")
        + metadata
    )

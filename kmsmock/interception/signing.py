"""botocore's signer of requests, Signature Version 4, without what it does twice.

Its signatures are botocore's, bit for bit. It keeps the signing keys, each of which is good for a
day, a Region and a service, as AWS's other SDKs do; botocore derives one for each request. And it
selects the headers to sign once for a request; botocore does so for the text that is signed, and
again for the header that tells which they are.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

_VERSION = "v4"
"""The name of the signer in botocore's table."""


class Signing:
    """Lets clients sign with the quicker signer while it is on; no key outlives it."""

    def __init__(self) -> None:
        self._own: Any = None

    def start(self) -> None:
        """Put the signer into botocore's table, unless somebody else's is in it."""
        if AUTH_TYPE_MAPS.get(_VERSION) is SigV4Auth:
            self._own = AUTH_TYPE_MAPS[_VERSION]
            AUTH_TYPE_MAPS[_VERSION] = _signer(lru_cache(maxsize=16)(_derive))

    def stop(self) -> None:
        """Put botocore's own back."""
        if self._own is not None:
            AUTH_TYPE_MAPS[_VERSION] = self._own
            self._own = None


def _signer(signing_key: Callable[[str, str, str, str], bytes]) -> type[SigV4Auth]:
    class Signer(SigV4Auth):
        """A signer, of one request after the other."""

        _selected: Any = None

        def add_auth(self, request: Any) -> None:
            self._selected = None
            super().add_auth(request)

        def headers_to_sign(self, request: Any) -> Any:
            if self._selected is None:
                self._selected = super().headers_to_sign(request)
            return self._selected

        def signature(self: Any, string_to_sign: str, request: Any) -> str:
            day = request.context["timestamp"][:8]
            secret_key = self.credentials.secret_key
            key = signing_key(secret_key, day, self._region_name, self._service_name)
            return hmac.digest(key, string_to_sign.encode(), "sha256").hex()

    return Signer


def _derive(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for scope in (day, region, service, "aws4_request"):
        key = hmac.digest(key, scope.encode(), "sha256")
    return key

"""Signature Version 4's signing keys, each derived once.

A signing key is that of a day, a Region and a service: an SDK may keep it, as AWS's other SDKs
do, and botocore derives it for each request anew. The signatures are the same, bit for bit.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from botocore.auth import SigV4Auth

from kmsmock.interception.patches import Patches


class SigningKeys:
    """Keeps signing keys while it is on; none outlives it."""

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        """Wrap the method that derives them."""
        self._patches.wrap(SigV4Auth, "signature", _signing)

    def stop(self) -> None:
        """Put the method back."""
        self._patches.undo()


def _signing(_original: Callable[..., Any]) -> Callable[..., Any]:
    signing_key = lru_cache(maxsize=16)(_derive)

    def signature(auth: Any, string_to_sign: str, request: Any) -> str:
        day = request.context["timestamp"][:8]
        secret_key = auth.credentials.secret_key
        key = signing_key(secret_key, day, auth._region_name, auth._service_name)  # noqa: SLF001
        return hmac.digest(key, string_to_sign.encode(), "sha256").hex()

    return signature


def _derive(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for scope in (day, region, service, "aws4_request"):
        key = hmac.digest(key, scope.encode(), "sha256")
    return key

"""Signature Version 4, as KMS signs its requests to a proxy.

Source: xks-proxy.md section 1;
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. It is
not botocore's own signer, which would read the machine's time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

SERVICE = "kms-xks-proxy"
_SIGNED = "host;x-amz-date"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key_id>[A-Z2-7]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/"
    rf"{SERVICE}/aws4_request, ?SignedHeaders={_SIGNED}, ?Signature=(?P<signature>[0-9a-f]{{64}})"
)


def sign(  # noqa: PLR0913, PLR0917 - a signature covers that much
    url: str, body: bytes, access_key_id: str, secret: str, region: str, now: datetime
) -> dict[str, str]:
    """Give the headers that sign a POST, `Host` among them."""
    date = now.strftime("%Y%m%dT%H%M%SZ")
    signature = _signature(url, body, secret, region, date)
    return {
        "Host": urlsplit(url).netloc,
        "X-Amz-Date": date,
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={access_key_id}/{date[:8]}/{region}/{SERVICE}/"
            f"aws4_request, SignedHeaders={_SIGNED}, Signature={signature}"
        ),
    }


def is_signed_by(
    url: str, headers: Mapping[str, str], body: bytes, access_key_id: str, secret: str
) -> bool:
    """Tell whether a POST was signed with a credential, whenever that was."""
    match = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    date = headers.get("X-Amz-Date", "")
    if match is None or match["key_id"] != access_key_id or not date.startswith(match["day"]):
        return False
    return hmac.compare_digest(
        match["signature"], _signature(url, body, secret, match["region"], date)
    )


def _signature(url: str, body: bytes, secret: str, region: str, date: str) -> str:
    parts = urlsplit(url)
    # Nothing else is normalized: all characters of a proxy's URIs stand for themselves.
    path = re.sub("/+", "/", parts.path)
    headers = f"host:{parts.netloc}\nx-amz-date:{date}\n"
    digest = hashlib.sha256(body).hexdigest()
    request = f"POST\n{path}\n\n{headers}\n{_SIGNED}\n{digest}"
    scope = f"{date[:8]}/{region}/{SERVICE}/aws4_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}".encode(), "sha256").hex()

"""An HTTP request, and what its headers say: service, operation, Region, access key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from kmsmock.errors import (
    IncompleteSignatureException,
    MissingAuthenticationTokenException,
    UnknownOperationException,
)
from kmsmock.protocol.cbor import SERVICES_WITH_CBOR
from kmsmock.protocol.model import service_with_target_prefix


class HttpRequest(NamedTuple):
    """A request as it would leave the process.

    Attributes:
        headers: by their names in lower case.
        read_timeout: the seconds that its sender waits for an answer; None for ever.
    """

    method: str
    url: str
    headers: Mapping[str, str | bytes]
    body: bytes
    read_timeout: float | None = None


def by_lower_case(headers: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """Give headers by their names in lower case: a look-up then costs no comparison of our own."""
    return {name.lower(): value for name, value in headers.items()}


class Address(NamedTuple):
    """Whom a request is for and whom it is from; what its headers say."""

    service: str
    operation: str
    region: str
    access_key: str


ALGORITHM = "AWS4-HMAC-SHA256"

IN_RPC_V2_PATHS = "/service/"
"""In next to no URL, and quicker to look for than to take a URL apart."""
_RPC_V2_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)")

_BEFORE_SIGNATURE = re.compile(
    ALGORITHM + r" Credential=([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/([^/,\s]+),"
    r" SignedHeaders=([^,\s]+)"
)
"""The header as SDKs write it; nothing is wrong with it if the date is signed, and so is there."""
_USUAL_LENGTH = 512
"""Of what is remembered of a request, at most, in bytes."""


def read_address(request: HttpRequest) -> Address:
    """Read the operation that a request names, and the signature's credential scope.

    Raises:
        UnknownOperationException: what is named is no operation of the two services.
        MissingAuthenticationTokenException: there is no signature.
        IncompleteSignatureException: the signature lacks a part.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
    """
    # All that botocore writes is the same in a client's every call, apart from the signature.
    target = request.headers.get("x-amz-target")
    signed = request.headers.get("authorization")
    if type(target) is bytes and type(signed) is bytes and IN_RPC_V2_PATHS not in request.url:
        before, _, signature = signed.rpartition(b", Signature=")
        if len(before) + len(target) <= _USUAL_LENGTH and signature.isalnum():
            usual = _usual_address(target, before)
            if usual is not None:
                return usual
    service, operation = _named_operation(request)
    access_key, _date, region, _signing_name, _terminator = _credential_scope(request)
    return Address(service, operation, region, access_key)


@lru_cache(maxsize=1024)
def _usual_address(target: bytes, before_signature: bytes) -> Address | None:
    """Give the address of what SDKs write in JSON, None for all else."""
    whole = _BEFORE_SIGNATURE.fullmatch(before_signature.decode("latin-1"))
    prefix, _, operation = target.decode("latin-1").rpartition(".")
    service = service_with_target_prefix(prefix)
    if service is None or whole is None or "x-amz-date" not in whole[6]:
        return None
    return Address(service, operation, region=whole[3], access_key=whole[1])


def is_rpc_v2(request: HttpRequest) -> bool:
    """Tell whether a request whose URL may be one comes in Smithy RPC v2 CBOR."""
    return _rpc_v2_path(request) is not None or bool(_header(request, "smithy-protocol"))


def signing_name_of(url: str, headers: Mapping[str, str | bytes]) -> str:
    """Give the service that a request is signed for, `kms`; empty if none can be read.

    Args:
        headers: as those of a request.
    """
    elements = _credential(HttpRequest("", url, headers, b"")).split("/")
    return elements[3] if len(elements) == 5 else ""


def _named_operation(request: HttpRequest) -> tuple[str, str]:
    if IN_RPC_V2_PATHS in request.url and (path := _rpc_v2_path(request)) is not None:
        service = service_with_target_prefix(path[1])
        speaks = (
            service in SERVICES_WITH_CBOR and _header(request, "smithy-protocol") == "rpc-v2-cbor"
        )
        if service is None or not speaks or request.method != "POST":
            raise UnknownOperationException
        return service, path[2]
    prefix, _, operation = _header(request, "x-amz-target").rpartition(".")
    service = service_with_target_prefix(prefix)
    if service is None:
        raise UnknownOperationException
    return service, operation


def _rpc_v2_path(request: HttpRequest) -> re.Match[str] | None:
    return _RPC_V2_PATH.fullmatch(urlsplit(request.url).path)


def _credential_scope(request: HttpRequest) -> Sequence[str]:
    """Read the five elements of the credential: access key, date, Region, service, terminator.

    The texts are assumed to be those of AWS's services in general.
    """
    header = _header(request, "authorization")
    if header.startswith(ALGORITHM):
        missing = [
            f"Authorization header requires '{name}' parameter."
            for name in ("Credential", "Signature", "SignedHeaders")
            if not re.search(rf"\b{name}=[^,\s]", header)
        ]
        if not _header(request, "x-amz-date") and not _header(request, "date"):
            missing.append(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                "header."
            )
        if missing:
            raise IncompleteSignatureException(" ".join([*missing, f"Authorization={header}"]))
    credential = _credential(request)
    if not credential:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    elements = credential.split("/")
    if len(elements) != 5 or not all(elements):
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential}'"
        )
    return elements


def _credential(request: HttpRequest) -> str:
    """Give the credential of the header or, of a presigned URL, of the query; empty if none."""
    header = _header(request, "authorization")
    if header.startswith(ALGORITHM):
        found = re.search(r"\bCredential=([^,\s]+)", header)
        return found[1] if found else ""
    query = urlsplit(request.url).query
    if "X-Amz-Credential" not in query:
        return ""
    return parse_qs(query).get("X-Amz-Credential", [""])[0]


def _header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name, "")
    return value.decode("latin-1") if isinstance(value, bytes) else value

"""An HTTP request, and what its headers say: service, operation, Region, access key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kmsmock.errors import MissingAuthenticationTokenException, UnknownOperationException
from kmsmock.protocol.model import service_with_target_prefix


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it would leave the process.

    Attributes:
        headers: case-insensitive.
    """

    method: str
    url: str
    headers: Mapping[str, str | bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a request is for and whom it is from; what its headers say."""

    service: str
    operation: str
    region: str
    access_key: str


_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")


def read_address(request: HttpRequest) -> Address:
    """Read `X-Amz-Target` and the signature's credential scope.

    Raises:
        UnknownOperationException: the target names neither of the two services.
        MissingAuthenticationTokenException: there is no signature.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
    """
    prefix, _, operation = _header(request, "X-Amz-Target").rpartition(".")
    service = service_with_target_prefix(prefix)
    if service is None:
        raise UnknownOperationException
    credential = _CREDENTIAL.search(_header(request, "Authorization"))
    if credential is None:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    access_key, region, _signing_name = credential.groups()
    return Address(service, operation, region, access_key)


def _header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name, "")
    return value.decode("latin-1") if isinstance(value, bytes) else value

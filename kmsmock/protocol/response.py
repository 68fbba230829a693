"""A result or an error as an HTTP response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kmsmock.protocol.wire import JSON, Wire

if TYPE_CHECKING:
    from kmsmock.errors import ServiceError


class HttpResponse(NamedTuple):
    """A response as it would arrive.

    Attributes:
        delay: the seconds that the caller has to wait for it, really.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    delay: float = 0


def result_response(
    result: Mapping[str, object] | None, request_id: str, wire: Wire = JSON
) -> HttpResponse:
    """Write a result; None is an operation without an output shape, whose body is empty."""
    if result is not None and "ResponseMetadata" in result:
        result = {name: value for name, value in result.items() if name != "ResponseMetadata"}
    body = b"" if result is None else wire.write_body(result)
    return HttpResponse(200, _headers(body, request_id, wire), body)


def error_response(
    error: ServiceError, service: str, request_id: str, wire: Wire = JSON
) -> HttpResponse:
    """Write an error; the message member is left out where AWS leaves it out."""
    body = wire.write_error(service, error.code, error.message)
    return HttpResponse(error.status, _headers(body, request_id, wire), body)


def _headers(body: bytes, request_id: str, wire: Wire) -> dict[str, str]:
    return {
        "x-amzn-RequestId": request_id,
        **wire.headers,
        "Content-Length": str(len(body)),
    }

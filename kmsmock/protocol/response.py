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
    if result is None:
        return _response(200, b"", request_id, wire)
    if "ResponseMetadata" in result:
        result = {name: value for name, value in result.items() if name != "ResponseMetadata"}
    return _response(200, wire.write_body(result), request_id, wire)


def error_response(
    error: ServiceError, service: str, request_id: str, wire: Wire = JSON
) -> HttpResponse:
    """Write an error; the message member is left out where AWS leaves it out."""
    body = wire.write_error(service, error.code, error.message)
    return _response(error.status, body, request_id, wire)


def _response(status: int, body: bytes, request_id: str, wire: Wire) -> HttpResponse:
    headers = {
        "x-amzn-RequestId": request_id,
        **wire.headers,
        "Content-Length": str(len(body)),
    }
    return HttpResponse(status, headers, body)

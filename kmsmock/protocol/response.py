"""A result or an error as an HTTP response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.protocol.json_1_1 import CONTENT_TYPE, write_body
from kmsmock.protocol.model import error_message_member

if TYPE_CHECKING:
    from kmsmock.errors import ServiceError


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response as it would arrive."""

    status: int
    headers: dict[str, str]
    body: bytes


def result_response(result: Mapping[str, object] | None, request_id: str) -> HttpResponse:
    """Write a result; None is an operation without an output shape, whose body is empty."""
    if result is None:
        return _response(200, b"", request_id)
    members = {name: value for name, value in result.items() if name != "ResponseMetadata"}
    return _response(200, write_body(members), request_id)


def error_response(error: ServiceError, service: str, request_id: str) -> HttpResponse:
    """Write an error; the message member is left out where AWS leaves it out."""
    document: dict[str, object] = {"__type": error.code}
    if error.message is not None:
        document[error_message_member(service, error.code)] = error.message
    return _response(error.status, write_body(document), request_id)


def _response(status: int, body: bytes, request_id: str) -> HttpResponse:
    headers = {
        "x-amzn-RequestId": request_id,
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
    }
    return HttpResponse(status, headers, body)

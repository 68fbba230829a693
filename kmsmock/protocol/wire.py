"""The two wires: an answer goes back in the one that its request came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kmsmock.protocol import cbor, json_1_1
from kmsmock.protocol.model import error_message_member, is_error_of
from kmsmock.protocol.request import IN_RPC_V2_PATHS, HttpRequest, is_rpc_v2


@dataclass(frozen=True, slots=True)
class Wire:
    """How documents are written.

    Attributes:
        headers: what every answer has, beside its length and its request id.
        write_error: takes service, error code and message; without a message the member is left
            out.
    """

    headers: Mapping[str, str]
    read_body: Callable[[bytes], dict[str, object]]
    write_body: Callable[[Mapping[str, object]], bytes]
    write_error: Callable[[str, str, str | None], bytes]


def wire_of(request: HttpRequest) -> Wire:
    """Give the wire that a request came in."""
    return CBOR if IN_RPC_V2_PATHS in request.url and is_rpc_v2(request) else JSON


def _json_error(service: str, code: str, message: str | None) -> bytes:
    return json_1_1.write_body({"__type": code, **_message(service, code, message)})


def _cbor_error(service: str, code: str, message: str | None) -> bytes:
    # The specification asks for absolute shape ids. The namespace is that of AWS's published
    # Smithy model. Assumed: over CBOR, errors that all services share have Coral's namespace.
    namespace = f"com.amazonaws.{service}" if is_error_of(service, code) else _CORAL
    return cbor.write_texts({"__type": f"{namespace}#{code}", **_message(service, code, message)})


def _message(service: str, code: str, message: str | None) -> dict[str, str]:
    return {} if message is None else {error_message_member(service, code): message}


_CORAL = "com.amazon.coral.service"

JSON = Wire(
    {"Content-Type": json_1_1.CONTENT_TYPE}, json_1_1.read_body, json_1_1.write_body, _json_error
)
CBOR = Wire(
    {"Content-Type": cbor.CONTENT_TYPE, "smithy-protocol": "rpc-v2-cbor"},
    cbor.read_body,
    cbor.write_body,
    _cbor_error,
)

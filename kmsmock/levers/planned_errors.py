"""The errors that a test may plan: those of the services, and those of a connection."""

from __future__ import annotations

import functools
from collections.abc import Callable

from botocore.model import StringShape

from kmsmock.controls.faults import TOO_FAST, ConnectionLost, planned_error
from kmsmock.levers.known_names import require_known
from kmsmock.protocol.model import service_model

NEVER_CONNECTED = ("ConnectTimeoutError", "EndpointConnectionError")
"""botocore's own errors of a connection that did not come about; it tries again after each."""

CONNECTION_ERRORS = (*NEVER_CONNECTED, "ConnectionClosedError", "ReadTimeoutError")
"""The same, and those of one that was lost, perhaps with the answer."""

COMMON_ERRORS = {
    "AccessDeniedException": 400,
    "ExpiredTokenException": 400,
    "InternalFailure": 500,
    "NotAuthorized": 400,
    "RequestExpired": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 400,
    "ValidationException": 400,
}
"""Errors of every service, which no model has: "Common Errors" of the API references."""


def error_maker(service: str, name: object, message: str | None) -> Callable[[], Exception]:
    """Give what makes an error of a service, or a lost connection, by its name.

    Raises:
        TypeError: the name is no text.
        ValueError: there is no such error.
    """
    statuses = {**COMMON_ERRORS, **_modelled_errors(service)}
    codes = connection_error_codes(service)
    name = require_known("error", name, (*codes, *CONNECTION_ERRORS, *statuses))
    if name in CONNECTION_ERRORS:
        return functools.partial(ConnectionLost, name)
    if message is None:
        message = TOO_FAST[service] if name == "ThrottlingException" else "Planned by the test."
    return functools.partial(planned_error, name, statuses[name], message)


@functools.cache
def connection_error_codes(service: str) -> tuple[str, ...]:
    """Give the codes with which the key stores of a service fail to connect; KMS alone has some."""
    if service != "kms":
        return ()
    shape = service_model("kms").shape_for("ConnectionErrorCodeType")
    assert isinstance(shape, StringShape)
    return tuple(shape.enum)


@functools.cache
def _modelled_errors(service: str) -> dict[str, int]:
    """Give the errors of a service's model, and the HTTP status of each."""
    from kmsmock.errors import ServiceError

    # botocore's models have few statuses; kmsmock's own errors have them all.
    statuses = {kind.__name__: kind.status for kind in ServiceError.__subclasses__()}
    return {
        shape.name: statuses.get(shape.name, 400) for shape in service_model(service).error_shapes
    }

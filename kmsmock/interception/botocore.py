"""botocore's calls, answered here in place of AWS.

What of botocore's insides is used beside: new_sessions.py, responses.py and signing.py.

Methods of botocore's classes are wrapped while a mock is active. Classes, not clients: so it is of
no account when a client was made, by whom, or in which thread.

* `Endpoint._send`: every request that no handler of `before-send` has answered passes it, signed,
  and would leave the process. A user's own handlers come first, as always; moto's is told to leave
  the two services alone (moto.py).
* `Endpoint._do_get_response`, around it: there it is known which operation a request is for.
* `Session.get_credentials`: finds pretend credentials, and reads none from files, processes or
  the network. What a test gives explicitly, or in the environment, stands.
* `RequestSigner._credentials`: clients made earlier may have no credentials at all, or some that
  ask a server for fresh ones.
* `AWSRequest.prepare`, of older botocores only: their prepared requests do not bring the context,
  which has the client's read timeout.

An asynchronous client's classes have methods of their own: see aiobotocore.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import signature
from operator import attrgetter
from typing import Any

import botocore.endpoint
import botocore.exceptions
import botocore.session
import botocore.signers
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, HeadersDict
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials

from kmsmock.controls.faults import ConnectionLost
from kmsmock.controls.waiting import sleep
from kmsmock.interception.moto import STUBBER, MotoInterception
from kmsmock.interception.other_services import Gate
from kmsmock.interception.patches import Patches
from kmsmock.interception.responses import Response
from kmsmock.protocol.model import SERVICES
from kmsmock.protocol.request import HttpRequest, by_lower_case
from kmsmock.protocol.response import HttpResponse

_OPERATION = "_kmsmock_operation"
"""The attribute of another service's request that tells what it is for."""

ACCESS_KEY, SECRET_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
"""The credentials of AWS's documentation, which secret scanners know as harmless."""

SIGNERS_CREDENTIALS = "_credentials"
"""The attribute of a signer with the credentials that it was made with."""

BRINGS_CONTEXT = "context" in signature(AWSPreparedRequest).parameters
"""Whether this botocore's prepared requests tell the client's configuration."""


class BotocoreInterception:
    """Answers the two services' calls while it is on.

    Args:
        answer: gives the response to a request.
        gate: judges other services' calls that nobody answers.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse], gate: Gate) -> None:
        self._answer = answer
        self._gate = gate
        self._patches = Patches()
        self._moto = MotoInterception()

    def start(self) -> None:
        """Wrap the methods."""
        wrap = self._patches.wrap
        wrap(botocore.endpoint.Endpoint, "_do_get_response", self._responding)
        wrap(botocore.endpoint.Endpoint, "_send", self._sending)
        wrap(botocore.session.Session, "get_credentials", self._finding_credentials)
        signing_credentials = credentials_or(pretend_credentials)
        self._patches.put(botocore.signers.RequestSigner, SIGNERS_CREDENTIALS, signing_credentials)
        if not BRINGS_CONTEXT:
            wrap(AWSRequest, "prepare", _preparing)

    def stop(self) -> None:
        """Put the methods back."""
        self._moto.stop()
        self._patches.undo()

    def _responding(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def _do_get_response(
            endpoint: Any, request: AWSPreparedRequest, operation_model: Any, context: Any
        ) -> Any:
            if not self._moto.started and STUBBER in sys.modules:
                self._moto.start_if_loaded()
            if endpoint._endpoint_prefix not in SERVICES:  # noqa: SLF001
                setattr(request, _OPERATION, operation_model)
            return original(endpoint, request, operation_model, context)

        return _do_get_response

    def _sending(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def _send(endpoint: Any, request: AWSPreparedRequest) -> Any:
            if endpoint._endpoint_prefix in SERVICES:  # noqa: SLF001 - the model's endpointPrefix
                return aws_response(self._answer, request)
            operation = getattr(request, _OPERATION, None)
            if operation is not None:  # else the call began before the mock did
                service_id = operation.service_model.service_id.hyphenize()
                self._gate.judge_call(service_id, operation.name)
            return original(endpoint, request)

        return _send

    def _finding_credentials(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get_credentials(session: botocore.session.Session) -> Any:
            own = getattr(session, "_credentials", None)
            if own is not None and own.method == "explicit":
                return original(session)
            return EnvProvider().load() or pretend_credentials()

        return get_credentials


def pretend_credentials() -> Credentials:
    """Give the credentials of callers who bring none."""
    return Credentials(ACCESS_KEY, SECRET_KEY, method="kmsmock")


def credentials_or(pretend: Callable[[], object]) -> property:
    """Give a signer's credentials as a property: pretend ones, if its own are none or ask for more.

    What it was made with stays in its dictionary, where it is found again without the property.
    """

    def credentials(signer: object) -> object:
        own = signer.__dict__[SIGNERS_CREDENTIALS]
        return pretend() if own is None or isinstance(own, RefreshableCredentials) else own

    def keep(signer: object, own: object) -> None:
        signer.__dict__[SIGNERS_CREDENTIALS] = own

    return property(credentials, keep)


def aws_response(
    answer: Callable[[HttpRequest], HttpResponse], request: AWSPreparedRequest
) -> Response:
    """Answer botocore's prepared request with botocore's response.

    Or raise botocore's error for a connection that a test wants to fail; either after as long as
    a test wants the caller to wait.
    """
    try:
        response = answer(http_request(request))
    except ConnectionLost as lost:
        if lost.delay:
            sleep(lost.delay)
        raise failure(lost, request) from None
    if response.delay:
        sleep(response.delay)
    return Response(request.url, response)


def failure(lost: ConnectionLost, request: AWSPreparedRequest) -> Exception:
    """Give botocore's error for a connection that a test wants to fail."""
    kind: Callable[..., Exception] = getattr(botocore.exceptions, lost.name)
    return kind(endpoint_url=request.url, error="planned by the test")


def http_request(request: AWSPreparedRequest) -> HttpRequest:
    """Give botocore's prepared request as ours."""
    body = request.body or b""
    # Both services' requests are serialized into bytes; nothing in them is streamed.
    assert isinstance(body, (bytes, bytearray))
    headers: Any = request.headers
    if type(headers) is HeadersDict:
        # Its keys hold their names in lower case; each look-up would make one more of them.
        held = headers._dict  # type: ignore[attr-defined]  # noqa: SLF001
        named = dict(zip(map(_in_lower_case, held), held.values(), strict=True))
    else:
        named = by_lower_case(headers)
    context: dict[str, Any] = getattr(request, "context", None) or {}
    config = context.get("client_config")
    read_timeout = None if config is None else config.read_timeout
    return HttpRequest(request.method, request.url, named, bytes(body), read_timeout)


def _preparing(original: Callable[..., Any]) -> Callable[..., Any]:
    def prepare(request: AWSRequest) -> Any:
        prepared = original(request)
        prepared.context = request.context
        return prepared

    return prepare


_in_lower_case = attrgetter("_lower")

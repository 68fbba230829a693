"""botocore's calls, answered here in place of AWS; all of botocore's insides that kmsmock uses.

Three methods of botocore's classes are wrapped while a mock is active. Classes, not clients: so it
is of no account when a client was made, by whom, or in which thread.

* `HierarchicalEmitter._emit`: every request passes it as `before-send.<service id>.<operation>`,
  after it was signed and before it is sent. The handlers that the user registered are called,
  moto's is not: moto answers at this very event, and would otherwise win while it is active. It is
  the innermost method of the emitter: a call emits ten events, and what stands around each one
  costs least here, where its arguments are a dictionary already.
* `Session.get_credentials`: finds pretend credentials, and reads none from files, processes or
  the network. What a test gives explicitly, or in the environment, stands.
* `RequestSigner.get_auth_instance`: clients made earlier may have no credentials at all, or some
  that ask a server for fresh ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import botocore.exceptions
import botocore.hooks
import botocore.session
import botocore.signers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials

from kmsmock.controls.faults import ConnectionLost
from kmsmock.interception.other_services import Gate
from kmsmock.interception.patches import Patches
from kmsmock.protocol.request import HttpRequest
from kmsmock.protocol.response import HttpResponse

SERVICE_IDS = ("kms", "cloudhsm-v2")
"""The services answered here, under the ids that botocore's events use."""

ACCESS_KEY, SECRET_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
"""The credentials of AWS's documentation, which secret scanners know as harmless."""


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

    def start(self) -> None:
        """Wrap the three methods."""
        self._patches.wrap(botocore.hooks.HierarchicalEmitter, "_emit", self._emitting)
        self._patches.wrap(botocore.session.Session, "get_credentials", self._finding_credentials)
        self._patches.wrap(botocore.signers.RequestSigner, "get_auth_instance", self._signing)

    def stop(self) -> None:
        """Put the three methods back."""
        self._patches.undo()

    def _emitting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        # An asynchronous client's emitter has a method of its own: see aiobotocore.py.
        def _emit(
            emitter: Any,
            event_name: str,
            arguments: dict[str, Any],
            stop_on_response: bool = False,
        ) -> Any:
            if not event_name.startswith("before-send."):
                return original(emitter, event_name, arguments, stop_on_response)
            _, service_id, operation = event_name.split(".")
            if service_id in SERVICE_IDS:
                return self._answers(emitter, event_name, arguments)
            answers = original(emitter, event_name, arguments, stop_on_response)
            if all(answer is None for _handler, answer in answers):
                self._gate.judge_call(service_id, operation)
            return answers

        return _emit

    def _answers(self, emitter: Any, event_name: str, arguments: dict[str, Any]) -> Any:
        answers = [
            (handler, handler(event_name=event_name, **arguments))
            for handler in users_handlers(emitter, event_name)
        ]
        # botocore takes the first answer. A user's own comes in place of ours, not beside it.
        if all(answer is None for _handler, answer in answers):
            answers.append((self._answer, aws_response(self._answer, arguments["request"])))
        return answers

    def _finding_credentials(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get_credentials(session: botocore.session.Session) -> Any:
            own = getattr(session, "_credentials", None)
            if own is not None and own.method == "explicit":
                return original(session)
            return EnvProvider().load() or pretend_credentials()

        return get_credentials

    def _signing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get_auth_instance(signer: Any, *positional: Any, **named: Any) -> Any:
            own = named.get("request_credentials") or signer._credentials  # noqa: SLF001
            if own is None or isinstance(own, RefreshableCredentials):
                named["request_credentials"] = pretend_credentials()
            return original(signer, *positional, **named)

        return get_auth_instance


def users_handlers(emitter: Any, event_name: str) -> list[Callable[..., Any]]:
    """Give the handlers of an event in their order, moto's left out."""
    # As the emitter itself looks them up: it forgets what it knows when a handler comes or goes.
    known = emitter._lookup_cache  # noqa: SLF001
    handlers = known.get(event_name)
    if handlers is None:
        handlers = known[event_name] = emitter._handlers.prefix_search(event_name)  # noqa: SLF001
    return [handler for handler in handlers if not type(handler).__module__.startswith("moto.")]


def pretend_credentials() -> Credentials:
    """Give the credentials of callers who bring none."""
    return Credentials(ACCESS_KEY, SECRET_KEY, method="kmsmock")


def aws_response(
    answer: Callable[[HttpRequest], HttpResponse], request: AWSPreparedRequest
) -> AWSResponse:
    """Answer botocore's prepared request with botocore's response."""
    response = answer_or_fail(answer, request)
    return AWSResponse(request.url, response.status, arrived(response), _Body(response.body))


def answer_or_fail(
    answer: Callable[[HttpRequest], HttpResponse], request: AWSPreparedRequest
) -> HttpResponse:
    """Give our response, or raise botocore's error for a connection that a test wants to fail."""
    try:
        return answer(http_request(request))
    except ConnectionLost as lost:
        kind = getattr(botocore.exceptions, lost.name)
        raise kind(endpoint_url=request.url, error="planned by the test") from None


def http_request(request: AWSPreparedRequest) -> HttpRequest:
    """Give botocore's prepared request as ours."""
    body = request.body or b""
    # Both services' requests are serialized into bytes; nothing in them is streamed.
    assert isinstance(body, (bytes, bytearray))
    headers = cast("Mapping[str, str | bytes]", request.headers)
    return HttpRequest(request.method, request.url, headers, bytes(body))


def arrived(response: HttpResponse) -> HTTPHeaders:
    """Give our response's headers as botocore reads them."""
    headers = HTTPHeaders()
    for name, value in response.headers.items():
        headers[name] = value
    return headers


class _Body:
    """A response's body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_arguments: Any) -> Iterable[bytes]:
        """Give the whole body as one piece."""
        return (self._body,)

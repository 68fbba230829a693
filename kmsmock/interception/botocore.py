"""botocore's calls, answered here in place of AWS; all of botocore's insides that kmsmock uses.

Three methods of botocore's classes are wrapped while a mock is active. Classes, not clients: so it
is of no account when a client was made, by whom, or in which thread.

* `EventAliaser.emit`: every request passes it as `before-send.<service id>.<operation>`, after it
  was signed and before it is sent. The handlers that the user registered are called, moto's is
  not: moto answers at this very event, and would otherwise win while it is active.
* `Session.get_credentials`: finds pretend credentials, and reads none from files, processes or
  the network. What a test gives explicitly, or in the environment, stands.
* `RequestSigner.get_auth_instance`: clients made earlier may have no credentials at all, or some
  that ask a server for fresh ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, cast

import botocore.hooks
import botocore.session
import botocore.signers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials
from botocore.utils import EVENT_ALIASES

from kmsmock.protocol.request import HttpRequest
from kmsmock.protocol.response import HttpResponse

SERVICE_IDS = ("kms", "cloudhsm-v2")
"""The services answered here, under the ids that botocore's events use."""

ACCESS_KEY, SECRET_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
"""The credentials of AWS's documentation, which secret scanners know as harmless."""

OtherServices = Literal["refuse", "pass"] | Iterable[str]


class OtherServiceRefused(RuntimeError):
    """A request to another AWS service, which nothing answers; it was not sent."""


class BotocoreInterception:
    """Answers the two services' calls while it is on.

    Args:
        answer: gives the response to a request.
        other_services: what happens to other services' requests that nobody answers: "refuse",
            "pass", or the names of those that may pass (as in `boto3.client(name)`).
    """

    def __init__(
        self, answer: Callable[[HttpRequest], HttpResponse], other_services: OtherServices
    ) -> None:
        self._answer = answer
        self._pass_all = other_services == "pass"
        self._passing = (
            frozenset()
            if isinstance(other_services, str)
            else frozenset(EVENT_ALIASES.get(name, name) for name in other_services)
        )
        self._originals: list[tuple[type, str, Callable[..., Any]]] = []

    def start(self) -> None:
        """Wrap the three methods."""
        self._wrap(botocore.hooks.EventAliaser, "emit", self._emitting)
        self._wrap(botocore.session.Session, "get_credentials", self._finding_credentials)
        self._wrap(botocore.signers.RequestSigner, "get_auth_instance", self._signing)

    def stop(self) -> None:
        """Put the three methods back."""
        while self._originals:
            owner, name, original = self._originals.pop()
            setattr(owner, name, original)

    def _wrap(
        self, owner: type, name: str, wrapping: Callable[[Callable[..., Any]], Callable[..., Any]]
    ) -> None:
        original = owner.__dict__[name]
        self._originals.append((owner, name, original))
        setattr(owner, name, wrapping(original))

    def _emitting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def emit(emitter: Any, event_name: str, **arguments: Any) -> Any:
            if not event_name.startswith("before-send."):
                return original(emitter, event_name, **arguments)
            _, service_id, operation = event_name.split(".")
            if service_id in SERVICE_IDS:
                return self._answers(emitter, event_name, arguments)
            answers = original(emitter, event_name, **arguments)
            if any(answer is not None for _handler, answer in answers):
                return answers
            self._refuse_unless_passing(service_id, operation)
            return answers

        return emit

    def _answers(self, emitter: Any, event_name: str, arguments: dict[str, Any]) -> Any:
        answers = [
            (handler, handler(event_name=event_name, **arguments))
            for handler in emitter._emitter._handlers.prefix_search(event_name)  # noqa: SLF001
            if not type(handler).__module__.startswith("moto.")
        ]
        answers.append((self._answer, aws_response(self._answer, arguments["request"])))
        return answers

    def _refuse_unless_passing(self, service_id: str, operation: str) -> None:
        if self._pass_all or service_id in self._passing:
            return
        name = next((old for old, new in EVENT_ALIASES.items() if new == service_id), service_id)
        raise OtherServiceRefused(
            f"{service_id} {operation} was called while mock_kms_cloudhsm is active, and nothing "
            "answers it here; no request was sent. Mock it as well (moto.mock_aws works beside "
            f'kmsmock), or let it through with mock_kms_cloudhsm(other_services=["{name}"]).'
        )

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


def pretend_credentials() -> Credentials:
    """Give the credentials of callers who bring none."""
    return Credentials(ACCESS_KEY, SECRET_KEY, method="kmsmock")


def aws_response(
    answer: Callable[[HttpRequest], HttpResponse], request: AWSPreparedRequest
) -> AWSResponse:
    """Answer botocore's prepared request with botocore's response."""
    body = request.body or b""
    # Both services' requests are serialized into bytes; nothing in them is streamed.
    assert isinstance(body, (bytes, bytearray))
    headers = cast("Mapping[str, str | bytes]", request.headers)
    response = answer(HttpRequest(request.method, request.url, headers, bytes(body)))
    arrived = HTTPHeaders()
    for name, value in response.headers.items():
        arrived[name] = value
    return AWSResponse(request.url, response.status, arrived, _Body(response.body))


class _Body:
    """A response's body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_arguments: Any) -> Iterable[bytes]:
        """Give the whole body as one piece."""
        return (self._body,)

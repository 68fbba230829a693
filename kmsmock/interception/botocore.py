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
from functools import cache
from typing import Any, Literal, cast

import botocore.hooks
import botocore.session
import botocore.signers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader
from botocore.model import ServiceModel
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


class PassingServices:
    """The other services whose requests may leave the process.

    Args:
        other_services: "refuse" for none, "pass" for all, or their names, as `boto3.client` takes
            them.

    Raises:
        ValueError: it is none of these, or botocore knows no service of a name.
    """

    def __init__(self, other_services: OtherServices) -> None:
        if other_services not in ("refuse", "pass") and (
            isinstance(other_services, (str, bytes)) or not isinstance(other_services, Iterable)
        ):
            raise ValueError(
                'other_services must be "refuse", "pass" or a list of services, '
                f"not {other_services!r}"
            )
        self._all = other_services == "pass"
        names = () if isinstance(other_services, str) else other_services
        self._service_ids = frozenset(_service_id(name) for name in names)

    def includes(self, service_id: str) -> bool:
        """Tell whether a service is one of them, by its id in botocore's events."""
        return self._all or service_id in self._service_ids


@cache
def _service_id(name: str) -> str:
    try:
        model = create_loader().load_service_model(name, "service-2")
    except UnknownServiceError:
        raise ValueError(f"other_services names {name!r}, which is no service of AWS") from None
    return str(ServiceModel(model, name).service_id.hyphenize())


@cache
def _name_of(service_id: str) -> str:
    """Give the name by which `boto3.client` knows a service, the likely ones tried first."""
    names = create_loader().list_available_services("service-2")
    plain = service_id.replace("-", "")
    likely = [n for n in names if n.replace("-", "") == plain or EVENT_ALIASES.get(n) == service_id]
    return next((name for name in (*likely, *names) if _service_id(name) == service_id), service_id)


class BotocoreInterception:
    """Answers the two services' calls while it is on.

    Args:
        answer: gives the response to a request.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer
        self._passing: list[PassingServices] = []
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

    def let_pass(self, passing: PassingServices) -> None:
        """Let other services' requests that nobody answers through, beside those let so far."""
        self._passing.append(passing)

    def let_pass_no_more(self, passing: PassingServices) -> None:
        """Take back one `let_pass`."""
        self._passing.remove(passing)

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
        # botocore takes the first answer. A user's own comes in place of ours, not beside it.
        if all(answer is None for _handler, answer in answers):
            answers.append((self._answer, aws_response(self._answer, arguments["request"])))
        return answers

    def _refuse_unless_passing(self, service_id: str, operation: str) -> None:
        if any(passing.includes(service_id) for passing in self._passing):
            return
        name = _name_of(service_id)
        raise OtherServiceRefused(
            f"{name} {operation} was called while mock_kms_cloudhsm is active, and nothing "
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

"""aiobotocore's calls, and so aioboto3's, answered here in place of AWS.

aiobotocore's classes are botocore's with some methods made coroutines. Credentials are dealt with
as in botocore.py; beside, the method is wrapped by which the event `before-send` is emitted, which
names service and operation. aiobotocore itself is not imported: while it is not loaded there is
nothing to wrap.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from kmsmock.controls.faults import ConnectionLost
from kmsmock.interception.botocore import (
    ACCESS_KEY,
    SECRET_KEY,
    SIGNERS_CREDENTIALS,
    credentials_or,
    failure,
    http_request,
)
from kmsmock.interception.moto import SERVICE_IDS
from kmsmock.interception.other_services import Gate
from kmsmock.interception.patches import Patches
from kmsmock.protocol.request import HttpRequest
from kmsmock.protocol.response import HttpResponse


class AiobotocoreInterception:
    """Answers the calls of aiobotocore's clients while it is on.

    Args:
        answer: gives the response to a request.
        gate: judges other services' calls that nobody answers.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse], gate: Gate) -> None:
        self._answer = answer
        self._gate = gate
        self._patches = Patches()
        self._started = False

    def start_if_loaded(self) -> None:
        """Wrap aiobotocore's methods if it is loaded and they are not wrapped yet."""
        loaded = sys.modules
        if self._started or "aiobotocore.session" not in loaded:
            return
        self._started = True
        wrap = self._patches.wrap
        wrap(loaded["aiobotocore.hooks"].AioHierarchicalEmitter, "_emit", self._emitting)
        wrap(loaded["aiobotocore.session"].AioSession, "get_credentials", _finding_credentials)
        signer = loaded["aiobotocore.signers"].AioRequestSigner
        self._patches.put(signer, SIGNERS_CREDENTIALS, credentials_or(_pretend_credentials))

    def stop(self) -> None:
        """Put the methods back."""
        self._patches.undo()
        self._started = False

    def _emitting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def _emit(
            emitter: Any, event_name: str, arguments: dict[str, Any], *positional: Any, **named: Any
        ) -> Any:
            if not event_name.startswith("before-send."):
                return await original(emitter, event_name, arguments, *positional, **named)
            _, service_id, operation = event_name.split(".")
            if service_id in SERVICE_IDS:
                return await self._answers(emitter, event_name, arguments)
            answers = await original(emitter, event_name, arguments, *positional, **named)
            if all(answer is None for _handler, answer in answers):
                self._gate.judge_call(service_id, operation)
            return answers

        return _emit

    async def _answers(self, emitter: Any, event_name: str, arguments: dict[str, Any]) -> Any:
        answers: list[tuple[Callable[..., Any], object]] = []
        for handler in _users_handlers(emitter, event_name):
            answer = handler(event_name=event_name, **arguments)
            answers.append((handler, await answer if isawaitable(answer) else answer))
        # As in botocore: a user's own answer comes in place of ours, not beside it.
        if all(answer is None for _handler, answer in answers):
            request = arguments["request"]
            response = await self._answer_or_fail(request)
            aio_aws_response = sys.modules["aiobotocore.awsrequest"].AioAWSResponse
            body = _Body(response.body)
            answers.append(
                (
                    self._answer,
                    aio_aws_response(request.url, response.status, response.headers, body),
                )
            )
        return answers

    async def _answer_or_fail(self, request: Any) -> HttpResponse:
        """Do as botocore's `aws_response`; other tasks go on while the caller waits."""
        try:
            response = self._answer(http_request(request))
        except ConnectionLost as lost:
            await _sleep(lost.delay)
            raise failure(lost, request) from None
        await _sleep(response.delay)
        return response


async def _sleep(seconds: float) -> None:
    if seconds:
        await sys.modules["asyncio"].sleep(seconds)


def _users_handlers(emitter: Any, event_name: str) -> list[Callable[..., Any]]:
    """Give the handlers of an event in their order, moto's left out."""
    return [
        handler
        for handler in emitter._handlers.prefix_search(event_name)  # noqa: SLF001
        if not type(handler).__module__.startswith("moto.")
    ]


def _finding_credentials(original: Callable[..., Any]) -> Callable[..., Any]:
    async def get_credentials(session: Any) -> Any:
        own = getattr(session, "_credentials", None)
        if own is not None and own.method == "explicit":
            return await original(session)
        found = await sys.modules["aiobotocore.credentials"].AioEnvProvider().load()
        return found or _pretend_credentials()

    return get_credentials


def _pretend_credentials() -> Any:
    credentials = sys.modules["aiobotocore.credentials"].AioCredentials
    return credentials(ACCESS_KEY, SECRET_KEY, method="kmsmock")


class _Body:
    """A response's body as aiobotocore reads it, from aiohttp (`read`) or httpx (`aread`)."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        """Give the whole body."""
        return self._body

    aread = read

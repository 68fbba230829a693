"""Requests that are made without botocore, answered here in place of AWS.

`requests` sends through urllib3's `HTTPConnectionPool.urlopen`, which botocore has loaded anyway.
Wrapped there, it is of no account when `requests` was imported and which adapters are mounted;
and whatever answers higher up, such as a test's own `responses`, answers first.

`responses` (and moto through it) stands above, and would refuse a request that no registration
matches, before it came here. `RequestsMock._find_match` is wrapped so that such a request to KMS
or CloudHSM v2 passes through, and so that moto's registrations for them do not answer.

Not seen: what goes through other libraries than urllib3 (`http.client`, httpx, aiohttp).
"""

from __future__ import annotations

import http.client
import io
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import HeadersDict
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.response import HTTPResponse

from kmsmock.controls.faults import ConnectionLost
from kmsmock.controls.waiting import sleep
from kmsmock.interception.hosts import is_of_the_two_services, labels_of
from kmsmock.interception.other_services import Gate
from kmsmock.interception.patches import Patches
from kmsmock.protocol.request import HttpRequest, by_lower_case, signing_name_of
from kmsmock.protocol.response import HttpResponse

SIGNING_NAMES = ("kms", "cloudhsm")


class RawHttpInterception:
    """Answers the two services' HTTP requests while it is on.

    Args:
        answer: gives the response to a request.
        gate: judges requests to other hosts of AWS's.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse], gate: Gate) -> None:
        self._answer = answer
        self._gate = gate
        self._patches = Patches()
        self._responses_wrapped = False

    def start(self) -> None:
        """Wrap urllib3's method."""
        self._patches.wrap(HTTPConnectionPool, "urlopen", self._opening)
        self.start_if_loaded()

    def start_if_loaded(self) -> None:
        """Wrap the method of `responses` if it is loaded and not wrapped yet."""
        loaded = sys.modules.get("responses")
        if loaded is not None and not self._responses_wrapped:
            self._responses_wrapped = True
            self._patches.wrap(loaded.RequestsMock, "_find_match", _finding_match)

    def stop(self) -> None:
        """Put the methods back."""
        self._patches.undo()
        self._responses_wrapped = False

    def _opening(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def urlopen(
            pool: HTTPConnectionPool,
            method: str,
            url: str,
            body: Any = None,
            headers: Mapping[str, str] | None = None,
            *positional: Any,
            **named: Any,
        ) -> Any:
            address = url if "://" in url else f"{pool.scheme}://{pool.host}{url}"
            sent = by_lower_case(headers if headers is not None else pool.headers)
            if not is_here(address, sent):
                # What botocore's own clients send was judged when it was called.
                if not isinstance(headers, HeadersDict):
                    self._judge(address, sent)
                return original(pool, method, url, body, headers, *positional, **named)
            read_timeout = _read_timeout(pool, named)
            try:
                response = self._answer(
                    HttpRequest(method, address, sent, _read(body), read_timeout)
                )
            except ConnectionLost as lost:
                if lost.delay:
                    sleep(lost.delay)
                raise _failure(lost, pool, url) from None
            if response.delay:
                sleep(response.delay)
            return _urllib3_response(response, method, named)

        return urlopen

    def _judge(self, address: str, headers: Mapping[str, str | bytes]) -> None:
        host = urlsplit(address).hostname or ""
        labels = labels_of(host)
        if labels is not None:
            self._gate.judge_request(host, labels, signing_name_of(address, headers))


def is_here(url: str, headers: Mapping[str, str | bytes]) -> bool:
    """Tell whether a request is for one of the two services, by its host or its signature."""
    labels = labels_of(urlsplit(url).hostname or "")
    if labels is not None and is_of_the_two_services(labels):
        return True
    return signing_name_of(url, headers) in SIGNING_NAMES


def _finding_match(original: Callable[..., Any]) -> Callable[..., Any]:
    def _find_match(mock: Any, request: Any) -> Any:
        match, reasons = original(mock, request)
        if match is not None and not type(match).__module__.startswith("moto."):
            return match, reasons
        if not is_here(request.url, by_lower_case(request.headers)):
            return match, reasons
        every_url = re.compile("")
        return sys.modules["responses"].PassthroughResponse(request.method, every_url), []

    return _find_match


def _failure(lost: ConnectionLost, pool: HTTPConnectionPool, url: str) -> HTTPError:
    """Give urllib3's error for a connection that a test wants to fail."""
    text = "planned by the test"
    if lost.name == "ReadTimeoutError":
        return ReadTimeoutError(pool, url, text)
    if lost.name == "ConnectionClosedError":
        return ProtocolError(text)
    timed_out = lost.name == "ConnectTimeoutError"
    return MaxRetryError(pool, url, ConnectTimeoutError(text) if timed_out else None)


def _read_timeout(pool: HTTPConnectionPool, arguments: Mapping[str, Any]) -> float | None:
    """Give the seconds that a request waits for its answer: its own, or its pool's."""
    timeout = pool._get_timeout(arguments.get("timeout", pool.timeout))  # noqa: SLF001
    # The read timeout may be what the connecting leaves of a total.
    timeout.start_connect()
    seconds = timeout.read_timeout
    return seconds if isinstance(seconds, (int, float)) else None


def _read(body: Any) -> bytes:
    """Read a body in any of the forms that urllib3 sends."""
    if body is None:
        return b""
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    return b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in body)


def _urllib3_response(
    response: HttpResponse, method: str, arguments: Mapping[str, Any]
) -> HTTPResponse:
    return HTTPResponse(
        io.BytesIO(response.body),
        headers=response.headers,
        status=response.status,
        version=11,
        reason=http.client.responses.get(response.status),
        preload_content=arguments.get("preload_content", True),
        decode_content=arguments.get("decode_content", True),
        request_method=method,
    )

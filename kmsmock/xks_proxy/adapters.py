"""How `requests` sends to a proxy: in this process, or to this machine.

Imported when the first request is sent, since it loads `requests`.
"""

from __future__ import annotations

import io
import ipaddress
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from kmsmock.xks_proxy.builtin import BuiltinProxy

NO_ANSWERS: dict[str, type[requests.exceptions.RequestException]] = {
    "interrupted": requests.exceptions.ChunkedEncodingError,
    "timeout": requests.exceptions.ReadTimeout,
    "tls": requests.exceptions.SSLError,
    "unreachable": requests.exceptions.ConnectionError,
}
"""How a failure of the built-in proxy shows that leaves no answer; nobody sleeps for a time-out."""


class BuiltinAdapter(BaseAdapter):
    """Takes requests to the mock's own proxy, without a network."""

    def __init__(self, proxy: BuiltinProxy) -> None:
        super().__init__()
        self._proxy = proxy

    def send(  # type: ignore[override]  # how to connect is of no account here
        self, request: requests.PreparedRequest, **_how: object
    ) -> requests.Response:
        """Answer as the proxy does, or fail as it is told to."""
        if self._proxy.failure in NO_ANSWERS:
            raise NO_ANSWERS[self._proxy.failure]("the test broke this proxy", request=request)
        assert request.method is not None
        assert request.url is not None
        assert isinstance(request.body, bytes)
        headers = {name: str(value) for name, value in request.headers.items()}
        status, body = self._proxy.answer(request.method, request.url, headers, request.body)
        response = requests.Response()
        response.status_code = status
        response.headers["Content-Type"] = "application/json"
        response.url, response.request = request.url, request
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        """Do nothing: nothing is open."""


class LocalAdapter(HTTPAdapter):
    """Sends to this machine alone: an endpoint elsewhere is not reached.

    `responses`, which stands before it, is not asked where an endpoint is.
    """

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *positional: Any, **named: Any
    ) -> Any:
        """Open a connection (requests from 2.32 on)."""
        _require_local(request.url)
        return super().get_connection_with_tls_context(request, *positional, **named)

    def get_connection(self, url: Any, *positional: Any, **named: Any) -> Any:
        """Open a connection (requests up to 2.31)."""
        _require_local(url)
        return super().get_connection(url, *positional, **named)


def _require_local(url: str | None) -> None:
    if not is_local(url or ""):
        raise requests.exceptions.ConnectionError(
            f"{url} is not on this machine, and nothing answers it: use the proxy of "
            "aws.external_key_store(), register the URL with `responses`, or tell where the proxy "
            "listens with aws.network.route_proxy()"
        )


def is_local(url: str) -> bool:
    """Tell whether a URL is this machine's."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

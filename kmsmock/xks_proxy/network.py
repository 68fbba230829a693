"""What KMS finds behind the endpoints of proxies: the mock's own, or another on this machine.

Kept difference (Proxies of external key stores): AWS asks one wherever KMS can reach it; kmsmock
reaches the built-in ones, one on this machine (`aws.network.route_proxy`), and what `responses`
answers. Why: no call leaves the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kmsmock.domain.external_proxy import ProxyFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmsmock.xks_proxy.builtin import BuiltinProxy

PATIENCE = 0.25
"""Seconds that KMS waits for an answer (xks-proxy.md section 1)."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the proxy of an endpoint really listens.

    Attributes:
        url: `http://127.0.0.1:8080`.
        ca_bundle: a file with the certificate authorities that an https one is trusted by.
        timeout: seconds that KMS waits.
    """

    url: str
    ca_bundle: str | None
    timeout: float


class ProxyNetwork:
    """The proxies of one world.

    A request to an endpoint of none of them goes through `requests` too, where `responses` may
    answer it; it leaves this machine in no case.

    Attributes:
        builtin: endpoint -> the mock's own proxy.
        routes: endpoint -> where another one listens.
    """

    def __init__(self) -> None:
        self.builtin: dict[str, BuiltinProxy] = {}
        self.routes: dict[str, Route] = {}

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Send a request; give the answer's status and body.

        Raises:
            ProxyFailure: there is no answer.
        """
        import requests

        from kmsmock.xks_proxy.adapters import BuiltinAdapter, LocalAdapter

        parts = urlsplit(url)
        endpoint = f"{parts.scheme}://{parts.netloc}"
        route = self.routes.get(endpoint, Route(endpoint, None, PATIENCE))
        with requests.Session() as session:
            session.trust_env = False  # The machine's web proxies are not KMS's.
            session.mount("https://", LocalAdapter())
            session.mount("http://", LocalAdapter())
            if endpoint in self.builtin:
                session.mount(f"{endpoint}/", BuiltinAdapter(self.builtin[endpoint]))
            try:
                response = session.post(
                    route.url + parts.path,
                    headers=dict(headers),
                    data=body,
                    timeout=route.timeout,
                    verify=route.ca_bundle or True,
                    allow_redirects=False,
                )
            except requests.exceptions.SSLError as error:
                raise ProxyFailure("tls") from error
            except requests.exceptions.ConnectTimeout as error:
                raise ProxyFailure("unreachable") from error
            except requests.exceptions.Timeout as error:
                raise ProxyFailure("timeout") from error
            except requests.exceptions.ConnectionError as error:
                raise ProxyFailure("unreachable") from error
            except requests.exceptions.RequestException as error:
                raise ProxyFailure("interrupted") from error
            return response.status_code, response.content

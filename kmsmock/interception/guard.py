"""A guard for tests that ought to be mocked: no request of botocore's reaches AWS unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import botocore.httpsession

from kmsmock.interception.hosts import labels_of

METADATA_HOSTS = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254")
"""Where AWS's machines ask for credentials (EC2, ECS, EKS)."""


class RealCallRefused(RuntimeError):
    """A request to AWS that nothing answers; it was not sent."""


class Guard:
    """Refuses requests to AWS at the last step before the network, and remembers them.

    What moto, kmsmock or a Stubber answers never comes so far; an emulator on another host is
    not AWS and is let through.

    Attributes:
        refused: the URLs, without their queries.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._original: Callable[..., Any] | None = None

    def start(self) -> None:
        """Wrap the sending of botocore's HTTP sessions."""
        session = botocore.httpsession.URLLib3Session
        original = self._original = session.send

        def send(http_session: Any, request: Any) -> Any:
            address = urlsplit(request.url)
            if is_aws(address.hostname or ""):
                url = f"{address.scheme}://{address.netloc}{address.path}"
                self.refused.append(url)
                raise RealCallRefused(
                    f"{request.method} {url} would have called AWS; it was not sent. "
                    "Use mock_kms_cloudhsm for KMS and CloudHSM, moto.mock_aws for the rest."
                )
            return original(http_session, request)

        setattr(session, "send", send)  # noqa: B010 - botocore-stubs name its first argument twice

    def stop(self) -> None:
        """Put it back."""
        if self._original is not None:
            setattr(botocore.httpsession.URLLib3Session, "send", self._original)  # noqa: B010 - as above
            self._original = None


def is_aws(host: str) -> bool:
    """Tell whether a host is one of AWS's, or where its machines ask for credentials."""
    return host in METADATA_HOSTS or labels_of(host) is not None

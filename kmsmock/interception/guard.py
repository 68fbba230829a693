"""A guard for tests that ought to be mocked: no request of botocore's reaches AWS unseen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.httpsession import URLLib3Session

from kmsmock.interception.hosts import labels_of
from kmsmock.interception.other_services import Gate, OtherServiceRefused
from kmsmock.interception.patches import Patches

METADATA_HOSTS = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254")
"""Where AWS's machines ask for credentials (EC2, ECS, EKS)."""
LIBRARIES = ("aioboto3", "aiobotocore", "boto3", "botocore", "kmsmock", "s3transfer", "urllib3")
"""Packages that stand between a call and the line of the user's code that made it."""


class RealCallRefused(RuntimeError):
    """A request to AWS that nothing answers; it was not sent."""


REFUSALS = (RealCallRefused, OtherServiceRefused)
"""The errors that a guarded call to AWS raises: without a mock, and inside one."""


class Refused(NamedTuple):
    """A call that was refused.

    Attributes:
        text: what the call's error says.
        place: the file and the line of the user's code that made it; None if there is no such.
    """

    text: str
    place: tuple[str, int] | None


class Guard:
    """Refuses requests to AWS at the last step before the network, and remembers them.

    What moto, kmsmock or a Stubber answers never comes so far; an emulator on another host is
    not AWS and is let through. While a mock is active its `other_services` decides about the calls
    of clients, and what it refuses is remembered too.

    Args:
        mocked: tells whether a mock is active.

    Attributes:
        refused: what was refused so far.
    """

    def __init__(self, mocked: Callable[[], bool]) -> None:
        self.refused: list[Refused] = []
        self._mocked = mocked
        self._patches = Patches()

    def start(self) -> None:
        """Wrap the sending of botocore's HTTP sessions, and what a mock says of other services."""
        self._patches.wrap(URLLib3Session, "send", self._sending)
        self._patches.wrap(Gate, "judge_call", self._judging)
        self._patches.wrap(Gate, "judge_request", self._judging)

    def stop(self) -> None:
        """Put the methods back."""
        self._patches.undo()

    def _sending(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def send(http_session: Any, request: Any) -> Any:
            address = urlsplit(request.url)
            host = address.hostname or ""
            # A mock has judged what clients send, but nothing that is signed and sent by hand.
            sender = sys._getframe(1).f_globals.get("__name__")  # noqa: SLF001 - as `inspect` does it
            judged = sender == "botocore.endpoint" and self._mocked()
            if host in METADATA_HOSTS or (labels_of(host) is not None and not judged):
                url = f"{address.scheme}://{address.netloc}{address.path}"
                refusal = RealCallRefused(_text(request.method, url, host))
                self._note(refusal)
                raise refusal
            return original(http_session, request)

        return send

    def _judging(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def judge(gate: Gate, *request: Any) -> None:
            try:
                original(gate, *request)
            except OtherServiceRefused as refusal:
                self._note(refusal)
                raise

        return judge

    def _note(self, refusal: Exception) -> None:
        self.refused.append(Refused(str(refusal), _place_of_call()))


def _text(method: str, url: str, host: str) -> str:
    what = f"{method} {url} would have called AWS"
    if host in METADATA_HOSTS:
        what = (
            "a call to AWS was about to be made: botocore looked for credentials, found none, and "
            f"would have asked an AWS machine for them ({method} {url})"
        )
    return (
        f"{what}; it was not sent. "
        "Use mock_kms_cloudhsm for KMS and CloudHSM, moto.mock_aws for the rest."
    )


def _place_of_call() -> tuple[str, int] | None:
    """Give the nearest line on the stack that is in none of the libraries."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - as `inspect` does it
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in LIBRARIES:
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None

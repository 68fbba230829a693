"""moto, told to leave the two services alone while a mock is active.

moto answers at botocore's event `before-send`, which is before a request would be sent, and would
win while it is active. moto itself is not imported: while it is not loaded there is nothing to do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from kmsmock.interception.patches import Patches

SERVICE_IDS = ("kms", "cloudhsm-v2")
"""The services answered here, under the ids that botocore's events use."""

STUBBER = "moto.core.botocore_stubber"
"""moto's module that answers botocore's calls."""


class MotoInterception:
    """Keeps moto from answering the two services' calls while it is on."""

    def __init__(self) -> None:
        self._patches = Patches()
        self.started = False

    def start_if_loaded(self) -> None:
        """Wrap moto's handler of the event if moto is loaded. To be called until it has started."""
        # Another thread may be importing it just now.
        stubber = getattr(sys.modules.get(STUBBER), "BotocoreStubber", None)
        if stubber is not None:
            self.started = True
            self._patches.wrap(stubber, "__call__", _answering)

    def stop(self) -> None:
        """Put it back."""
        self._patches.undo()
        self.started = False


def _answering(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(stubber: Any, event_name: str, request: Any, **named: Any) -> Any:  # noqa: N807 - moto's
        _before_send, service_id, _operation = event_name.split(".")
        if service_id in SERVICE_IDS:
            return None
        return original(stubber, event_name, request, **named)

    return __call__

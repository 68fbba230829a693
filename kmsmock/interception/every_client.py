"""All interceptions together: botocore, aiobotocore, HTTP without either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session

from kmsmock.interception.aiobotocore import AiobotocoreInterception
from kmsmock.interception.botocore import BotocoreInterception
from kmsmock.interception.new_sessions import NewSessions
from kmsmock.interception.other_services import Gate, PassingServices
from kmsmock.interception.patches import Patches
from kmsmock.interception.raw_http import RawHttpInterception
from kmsmock.interception.signing import Signing
from kmsmock.protocol.request import HttpRequest
from kmsmock.protocol.response import HttpResponse


class Interception:
    """Answers the two services' requests, whoever makes them, while it is on.

    Libraries that are not loaded are not imported. One that is loaded later is found when the next
    session is made: aiobotocore's sessions are botocore's too, and a client needs one.

    Args:
        answer: gives the response to a request.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._gate = Gate()
        self._botocore = BotocoreInterception(answer, self._gate)
        self._aiobotocore = AiobotocoreInterception(answer, self._gate)
        self._raw_http = RawHttpInterception(answer, self._gate)
        self._new_sessions = NewSessions()
        self._signing = Signing()
        self._patches = Patches()

    def start(self) -> None:
        """Switch all of them on."""
        self._new_sessions.start()
        self._signing.start()
        self._botocore.start()
        self._raw_http.start()
        self._aiobotocore.start_if_loaded()
        self._patches.wrap(botocore.session.Session, "__init__", self._making_session)

    def stop(self) -> None:
        """Switch all of them off; everything is as it was."""
        self._patches.undo()
        self._aiobotocore.stop()
        self._raw_http.stop()
        self._botocore.stop()
        self._signing.stop()
        self._new_sessions.stop()

    def let_pass(self, passing: PassingServices) -> None:
        """Let other services' requests that nobody answers through, beside those let so far."""
        self._gate.let_pass(passing)

    def let_pass_no_more(self, passing: PassingServices) -> None:
        """Take back one `let_pass`."""
        self._gate.let_pass_no_more(passing)

    def _making_session(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(session: Any, *positional: Any, **named: Any) -> None:  # noqa: N807 - botocore's
            self._aiobotocore.start_if_loaded()
            self._raw_http.start_if_loaded()
            original(session, *positional, **named)

        return __init__

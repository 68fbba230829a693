"""How late an answer comes, or that its client does not wait so long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kmsmock.controls.faults import ConnectionLost
from kmsmock.controls.waiting import Waiting

if TYPE_CHECKING:
    from kmsmock.protocol.request import HttpRequest
    from kmsmock.protocol.response import HttpResponse
    from kmsmock.world import World


def answer_late(
    world: World, http_request: HttpRequest, answer: Callable[[Waiting], HttpResponse]
) -> HttpResponse:
    """Answer a request as late as planned faults have it.

    AWS does not notice that a client has given up: the work is done, and the answer is lost.

    Raises:
        ConnectionLost: a planned fault; or the client's read timeout is over.
    """
    waiting = Waiting(world.clock, http_request.read_timeout)
    try:
        response = answer(waiting)
    except ConnectionLost as lost:
        raise ConnectionLost(lost.name, waiting.real) from None
    if waiting.gave_up:
        raise ConnectionLost("ReadTimeoutError", waiting.real)
    return response._replace(delay=waiting.real)

"""The calls that levers make in a test's place, and what becomes of AWS's refusals of them.

Who pulls a lever has not called AWS: a refusal is a mistake of the test's, and so a Python error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kmsmock.errors import ServiceError
from kmsmock.pipeline import perform
from kmsmock.protocol.request import Address

if TYPE_CHECKING:
    from kmsmock.world import World

REMEDIES = {
    "AlreadyExistsException": "choose another name, or delete what has it",
    "CustomKeyStoreNameInUseException": "give the key store another name",
    "KMSInvalidStateException": "do it while the key store is connected and its cluster answers",
    "LimitExceededException": "delete some of them, or go to another Region",
}
"""What a test may do about a refusal, where AWS's own text does not say it."""


class OwnCalls:
    """Makes calls of the administrator of the world's own account, which faults and quotas spare.

    Args:
        region: the calls' Region.
    """

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self._region = region

    def __call__(self, service: str, operation: str, **request: object) -> Any:
        """Make a call and give its result.

        Raises:
            ServiceError: AWS would refuse it.
        """
        world = self._world
        address = Address(service, operation, self._region, world.account_id)
        return perform(world, address, request, world.randomness.two_uuids())


@contextlib.contextmanager
def all_or_mistake(world: World) -> Iterator[None]:
    """Let what AWS refuses inside the block be a mistake of the test's, of which no event tells.

    Raises:
        ValueError: in place of the refusal, with AWS's code and text and what to do.
    """
    with world.lock:
        happenings = world.record.happenings
        before = len(happenings)
        try:
            yield
        except ServiceError as error:
            # What AWS did by itself meanwhile has happened all the same.
            happenings[before:] = [it for it in happenings[before:] if it.facts.identity is None]
            told = f"AWS would refuse it with {error.code}: {error}".removesuffix(".")
            remedy = REMEDIES.get(error.code)
            raise ValueError(told if remedy is None else f"{told}; {remedy}") from None

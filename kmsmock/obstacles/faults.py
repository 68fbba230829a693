"""How planned faults meet a call: by its caller, and by what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kmsmock.controls.faults import NO_FAULTS, CallFaults
from kmsmock.controls.waiting import AT_ONCE, Waiting
from kmsmock.domain.custom_key_store import CustomKeyStore
from kmsmock.domain.key import Key

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.world import World


def faults_of(call: Call, waiting: Waiting | None) -> CallFaults:
    """Give the faults that may strike a call.

    Args:
        waiting: who waits for the answer; None for a call of the levers.
    """
    world = call.world
    if waiting is None or waiting is AT_ONCE:
        return NO_FAULTS

    def chance() -> float:
        return int.from_bytes(world.randomness.bytes(4), "big") / 2**32

    credentials = call.caller.credentials
    callers = [call.caller.arn]
    if credentials is not None:
        callers.append(credentials.principal.arn)
    return world.faults.of_call(call.service, call.operation, callers, chance, waiting)


def end_call(call: Call, faults: CallFaults, resources: Iterable[Any]) -> None:
    """Strike a call whose work is done."""
    resources = list(resources)
    code = faults.is_done(name for resource in resources for name in names_of(call.world, resource))
    if code is None:
        return
    for store in resources:
        if isinstance(store, CustomKeyStore) and store.state == "CONNECTING":
            store.planned_error_code = code


def names_in(world: World) -> Iterator[str]:
    """Give the names of all that a fault may be for."""
    for account in world.accounts.values():
        for region in account.regions.values():
            for resource in (*region.keys, *region.key_stores):
                yield from names_of(world, resource)


def names_of(world: World, resource: object) -> Iterator[str]:
    """Give the names under which a test may know what a call is about."""
    if isinstance(resource, Key):
        yield from (resource.key_id, resource.arn, *resource.aliases)
        region = world.region(resource.account_id, resource.region)
        yield from (region.kms_arn(alias) for alias in resource.aliases)
    elif isinstance(resource, CustomKeyStore):
        yield from (resource.store_id, resource.name)

"""Why a call would be allowed or denied, for a person who debugs a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmsmock.authorization.decision import decide_by_iam, decide_on_key
from kmsmock.authorization.evaluation import BY_ADMINISTRATOR, Decision
from kmsmock.authorization.permissions import Permission
from kmsmock.call import Call
from kmsmock.domain.arn import parse_arn

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World


def explain(
    world: World,
    region: str,
    caller: Caller,
    permission: Permission,
    request: Mapping[str, object],
) -> Decision:
    """Decide on a permission as on a call's, and do nothing else.

    Args:
        permission: its resource is a key's id, ARN, alias or alias ARN, or what IAM policies name:
            `*`, or an ARN.
        request: the members of the operation's request that conditions and constraints look at.

    Raises:
        LookupError: there is no such key.
    """
    action, resource = permission.action, str(permission.resource)
    now = world.clock.now()
    world.advance_to(now)
    operation = action.partition(":")[2]
    here = world.region(caller.account_id, region)
    call = Call(
        world=world,
        service="kms" if action.startswith("kms:") else "cloudhsmv2",
        operation=operation,
        region=here,
        caller=caller,
        now=now,
        ids=bytes(32),
        request=request,
    )
    key = _find_key(world, here, resource)
    owner = here.account_id if key is None else key.account_id
    managed = key is not None and key.manager == "AWS"
    if caller.administrator and owner == caller.account_id and not managed:
        return BY_ADMINISTRATOR
    if key is not None:
        return decide_on_key(call, action, key)
    return decide_by_iam(call, action, here.kms_arn("*") if resource == "*" else resource)


def _find_key(world: World, here: Region, resource: str) -> Key | None:
    """Give the key that is named, None for what is no key."""
    arn = parse_arn(resource)
    region, name = here, resource
    if arn is not None:
        if arn.service != "kms" or not arn.resource.startswith(("key/", "alias/")):
            return None
        region, name = world.region(arn.account, arn.region), arn.resource
    elif resource == "*":
        return None
    name = name.removeprefix("key/")
    if name.startswith("alias/"):
        alias = region.aliases.get(name)
        name = "" if alias is None else alias.key_id or ""
    key = region.keys.get(name)
    if key is None:
        raise LookupError(f"{region.name} of account {region.account_id} has no key {resource!r}")
    return key

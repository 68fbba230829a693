"""Declared callers in a file: principals, their policies, the access keys they call with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.arn import parse_arn, principal_arn
from kmsmock.domain.principal import Credentials, Principal
from kmsmock.saved_worlds.documents import POLICY
from kmsmock.saved_worlds.forms import (
    FLAG,
    TEXT,
    Damaged,
    Form,
    Json,
    list_of,
    map_of,
    or_none,
    require_account_id,
)
from kmsmock.saved_worlds.records import Record, items_of

if TYPE_CHECKING:
    from kmsmock.world import World

_POLICIES = list_of(POLICY, tuple)
_HELD = {
    "arn": TEXT,
    "unique_id": TEXT,
    "policies": _POLICIES,
    "boundary": or_none(POLICY),
}
_PRINCIPAL = Record(Principal, _HELD, derived=("account_id", "exists"))
# Those whom no account lists: AWS services, and who was deleted but still has access keys.
_UNLISTED = Record(Principal, {**_HELD, "account_id": TEXT, "exists": FLAG})
_FORGOTTEN = list_of(TEXT, set)


def _credentials(world: World) -> Record[Credentials]:
    def write(principal: Principal) -> Json:
        account = world.accounts.get(principal.account_id)
        listed = None if account is None else account.principals.get(principal.arn)
        return principal.arn if listed is principal else _UNLISTED.write(principal)

    def read(found: Json, where: str) -> Principal:
        if type(found) is dict:
            principal = _UNLISTED.read(found, where)
            require_account_id(principal.account_id, f"{where}.account_id")
            return principal
        arn = parse_arn(TEXT.read(found, where))
        account = None if arn is None else world.accounts.get(arn.account)
        listed = None if account is None else account.principals.get(found)
        if listed is None:
            raise Damaged(where, f"there is no principal {found!r}")
        return listed

    return Record(
        Credentials,
        {
            "principal": Form(write, read),
            "arn": TEXT,
            "administrator": FLAG,
            "session_policies": or_none(_POLICIES),
            "service_control_policies": or_none(_POLICIES),
            "endpoint_policy": or_none(POLICY),
            "via_service": or_none(TEXT),
            "context": map_of(list_of(TEXT, tuple)),
        },
    )


def write_callers(world: World) -> dict[str, Json]:
    """Give the callers, as members of the file."""
    accounts = [account for _, account in sorted(world.accounts.items())]
    return {
        "principals": [
            _PRINCIPAL.write(principal) for account in accounts for principal in account.principals
        ],
        "access_keys": map_of(_credentials(world).form).write(world.credentials),
        "forgotten_access_keys": _FORGOTTEN.write(world.forgotten),
    }


def read_callers(world: World, found: dict[str, Json]) -> None:
    """Give the world its callers.

    Raises:
        Damaged: one of them is none, is there twice, or calls as nobody who is there.
    """
    for here, item in items_of(found.get("principals", []), "principals"):
        members = _PRINCIPAL.read_members(item, here)
        arn = parse_arn(members["arn"])
        if arn is None or principal_arn(members["arn"], arn.partition) is None:
            raise Damaged(f"{here}.arn", f"{members['arn']!r} is no principal")
        principals = world.account(arn.account).principals
        if principals.get(members["arn"]) is not None:
            raise Damaged(f"{here}.arn", "is there already")
        principals.add(Principal(**members, account_id=arn.account))
    keys = map_of(_credentials(world).form).read(found.get("access_keys", {}), "access_keys")
    world.credentials.update(keys)
    world.forgotten |= _FORGOTTEN.read(
        found.get("forgotten_access_keys", []), "forgotten_access_keys"
    )

"""Grants in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.arn import parse_arn
from kmsmock.domain.grant import Constraints, Grant, Terms
from kmsmock.kms.grants import keep_grant
from kmsmock.saved_worlds.forms import (
    MOMENT,
    PAIRS,
    TEXT,
    Damaged,
    Json,
    list_of,
    or_none,
    require_account_id,
)
from kmsmock.saved_worlds.key_material import is_hex
from kmsmock.saved_worlds.records import Record, items_of

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.world import World

_CONSTRAINTS = Record(
    Constraints,
    {"equals": or_none(PAIRS), "subset": or_none(PAIRS), "source_arn": or_none(TEXT)},
)
_TERMS = Record(
    Terms,
    {
        "name": or_none(TEXT),
        "grantee": or_none(TEXT),
        "grantee_service": or_none(TEXT),
        "retiring": or_none(TEXT),
        "retiring_service": or_none(TEXT),
        "operations": list_of(TEXT, tuple),
        "constraints": _CONSTRAINTS.form,
    },
)
_GRANT = Record(
    Grant,
    {"grant_id": TEXT, "issuing_account": TEXT, "created": MOMENT, "terms": _TERMS.form},
    derived=("key_arn", "account_id"),
)


def write_grants(key: Key) -> Json:
    """Give the grants on a key, in the order in which they were made."""
    return [_GRANT.write(grant) for grant in reversed(list(key.grants.by_id.newest()))]


def read_grants(world: World, key: Key, found: Json, where: str) -> None:
    """Put grants on their key, and where their retiring principals find them.

    Raises:
        Damaged: one of them is none, or is there twice.
    """
    for here, item in items_of(found, where):
        grant = _GRANT.read(item, here, key_arn=key.arn, account_id=key.account_id)
        if not is_hex(grant.grant_id, 64):
            raise Damaged(f"{here}.grant_id", "must be 64 hex digits")
        if grant.grant_id in key.grants.by_id:
            raise Damaged(f"{here}.grant_id", "is there already")
        retiring = parse_arn(grant.terms.retiring or "")
        if retiring is not None:
            require_account_id(retiring.account, f"{here}.terms.retiring")
        keep_grant(world, key, grant)

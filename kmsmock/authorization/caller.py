"""Who makes a call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsmock.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call.

    Attributes:
        account_id: the caller's account.
        arn: the principal's ARN.
    """

    account_id: str
    arn: str


_ACCOUNT_ID = re.compile(r"\d{12}")


def identify(world: World, access_key: str) -> Caller:
    """Find who signed with this access key.

    A 12-digit access key id names its account, as in LocalStack; every other one belongs to the
    world's own account. The caller is the account's administrator.
    """
    named = _ACCOUNT_ID.fullmatch(access_key)
    account_id = access_key if named else world.account_id
    return Caller(account_id, f"arn:aws:iam::{account_id}:root")

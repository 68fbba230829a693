"""How an AWS managed key comes into being: DescribeKey of a predefined alias without a key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kmsmock.domain.arn import parse_arn
from kmsmock.domain.aws_managed_keys import PREFIX, make_managed_key
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_spec import SYMMETRIC
from kmsmock.domain.key_state import ANY
from kmsmock.kms.due_rotation import schedule_rotation
from kmsmock.kms.targets import KeyTarget

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.alias import Alias
    from kmsmock.domain.key import Key

ROTATION_PERIOD = timedelta(days=365)


class DescribedKey(KeyTarget):
    """The key that DescribeKey names; a predefined alias without a key gets one by it."""

    def find(self, call: Call) -> Key:
        """Look the key up, or make it."""
        name = call.request["KeyId"]
        assert isinstance(name, str)
        alias = _alias_without_key(call, name) if PREFIX in name else None
        if alias is not None:
            _give_key(call, alias)
        return KeyTarget.find(self, call)


DESCRIBED_KEY = DescribedKey("KeyId", "kms:DescribeKey", ANY, aliases=True, other_accounts=True)


def _alias_without_key(call: Call, name: str) -> Alias | None:
    """Give the caller's own predefined alias of this name or ARN, unless it has a key."""
    arn = parse_arn(name)
    if arn is not None and name == call.region.kms_arn(arn.resource):
        name = arn.resource
    alias = call.region.aliases.get(name) if name.startswith(PREFIX) else None
    return alias if alias is not None and alias.key_id is None else None


def _give_key(call: Call, alias: Alias) -> None:
    world, region = call.world, call.region
    key = make_managed_key(
        region,
        alias,
        key_id=world.randomness.uuid(),
        material=new_material(SYMMETRIC, world.randomness, region.cipher),
        now=call.now,
    )
    schedule_rotation(world, region, key, call.now, ROTATION_PERIOD)

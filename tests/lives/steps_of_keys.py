"""Steps in the life of keys: made, switched, named, tagged, on their way out."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from life import AWAY, HOME, Lives, anywhere, client, when, where
from model_states import CURVE, HMAC, RSA, SYMMETRIC, USAGES
from model_time import DAY

numbers = st.integers(1, 4)
names = st.sampled_from(("alias/a", "alias/b", "alias/c"))


class StepsOfStates(Lives):
    """From one state to another, and out of the world."""

    @rule(place=where("EnableKey", lambda key: not key.enabled))
    def enable(self, place):
        self.on_key(place, "enable_key", self.model.enable_key)

    @rule(place=where("DisableKey"))
    def disable(self, place):
        self.on_key(place, "disable_key", self.model.disable_key)

    @rule(place=where("ScheduleKeyDeletion"), days=st.sampled_from((7, 7, 10, 30)))
    def schedule_deletion(self, place, days):
        done = self.on_key(
            place,
            "schedule_key_deletion",
            lambda key: self.model.schedule_deletion(key, days),
            PendingWindowInDays=days,
        )
        if done:
            key, reply = self.model.keys[place], done[1]
            assert reply["KeyState"] == key.state
            leaves = None if key.leaves is None else when(key.leaves)
            assert reply.get("DeletionDate") == leaves

    @rule(place=where("ScheduleKeyDeletion"))
    def let_go(self, place):
        """A key is deleted, and its waiting period passes."""
        self.schedule_deletion(place, 7)
        self.advance(7 * DAY)

    @precondition(lambda self: any(key.window for key in self.model.keys.values()))
    @rule(place=where("CancelKeyDeletion"))
    def cancel_deletion(self, place):
        self.on_key(place, "cancel_key_deletion", self.model.cancel_deletion)


class StepsOfKeys(StepsOfStates):
    """Keys and what is written on them."""

    @precondition(lambda self: len(self.model.keys) < 6)
    @rule(
        region=st.sampled_from((HOME, HOME, AWAY)),
        spec=st.sampled_from((SYMMETRIC, SYMMETRIC, SYMMETRIC, RSA, CURVE, HMAC)),
        external=st.booleans(),
        multi_region=st.booleans(),
    )
    def another_key(self, **kind):
        self.create_key(**kind)

    def create_key(self, region, spec, external, multi_region):
        self.time.settle()
        origin = "EXTERNAL" if external and spec != RSA else "AWS_KMS"
        made = client(region).create_key(
            KeySpec=spec, KeyUsage=USAGES[spec], Origin=origin, MultiRegion=multi_region
        )
        key_id = made["KeyMetadata"]["KeyId"]
        self.model.create_key(region, key_id, spec, origin, multi_region=multi_region)
        self.ever[region, key_id] = None
        self.touched = (region, key_id)

    @rule(place=where("CreateAlias"), name=names, update=st.booleans())
    def name(self, place, name, update):
        region, key_id = self.touched = place
        foretell = self.model.update_alias if update else self.model.create_alias
        self.ask(
            lambda: foretell(region, name, self.model.find(region, key_id)),
            client(region),
            "update_alias" if update else "create_alias",
            AliasName=name,
            TargetKeyId=key_id,
        )

    @precondition(lambda self: self.model.aliases)
    @rule(region=st.sampled_from((HOME, HOME, AWAY)), name=names)
    def delete_alias(self, region, name):
        self.ask(
            lambda: self.model.delete_alias(region, name),
            client(region),
            "delete_alias",
            AliasName=name,
        )

    @rule(place=anywhere, what=st.sampled_from(("tag", "untag", "describe")), number=numbers)
    def write_on(self, place, what, number):
        """Tags and descriptions."""
        name = f"tag-{number % 2}"
        if what == "tag":
            self.on_key(
                place,
                "tag_resource",
                lambda key: self.model.tag(key, name, str(number)),
                Tags=[{"TagKey": name, "TagValue": str(number)}],
            )
        elif what == "untag":
            self.on_key(
                place, "untag_resource", lambda key: self.model.untag(key, name), TagKeys=[name]
            )
        else:
            self.on_key(
                place,
                "update_key_description",
                lambda key: self.model.describe(key, str(number)),
                Description=str(number),
            )

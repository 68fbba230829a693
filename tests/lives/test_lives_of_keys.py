"""Random lives of keys in three Regions, each step compared with the model of AWS's documents.

life.py tells how to have more of them than the default run has.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from life import APP, AWAY, HOME, OTHER, REGIONS, client, how_many, when
from model_states import CURVE, HMAC, RSA, SYMMETRIC
from model_time import DAY, HOUR, MINUTE
from steps_of_grants import StepsOfGrants
from steps_of_keys import StepsOfKeys
from steps_of_material import StepsOfMaterial
from steps_of_use import StepsOfUse


class LivesOfKeys(StepsOfKeys, StepsOfGrants, StepsOfMaterial, StepsOfUse):
    """Keys of KMS's own and imported material, with all that hangs on them."""

    def __init__(self):
        super().__init__()
        self.turn = 0

    @initialize(
        transitions=st.sampled_from(("immediate", "realistic")),
        external=st.sampled_from((SYMMETRIC, SYMMETRIC, HMAC, CURVE)),
        other=st.sampled_from((RSA, CURVE, HMAC)),
        materials=st.integers(0, 3),
        replica=st.booleans(),
    )
    def begin_life(self, *, transitions, external, other, materials, replica):
        """A life begins with a key of KMS's own, one to import into, and one for another use."""
        self.begin(transitions)
        self.create_key(HOME, SYMMETRIC, external=False, multi_region=True)
        self.create_key(HOME, external, external=True, multi_region=True)
        self.create_key(HOME, other, external=False, multi_region=False)
        for place, name in zip(list(self.ever), ("alias/a", "alias/b", "alias/c"), strict=True):
            self.get_parameters(place)
            self.name(place, name, update=False)
        first, second, _ = self.ever
        for _ in range(materials):
            self.take_new_material(second)
            self.advance(MINUTE)
        self.write_on(first, "tag", 1)
        if replica:
            self.replicate(first, AWAY)
            self.advance(MINUTE)
        self.encrypt(first, {}, None, data_key=False)
        self.create_grant(
            place=first,
            grantee=APP,
            operations=["Encrypt", "Decrypt"],
            name=None,
            constraint=("EncryptionContextEquals", {"a": "1"}),
            retiring=OTHER,
        )

    # Time

    @rule(
        seconds=st.sampled_from(
            (10, 5 * MINUTE, 25 * HOUR, 7 * DAY, 10 * DAY, 30 * DAY, 91 * DAY, 366 * DAY)
        )
    )
    def pass_time(self, seconds):
        self.advance(seconds)

    @rule(before=st.sampled_from((0, 1, 10 * MINUTE)))
    def go_to_the_next_event(self, before):
        """Until something happens by itself, or almost."""
        due = self.time.next_due()
        if due is not None and due - before > self.time.now:
            self.advance(due - before - self.time.now)

    # What is seen after each step

    @invariant()
    def all_is_as_foretold(self):
        if hasattr(self, "model"):
            self.time.settle()
            self.lists_are_right()
            self.keys_are_right()

    def lists_are_right(self):
        """ListKeys and ListAliases have what is there, and nothing more."""
        for region in REGIONS:
            kms = client(region)
            listed = {entry["KeyId"] for entry in kms.list_keys()["Keys"]}
            assert listed == {key_id for where, key_id in self.model.keys if where == region}
            named = {
                entry["AliasName"]: entry["TargetKeyId"]
                for entry in kms.list_aliases()["Aliases"]
                if "TargetKeyId" in entry
            }
            assert named == {
                name: key.shared.key_id
                for (where, name), key in self.model.aliases.items()
                if where == region
            }

    def keys_are_right(self):
        """DescribeKey shows each key's state; one key after the other shows all it has."""
        if not self.model.keys:
            return
        for place, key in self.model.keys.items():
            self.check_metadata(client(place[0]), key)
        self.turn += 1
        in_turn = list(self.model.keys)[self.turn % len(self.model.keys)]
        for place in {self.touched, in_turn} & self.model.keys.keys():
            key = self.model.keys[place]
            self.check_possessions(client(place[0]), key)
            if key.shared.spec == SYMMETRIC:
                self.check_rotation(client(place[0]), key)

    def check_metadata(self, kms, key):
        found = kms.describe_key(KeyId=key.shared.key_id)["KeyMetadata"]
        shared, valid_to = key.shared, self.model.valid_to(key)
        expected = {
            "Arn": key.arn,
            "KeyState": key.state,
            "Enabled": key.state == "Enabled",
            "Description": key.description,
            "DeletionDate": None if key.leaves is None else when(key.leaves),
            "PendingDeletionWindowInDays": None if key.leaves is not None else key.window,
            "ValidTo": None if valid_to is None else when(valid_to),
        }
        assert {name: found.get(name) for name in expected} == expected
        model = None
        if any(material in key.imported for material in shared.materials):
            model = "KEY_MATERIAL_" + ("DOES_NOT_EXPIRE" if valid_to is None else "EXPIRES")
        assert found.get("ExpirationModel") == model
        has_id = key.had_import if key.external else key.changing != "Creating"
        if shared.spec == SYMMETRIC and has_id:
            self.learn(key, shared.materials[-1], found["CurrentKeyMaterialId"])
        elif key.changing != "Creating":
            assert "CurrentKeyMaterialId" not in found
        if shared.multi_region:
            configuration = found["MultiRegionConfiguration"]
            replicas = {replica["Region"] for replica in configuration["ReplicaKeys"]}
            kind = "PRIMARY" if key.is_primary else "REPLICA"
            assert configuration["MultiRegionKeyType"] == kind
            assert configuration["PrimaryKey"]["Region"] == shared.primary
            assert replicas == shared.members.keys() - {shared.primary}

    def check_possessions(self, kms, key):
        key_id = key.shared.key_id
        grants = kms.list_grants(KeyId=key_id)["Grants"]
        assert {
            grant["GrantId"]: (grant["GranteePrincipal"], frozenset(grant["Operations"]))
            for grant in grants
        } == {grant_id: (grant.grantee, grant.operations) for grant_id, grant in key.grants.items()}
        tags = kms.list_resource_tags(KeyId=key_id)["Tags"]
        assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == key.tags

    def check_rotation(self, kms, key):
        shared = key.shared
        status = kms.get_key_rotation_status(KeyId=shared.key_id)
        enabled, period, date = self.model.rotation_status(key)
        assert status["KeyRotationEnabled"] == enabled
        assert status.get("RotationPeriodInDays") == period
        assert status.get("NextRotationDate") == (None if date is None else when(date))
        rotating = None if shared.rotating is None else when(shared.rotating)
        assert status.get("OnDemandRotationStartDate") == rotating
        listed = kms.list_key_rotations(KeyId=shared.key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
        expected = self.model.listed_materials(key)
        assert len(listed["Rotations"]) == len(expected)
        for entry, (material, state, imported) in zip(listed["Rotations"], expected, strict=True):
            assert (entry["KeyMaterialState"], entry.get("ImportState")) == (state, imported)
            date, how = material.rotated or (None, None)
            assert entry.get("RotationType") == how
            assert entry.get("RotationDate") == (None if date is None else when(date))
            self.learn(key, material, entry["KeyMaterialId"])

    def teardown(self):
        """At the end every ciphertext is asked for in every Region, by everybody."""
        try:
            if hasattr(self, "model"):
                self.time.settle()
                for blob in self.blobs[-10:]:
                    for region in REGIONS:
                        for caller in (None, APP, OTHER):
                            self.open(blob, region, blob.context, caller=caller)
        finally:
            super().teardown()


TestLivesOfKeys = LivesOfKeys.TestCase
TestLivesOfKeys.settings = how_many(12)

"""Steps in the life of grants."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from life import APP, OTHER, Lives, callers, client, of_spec, where
from model_states import SYMMETRIC, Grant


class StepsOfGrants(Lives):
    """Grants, and their ends.

    Attributes:
        granted: place, grant id and token of all grants that ever were.
    """

    def __init__(self):
        super().__init__()
        self.granted = []

    @rule(
        place=where("CreateGrant", of_spec(SYMMETRIC)),
        grantee=st.sampled_from((APP, OTHER)),
        operations=st.one_of(
            st.sampled_from((["Decrypt"], ["Encrypt", "Decrypt"], ["Sign"], ["GenerateMac"])),
            st.just(["ReEncryptFrom", "ReEncryptTo", "RetireGrant"]),
            st.just(["GenerateDataKey", "RetireGrant"]),
        ),
        name=st.sampled_from((None, None, "n")),
        constraint=st.sampled_from(
            (
                None,
                None,
                ("EncryptionContextEquals", {"a": "1"}),
                ("EncryptionContextSubset", {"a": "1"}),
            )
        ),
        retiring=st.sampled_from((None, None, OTHER)),
    )
    def create_grant(self, *, place, grantee, operations, name, constraint, retiring):
        grant = Grant(grantee, frozenset(operations), name, constraint, retiring)
        optional = {
            "Name": name,
            "Constraints": constraint and {constraint[0]: constraint[1]},
            "RetiringPrincipal": retiring,
        }
        done = self.on_key(
            place,
            "create_grant",
            lambda key: self.model.create_grant(key, grant),
            GranteePrincipal=grantee,
            Operations=operations,
            **{member: value for member, value in optional.items() if value},
        )
        if done:
            again, reply = done
            grant_id = reply["GrantId"]
            grants = self.model.keys[place].grants
            assert (grant_id == again) if again else (grant_id not in grants)
            grants.setdefault(grant_id, grant)
            self.granted.append((place, grant_id, reply["GrantToken"]))

    has_grants = precondition(lambda self: self.granted)
    any_grant = st.runner().flatmap(lambda life: st.sampled_from(life.granted[-3:]))

    @has_grants
    @rule(which=any_grant)
    def revoke_grant(self, which):
        place, grant_id, _ = which
        self.on_key(
            place,
            "revoke_grant",
            lambda key: self.model.end_grant(key, grant_id),
            GrantId=grant_id,
        )

    @has_grants
    @rule(which=any_grant, caller=callers, by_token=st.booleans())
    def retire_grant(self, which, caller, by_token):
        (region, key_id), grant_id, token = which
        self.touched = region, key_id
        arn = f"arn:aws:kms:{region}:123456789012:key/{key_id}"
        self.ask(
            lambda: self.model.retire_grant(self.model.find(region, key_id), grant_id, caller),
            client(region, caller),
            "retire_grant",
            **({"GrantToken": token} if by_token else {"KeyId": arn, "GrantId": grant_id}),
        )

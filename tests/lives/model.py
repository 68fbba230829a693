"""AWS KMS's keys, told a second time: what AWS's documents say of them, and nothing of kmsmock.

Each operation is a method: it changes the model as AWS would change, or raises `Refused`. The
numbers are those of model_states.py.
"""

from model_material import NOT_PRIMARY, Materials
from model_states import (
    CURVE,
    HMAC,
    RSA,
    SYMMETRIC,
    Key,
    Material,
    Refused,
    Shared,
    check,
    state_error,
)
from model_time import DAY


class Model(Materials):
    """All keys of one account: by Region, with aliases, grants and ciphertexts."""

    def __init__(self, time):
        self.time = time
        self.keys = {}
        self.aliases = {}

    def in_region(self, region):
        return [key for (where, _), key in self.keys.items() if where == region]

    def find(self, region, key_id):
        """Operations 1.2."""
        if (region, key_id) not in self.keys:
            arn = f"arn:aws:kms:{region}:123456789012:key/{key_id}"
            raise Refused("NotFoundException", text=f"Key '{arn}' does not exist")
        return self.keys[region, key_id]

    # Keys (operations 4.1, states 5.1)

    def create_key(self, region, key_id, spec, origin, *, multi_region=False, store=None):
        shared = Shared(key_id, spec, origin, multi_region, region)
        if origin == "AWS_KMS":
            shared.materials.append(Material())
        elif store is not None:
            shared.materials.append(Material())  # the store's; no answer names it
        key = Key(shared, region, self.time.now, store=store)
        shared.members[region] = self.keys[region, key_id] = key
        return key

    def enable_key(self, key):
        check(key, "EnableKey")
        was, key.enabled = key.state, True
        if was == "Disabled" and key.shared.period and not key.is_replica:
            self._resume_rotation(key.shared)

    def disable_key(self, key):
        check(key, "DisableKey")
        key.enabled = False

    def schedule_deletion(self, key, days):
        check(key, "ScheduleKeyDeletion")
        key.window = days
        self._begin_window(key)

    def _begin_window(self, key):
        """A primary waits until its last replica is really gone (states 5.6)."""
        if key.is_primary and len(key.shared.members) > 1:
            return
        key.leaves = when = self.time.now + key.window * DAY

        def leave():
            if key.leaves == when and key.shared.members.get(key.region) is key:
                self._forget(key)

        self.time.at(when, leave)

    def _forget(self, key):
        """The key is gone with its aliases and grants (states 5.1)."""
        shared = key.shared
        del self.keys[key.region, shared.key_id], shared.members[key.region]
        for place in [place for place, target in self.aliases.items() if target is key]:
            del self.aliases[place]
        if key.store is not None:
            key.store.end_key(key)
        primary = shared.members.get(shared.primary)
        if primary is not None and primary.state == "PendingReplicaDeletion":
            self._begin_window(primary)

    def cancel_deletion(self, key):
        """Disabled always; without material still PendingImport (states 5.1, 5.2)."""
        check(key, "CancelKeyDeletion")
        key.window = key.leaves = None
        key.enabled = False

    # Names (operations 4.2)

    def create_alias(self, region, name, key):
        check(key, "CreateAlias")
        if (region, name) in self.aliases:
            raise Refused("AlreadyExistsException")
        self.aliases[region, name] = key

    def update_alias(self, region, name, key):
        """The new target's state counts, the old one's does not (states 5.4).

        Whether the name is looked up before the state is looked at is not documented.
        """
        error = state_error(key, "CreateAlias")
        if (region, name) not in self.aliases:
            raise Refused("NotFoundException", *(error.codes if error else ()))
        check(key, "CreateAlias")
        old = self.aliases[region, name].shared
        kinds = {(shared.spec != SYMMETRIC, shared.usage) for shared in (old, key.shared)}
        if len(kinds) > 1:
            raise Refused("ValidationException")
        self.aliases[region, name] = key

    def delete_alias(self, region, name):
        if (region, name) not in self.aliases:
            raise Refused("NotFoundException")
        del self.aliases[region, name]

    # What is written on a key (operations 4.6)

    def tag(self, key, name, value):
        check(key, "TagResource")
        key.tags[name] = value

    def untag(self, key, name):
        check(key, "UntagResource")
        key.tags.pop(name, None)

    def describe(self, key, description):
        check(key, "UpdateKeyDescription")
        key.description = description

    # Grants (operations 3.6)

    def create_grant(self, key, grant):
        """Give the id of the equal grant of that name, if there is one."""
        of_type = {
            SYMMETRIC: {"Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"},
            RSA: {"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"},
            CURVE: {"Sign", "Verify"},
            HMAC: {"GenerateMac", "VerifyMac"},
        }[key.shared.spec]
        fits = grant.operations <= of_type | {"DescribeKey", "RetireGrant"}
        if grant.constraint and key.shared.spec != SYMMETRIC:
            fits = False
        check(key, "CreateGrant", None if fits else Refused("ValidationException"))
        if grant.name is not None:
            for grant_id, other in key.grants.items():
                if vars(other) == vars(grant):
                    return grant_id
        return None

    def end_grant(self, key, grant_id):
        """RevokeGrant and RetireGrant, in every state."""
        if grant_id not in key.grants:
            raise Refused("NotFoundException")
        del key.grants[grant_id]

    def retire_grant(self, key, grant_id, caller):
        """For the account, who is named for it, and the grantee whose grant says so."""
        grant = key.grants.get(grant_id)
        if grant is None:
            raise Refused("NotFoundException")
        by_grantee = caller == grant.grantee and "RetireGrant" in grant.operations
        if caller is not None and caller != grant.retiring and not by_grantee:
            raise Refused("AccessDeniedException")
        del key.grants[grant_id]

    def authorize(self, caller, key, operation, context):
        """Let the administrator do anything; others what a grant allows (operations 3.6)."""
        if caller is None:
            return
        if not any(grant.allows(caller, operation, context) for grant in key.grants.values()):
            raise Refused("AccessDeniedException")

    # Cryptography (operations 4.3)

    def use(self, key, operation, *, usage=None, spec=None, caller=None, context=None):
        """Any cryptographic operation: authorization, state, usage, type."""
        self.authorize(caller, key, operation, context or {})
        fits = usage in (None, key.shared.usage) and spec in (None, key.shared.spec)
        wrong = None if fits else Refused("InvalidKeyUsageException")
        check(key, "cryptographic", wrong)
        if key.store is not None:
            key.store.require_use(key)
        return key.shared.materials[-1] if key.shared.materials else None

    def use_for_pair(self, key):
        """Keys of a custom key store make no data key pairs, whatever their state."""
        if key.store is None:
            return self.use(key, "GenerateDataKeyPair", spec=SYMMETRIC)
        error = state_error(key, "cryptographic")
        if error is None or key.state == "Unavailable":
            raise Refused("UnsupportedOperationException")
        raise Refused("UnsupportedOperationException", *error.codes)

    def decrypt(self, region, blob, context, *, named=None, caller=None, operation="Decrypt"):
        """A symmetric ciphertext, in any Region where a related key is (operations 3.2).

        Key, authorization, state, whether it is the key named, and at last the ciphertext.
        """
        if named is not None and named.shared is not blob.shared:
            self.authorize(caller, named, operation, context)
            # Which of its errors a wrong key gives is not documented but for keys that are fine.
            error = state_error(named, "cryptographic")
            raise Refused("IncorrectKeyException", *(error.codes if error else ()))
        key = blob.shared.members.get(region)
        if key is None:
            raise Refused("AccessDeniedException")
        self.authorize(caller, key, operation, context)
        check(key, "cryptographic")
        if key.store is not None:
            key.store.require_use(key)
        if context != blob.context:
            by_proxy = key.store is not None and key.store.external  # custom-key-stores.md 8.4
            raise Refused(f"{'KMSInvalidState' if by_proxy else 'InvalidCiphertext'}Exception")
        return key

    def re_encrypt(self, region, blob, destination, caller=None):
        """Both halves must be allowed; whose error comes first is not documented.

        The new ciphertext has no encryption context.
        """
        codes = []
        try:
            source = self.decrypt(
                region, blob, blob.context, caller=caller, operation="ReEncryptFrom"
            )
        except Refused as refusal:
            codes += refusal.codes
        try:
            key = self.find(region, destination)
            material = self.use(key, "ReEncryptTo", usage="ENCRYPT_DECRYPT", caller=caller)
        except Refused as refusal:
            codes += refusal.codes
        if codes:
            raise Refused(*codes)
        return source, material

    # Related keys (operations 4.8, states 5.6 and 5.7)

    def replicate(self, key, region):
        error = None
        if not key.is_primary:
            text = NOT_PRIMARY.format(key.arn)
            error = Refused("UnsupportedOperationException", text=text)
        elif region in key.shared.members:
            error = Refused("AlreadyExistsException")
        check(key, "ReplicateKey", error)
        replica = Key(key.shared, region, self.time.now, changing="Creating")
        self.keys[region, key.shared.key_id] = key.shared.members[region] = replica
        self.time.after("replica", lambda: self._settle(replica))

    def update_primary(self, key, region):
        check(key, "UpdatePrimaryRegion")
        text = NOT_PRIMARY.format(key.arn)
        if not key.is_primary:
            raise Refused("UnsupportedOperationException", text=text)
        if region == key.region:
            raise Refused("UnsupportedOperationException")
        if region not in key.shared.members:
            raise Refused("NotFoundException")
        replica = key.shared.members[region]
        check(replica, "UpdatePrimaryRegion")
        key.shared.primary = region
        for member in (key, replica):
            member.changing = "Updating"
            self.time.after("primary", lambda member=member: self._settle(member))

    def _settle(self, key):
        key.changing = None

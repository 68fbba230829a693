"""How an operation finds the key that its request names, and what it needs of the key.

Rules and texts: recorded.md section 2, "Finding the key", and kms-operations.md section 1.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kmsmock.authorization.decision import hidden_from, hidden_key
from kmsmock.domain.arn import parse_arn
from kmsmock.domain.grant import read_token
from kmsmock.domain.key_state import KeyStates
from kmsmock.errors import ServiceError
from kmsmock.errors.kms import (
    CustomKeyStoreNotFoundException,
    InvalidArnException,
    InvalidKeyUsageException,
    NotFoundException,
)
from kmsmock.protocol.model import operation_model

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region

_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeyTarget:
    """A key that a member of the request names.

    Attributes:
        member: the member that names it.
        action: the permission that the operation takes.
        states: the states of the key that the operation allows.
        usage: the KeyUsage that the operation needs, if it needs one.
        aliases: whether an alias may stand for the key.
        other_accounts: whether the key may be another account's.
    """

    member: str
    action: str
    states: KeyStates
    usage: str | None = None
    aliases: bool = False
    other_accounts: bool = False

    def find(self, call: Call) -> Key:
        """Look the key up.

        Raises:
            NotFoundException: there is none; the text depends on how it was named.
            InvalidArnException: an ARN that is malformed.
            InvalidGrantTokenException: one of the grant tokens is none.
        """
        if "GrantTokens" in call.request:
            require_grant_tokens(call)
        identifier = call.request[self.member]
        assert isinstance(identifier, str)
        key = call.region.keys.get(identifier)
        return find_key(call, identifier, self) if key is None else key

    def check(self, _call: Call, key: Key) -> None:
        """Refuse a key whose state or usage does not fit, in this order."""
        if key.state not in self.states:
            key.require_state(self.states)
        if self.usage not in (None, key.usage):
            require_usage(key, self.usage, self.action)


@dataclass(frozen=True, slots=True)
class KeyStoreTarget:
    """The custom key store that `CustomKeyStoreId` names."""

    action: str

    def find(self, call: Call) -> CustomKeyStore:
        """Look the key store up, or raise CustomKeyStoreNotFoundException."""
        return find_key_store(call.region, cast("str", call.request["CustomKeyStoreId"]))

    def check(self, call: Call, resource: CustomKeyStore) -> None:
        """Leave the connection state to the operation: each allows others."""


def key_named_by(member: str, action: str, states: KeyStates) -> KeyTarget:
    """Name a key of one's own account, by key id or key ARN."""
    return KeyTarget(member, action, states)


def key_used_by(
    action: str, states: KeyStates, usage: str | None, member: str = "KeyId"
) -> KeyTarget:
    """Name a key, of any account, by key id, key ARN, alias name or alias ARN."""
    return KeyTarget(member, action, states, usage, aliases=True, other_accounts=True)


def require_grant_tokens(call: Call) -> None:
    """Refuse a malformed grant token; one for another key or a grant that is gone is no use.

    Raises:
        InvalidGrantTokenException: CreateGrant never gave this token.
    """
    tokens = cast("list[str]", call.request.get("GrantTokens", ()))
    # DescribeKey takes tokens, but has no error for a bad one.
    if tokens and declares(call, "InvalidGrantTokenException"):
        for token in tokens:
            read_token(token)


def require_usage(key: Key, usage: str | None, action: str) -> None:
    """Refuse a key of another usage; the text names the operation as the permission does."""
    if usage is not None and key.usage != usage:
        raise InvalidKeyUsageException(
            f"{key.arn} key usage is {key.usage} which is not valid for {action.split(':')[1]}."
        )


def find_key(call: Call, identifier: str, target: KeyTarget) -> Key:
    """Look up the key that an identifier names, in whichever of the four forms."""
    region, resource = call.region, identifier
    if identifier.startswith("arn:"):
        region, resource = _read_arn(call, identifier, target)
    if resource.startswith("alias/"):
        if not target.aliases:
            raise NotFoundException(f"Invalid keyId '{identifier}'")
        return _key_of_alias(call, region, resource, target)
    key = region.keys.get(resource)
    if key is None and region is not call.region:
        raise hidden_key(call, target.action)
    if key is None:
        if not _KEY_ID.fullmatch(resource):
            raise NotFoundException(f"Invalid keyId '{identifier}'")
        raise NotFoundException(f"Key '{region.kms_arn(f'key/{resource}')}' does not exist")
    return key


def _read_arn(call: Call, identifier: str, target: KeyTarget) -> tuple[Region, str]:
    """Give the region of a key or alias ARN, and the key id or alias name."""
    region = call.region
    arn = parse_arn(identifier)
    if arn is None or arn.service != "kms" or not arn.resource.startswith(("key/", "alias/")):
        raise _invalid_arn(call, identifier)
    if (arn.partition, arn.region) != (region.partition, region.name):
        raise NotFoundException(f"Invalid arn {arn.region}")
    if arn.account != region.account_id:
        if not target.other_accounts:
            raise hidden_from(call.caller, target.action)
        region = call.world.region(arn.account, arn.region)
    return region, arn.resource.removeprefix("key/")


def _invalid_arn(call: Call, identifier: str) -> ServiceError:
    """Give the error for a malformed ARN.

    The text about a malformed ARN is assumed. Assumed: cryptographic operations, which do not
    declare InvalidArnException, answer with NotFoundException, as for an ARN of another Region.
    """
    text = f"Invalid arn {identifier}"
    if declares(call, "InvalidArnException"):
        return InvalidArnException(text)
    return NotFoundException(text)


def declares(call: Call, error: str) -> bool:
    """Tell whether the model lists an error for the call's operation."""
    model = operation_model(call.service, call.operation)
    return model is not None and any(shape.name == error for shape in model.error_shapes)


def _key_of_alias(call: Call, region: Region, name: str, target: KeyTarget) -> Key:
    alias = region.aliases.get(name)
    if alias is None or alias.key_id is None:
        if region is not call.region:
            raise hidden_key(call, target.action)
        raise NotFoundException(f"Alias {region.kms_arn(name)} is not found.")
    return region.keys[alias.key_id]


def find_key_store(region: Region, store_id: str) -> CustomKeyStore:
    """Look up a custom key store by its id.

    Raises:
        CustomKeyStoreNotFoundException: there is none; the text is assumed.
    """
    store = region.key_stores.get(store_id)
    if store is None:
        raise CustomKeyStoreNotFoundException(f"Custom key store {store_id} is not found.")
    return store

"""Aliases: CreateAlias, UpdateAlias, DeleteAlias and ListAliases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmsmock.domain.alias import Alias
from kmsmock.domain.index import Index
from kmsmock.domain.key_spec import key_type
from kmsmock.domain.key_state import ANY, NOT_LEAVING
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    AlreadyExistsException,
    InvalidAliasNameException,
    LimitExceededException,
    NotAuthorizedException,
    NotFoundException,
)
from kmsmock.kms.pages import page
from kmsmock.kms.shapes import alias_entries
from kmsmock.kms.targets import find_key, key_named_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CreateAliasRequestTypeDef,
        DeleteAliasRequestTypeDef,
        ListAliasesRequestTypeDef,
        ListAliasesResponseTypeDef,
        UpdateAliasRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region

ALIASES_PER_KEY = 50
_LISTED = key_named_by("KeyId", "kms:ListAliases", ANY)


@operation("kms", "CreateAlias", key_named_by("TargetKeyId", "kms:CreateAlias", NOT_LEAVING))
def create_alias(call: Call, request: CreateAliasRequestTypeDef, key: Key) -> None:
    """Let a new name stand for the key."""
    name = request["AliasName"]
    _require_customers_name(name)
    _require_characters(name)
    if name in call.region.aliases:
        raise AlreadyExistsException(
            f"An alias with the name {call.region.kms_arn(name)} already exists"
        )
    _require_room_for_alias(key)
    call.region.aliases[name] = Alias(name, key.key_id, created=call.now, updated=call.now)
    key.aliases.add(name)


@operation("kms", "UpdateAlias", key_named_by("TargetKeyId", "kms:UpdateAlias", NOT_LEAVING))
def update_alias(call: Call, request: UpdateAliasRequestTypeDef, key: Key) -> None:
    """Let the name stand for another key of the same kind."""
    alias = _find_alias(call.region, request["AliasName"])
    former = call.region.keys[alias.key_id or ""]
    _require_same(alias.name, "key type", key_type(former.spec), key_type(key.spec))
    _require_same(alias.name, "key usage", former.usage, key.usage)
    if key is not former:
        _require_room_for_alias(key)
    former.aliases.discard(alias.name)
    key.aliases.add(alias.name)
    alias.key_id = key.key_id
    alias.updated = call.now


@operation("kms", "DeleteAlias")
def delete_alias(call: Call, request: DeleteAliasRequestTypeDef) -> None:
    """Forget the name; the key stays."""
    alias = _find_alias(call.region, request["AliasName"])
    key = call.region.keys[alias.key_id or ""]
    key.aliases.discard(alias.name)
    call.also_about = (key,)
    del call.region.aliases[alias.name]


@operation("kms", "ListAliases")
def list_aliases(call: Call, request: ListAliasesRequestTypeDef) -> ListAliasesResponseTypeDef:
    """List the aliases of the account and Region, predefined ones too, or those of one key.

    They come in the order of their names.
    """
    aliases, of = call.region.aliases, "ListAliases"
    if "KeyId" in request:
        key = find_key(call, request["KeyId"], _LISTED)
        of += f" {key.arn}"
        aliases = Index()
        for name in key.aliases:
            aliases[name] = call.region.aliases[name]
    found, marker = page(aliases, call.request, default=50, most=100, of=of)
    reply: ListAliasesResponseTypeDef = call.new_reply()
    reply["Aliases"] = alias_entries(call.region, found)
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


def _require_customers_name(name: str) -> None:
    """Refuse a name that no customer's alias can have (kms-operations.md section 4.2)."""
    if not name.startswith("alias/"):
        raise ValidationException(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if name.startswith("alias/aws/"):
        raise NotAuthorizedException


def _require_characters(name: str) -> None:
    if name == "alias/":
        raise InvalidAliasNameException("Alias name must not be empty.")  # Text assumed.
    if not re.fullmatch(r"[a-zA-Z0-9/_-]+", name):
        raise ValidationException(f"{name} contains invalid characters for an alias")


def _find_alias(region: Region, name: str) -> Alias:
    _require_customers_name(name)
    alias = region.aliases.get(name)
    if alias is None:
        raise NotFoundException(f"Alias {region.kms_arn(name)} is not found.")
    return alias


def _require_room_for_alias(key: Key) -> None:
    if len(key.aliases) >= ALIASES_PER_KEY:
        # Text assumed.
        raise LimitExceededException(f"{key.arn} already has {ALIASES_PER_KEY} aliases.")


def _require_same(name: str, what: str, former: str, new: str) -> None:
    if former != new:
        raise ValidationException(
            f"Alias {name} cannot be changed from a CMK with {what} {former} to a CMK with "
            f"{what} {new}. The {what} of the current CMK and the new CMK must be the same."
        )

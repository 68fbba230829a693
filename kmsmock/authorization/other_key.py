"""Whether the two keys of ReEncrypt are one, before both were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmsmock.crypto.ciphertext import unpack
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.arn import parse_arn

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.key import Key


def is_same_key(call: Call, operation: str, key: Key | None) -> bool:
    """Tell whether the key of one side is the key of the other side too.

    Args:
        operation: `ReEncryptFrom` if the key is the source.
    """
    if operation == "ReEncryptFrom":
        other = _key_id(call, "DestinationKeyId")
    else:
        other = _key_id(call, "SourceKeyId") or _key_id_inside(call)
    return key is not None and other == key.key_id


def _key_id(call: Call, member: str) -> str | None:
    """Give the bare id of the key that a member names, in whatever form."""
    identifier = call.request.get(member)
    if identifier is None:
        return None
    arn = parse_arn(str(identifier))
    resource, region = str(identifier), call.region
    if arn is not None:
        resource, region = arn.resource, call.world.region(arn.account, region.name)
    if resource.startswith("alias/"):
        alias = region.aliases.get(resource)
        return None if alias is None else alias.key_id
    return resource.removeprefix("key/")


def _key_id_inside(call: Call) -> str | None:
    try:
        return unpack(cast("bytes", call.request.get("CiphertextBlob", b""))).key_id
    except Unreadable:
        return None

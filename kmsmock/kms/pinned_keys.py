"""Keys whose id or material a test has chosen: the tags that LocalStack's users give CreateKey.

https://docs.localstack.cloud/aws/services/kms/ (custom key ids and custom key material).

Kept difference (Tags `_custom_id_` and `_custom_key_material_` of CreateKey): AWS takes them for
tags like any others; kmsmock lets them choose the key's id and its material (base64), as LocalStack
does. Why: suites move here without changes.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from kmsmock.domain.imported_material import fits, imported_material_id
from kmsmock.domain.key_material import KeyMaterial
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import AlreadyExistsException

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.crypto.symmetric import CipherName
    from kmsmock.domain.region import Region
    from kmsmock.world import World

ID_TAG = "_custom_id_"
"""Its value becomes the key's id; the key keeps the tag."""
MATERIAL_TAG = "_custom_key_material_"
"""Its value is the material in base64; the key does not keep the tag."""

_ONE_REGION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MULTI_REGION = re.compile(r"mrk-[0-9a-f]{32}")


def chosen_id(call: Call, tags: dict[str, str], *, multi_region: bool) -> str | None:
    """Give the key id that a new key's tags choose.

    Raises:
        AlreadyExistsException: a key of the Region has it.
        ValidationException: it has not the form of a key id.
    """
    key_id = tags.get(ID_TAG)
    if key_id is None:
        return None
    problem = problem_of_id(key_id, multi_region=multi_region)
    if problem is not None:
        raise ValidationException(f"Tag {ID_TAG}: {problem}")
    if is_taken(call.world, call.region, key_id):
        raise AlreadyExistsException(f"Tag {ID_TAG}: {call.region.name} has a key {key_id}")
    return key_id


def chosen_secret(tags: dict[str, str], spec: str, origin: str, cipher: CipherName) -> bytes | None:
    """Take the material that a new key's tags choose out of them.

    Raises:
        MissingExtra: the spec needs an optional library that is not installed.
        ValidationException: it is no base64 or no material for the spec, or not KMS's to choose.
    """
    text = tags.pop(MATERIAL_TAG, None)
    if text is None:
        return None
    if origin != "AWS_KMS":
        raise ValidationException(f"Tag {MATERIAL_TAG}: origin {origin} has no material here")
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValidationException(f"Tag {MATERIAL_TAG}: the value is not base64") from None
    if not fits(spec, secret, cipher):
        raise ValidationException(f"Tag {MATERIAL_TAG}: the value is no key material for {spec}")
    return secret


def pinned_material(key_id: str, spec: str, secret: bytes, cipher: CipherName) -> KeyMaterial:
    """Give chosen material, with the same id each time that it comes to a key of the same id.

    So ciphertexts outlive the world that they were made in.
    """
    return KeyMaterial(imported_material_id(key_id, spec, secret), secret, cipher)


def problem_of_id(key_id: str, *, multi_region: bool) -> str | None:
    """Say what is wrong with the form of a key id, None if nothing is."""
    if multi_region and not _MULTI_REGION.fullmatch(key_id):
        return f"the id of a multi-Region key is mrk- and 32 hex digits, not {key_id}"
    if not multi_region and not _ONE_REGION.fullmatch(key_id):
        return f"the id of a key is a UUID in lower case, not {key_id}"
    return None


def is_taken(world: World, region: Region, key_id: str) -> bool:
    """Tell whether a key of any account has an id in a Region."""
    return any(
        region.name in account.regions and key_id in account.regions[region.name].keys
        for account in world.accounts.values()
    )

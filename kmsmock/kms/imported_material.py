"""Imported key material: GetParametersForImport, ImportKeyMaterial and
DeleteImportedKeyMaterial.
"""  # noqa: D205 - the first sentence is the list of operations

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.deed import deed
from kmsmock.domain.import_token import TOKEN_LENGTH, VALIDITY, ImportToken, can_wrap
from kmsmock.domain.imported_material import fits, imported_material_id
from kmsmock.domain.key_generation import generate
from kmsmock.domain.key_material import KeyMaterial
from kmsmock.domain.key_spec import is_offered
from kmsmock.domain.key_state import IMPORT_PREPARABLE, IMPORTABLE, MATERIAL_DELETABLE
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    ExpiredImportTokenException,
    IncorrectKeyMaterialException,
    InvalidCiphertextException,
    InvalidImportTokenException,
    KMSInvalidStateException,
    NotFoundException,
    UnsupportedOperationException,
)
from kmsmock.kms.multi_region import require_no_replica
from kmsmock.kms.origins import require_origin
from kmsmock.kms.targets import key_named_by
from kmsmock.operation import operation
from kmsmock.trail.service_events import note_expiry

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        DeleteImportedKeyMaterialRequestTypeDef,
        DeleteImportedKeyMaterialResponseTypeDef,
        GetParametersForImportRequestTypeDef,
        GetParametersForImportResponseTypeDef,
        ImportKeyMaterialRequestTypeDef,
        ImportKeyMaterialResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World

LONGEST_VALIDITY = timedelta(days=365)


@operation(
    "kms",
    "GetParametersForImport",
    key_named_by("KeyId", "kms:GetParametersForImport", IMPORT_PREPARABLE),
)
def get_parameters_for_import(
    call: Call, request: GetParametersForImportRequestTypeDef, key: Key
) -> GetParametersForImportResponseTypeDef:
    """Make a wrapping key and its token, good for 24 hours."""
    require_origin(key, "EXTERNAL")
    algorithm, wrapping_spec = request["WrappingAlgorithm"], request["WrappingKeySpec"]
    if not can_wrap(key.spec, algorithm, wrapping_spec) or not is_offered(
        wrapping_spec, call.region.partition
    ):
        # Code and text are assumed.
        raise UnsupportedOperationException(
            f"Wrapping algorithm {algorithm} with wrapping key spec {wrapping_spec} is not "
            f"supported for key spec {key.spec}."
        )
    random = call.world.randomness
    token = ImportToken(
        random.bytes(TOKEN_LENGTH), algorithm, generate(wrapping_spec, random), call.now + VALIDITY
    )
    key.import_tokens[token.token] = token
    reply: GetParametersForImportResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["ImportToken"] = token.token
    reply["PublicKey"] = token.public_key
    reply["ParametersValidTo"] = token.valid_to
    return reply


@operation("kms", "ImportKeyMaterial", key_named_by("KeyId", "kms:ImportKeyMaterial", IMPORTABLE))
def import_key_material(
    call: Call, request: ImportKeyMaterialRequestTypeDef, key: Key
) -> ImportKeyMaterialResponseTypeDef:
    """Put material into the key: its first, the same again, or new material that waits."""
    require_origin(key, "EXTERNAL")
    _require_members_that_fit(request, key)
    expires = _expiry(request, call.now)
    material = _unwrap(call, request, key)
    is_new = _import_type(request, key) == "NEW_KEY_MATERIAL"
    _require_material_that_fits(request, key, material.material_id, is_new=is_new)
    was_complete = key.materials.complete
    if not is_new:
        material = key.materials.fill(material)
    elif key.materials.current_id is None:
        key.materials.make_current(material)
    else:
        key.materials.add_pending(material)
    if is_new and key.related is not None:
        key.related.expect_import(material.material_id)
    material.expires = expires
    material.description = request.get("KeyMaterialDescription", material.description)
    if key.materials.complete and not was_complete:
        key.enabled = True
    watch_expiry(call.world, call.region, key, material, call.now)
    reply: ImportKeyMaterialResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    # Assumed: ImportKeyMaterial and DeleteImportedKeyMaterial give no KeyMaterialId for keys that
    # are not symmetric, as they have no CurrentKeyMaterialId.
    if key.is_symmetric:
        reply["KeyMaterialId"] = material.material_id
    return reply


def _import_type(request: ImportKeyMaterialRequestTypeDef, key: Key) -> str:
    default = "NEW_KEY_MATERIAL" if not key.materials.by_id else "EXISTING_KEY_MATERIAL"
    return request.get("ImportType", default)


def _require_members_that_fit(request: ImportKeyMaterialRequestTypeDef, key: Key) -> None:
    """Refuse members that only some imports have; codes and texts are assumed."""
    if not key.is_symmetric:
        for member in ("ImportType", "KeyMaterialDescription", "KeyMaterialId"):
            if member in request:
                raise UnsupportedOperationException(
                    f"{member} is not supported for key spec {key.spec}."
                )
    if "KeyMaterialId" in request and _import_type(request, key) == "NEW_KEY_MATERIAL":
        raise ValidationException(
            "KeyMaterialId cannot be specified when ImportType is NEW_KEY_MATERIAL"
        )


def _expiry(request: ImportKeyMaterialRequestTypeDef, now: datetime) -> datetime | None:
    """Give the time at which the material is to be deleted; the first text is recorded."""
    model = request.get("ExpirationModel", "KEY_MATERIAL_EXPIRES")
    valid_to = cast("datetime | None", request.get("ValidTo"))
    if model == "KEY_MATERIAL_EXPIRES":
        if valid_to is None:
            raise ValidationException(
                "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
            )
        if not now < valid_to <= now + LONGEST_VALIDITY:
            raise ValidationException(
                "The validTo date must be in the future, and at most 365 days from now"
            )
    elif valid_to is not None:
        raise ValidationException(
            "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"
        )
    return valid_to


def _unwrap(call: Call, request: ImportKeyMaterialRequestTypeDef, key: Key) -> KeyMaterial:
    """Open what the client wrapped; the texts are assumed."""
    token = key.import_tokens.get(cast("bytes", request["ImportToken"]))
    if token is None:
        raise InvalidImportTokenException(
            f"The import token is invalid or was not made for {key.arn}."
        )
    if token.valid_to <= call.now:
        raise ExpiredImportTokenException("The import token has expired.")
    try:
        secret = token.unwrap(cast("bytes", request["EncryptedKeyMaterial"]))
    except Unreadable:
        raise InvalidCiphertextException from None
    if not fits(key.spec, secret, call.region.cipher):
        raise IncorrectKeyMaterialException(
            f"The key material is not valid for a KMS key of key spec {key.spec}."
        )
    material_id = imported_material_id(key.key_id, key.spec, secret)
    return KeyMaterial(material_id, secret, call.region.cipher)


def _require_material_that_fits(
    request: ImportKeyMaterialRequestTypeDef, key: Key, material_id: str, *, is_new: bool
) -> None:
    """Let old material be what the key had, and new material be new.

    The text about material that waits is recorded.
    """
    if is_new:
        require_no_replica(key)
    is_known = material_id in key.materials.by_id
    if request.get("KeyMaterialId", material_id) != material_id:
        # The text is assumed.
        raise IncorrectKeyMaterialException(
            "The key material is not the one that KeyMaterialId identifies."
        )
    if not is_new and not is_known:
        # The text is assumed.
        raise IncorrectKeyMaterialException(
            f"The key material was not imported into {key.arn} before."
        )
    if is_new and is_known:
        # The text is assumed.
        raise IncorrectKeyMaterialException(
            f"The key material is already associated with {key.arn}."
        )
    if is_new and key.materials.pending_id is not None:
        raise KMSInvalidStateException(
            f"New key material (id: {material_id}) cannot be imported into KMS key {key.arn}, "
            f"because another key material (id: {key.materials.pending_id}) is pending rotation."
        )


def watch_expiry(
    world: World, region: Region, key: Key, material: KeyMaterial, now: datetime
) -> None:
    """Have imported material looked at when it expires, if it does."""
    if material.expires is not None:
        expire = _delete_when_expired.on(region, key.key_id, material.material_id)
        world.do_after(now, material.expires - now, expire)


@deed("expiry of imported material")
def _delete_when_expired(
    world: World, region: Region, at: datetime, key_id: str, material_id: str
) -> None:
    """Delete the material, unless it went before or was imported again with a later date."""
    key = region.keys.get(key_id)
    material = key and key.materials.by_id.get(material_id)
    if key and material and material.expires is not None and material.expires <= at:
        key.delete_imported_material(material_id)
        note_expiry(world, key, at)


@operation(
    "kms",
    "DeleteImportedKeyMaterial",
    key_named_by("KeyId", "kms:DeleteImportedKeyMaterial", MATERIAL_DELETABLE),
)
def delete_imported_key_material(
    call: Call, request: DeleteImportedKeyMaterialRequestTypeDef, key: Key
) -> DeleteImportedKeyMaterialResponseTypeDef:
    """Delete the current material, or the one that is named; without any there is no effect."""
    require_origin(key, "EXTERNAL")
    material_id = request.get("KeyMaterialId", key.materials.current_id)
    if material_id is not None:
        if material_id not in key.materials.by_id:
            # Code and text are assumed.
            raise NotFoundException(f"Key material {material_id} of {key.arn} does not exist")
        key.delete_imported_material(material_id)
    reply: DeleteImportedKeyMaterialResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    if material_id is not None and key.is_symmetric:  # As in ImportKeyMaterial.
        reply["KeyMaterialId"] = material_id
    return reply

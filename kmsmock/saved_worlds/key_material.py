"""Key material in a file: its versions, its rotation, and what imports into it need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.crypto.exceptions import InvalidKeyMaterial, MissingExtra
from kmsmock.crypto.keys import describe_private_key
from kmsmock.crypto.symmetric import CipherName
from kmsmock.domain.import_token import ImportToken
from kmsmock.domain.imported_material import fits
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_material import KeyMaterial, KeyMaterials, RotationType
from kmsmock.domain.key_spec import key_type
from kmsmock.domain.rotation import Rotation
from kmsmock.kms.pinned_keys import pinned_material
from kmsmock.protocol.model import service_model
from kmsmock.saved_worlds.forms import (
    BYTES,
    COUNT,
    FLAG,
    MOMENT,
    SPAN,
    TEXT,
    Damaged,
    Form,
    Json,
    literal,
    one_of,
    or_none,
)
from kmsmock.saved_worlds.records import Record, list_by

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World

ROTATION_PERIOD_DAYS = range(90, 2561)

_MATERIAL = Record(
    KeyMaterial,
    {
        "material_id": TEXT,
        "secret": or_none(BYTES),
        "cipher": literal(CipherName),
        "rotated": or_none(MOMENT),
        "rotation": or_none(literal(RotationType)),
        "expires": or_none(MOMENT),
        "description": or_none(TEXT),
    },
)
MATERIALS = Record(
    KeyMaterials,
    {
        "by_id": list_by(_MATERIAL.form, lambda it: it.material_id, "material"),
        "current_id": or_none(TEXT),
        "pending_id": or_none(TEXT),
        "awaits_first_import": FLAG,
    },
)
ROTATION = Record(
    Rotation,
    {
        "period": or_none(SPAN),
        "next_date": or_none(MOMENT),
        "on_demand_started": or_none(MOMENT),
        "on_demand_count": COUNT,
    },
)


def _read_wrapping_key(found: Json, where: str) -> bytes:
    key: bytes = BYTES.read(found, where)
    try:
        spec = describe_private_key(key)
    except (InvalidKeyMaterial, MissingExtra) as problem:
        raise Damaged(where, str(problem)) from None
    if not spec.startswith(("RSA_", "SM2")):
        raise Damaged(where, f"a key of {spec} wraps nothing")
    return key


_TOKEN = Record(
    ImportToken,
    {
        "token": BYTES,
        "algorithm": one_of(*service_model("kms").shape_for("AlgorithmSpec").metadata["enum"]),
        "wrapping_key": Form(BYTES.write, _read_wrapping_key),
        "valid_to": MOMENT,
    },
)
TOKENS = list_by(_TOKEN.form, lambda it: it.token, "token")


def read_material(world: World, region: Region, key: Key, found: Json | None, where: str) -> None:
    """Give a key the one material that a file's author has chosen; a new one if none is.

    Raises:
        Damaged: it does not fit the key.
    """
    if found is not None:
        secret = BYTES.read(found, where)
        _require_fit(region, key, secret, where)
        material = pinned_material(key.key_id, key.spec, secret, region.cipher)
        key.materials.make_current(material)
    elif key.origin in ("AWS_KMS", "EXTERNAL_KEY_STORE"):
        key.materials.make_current(new_material(key.spec, world.randomness, region.cipher))


def require_fitting_materials(region: Region, key: Key, where: str) -> None:
    """Refuse materials that are not the key's, or of which the wrong ones are named.

    Raises:
        Damaged: they are.
    """
    materials = key.materials
    for place, material in enumerate(materials.by_id.values()):
        here = f"{where}.by_id[{place}]"
        if material.secret is not None:
            _require_fit(region, key, material.secret, f"{here}.secret")
        elif key.origin != "EXTERNAL":
            raise Damaged(here, "secret is missing")
        if key.is_symmetric and not is_hex(material.material_id, 64):
            raise Damaged(f"{here}.material_id", "must be 64 hex digits")
    for name in ("current_id", "pending_id"):
        value = getattr(materials, name)
        if value is not None and value not in materials.by_id:
            raise Damaged(f"{where}.{name}", f"there is no material {value!r}")
    if key.origin == "AWS_CLOUDHSM" and materials.by_id:
        raise Damaged(where, "a key in a CloudHSM key store has its material there")
    if key.origin in ("AWS_KMS", "EXTERNAL_KEY_STORE") and materials.current_id is None:
        raise Damaged(where, "current_id is missing")


def require_sensible_rotation(rotation: Rotation, where: str) -> None:
    """Refuse dates that contradict each other.

    Raises:
        Damaged: they do.
    """
    if (rotation.period is None) != (rotation.next_date is None):
        raise Damaged(where, "has either period and next_date or neither")
    if rotation.period is not None and rotation.period.days not in ROTATION_PERIOD_DAYS:
        raise Damaged(f"{where}.period", "must be 90 to 2560 days, in seconds")


def is_hex(text: str, digits: int) -> bool:
    """Tell whether a text is so many lower-case hex digits."""
    return len(text) == digits and set(text) <= set("0123456789abcdef")


def _require_fit(region: Region, key: Key, secret: bytes, where: str) -> None:
    try:
        suits = fits(key.spec, secret, region.cipher)
    except MissingExtra as missing:
        raise Damaged(where, str(missing)) from None
    except (InvalidKeyMaterial, ValueError):
        suits = False
    if not suits:
        kind = "a private key, PKCS#8 DER" if key_type(key.spec) == "ASYMMETRIC" else "bytes"
        raise Damaged(where, f"is no key material for {key.spec}: {kind}, in base64")

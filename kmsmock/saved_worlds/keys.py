"""Keys, aliases and grants in a file."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kmsmock.crypto.exceptions import InvalidKeyMaterial, MissingExtra
from kmsmock.domain.alias import Alias
from kmsmock.domain.grant import Constraints, Grant, Terms
from kmsmock.domain.import_token import ImportToken
from kmsmock.domain.imported_material import fits
from kmsmock.domain.key import Key
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_material import KeyMaterial, KeyMaterials
from kmsmock.domain.key_spec import ALGORITHMS, key_type
from kmsmock.domain.last_usage import LastUsage
from kmsmock.domain.rotation import Rotation
from kmsmock.kms.due_rotation import watch_on_demand_rotation, watch_rotation
from kmsmock.kms.grants import keep_grant
from kmsmock.kms.imported_material import watch_expiry
from kmsmock.kms.key_deletion import watch_deletion
from kmsmock.kms.pinned_keys import pinned_material, problem_of_id
from kmsmock.kms.policies import default_policy
from kmsmock.saved_worlds.members import (
    BYTES,
    FLAG,
    MOMENT,
    NUMBER,
    PAIRS,
    SPAN,
    TEXT,
    Damaged,
    Json,
    list_of,
    map_of,
    one_of,
    or_none,
    read_members,
    record,
    require_object,
)

if TYPE_CHECKING:
    from datetime import datetime

    from kmsmock.domain.region import Region
    from kmsmock.world import World

_TERMS = record(
    Terms,
    {
        "name": or_none(TEXT),
        "grantee": or_none(TEXT),
        "grantee_service": or_none(TEXT),
        "retiring": or_none(TEXT),
        "retiring_service": or_none(TEXT),
        "operations": list_of(TEXT, tuple),
        "constraints": record(
            Constraints,
            {
                "equals": or_none(PAIRS),
                "subset": or_none(PAIRS),
                "source_arn": or_none(TEXT),
            },
        ),
    },
)
_GRANT = {
    "grant_id": TEXT,
    "issuing_account": TEXT,
    "created": MOMENT,
    "terms": _TERMS,
}
_MATERIAL = record(
    KeyMaterial,
    {
        "material_id": TEXT,
        "secret": or_none(BYTES),
        "cipher": one_of("AES", "SM4"),
        "rotated": or_none(MOMENT),
        "rotation": or_none(one_of("AUTOMATIC", "ON_DEMAND")),
        "expires": or_none(MOMENT),
        "description": or_none(TEXT),
    },
)
_MATERIALS = {
    "by_id": list_of(_MATERIAL),
    "current_id": or_none(TEXT),
    "pending_id": or_none(TEXT),
    "awaits_first_import": FLAG,
}
_ROTATION = record(
    Rotation,
    {
        "period": or_none(SPAN),
        "next_date": or_none(MOMENT),
        "on_demand_started": or_none(MOMENT),
        "on_demand_count": NUMBER,
    },
)
_TOKEN = record(
    ImportToken,
    {"token": BYTES, "algorithm": TEXT, "wrapping_key": BYTES, "valid_to": MOMENT},
)
_LAST_USAGE = record(
    LastUsage, {"operation": TEXT, "at": MOMENT, "event_id": TEXT, "request_id": TEXT}
)
_KEY = {
    "key_id": TEXT,
    "created": MOMENT,
    "spec": one_of(*ALGORITHMS),
    "usage": TEXT,
    "origin": one_of("AWS_KMS", "EXTERNAL"),
    "description": TEXT,
    "policy": TEXT,
    "tags": map_of(TEXT),
    "manager": one_of("CUSTOMER", "AWS"),
    "enabled": FLAG,
    "deletion_window": or_none(SPAN),
    "deletion_date": or_none(MOMENT),
    "rotation": _ROTATION,
    "last_usage": or_none(_LAST_USAGE),
}
_ELSEWHERE = {"grants", "materials", "import_tokens"}
"""Members of a key with forms of their own."""
_DERIVED = {"arn", "account_id", "region", "aliases"}
_NOT_YET = {"changing", "custom_key_store", "backing_key", "related"}
"""What a file cannot hold yet: keys in key stores and multi-Region keys are refused."""
assert {it.name for it in fields(Key)} == {*_KEY, *_ELSEWHERE, *_DERIVED, *_NOT_YET}
assert {it.name for it in fields(Grant)} == {*_GRANT, "key_arn", "account_id"}

ROTATION_PERIOD_DAYS = range(90, 2561)
_SEEDABLE = ("created", "spec", "usage", "origin", "description", "policy", "tags")
"""What a file that was written by hand may leave out of a key."""


def write_key(key: Key) -> Json:
    """Give what stands in a file for a key.

    Raises:
        ValueError: it is a key that a file cannot hold yet.
    """
    if key.related is not None:
        raise ValueError(f"save() cannot keep multi-Region keys yet: {key.arn}")
    if key.custom_key_store is not None:
        raise ValueError(f"save() cannot keep keys in custom key stores yet: {key.arn}")
    absent = {"enabled": True, "manager": "CUSTOMER", "rotation": {}}
    written = {name: form.write(getattr(key, name)) for name, form in _KEY.items()}
    written = {
        name: value
        for name, value in written.items()
        if value is not None and value != absent.get(name)
    }
    written["materials"] = {
        name: form.write(_materials_value(key.materials, name))
        for name, form in _MATERIALS.items()
        if _materials_value(key.materials, name) not in (None, False)
    }
    if key.import_tokens:
        written["import_tokens"] = [_TOKEN.write(token) for token in key.import_tokens.values()]
    if len(key.grants):
        written["grants"] = [
            {name: form.write(getattr(grant, name)) for name, form in _GRANT.items()}
            for grant in key.grants
        ]
    return written


def _materials_value(materials: KeyMaterials, name: str) -> Any:
    return list(materials.by_id.values()) if name == "by_id" else getattr(materials, name)


def read_key(world: World, region: Region, found: Json, where: str, now: datetime) -> None:
    """Put a key of a file into its Region, and what will happen to it by time.

    Raises:
        Damaged: it is none.
    """
    document = dict(require_object(found, where, (*_KEY, *_ELSEWHERE, "material")))
    apart = {name: document.pop(name) for name in (*_ELSEWHERE, "material") if name in document}
    values = read_members(Key, _KEY, document, where, optional=_SEEDABLE)
    problem = problem_of_id(values["key_id"], multi_region=False)
    if problem is not None:
        raise Damaged(f"{where}.key_id", problem)
    if values["key_id"] in region.keys:
        raise Damaged(f"{where}.key_id", f"{region.name} has a key {values['key_id']} already")
    spec = values.setdefault("spec", "SYMMETRIC_DEFAULT")
    values.setdefault("usage", next(iter(ALGORITHMS[spec])))
    if values["usage"] not in ALGORITHMS[spec]:
        raise Damaged(f"{where}.usage", f"{values['usage']!r} is no KeyUsage of {spec}")
    _require_sense(values, where)
    defaults = {
        "created": now,
        "origin": "AWS_KMS",
        "description": "",
        "policy": default_policy(region),
        "tags": {},
    }
    key = Key(
        **{**defaults, **values},
        arn=region.kms_arn(f"key/{values['key_id']}"),
        account_id=region.account_id,
        region=region.name,
    )
    key.materials = _read_materials(world, region, key, apart, where)
    for token in list_of(_TOKEN).read(apart.get("import_tokens", []), f"{where}.import_tokens"):
        key.import_tokens[token.token] = token
    region.keys[key.key_id] = key
    region.aws_managed_keys += key.manager == "AWS"
    _read_grants(world, key, apart.get("grants", []), f"{where}.grants")
    watch_deletion(world, region, key, now)
    watch_rotation(world, region, key, now)
    watch_on_demand_rotation(world, region, key)
    for material in key.materials.by_id.values():
        watch_expiry(world, region, key, material, now)


def _require_sense(values: dict[str, Any], where: str) -> None:
    """Refuse dates that contradict each other.

    Raises:
        Damaged: they do.
    """
    if values.get("deletion_date") and not values.get("deletion_window"):
        raise Damaged(f"{where}.deletion_date", "needs a deletion_window")
    if values.get("deletion_window") and not values.get("deletion_date"):
        raise Damaged(f"{where}.deletion_window", "needs a deletion_date")
    rotation = values.get("rotation", Rotation())
    if (rotation.period is None) != (rotation.next_date is None):
        raise Damaged(f"{where}.rotation", "has either period and next_date or neither")
    if rotation.period is not None and rotation.period.days not in ROTATION_PERIOD_DAYS:
        raise Damaged(f"{where}.rotation.period", "must be 90 to 2560 days, in seconds")


def _read_materials(
    world: World, region: Region, key: Key, apart: dict[str, Json], where: str
) -> KeyMaterials:
    materials = KeyMaterials()
    if "materials" not in apart:
        if "material" in apart:
            secret = BYTES.read(apart["material"], f"{where}.material")
            _require_fit(region, key, secret, f"{where}.material")
            material = pinned_material(key.key_id, key.spec, secret, region.cipher)
            materials.make_current(material)
        elif key.origin == "AWS_KMS":
            materials.make_current(new_material(key.spec, world.randomness, region.cipher))
        return materials
    if "material" in apart:
        raise Damaged(where, "has either material or materials")
    _read_versions(region, key, materials, apart["materials"], f"{where}.materials")
    return materials


def _read_versions(
    region: Region, key: Key, materials: KeyMaterials, found: Json, where: str
) -> None:
    values = read_members(KeyMaterials, _MATERIALS, found, where)
    for place, material in enumerate(values.pop("by_id", [])):
        if material.secret is not None:
            _require_fit(region, key, material.secret, f"{where}.by_id[{place}].secret")
        elif key.origin == "AWS_KMS":
            raise Damaged(f"{where}.by_id[{place}]", "secret is missing")
        if key.is_symmetric and not _is_hex(material.material_id, 64):
            raise Damaged(f"{where}.by_id[{place}].material_id", "must be 64 hex digits")
        materials.by_id[material.material_id] = material
    for name, value in values.items():
        if name != "awaits_first_import" and value is not None and value not in materials.by_id:
            raise Damaged(f"{where}.{name}", f"there is no material {value!r}")
        setattr(materials, name, value)
    if key.origin == "AWS_KMS" and materials.current_id is None:
        raise Damaged(where, "current_id is missing")


def _is_hex(text: str, digits: int) -> bool:
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


def _read_grants(world: World, key: Key, found: Json, where: str) -> None:
    if type(found) is not list:
        raise Damaged(where, "must be a list")
    for place, item in enumerate(found):
        here = f"{where}[{place}]"
        values = read_members(Grant, _GRANT, item, here)
        if not _is_hex(values["grant_id"], 64):
            raise Damaged(f"{here}.grant_id", "must be 64 hex digits")
        if values["grant_id"] in key.grants.by_id:
            raise Damaged(f"{here}.grant_id", "is there already")
        keep_grant(world, key, Grant(**values, key_arn=key.arn, account_id=key.account_id))


def write_aliases(region: Region) -> Json:
    """Give the aliases that stand for a key, by name."""
    return {
        alias.name: {
            "key_id": alias.key_id,
            "created": or_none(MOMENT).write(alias.created),
            "updated": or_none(MOMENT).write(alias.updated),
        }
        for alias in region.aliases
        if alias.key_id is not None
    }


def read_aliases(region: Region, found: Json, where: str, now: datetime) -> None:
    """Put aliases into their Region; each is an object, or the id of its key alone.

    Raises:
        Damaged: one of them stands for no key that is there.
    """
    for name, item in require_object(found, where).items():
        here = f"{where}.{name}"
        if not name.startswith("alias/") or not 6 < len(name) <= 256:
            raise Damaged(here, "an alias's name begins with alias/")
        document = {"key_id": item} if type(item) is str else item
        require_object(document, here, ("key_id", "created", "updated"))
        key_id = TEXT.read(document.get("key_id"), f"{here}.key_id")
        key = region.keys.get(key_id)
        if key is None:
            raise Damaged(f"{here}.key_id", f"{region.name} has no key {key_id!r}")
        created, updated = (
            MOMENT.read(document[when], f"{here}.{when}") if document.get(when) else now
            for when in ("created", "updated")
        )
        region.aliases[name] = Alias(name, key_id, created, updated)
        key.aliases.add(name)

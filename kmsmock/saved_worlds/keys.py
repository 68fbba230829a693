"""Keys in a file, each with its material, its grants, and the key store that it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.key import Key
from kmsmock.domain.key_spec import ALGORITHMS
from kmsmock.domain.last_usage import LastUsage
from kmsmock.kms.pinned_keys import problem_of_id
from kmsmock.kms.policies import default_policy
from kmsmock.saved_worlds.documents import POLICY
from kmsmock.saved_worlds.forms import (
    FLAG,
    ID,
    MOMENT,
    SPAN,
    TEXT,
    Damaged,
    Form,
    Json,
    map_of,
    one_of,
    or_none,
    require_object,
)
from kmsmock.saved_worlds.grants import read_grants, write_grants
from kmsmock.saved_worlds.key_material import (
    MATERIALS,
    ROTATION,
    TOKENS,
    read_material,
    require_fitting_materials,
    require_sensible_rotation,
)
from kmsmock.saved_worlds.multi_region import SHARED, Relation, write_relation
from kmsmock.saved_worlds.records import Record

if TYPE_CHECKING:
    from kmsmock.domain.region import Region
    from kmsmock.world import World

ORIGINS = ("AWS_KMS", "EXTERNAL", CloudHsmKeyStore.store_type, ExternalKeyStore.store_type)


@dataclass(frozen=True, slots=True)
class _Usage:
    """A key's last usage as it stands in a file: its two ids apart."""

    operation: str
    at: datetime
    event_id: bytes
    request_id: bytes


_USAGE = Record(_Usage, {"operation": TEXT, "at": MOMENT, "event_id": ID, "request_id": ID})


def _write_last_usage(usage: LastUsage) -> Json:
    return _USAGE.write(_Usage(usage.operation, usage.at, usage.ids[:16], usage.ids[16:]))


def _read_last_usage(found: Json, where: str) -> LastUsage:
    usage = _USAGE.read(found, where)
    return LastUsage(usage.operation, usage.at, usage.event_id + usage.request_id)


_KEY = Record(
    Key,
    {
        "key_id": TEXT,
        "created": MOMENT,
        "spec": one_of(*ALGORITHMS),
        "usage": TEXT,
        "origin": one_of(*ORIGINS),
        "description": TEXT,
        "policy": POLICY,
        "tags": map_of(TEXT),
        "manager": one_of("CUSTOMER", "AWS"),
        "enabled": FLAG,
        "changing": or_none(one_of("Creating", "Updating")),
        "deletion_window": or_none(SPAN),
        "deletion_date": or_none(MOMENT),
        "rotation": ROTATION.form,
        "last_usage": or_none(Form(_write_last_usage, _read_last_usage)),
        "materials": MATERIALS.form,
        "import_tokens": TOKENS,
        "backing_key": TEXT,
    },
    derived=(
        *("arn", "account_id", "region", "aliases"),
        *("grants", "custom_key_store", "related"),  # with forms of their own
    ),
    # What a file that was written by hand leaves out.
    optional=("created", "spec", "usage", "origin", "description", "policy", "tags"),
)
MULTI_REGION = "mrk-"
"""What the ids of multi-Region keys begin with."""
_ELSEWHERE = ("grants", "custom_key_store", "multi_region", "material")
"""Members that are not attributes as they stand."""


def write_key(key: Key) -> Json:
    """Give what stands in a file for a key."""
    written = _KEY.write(key)
    if key.is_replica:
        for member in SHARED[key.origin]:
            written.pop(member, None)
    if key.custom_key_store is not None:
        written["custom_key_store"] = key.custom_key_store.store_id
    if key.related is not None:
        written["multi_region"] = write_relation(key, key.related)
    if len(key.grants):
        written["grants"] = write_grants(key)
    return written


def read_key(
    world: World, region: Region, found: Json, where: str, now: datetime
) -> Relation | None:
    """Put a key of a file into its Region.

    Returns:
        How a multi-Region key is related to keys of other Regions, which may not be there yet.

    Raises:
        Damaged: it is none.
    """
    document = dict(require_object(found, where, (*_KEY.names, *_ELSEWHERE)))
    apart = {name: document.pop(name) for name in _ELSEWHERE if name in document}
    values = _KEY.read_members(document, where)
    _require_new_id(region, values["key_id"], where)
    spec = values.setdefault("spec", "SYMMETRIC_DEFAULT")
    values.setdefault("usage", next(iter(ALGORITHMS[spec])))
    if values["usage"] not in ALGORITHMS[spec]:
        raise Damaged(f"{where}.usage", f"{values['usage']!r} is no KeyUsage of {spec}")
    key = Key(
        **{**_defaults(region, now), **values},
        arn=region.kms_arn(f"key/{values['key_id']}"),
        account_id=region.account_id,
        region=region.name,
    )
    relation = _read_relation(key, apart, document, where)
    _require_sensible_deletion(key, where)
    require_sensible_rotation(key.rotation, f"{where}.rotation")
    _read_key_store(region, key, apart.get("custom_key_store"), where)
    if "materials" in document:
        if "material" in apart:
            raise Damaged(where, "has either material or materials")
        require_fitting_materials(region, key, f"{where}.materials")
    elif "primary" not in relation:
        read_material(world, region, key, apart.get("material"), f"{where}.material")
    region.keys[key.key_id] = key
    region.aws_managed_keys += key.manager == "AWS"
    read_grants(world, key, apart.get("grants", []), f"{where}.grants")
    return Relation(key, relation, where) if key.key_id.startswith(MULTI_REGION) else None


def _defaults(region: Region, now: datetime) -> dict[str, Any]:
    """Give what a new key has that its author has not chosen."""
    return {
        "created": now,
        "origin": "AWS_KMS",
        "description": "",
        "policy": default_policy(region),
        "tags": {},
    }


def _require_new_id(region: Region, key_id: str, where: str) -> None:
    problem = problem_of_id(key_id, multi_region=key_id.startswith(MULTI_REGION))
    if problem is not None:
        raise Damaged(f"{where}.key_id", problem)
    if key_id in region.keys:
        raise Damaged(f"{where}.key_id", f"{region.name} has a key {key_id} already")


def _read_relation(
    key: Key, apart: dict[str, Json], document: dict[str, Json], where: str
) -> dict[str, Json]:
    """Give how a multi-Region key is related; a file's author need not say it of a primary."""
    here = f"{where}.multi_region"
    if not key.key_id.startswith(MULTI_REGION):
        if "multi_region" in apart:
            raise Damaged(here, "the id of a multi-Region key is mrk- and 32 hex digits")
        return {}
    relation = require_object(apart.get("multi_region", {}), here, ("primary", "replicas"))
    if len(relation) > 1:
        raise Damaged(here, "has either a primary or replicas")
    if "primary" in relation:
        for member in (*SHARED.get(key.origin, ()), "material"):
            if member in document or member in apart:
                raise Damaged(f"{where}.{member}", "of a replica, is its primary's")
    return relation


def _require_sensible_deletion(key: Key, where: str) -> None:
    if key.deletion_date and not key.deletion_window:
        raise Damaged(f"{where}.deletion_date", "needs a deletion_window")
    may_wait = key.key_id.startswith(MULTI_REGION)  # for its replicas to go first
    if key.deletion_window and not key.deletion_date and not may_wait:
        raise Damaged(f"{where}.deletion_window", "needs a deletion_date")


def _read_key_store(region: Region, key: Key, found: Json, where: str) -> None:
    """Put a key into the key store that is named, if its origin is one's."""
    here = f"{where}.custom_key_store"
    if key.origin not in (CloudHsmKeyStore.store_type, ExternalKeyStore.store_type):
        for member, value in (("custom_key_store", found), ("backing_key", key.backing_key)):
            if value:
                raise Damaged(f"{where}.{member}", f"a key of origin {key.origin} has none")
        return
    store = region.key_stores.get(TEXT.read(found, here))
    if store is None:
        raise Damaged(here, f"{region.name} has no custom key store {found!r}")
    if store.store_type != key.origin:
        raise Damaged(here, f"{found} is no store for origin {key.origin}")
    if not key.backing_key:
        raise Damaged(where, "backing_key is missing")
    key.custom_key_store = store
    store.key_ids.add(key.key_id)
    if isinstance(store, ExternalKeyStore):
        store.external_key_ids.add(key.backing_key)

"""Work that falls due, in a file: what is done, when or after which calls, and to what.

A file that was written by hand, or by a kmsmock of format 1, has no such list: then the dates that
its keys have tell what falls due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# These declare kinds of deeds, as some of those below do.
import kmsmock.cloudhsm_cli
import kmsmock.cloudhsmv2  # noqa: F401
from kmsmock.controls.transitions import POLLED_BY
from kmsmock.domain.deed import KINDS, Deed
from kmsmock.kms.due_rotation import watch_on_demand_rotation, watch_rotation
from kmsmock.kms.imported_material import watch_expiry
from kmsmock.kms.key_deletion import watch_deletion
from kmsmock.saved_worlds.forms import (
    COUNT,
    MOMENT,
    TEXT,
    Damaged,
    Form,
    Json,
    one_of,
    require_object,
    whole,
)
from kmsmock.saved_worlds.records import items_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from kmsmock.domain.region import Region
    from kmsmock.world import World

Ids = dict[str, Any]


def _has_material(region: Region, ids: Ids) -> bool:
    return ids["material_id"] in region.keys[ids["key_id"]].materials.by_id


SUBJECTS: dict[str, tuple[Form, Callable[[Region, Ids], bool]]] = {
    "key_id": (TEXT, lambda region, ids: ids["key_id"] in region.keys),
    "material_id": (TEXT, _has_material),
    "cluster_id": (TEXT, lambda region, ids: ids["cluster_id"] in region.clusters),
    "hsm_id": (TEXT, lambda region, ids: ids["hsm_id"] in region.clusters[ids["cluster_id"]].hsms),
    "backup_id": (TEXT, lambda region, ids: ids["backup_id"] in region.backups),
    "store_id": (TEXT, lambda region, ids: ids["store_id"] in region.key_stores),
    "attempt": (COUNT, lambda _region, _ids: True),
    "request_id": (TEXT, lambda _region, _ids: True),
}
"""Name of an id that deeds have -> its form, and whether there still is what it names."""
_KIND = one_of(*KINDS)
_WATCHED_BY = one_of(*sorted(set(POLLED_BY.values())))
_CALLS = whole(1)
_PLACE = ("account_id", "region")


def write_due(world: World) -> dict[str, Json]:
    """Give the work that is due later, as members of the file, in the order in which it is done.

    Work on what is gone meanwhile, which would do nothing, is left out.
    """
    return {
        "due": [
            {"at": MOMENT.write(at), **_write_deed(deed)}
            for at, deed in world.due_work()
            if concerns_something(deed)
        ],
        "due_after_calls": [
            {"operation": operation, "calls": calls, **_write_deed(deed)}
            for operation, calls, deed in world.polled_work()
            if concerns_something(deed)
        ],
    }


def _write_deed(deed: Deed) -> dict[str, Json]:
    place = (deed.region.account_id, deed.region.name)
    ids = zip(deed.kind.subject, deed.subject, strict=True)
    return {"deed": deed.kind.name, **dict(zip(_PLACE, place, strict=True)), **dict(ids)}


def concerns_something(deed: Deed) -> bool:
    """Tell whether all that a deed is about is still there."""
    ids = dict(zip(deed.kind.subject, deed.subject, strict=True))
    return all(SUBJECTS[name][1](deed.region, ids) for name in ids)


def read_due(world: World, found: dict[str, Json], now: datetime) -> None:
    """Give the world its work, now that all that it is about is there.

    Raises:
        Damaged: it is none, was due before, or is about what is not there; or a key has a date on
            which nothing is done.
    """
    if "due" not in found:
        for region in _regions(world):
            _work_out(world, region, now)
    for here, item in items_of(found.get("due", []), "due"):
        document = dict(require_object(item, here))
        at = MOMENT.read(document.pop("at", None), f"{here}.at")
        if at <= now:
            raise Damaged(f"{here}.at", f"is not after clock.now, {MOMENT.write(now)}")
        world.do_at(at, _read_deed(world, document, here))
    for here, item in items_of(found.get("due_after_calls", []), "due_after_calls"):
        document = dict(require_object(item, here))
        operation = _WATCHED_BY.read(document.pop("operation", None), f"{here}.operation")
        calls = _CALLS.read(document.pop("calls", None), f"{here}.calls")
        world.do_after_polls(operation, calls, _read_deed(world, document, here))
    if "due" in found:
        _require_all_dates(world)


def _read_deed(world: World, document: dict[str, Json], where: str) -> Deed:
    kind = KINDS[_KIND.read(document.pop("deed", None), f"{where}.deed")]
    require_object(document, where, (*_PLACE, *kind.subject))
    account_id, name = (TEXT.read(document.get(it), f"{where}.{it}") for it in _PLACE)
    account = world.accounts.get(account_id)
    region = None if account is None else account.regions.get(name)
    if region is None:
        raise Damaged(where, f"account {account_id!r} has nothing in {name!r}")
    ids: Ids = {}
    for member in kind.subject:
        form, is_there = SUBJECTS[member]
        ids[member] = form.read(document.get(member), f"{where}.{member}")
        if not is_there(region, ids):
            raise Damaged(f"{where}.{member}", f"{name} has no {ids[member]!r}")
    return Deed(kind, region, tuple(ids.values()))


def _regions(world: World) -> Iterator[Region]:
    for account in list(world.accounts.values()):
        yield from list(account.regions.values())


def _work_out(world: World, region: Region, now: datetime) -> None:
    """Have done what the dates of a Region's keys ask for."""
    for key in reversed(list(region.keys.newest())):
        watch_deletion(world, region, key, now)
        watch_rotation(world, region, key, now)
        watch_on_demand_rotation(world, region, key)
        for material in key.materials.by_id.values():
            watch_expiry(world, region, key, material, now)


def _require_all_dates(world: World) -> None:
    """Refuse dates that were changed in a key alone: nothing would come of them.

    Raises:
        Damaged: there is one.
    """
    done = {
        (deed.kind.name, deed.region.account_id, deed.region.name, at, deed.subject)
        for at, deed in world.due_work()
    }
    for region in _regions(world):
        place = (region.account_id, region.name)
        for key in region.keys:
            dates = [("key deletion", key.deletion_date, (key.key_id,))] + [
                ("expiry of imported material", it.expires, (key.key_id, it.material_id))
                for it in key.materials.by_id.values()
            ]
            for kind, at, subject in dates:
                if at is not None and (kind, *place, at, subject) not in done:
                    raise Damaged(
                        "due",
                        f"lacks the {kind} of {key.arn} at {MOMENT.write(at)}; take due out to "
                        "have it worked out from the dates of the keys",
                    )

"""The file that holds a world: JSON, with the number of its format first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from kmsmock.saved_worlds.callers import read_callers, write_callers
from kmsmock.saved_worlds.controls import read_controls, write_controls
from kmsmock.saved_worlds.due import read_due, write_due
from kmsmock.saved_worlds.forms import TEXT, Damaged, Json, require_account_id, require_object
from kmsmock.saved_worlds.hsm_memory import HsmMemory
from kmsmock.saved_worlds.multi_region import Relation, relate
from kmsmock.saved_worlds.proxies import read_proxies, write_proxies
from kmsmock.saved_worlds.regions import Beginning, read_region, write_region

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from kmsmock.world import World

FORMAT = 2
"""Format 1 had keys, aliases and grants alone; what it had, it had as this one has it."""
_MEMBERS = (
    *("kmsmock", "account_id", "clock", "randomness", "grant_delay", "quotas"),
    *("principals", "access_keys", "forgotten_access_keys", "proxies", "proxy_routes"),
    *HsmMemory().tables,
    *("accounts", "due", "due_after_calls"),
)
_ALWAYS = {"clock", "randomness", "grant_delay", "accounts", "due"}


def save(world: World, path: str | os.PathLike[str]) -> None:
    """Write a world into a file.

    Raises:
        OSError: the file cannot be written.
    """
    with world.lock:
        now = world.clock.now()
        world.advance_to(now)
        text = json.dumps(_write(world, now), indent=1) + "\n"
    Path(path).write_bytes(text.encode())


def load(world: World, path: str | os.PathLike[str], *, with_randomness: bool = True) -> None:
    """Read a file into a world that is empty and not yet used; after a refusal do not use it.

    Args:
        with_randomness: let what is random go on as in the world that was saved.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged, of a newer format, or has members that nobody knows.
    """
    data = Path(path).read_bytes()
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_require_unique, parse_constant=_no_constant
        )
        _read(world, document, with_randomness=with_randomness)
    except Damaged as damaged:
        raise ValueError(f"{path} is no saved world: {damaged}") from None
    except RecursionError:
        raise ValueError(f"{path} is no saved world: it is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"{path} is no saved world: it is no JSON in UTF-8: {error}") from None


def _require_unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Damaged("", f"{twice!r} is twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise Damaged("", f"{name} is no number")


def _write(world: World, now: datetime) -> dict[str, Json]:
    memory = HsmMemory()
    accounts: dict[str, dict[str, Json]] = {}
    for account_id, account in sorted(world.accounts.items()):
        for name, region in sorted(account.regions.items()):
            written = write_region(region, memory)
            if written:
                accounts.setdefault(account_id, {})[name] = written
    members = {
        "account_id": world.account_id,
        **write_controls(world, now),
        **write_callers(world),
        **write_proxies(world),
        **{name: table.write() for name, table in memory.tables.items()},
        "accounts": accounts,
        **write_due(world),
    }
    return {
        "kmsmock": FORMAT,
        **{name: value for name, value in members.items() if value or name in _ALWAYS},
    }


def _read(world: World, document: Json, *, with_randomness: bool) -> None:
    found = require_object(document, "")
    version = found.get("kmsmock")
    if type(version) is not int or version < 1:
        raise Damaged("", f'it must begin with "kmsmock": {FORMAT}, the number of its format')
    if version > FORMAT:
        raise Damaged("", f"format {version} is newer than this kmsmock, which reads {FORMAT}")
    require_object(found, "", _MEMBERS)
    if found.get("account_id", world.account_id) != world.account_id:
        named = TEXT.read(found["account_id"], "account_id")
        raise Damaged("account_id", f'the mock needs account_id="{named}" for it')
    now = read_controls(world, found, with_randomness=with_randomness)
    read_callers(world, found)
    read_proxies(world, found)
    _read_accounts(world, found, now)
    read_due(world, found, now)


def _read_accounts(world: World, found: dict[str, Json], now: datetime) -> None:
    memory = HsmMemory()
    for member, table in memory.tables.items():
        table.read(found.get(member, []), member)
    beginning = Beginning(world, now, memory)
    relations: list[Relation] = []
    for account_id, regions in require_object(found.get("accounts", {}), "accounts").items():
        require_account_id(account_id, f"accounts.{account_id}")
        for name, item in require_object(regions, f"accounts.{account_id}").items():
            where = f"accounts.{account_id}.{name}"
            if not name.isascii() or not name.replace("-", "").isalnum():
                raise Damaged(where, "is no Region")
            region = world.region(account_id, name)
            relations += read_region(beginning, region, item, where)
    relate(world, relations)

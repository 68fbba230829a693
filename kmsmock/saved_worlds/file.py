"""The file that holds a world: JSON, with the number of its format first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmsmock.domain.network import Network
from kmsmock.saved_worlds.keys import read_aliases, read_key, write_aliases, write_key
from kmsmock.saved_worlds.members import (
    BYTES,
    FLAG,
    MOMENT,
    SPAN,
    TEXT,
    Damaged,
    Json,
    require_object,
)

if TYPE_CHECKING:
    import os

    from kmsmock.domain.region import Region
    from kmsmock.world import World

FORMAT = 1
_MEMBERS = ("kmsmock", "account_id", "clock", "randomness", "grant_delay", "accounts")
_REGION = ("keys", "aliases", "recorded_ciphertexts")
_RANDOMNESS = ("seed", "start", "requests", "rsa_keys")
_RSA_SIZES = ("2048", "3072", "4096")
_ENOUGH = 2**63


def save(world: World, path: str | os.PathLike[str]) -> None:
    """Write a world into a file.

    Raises:
        ValueError: the world has something that a file cannot hold yet; the text names it. No
            file is written.
    """
    with world.lock:
        world.advance_to(world.clock.now())
        text = json.dumps(_write(world), indent=1) + "\n"
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


def _write(world: World) -> dict[str, Json]:
    problem = _what_cannot_be_kept(world)
    if problem is not None:
        raise ValueError(f"save() cannot keep {problem} yet")
    accounts: dict[str, dict[str, Json]] = {}
    for account in sorted(world.accounts.values(), key=lambda it: it.account_id):
        for _, region in sorted(account.regions.items()):
            written = _write_region(region)
            if written:
                accounts.setdefault(account.account_id, {})[region.name] = written
    return {
        "kmsmock": FORMAT,
        "account_id": world.account_id,
        "clock": {"now": MOMENT.write(world.clock.now()), "frozen": world.clock.frozen},
        "randomness": world.randomness.state(),
        "grant_delay": SPAN.write(world.grant_delay),
        "accounts": accounts,
    }


def _what_cannot_be_kept(world: World) -> str | None:
    if world.credentials or any(len(it.principals) for it in world.accounts.values()):
        return "declared callers"
    if world.proxies.builtin or world.proxies.routes:
        return "proxies of external key stores"
    for account in world.accounts.values():
        for region in account.regions.values():
            here = f"in {region.name} of account {account.account_id}"
            for what in ("key_stores", "clusters", "backups"):
                if len(getattr(region, what)):
                    return f"{what.replace('_', ' ')}, which there are {here}"
            if _shape(region.network) != _shape(Network(region.name)):
                return f"a changed network, which there is {here}"
    return None


def _shape(network: Network) -> list[str]:
    return [f"{name}={value!r}" for name, value in sorted(vars(network).items())]


def _write_region(region: Region) -> dict[str, Json]:
    written = {
        # In the order in which they were made.
        "keys": [write_key(key) for key in reversed(list(region.keys.newest()))],
        "aliases": write_aliases(region),
        "recorded_ciphertexts": [
            [BYTES.write(recorded), BYTES.write(own)]
            for recorded, own in region.recorded_ciphertexts.items()
        ],
    }
    return {name: value for name, value in written.items() if value}


def _read(world: World, document: Json, *, with_randomness: bool) -> None:
    found = require_object(document, "")
    version = found.get("kmsmock")
    if type(version) is not int or version < 1:
        raise Damaged("", f'it must begin with "kmsmock": {FORMAT}, the number of its format')
    if version > FORMAT:
        raise Damaged("", f"format {version} is newer than this kmsmock, which reads {FORMAT}")
    require_object(found, "", _MEMBERS)
    _read_settings(world, found, with_randomness=with_randomness)
    for account_id, regions in require_object(found.get("accounts", {}), "accounts").items():
        if len(account_id) != 12 or not (account_id.isascii() and account_id.isdigit()):
            raise Damaged(f"accounts.{account_id}", "an account's id is 12 digits")
        for name, region in require_object(regions, f"accounts.{account_id}").items():
            _read_region(world, account_id, name, region)


def _read_settings(world: World, found: dict[str, Json], *, with_randomness: bool) -> None:
    if found.get("account_id", world.account_id) != world.account_id:
        named = TEXT.read(found["account_id"], "account_id")
        raise Damaged("account_id", f'the mock needs account_id="{named}" for it')
    if "clock" in found:
        _read_clock(world, found["clock"])
    if "randomness" in found:
        state = _checked_randomness(found["randomness"])
        if with_randomness:
            world.randomness.go_on_from(state)
    if "grant_delay" in found:
        world.grant_delay = SPAN.read(found["grant_delay"], "grant_delay")


def _read_clock(world: World, found: Json) -> None:
    document = require_object(found, "clock", ("now", "frozen"))
    now = MOMENT.read(document.get("now"), "clock.now")
    if FLAG.read(document.get("frozen", False), "clock.frozen"):
        world.clock.freeze(now)
    else:
        world.clock.travel_to(now)


def _checked_randomness(found: Json) -> dict[str, Any]:
    where = "randomness"
    state = require_object(found, where, _RANDOMNESS)
    for name in _RANDOMNESS:
        if name not in state:
            raise Damaged(where, f"{name} is missing")
    seed, start = state["seed"], state["start"]
    if isinstance(seed, dict):
        _require_hex(require_object(seed, f"{where}.seed", ("hex",)).get("hex"), f"{where}.seed")
    elif seed is not None and type(seed) not in (int, str):
        raise Damaged(f"{where}.seed", "must be a number, a text, hex digits or null")
    if start is not None:
        _require_hex(start, f"{where}.start")
    if (seed is None) != (start is None):
        raise Damaged(where, "has either seed and start or neither")
    counts = require_object(state["rsa_keys"], f"{where}.rsa_keys", _RSA_SIZES)
    for name, count in {"requests": state["requests"], **counts}.items():
        if type(count) is not int or not 0 <= count < _ENOUGH:
            raise Damaged(f"{where}.{name}", "must be a count")
    return state


def _require_hex(found: Json, where: str) -> None:
    try:
        bytes.fromhex(TEXT.read(found, where))
    except Damaged:
        raise
    except ValueError:
        raise Damaged(where, "must be hex digits") from None


def _read_region(world: World, account_id: str, name: str, found: Json) -> None:
    where = f"accounts.{account_id}.{name}"
    document = require_object(found, where, _REGION)
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise Damaged(where, "is no Region")
    region, now = world.region(account_id, name), world.clock.now()
    keys = document.get("keys", [])
    if type(keys) is not list:
        raise Damaged(f"{where}.keys", "must be a list")
    for place, key in enumerate(keys):
        read_key(world, region, key, f"{where}.keys[{place}]", now)
    read_aliases(region, document.get("aliases", {}), f"{where}.aliases", now)
    pairs = document.get("recorded_ciphertexts", [])
    here = f"{where}.recorded_ciphertexts"
    if type(pairs) is not list or any(type(it) is not list or len(it) != 2 for it in pairs):
        raise Damaged(here, "must be a list of pairs")
    for recorded, own in pairs:
        region.recorded_ciphertexts[BYTES.read(recorded, here)] = BYTES.read(own, here)

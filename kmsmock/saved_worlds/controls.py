"""What steers a world, in a file: its clock, its source of random bytes, its quotas."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from kmsmock.controls.quotas import RATES, Bucket, Quotas
from kmsmock.protocol.model import service_model
from kmsmock.saved_worlds.forms import (
    COUNT,
    FLAG,
    MOMENT,
    RATE,
    SPAN,
    TEXT,
    Damaged,
    Form,
    Json,
    list_of,
    map_of,
    require_object,
    whole,
)
from kmsmock.saved_worlds.records import Record, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from kmsmock.world import World

_RANDOMNESS = ("seed", "start", "requests", "rsa_keys")
_RSA_SIZES = ("2048", "3072", "4096")
_RATES = map_of(RATE)


def _read_rates(found: Json, where: str) -> dict[str, float]:
    rates: dict[str, float] = _RATES.read(found, where)
    known = {*RATES, *service_model("kms").operation_names}
    for family in rates:
        if family not in known:
            raise Damaged(f"{where}.{family}", "there is no such quota")
    return rates


_TIMES = list_of(MOMENT, deque)


def _write_requests(requests: Mapping[Bucket, Iterable[datetime]]) -> Json:
    return [{**bucket._asdict(), "at": _TIMES.write(times)} for bucket, times in requests.items()]


def _read_requests(found: Json, where: str) -> defaultdict[Bucket, deque[datetime]]:
    requests: defaultdict[Bucket, deque[datetime]] = defaultdict(deque)
    for here, item in items_of(found, where):
        document = dict(require_object(item, here, (*Bucket._fields, "at")))
        times = _TIMES.read(document.pop("at", None), f"{here}.at")
        names = {name: TEXT.read(document.get(name), f"{here}.{name}") for name in Bucket._fields}
        requests[Bucket(**names)] = times
    return requests


_QUOTAS = Record(
    Quotas,
    {
        "enforced": FLAG,
        "rates": Form(_RATES.write, _read_rates),
        "clusters": whole(1),
        "hsms": whole(1),
        "hsms_per_cluster": whole(1),
        "_requests": Form(_write_requests, _read_requests),
    },
)


def write_controls(world: World, now: datetime) -> dict[str, Json]:
    """Give them as members of the file."""
    world.quotas.forget_old(now)
    return {
        "clock": {"now": MOMENT.write(now), "frozen": world.clock.frozen},
        "randomness": world.randomness.state(),
        "grant_delay": SPAN.write(world.grant_delay),
        "quotas": _QUOTAS.write(world.quotas),
    }


def read_controls(world: World, found: dict[str, Json], *, with_randomness: bool) -> datetime:
    """Set them as they are found.

    Returns:
        The time at which the world begins.

    Raises:
        Damaged: one of them is not what it should be.
    """
    now = _read_clock(world, found["clock"]) if "clock" in found else world.clock.now()
    if "randomness" in found:
        state = _checked_randomness(found["randomness"])
        if with_randomness:
            world.randomness.go_on_from(state)
    if "grant_delay" in found:
        world.grant_delay = SPAN.read(found["grant_delay"], "grant_delay")
    world.quotas = _QUOTAS.read(found.get("quotas", {}), "quotas")
    return now


def _read_clock(world: World, found: Json) -> datetime:
    document = require_object(found, "clock", ("now", "frozen"))
    now: datetime = MOMENT.read(document.get("now"), "clock.now")
    if FLAG.read(document.get("frozen", False), "clock.frozen"):
        world.clock.freeze(now)
    else:
        world.clock.travel_to(now)
    return now


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
        COUNT.read(count, f"{where}.{name}")
    return state


def _require_hex(found: Json, where: str) -> None:
    try:
        bytes.fromhex(TEXT.read(found, where))
    except Damaged:
        raise
    except ValueError:
        raise Damaged(where, "must be hex digits") from None

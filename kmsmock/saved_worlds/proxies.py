"""The proxies of external key stores in a file: the mock's own, and where others listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.saved_worlds.forms import (
    RATE,
    TEXT,
    Damaged,
    Form,
    Json,
    bytes_of,
    list_of,
    map_of,
    one_of,
    or_none,
)
from kmsmock.saved_worlds.records import Record, items_of
from kmsmock.xks_proxy.builtin import FAILURES, BuiltinProxy, ExternalKey
from kmsmock.xks_proxy.network import Route

if TYPE_CHECKING:
    from kmsmock.world import World

_KEY = Record(
    ExternalKey,
    {
        "spec": TEXT,
        "usage": list_of(TEXT, tuple),
        "status": TEXT,
        "secret": bytes_of(32),
    },
)
_PROXY = Record(
    BuiltinProxy,
    {
        "endpoint": TEXT,
        "path": TEXT,
        "access_key_id": TEXT,
        "secret_access_key": TEXT,
        "keys": map_of(_KEY.form),
        "failure": or_none(one_of(*FAILURES)),
    },
    derived=("random_bytes",),
)


def _read_url(found: Json, where: str) -> str:
    from kmsmock.xks_proxy.adapters import is_local

    url: str = TEXT.read(found, where)
    if not is_local(url):
        raise Damaged(where, "KMS reaches proxies on this machine only")
    return url


_ROUTE = Record(
    Route, {"url": Form(TEXT.write, _read_url), "ca_bundle": or_none(TEXT), "timeout": RATE}
)
_ROUTES = map_of(_ROUTE.form)


def write_proxies(world: World) -> dict[str, Json]:
    """Give the proxies, as members of the file."""
    proxies = world.proxies
    return {
        "proxies": [_PROXY.write(proxy) for proxy in proxies.builtin.values()],
        "proxy_routes": _ROUTES.write(proxies.routes),
    }


def read_proxies(world: World, found: dict[str, Json]) -> None:
    """Give the world its proxies.

    Raises:
        Damaged: one of them is none, is there twice, or listens elsewhere.
    """
    proxies = world.proxies
    for here, item in items_of(found.get("proxies", []), "proxies"):
        proxy = _PROXY.read(item, here, random_bytes=world.randomness.bytes)
        if proxy.endpoint in proxies.builtin:
            raise Damaged(f"{here}.endpoint", "is there already")
        proxies.builtin[proxy.endpoint] = proxy
    proxies.routes.update(_ROUTES.read(found.get("proxy_routes", {}), "proxy_routes"))

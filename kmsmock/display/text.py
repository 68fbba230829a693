"""A world as plain text, for terminals: ASCII, but for what users themselves wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.display.view import WIDTH, counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmsmock.display.view import ClusterView, KeyStoreView, KeyView, RegionView, WorldView

LABEL = 11
"""How wide the column is that says what a line is about."""
NAME = 32
"""How much of a key store's name is shown."""
LINES = {
    "CONNECTED": ("=====", "====>"),
    "CONNECTING": ("- - -", "- - >"),
    "DISCONNECTING": ("- - -", "- - >"),
    "DISCONNECTED": ("--   ", "   --"),
    "FAILED": ("--X--", "--X--"),
}
"""How a connection is drawn, before its state and behind it."""


def as_text(view: WorldView, width: int = WIDTH) -> str:
    """Write a world as lines of at most so many characters."""
    lines = [f"{view.title}, {view.now:%Y-%m-%d %H:%M} UTC"]
    if view.hint:
        lines.append(view.hint)
    for region in view.regions:
        title = f"-- {region.name}, account {region.account_id} "
        lines += ["", title.ljust(min(width, WIDTH), "-"), *_region(region)]
    if not view.regions:
        lines += ["", "Nothing in it yet: no key, no key store, no cluster."]
    return "\n".join(shortened(line.rstrip(), width) for line in lines)


def _region(region: RegionView) -> Iterator[str]:
    for store in region.key_stores:
        yield from _labelled("key store", _key_store(store))
    for cluster in region.clusters:
        yield from _labelled("cluster", _cluster(cluster))
    if region.backup_count:
        yield from _labelled("backups", iter([f"{region.backup_count:,}"]))
    if region.key_count:
        yield from _keys(region)


def _labelled(label: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {'' if number else label:{LABEL}}{line}"


def _key_store(store: KeyStoreView) -> Iterator[str]:
    name = shortened(store.name, NAME)
    yield f"{name}  {store.store_id}, {store.store_type}, {counted(store.key_count, 'key')}"
    before, behind = LINES["FAILED" if store.cut else store.state]
    error = f": {store.error_code}" if store.error_code else ""
    yield f"  {before} {store.state}{error} {behind} {store.stands_on}"


def _cluster(cluster: ClusterView) -> Iterator[str]:
    keys = f", {counted(cluster.key_count, 'key')} inside" if cluster.key_count else ""
    yield f"{cluster.cluster_id}  {cluster.state}, {cluster.kind}{keys}"
    if not cluster.reachable:
        yield "  KMS does not reach it: the network is cut"
    for zone in cluster.zones:
        hsms = ", ".join(f"{hsm.hsm_id} {hsm.state}" for hsm in zone.hsms)
        yield f"  {zone.name}  {hsms or 'no HSM'}"
    for user in cluster.users:
        yield f"  user {user.told}"
    more = cluster.user_count - len(cluster.users)
    if more:
        yield f"  and {more:,} more users"


def _keys(region: RegionView) -> Iterator[str]:
    order = ", newest first" if region.key_count > 1 else ""
    yield f"  {'keys':{LABEL}}{region.key_count:,}{order}"
    widths = [
        max(len(cell) for cell in column) for column in zip(*map(_cells, region.keys), strict=True)
    ]
    for key in region.keys:
        cells = zip(_cells(key), widths, strict=True)
        yield "    " + "  ".join(f"{cell:{width}}" for cell, width in cells)
        remarks = [*_remarks(key, region)]
        if remarks:
            yield "      " + "; ".join(remarks)
    if region.more_keys:
        yield f"    and {region.more_keys:,} more"


def _cells(key: KeyView) -> tuple[str, str, str, str]:
    return (key.key_id, key.state, key.origin, key.spec)


def _remarks(key: KeyView, region: RegionView) -> Iterator[str]:
    if key.aliases:
        yield key.told_aliases
    store = region.store_of(key)
    if store:
        yield f"in {shortened(store.name, NAME)}"
    if key.deletion_date:
        yield f"gone on {key.deletion_date:%Y-%m-%d}"
    if key.managed_by_aws:
        yield "managed by AWS"
    if key.relation:
        yield key.relation
    if key.description:
        yield f'"{key.description}"'

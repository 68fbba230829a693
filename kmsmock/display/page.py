"""A world as HTML for notebooks: no script, nothing from elsewhere, readable in light and dark.

A notebook's own theme need not be the system's, so nothing here asks for the system's: text has
the colour of the text around, and colours are of the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.display.boxes import mood_of
from kmsmock.display.markup import Markup, element
from kmsmock.display.picture import picture
from kmsmock.display.view import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmsmock.display.view import ClusterView, KeyStoreView, KeyView, RegionView, WorldView

STYLE = """
.kmsmock{color:inherit;font:13px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;
 max-width:920px;text-align:left}
.kmsmock-title{font-size:15px;font-weight:600;margin:4px 0}
.kmsmock-region{font-size:14px;font-weight:600;margin:18px 0 6px;padding-bottom:3px;
 border-bottom:1px solid #8886}
.kmsmock .kmsmock-faint{opacity:.68;font-weight:400}
.kmsmock svg{display:block;max-width:100%;height:auto;margin:8px 0}
.kmsmock svg text{fill:currentColor;font-size:13px}
.kmsmock svg .kmsmock-strong{font-weight:600}
.kmsmock svg .kmsmock-small{font-size:12px}
.kmsmock .kmsmock-id,.kmsmock svg .kmsmock-id{font:12px ui-monospace,Menlo,Consolas,monospace}
.kmsmock-box{fill:#8881;stroke:#888a}
.kmsmock-thin{fill:none;stroke:#888a}
.kmsmock-line{fill:none;stroke-width:2.5}
.kmsmock-good{stroke:#2a9d5c}.kmsmock-good-dot{fill:#2a9d5c;background:#2a9d5c}
.kmsmock-changing{stroke:#c98a00;stroke-dasharray:6 4}
.kmsmock-changing-dot{fill:#c98a00;background:#c98a00}
.kmsmock-bad{stroke:#e0524d}.kmsmock-bad-dot{fill:#e0524d;background:#e0524d}
.kmsmock-quiet{stroke:#888}.kmsmock-quiet-dot{fill:#888;background:#888}
.kmsmock-mark{display:inline-block;width:8px;height:8px;border-radius:4px;margin-right:6px}
.kmsmock details{margin:8px 0}.kmsmock summary{cursor:pointer}
.kmsmock-scroll{overflow-x:auto}
.kmsmock table{border-collapse:collapse;margin:6px 0;font-size:13px;color:inherit}
.kmsmock table th,.kmsmock table td{text-align:left;vertical-align:top;padding:3px 14px 3px 0;
 border:0;border-bottom:1px solid #8883;background:none;color:inherit;max-width:none}
.kmsmock table th{font-weight:600;white-space:nowrap}
.kmsmock table tr{background:none}
.kmsmock table td{white-space:nowrap}
.kmsmock td .kmsmock-free{white-space:normal;overflow-wrap:break-word;max-width:300px}
"""
SHORT_ID = 13
"""How much of a key's id is shown; the whole is its title."""


def as_html(view: WorldView) -> str:
    """Write a world as an element that a notebook puts below a cell."""
    parts = [
        element("style", Markup(STYLE)),
        element(
            "div",
            view.title,
            element("span", f" {view.now:%Y-%m-%d %H:%M} UTC", class_="kmsmock-faint"),
            class_="kmsmock-title",
        ),
    ]
    if view.hint:
        parts.append(element("div", view.hint, class_="kmsmock-faint"))
    parts += [_region(region) for region in view.regions]
    if not view.regions:
        parts.append(element("p", "Nothing in it yet: no key, no key store, no cluster."))
    return element("div", *parts, class_="kmsmock")


def _region(region: RegionView) -> Markup:
    counts = [
        counted(count, what)
        for count, what in (
            (region.key_count, "key"),
            (len(region.key_stores), "key store"),
            (len(region.clusters), "cluster"),
            (region.backup_count, "backup"),
        )
        if count
    ]
    about = f" account {region.account_id}: {', '.join(counts)}"
    parts = [
        element(
            "div",
            region.name,
            element("span", about, class_="kmsmock-faint"),
            class_="kmsmock-region",
            role="heading",
            aria_level=3,
        ),
        picture(region),
    ]
    if region.key_stores or region.clusters:
        parts.append(_connections(region))
    if region.key_count:
        parts.append(_keys(region))
    return element("div", *parts)


def _connections(region: RegionView) -> Markup:
    """Write all that the picture shows, and what it has no room for."""
    tables = []
    if region.key_stores:
        heads = ("Key store", "Id", "State", "Keys", "Type", "Stands on")
        tables.append(_table(heads, map(_key_store_cells, region.key_stores)))
    if region.clusters:
        heads = ("Cluster", "State", "Type", "Keys", "HSMs by zone", "Users")
        tables.append(_table(heads, map(_cluster_cells, region.clusters)))
    return element("details", element("summary", "Key stores and clusters in words"), *tables)


def _key_store_cells(store: KeyStoreView) -> Iterable[Markup]:
    yield element("td", element("div", store.name, class_="kmsmock-free"))
    yield element("td", store.store_id, class_="kmsmock-id")
    yield _state(store.state, store.error_code or "")
    yield element("td", f"{store.key_count:,}")
    yield element("td", store.store_type)
    yield element("td", element("div", store.stands_on, class_="kmsmock-free"), class_="kmsmock-id")


def _cluster_cells(cluster: ClusterView) -> Iterable[Markup]:
    yield element("td", cluster.cluster_id, class_="kmsmock-id")
    yield _state(cluster.state, "" if cluster.reachable else "KMS does not reach it")
    yield element("td", cluster.kind)
    yield element("td", f"{cluster.key_count:,}")
    hsms = (
        f"{zone.name}: {hsm.hsm_id} {hsm.state}" if hsm else f"{zone.name}: no HSM"
        for zone in cluster.zones
        for hsm in zone.hsms or (None,)
    )
    yield element("td", *(element("div", line) for line in hsms))
    users = [user.told for user in cluster.users]
    more = cluster.user_count - len(users)
    users += [f"and {more:,} more"] if more else []
    yield element("td", *(element("div", line, class_="kmsmock-free") for line in users))


def _keys(region: RegionView) -> Markup:
    heads = ("Key", "State", "Aliases", "Spec", "Origin", "About")
    parts = [_table(heads, (_key_cells(key, region) for key in region.keys))]
    if region.more_keys:
        more = f"and {region.more_keys:,} more, older than these"
        parts.append(element("div", more, class_="kmsmock-faint"))
    return element("div", *parts)


def _key_cells(key: KeyView, region: RegionView) -> Iterable[Markup]:
    short = shortened(key.key_id, SHORT_ID)
    yield element("td", element("span", short, title=key.arn), class_="kmsmock-id")
    yield _state(key.state, f"gone on {key.deletion_date:%Y-%m-%d}" if key.deletion_date else "")
    yield element("td", element("div", key.told_aliases, class_="kmsmock-free"))
    yield element("td", element("span", key.spec, title=key.usage))
    yield element("td", key.origin)
    store = region.store_of(key)
    about = [
        f"in {store.name}" if store else "",
        "managed by AWS" if key.managed_by_aws else "",
        key.relation,
        key.description,
    ]
    yield element("td", *(element("div", text, class_="kmsmock-free") for text in about if text))


def _state(state: str, more: str) -> Markup:
    mark = element("span", class_=f"kmsmock-mark kmsmock-{mood_of(state)}-dot")
    parts = [element("div", mark, state)]
    if more:
        parts.append(element("div", more, class_="kmsmock-faint"))
    return element("td", *parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[Markup]]) -> Markup:
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    body = (element("tr", *cells) for cells in rows)
    table = element("table", element("thead", head), element("tbody", *body))
    return element("div", table, class_="kmsmock-scroll")

"""The picture of a Region's connections: keys, the key stores they are in, and the clusters.

Every state is a colour and also a word, every connection a colour and also a kind of line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.display.boxes import (
    BAD,
    CHANGING,
    CHIP,
    CLUSTER_X,
    GOOD,
    KEYS_WIDTH,
    KEYS_X,
    STORE_WIDTH,
    STORE_X,
    cluster_box,
    foundation,
    key_chips,
    key_store_box,
    mood_of,
    text_at,
)
from kmsmock.display.markup import Markup, element
from kmsmock.display.view import counted

if TYPE_CHECKING:
    from kmsmock.display.view import ClusterView, KeyStoreView, KeyView, RegionView

WIDTH = 920
GAP = 18
"""Between two rows."""
MOST_KEYS = 5
"""How many keys are drawn of one key store."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A key store and what stands on either side, or a cluster without a key store.

    Attributes:
        keys: the keys to draw.
        cluster: the one to draw; None where there is none, or a row above has it.
    """

    store: KeyStoreView | None
    keys: list[KeyView]
    cluster: ClusterView | None


def picture(region: RegionView) -> Markup:
    """Draw the connections of a Region; nothing if there is neither key store nor cluster."""
    if not region.key_stores and not region.clusters:
        return Markup("")
    top = 26.0
    parts = [
        text_at(x, 14, title, class_="kmsmock-faint")
        for x, title in (
            (KEYS_X, "KMS keys"),
            (STORE_X, "custom key stores"),
            (CLUSTER_X, "CloudHSM clusters"),
        )
    ]
    for row in _rows(region):
        drawn, height = _draw(row, top)
        parts.append(drawn)
        top += height + GAP
    label = f"Connections in {region.name} of account {region.account_id}"
    return element(
        "svg",
        element("title", label),
        element("desc", _told(region)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {top - GAP + 2}",
        width=WIDTH,
        role="img",
        aria_label=label,
    )


def _rows(region: RegionView) -> list[_Row]:
    by_id = {cluster.cluster_id: cluster for cluster in region.clusters}
    rows = [
        _Row(
            store,
            region.keys_in(store.store_id)[:MOST_KEYS],
            by_id.pop(store.cluster_id or "", None),
        )
        for store in region.key_stores
    ]
    return rows + [_Row(None, [], cluster) for cluster in by_id.values()]


def _told(region: RegionView) -> str:
    """Tell the picture in sentences, for who does not see it."""
    return " ".join(
        f"{counted(store.key_count, 'key')} in key store {store.name}, which is {store.state}"
        f"{' with ' + store.error_code if store.error_code else ''}, on {store.stands_on}."
        for store in region.key_stores
    )


def _draw(row: _Row, top: float) -> tuple[Markup, float]:
    """Give a row, and how high it is."""
    store = row.store
    boxes = []
    if store is not None:
        boxes += [key_chips(row.keys, store.key_count - len(row.keys)), key_store_box(store)]
    if row.cluster is not None:
        boxes.append(cluster_box(row.cluster))
    elif store is not None:
        boxes.append(foundation(store.stands_on))
    height = max(own_height for _box, own_height in boxes)
    middle = height / 2
    parts = []
    if store is not None:
        if store.key_count:
            _chips, keys_height = boxes[0]
            parts.append(_fan(len(row.keys) or 1, middle - keys_height / 2, middle))
        mood = BAD if store.cut else mood_of(store.state)
        parts.append(_line(STORE_X + STORE_WIDTH, CLUSTER_X, middle, mood))
    for box, own_height in boxes:
        parts.append(element("g", box, transform=f"translate(0 {middle - own_height / 2:g})"))
    return element("g", *parts, transform=f"translate(0 {top:g})"), height


def _fan(keys: int, top: float, middle: float) -> Markup:
    """Draw a thin line from each key to the key store."""
    start, end = KEYS_X + KEYS_WIDTH, STORE_X
    centre = (start + end) / 2
    path = ""
    for number in range(keys):
        y = top + number * CHIP + 10
        path += f"M{start:g} {y:g}C{centre:g} {y:g} {centre:g} {middle:g} {end:g} {middle:g}"
    return element("path", d=path, class_="kmsmock-thin")


def _line(start: float, end: float, y: float, mood: str) -> Markup:
    """Draw a connection: whole, dashed, or broken; where it failed with a cross."""
    centre = (start + end) / 2
    if mood in (GOOD, CHANGING):
        path = f"M{start:g} {y:g}H{end:g}"
    else:
        path = f"M{start:g} {y:g}H{centre - 12:g}M{centre + 12:g} {y:g}H{end:g}"
    if mood == BAD:
        path += "".join(
            f"M{centre - 6:g} {y - 6 * slope:g}L{centre + 6:g} {y + 6 * slope:g}"
            for slope in (1, -1)
        )
    ends = [
        element("circle", cx=x, cy=y, r=3.5, class_=f"kmsmock-{mood}-dot") for x in (start, end)
    ]
    return element("g", element("path", d=path, class_=f"kmsmock-line kmsmock-{mood}"), *ends)

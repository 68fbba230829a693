"""The boxes of the picture: keys, key stores and clusters, each as high as what it holds.

Every box is drawn from the height 0 on, and given with its height. Colours are of the middle, to
be seen on white and on black; all else is the colour of the text around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.display.markup import Markup, element
from kmsmock.display.view import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmsmock.display.view import ClusterView, HsmView, KeyStoreView, KeyView, ZoneView

Box = tuple[Markup, float]

KEYS_X, KEYS_WIDTH = 1, 230
STORE_X, STORE_WIDTH = 287, 250
CLUSTER_X, CLUSTER_WIDTH = 607, 312
ZONE_WIDTH, HSM_WIDTH = 98, 122
LINE = 19
"""From one line of text to the next."""
CHIP = 24
"""How high a key is."""
MOST_USERS = 3
"""How many users are drawn of one cluster."""

GOOD, CHANGING, BAD, QUIET = "good", "changing", "bad", "quiet"
MOODS = {
    GOOD: {"Enabled", "CONNECTED", "ACTIVE"},
    CHANGING: {"CONNECTING", "DISCONNECTING", "Creating", "Updating", "PendingImport"},
    BAD: {"FAILED", "DEGRADED", "Unavailable"},
}


def mood_of(state: str) -> str:
    """Tell the colour of a state."""
    if state.endswith("_IN_PROGRESS"):
        return CHANGING
    return next((mood for mood, states in MOODS.items() if state in states), QUIET)


def key_chips(keys: Sequence[KeyView], more: int) -> Box:
    """Draw keys below each other, as a person calls them, and how many more there are."""
    y = 0.0
    parts = []
    for key in keys:
        told = f"{key.arn}\n{key.state}, {key.spec}\n{key.told_aliases}"
        parts.append(
            element(
                "g",
                element("title", told.strip()),
                _box(KEYS_X, y, KEYS_WIDTH, CHIP - 4, 10),
                _dot(KEYS_X + 12, y + 10, key.state),
                text_at(KEYS_X + 24, y + 14.5, shortened(key.name, 28), class_="kmsmock-id"),
            )
        )
        y += CHIP
    if more:
        text = f"and {more:,} more" if keys else counted(more, "older key")
        if not keys:
            parts.append(_box(KEYS_X, y, KEYS_WIDTH, CHIP - 4, 10))
        parts.append(text_at(KEYS_X + 24, y + 14.5, text, class_="kmsmock-faint"))
        y += CHIP
    return Markup("".join(parts)), max(y - 4, 0)


def key_store_box(store: KeyStoreView) -> Box:
    """Draw a key store."""
    x, y = STORE_X + 14, 24
    lines = [
        text_at(x, y, shortened(store.name, 28), class_="kmsmock-strong"),
        text_at(x, y + LINE, store.store_id, class_="kmsmock-id kmsmock-faint"),
        _dot(x + 4, y + 2 * LINE - 4, store.state),
        text_at(x + 16, y + 2 * LINE, store.state),
    ]
    height = y + 2 * LINE + 13
    if store.error_code:
        code = shortened(store.error_code, 30)
        lines.append(text_at(x + 16, y + 3 * LINE, code, class_="kmsmock-small"))
        height += LINE
    told = f"{store.name}\n{store.store_id}\n{store.store_type}\n{store.error_code or ''}"
    box = _box(STORE_X, 0, STORE_WIDTH, height, 6)
    return element("g", element("title", told.strip()), box, *lines), height


def foundation(stands_on: str) -> Box:
    """Name what a key store stands on that has no box: a proxy, or a cluster that is gone."""
    told = text_at(CLUSTER_X + 14, 15, shortened(stands_on, 39), class_="kmsmock-id")
    return element("g", element("title", stands_on), told), 22


def cluster_box(cluster: ClusterView) -> Box:
    """Draw a cluster with its HSMs by zone, and its users."""
    x, y = CLUSTER_X + 14, 24
    lines = [
        text_at(x, y, cluster.cluster_id, class_="kmsmock-id"),
        _dot(x + 158, y - 4, cluster.state),
        text_at(x + 168, y, shortened(cluster.state, 18), class_="kmsmock-small"),
    ]
    if not cluster.reachable:
        y += LINE
        lines.append(text_at(x, y, "KMS does not reach it", class_="kmsmock-small"))
    for zone in cluster.zones:
        drawn = [_hsm(x + ZONE_WIDTH, y + LINE * number, hsm) for number, hsm in _numbered(zone)]
        lines.append(text_at(x, y + LINE, zone.name, class_="kmsmock-small kmsmock-faint"))
        lines += drawn
        y += LINE * len(drawn)
    y += 6
    for user in cluster.users[:MOST_USERS]:
        y += LINE
        told = text_at(x, y, shortened(user.told, 46), class_="kmsmock-small")
        lines.append(element("g", element("title", user.told), told))
    more = cluster.user_count - MOST_USERS
    if more > 0:
        y += LINE
        rest = f"and {counted(more, 'more user')}"
        lines.append(text_at(x, y, rest, class_="kmsmock-small kmsmock-faint"))
    height = y + 12
    title = element("title", f"{cluster.cluster_id}\n{cluster.state}, {cluster.kind}")
    return element("g", title, _box(CLUSTER_X, 0, CLUSTER_WIDTH, height, 6), *lines), height


def _numbered(zone: ZoneView) -> Iterator[tuple[int, HsmView | None]]:
    """Count a zone's HSMs from 1; a zone without any has one line too."""
    yield from enumerate(zone.hsms or (None,), start=1)


def _hsm(x: float, y: float, hsm: HsmView | None) -> Markup:
    if hsm is None:
        return text_at(x, y, "no HSM", class_="kmsmock-small kmsmock-faint")
    parts = [_dot(x, y - 4, hsm.state), text_at(x + 10, y, hsm.hsm_id, class_="kmsmock-id")]
    if hsm.state != "ACTIVE":
        state = text_at(x + HSM_WIDTH, y, shortened(hsm.state, 9), class_="kmsmock-small")
        parts.append(state)
    return element("g", element("title", f"{hsm.hsm_id}\n{hsm.state}"), *parts)


def _box(x: float, y: float, width: float, height: float, radius: float) -> Markup:
    return element("rect", x=x, y=y, width=width, height=height, rx=radius, class_="kmsmock-box")


def _dot(x: float, y: float, state: str) -> Markup:
    return element("circle", cx=x, cy=y, r=4, class_=f"kmsmock-{mood_of(state)}-dot")


def text_at(x: float, y: float, text: str, **attributes: str) -> Markup:
    """Write a line of text."""
    return element("text", text, x=x, y=y, **attributes)

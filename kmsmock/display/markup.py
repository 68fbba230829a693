"""Writes elements of HTML and SVG; every text and every value is escaped here and nowhere else."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: object) -> Markup:
    """Write an element.

    Args:
        name: its tag.
        *children: markup, or text that is escaped.
        **attributes: `_` stands for `-`, and one at the end for nothing: `class_`, `stroke_width`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
    )
    inner = "".join(
        child if isinstance(child, Markup) else escape(child, quote=False) for child in children
    )
    return Markup(f"<{name}{written}>{inner}</{name}>")


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

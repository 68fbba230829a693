"""The chart: bars that begin at what a call is compared with, to the right if it costs more."""

from importlib.metadata import version
from math import log10
from xml.sax.saxutils import escape

from table import Weighed, number

LEFT, RIGHT, TOP = 370, 900, 64
ROW, BAR = 34, 11
LOWEST, HIGHEST = 0.02, 5_000
"""The ends of the scale."""

STYLE = """
  svg { font: 13px system-ui, sans-serif; }
  .page { fill: #ffffff; } text { fill: #24292f; } .small { fill: #57606a; font-size: 11px; }
  .line { stroke: #d0d7de; } .one { stroke: #57606a; }
  .kmsmock { fill: #0969da; } .moto { fill: #bf8700; } .goal { stroke: #cf222e; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } text { fill: #e6edf3; } .small { fill: #9198a1; }
    .line { stroke: #30363d; } .one { stroke: #9198a1; }
    .kmsmock { fill: #4493f8; } .moto { fill: #d29922; } .goal { stroke: #ff7b72; }
  }
"""


def drawn(rows):
    """Draw the rows that have a ratio, each by its first goal."""
    rows = [it for it in rows if not isinstance(it, Weighed)]
    height = TOP + len(rows) * ROW + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {RIGHT + 70} {height}">',
        "<title>What kmsmock and moto cost, as a multiple of what they are compared with</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{RIGHT + 70}" height="{height}"/>',
        *_legend(),
        *_scale(height),
    ]
    for place, it in enumerate(rows):
        parts += _row(it, TOP + place * ROW + 6)
    return "\n".join([*parts, "</svg>\n"])


def _x(value):
    part = log10(max(LOWEST, min(HIGHEST, value)) / LOWEST) / log10(HIGHEST / LOWEST)
    return round(LEFT + part * (RIGHT - LEFT), 1)


def _text(x, y, text, of="", anchor="start"):
    return f'<text x="{x}" y="{y}" class="{of}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x, top, bottom, of):
    return f'<line class="{of}" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'


def _legend():
    for x, name, text in ((16, "kmsmock", "kmsmock"), (106, "moto", f"moto {version('moto')}")):
        yield f'<rect class="{name}" x="{x}" y="12" width="12" height="12"/>'
        yield _text(x + 18, 23, text)
    yield _line(214, 10, 26, "goal")
    yield _text(222, 23, "goal")


def _scale(height):
    for value in (0.1, 1, 10, 100, 1000):
        yield _line(_x(value), TOP, height - 10, "one" if value == 1 else "line")
        yield _text(_x(value), TOP - 6, f"{value:,g} ×", "small", "middle")  # noqa: RUF001


def _row(it, y):
    goal = it.row.goals[0]
    note = f"{it.row.note}; " if it.row.note else ""
    yield _text(LEFT - 10, y + 9, it.row.title, anchor="end")
    yield _text(LEFT - 10, y + 22, f"{note}over {goal.unit}", "small", "end")
    for side, top in (("kmsmock", y), ("moto", y + BAR)):
        if side not in it.samples:
            continue
        ratio = it.ratio(side, goal.basis).middle
        left, right = sorted((_x(1), _x(ratio)))
        width = round(max(1, right - left), 1)
        yield f'<rect class="{side}" x="{left}" y="{top}" width="{width}" height="{BAR}"/>'
        end = max(right, _x(goal.limit)) if side == "kmsmock" else right
        yield _text(end + 6, top + 10, number(ratio), "small")
    yield _line(_x(goal.limit), y - 2, y + BAR + 2, "goal")

"""The README's table and chart of what was measured; `pytest tests/benchmarks --readme` does it."""

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from chart import drawn
from rows import LARGE, Growth
from table import Ratio, Weighed, goal_text, in_order, number, time_text, verdict

HERE = Path(__file__).parent
README = HERE.parent.parent / "README.md"
CHART = HERE / "benchmarks.svg"
BEGIN = "<!-- benchmarks: python -m pytest tests/benchmarks --readme -->\n"
END = "<!-- /benchmarks -->\n"


def write(measured, *, cpu_time):
    """Write the table between its marks, and the chart into its file."""
    rows = summary(measured)
    before, begin, rest = README.read_text("utf-8").partition(BEGIN)
    _now, end, after = rest.partition(END)
    assert begin
    assert end
    README.write_text(
        before + begin + circumstances(cpu_time=cpu_time) + table(rows) + end + after, "utf-8"
    )
    CHART.write_text(drawn(rows), "utf-8")


def summary(measured):
    """Give the rows in order, and of those of large worlds the one with the highest ratio."""
    growing = [it for it in measured if isinstance(it.row, Growth)]
    worst = max(growing, key=lambda it: it.ratio("kmsmock", ("small",)).middle)
    keys, aliases, grants = LARGE
    name = worst.row.title.partition(f", {keys:,}")[0]
    row = worst.row._replace(
        title=f"{keys:,} keys, {aliases:,} aliases, {grants:,} grants on a key",
        note=f"worst of {len(growing)}: {name}",
    )
    others = [it for it in in_order(measured) if it not in growing]
    return [*others, worst._replace(row=row)]


def circumstances(*, cpu_time):
    """Say when and with what."""
    clock = "in the processor's time" if cpu_time else "by the clock"
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("kmsmock", "botocore", "cryptography", "moto")
    )
    today = datetime.now(timezone.utc).date()
    return (
        f"Measured on {today}, {clock}, with Python {platform.python_version()}, {packages}, on "
        f"{os.cpu_count()} processors.\n\n"
    )


def table(rows):
    """Give the table: a row for each goal."""
    lines = [line for it in rows for line in (_weight(it) if isinstance(it, Weighed) else _row(it))]
    heads = ["What", "kmsmock", f"moto {version('moto')}", "Goal", ""]
    return "".join(
        "| " + " | ".join(cells) + " |\n" for cells in (heads, ["---"] * len(heads), *lines)
    )


def _row(it):
    for goal in it.row.goals:
        mine = it.ratio("kmsmock", goal.basis)
        yield [
            it.row.title + (f"; {it.row.note}" if it.row.note else ""),
            _times(mine.middle, goal, it.median("kmsmock")),
            _moto(it, goal),
            goal_text(goal),
            verdict(mine, goal.limit),
        ]


def _moto(it, goal):
    if "moto" not in it.samples:
        return it.row.without_moto
    if "moto" in goal.basis:
        return time_text(it.median("moto"))
    return _times(it.ratio("moto", goal.basis).middle, goal, it.median("moto"))


def _times(ratio, goal, nanoseconds):
    return f"{number(ratio)} × {goal.unit}, {time_text(nanoseconds)}"  # noqa: RUF001 - it is meant


def _weight(it):
    limit = it.row.limit
    goal = (
        ["", ""]
        if limit is None
        else [f"≤ {limit:,} bytes", verdict(Ratio.of([it.kmsmock]), limit)]
    )
    yield [it.row.title, f"{it.kmsmock:,.0f} bytes", f"{it.moto:,.0f} bytes", *goal]

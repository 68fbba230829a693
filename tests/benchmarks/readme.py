"""The README's words, table and chart of what was measured, for `--readme`."""

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from statistics import median
from textwrap import fill

from chart import drawn
from rows import CALLS, LARGE, Growth
from table import Ratio, Weighed, goal_text, in_order, number, time_text, verdict

HERE = Path(__file__).parent
README = HERE.parent.parent / "README.md"
CHART = HERE / "benchmarks.svg"
COMMAND = "python -m pytest tests/benchmarks --readme"


def write(measured, *, cpu_time):
    """Write what is to be read first and the table between their marks, and the chart's file."""
    rows = summary(measured)
    text = README.read_text("utf-8")
    text = _between(text, "benchmarks in short", in_short(rows))
    text = _between(text, "benchmarks", circumstances(cpu_time=cpu_time) + table(rows))
    README.write_text(text, "utf-8")
    CHART.write_text(drawn(rows), "utf-8")


def _between(text, name, new):
    """Give a text with something new between the marks of a name."""
    before, begin, rest = text.partition(f"<!-- {name}: {COMMAND} -->\n")
    _now, end, after = rest.partition(f"<!-- /{name} -->\n")
    assert begin
    assert end
    return before + begin + new + end + after


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


def in_short(rows):
    """Tell what it costs compared with moto, and how many goals are met."""
    beside_moto = {
        it.row.title: it.ratio("kmsmock", ("moto",)).middle
        for it in rows
        if "moto" in getattr(it, "samples", ())
    }
    calls = {row.title: beside_moto[row.title] for row in CALLS}
    dearest = max(calls, key=calls.get)
    key = next(it for it in rows if isinstance(it, Weighed))
    verdicts = [line[-1] for line in _lines(rows) if line[-1]]
    met = sum(not said.startswith("not met") for said in verdicts)
    kept = "all" if met == len(verdicts) else met
    told = (
        f"Half of {len(calls)} calls take {median(calls.values()):.0%} of moto's time or less, and "
        f"{dearest} takes the most of it, {calls[dearest]:.0%}. An ordinary test takes "
        f"{beside_moto['an ordinary test']:.0%} of moto's time, and "
        f"{key.row.title.removeprefix('memory of ')} {number(key.kmsmock / key.moto)} times its "
        f"memory. Of kmsmock's own {len(verdicts)} goals {kept} are met."
    )
    return fill(told, 100, break_on_hyphens=False) + "\n"


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
    heads = ["What", "kmsmock", f"moto {version('moto')}", "Goal", ""]
    return "".join(
        "| " + " | ".join(cells) + " |\n" for cells in (heads, ["---"] * len(heads), *_lines(rows))
    )


def _lines(rows):
    return [line for it in rows for line in (_weight(it) if isinstance(it, Weighed) else _row(it))]


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

"""What was measured, and the table of it."""

from statistics import median, quantiles
from typing import NamedTuple

from rows import Goal, Kept, Row, place


class Ratio(NamedTuple):
    """A side's cost over a basis: the median of the rounds, and the quartiles."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values):
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return cls(low, middle, high)


class Measured(NamedTuple):
    """A row and its samples in nanoseconds; None where a side has sat a round out."""

    row: Row
    samples: dict[str, list[float | None]]

    def median(self, side):
        return median(value for value in self.samples[side] if value is not None)

    def ratio(self, side, basis):
        """Give a side's cost over the sum of others, of the same rounds."""
        rounds = [
            (mine, *others)
            for mine, *others in zip(
                self.samples[side], *(self.samples[other] for other in basis), strict=True
            )
            if None not in (mine, *others)
        ]
        return Ratio.of([mine / sum(others) for mine, *others in rounds])

    def ratios(self):
        """Give the medians of all ratios, by what they are of."""
        return {
            f"{side} / {goal.unit}": self.ratio(side, goal.basis).middle
            for goal in self.row.goals
            for side in ("kmsmock", "moto")
            if side in self.samples and side not in goal.basis
        }

    def lines(self):
        """Give the cells of the table, a line for each goal."""
        return [self._line(goal) for goal in self.row.goals]

    def _line(self, goal):
        mine = self.ratio("kmsmock", goal.basis)
        moto, moto_ratio = self.row.without_moto, ""
        if "moto" in self.samples:
            moto = time_text(self.median("moto"))
            if "moto" not in goal.basis:
                moto_ratio = number(self.ratio("moto", goal.basis).middle)
        return [
            self.row.title,
            time_text(self.median("kmsmock")),
            time_text(sum(map(self.median, goal.basis))),
            moto,
            number(mine.middle),
            f"{number(mine.low)} to {number(mine.high)}",
            moto_ratio,
            goal_text(goal),
            verdict(mine, goal.limit),
        ]


class Weighed(NamedTuple):
    """A row of bytes, and those that a call has left behind."""

    row: Kept
    kmsmock: float
    moto: float

    def lines(self):
        """Give the cells of the table."""
        limit = self.row.limit
        return [
            [
                self.row.title,
                f"{self.kmsmock:,.0f} bytes",
                "",
                f"{self.moto:,.0f} bytes",
                "",
                "",
                "",
                "" if limit is None else f"≤ {limit:,} bytes",
                "" if limit is None else verdict(Ratio.of([self.kmsmock]), limit),
            ]
        ]


HEADS = ["What", "kmsmock", "basis", "moto", "kmsmock /", "quartiles", "moto /", "goal", ""]


def in_order(measured):
    """Give rows in the table's order."""
    return sorted(measured, key=lambda it: (place(it.row), it.row.title))


def text(measured):
    """Give the table for a terminal."""
    rows = [HEADS, *(line for it in in_order(measured) for line in it.lines())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def verdict(ratio, limit):
    """Say whether a goal is met, by the median; and whether the quartiles are of another mind."""
    said = "met" if ratio.middle <= limit else "not met"
    return f"{said}, unsure" if ratio.low <= limit < ratio.high else said


def goal_text(goal: Goal):
    return f"≤ {goal.limit:g} × {goal.unit}"  # noqa: RUF001 - the sign is meant


def time_text(nanoseconds):
    """Give a time with its unit, `1.23 ms`."""
    for unit, size in (("s", 1e9), ("ms", 1e6)):
        if nanoseconds >= size:
            return f"{number(nanoseconds / size)} {unit}"
    return f"{number(nanoseconds / 1e3)} µs"


def number(value):
    """Give a number with three digits: 1,234, 123, 12.3, 1.23, 0.123."""
    if value >= 100:
        return f"{value:,.0f}"
    digits = 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"

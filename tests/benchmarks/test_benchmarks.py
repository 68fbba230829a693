"""Every row of the table of goals, measured; a goal that is not met fails nothing here."""

from functools import partial

import pytest
from conftest import CLOCK
from rows import CALLS, GROWING, IMPORT, KEPT, WORLDS, growth_row
from table import Weighed

pytestmark = pytest.mark.benchmark(timer=CLOCK)


def sides_of(row, workers):
    return {side: partial(workers.sample, *measure) for side, measure in row.sides.items()}


@pytest.mark.parametrize("row", CALLS, ids=lambda row: row.title)
def test_call(row, take, workers):
    """A call, beside botocore alone."""
    take(row, sides_of(row, workers))


@pytest.mark.parametrize("row", WORLDS, ids=lambda row: row.title)
def test_world(row, take, workers):
    """A world's beginning, its end, and going back in it."""
    take(row, sides_of(row, workers))


@pytest.mark.parametrize("name", GROWING)
def test_growth(name, take, workers, quick):
    """A call in a large world, beside one in a small world."""
    row = growth_row(name, quick=quick)
    take(row, sides_of(row, workers))


def test_import(take, workers):
    """The import after boto3's, in fresh processes."""

    def import_time(place, what):
        return float(workers.run("import_time.py", what).split()[place])

    take(
        IMPORT,
        {
            "kmsmock": partial(import_time, 1, "kmsmock"),
            "boto3": partial(import_time, 0, "boto3"),
            "moto": partial(import_time, 1, "moto"),
        },
    )


@pytest.mark.parametrize("row", KEPT, ids=lambda row: row.title)
def test_memory(row, record, workers, quick):
    """What a call leaves in memory."""

    def weigh(mocks, calls):
        return float(workers.run("memory.py", mocks, row.operation, str(calls[not quick])))

    record(Weighed(row, weigh("kmsmock", row.calls), weigh("moto", row.calls_of_moto)))

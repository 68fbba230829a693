"""Every row of the table of goals, measured; a goal that is not met fails nothing here."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from conftest import CLOCK, environment
from rows import CALLS, GROWING, IMPORT, WORLDS, growth_row

HERE = Path(__file__).parent
pytestmark = pytest.mark.benchmark(timer=CLOCK)


def run(program, *arguments):
    """Run one of the programs beside this file, and give what it printed."""
    command = [sys.executable, HERE / program, *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=True, env=environment()
    ).stdout


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


def test_import(take):
    """The import after boto3's, in fresh processes."""

    def import_time(place, what):
        return float(run("import_time.py", what).split()[place])

    take(
        IMPORT,
        {
            "kmsmock": partial(import_time, 1, "kmsmock"),
            "boto3": partial(import_time, 0, "boto3"),
            "moto": partial(import_time, 1, "moto"),
        },
    )

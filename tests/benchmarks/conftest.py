"""Rows of the table of benchmarks: how they are measured, and what is printed of them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import readme
from table import Measured, text

WORKER = Path(__file__).parent / "worker.py"
ROUNDS, QUICK_ROUNDS = 25, 5
PATIENCE, QUICK_PATIENCE = 3.0, 0.3
"""Seconds that one side of a row may take, after which others go on without it."""
FEWEST = 3
"""Rounds that every side takes part in nevertheless."""


def pytest_addoption(parser):
    group = parser.getgroup("kmsmock's benchmarks")
    group.addoption(
        "--quick", action="store_true", help="fewer rounds, smaller worlds, little of moto"
    )
    group.addoption("--cpu-time", action="store_true", help="count the processor's time")
    group.addoption("--readme", action="store_true", help="write the table and the chart anew")


def environment(*, cpu_time):
    """Give an environment without a developer's own AWS settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return plain | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BENCHMARK_CPU_TIME": "1" if cpu_time else "",
    }


class Clock:
    """pytest-benchmark's clock, which goes on by what a worker has measured and by nothing else."""

    def __init__(self):
        self._seconds = 0.0

    def advance(self, nanoseconds):
        self._seconds += nanoseconds / 1e9

    def __call__(self):
        return self._seconds


CLOCK = Clock()


class Workers:
    """The processes that take the samples, each started when it is first asked."""

    def __init__(self, environment):
        self._environment = environment
        self._processes = {}

    def sample(self, worker, measure):
        """Give the nanoseconds of a measure that a worker takes now."""
        if worker not in self._processes:
            self._processes[worker] = subprocess.Popen(  # noqa: S603 - our own worker
                [sys.executable, WORKER, *worker.split()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._environment,
            )
        process = self._processes[worker]
        process.stdin.write(f"{measure}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            pytest.fail(f"worker {worker!r} ended at {measure!r}: its error is on stderr")
        return float(answer)

    def run(self, program, *arguments):
        """Run another program that is beside this file, and give what it printed."""
        command = [sys.executable, WORKER.parent / program, *arguments]
        return subprocess.run(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, text=True, check=True, env=self._environment
        ).stdout

    def stop(self):
        for process in self._processes.values():
            process.stdin.close()
            process.wait()
            process.stdout.close()


@pytest.fixture(scope="session")
def workers(request):
    """The workers, which end with the session."""
    workers = Workers(environment(cpu_time=request.config.getoption("cpu_time")))
    yield workers
    workers.stop()


@pytest.fixture(scope="session")
def quick(request):
    """Whether it shall be quick rather than exact."""
    return request.config.getoption("quick")


@pytest.fixture
def take(benchmark, quick, record):
    """Take all sides of a row in turns, and record what was measured.

    The sides follow each other in every round, and each round begins with another one, so that
    what slows the machine down slows all of them. pytest-benchmark is told of kmsmock's times.
    """
    rounds, patience = (QUICK_ROUNDS, QUICK_PATIENCE) if quick else (ROUNDS, PATIENCE)

    def take(row, sides):
        about = {"kmsmock"}.union(*(goal.basis for goal in row.goals))
        sides = {side: it for side, it in sides.items() if side in about or not quick}
        samples = {side: [] for side in sides}
        spent = dict.fromkeys(sides, 0.0)
        order = list(sides)

        def one_round():
            order.append(order.pop(0))
            for side in order:
                if spent[side] > patience and len(samples[side]) >= FEWEST and side != "kmsmock":
                    samples[side].append(None)
                    continue
                before = time.perf_counter()
                samples[side].append(sides[side]())
                spent[side] += time.perf_counter() - before

        for side in sides:  # what is made once is made before
            sides[side]()
        benchmark.pedantic(
            lambda: CLOCK.advance(samples["kmsmock"][-1]), setup=one_round, rounds=rounds
        )
        measured = Measured(row, samples)
        benchmark.extra_info.update(measured.ratios())
        record(measured)

    return take


MEASURED = pytest.StashKey()


def pytest_configure(config):
    if config.getoption("numprocesses", None) or config.getoption("benchmark_disable"):
        raise pytest.UsageError("benchmarks are measured, and one at a time: without -n")
    if config.getoption("readme") and (config.getoption("quick") or config.getoption("keyword")):
        raise pytest.UsageError("--readme takes all rows, and not quickly")
    config.stash[MEASURED] = []


@pytest.fixture(scope="session")
def record(request):
    """Keep what was measured for the table."""
    return request.config.stash[MEASURED].append


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    measured = config.stash[MEASURED]
    if measured:
        terminalreporter.section("kmsmock's benchmarks")
        terminalreporter.write(text(measured))
    if config.getoption("readme") and exitstatus == 0:
        readme.write(measured, cpu_time=config.getoption("cpu_time"))
        terminalreporter.write_line("README.md and benchmarks.svg are written")

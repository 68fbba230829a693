"""Change kmsmock a little, many times, and see whether a test notices each time.

    python tests/mutation/run.py                               # the modules of `MODULES`
    python tests/mutation/run.py kmsmock/domain/rotation.py    # one module, or a folder
    python tests/mutation/run.py --most 300 --seed 7           # a sample, the same for a seed

Each mutant runs in a process of its own, with the tests that reach the changed line; the files of
the tree stay as they are. Those of functions meet tests that were imported and collected once, in
a tenth of a second; those of tables import kmsmock anew, in about two seconds. What survives is
printed, and is either noticed by a new test or explained in `explained.py`: else the run fails.
It has met all tests that reach it, unless it is explained: then the likeliest.

Which tests reach which line is found out once, in a few minutes, and kept in `.pytest_cache`: say
`--reach` after a change of tests or of kmsmock. It takes Python 3.12 or later, on a system that
can fork.

Why our own: mutmut changes neither tables nor properties, and cosmic-ray begins Python, boto3 and
pytest anew for each mutant and runs the same tests for each.
"""

import argparse
import fnmatch
import importlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from explained import EXPLAINED
from mutants import ROOT, Mutant, sample
from noticing import Changed, Chosen, Collected, Reached
from processes import allow, each
from ranking import Ranking

MODULES = ("kmsmock/authorization", "kmsmock/domain", "kmsmock/controls/transitions.py")
BESIDE = (
    "tests/benchmarks/*",
    "tests/clients/*",
    "tests/crypto/*",
    "tests/lives/*",
    "tests/load/*",
    "tests/mutation/*",
    "tests/protocol/*",
    "tests/readme/*",
    "tests/test_by_openssl.py",
    "tests/test_cost.py",
    "tests/test_docstrings.py",
    "tests/test_hostile_input.py",
    "tests/test_huge_input.py",
    "tests/test_packaging.py",
    "tests/test_promises.py",
    "tests/test_pytest_plugin.py",
    "tests/test_readme*.py",
)
"""Tests that look at other things, or that are slow for what they would add."""
PYTEST = ["-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
PYTEST += ["--assert=plain"]  # else pytest imports all of kmsmock its own way
REACH = ROOT / ".pytest_cache" / "mutation.json"
FIRST = 16
"""Tests that run before the rest is collected at all: most mutants are noticed by them."""
SECONDS_FOR_ALL = 900
"""Of the processor's time, for a mutant that no likely test has noticed."""


def main() -> int:
    """Run what the command line asks for; 1 when a mutant survives that nobody explained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=MODULES)
    parser.add_argument("--most", type=int, help="how many mutants, spread evenly; default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--tests", type=int, default=400, help="how many tests meet every mutant")
    parser.add_argument("--reach", action="store_true", help="find out anew what tests reach")
    asked = parser.parse_args()
    os.chdir(ROOT)
    _warm_up()
    if asked.reach or not REACH.exists():
        _find_reach(asked.jobs)
    elif any(_is_newer(path) for folder in ("kmsmock", "tests") for path in _python(folder)):
        _tell("Something was changed since it was found out what tests reach: say --reach.")
    modules = sorted(set(_modules(asked.paths)))
    chosen = sample(modules, asked.most, asked.seed)
    meeting = Meeting(Ranking(asked.tests, **json.loads(REACH.read_text())), asked.jobs)
    meeting.on_import([mutant for mutant in chosen if not meeting.ranking.is_collected(mutant)])
    meeting.collected([mutant for mutant in chosen if meeting.ranking.is_collected(mutant)])
    _tell(f"{len(chosen)} mutants: {dict(meeting.ended)}")
    return 1 if meeting.ended["survived"] else 0


class Meeting:
    """Mutants meet tests, and how it ended."""

    def __init__(self, ranking: Ranking, jobs: int) -> None:
        self.ranking = ranking
        self.ended: Counter[str] = Counter()
        self._jobs = jobs

    def on_import(self, mutants: list[Mutant]) -> None:
        """Let each import kmsmock anew: mutants of tables, and of what tables are made with."""

        def meet(mutant: Mutant) -> tuple[str, int]:
            sys.meta_path.insert(0, Changed(mutant.module, mutant.number))
            return self._meet_tests(
                mutant, lambda tests: _run(tests[:FIRST]) or _run(tests[FIRST:])
            )

        self._tell_each(mutants, meet)

    def collected(self, mutants: list[Mutant]) -> None:
        """Let each change functions that are there, and the tests with them."""

        def meet_all(collected: Collected) -> None:
            def meet(mutant: Mutant) -> tuple[str, int]:
                return self._meet_tests(mutant, partial(collected.noticing, mutant))

            self._tell_each(mutants, meet)

        if mutants:
            pytest.main([*PYTEST, "-s", *_files()], plugins=[Collected(meet_all)])

    def _meet_tests(self, mutant: Mutant, run: Callable[[list[str]], str]) -> tuple[str, int]:
        """Give the test that notices it, and how many it met: all, unless it is explained."""
        soon, others = self.ranking.tests(mutant)
        if (noticed := run(soon)) or mutant.name in EXPLAINED:
            return noticed, len(soon)
        allow(SECONDS_FOR_ALL)
        return run(others), len(soon) + len(others)

    def _tell_each(self, mutants: list[Mutant], meet: Callable[[Mutant], tuple[str, int]]) -> None:
        for mutant, (noticed, tests) in each(mutants, meet, self._jobs):
            ending = "killed" if noticed else "survived"
            if not noticed and mutant.name in EXPLAINED:
                ending = "explained"
            self.ended[ending] += 1
            self.ranking.learn(mutant, noticed)
            _tell(f"{ending:9} {mutant.line}: {mutant.name} [{noticed or f'{tests} tests'}]")


def _run(tests: list[str]) -> str:
    if not tests:
        return ""
    chosen = Chosen(tests)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    try:
        code = pytest.main([*PYTEST, "-x", *files], plugins=[chosen])
    except Exception as error:  # noqa: BLE001  (kmsmock cannot be imported)
        return type(error).__name__
    return "" if code == 0 else chosen.noticed or f"pytest ends with {code}"


def _find_reach(jobs: int) -> None:
    """Run the tests once, a process for each file, and keep which lines each reaches."""
    modules = list(_modules(MODULES))
    reached = {}
    at_import = {module: set() for module in modules}
    for file, (tests, lines, told) in each(_files(), lambda one: _reach_of(one, modules), jobs):
        _tell(f"{file}: {told}")
        reached |= tests
        for module, found in lines.items():
            at_import[module].update(found)
    REACH.parent.mkdir(exist_ok=True)
    lines = {module: sorted(found) for module, found in at_import.items()}
    REACH.write_text(json.dumps({"reached": reached, "at_import": lines}))


def _reach_of(file: str, modules: list[str]) -> tuple[dict, dict, str]:
    reached = Reached(modules)
    pytest.main([*PYTEST, file], plugins=[reached])
    failed = "".join(f", {test} fails" for test in sorted(reached.failed))
    return reached.tests, reached.at_import, f"{len(reached.tests)} tests{failed}"


def _files() -> list[str]:
    files = [str(path.relative_to(ROOT)) for path in _python("tests")]
    tests = [file for file in files if Path(file).name.startswith("test_")]
    return [file for file in tests if not any(fnmatch.fnmatch(file, not_) for not_ in BESIDE)]


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _modules(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield from (str(one.resolve().relative_to(ROOT)) for one in _python(path))


def _python(path: str) -> list[Path]:
    whole = ROOT / path
    return sorted(whole.rglob("*.py")) if whole.is_dir() else [whole]


def _is_newer(path: Path) -> bool:
    return path.stat().st_mtime > REACH.stat().st_mtime


def _warm_up() -> None:
    """Import once, before the processes part, what is slow to import and is not kmsmock."""
    sys.path.insert(1, str(ROOT / "tests"))
    import clients_at_hand

    for library in ("cryptography.x509", "hypothesis", "responses"):
        importlib.import_module(library)
    for service in ("kms", "cloudhsmv2"):
        clients_at_hand.SESSION.client(service, region_name=clients_at_hand.REGION)
    assert "kmsmock" not in sys.modules


if __name__ == "__main__":
    sys.exit(main())

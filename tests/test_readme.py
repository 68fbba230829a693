"""The README tells the truth."""

import inspect
import os
import re
import subprocess
import sys

import pytest
from readme_tables import README

TEXT = README.read_text("utf-8")
BLOCKS = [
    (TEXT.count("\n", 0, match.start(1)), match[1])
    for match in re.finditer(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
]


def passes_when_pasted(code, directory):
    """Run a file of tests in a pytest of its own; say how many passed."""
    (directory / "test_pasted.py").write_text(code)
    run = subprocess.run(  # noqa: S603 - our own README
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            directory,
            directory,
        ],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return re.search(r"\d+ passed", run.stdout)[0]


@pytest.mark.parametrize(
    ("line", "code"), BLOCKS, ids=[f"line_{line + 1}" for line, _code in BLOCKS]
)
def test_readme_block_runs(line, code, tmp_path):
    """A code block of the README runs, and so do the tests that it defines."""
    if "kmsmock_" in code:
        # It has fixtures, so it takes a pytest to run it.
        assert passes_when_pasted(code, tmp_path)
        return
    names = {}
    exec(compile("\n" * line + code, README, "exec"), names)  # noqa: S102 - our own README
    for name, value in names.items():
        if name.startswith("test_") and inspect.isfunction(value):
            value()


def test_readme_has_a_block_for_every_fence():
    """No code block hides from the tests: every fence belongs to a python block."""
    assert TEXT.count("```") == 2 * len(BLOCKS)


def test_readme_begins_with_a_test_to_paste(tmp_path):
    """The first fifteen lines hold a test that passes when it is pasted into a new file."""
    first = "".join(TEXT.splitlines(keepends=True)[:15])
    code = re.search(r"^```python\n(.*?)^```$", first, re.DOTALL | re.MULTILINE)[1]
    assert passes_when_pasted(code, tmp_path) == "1 passed"


def commands():
    return re.findall(r"^    (python3 -m venv .*)$", TEXT, re.MULTILINE)


def test_readme_has_two_commands_of_one_line():
    """One command gives the tour, the other runs the tests, each in a fresh environment."""
    tour, tests = commands()
    assert tour.endswith("/python -m kmsmock")
    assert "/python -m pytest" in tests
    for command in (tour, tests):
        environment = re.match(r"python3 -m venv --clear (\.venv-\w+) && ", command)[1]
        assert all(
            step.startswith(f"{environment}/bin/python -m ") for step in command.split(" && ")[1:]
        )


def test_ci_takes_the_commands_from_the_readme():
    """`.ci/run` finds its commands in the README and has no copies."""
    ci = README.parent / ".ci" / "run"
    assert "README.md" in ci.read_text()
    assert "pip install -q" not in ci.read_text()
    assert os.access(ci, os.X_OK)

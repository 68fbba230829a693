"""The crypto room is a leaf: bytes to bytes, and nothing taken from the world by itself."""

import ast
import sys
from pathlib import Path

import pytest

import kmsmock.crypto

FILES = sorted(Path(kmsmock.crypto.__file__).parent.glob("*.py"))
TAKEN_FROM_THE_WORLD = {"os", "random", "secrets", "time"}

files = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def imported_by(file):
    """Names of the packages that a file imports; "." for its own room, ".." for above it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level or node.module.partition(".")[0]


@files
def test_a_file_imports_only_its_room_python_and_cryptography(file):
    """Optional libraries go through `extras`, and other rooms are above this one."""
    allowed = {".", "cryptography", *sys.stdlib_module_names}

    assert set(imported_by(file)) <= allowed


@files
def test_a_file_takes_no_time_and_no_random_bytes(file):
    """Both come in as arguments."""
    assert not set(imported_by(file)) & TAKEN_FROM_THE_WORLD

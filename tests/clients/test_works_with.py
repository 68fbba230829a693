"""The README's table "Works with" is the list of these tests; test_readme_tables.py compares."""

import ast

import pytest
from readme.works_with import TESTS, declared


@pytest.mark.parametrize("path", declared())
def test_who_declares_something_has_tests(path):
    """A declaration stands beside the tests that prove it."""
    tree = ast.parse((TESTS.parent / path).read_text("utf-8"))

    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert any(test.name.startswith("test_") for test in tests)


def test_every_file_about_clients_declares_something():
    """Who adds a kind of client to these tests adds it to the README too."""
    files = {path.relative_to(TESTS.parent).as_posix() for path in TESTS.glob("clients/test_*.py")}

    assert files - {"tests/clients/test_works_with.py"} <= declared().keys()

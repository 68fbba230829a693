"""The README's table "Works with" is the list of these tests."""

import ast

import pytest
from works_with_table import TESTS, declared, parts, table


def test_the_readme_lists_what_the_tests_declare():
    """Every row has its tests, and nothing that is proved is missing."""
    _before, now, _after = parts()

    assert now == table(), "run: python tests/works_with_table.py"


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

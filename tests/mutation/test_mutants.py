"""The mutants that `run.py` makes, and those that are explained."""

import ast
import sys

import mutants
import pytest
from explained import EXPLAINED


@pytest.fixture
def changes(monkeypatch):
    """Gives what the mutants of a text change."""

    def made(text):
        monkeypatch.setattr(mutants, "_parsed", lambda _module: ast.parse(text))
        return [mutant.change for mutant in mutants.mutants("kmsmock/made.py")]

    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = a < b", ["a < b -> a <= b"]),
        ("x = a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("x = not a", ["not a -> a"]),
        ("x = a + 1", ["a + 1 -> a - 1", "1 -> 2"]),
        ("x = any(a)", ["any -> all"]),
        ("x = {'a': b}", ["without 'a'", "'a' -> 'aX'"]),
        ("x = ('a', b, c)", ["without 'a'", "without b", "without c", "'a' -> 'aX'"]),
        ("if a:\n    b()", ["a -> not a", "b() -> pass"]),
        ("def f() -> 'int':\n    '''Say.'''\n    return a", ["return a -> return None"]),
        ("x: Literal['a'] = cast('b', c)", []),
        ("assert a == b", []),
    ],
)
def test_mutants_of_a_text(changes, text, expected):
    """Comparisons, operators, conditions, constants, statements and rows are changed."""
    assert changes(text) == expected


def test_mutant_is_the_module_with_one_change():
    """The tree of a mutant differs from the module's in what it tells."""
    module = "kmsmock/domain/rotation.py"
    chosen = next(
        it for it in mutants.mutants(module) if it.change == "now + period -> now - period"
    )

    before = ast.unparse(ast.parse((mutants.ROOT / module).read_text(encoding="utf-8")))
    after = ast.unparse(mutants.mutated(module, chosen.number))

    assert after == before.replace("now + period", "now - period")


def test_sample_is_the_same_for_a_seed():
    """A sample is spread over the modules, and repeatable."""
    modules = ["kmsmock/domain/key_state.py", "kmsmock/domain/rotation.py"]

    first, again, other = (mutants.sample(modules, 20, seed) for seed in (1, 1, 2))

    assert [it.name for it in first] == [it.name for it in again] != [it.name for it in other]
    assert len(first) == 20
    assert {it.module for it in first} == set(modules)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="run.py takes Python 3.12")
def test_what_is_explained_is_there():
    """Each explanation is about a mutant that `run.py` still makes."""
    modules = {name.split()[0] for name in EXPLAINED}
    names = {mutant.name for module in modules for mutant in mutants.mutants(module)}

    assert set(EXPLAINED) - names == set()

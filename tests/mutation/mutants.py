"""The mutants of a module: each is the module with one small change."""

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]

_OPERATORS = {
    ast.Eq: ast.NotEq,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Add: ast.Sub,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
}
_OPERATORS |= {new: old for old, new in _OPERATORS.items()}
_NAMES = {"all": "any", "max": "min", "startswith": "endswith"}
_NAMES |= {new: old for old, new in _NAMES.items()}
_FALSE = ("None", "False", "''", "()", "{}", "[]", "0")
_STATEMENTS = (ast.Expr, ast.AugAssign, ast.Raise, ast.Delete, ast.Continue, ast.Break)
_OF_TYPES = {"annotation", "returns", "decorator_list", "bases", "format_spec", "ctx"}
"""Fields of nodes that say something to type checkers, or to the eye."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Attributes:
        module: `kmsmock/domain/key.py`.
        number: its place among the module's mutants.
        where: the function, or the table, that it is in.
        change: what stood there, and what stands there now.
        lines: those whose tests can notice; empty for what runs when the module is imported.
    """

    module: str
    number: int
    where: str
    change: str
    line: int
    lines: frozenset[int]
    apply: Callable[[], None] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """What an explanation calls it: without a line, for lines move."""
        return f"{self.module} {self.where}: {self.change}"


@dataclass(frozen=True)
class _Place:
    where: str = ""
    in_function: bool = False
    lines: frozenset[int] = frozenset()


def mutants(module: str) -> list[Mutant]:
    """Give every mutant of a module, in the order of its text."""
    return list(_mutants(module, _parsed(module)))


def mutated(module: str, number: int) -> ast.Module:
    """Give the tree of a module with its mutant of this number."""
    tree = _parsed(module)
    list(_mutants(module, tree))[number].apply()
    return ast.fix_missing_locations(tree)


def sample(modules: list[str], most: int | None, seed: int) -> list[Mutant]:
    """Choose at most so many mutants, evenly over the modules; the same ones for a seed."""
    every = [mutant for module in modules for mutant in mutants(module)]
    if most is None or most >= len(every):
        return every
    step = len(every) / most
    start = random.Random(seed).random()
    return [every[int((start + at) * step)] for at in range(most)]


def _parsed(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def _mutants(module: str, tree: ast.Module) -> Iterator[Mutant]:
    for number, (node, place, new, apply) in enumerate(_changes(tree, _Place())):
        change = getattr(new, "told", None) or f"{_text(node)} -> {_text(new)}"
        lines = place.lines if place.in_function else frozenset()
        yield Mutant(module, number, place.where, change, node.lineno, lines, apply)


def _changes(parent: ast.AST, place: _Place):
    for name, value in ast.iter_fields(parent):
        if name in _OF_TYPES:
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _is_nothing(node):
                continue
            if index == 0 and name == "args" and ast.unparse(parent).startswith("cast("):
                continue
            here = _place(node, place)
            for new in (
                *_instead(node),
                *_instead_of_whole(node, is_condition=name in ("test", "ifs")),
                *_shortened(node, here),
            ):
                ast.copy_location(new, node)
                if isinstance(value, list):
                    yield node, here, new, lambda v=value, i=index, n=new: v.__setitem__(i, n)
                else:
                    yield node, here, new, lambda p=parent, f=name, n=new: setattr(p, f, n)
            yield from _changes(node, here)


def _is_nothing(node: ast.AST) -> bool:
    """Whether it is documentation, an import, an assertion for type checkers or a type."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) in ("Literal", "Callable", "frozenset", "dict", "tuple")
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)


def _place(node: ast.AST, place: _Place) -> _Place:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        where = f"{place.where}.{node.name}".strip(".")
        return _Place(where, place.in_function or isinstance(node, ast.FunctionDef))
    if isinstance(node, ast.arguments):  # defaults, which are made when the module is imported
        return _Place(place.where)
    if not isinstance(node, ast.stmt):
        return place
    where = place.where
    if not place.in_function and isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        where = f"{where}.{ast.unparse(target)}".strip(".")
    body = getattr(node, "body", None)  # of a compound statement only the head
    last = body[0].lineno - 1 if body else node.end_lineno
    lines = frozenset(range(node.lineno, max(last, node.lineno) + 1))
    return _Place(where, place.in_function, lines)


def _instead(node: ast.AST) -> Iterator[ast.AST]:
    """Give what can stand in the place of an expression."""
    match node:
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(str(value)):
            yield ast.Constant(value + "X")
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Name(_NAMES[name], ast.Load())
        case ast.Attribute(attr=name) if name in _NAMES:
            yield _with(node, attr=_NAMES[name])
        case ast.Compare(ops=[operator]) if type(operator) in _OPERATORS:
            yield _with(node, ops=[_OPERATORS[type(operator)]()])
        case ast.BinOp() | ast.BoolOp() if type(node.op) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(node.op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand


def _instead_of_whole(node: ast.AST, *, is_condition: bool) -> Iterator[ast.AST]:
    """Give what can stand in the place of a statement or of a condition."""
    if is_condition and not isinstance(node, ast.UnaryOp | ast.Compare):
        yield ast.UnaryOp(ast.Not(), node)
    match node:
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in _FALSE:
            yield ast.Return(ast.Constant(None))
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case _ if isinstance(node, _STATEMENTS):
            yield ast.Pass()


def _shortened(node: ast.AST, place: _Place) -> Iterator[ast.AST]:
    """Give an operation without one of its operands, and a table without one of its rows."""
    of_table = isinstance(node, ast.Tuple) and not place.in_function and len(node.elts) > 2
    if not isinstance(node, ast.BoolOp | ast.Dict | ast.Set | ast.List) and not of_table:
        return
    rows = "values" if isinstance(node, ast.BoolOp | ast.Dict) else "elts"
    for at in range(len(getattr(node, rows))):
        left = {
            name: [item for index, item in enumerate(value) if index != at]
            for name, value in ast.iter_fields(node)
            if name in ("elts", "keys", "values")
        }
        if isinstance(node, ast.BoolOp) and len(left["values"]) == 1:
            yield left["values"][0]
        elif isinstance(node, ast.Set) and not left["elts"]:
            continue
        else:
            gone = getattr(node, "keys", getattr(node, rows))[at] or getattr(node, rows)[at]
            yield _with(node, **left, told=f"without {_text(gone)}")


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())

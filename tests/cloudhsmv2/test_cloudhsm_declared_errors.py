"""Which test reaches each error that the model declares for an operation, or why none does."""

import ast
from functools import cache
from pathlib import Path

import pytest
from cloudhsm_declared_errors import (
    ALWAYS_PLANNED,
    BY_POLICY,
    BY_TAG_CONDITION,
    DECLARED,
    PLANNED,
    WHERE,
)


@cache
def sources_of(module):
    """The source of each test of a file beside this one."""
    source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return {
        node.name: ast.get_source_segment(source, node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("operation", "error"), DECLARED)
def test_declared_error_has_its_place(operation, error):
    """Each error of the model has a test that expects it, or a reason."""
    if error in ALWAYS_PLANNED:
        assert error not in WHERE[operation], PLANNED
        return
    where = WHERE[operation][error]
    if where in (BY_POLICY, BY_TAG_CONDITION):
        return
    module, name = where.split("::")
    assert f'"{error}"' in sources_of(module)[name]


def test_table_has_no_more_than_the_model():
    """The table names no error that the model does not declare for the operation."""
    listed = {(operation, error) for operation, errors in WHERE.items() for error in errors}

    assert listed <= set(DECLARED)

"""What the documentation strings show runs, and those of what users call are complete."""

import ast
import doctest
import importlib
import inspect
import re
import textwrap

import pytest
from readme.remarks import PACKAGE

import kmsmock
from kmsmock.controls.clock import Clock
from kmsmock.handle import Handle
from kmsmock.levers.events import Events
from kmsmock.levers.faults import Fault, FaultLevers
from kmsmock.levers.infrastructure import HsmLevers, NetworkLevers
from kmsmock.levers.proxies import ProxyLevers
from kmsmock.levers.quotas import QuotaLevers
from kmsmock.mock import Mock


def modules_with_examples():
    """Give the modules that have an example in a documentation string."""
    for path in sorted(PACKAGE.rglob("*.py")):
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        texts = (
            ast.get_docstring(node) or ""
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, documented)
        )
        if any(">>> import" in text or ">>> from" in text for text in texts):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__")


@pytest.mark.parametrize("module", list(modules_with_examples()))
def test_examples_run(module):
    """Each example gives what it says."""
    outcome = doctest.testmod(importlib.import_module(module))

    assert outcome.attempted
    assert outcome.failed == 0


USED = {f"kmsmock.{name}": getattr(kmsmock, name) for name in kmsmock.__all__} | {
    f"{owner.__name__}.{name}": member.fget if isinstance(member, property) else member
    for owner in (
        *(Handle, Mock, Clock, Events, FaultLevers, Fault),
        *(QuotaLevers, NetworkLevers, HsmLevers, ProxyLevers),
    )
    for part in owner.__mro__
    if part.__module__.startswith("kmsmock")
    for name, member in vars(part).items()
    if not name.startswith("_") and (isinstance(member, property) or callable(member))
}
"""What a user calls: the exported names, and what a mock, the handle and its levers have."""


@pytest.mark.parametrize("name", USED)
def test_every_argument_is_explained(name):
    """The documentation string of what users call names each argument."""
    arguments = inspect.signature(USED[name]).parameters.keys() - {"self", "target"}
    words = set(re.findall(r"\w+", inspect.getdoc(USED[name])))

    assert arguments - words == set()


@pytest.mark.parametrize("name", USED)
def test_every_error_is_explained(name):
    """What users call says which errors it raises itself, and when."""
    source = textwrap.dedent(inspect.getsource(USED[name]))
    raised = {
        ast.unparse(node.exc.func)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    }

    assert [it for it in raised if f"{it}: " not in inspect.getdoc(USED[name])] == []

"""What runs inside pytest: which lines each test reaches, and a module with one change."""

import ast
import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

import pytest
from mutants import ROOT, Mutant, mutated

_KMSMOCK = str(ROOT / "kmsmock")
_TOOL = 4  # of sys.monitoring, which leaves it to whoever wants it


class Reached:
    """A pytest plugin: the lines of kmsmock that each test runs, its fixtures included.

    Attributes:
        failed: the tests that fail without a mutant.
        tests: each test's processor time in seconds, and its lines by module.
        at_import: the lines of functions that run while kmsmock is imported, by module.
    """

    def __init__(self, modules: list[str]) -> None:
        self._files = {str(ROOT / module): module for module in modules}
        self._names = [_name_of(module) for module in modules]
        self._now: dict[str, list[int]] = {}
        self.at_import: dict[str, list[int]] = {}
        self._began = 0.0
        self.failed: set[str] = set()
        self.tests: dict[str, dict] = {}
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutation")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, self._line)
        monitoring.set_events(_TOOL, monitoring.events.LINE)

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename in self._files and code.co_flags & 0x2:  # not a module's own code
            lines = self.at_import if self._is_importing() else self._now
            lines.setdefault(self._files[code.co_filename], []).append(line)
        return sys.monitoring.DISABLE

    @staticmethod
    def _is_importing() -> bool:
        """Tell whether the line runs on behalf of a module's own code."""
        frame = sys._getframe(2)
        while frame is not None:
            code = frame.f_code
            if code.co_name == "<module>" and code.co_filename.startswith(_KMSMOCK):
                return True
            frame = frame.f_back
        return False

    def pytest_runtest_logstart(self) -> None:
        """Count from here, fixtures included; no test knows what an earlier one found out."""
        for module in filter(None, map(sys.modules.get, self._names)):
            for thing in vars(module).values():
                if isinstance(thing, functools._lru_cache_wrapper):
                    thing.cache_clear()
        self._now = {}
        self._began = time.process_time()
        sys.monitoring.restart_events()

    def pytest_runtest_logreport(self, report) -> None:
        """Know the tests that fail without a mutant: they notice nothing."""
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Keep what the test reached; it may read tables where it reaches no line."""
        spent = time.process_time() - self._began
        if nodeid not in self.failed:
            lines = {module: sorted(set(lines)) for module, lines in self._now.items()}
            self.tests[nodeid] = {"seconds": spent, "lines": lines}


class Chosen:
    """A pytest plugin: the tests that are asked for, in this order, and the first that fails."""

    def __init__(self, tests: list[str]) -> None:
        self._rank = {test: rank for rank, test in enumerate(tests)}
        self.noticed = ""

    def pytest_collection_modifyitems(self, items: list) -> None:
        """Leave the others out."""
        items[:] = [item for item in items if item.nodeid in self._rank]
        items.sort(key=lambda item: self._rank[item.nodeid])

    def pytest_runtest_logreport(self, report) -> None:
        """Remember the test that noticed the mutant."""
        if report.failed and not self.noticed:
            self.noticed = report.nodeid


class Collected:
    """A pytest plugin: instead of running the tests, it lets mutants of functions meet them.

    All is imported and collected once; each mutant is a copy of this process, in which the
    functions of its module get the mutant's code.
    """

    def __init__(self, meet: Callable[["Collected"], None]) -> None:
        self._meet = meet
        self._items: dict[str, pytest.Item] = {}
        self._functions: dict[str, list[FunctionType]] = {}
        self._failed = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Let the mutants meet the tests."""
        self._items = {item.nodeid: item for item in session.items}
        for found in gc.get_objects():
            if isinstance(found, FunctionType):
                self._functions.setdefault(found.__code__.co_filename, []).append(found)
        gc.freeze()
        self._meet(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that the mutant was noticed."""
        self._failed = self._failed or (report.nodeid if report.failed else "")

    def noticing(self, mutant: Mutant, tests: list[str]) -> str:
        """Give the test that notices the mutant; this process is not the same afterwards."""
        path = str(ROOT / mutant.module)
        codes = dict(_codes(compile(mutated(mutant.module, mutant.number), path, "exec")))
        for function in self._functions[path]:
            old = function.__code__
            function.__code__ = codes.get((old.co_qualname, old.co_firstlineno), old)
        items = [self._items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                break
        return self._failed


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield (inner.co_qualname, inner.co_firstlineno), inner
            yield from _codes(inner)


def _name_of(module: str) -> str:
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Changed(importlib.abc.MetaPathFinder):
    """Imports one module with one of its mutants; the file stays as it is."""

    def __init__(self, module: str, number: int) -> None:
        self._name = _name_of(module)
        self._path = str(ROOT / module)
        self._tree = mutated(module, number)

    def find_spec(self, name, path=None, target=None):  # noqa: ARG002
        """Know the one module."""
        if name != self._name:
            return None
        loader = _Loader(name, self._path, self._tree)
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self._tree, self.path, "exec")

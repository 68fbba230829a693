"""What runs inside pytest: which lines each test reaches, and a module with one change."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from types import CodeType

from mutants import ROOT, mutated

_TOOL = 4  # of sys.monitoring, which leaves it to whoever wants it


class Reached:
    """A pytest plugin: the lines of kmsmock that each test runs, its fixtures included."""

    def __init__(self, modules: list[str]) -> None:
        self._files = {str(ROOT / module): module for module in modules}
        self._now: dict[str, list[int]] = {}
        self._began = 0.0
        self.failed: set[str] = set()
        self.tests: dict[str, dict] = {}
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutation")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, self._line)
        monitoring.set_events(_TOOL, monitoring.events.LINE)

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename in self._files and code.co_flags & 0x2:  # not a module's own code
            self._now.setdefault(self._files[code.co_filename], []).append(line)
        return sys.monitoring.DISABLE

    def pytest_runtest_logstart(self) -> None:
        """Count from here, fixtures included."""
        self._now = {}
        self._began = time.process_time()
        sys.monitoring.restart_events()

    def pytest_runtest_logreport(self, report) -> None:
        """Know the tests that fail without a mutant: they notice nothing."""
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Keep what the test reached."""
        spent = time.process_time() - self._began
        if self._now and nodeid not in self.failed:
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


class Changed(importlib.abc.MetaPathFinder):
    """Imports one module with one of its mutants; the file stays as it is."""

    def __init__(self, module: str, number: int) -> None:
        self._name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
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

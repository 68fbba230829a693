"""What kmsmock works with: each entry of a `WORKS_WITH` in the file of the tests that prove it."""

import ast
from pathlib import Path

from readme.markdown import table

TESTS = Path(__file__).parent.parent


def declared():
    """Give for each file of tests that declares something what it declares."""
    found = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORKS_WITH":
                found[path.relative_to(TESTS.parent).as_posix()] = ast.literal_eval(node.value)
    return found


def works_with():
    """Give the table: a row for each thing, with the file of its tests."""
    rows = sorted(
        (thing, how, path) for path, things in declared().items() for thing, how in things.items()
    )
    return table(
        ["With", "How", "Proved by"],
        ([thing, how, f"[{Path(path).stem}]({path})"] for thing, how, path in rows),
    )

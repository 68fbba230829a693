"""The README's table of what kmsmock works with; `python tests/works_with_table.py` writes it anew.

A row is an entry of `WORKS_WITH` in the file of the tests that prove it, and there is no other.
"""

import ast
from pathlib import Path

TESTS = Path(__file__).parent
README = TESTS.parent / "README.md"
BEGIN = "<!-- works with: python tests/works_with_table.py -->\n"
END = "<!-- /works with -->\n"


def declared():
    """Give for each file of tests that declares something what it declares."""
    found = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORKS_WITH":
                found[path.relative_to(TESTS.parent).as_posix()] = ast.literal_eval(node.value)
    return found


def table():
    """Give the table: a row for each thing, with the file of its tests."""
    rows = sorted(
        (thing, how, path) for path, things in declared().items() for thing, how in things.items()
    )
    lines = [f"| {thing} | {how} | [{Path(path).stem}]({path}) |\n" for thing, how, path in rows]
    return "| With | How | Proved by |\n| --- | --- | --- |\n" + "".join(lines)


def parts():
    """Give the README before the table, the table, and the README after it."""
    before, begin, rest = README.read_text("utf-8").partition(BEGIN)
    now, end, after = rest.partition(END)
    return before + begin, now, end + after


if __name__ == "__main__":
    before, _now, after = parts()
    README.write_text(before + table() + after, "utf-8")

"""The README's table of operations; `python tests/operations_table.py` writes it anew."""

from pathlib import Path

import kmsmock.pipeline  # noqa: F401 - its imports declare the operations
from kmsmock.operation import OPERATIONS

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- operations: python tests/operations_table.py -->\n"
END = "<!-- /operations -->\n"


def table():
    """Give the table: a row for each module, which is about one resource."""
    rows = {}
    for (service, name), operation in OPERATIONS.items():
        subject = operation.handler.__module__.rpartition(".")[2].replace("_", " ")
        subject = {"hsms": "HSMs", "macs": "MACs"}.get(subject, subject)
        rows.setdefault((service, subject), []).append(name)
    lines = [
        f"| `{service}` | {subject} | {', '.join(sorted(names))} |\n"
        for (service, subject), names in sorted(rows.items())
    ]
    return "| Service | About | Operations |\n| --- | --- | --- |\n" + "".join(lines)


def parts():
    """Give the README before the table, the table, and the README after it."""
    before, begin, rest = README.read_text("utf-8").partition(BEGIN)
    now, end, after = rest.partition(END)
    return before + begin, now, end + after


if __name__ == "__main__":
    before, _now, after = parts()
    README.write_text(before + table() + after, "utf-8")

"""How the README's tables are written."""

import re


def table(head, rows):
    """Give a table of rows of texts, with a line for its head."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def breakable(text):
    """Give a text whose long names may be broken: `PendingDeletion`, `EXTERNAL_KEY_STORE`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]_)(?=[A-Z])", "<wbr>", text)


def listed(names):
    """Give names as a sentence has them."""
    *most, last = names
    return f"{', '.join(most)} and {last}"


def grouped(pairs):
    """Give each content with the names that share it, in the order of the first of them."""
    groups = {}
    for name, content in pairs:
        groups.setdefault(content, []).append(name)
    return groups.items()

"""The README's tables; `python tests/readme_tables.py` writes them anew.

Each stands in the README between `<!-- name -->` and `<!-- /name -->`, and comes from the code and
from the tables of the tests that prove it.
"""

from pathlib import Path

from readme.assumptions import of_behaviour, of_texts
from readme.condition_keys import condition_keys
from readme.connection_errors import connection_error_codes
from readme.differences import differences
from readme.errors import common_error_codes, error_codes, unreachable_error_codes
from readme.key_specs import key_specs
from readme.key_states import key_states
from readme.operations import operations
from readme.works_with import works_with

README = Path(__file__).parent.parent / "README.md"

TABLES = {
    "works with": works_with,
    "operations": operations,
    "key specs": key_specs,
    "key states": key_states,
    "error codes": error_codes,
    "common error codes": common_error_codes,
    "unreachable error codes": unreachable_error_codes,
    "connection error codes": connection_error_codes,
    "condition keys": condition_keys,
    "differences": differences,
    "assumptions": of_behaviour,
    "assumed texts": of_texts,
}
"""Name -> what gives the table."""


def around(readme, name):
    """Give what a README has before the table of a name, there, and after it."""
    before, begin, rest = readme.partition(f"<!-- {name} -->\n")
    now, end, after = rest.partition(f"<!-- /{name} -->\n")
    if not end:
        raise LookupError(f"the README has no <!-- {name} --> that is followed by <!-- /{name} -->")
    return before + begin, now, end + after


def written_anew(readme):
    """Give a README with all tables as they are now."""
    for name, table in TABLES.items():
        before, _now, after = around(readme, name)
        readme = before + table() + after
    return readme


if __name__ == "__main__":
    README.write_text(written_anew(README.read_text("utf-8")), "utf-8")

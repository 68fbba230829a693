"""The README's tables are those of the code, and say clearly what is assumed."""

import ast
import re

import pytest
from botocore_knows import needs
from readme.assumptions import ASSUMED, assumptions, assumptions_among
from readme.differences import MARK, Difference, difference_in, paragraphs
from readme.remarks import PACKAGE, remarks_in
from readme_tables import README, TABLES, around

FROM_THE_MODEL = {"error codes", "unreachable error codes"}
"""Tables of the errors that botocore's model declares: they are written with a new one."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=needs("Encapsulate") if name in FROM_THE_MODEL else ())
        for name in TABLES
    ],
)
def test_table_is_up_to_date(name):
    """The README has what the code says today."""
    _before, now, _after = around(README.read_text("utf-8"), name)

    assert now == TABLES[name](), "run: python tests/readme_tables.py"


def test_every_mark_has_its_table():
    """No table in the README is kept by hand between the marks; another command is named there."""
    marks = re.findall(r"^<!-- ([^/].*) -->$", README.read_text("utf-8"), re.MULTILINE)

    assert sorted(mark for mark in marks if ": python -m " not in mark) == sorted(TABLES)


def test_no_assumption_is_lost():
    """Wherever the source says "assumed", a sentence of the table does."""
    said = sum(len(ASSUMED.findall(path.read_text("utf-8"))) for path in PACKAGE.rglob("*.py"))

    assert sum(len(ASSUMED.findall(it.sentence)) for it in assumptions()) == said > 100


ABOUT_BEHAVIOUR = [
    pytest.param(it.sentence, id=f"{it.path}-{number}")
    for number, it in enumerate(assumptions())
    if not it.refusals
]
NAMES_NOTHING = r"(it|its|they|these|this|such|the (code|error|number|text)s?) (is|are|was|were)\b"


@pytest.mark.parametrize("sentence", ABOUT_BEHAVIOUR)
def test_assumption_is_clear_by_itself(sentence):
    """It names what it is about: a reader of the README does not see the code beside it."""
    told = sentence.removeprefix("Assumed: ")

    assert len(told.split()) >= 5
    assert not re.match(NAMES_NOTHING, told, re.IGNORECASE)
    assert "assumed" not in told or told == sentence


def test_no_assumption_is_told_twice():
    """What two places assume has one place."""
    sentences = [it.sentence for it in assumptions() if not it.refusals]

    assert len(set(sentences)) == len(sentences)


SOURCE = '''
LIMIT = 3
"""Assumed: there are three at most."""

def make(count):
    """Make some.

    Assumed: none is
    enough. It is told elsewhere.

    Raises:
        OneException: one; the text is assumed.
        TwoException: two.
    """
    if count == 1:
        raise OneException(f"{count} is bad.")
    if count == 2:
        # Recorded. The text
        # is assumed.
        raise TwoException("Two.")
    role = "arn:aws:sts::1:assumed-role/App"  # Assumed: all are this.
    raise TwoException("Three.")
'''


def test_assumptions_are_read_from_comments_and_documentation_strings():
    """A sentence each, and the errors beside it where it speaks of a text."""
    tree = ast.parse(SOURCE)
    among = assumptions_among(remarks_in(SOURCE, tree), tree, "it.py")
    found = [(it.sentence, it.refusals) for it in among]

    assert found == [
        ("Assumed: there are three at most.", ()),
        ("Assumed: none is enough.", ()),
        ("OneException: one; the text is assumed.", (("OneException", "… is bad."),)),
        ("The text is assumed.", (("TwoException", "Two."),)),
        ("Assumed: all are this.", ()),
    ]


def test_no_difference_is_lost():
    """Wherever the source speaks of a kept difference, a paragraph of the table does, once each."""
    said = sum(len(MARK.findall(path.read_text("utf-8"))) for path in PACKAGE.rglob("*.py"))
    subjects = [difference_in(paragraph).subject for paragraph in paragraphs()]

    assert len(set(subjects)) == len(subjects) == said > 15


def test_a_difference_tells_what_both_do_and_why():
    """Whatever stands after the reason is a source, not a part of the table."""
    told = "Kept difference (Weather): AWS has none; kmsmock has rain; a lot. Why: it is autumn."

    assert (
        difference_in(f"{told} https://example.com/")
        == difference_in(told)
        == Difference("Weather", "has none", "has rain; a lot", "it is autumn")
    )


@pytest.mark.parametrize(
    "told",
    [
        "Kept difference: AWS has none; kmsmock has rain. Why: it is autumn.",
        "Kept difference (Weather): AWS has none; kmsmock has rain.",
        "Kept difference (Weather): kmsmock has rain. Why: it is autumn.",
        "A kept difference (Weather): AWS has none; kmsmock has rain. Why: it is autumn.",
    ],
)
def test_a_difference_without_its_parts_is_refused(told):
    """It would be missing in the table."""
    with pytest.raises(ValueError, match="not in the form of a kept difference"):
        difference_in(told)

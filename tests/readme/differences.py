"""Where kmsmock differs from AWS on purpose: the remarks of its source that say "kept difference".

Each is a paragraph of its own: `Kept difference (<subject>): AWS <what AWS does>; kmsmock <what
kmsmock does>. Why: <the reason>.`
"""

import re
from typing import NamedTuple

from readme.markdown import table
from readme.remarks import remarks_with

MARK = re.compile(r"\bkept difference\b", re.IGNORECASE)
FORM = re.compile(r"Kept difference \((.+?)\): AWS (.+?); kmsmock (.+?)\. Why: (.+?)\.")


class Difference(NamedTuple):
    """What AWS and kmsmock each do about a subject, and why."""

    subject: str
    aws: str
    kmsmock: str
    why: str


def paragraphs():
    """Give each paragraph of the source that speaks of a kept difference, on one line."""
    for _path, _tree, remarks in remarks_with(MARK):
        for remark in remarks:
            for paragraph in re.split(r"\n\s*\n", remark.text):
                if MARK.search(paragraph):
                    yield " ".join(paragraph.split())


def difference_in(paragraph):
    """Read a paragraph.

    Raises:
        ValueError: it does not have the form.
    """
    match = FORM.fullmatch(paragraph.partition(" http")[0])
    if match is None:
        raise ValueError(f"not in the form of a kept difference: {paragraph}")
    return Difference(*match.groups())


def differences():
    """Give the table of all of them, by subject."""
    found = sorted(map(difference_in, paragraphs()), key=lambda it: it.subject.strip("`").lower())
    return table(["Subject", "AWS", "kmsmock", "Why"], found)

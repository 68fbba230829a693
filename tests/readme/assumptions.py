"""What kmsmock assumes where AWS is silent: the sentences of its source that say "assumed".

A comment or a documentation string says so. Where it speaks of the text of an error, it means
what the code beside it raises; what it says of anything else must be clear by itself.
"""

import ast
import re
from dataclasses import dataclass
from itertools import pairwise

from readme.markdown import table
from readme.remarks import remarks_with

ASSUMED = re.compile(r"\bassumed\b(?!-role)", re.IGNORECASE)
OF_TEXTS = re.compile(r"\btexts?\b", re.IGNORECASE)
ENTRY = re.compile(r"^ {4}\*{0,2}(\w+): ", re.MULTILINE)
"""The beginning of an entry of `Raises:` or `Args:`."""
CODE_TOO = " \\*"
"""After an error whose code is assumed as well."""
SENTENCE_END = re.compile(r'(?<=[.!?])\s+(?=[A-Z"`])')


@dataclass(frozen=True)
class Assumption:
    """A sentence that says "assumed".

    Attributes:
        path: its file, below the package.
        sentence: as it stands there, on one line.
        refusals: the errors that it is about, each with its text.
    """

    path: str
    sentence: str
    refusals: tuple[tuple[str, str], ...]


def assumptions():
    """Give all of kmsmock's, file by file."""
    for path, tree, remarks in remarks_with(ASSUMED):
        yield from assumptions_among(remarks, tree, path)


def assumptions_among(remarks, tree, path):
    """Give those that some of a file's remarks make."""
    for remark in remarks:
        for sentence in _sentences(remark.text):
            if ASSUMED.search(sentence):
                yield Assumption(path, sentence, _refusals(sentence, remark.code, tree))


def _sentences(text):
    """Give the sentences of a text; an entry of a list of errors ends what stands before it."""
    for paragraph in re.split(r"\n\s*\n|^\w+:\n", text, flags=re.MULTILINE):
        beginnings = [0, *(match.start() for match in ENTRY.finditer(paragraph)), len(paragraph)]
        for begin, end in pairwise(beginnings):
            yield from SENTENCE_END.split(" ".join(paragraph[begin:end].split()))


def _refusals(sentence, code, tree):
    """Give the errors in code whose texts a sentence is about, as they are written there."""
    if not OF_TEXTS.search(sentence):
        return ()
    only = re.match(r"(\w+(Exception|Refused)): ", f"{sentence} ")
    return tuple(
        dict.fromkeys(
            (name, text)
            for statement in code
            for node in ast.walk(statement)
            if isinstance(node, ast.Call) and re.search(r"(Exception|Refused)$", _name(node.func))
            for name, text in [(_name(node.func), _text(node.args, tree))]
            if text and (only is None or name == only[1])
        )
    )


def _name(node):
    return ast.unparse(node).rpartition(".")[2]


def _text(arguments, tree):
    """Give a text with dots for what is filled in; "" where it is not written here."""
    argument = arguments[0] if arguments else None
    if isinstance(argument, ast.Name):
        argument = next(
            (
                node.value
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == argument.id
            ),
            None,
        )
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "…" for part in argument.values)
        return "".join(parts)
    return ""


def of_behaviour():
    """Give what is assumed of what AWS does, a row for each file."""
    by_path = {}
    for assumption in assumptions():
        if not assumption.refusals:
            by_path.setdefault(assumption.path, []).append(readable(assumption.sentence))
    return table(
        ["In", "Assumed"],
        ([_link(path), "<br>".join(map(_cell, texts))] for path, texts in by_path.items()),
    )


def of_texts():
    """Give the texts of errors that AWS does not publish; `*` where the code is assumed as well."""
    by_path = {}
    for assumption in assumptions():
        code_too = bool(re.search(r"\bcodes? and texts?\b", assumption.sentence, re.IGNORECASE))
        for name, text in assumption.refusals:
            line = f"{name}{CODE_TOO if code_too else ''}: {_cell(text)}"
            by_path.setdefault(assumption.path, {})[line] = None
    return table(
        ["In", "Error and assumed text"],
        ([_link(path), "<br>".join(lines)] for path, lines in by_path.items()),
    )


def readable(sentence):
    """Give a sentence as it reads in a table that says "assumed" above it."""
    text = re.sub(r"^Assumed: ", "", sentence)
    return text[0].upper() + text[1:]


def _link(path):
    return f"[{path.removesuffix('.py')}](kmsmock/{path})"


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")

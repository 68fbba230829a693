"""What kmsmock's source says beside its code: comments and documentation strings."""

import ast
import inspect
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

import kmsmock

PACKAGE = Path(kmsmock.__file__).parent


@dataclass(frozen=True)
class Remark:
    """A comment, lines of one block together, or a documentation string, of a constant too.

    Attributes:
        line: where it stands.
        text: of a comment, on one line; a documentation string keeps its lines.
        code: the statements that it is about.
    """

    line: int
    text: str
    code: tuple[ast.stmt, ...]


def remarks_with(pattern):
    """Give the path, the tree and the remarks of each of kmsmock's files that has a pattern."""
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text("utf-8")
        if pattern.search(source):
            tree = ast.parse(source)
            yield path.relative_to(PACKAGE).as_posix(), tree, remarks_in(source, tree)


def remarks_in(source, tree):
    """Give those of a source, from its beginning to its end."""
    return sorted((*_comments(source, tree), *_docstrings(tree)), key=lambda remark: remark.line)


def _comments(source, tree):
    lines = source.splitlines()
    blocks = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or not re.match(r"# ", token.string):
            continue
        (line, column), alone = token.start, not lines[token.start[0] - 1][: token.start[1]].strip()
        if alone and blocks and blocks[-1][1:] == (line - 1, column, True):
            first, *_ = blocks.pop()
            blocks.append((f"{first} {token.string[2:]}", line, column, True))
        else:
            blocks.append((token.string[2:], line, column, alone))
    for text, line, _column, alone in blocks:
        yield Remark(line, text, _statements_from(tree, line + 1 if alone else line))


def _statements_from(tree, line):
    """Give what raises first from a line on: a statement, or one that follows in its block."""
    blocks = [
        block
        for node in ast.walk(tree)
        for name in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, name, None), list)
    ]
    after = [
        block[place:]
        for block in blocks
        for place, statement in enumerate(block)
        if isinstance(statement, ast.stmt) and statement.lineno == line
    ]
    for statement in after[-1] if after else ():
        if any(isinstance(node, (ast.Raise, ast.Return)) for node in ast.walk(statement)):
            return (statement,)
    return ()


def _docstrings(tree):
    for node in ast.walk(tree):
        if not isinstance(body := getattr(node, "body", None), list):
            continue
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                of_function = isinstance(node, ast.FunctionDef) and statement is body[0]
                text = inspect.cleandoc(str(statement.value.value))
                yield Remark(statement.lineno, text, tuple(body[1:]) if of_function else ())

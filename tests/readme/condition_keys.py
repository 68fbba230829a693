"""The condition keys that policies can ask for."""

import ast
import inspect
import re

from readme.markdown import grouped, table

from kmsmock.authorization import condition_keys as keys_of_kms
from kmsmock.authorization import global_keys as keys_of_all

GROUPS = {
    keys_of_kms._SYMMETRIC: "operations with an encryption context",
    keys_of_kms._BY_ALIAS: "operations that take an alias",
    (*keys_of_kms._SYMMETRIC, "CreateGrant"): "operations with an encryption context, CreateGrant",
}
"""Operations that are many -> what they have in common."""

SPELLED = {"aws:resourcetag/*": "aws:ResourceTag/*", "kms:resourcealiases": "kms:ResourceAliases"}
"""Condition keys that the code has in lower case -> as AWS's guide has them."""


def condition_keys():
    """Give the table; keys of the same operations share a row."""
    named = sorted(keys_of_kms.OF_KMS.items())
    rows = [
        [
            ", ".join(f"`kms:{name}`" for name in names),
            GROUPS.get(operations) or ", ".join(operations),
        ]
        for operations, names in grouped((name, operations) for name, (operations, _read) in named)
    ]
    others = _names_in(keys_of_kms) - {"kms:*"}
    own = [f"kms:{name}" for name in keys_of_kms.OF_KEYS]
    return table(
        ["Condition keys", "In calls of"],
        [
            *rows,
            [_listed(own), "every operation on a key, CreateKey"],
            [_listed(others), "calls that show them"],
            [_listed(_names_in(keys_of_all)), "calls of every kind, as far as they show them"],
        ],
    )


def _listed(names):
    return ", ".join(f"`{name}`" for name in sorted(names))


def _names_in(module):
    """Give the condition keys that a module writes out; what a call fills in is `*`."""
    tree = ast.parse(inspect.getsource(module))
    filled_in = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in filled_in for part in node.values}
    texts = {
        "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
        for node in filled_in
    } | {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
    }
    return {SPELLED.get(text, text) for text in texts if re.fullmatch(r"(aws|kms):[\w/:*]+", text)}

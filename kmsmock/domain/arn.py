"""Amazon Resource Names.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Arn(NamedTuple):
    """`arn:<partition>:<service>:<region>:<account>:<resource>`."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))


def parse_arn(text: str) -> Arn | None:
    """Take an ARN apart, or give None if the text is not one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
        return None
    return Arn(*parts[1:])


_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[a-z-]+):"
    r"(iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_ACCOUNT_ID = re.compile(r"[0-9]{12}")


def account_arn(partition: str, account_id: str) -> str:
    """Give the ARN of an account as a principal."""
    return f"arn:{partition}:iam::{account_id}:root"


def principal_arn(text: str, partition: str) -> str | None:
    """Give the ARN of a principal that a policy or a grant may name; an account id becomes one.

    Accounts, users, roles, role sessions and federated users are principals; groups and services
    are not. None if the text names none of the partition.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if _ACCOUNT_ID.fullmatch(text):
        return account_arn(partition, text)
    named = _PRINCIPAL.fullmatch(text)
    return text if named is not None and named["partition"] == partition else None

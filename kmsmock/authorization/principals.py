"""Whom the principals of a policy mean.

Sources: authorization.md sections 1 and 1.1, and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kmsmock.domain.arn import parse_arn

if TYPE_CHECKING:
    from kmsmock.authorization.policy import Principal, Statement

Naming = Literal["itself", "role", "account"]
"""How a statement names a subject: by its own ARN or `*`, as its role, or as its account."""

_CLOSENESS: tuple[Naming, ...] = ("itself", "role", "account")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks, as policies and grants see it.

    Attributes:
        arn: as a denial shows it: of a role that is its session's.
        account_id: the account, None for an AWS service.
        names: what names it and nobody else: its ARN, and its unique id.
        role_names: what names the role that it is a session of.
        is_root: whether it is the account's root user, whom its own account refuses nothing.
        service: the service's name, if it is an AWS service.
        provider: who vouched for a federated session.
    """

    arn: str
    account_id: str | None
    names: tuple[str, ...]
    role_names: tuple[str, ...] = ()
    is_root: bool = False
    service: str | None = None
    provider: str | None = None

    @property
    def chain(self) -> tuple[str, ...]:
        """All that grants may know it by, its account aside."""
        return (*self.names, *self.role_names)


def naming(statement: Statement, subject: Subject, *, has_boundary: bool) -> Naming | None:
    """Tell how a statement of a resource policy names the subject, the closest way of all.

    Deny with NotPrincipal spares a subject only when its account, its role and its own ARN are
    all listed, and none that has a permissions boundary. (The first AWS documents with "might".)
    """
    if statement.not_principals is not None:
        spared = {_names(principal, subject) for principal in statement.not_principals}
        needed: set[Naming] = {"account"} if subject.is_root else {"itself", "account"}
        if subject.role_names:
            needed.add("role")
        return None if needed <= spared and not has_boundary else "itself"
    found = {_names(principal, subject) for principal in statement.principals or ()}
    return next((way for way in _CLOSENESS if way in found), None)


def _names(principal: Principal, subject: Subject) -> Naming | None:
    value = principal.value
    if principal.kind != "AWS":
        others = {"Service": subject.service, "Federated": subject.provider}
        return "itself" if value == others.get(principal.kind) else None
    if names_account(value, subject.account_id):
        return "account"
    if value == "*" or value in subject.names:
        return "itself"
    return "role" if value in subject.role_names else None


def names_account(value: str, account_id: str | None) -> bool:
    """Tell whether a principal is the account as a whole: its id or its root ARN."""
    if value == account_id:
        return True
    arn = parse_arn(value)
    return arn is not None and (arn.account, arn.resource) == (account_id, "root")

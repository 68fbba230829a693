"""What grants permit: grantees, constraints, child grants, and who may retire one.

Rules: authorization.md section 4, kms-operations.md section 3.6, and
https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsmock.authorization.principals import names_account
from kmsmock.domain.arn import account_arn
from kmsmock.domain.grant import ON_SYMMETRIC_KEYS, Constraints, Pairs

if TYPE_CHECKING:
    from kmsmock.authorization.principals import Subject
    from kmsmock.domain.grant import Grant, Grants, Terms


@dataclass(frozen=True, slots=True)
class GrantUse:
    """A request as grants see it.

    Attributes:
        operation: as grants name it: `ReEncryptFrom`.
        encryption_context: of the request.
        source_arn: the aws:SourceArn of the request.
        child: the terms of the grant that CreateGrant asks for.
    """

    operation: str
    encryption_context: Mapping[str, str] = field(default_factory=dict)
    source_arn: str | None = None
    child: Terms | None = None


def grants_to(grants: Grants, subject: Subject, partition: str) -> Iterator[Grant]:
    """Give the grants whose grantee covers the subject: itself, its role or its account."""
    covering = list(subject.chain)
    if subject.service is not None:
        covering.append(subject.service)
    if subject.account_id is not None and not subject.is_root:
        covering.append(account_arn(partition, subject.account_id))
    for grantee in covering:
        yield from grants.of_grantee(grantee)


def permitting(grants: Iterable[Grant], use: GrantUse) -> Iterator[str]:
    """Give the ids of the grants that permit a use."""
    for grant in grants:
        if permits(grant.terms, use):
            yield grant.grant_id


def permits(terms: Terms, use: GrantUse) -> bool:
    """Tell whether a grant's terms permit a use by its grantee."""
    if use.operation not in terms.operations:
        return False
    constraints = terms.constraints
    if constraints.source_arn is not None and not _has_source(constraints.source_arn, use):
        return False
    if use.operation in ON_SYMMETRIC_KEYS and not _has_context(constraints, use.encryption_context):
        return False
    return use.child is None or _is_no_wider(use.child, terms)


def _has_source(source_arn: str, use: GrantUse) -> bool:
    if use.operation == "RetireGrant" or (use.operation == "DescribeKey" and not use.source_arn):
        return True
    return use.source_arn == source_arn


def _has_context(constraints: Constraints, context: Mapping[str, str]) -> bool:
    """Compare keys without their case and values with it."""
    given = sorted((name.lower(), value) for name, value in context.items())
    if constraints.equals is not None and _folded(constraints.equals) != given:
        return False
    return constraints.subset is None or set(_folded(constraints.subset)) <= set(given)


def _folded(pairs: Pairs) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in pairs)


def _is_no_wider(child: Terms, parent: Terms) -> bool:
    """Tell whether a child grant permits nothing that its parent does not."""
    return set(child.operations) <= set(parent.operations) and _is_as_strict(
        child.constraints, parent.constraints
    )


def _is_as_strict(child: Constraints, parent: Constraints) -> bool:
    """Compare constraints: pairs may be added and a subset made exact, and not the other way.

    Assumed: a grant that was made through a grant with EncryptionContextEquals has the same
    context, neither more pairs nor fewer.
    """
    if parent.source_arn is not None and child.source_arn != parent.source_arn:
        return False
    exact = None if child.equals is None else _folded(child.equals)
    if parent.equals is not None and exact != _folded(parent.equals):
        return False
    if parent.subset is None:
        return True
    needed = set(_folded(parent.subset))
    asked = exact or []
    return needed <= {*asked, *_folded(child.subset or ())}


def may_retire(grant: Grant, subject: Subject, *, iam_allows: bool) -> bool:
    """Tell whether the grant itself lets the subject retire it.

    The retiring principal may, the grantee if RetireGrant is among the operations, and the account
    that asked for the grant; an account lets its principals by IAM, and its root user needs none.

    Args:
        iam_allows: whether IAM allows the subject kms:RetireGrant, or it needs no policy.
    """
    terms = grant.terms
    by_name = {terms.retiring, terms.retiring_service}
    if "RetireGrant" in terms.operations:
        by_name |= {terms.grantee, terms.grantee_service}
    if by_name & {*subject.chain, subject.service} - {None}:
        return True
    accounts = {grant.issuing_account, terms.retiring}
    if "RetireGrant" in terms.operations:
        accounts.add(terms.grantee)
    return iam_allows and any(
        names_account(account, subject.account_id) for account in accounts if account is not None
    )

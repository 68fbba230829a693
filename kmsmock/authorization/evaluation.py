"""The decision: policies, grants and a request in, allowed or denied with the reason out.

Nothing here knows a call or a key. Rules: authorization.md sections 1, 1.1 and 4, and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kmsmock.authorization.conditions import is_met
from kmsmock.authorization.policy import Document, Statement
from kmsmock.authorization.principals import Naming, Subject, naming
from kmsmock.authorization.variables import matches
from kmsmock.domain.principal import ContextValues

PolicyKind = Literal[
    "resource-based policy",
    "identity-based policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
    "permissions boundary",
    "session policy",
]
DecidedBy = PolicyKind | Literal["grant", "account administrator"]

_OF_THE_ACCOUNT: tuple[PolicyKind, ...] = (
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
)
"""What limits every request, however it is allowed."""
_OF_THE_PRINCIPAL: tuple[PolicyKind, ...] = ("permissions boundary", "session policy")
"""What limits identity-based policies, and a key policy's allowance for a role."""
_KINDS: tuple[PolicyKind, ...] = (
    "resource-based policy",
    "identity-based policy",
    *_OF_THE_ACCOUNT,
    *_OF_THE_PRINCIPAL,
)
"""Assumed: of policies that deny explicitly the error names a resource-based one first, then an
identity-based one, then what limits the account, then what limits the principal.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        action: `kms:Decrypt`.
        resource: the ARN that policies name.
        account_id: the account that owns the resource.
        context: the condition keys of the request.
        identity_context: those that a resource-based policy does not see.
    """

    action: str
    resource: str
    account_id: str
    context: ContextValues = field(default_factory=dict)
    identity_context: ContextValues = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies that have a say.

    Attributes:
        resource: the key policy, or None for what has no policy: then IAM alone decides.
        identity: what IAM gave the principal.
        limits: the policies that allow nothing by themselves and must allow what is done, by
            kind. A kind that is not there limits nothing.
    """

    resource: Document | None = None
    identity: tuple[Document, ...] = ()
    limits: Mapping[PolicyKind, tuple[Document, ...]] = field(default_factory=dict)

    def of(self, kind: PolicyKind) -> tuple[Document, ...]:
        """Give the policies of a kind."""
        if kind == "identity-based policy":
            return self.identity
        if kind == "resource-based policy":
            return () if self.resource is None else (self.resource,)
        return self.limits.get(kind, ())


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed, or denied, and what decided.

    Attributes:
        by: the kind of policy that allows, that denies, or that does not allow and would have to.
        statement: the statement that allows or denies; None for one that is missing.
        grant_id: the grant that allows.
        foreign: whether the resource is of another account than the caller.
    """

    allowed: bool
    by: DecidedBy
    statement: Statement | None = None
    grant_id: str | None = None
    foreign: bool = False

    @property
    def is_explicit(self) -> bool:
        """Whether a statement or a grant decided, and not the lack of one."""
        return self.statement is not None or self.grant_id is not None

    def __str__(self) -> str:
        verdict = "allowed" if self.allowed else "denied"
        if self.grant_id is not None:
            return f"{verdict} by grant {self.grant_id}"
        if self.statement is not None:
            sid = self.statement.sid
            which = "a statement" if sid is None else f"the statement {sid!r}"
            return f"{verdict} by {which} of the {self.by}"
        return f"{verdict} by the {self.by}" if self.allowed else f"denied: no {self.by} allows it"


BY_ADMINISTRATOR = Decision(True, "account administrator")


def decide(
    subject: Subject, asked: Asked, policies: Policies, grants: Iterable[str] = ()
) -> Decision:
    """Decide whether a subject may do what it asks for.

    Args:
        grants: the ids of the grants that allow it, their constraints being met.
    """
    evaluation = _Evaluation(subject, asked, policies)
    foreign = subject.account_id != asked.account_id and policies.resource is not None
    decision = evaluation.denial() or evaluation.limit(_OF_THE_ACCOUNT)
    if decision is None:
        grant_id = next(iter(grants), None)
        if grant_id is not None:
            decision = Decision(True, "grant", grant_id=grant_id)
        elif policies.resource is None:
            decision = evaluation.by_identity()
        else:
            decision = evaluation.by_resource(foreign=foreign)
    if not foreign:
        return decision
    return Decision(decision.allowed, decision.by, decision.statement, decision.grant_id, True)


class _Evaluation:
    """One decision in the making."""

    def __init__(self, subject: Subject, asked: Asked, policies: Policies) -> None:
        self._subject = subject
        self._asked = asked
        self._policies = policies
        self._has_boundary = bool(policies.of("permissions boundary"))
        self._identity_context = {**asked.context, **asked.identity_context}

    def denial(self) -> Decision | None:
        """Find an explicit deny, in whatever policy."""
        for kind in _KINDS:
            for document in self._policies.of(kind):
                for statement in document.statements:
                    if not statement.allows and self._speaks(document, statement, kind):
                        return Decision(False, kind, statement)
        return None

    def limit(self, kinds: tuple[PolicyKind, ...]) -> Decision | None:
        """Find a kind of limiting policies of which none allows the request."""
        for kind in kinds:
            if kind in self._policies.limits and self._allowing(kind) is None:
                return Decision(False, kind)
        return None

    def by_identity(self) -> Decision:
        """Let IAM decide, within the principal's own limits; a root user needs no policy."""
        if self._subject.is_root:
            return Decision(True, "identity-based policy")
        statement = self._allowing("identity-based policy")
        if statement is None:
            return Decision(False, "identity-based policy")
        return self.limit(_OF_THE_PRINCIPAL) or Decision(True, "identity-based policy", statement)

    def by_resource(self, *, foreign: bool) -> Decision:
        """Let the resource's policy decide, with IAM where it only delegates."""
        named = self._allowing_by_resource()
        statement = named.get("itself") or named.get("role") or named.get("account")
        if statement is None:
            return Decision(False, "resource-based policy")
        if foreign and self._subject.service is None:
            by_identity = self.by_identity()
            if not by_identity.allowed:
                return by_identity
        elif "itself" not in named and not self._subject.is_root:
            if "role" not in named:
                return self.by_identity()
            limit = self.limit(_OF_THE_PRINCIPAL)
            if limit is not None:
                return limit
        return Decision(True, "resource-based policy", statement)

    def _allowing_by_resource(self) -> dict[Naming, Statement]:
        """Find the statements of the resource's policy that allow, by how they name the subject."""
        named: dict[Naming, Statement] = {}
        document = self._policies.resource
        assert document is not None
        for statement in document.statements:
            way = self._naming(statement)
            if statement.allows and way and self._fits(document, statement, self._asked.context):
                named.setdefault(way, statement)
        return named

    def _allowing(self, kind: PolicyKind) -> Statement | None:
        for document in self._policies.of(kind):
            for statement in document.statements:
                if statement.allows and self._speaks(document, statement, kind):
                    return statement
        return None

    def _speaks(self, document: Document, statement: Statement, kind: PolicyKind) -> bool:
        """Tell whether a statement is about the subject and what it asks for."""
        if kind == "resource-based policy":
            named = self._naming(statement) is not None
            return named and self._fits(document, statement, self._asked.context)
        # A VPC endpoint's policy names principals as well, and IAM's name none.
        about = statement.principals is None and statement.not_principals is None
        return (about or self._naming(statement) is not None) and self._fits(
            document, statement, self._identity_context
        )

    def _naming(self, statement: Statement) -> Naming | None:
        return naming(statement, self._subject, has_boundary=self._has_boundary)

    def _fits(self, document: Document, statement: Statement, context: ContextValues) -> bool:
        return (
            statement.names_action(self._asked.action)
            and self._names_resource(document, statement, context)
            and all(
                is_met(condition, context, document.version) for condition in statement.conditions
            )
        )

    def _names_resource(
        self, document: Document, statement: Statement, context: ContextValues
    ) -> bool:
        patterns = statement.resources
        if patterns is None:
            patterns = statement.not_resources
        if patterns is None:
            return False
        named = any(
            matches(self._asked.resource, pattern, context, document.version)
            for pattern in patterns
        )
        return named == (statement.resources is not None)

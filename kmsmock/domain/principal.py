"""Principals: who may call, what IAM gave them, and the credentials that they call with.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kmsmock.domain.arn import Arn, parse_arn

ContextValues = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, and their values in a request."""

SERVICE_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")
"""How the name of an AWS service as a principal ends."""

_UNIQUE_ID_PREFIXES = {"user": "AIDA", "role": "AROA"}
SESSION_NAME = "kmsmock"
"""The name of the session in which a role acts when a test names the role alone."""


@dataclass(eq=False, slots=True)
class Principal:
    """A user, a role, a federated user, an account's root user, or an AWS service.

    Attributes:
        arn: of the principal itself, never of a role's session; a service's name for a service.
        account_id: the account it belongs to; for a service the one that it works for.
        unique_id: what stays when another principal gets the same ARN: `AIDA...`, `AROA...`; of
            others their ARN.
        policies: its identity policies, as JSON.
        boundary: its permissions boundary, as JSON.
        exists: False once it was deleted.
    """

    arn: str
    account_id: str
    unique_id: str
    policies: tuple[str, ...] = ()
    boundary: str | None = None
    exists: bool = True

    @property
    def kind(self) -> str:
        """Tell what it is: user, role, federated-user, root or service."""
        arn = parse_arn(self.arn)
        return "service" if arn is None else arn.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """The name without its path."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True, eq=False)
class Credentials:
    """Access keys of a principal, and what is particular to the calls made with them.

    Attributes:
        arn: what calls are seen to come from: the principal's own ARN, or a session's of a role.
        administrator: whether everything in the account is allowed.
        session_policies: what the session was limited to when it began, as JSON; None if not.
        service_control_policies: the organization's for the account, as JSON; None for none.
        endpoint_policy: of the VPC endpoint that the calls come through, as JSON.
        via_service: the AWS service that calls for the principal: `s3.us-east-1.amazonaws.com`.
        context: condition keys that cannot be read from a call: `aws:sourcearn`.
    """

    principal: Principal
    arn: str
    administrator: bool = False
    session_policies: tuple[str, ...] | None = None
    service_control_policies: tuple[str, ...] | None = None
    endpoint_policy: str | None = None
    via_service: str | None = None
    context: ContextValues = field(default_factory=dict)

    @property
    def session_name(self) -> str | None:
        """The name of a role's session."""
        return None if self.arn == self.principal.arn else self.arn.rpartition("/")[2]


class Principals:
    """The principals of an account, by ARN."""

    def __init__(self) -> None:
        self._by_arn: dict[str, Principal] = {}

    def __iter__(self) -> Iterator[Principal]:
        return iter(self._by_arn.values())

    def get(self, arn: str) -> Principal | None:
        """Give the principal of this ARN, or None."""
        return self._by_arn.get(arn)

    def add(self, principal: Principal) -> None:
        """Take in a principal whose ARN nobody has."""
        self._by_arn[principal.arn] = principal

    def of(self, arn: Arn, random_id: Callable[[int], str]) -> Principal:
        """Give the principal of an ARN, or the role of a session's; made when first named.

        A session's ARN tells the role's name without its path: a known role of that name is meant,
        or else one without a path.
        """
        kind, _, rest = arn.resource.partition("/")
        if kind == "assumed-role":
            name = rest.partition("/")[0]
            known = (it for it in self._by_arn.values() if it.kind == "role" and it.name == name)
            found = next(known, None)
            if found is not None:
                return found
            kind, arn = "role", arn._replace(service="iam", resource=f"role/{name}")
        text = str(arn)
        if text not in self._by_arn:
            prefix = _UNIQUE_ID_PREFIXES.get(kind)
            unique_id = text if prefix is None else prefix + random_id(17).upper()
            self._by_arn[text] = Principal(text, arn.account, unique_id)
        return self._by_arn[text]

    def delete(self, principal: Principal) -> None:
        """Forget a principal; its credentials know that it is gone."""
        principal.exists = False
        del self._by_arn[principal.arn]


def session_arn(role: Principal, name: str) -> str:
    """Give the ARN of a role's session."""
    arn = parse_arn(role.arn)
    assert arn is not None
    return str(arn._replace(service="sts", resource=f"assumed-role/{role.name}/{name}"))

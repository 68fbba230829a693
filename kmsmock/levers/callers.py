"""Callers that a test declares: principals, their policies, their credentials, and their end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict

from kmsmock.authorization.deletion import forget_principal
from kmsmock.authorization.identity_policy import PolicyLike, policy_text, policy_texts
from kmsmock.domain.arn import account_arn, parse_arn, principal_arn
from kmsmock.domain.principal import (
    SERVICE_SUFFIXES,
    SESSION_NAME,
    Credentials,
    Principal,
    session_arn,
)

if TYPE_CHECKING:
    from kmsmock.domain.principal import ContextValues
    from kmsmock.world import World

ContextLike = Mapping[str, str | bool | int | Sequence[str]]
"""Condition keys and their values in a request."""


class CallerArguments(TypedDict, total=False):
    """What `aws.session` and its like take about the caller; see there."""

    principal: str | None
    account_id: str | None
    policies: Iterable[PolicyLike] | None
    permissions_boundary: PolicyLike | None
    session_policies: Iterable[PolicyLike] | None
    service_control_policies: Iterable[PolicyLike] | None
    vpc_endpoint_policy: PolicyLike | None
    via_service: str | None
    context: ContextLike | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class CallerOptions:
    """The same, with what stands for an argument that was not given."""

    principal: str | None = None
    account_id: str | None = None
    policies: Iterable[PolicyLike] | None = None
    permissions_boundary: PolicyLike | None = None
    session_policies: Iterable[PolicyLike] | None = None
    service_control_policies: Iterable[PolicyLike] | None = None
    vpc_endpoint_policy: PolicyLike | None = None
    via_service: str | None = None
    context: ContextLike | None = None


def declare(world: World, options: CallerOptions) -> Credentials:
    """Make credentials of a caller; a principal that is not there yet comes to be.

    Raises:
        ValueError: an option is not what it should be, or two contradict each other.
    """
    session_policies = _optional_texts(options.session_policies, "session_policies")
    service_control = _optional_texts(options.service_control_policies, "service_control_policies")
    endpoint = None
    if options.vpc_endpoint_policy is not None:
        endpoint = policy_text(
            options.vpc_endpoint_policy, "vpc_endpoint_policy", names_principals=True
        )
    principal, arn = _find_principal(world, options)
    _give_policies(principal, options)
    return Credentials(
        principal,
        arn,
        administrator=options.principal is None,
        session_policies=session_policies,
        service_control_policies=service_control,
        endpoint_policy=endpoint,
        via_service=options.via_service,
        context=context_values(options.context or {}),
    )


@contextmanager
def supposed(world: World, options: CallerOptions) -> Iterator[Credentials]:
    """Make credentials for a question: afterwards the principal has the policies that it had.

    Raises:
        ValueError: as `declare`.
    """
    principal, _arn = _find_principal(world, options)
    had = principal.policies, principal.boundary
    try:
        yield declare(world, options)
    finally:
        principal.policies, principal.boundary = had


def register(world: World, access_key_id: str, options: CallerOptions) -> None:
    """Let calls signed with an access key come from a caller.

    Raises:
        ValueError: as `declare`.
    """
    with world.lock:
        world.credentials[access_key_id] = declare(world, options)


def new_access_key(world: World, options: CallerOptions) -> str:
    """Register a caller under a new access key id, of AWS's form, and give the id.

    Raises:
        ValueError: as `declare`.
    """
    with world.lock:
        credentials = declare(world, options)
        long_lived = credentials.principal.kind in ("user", "root")
        access_key_id = ("AKIA" if long_lived else "ASIA") + world.randomness.base32(16).upper()
        world.credentials[access_key_id] = credentials
        return access_key_id


def delete(world: World, arn: str) -> None:
    """Delete a user or a role, as IAM would.

    Raises:
        ValueError: it is the ARN of neither.
    """
    parsed = parse_arn(arn)
    if parsed is None or not parsed.resource.startswith(("user/", "role/")):
        raise ValueError(f"{arn!r} is not the ARN of a user or a role")
    with world.lock:
        principals = world.account(parsed.account).principals
        principal = principals.of(parsed, world.randomness.base32)
        principals.delete(principal)
        forget_principal(world, principal)


def context_values(context: ContextLike) -> ContextValues:
    """Give condition keys as conditions are compared: in lower case, each with texts."""
    return {
        name.lower(): (
            (str(value).lower(),)
            if isinstance(value, bool)
            else (str(value),)
            if isinstance(value, (str, int))
            else tuple(value)
        )
        for name, value in context.items()
    }


def _find_principal(world: World, options: CallerOptions) -> tuple[Principal, str]:
    """Give the principal that options name, and the ARN that its calls come from."""
    named = options.principal
    if named is not None and named.endswith(SERVICE_SUFFIXES):
        return Principal(named, options.account_id or world.account_id, named), named
    if named is None:
        named = account_arn("aws", options.account_id or world.account_id)
    parsed = parse_arn(named)
    if parsed is None or principal_arn(named, parsed.partition) is None:
        raise ValueError(
            f"{named!r} is no principal: give the ARN of a user, a role, a role's session, a "
            "federated user or an account's root, or an AWS service as in s3.amazonaws.com"
        )
    if options.account_id not in (None, parsed.account):
        raise ValueError(f"{named} is not of account {options.account_id}")
    principal = world.account(parsed.account).principals.of(parsed, world.randomness.base32)
    if parsed.resource.startswith("role/"):
        return principal, session_arn(principal, SESSION_NAME)
    return principal, named


def _give_policies(principal: Principal, options: CallerOptions) -> None:
    """Put policies on the principal; what is not given stays as it is."""
    limited = options.policies is not None or options.permissions_boundary is not None
    if limited and (options.principal is None or principal.kind in ("root", "service")):
        raise ValueError(
            "policies and permissions_boundary belong to a user or a role: IAM attaches none to "
            f"{principal.arn}"
        )
    if options.policies is not None:
        principal.policies = policy_texts(options.policies, "policies")
    if options.permissions_boundary is not None:
        principal.boundary = policy_text(options.permissions_boundary, "permissions_boundary")


def _optional_texts(policies: Iterable[PolicyLike] | None, what: str) -> tuple[str, ...] | None:
    return None if policies is None else policy_texts(policies, what)

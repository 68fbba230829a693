"""Policies that a test gives its principals: IAM's, session policies, service control policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kmsmock.authorization.policy import PolicyProblem, read_document

PolicyLike = str | Mapping[str, Any]
"""A policy document: JSON, or what JSON says."""


def policy_text(policy: PolicyLike, what: str, *, names_principals: bool = False) -> str:
    """Check a policy that a test gives; give it as JSON.

    Args:
        what: the policy's name in the error.
        names_principals: whether it has principals, as a VPC endpoint's has.

    Raises:
        ValueError: it is no policy of its kind, and AWS would not have taken it.
    """
    if isinstance(policy, str) and policy.startswith("arn:"):
        raise ValueError(
            f"{what} has the ARN {policy}: managed policies are not here, give the document"
        )
    text = policy if isinstance(policy, str) else json.dumps(policy)
    try:
        document = read_document(text)
    except PolicyProblem as problem:
        raise ValueError(f"{what} is not a policy document: {problem}") from None
    for statement in document.statements:
        if not names_principals and (statement.principals or statement.not_principals):
            raise ValueError(
                f"{what} has a Principal: a policy of this kind is about whom it is attached to"
            )
        if statement.actions is None and statement.not_actions is None:
            raise ValueError(f"{what} has a statement without Action")
        if statement.resources is None and statement.not_resources is None:
            raise ValueError(f"{what} has a statement without Resource")
    return text


def policy_texts(policies: Iterable[PolicyLike], what: str) -> tuple[str, ...]:
    """Check policies that a test gives; give each as JSON.

    Raises:
        TypeError: a single policy stands where a list of them belongs.
        ValueError: one is no policy.
    """
    if isinstance(policies, (str, Mapping)):
        raise TypeError(f"{what} is a list of policies; put the one policy into a list")
    return tuple(policy_text(policy, what) for policy in policies)

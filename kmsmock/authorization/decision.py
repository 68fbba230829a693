"""The decision on a call: what the pipeline asks, and what the evaluation is asked in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from kmsmock.authorization import denials, grants
from kmsmock.authorization.asking import Asking, via_service
from kmsmock.authorization.condition_keys import (
    context_of,
    encryption_context,
    identity_context_of,
)
from kmsmock.authorization.evaluation import (
    Asked,
    Decision,
    Policies,
    PolicyKind,
    decide,
)
from kmsmock.authorization.permissions import Permission, further_permissions, on_account
from kmsmock.authorization.policy import Document, read_document
from kmsmock.domain.custom_key_store import CustomKeyStore
from kmsmock.domain.grant import ON_SYMMETRIC_KEYS, Constraints, Grant, Terms, read_token
from kmsmock.domain.key import Key
from kmsmock.errors import AccessDeniedException, ServiceError
from kmsmock.errors.cloudhsmv2 import CloudHsmAccessDeniedException

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller
    from kmsmock.call import Call
    from kmsmock.domain.arn import Arn
    from kmsmock.domain.cluster import Cluster


class Resource(Protocol):
    """What a decision needs to know of the thing that is acted on."""

    @property
    def account_id(self) -> str:
        """The account that owns it."""


def authorize_operation(call: Call, *, has_target: bool) -> None:
    """Ask for what an operation takes beside the resources that its request names.

    Raises:
        AccessDeniedException: something does not let the caller.
    """
    if call.caller.administrator:
        return
    for permission in further_permissions(call, has_target=has_target):
        if isinstance(permission.resource, Key):
            authorize(call, permission.action, permission.resource)
        else:
            _require_iam(call, permission)


def authorize(call: Call, action: str, resource: Resource) -> None:
    """Ask whether the caller may do this to a resource.

    An account's administrator may do everything in the account, except to what AWS manages.

    Raises:
        AccessDeniedException: it may not.
    """
    caller = call.caller
    if isinstance(resource, Key):
        own = caller.administrator and resource.account_id == caller.account_id
        if not own or resource.manager == "AWS":
            _require_key(call, action, resource)
    elif caller.administrator and resource.account_id == caller.account_id:
        return
    elif isinstance(resource, Grant):
        _require_retirable(call, action, resource)
    elif isinstance(resource, CustomKeyStore):
        _require_iam(call, on_account(call, action))
    else:
        _require_iam(call, Permission(action, _cloudhsm_arn(call, resource)), resource)


def decide_on_key(call: Call, action: str, key: Key) -> Decision:
    """Decide what the caller may do to a key that is there."""
    operation = action.partition(":")[2]
    asking = Asking(call, operation, key)
    asked = Asked(action, key.arn, key.account_id, context_of(asking), identity_context_of(key))
    policies = policies_of(call.caller, read_document(key.policy))
    subject = call.caller.subject
    candidates = grants.grants_to(key.grants, subject, call.region.partition)
    effective = (grant for grant in candidates if _is_effective(call, grant))
    use = grants.GrantUse(
        operation,
        encryption_context(asking) if operation in ON_SYMMETRIC_KEYS else {},
        next(iter(asked.context.get("aws:sourcearn", ())), None),
        _child_terms(call) if operation == "CreateGrant" else None,
    )
    return decide(subject, asked, policies, grants.permitting(effective, use))


def policies_of(caller: Caller, resource: Document | None) -> Policies:
    """Give the policies that have a say about a caller."""
    credentials = caller.credentials
    if credentials is None:
        return Policies(resource)
    principal = credentials.principal
    limits: dict[PolicyKind, tuple[Document, ...]] = {}
    texts: dict[PolicyKind, tuple[str, ...] | None] = {
        "service control policy": credentials.service_control_policies,
        "VPC endpoint policy": _one(credentials.endpoint_policy),
        "permissions boundary": _one(principal.boundary),
        "session policy": credentials.session_policies,
    }
    for kind, given in texts.items():
        if given is not None:
            limits[kind] = tuple(read_document(text) for text in given)
    identity = tuple(read_document(text) for text in principal.policies)
    return Policies(resource, identity, limits)


def _one(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else (text,)


def _is_effective(call: Call, grant: Grant) -> bool:
    """Tell whether a grant is known everywhere by now, or the request brings its token."""
    if call.now - grant.created >= call.world.grant_delay:
        return True
    tokens = cast("list[str]", call.request.get("GrantTokens", ()))
    return any(read_token(token).grant_id == grant.grant_id for token in tokens)


def _child_terms(call: Call) -> Terms:
    """Give what CreateGrant asks for, as far as a parent grant has a say in it."""
    asked = cast("Mapping[str, object]", call.request.get("Constraints", {}))
    equals, subset = (
        None if member not in asked else tuple(cast("dict[str, str]", asked[member]).items())
        for member in ("EncryptionContextEquals", "EncryptionContextSubset")
    )
    constraints = Constraints(equals, subset, cast("str | None", asked.get("SourceArn")))
    operations = tuple(cast("list[str]", call.request.get("Operations", ())))
    return Terms(None, None, None, None, None, operations, constraints)


def _require_key(call: Call, action: str, key: Key) -> None:
    decision = decide_on_key(call, action, key)
    if decision.allowed:
        return
    if denials.is_hidden(decision):
        raise hidden_key(call, action)
    raise _denied(call, action, key.arn, decision)


def hidden_key(call: Call, action: str) -> AccessDeniedException:
    """Give the denial that does not tell whether another account has the key.

    Decrypt and ReEncrypt tell of the ciphertext, when that alone named the key.
    """
    named = "SourceKeyId" if action == "kms:ReEncryptFrom" else "KeyId"
    if action not in ("kms:Decrypt", "kms:ReEncryptFrom") or named in call.request:
        return hidden_from(call.caller, action)
    if via_service(call.caller) is not None:
        return AccessDeniedException(denials.THROUGH_A_SERVICE)
    return AccessDeniedException(
        denials.hidden_denial(call.caller.arn, action, denials.IN_CIPHERTEXT)
    )


def hidden_from(caller: Caller, action: str) -> AccessDeniedException:
    """Give the denial that does not tell whether another account has the resource."""
    return AccessDeniedException(denials.hidden_denial(caller.arn, action))


def _require_retirable(call: Call, action: str, grant: Grant) -> None:
    """Let those retire a grant whom the grant lets, unless IAM explicitly denies it.

    What an administrator may retire in the account that owns the key was decided before.
    """
    subject = call.caller.subject
    owners = call.world.region(grant.account_id, call.region.name)
    by_iam = decide_by_iam(call, action, grant.key_arn, owners.keys.get(grant.key_id))
    explicit = not by_iam.allowed and by_iam.is_explicit
    if not explicit and grants.may_retire(grant, subject, iam_allows=by_iam.allowed):
        return
    if grant.account_id != call.caller.account_id and not explicit:
        raise hidden_from(call.caller, action)
    if by_iam.allowed:
        by_iam = Decision(False, "resource-based policy")
    raise _denied(call, action, grant.key_arn, by_iam)


def _require_iam(call: Call, permission: Permission, thing: Resource | None = None) -> None:
    action, resource = permission.action, str(permission.resource)
    decision = decide_by_iam(call, action, resource, thing)
    if not decision.allowed:
        raise _denied(call, action, permission.shown or resource, decision)


def decide_by_iam(
    call: Call, action: str, resource: str, thing: Resource | None = None
) -> Decision:
    """Decide what IAM alone decides: the resource has no policy.

    Args:
        thing: what is acted on, if it is there already: conditions may be about it.
    """
    asking = Asking(call, action.partition(":")[2], thing if isinstance(thing, Key) else None)
    of_thing = identity_context_of(thing)
    asked = Asked(action, resource, call.caller.account_id, context_of(asking), of_thing)
    return decide(call.caller.subject, asked, policies_of(call.caller, None))


def _denied(call: Call, action: str, resource: str, decision: Decision) -> ServiceError:
    text = denials.denial(call.caller.arn, action, resource, decision)
    if call.service == "cloudhsmv2":
        return CloudHsmAccessDeniedException(text)
    return AccessDeniedException(text)


def _cloudhsm_arn(call: Call, resource: Resource) -> str:
    """Give the ARN of a cluster or a backup."""
    arn: str | Arn | None = getattr(resource, "arn", None)
    if arn is not None:
        return str(arn)
    return call.region.cloudhsm_arn(f"cluster/{cast('Cluster', resource).cluster_id}")

"""Grants: CreateGrant, ListGrants, ListRetirableGrants, RetireGrant and RevokeGrant.

Rules: kms-operations.md sections 3.6 and 4.5. Texts with which operations on
grants refuse are assumed where AWS publishes none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.domain.arn import account_arn, parse_arn, principal_arn
from kmsmock.domain.grant import Grant, read_token, write_token
from kmsmock.domain.index import Index
from kmsmock.domain.key_state import ANY, GRANTABLE
from kmsmock.errors import AccessDeniedException, ValidationException
from kmsmock.errors.kms import (
    InvalidGrantIdException,
    LimitExceededException,
    NotFoundException,
)
from kmsmock.kms.grant_terms import read_principal, read_terms
from kmsmock.kms.pages import page
from kmsmock.kms.shapes import grant_entry
from kmsmock.kms.targets import KeyTarget, find_key
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CreateGrantRequestTypeDef,
        CreateGrantResponseTypeDef,
        ListGrantsRequestTypeDef,
        ListGrantsResponseTypeDef,
        ListRetirableGrantsRequestTypeDef,
        RetireGrantRequestTypeDef,
        RevokeGrantRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World

GRANTS_PER_KEY = 50_000
_GRANT_ID = re.compile(r"[0-9a-f]{64}")
_RETIRE = KeyTarget("KeyId", "kms:RetireGrant", ANY, other_accounts=True)


@operation(
    "kms",
    "CreateGrant",
    KeyTarget("KeyId", "kms:CreateGrant", GRANTABLE, other_accounts=True),
)
def create_grant(
    call: Call, request: CreateGrantRequestTypeDef, key: Key
) -> CreateGrantResponseTypeDef:
    """Let a principal use the key; the same named request again gives the same grant."""
    terms = read_terms(request, key, call.region.partition)
    grant = key.grants.named_like(terms)
    if grant is None and len(key.grants) >= GRANTS_PER_KEY:
        raise LimitExceededException(f"{key.arn} already has {GRANTS_PER_KEY} grants.")
    call.end_of_dry_run()
    if grant is None:
        grant = Grant(
            grant_id=call.world.randomness.hex(64),
            key_arn=key.arn,
            account_id=key.account_id,
            issuing_account=account_arn(call.region.partition, call.caller.account_id),
            created=call.now,
            terms=terms,
        )
        keep_grant(call.world, key, grant)
    reply: CreateGrantResponseTypeDef = call.new_reply()
    reply["GrantToken"] = write_token(grant, call.world.randomness.bytes)
    reply["GrantId"] = grant.grant_id
    return reply


@operation("kms", "ListGrants", KeyTarget("KeyId", "kms:ListGrants", ANY, other_accounts=True))
def list_grants(
    call: Call, request: ListGrantsRequestTypeDef, key: Key
) -> ListGrantsResponseTypeDef:
    """List the grants on the key, or those with a grant id or of a grantee, by grant id."""
    if "GranteePrincipal" in request and "GranteeServicePrincipal" in request:
        raise ValidationException(
            "You can specify either GranteePrincipal or GranteeServicePrincipal, but not both."
        )
    if "GranteeServicePrincipal" in request:
        raise _only_for_services(call, key.arn)
    grants = key.grants.by_id
    grantee = request.get("GranteePrincipal")
    if grantee is not None:
        grantee = principal_arn(grantee, call.region.partition) or grantee
        grants = key.grants.of_grantee(grantee)
    if "GrantId" in request:
        grants = _only(grants, _readable(request["GrantId"]))
    of = f"ListGrants {key.arn} {grantee} {request.get('GrantId')}"
    return _grants_page(call, grants, of)


@operation("kms", "ListRetirableGrants")
def list_retirable_grants(
    call: Call, request: ListRetirableGrantsRequestTypeDef
) -> ListGrantsResponseTypeDef:
    """List the grants of the Region that a principal of the account may retire, by grant id."""
    named = request.get("RetiringPrincipal")
    service = request.get("RetiringServicePrincipal")
    if (named is None) == (service is None):
        raise ValidationException(
            "You must specify either RetiringPrincipal or RetiringServicePrincipal, but not both."
        )
    if named is None:
        raise _only_for_services(call, str(service))
    principal = read_principal(named, call.region.partition)
    if _account(principal) != call.caller.account_id:
        raise AccessDeniedException(
            f"User: {call.caller.arn} is not authorized to perform: kms:ListRetirableGrants on "
            f"resource: {principal}"
        )
    grants = call.region.retirable.get(principal, Index())
    return _grants_page(call, grants, f"ListRetirableGrants {principal}")


@dataclass(frozen=True, slots=True)
class _GrantToRetire:
    """The grant that a token names, or a key and a grant id."""

    action: str = "kms:RetireGrant"

    def find(self, call: Call) -> Grant:
        """Look the grant up.

        Raises:
            InvalidGrantIdException: the id is no grant's.
            InvalidGrantTokenException: the token is no grant's.
            NotFoundException: the grant is gone, or its key is.
            ValidationException: the request names a grant in neither way, or in both.
        """
        token, key_id, grant_id = (
            call.request.get(member) for member in ("GrantToken", "KeyId", "GrantId")
        )
        if token is not None and key_id is None and grant_id is None:
            key_id, grant_id = read_token(str(token))
        elif token is not None or key_id is None or grant_id is None:
            raise ValidationException(
                "Must specify either a grant token, or both key ID and grant ID"
            )
        return _find(find_key(call, str(key_id), _RETIRE), str(grant_id))

    def check(self, _call: Call, _resource: Grant) -> None:
        """Let a grant be retired in every state of its key."""


@operation("kms", "RetireGrant", _GrantToRetire())
def retire_grant(call: Call, _request: RetireGrantRequestTypeDef, grant: Grant) -> None:
    """End a grant, for those who need it no more."""
    call.end_of_dry_run()
    region = call.world.region(grant.account_id, call.region.name)
    _forget(call.world, region.keys[grant.key_id], grant)


@operation("kms", "RevokeGrant", KeyTarget("KeyId", "kms:RevokeGrant", ANY, other_accounts=True))
def revoke_grant(call: Call, request: RevokeGrantRequestTypeDef, key: Key) -> None:
    """End a grant, against the will of those who have it."""
    grant = _find(key, request["GrantId"])
    call.end_of_dry_run()
    _forget(call.world, key, grant)


def forget_grants(world: World, key: Key) -> None:
    """Forget all grants on a key that goes away."""
    for grant in key.grants:
        _forget(world, key, grant)


def keep_grant(world: World, key: Key, grant: Grant) -> None:
    """Put a grant on its key, and where its retiring principal finds it."""
    key.grants.add(grant)
    principal = grant.terms.retiring
    if principal is not None and parse_arn(principal) is not None:  # it was not deleted
        retirable = _region_of(world, principal, key).retirable
        retirable.setdefault(principal, Index())[grant.grant_id] = grant


def _forget(world: World, key: Key, grant: Grant) -> None:
    key.grants.remove(grant)
    principal = grant.terms.retiring
    if principal is not None and parse_arn(principal) is not None:  # it was not deleted
        retirable = _region_of(world, principal, key).retirable
        del retirable[principal][grant.grant_id]
        if not len(retirable[principal]):
            del retirable[principal]


def _region_of(world: World, principal: str, key: Key) -> Region:
    """Give the key's Region in the principal's account."""
    return world.region(_account(principal), key.region)


def _account(principal: str) -> str:
    arn = parse_arn(principal)
    assert arn is not None
    return arn.account


def _find(key: Key, grant_id: str) -> Grant:
    grant = key.grants.by_id.get(_readable(grant_id))
    if grant is None:
        raise NotFoundException(f"Grant ID {grant_id} not found")
    return grant


def _readable(grant_id: str) -> str:
    if not _GRANT_ID.fullmatch(grant_id):
        raise InvalidGrantIdException(f"Invalid grant ID {grant_id}")
    return grant_id


def _only(grants: Index[Grant], grant_id: str) -> Index[Grant]:
    """Give the grant with this id, if it is there."""
    only: Index[Grant] = Index()
    grant = grants.get(grant_id)
    if grant is not None:
        only[grant_id] = grant
    return only


def _only_for_services(call: Call, resource: str) -> AccessDeniedException:
    """Give the denial of a filter that callers of AWS services alone may use; text assumed."""
    return AccessDeniedException(
        f"User: {call.caller.arn} is not authorized to perform: kms:{call.operation} on resource: "
        f"{resource}"
    )


def _grants_page(call: Call, grants: Index[Grant], of: str) -> ListGrantsResponseTypeDef:
    found, marker = page(grants, call.request, default=50, most=100, of=of)
    reply: ListGrantsResponseTypeDef = call.new_reply()
    reply["Grants"] = [grant_entry(grant) for grant in found]
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply

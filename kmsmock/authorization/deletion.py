"""What becomes of key policies and grants when a principal is deleted.

They hold a principal by its unique id, and show its ARN only while it exists (authorization.md
section 4, kms-operations.md section 3.5). Here they hold ARNs, and get the id at the deletion.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kmsmock.domain.principal import session_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmsmock.authorization.policy import Json
    from kmsmock.domain.grant import Grant
    from kmsmock.domain.key import Key
    from kmsmock.domain.principal import Principal
    from kmsmock.world import World


def forget_principal(world: World, principal: Principal) -> None:
    """Let policies and grants name a principal by its unique id from now on."""
    shown = _shower(principal)
    for account in world.accounts.values():
        for region in account.regions.values():
            for key in region.keys:
                key.policy = _rewritten_policy(key.policy, shown)
                _rewrite_grants(key, shown)
            # Nobody can ask any more for what the principal may retire.
            for arn in [arn for arn in region.retirable if shown(arn) != arn]:
                del region.retirable[arn]
    _renew_retirable(world)


def _shower(principal: Principal) -> Callable[[str], str]:
    """Give what tells the unique id for the ARN of a principal, or of a role's session."""
    sessions = None
    if principal.kind == "role":
        sessions = re.compile(re.escape(session_arn(principal, "")) + "(.+)")

    def shown(arn: str) -> str:
        if arn == principal.arn:
            return principal.unique_id
        session = None if sessions is None else sessions.fullmatch(arn)
        return arn if session is None else f"{principal.unique_id}:{session[1]}"

    return shown


def _rewritten_policy(text: str, shown: Callable[[str], str]) -> str:
    """Give a key policy with other principals; the same text if it names none of them."""
    document: Json = json.loads(text)
    assert isinstance(document, dict)
    statements = document["Statement"]
    changed = False
    for statement in statements if isinstance(statements, list) else [statements]:
        assert isinstance(statement, dict)
        for member in ("Principal", "NotPrincipal"):
            principals = statement.get(member)
            named = principals.get("AWS") if isinstance(principals, dict) else None
            if not isinstance(principals, dict) or named is None:
                continue
            new: Json = (
                [shown(str(item)) for item in named]
                if isinstance(named, list)
                else shown(str(named))
            )
            changed = changed or new != named
            principals["AWS"] = new
    return json.dumps(document, ensure_ascii=False) if changed else text


def _rewrite_grants(key: Key, shown: Callable[[str], str]) -> None:
    for grant in list(key.grants):
        new = _rewritten_grant(grant, shown)
        if new is not grant:
            key.grants.remove(grant)
            key.grants.add(new)


def _rewritten_grant(grant: Grant, shown: Callable[[str], str]) -> Grant:
    terms = grant.terms
    grantee = None if terms.grantee is None else shown(terms.grantee)
    retiring = None if terms.retiring is None else shown(terms.retiring)
    if (grantee, retiring) == (terms.grantee, terms.retiring):
        return grant
    return replace(grant, terms=replace(terms, grantee=grantee, retiring=retiring))


def _renew_retirable(world: World) -> None:
    """Let the lists of retirable grants have the grants as they are now."""
    for account in world.accounts.values():
        for region in account.regions.values():
            for grants in region.retirable.values():
                for grant in grants:
                    owner = world.region(grant.account_id, region.name)
                    grants[grant.grant_id] = owner.keys[grant.key_id].grants.by_id[grant.grant_id]

"""Who makes a call.

Kept difference (Callers): AWS holds each to policies and grants; kmsmock takes a caller without a
declared principal for the administrator of their account (a 12-digit access key id names it), and a
principal exists once a test names it, with the policies that the test gives. Why: most tests are
not about permissions, and IAM itself is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kmsmock.authorization.principals import Subject
from kmsmock.controls.record import Identity
from kmsmock.domain.arn import account_arn
from kmsmock.errors import UnrecognizedClientException

if TYPE_CHECKING:
    from kmsmock.domain.principal import Credentials
    from kmsmock.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call.

    Attributes:
        account_id: the caller's account.
        arn: what the call is seen to come from; of a role that is its session's.
        identity: what the record tells of it.
        credentials: what a test declared; None for an account's administrator who just calls.
        administrator: whether everything in the account is allowed.
    """

    account_id: str
    arn: str
    identity: Identity
    credentials: Credentials | None = None
    administrator: bool = True

    @property
    def subject(self) -> Subject:
        """The caller as policies and grants see it."""
        if self.credentials is None:
            return Subject(self.arn, self.account_id, (self.arn,), is_root=True)
        principal, kind = self.credentials.principal, self.credentials.principal.kind
        if kind == "service":
            return Subject(self.arn, None, (), service=principal.arn)
        provider = self.credentials.context.get("aws:federatedprovider", (None,))[0]
        itself = (principal.arn, principal.unique_id)
        session = self.credentials.session_name
        if session is None:
            is_root = kind == "root"
            return Subject(self.arn, self.account_id, itself, is_root=is_root, provider=provider)
        names = (self.arn, f"{principal.unique_id}:{session}")
        return Subject(self.arn, self.account_id, names, role_names=itself, provider=provider)


_ACCOUNT_ID = re.compile(r"\d{12}")
_NO_SUCH_CREDENTIALS = "The security token included in the request is invalid."


def identify(world: World, access_key: str) -> Caller:
    """Find who signed with this access key.

    A 12-digit access key id names its account, as in LocalStack; every other one that no test
    declared belongs to the world's own account. The caller is the account's administrator.

    Kept difference (Credentials, signatures): AWS checks them; kmsmock checks no signature, and
    takes any access key but a deleted principal's. Why: real secrets do not belong in a test.

    Raises:
        UnrecognizedClientException: the principal was deleted, or declared after the snapshot to
            which the world was rolled back. Assumed: the sessions of a deleted role end with
            it, as the access keys of a deleted user do.
    """
    credentials = world.credentials.get(access_key)
    if credentials is not None:
        return caller_with(credentials, access_key)
    if access_key in world.forgotten:
        raise UnrecognizedClientException(_NO_SUCH_CREDENTIALS)
    return _administrator(access_key, world.account_id)


@lru_cache(maxsize=64)
def _administrator(access_key: str, default_account_id: str) -> Caller:
    account_id = access_key if _ACCOUNT_ID.fullmatch(access_key) else default_account_id
    arn = account_arn("aws", account_id)
    return Caller(account_id, arn, Identity(access_key, account_id, arn))


def caller_with(credentials: Credentials, access_key: str) -> Caller:
    """Give the caller that has these credentials.

    Args:
        access_key: under which it signs.

    Raises:
        UnrecognizedClientException: the principal was deleted.
    """
    principal = credentials.principal
    if not principal.exists:
        raise UnrecognizedClientException(_NO_SUCH_CREDENTIALS)
    account_id, arn = principal.account_id, credentials.arn
    # `s3.us-east-1.amazonaws.com` is the condition key's form; events have none of the Region.
    via_service = credentials.via_service
    invoked_by = via_service and f"{via_service.partition('.')[0]}.amazonaws.com"
    identity = Identity(access_key, account_id, arn, credentials, invoked_by)
    return Caller(account_id, arn, identity, credentials, credentials.administrator)

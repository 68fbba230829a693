"""A grant: operations on one key that one principal may use; and all grants of a key.

Kept difference (Permission changes): AWS takes seconds to minutes to know them everywhere; kmsmock
knows them at once, and with `aws.grants_need_tokens()` new grants late. Why: tests do not wait.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kmsmock.domain.index import Index
from kmsmock.domain.key_spec import SYMMETRIC
from kmsmock.errors.kms import InvalidGrantTokenException

Pairs = tuple[tuple[str, str], ...]
"""An encryption context, sorted."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a request must bring along for the grant to allow it (kms-operations.md section 3.6).

    Attributes:
        equals: the encryption context that the request's must be.
        subset: the pairs that the request's encryption context must have.
        source_arn: the resource on whose behalf the request must be made.
    """

    equals: Pairs | None = None
    subset: Pairs | None = None
    source_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a grant was asked for; a named request with the same terms asks for the same grant.

    Attributes:
        grantee: the ARN of the principal that gets the permissions, or None for a service.
        retiring: the ARN of the principal that may retire the grant.
        operations: in the order of the request, none twice.
    """

    name: str | None
    grantee: str | None
    grantee_service: str | None
    retiring: str | None
    retiring_service: str | None
    operations: tuple[str, ...]
    constraints: Constraints


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """A grant on a key; it never changes.

    Attributes:
        grant_id: 64 hex digits.
        account_id: the account that owns the key.
        issuing_account: the ARN of the account that asked for the grant.
    """

    grant_id: str
    key_arn: str
    account_id: str
    issuing_account: str
    created: datetime
    terms: Terms

    @property
    def key_id(self) -> str:
        """The bare id of the key."""
        return self.key_arn.rpartition("/")[2]


class Grants:
    """The grants of a key, found by id, by grantee and by terms without a search."""

    __slots__ = ("_by_grantee", "_named", "by_id")

    def __init__(self) -> None:
        self.by_id: Index[Grant] = Index()
        self._by_grantee: dict[str, Index[Grant]] = {}
        self._named: dict[Terms, Grant] = {}

    def __len__(self) -> int:
        return len(self.by_id)

    def __iter__(self) -> Iterator[Grant]:
        return iter(self.by_id)

    def of_grantee(self, principal: str) -> Index[Grant]:
        """Give the grants to exactly this principal, an ARN or a service's name, by grant id."""
        return self._by_grantee.get(principal, Index())

    def named_like(self, terms: Terms) -> Grant | None:
        """Give the grant that has a name and these terms already."""
        return self._named.get(terms)

    def add(self, grant: Grant) -> None:
        """Keep a new grant."""
        self.by_id[grant.grant_id] = grant
        self._by_grantee.setdefault(_grantee(grant), Index())[grant.grant_id] = grant
        if grant.terms.name is not None:
            self._named[grant.terms] = grant

    def remove(self, grant: Grant) -> None:
        """Forget a grant that is here."""
        del self.by_id[grant.grant_id]
        fellows = self._by_grantee[_grantee(grant)]
        del fellows[grant.grant_id]
        if not len(fellows):
            del self._by_grantee[_grantee(grant)]
        self._named.pop(grant.terms, None)


def _grantee(grant: Grant) -> str:
    return grant.terms.grantee or grant.terms.grantee_service or ""


class GrantReference(NamedTuple):
    """Which grant a token stands for; the grant may be gone."""

    key_arn: str
    grant_id: str


_VERSION = 1
_NONCE_LENGTH = 16
_CHECK_LENGTH = 8


def write_token(grant: Grant, random_bytes: Callable[[int], bytes]) -> str:
    """Make a grant token: one more name of the grant, different each time.

    AWS does not publish its format. This one, in base64: a version byte, the grant id, the key
    ARN and a nonce, each after its length in two bytes, and a check of them. It tells its grant
    by itself, so that no index of tokens is kept, and its length is a multiple of three, so that
    the base64 is without padding.
    """
    grant_id, arn = bytes.fromhex(grant.grant_id), grant.key_arn.encode()
    rest = 1 + 2 * 3 + len(grant_id) + len(arn) + _NONCE_LENGTH + _CHECK_LENGTH
    nonce = random_bytes(_NONCE_LENGTH + -rest % 3)
    body = bytes((_VERSION,)) + b"".join(
        len(part).to_bytes(2, "big") + part for part in (grant_id, arn, nonce)
    )
    return base64.b64encode(body + _check(body)).decode()


def read_token(token: str) -> GrantReference:
    """Give the grant that a token stands for.

    Raises:
        InvalidGrantTokenException: CreateGrant never gave this token.
    """
    try:
        raw = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid_token() from None
    body, check = raw[:-_CHECK_LENGTH], raw[-_CHECK_LENGTH:]
    if body[:1] != bytes((_VERSION,)) or check != _check(body):
        raise _invalid_token()
    parts, rest = [], body[1:]
    while rest:
        end = 2 + int.from_bytes(rest[:2], "big")
        parts.append(rest[2:end])
        rest = rest[end:]
    try:
        grant_id, arn, _nonce = parts
        return GrantReference(arn.decode(), grant_id.hex())
    except ValueError:
        raise _invalid_token() from None


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_CHECK_LENGTH]


def _invalid_token() -> InvalidGrantTokenException:
    return InvalidGrantTokenException("The grant token is invalid.")  # The text is assumed.


_ON_EVERY_KEY = frozenset(("CreateGrant", "DescribeKey", "RetireGrant"))
ON_SYMMETRIC_KEYS = frozenset(
    (
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    )
)
_BY_USAGE = {
    "ENCRYPT_DECRYPT": frozenset(
        ("Decrypt", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo")
    ),
    "SIGN_VERIFY": frozenset(("GetPublicKey", "Sign", "Verify")),
    "KEY_AGREEMENT": frozenset(("DeriveSharedSecret", "GetPublicKey")),
    "ENCAPSULATE_DECAPSULATE": frozenset(("Decapsulate", "Encapsulate", "GetPublicKey")),
    "GENERATE_VERIFY_MAC": frozenset(("GenerateMac", "VerifyMac")),
}
"""KeyUsage of asymmetric and HMAC keys -> operations."""


def grantable_operations(spec: str, usage: str) -> frozenset[str]:
    """Give the operations that a grant on such a key may permit.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations
    """
    return _ON_EVERY_KEY | (ON_SYMMETRIC_KEYS if spec == SYMMETRIC else _BY_USAGE[usage])

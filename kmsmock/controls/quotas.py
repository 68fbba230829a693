"""Quotas that are enforced when a test asks for them: how many requests a second, how many HSMs.

Requests: https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html, the
values of Regions that have no higher ones; that they are today's is assumed. Resources:
cloudhsmv2.md section 2.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SYMMETRIC_OPERATIONS = "cryptographic operations (symmetric)"
RSA_OPERATIONS = "cryptographic operations (RSA)"
ECC_OPERATIONS = "cryptographic operations (ECC and SM2)"
OTHER_OPERATIONS = "cryptographic operations (ML-DSA and ML-KEM)"

_SHARED = frozenset(
    (
        *("Decrypt", "DeriveSharedSecret", "Encapsulate", "Decapsulate", "Encrypt"),
        *("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GenerateRandom"),
        *("ReEncrypt", "Sign", "Verify", "VerifyMac"),
    )
)
"""The operations that share a quota with those of the same kind of key."""

_EACH = {
    **dict.fromkeys(("DescribeKey", "GetPublicKey", "ListResourceTags"), 2000.0),
    **dict.fromkeys(("GetKeyPolicy", "GetKeyRotationStatus"), 1000.0),
    **dict.fromkeys(("ListAliases", "ListKeys"), 500.0),
    **dict.fromkeys(("ListGrants", "ListKeyPolicies", "ListRetirableGrants"), 100.0),
    "ListKeyRotations": 100.0,
    "CreateGrant": 50.0,
    **dict.fromkeys(("RetireGrant", "RevokeGrant"), 30.0),
    **dict.fromkeys(("DeleteAlias", "DeleteImportedKeyMaterial", "EnableKeyRotation"), 15.0),
    **dict.fromkeys(("ImportKeyMaterial", "PutKeyPolicy", "ScheduleKeyDeletion"), 15.0),
    "TagResource": 10.0,
    "GetParametersForImport": 0.25,
}
_ANY_OTHER = 5.0
"""CreateKey, CreateAlias, UpdateAlias and most others that change something."""

RATES: Mapping[str, float] = {
    SYMMETRIC_OPERATIONS: 10_000.0,
    RSA_OPERATIONS: 1000.0,
    ECC_OPERATIONS: 1000.0,
    OTHER_OPERATIONS: 1000.0,
    "GenerateDataKeyPair (RSA_2048)": 1.0,
    "GenerateDataKeyPair (RSA_3072)": 0.5,
    "GenerateDataKeyPair (RSA_4096)": 0.1,
    "GenerateDataKeyPair (others)": 100.0,
    **_EACH,
}
"""Family -> requests a second; a family is an operation, or one of the shared ones."""


@dataclass(slots=True, eq=False)
class Quotas:
    """The quotas of a world.

    Attributes:
        enforced: whether any is; off by default.
        rates: requests a second of a family, where a test wants another than AWS's.
        clusters: of an account in a Region.
        hsms: of an account in a Region.
        hsms_per_cluster: of one cluster.
    """

    enforced: bool = False
    rates: dict[str, float] = field(default_factory=dict)
    clusters: int = 4
    hsms: int = 6
    hsms_per_cluster: int = 28
    _requests: defaultdict[tuple[str, str, str], deque[datetime]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def admits(self, account_id: str, region: str, family: str, now: datetime) -> bool:
        """Count a request, unless its family has had its number already.

        Over one second; a quota below one is one request in as many seconds as it takes.
        """
        rate = self.rates.get(family, RATES.get(family, _ANY_OTHER))
        most, span = (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)
        recent = self._requests[account_id, region, family]
        while recent and not now - timedelta(seconds=span) < recent[0] <= now:
            recent.popleft()
        if len(recent) >= most:
            return False
        recent.append(now)
        return True


UNLIMITED = Quotas()
"""Those of what the levers themselves call."""


def family_of(operation: str, spec: str) -> str:
    """Give the family that a request of KMS counts to.

    Args:
        spec: the KeySpec of its key, or the KeyPairSpec; empty if there is none.
    """
    if operation.startswith("GenerateDataKeyPair"):
        return f"GenerateDataKeyPair ({spec if spec.startswith('RSA_') else 'others'})"
    if operation not in _SHARED:
        return operation
    if spec.startswith("RSA_"):
        return RSA_OPERATIONS
    if spec.startswith(("ECC_", "SM2")):
        return ECC_OPERATIONS
    return OTHER_OPERATIONS if spec.startswith("ML_") else SYMMETRIC_OPERATIONS

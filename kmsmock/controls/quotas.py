"""Quotas that are enforced when a test asks for them: how many requests a second, how many HSMs.

Requests: https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html as known,
not looked up; they stand in the tables below only. Resources: cloudhsmv2.md section 2.

Assumed: KMS admits as many requests per second as `aws.quotas` says.

Kept difference (Quotas): AWS has them always; kmsmock always has those of aliases, grants, tags and
rotations of a key, and of keys (100,000) and key stores (10) in a Region, but those of clusters,
HSMs and requests only after `aws.quotas.enforce()`, with the numbers of `aws.quotas`. Why: a test
that makes a fifth cluster is seldom about quotas.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

SYMMETRIC_OPERATIONS = "cryptographic operations (symmetric)"
RSA_OPERATIONS = "cryptographic operations (RSA)"
ECC_OPERATIONS = "cryptographic operations (ECC and SM2)"
OTHER_OPERATIONS = "cryptographic operations (ML-DSA and ML-KEM)"
KEY_STORE_OPERATIONS = "cryptographic operations (custom key store)"
"""Of one key store; its keys count to no other."""

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

_PAIRS = {
    **dict.fromkeys(("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"), 100.0),
    "ECC_NIST_EDWARDS25519": 100.0,
    "RSA_2048": 1.0,
    "RSA_3072": 0.5,
    "RSA_4096": 0.1,
    "SM2": 25.0,
}
"""GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext together, by KeyPairSpec."""


def _pair_family(spec: str) -> str:
    return f"GenerateDataKeyPair ({spec})"


RATES: Mapping[str, float] = {
    SYMMETRIC_OPERATIONS: 10_000.0,
    RSA_OPERATIONS: 1000.0,
    ECC_OPERATIONS: 1000.0,
    OTHER_OPERATIONS: 1000.0,
    KEY_STORE_OPERATIONS: 1800.0,
    **{_pair_family(spec): rate for spec, rate in _PAIRS.items()},
    **_EACH,
}
"""Family -> requests a second; a family is an operation, or one of the shared ones."""

_HIGHER_SYMMETRIC = {
    **dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 100_000.0),
    **dict.fromkeys(("us-east-2", "eu-central-1", "eu-west-2"), 20_000.0),
    **dict.fromkeys(("ap-northeast-1", "ap-southeast-1", "ap-southeast-2"), 20_000.0),
}
"""Region -> the quota of symmetric operations, where it is higher than elsewhere."""

ALSO_COUNTS_IN = {
    # One of the two is a dry run.
    "ReplicateKey": ("ReplicaRegion", ("CreateKey", "CreateKey")),
    "UpdatePrimaryRegion": ("PrimaryRegion", ("UpdatePrimaryRegion",)),
}
"""Operation -> the member that names another Region, and what it counts as there."""


class Bucket(NamedTuple):
    """What requests are counted in.

    Attributes:
        account_id: the caller's, also where the key is another account's.
        store_id: the key store, of the quota that each has for itself.
    """

    account_id: str
    region: str
    family: str
    store_id: str = ""


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
    _requests: defaultdict[Bucket, deque[datetime]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def admits(self, counts_in: Sequence[Bucket], now: datetime) -> bool:
        """Count a request, unless it is beyond a quota; then it counts in none.

        Over one second; a quota below one is one request in as many seconds as it takes.

        Args:
            counts_in: where it counts; twice in what is named twice.
        """
        for bucket in counts_in:
            most, _span = self._most(bucket)
            if len(self._still_counted(bucket, now)) + counts_in.count(bucket) > most:
                return False
        for bucket in counts_in:
            self._requests[bucket].append(now)
        return True

    def forget_old(self, now: datetime) -> None:
        """Forget the requests that count no more."""
        for bucket in list(self._requests):
            if not self._still_counted(bucket, now):
                del self._requests[bucket]

    def _still_counted(self, bucket: Bucket, now: datetime) -> deque[datetime]:
        """Give the times of the requests in a bucket, without those that count no more."""
        recent = self._requests[bucket]
        _most, span = self._most(bucket)
        while recent and not now - span < recent[0] <= now:
            recent.popleft()
        return recent

    def _most(self, bucket: Bucket) -> tuple[int, timedelta]:
        """Give how many requests may come in what time."""
        rate = self._rate_of(bucket)
        return (int(rate), timedelta(seconds=1)) if rate >= 1 else (1, timedelta(seconds=1 / rate))

    def _rate_of(self, bucket: Bucket) -> float:
        own = self.rates.get(bucket.family)
        if own is not None:
            return own
        if bucket.family == SYMMETRIC_OPERATIONS:
            return _HIGHER_SYMMETRIC.get(bucket.region, RATES[SYMMETRIC_OPERATIONS])
        return RATES.get(bucket.family, _ANY_OTHER)


UNLIMITED = Quotas()
"""Those of what the levers themselves call."""


def family_of(operation: str, spec: str, *, in_key_store: bool) -> str:
    """Give the family that a request of KMS counts to.

    Args:
        spec: the KeySpec of its key, or the KeyPairSpec; empty if there is none.
        in_key_store: whether its key, or its random bytes, are a custom key store's.
    """
    if operation.startswith("GenerateDataKeyPair"):
        return _pair_family(spec)
    if operation not in _SHARED:
        return operation
    if in_key_store:
        return KEY_STORE_OPERATIONS
    if spec.startswith("RSA_"):
        return RSA_OPERATIONS
    if spec.startswith(("ECC_", "SM2")):
        return ECC_OPERATIONS
    return OTHER_OPERATIONS if spec.startswith("ML_") else SYMMETRIC_OPERATIONS

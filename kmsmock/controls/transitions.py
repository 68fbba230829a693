"""How long AWS's slow changes take in a world.

Kept difference (Slow changes of clusters, HSMs, connections): AWS takes seconds to 20 minutes;
kmsmock is done when the next call looks, unless `transitions` says otherwise. Why: tests do not
wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

Change = Literal[
    "backup copy",
    "backup creation",
    "cluster activation",
    "cluster creation",
    "cluster deletion",
    "cluster initialization",
    "cluster type change",
    "external key store connection",
    "hsm creation",
    "hsm deletion",
    "key store connection",
    "key store disconnection",
    "on-demand key rotation",
    "primary Region update",
    "replica key creation",
]
"""A change that takes AWS seconds to minutes."""


@dataclass(frozen=True, slots=True)
class AfterPolls:
    """Each slow change is visible to so many calls that look at it, and has ended for the next.

    What looks is the operation by which AWS's users wait: DescribeClusters for clusters and HSMs,
    DescribeBackups, DescribeCustomKeyStores, DescribeKey for replicas and primaries,
    GetKeyRotationStatus for rotations; whatever it is asked about.

    Args:
        count: how many of them still see the change going on, one or more.

    Raises:
        ValueError: it is less.

    Example:
        >>> import boto3
        >>> from kmsmock import AfterPolls, mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm(transitions=AfterPolls(1)) as aws:
        ...     kms = boto3.client("kms")
        ...     store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
        ...     _ = kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
        ...     for _ in range(2):
        ...         kms.describe_custom_key_stores()["CustomKeyStores"][0]["ConnectionState"]
        'DISCONNECTING'
        'DISCONNECTED'
    """

    count: int

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1:
            raise ValueError(f"AfterPolls takes a number of calls, 1 or more, not {self.count!r}")


Policy = Literal["immediate", "realistic"] | AfterPolls
"""What a user asks for."""

POLLED_BY: dict[Change, str] = {
    "backup copy": "DescribeBackups",
    "backup creation": "DescribeBackups",
    "cluster activation": "DescribeClusters",
    "cluster creation": "DescribeClusters",
    "cluster deletion": "DescribeClusters",
    "cluster initialization": "DescribeClusters",
    "cluster type change": "DescribeClusters",
    "external key store connection": "DescribeCustomKeyStores",
    "hsm creation": "DescribeClusters",
    "hsm deletion": "DescribeClusters",
    "key store connection": "DescribeCustomKeyStores",
    "key store disconnection": "DescribeCustomKeyStores",
    "on-demand key rotation": "GetKeyRotationStatus",
    "primary Region update": "DescribeKey",
    "replica key creation": "DescribeKey",
}
"""The operation that a user calls again and again until the change has ended."""

REALISTIC: dict[Change, timedelta] = {
    # Assumed: the copy of a backup takes 10 minutes.
    "backup copy": timedelta(minutes=10),
    # Assumed: the creation of a backup takes 5 minutes.
    "backup creation": timedelta(minutes=5),
    # "DescribeClusters lagged about 80 s": cloudhsmv2.md section 3.1.
    "cluster activation": timedelta(seconds=80),
    # "A few minutes": section 3.1. Assumed: the creation of a cluster takes 5 minutes.
    "cluster creation": timedelta(minutes=5),
    # Assumed: the deletion of a cluster takes as long as its creation.
    "cluster deletion": timedelta(minutes=5),
    # Assumed: the initialization of a cluster takes 5 minutes.
    "cluster initialization": timedelta(minutes=5),
    # Assumed: the change of a cluster's HSM type takes 30 minutes.
    "cluster type change": timedelta(minutes=30),
    # "About 5 minutes": custom-key-stores.md section 4.
    "external key store connection": timedelta(minutes=5),
    # "5-15 minutes (313 s seen)": section 4.
    "hsm creation": timedelta(seconds=313),
    # HSMs "were still counted about 120 s after" DeleteHsm: section 3.5. Assumed: the deletion of
    # an HSM takes 3 minutes in all.
    "hsm deletion": timedelta(seconds=180),
    # "Up to 20 minutes": custom-key-stores.md section 4.
    "key store connection": timedelta(minutes=20),
    # Assumed: the disconnection of a key store takes one minute.
    "key store disconnection": timedelta(minutes=1),
    # "AWS takes seconds": recorded.md section 3. Assumed: a rotation on demand takes 10 seconds.
    "on-demand key rotation": timedelta(seconds=10),
    # "A few more seconds": the model. Assumed: UpdatePrimaryRegion takes effect after 5 seconds.
    "primary Region update": timedelta(seconds=5),
    # "A few seconds": the model. Assumed: the creation of a replica key takes 5 seconds.
    "replica key creation": timedelta(seconds=5),
}
"""The time, on the world's clock, from the call that begins a change to its end."""


class Transitions:
    """The policy by which slow changes end in a world.

    Args:
        policy: "immediate" ends each before the next call's work, so that only the call that
            begins it shows it; "realistic" takes AWS's time; `AfterPolls(n)` a number of calls.

    Raises:
        ValueError: there is no such policy.
    """

    def __init__(self, policy: Policy | str = "immediate") -> None:
        if not isinstance(policy, AfterPolls) and policy not in ("immediate", "realistic"):
            raise ValueError(
                f'transitions must be "immediate" or "realistic" or AfterPolls(n), not {policy!r}'
            )
        self.policy = cast("Policy", policy)

    @property
    def polls(self) -> int:
        """How many calls that look still see a change going on; 0 when time decides."""
        return self.policy.count if isinstance(self.policy, AfterPolls) else 0

    def delay_of(self, change: Change) -> timedelta:
        """Give the time that a change takes."""
        return REALISTIC[change] if self.policy == "realistic" else timedelta()

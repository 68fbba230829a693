"""How long AWS's slow changes take in a world."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, cast, get_args

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

Policy = Literal["immediate", "realistic"]
"""What a user asks for."""

REALISTIC: dict[Change, timedelta] = {
    # Assumed.
    "backup copy": timedelta(minutes=10),
    # Assumed.
    "backup creation": timedelta(minutes=5),
    # "DescribeClusters lagged about 80 s": cloudhsmv2.md section 3.1.
    "cluster activation": timedelta(seconds=80),
    # "A few minutes": section 3.1; the number is assumed.
    "cluster creation": timedelta(minutes=5),
    # Assumed, as long as the creation.
    "cluster deletion": timedelta(minutes=5),
    # Assumed.
    "cluster initialization": timedelta(minutes=5),
    # Assumed.
    "cluster type change": timedelta(minutes=30),
    # "About 5 minutes": custom-key-stores.md section 4.
    "external key store connection": timedelta(minutes=5),
    # "5-15 minutes (313 s seen)": section 4.
    "hsm creation": timedelta(seconds=313),
    # HSMs "were still counted about 120 s after" DeleteHsm: section 3.5; the rest is assumed.
    "hsm deletion": timedelta(seconds=180),
    # "Up to 20 minutes": custom-key-stores.md section 4.
    "key store connection": timedelta(minutes=20),
    # Assumed.
    "key store disconnection": timedelta(minutes=1),
    # "AWS takes seconds": recorded.md section 3; the number is assumed.
    "on-demand key rotation": timedelta(seconds=10),
    # "A few more seconds": UpdatePrimaryRegion in the model; the number is assumed.
    "primary Region update": timedelta(seconds=5),
    # "A few seconds": ReplicateKey in the model; the number is assumed.
    "replica key creation": timedelta(seconds=5),
}
"""The time, on the world's clock, from the call that begins a change to its end."""


class Transitions:
    """The policy by which slow changes end in a world.

    Args:
        policy: "immediate" ends each before the next call's work, so that only the call that
            begins it shows it; "realistic" takes AWS's time.

    Raises:
        ValueError: there is no such policy.
    """

    def __init__(self, policy: str = "immediate") -> None:
        if policy not in get_args(Policy):
            possible = " or ".join(f'"{name}"' for name in get_args(Policy))
            raise ValueError(f"transitions must be {possible}, not {policy!r}")
        self.policy = cast("Policy", policy)

    def delay_of(self, change: Change) -> timedelta:
        """Give the time that a change takes."""
        return REALISTIC[change] if self.policy == "realistic" else timedelta()

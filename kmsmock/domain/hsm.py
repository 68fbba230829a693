"""A hardware security module of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kmsmock.domain.backup import Contents
    from kmsmock.domain.network import Subnet

HsmState = Literal["CREATE_IN_PROGRESS", "ACTIVE", "DEGRADED", "DELETE_IN_PROGRESS", "DELETED"]


@dataclass(eq=False, slots=True)
class Hsm:
    """An HSM and its place in the network.

    Users and keys are the cluster's: every HSM holds a copy of them.

    Attributes:
        to_restore: what of a backup comes onto it when it becomes ACTIVE; None then.
    """

    hsm_id: str
    cluster_id: str
    subnet: Subnet
    eni_id: str
    eni_ip: str
    eni_ipv6: str | None
    hsm_type: str
    state: HsmState = "CREATE_IN_PROGRESS"
    state_message: str | None = None
    to_restore: Contents | None = field(default=None, repr=False)

    @property
    def availability_zone(self) -> str:
        """The zone of the subnet it stands in."""
        return self.subnet.availability_zone

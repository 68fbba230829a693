"""One running CloudHSM CLI: its cluster, and who is logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.domain.cluster_state import HAS_USERS

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.crypto_user import CryptoUser, Role
    from kmsmock.world import World

OWNER = "owner"
"""The name under which the CLI logs in: the cluster's owner, in as many sessions as they like."""

TOO_FEW_HSMS = (
    "Cannot perform the requested key operation as the key must be available on at least 2 HSMs. "
    "Either increase the number of HSMs in the cluster, or disable the key availability check."
)
"""https://docs.aws.amazon.com/cloudhsm/latest/userguide/working-client-sync.html"""


class Refused(Exception):
    """The CLI's `error_code` 1; the message is its `data`."""


@dataclass(eq=False, slots=True)
class Session:
    """What a command works on.

    Attributes:
        user: who is logged in; None before the log-in.
        key_availability_check: keys must be on two HSMs to be made and used.
    """

    cluster: Cluster
    world: World
    user: CryptoUser | None = None
    key_availability_check: bool = True

    def require_hsms(self) -> None:
        """Refuse when no HSM answers. The texts are assumed.

        Raises:
            Refused: the cluster is not initialized, or has no active HSM.
        """
        if self.cluster.state not in HAS_USERS:
            raise Refused(
                f"The cluster cannot be reached: it is {self.cluster.state}. Initialize it first."
            )
        if not self.cluster.active_hsms():
            raise Refused("The cluster cannot be reached: it has no active HSM.")

    def require_login(self, role: Role) -> CryptoUser:
        """Give the user who is logged in. The texts are assumed.

        Raises:
            Refused: nobody is logged in, or a user of another role.
        """
        if self.user is None:
            raise Refused("Log in first: this command needs a logged-in user.")
        if self.user.role != role:
            raise Refused(f"This command needs a user of role {role}.")
        return self.user

    def forget_lost_user(self) -> None:
        """End the log-in of a user who is not in the HSMs any more, or came from a backup."""
        if self.user is not None and self.cluster.users.get(self.user.name) is not self.user:
            self.user = None

    def require_available_keys(self) -> None:
        """Refuse to make or use keys that one HSM alone would have.

        Raises:
            Refused: the check is on, and less than two HSMs answer.
        """
        if self.key_availability_check and len(self.cluster.active_hsms()) < 2:
            raise Refused(TOO_FEW_HSMS)

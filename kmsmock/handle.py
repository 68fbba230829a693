"""What `with mock_kms_cloudhsm() as aws` gives: the test's levers on the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsmock.controls.clock import Clock
    from kmsmock.world import World


class Handle:
    """The levers on a world.

    Attributes:
        region: the Region of clients that are made without one.
    """

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self.region = region

    @property
    def account_id(self) -> str:
        """The account of callers whose access key names no other."""
        return self._world.account_id

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self._world.clock

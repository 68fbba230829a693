"""What all parts of the handle stand on: a world, and whether its mock is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock import activation

if TYPE_CHECKING:
    from kmsmock.levers.ready import Builder
    from kmsmock.world import World


class OnWorld:
    """Levers on a world, as long as the mock is on; then a RuntimeError says that it is off.

    Attributes:
        region: the Region of clients that are made without one.
    """

    def __init__(self, world: World, region: str) -> None:
        self._any_world = world
        self.region = region

    @property
    def _world(self) -> World:
        """The world, for levers: who looks at it may do so when the mock is off, too.

        Raises:
            RuntimeError: the mock is off.
        """
        if not self._is_on:
            raise RuntimeError(
                "this mock is off: its levers change nothing any more. What was there is still "
                "shown by print() and `events`"
            )
        return self._any_world

    @property
    def _is_on(self) -> bool:
        return activation.is_current(self._any_world)

    def _builder(self) -> Builder:
        from kmsmock.levers.ready import Builder

        return Builder(self._world, self.region)

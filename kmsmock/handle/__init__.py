"""What `with mock_kms_cloudhsm() as aws` gives: the test's levers on the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmsmock.handle.callers import CallerLevers
from kmsmock.handle.infrastructure import InfrastructureLevers
from kmsmock.handle.keys import KeyLevers
from kmsmock.handle.worlds import WorldLevers

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmsmock.controls.clock import Clock
    from kmsmock.display.view import WorldView
    from kmsmock.levers.events import Events
    from kmsmock.levers.faults import FaultLevers
    from kmsmock.levers.quotas import QuotaLevers
    from kmsmock.world import World


class Handle(CallerLevers, InfrastructureLevers, KeyLevers, WorldLevers):
    """The levers on a world, as long as the mock is on; then a RuntimeError says that it is off.

    Attributes:
        region: the Region of clients that are made without one.

    Example:
        >>> import boto3
        >>> from kmsmock import mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm() as aws:
        ...     store = aws.key_store("ExampleKeyStore")
        ...     key = boto3.client("kms").create_key(
        ...         Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id
        ...     )
        ...     aws.events[-1]["eventName"]
        'CreateKey'
    """

    def __init__(self, world: World, region: str, stop: Callable[[], None] | None = None) -> None:
        super().__init__(world, region)
        self._stop = stop

    def stop(self) -> None:
        """Switch off the mock whose `start()` gave this handle.

        Raises:
            RuntimeError: it is not on, or is one that ends with its block or function.
        """
        if self._stop is None:
            raise RuntimeError(
                "this mock ends with its `with` block or its function: stop() is for start()"
            )
        self._stop()

    @property
    def account_id(self) -> str:
        """The account of callers whose access key names no other: 12 digits."""
        return self._any_world.account_id

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self._world.clock

    @property
    def faults(self) -> FaultLevers:
        """What is to go wrong: errors of the services, lost connections, slow answers."""
        from kmsmock.levers.faults import FaultLevers

        return FaultLevers(self._world)

    @property
    def quotas(self) -> QuotaLevers:
        """Quotas of requests and of CloudHSM's resources; none of them is enforced at first."""
        from kmsmock.levers.quotas import QuotaLevers

        return QuotaLevers(self._world)

    @property
    def events(self) -> Events:
        """Every call so far, and what AWS did without one, as CloudTrail would record it.

        https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
        """
        from kmsmock.levers.events import Events
        from kmsmock.trail.event import show

        world = self._any_world
        with world.lock:
            # What has fallen due by now has happened, also if no call has come since.
            world.advance_to(world.clock.now())
            return Events(tuple(world.record.happenings), show)

    def __repr__(self) -> str:
        off = "" if self._is_on else "off; "
        return f"<kmsmock: account {self.account_id}, {self.region}; {off}print() it to see all>"

    def __str__(self) -> str:
        from kmsmock.display.text import as_text

        return as_text(self._look())

    def _repr_html_(self) -> str:
        """Give what a notebook shows of the handle."""
        from kmsmock.display.page import as_html

        return as_html(self._look())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Let IPython in a terminal show the text."""
        printer.text(repr(self) if cycle else str(self))

    def _look(self) -> WorldView:
        from kmsmock.display.look import look

        can_stop = self._stop is not None
        return look(self._any_world, self.region, can_stop=can_stop, is_on=self._is_on)

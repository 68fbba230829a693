"""`aws.faults`: plans faults, after a look whether what is asked for exists."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, get_args

from kmsmock.controls.faults import Plan, Planned, When
from kmsmock.levers.known_names import require_known
from kmsmock.levers.planned_errors import connection_error_codes, error_maker
from kmsmock.protocol.model import SERVICES, service_model

if TYPE_CHECKING:
    from types import TracebackType

    from kmsmock.world import World


class FaultLevers:
    """Plans faults in a world; `aws.faults`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(  # noqa: PLR0913 - what a fault consists of
        self,
        service: str,
        operation: str = "*",
        *,
        error: str | None = None,
        message: str | None = None,
        latency: float = 0,
        real_latency: float = 0,
        key: str | None = None,
        caller: str | None = None,
        times: int | None = None,
        after: int = 0,
        every: int = 1,
        probability: float = 1,
        when: When = "before",
    ) -> Fault:
        """Plan a fault; it strikes calls of boto3 and other clients, never the levers' own.

        Args:
            service: `kms` or `cloudhsmv2`.
            operation: its name, or `*` for all.
            error: the code of an error of the service (`KMSInternalException`) or of every service
                (`ThrottlingException`); botocore's name for a connection that fails
                (`ReadTimeoutError`); or, of ConnectCustomKeyStore, the ConnectionErrorCode with
                which the key store ends in FAILED.
            message: the error's text, by default AWS's where it is known.
            latency: seconds that the answer takes on the world's clock; nobody waits for them.
            real_latency: seconds that the answer takes really: its caller sleeps, other threads
                and tasks go on.
            key: strike only calls about this key: id, ARN or alias; or a key store's id or name.
            caller: strike only calls of this principal, or of this session of a role.
            times: how often it strikes; by default until `remove()`.
            after: how many calls are let through first.
            every: 2 strikes each second call of those that follow, and so on.
            probability: of striking; the chances follow the world's seed.
            when: "before" the work is done; or "after" it, so that only its answer is lost.

        An answer that takes as long as the client's read timeout, or longer, is lost: the client
        raises its ReadTimeoutError after that time, and the work is done nevertheless.

        Returns:
            The fault; as a context manager it ends with its block.

        Raises:
            ValueError: there is no such service, operation or error, or a number makes no sense.
        """
        require_known("service", service, SERVICES)
        model = service_model(service)
        require_known("operation", operation, ("*", *model.operation_names))
        require_known("when", when, get_args(When))
        if error is None and not (latency or real_latency):
            raise ValueError("a fault needs an error, a latency or a real_latency")
        if min(latency, real_latency) < 0:
            raise ValueError("a fault takes seconds >= 0 as latency and as real_latency")
        if not (0 <= probability <= 1 and every >= 1 and after >= 0):
            raise ValueError("a fault takes every >= 1, after >= 0, probability 0-1")
        if times is not None and times < 1:
            raise ValueError("a fault that is to strike takes times >= 1")
        code = None
        if error in connection_error_codes(service):
            if operation != "ConnectCustomKeyStore" or when != "before" or message is not None:
                raise ValueError(f'{error} is for add("kms", "ConnectCustomKeyStore", error=...)')
            code, error = error, None
        plan = Plan(
            service=service,
            operation=operation,
            error=None if error is None else error_maker(service, error, message),
            connection_error_code=code,
            latency=latency,
            real_latency=real_latency,
            key=key,
            caller=caller,
            times=times,
            after=after,
            every=every,
            probability=probability,
            when=when,
        )
        planned = Planned(plan)
        with self._world.lock:
            self._world.faults.planned.append(planned)
        return Fault(self._world, planned)

    def require_fired(self) -> None:
        """Fail the test if a fault that is planned has struck nothing so far.

        Raises:
            AssertionError: one has not; the text tells which.
        """
        idle = [fault for fault in self._world.faults.planned if not fault.fired]
        if idle:
            raise AssertionError("; ".join(map(_idle, idle)))

    def clear(self) -> None:
        """Forget all faults."""
        with self._world.lock:
            self._world.faults.planned.clear()


class Fault(AbstractContextManager["Fault"]):
    """A planned fault, to look at and to end."""

    def __init__(self, world: World, planned: Planned) -> None:
        self._world = world
        self._planned = planned
        self._must_fire = False

    @property
    def fired(self) -> int:
        """How many calls it has struck."""
        return self._planned.fired

    def remove(self) -> None:
        """Let it strike no more."""
        with self._world.lock:
            if self._planned in self._world.faults.planned:
                self._world.faults.planned.remove(self._planned)

    def require_fired(self) -> Fault:
        """Fail the test if it strikes nothing: now, or at the end of its `with` block.

        `with aws.faults.add(...) as fault:` and then `fault.require_fired()` inside the block asks
        at that point; `with aws.faults.add(...).at_least_once():` at the end.

        Raises:
            AssertionError: it has struck nothing so far.
        """
        if not self.fired:
            raise AssertionError(_idle(self._planned))
        return self

    def at_least_once(self) -> Fault:
        """Fail the test if the fault has struck nothing at the end of its `with` block."""
        self._must_fire = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()
        if self._must_fire and kind is None:
            self.require_fired()


def _idle(planned: Planned) -> str:
    plan = planned.plan
    return (
        f"the fault for {plan.service} {plan.operation} never fired: it could strike "
        f"{planned.seen} call{'' if planned.seen == 1 else 's'}"
    )

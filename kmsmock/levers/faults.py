"""`aws.faults`: plans faults, after a look whether what is asked for exists."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, get_args

from kmsmock.controls.faults import Plan, Planned, When
from kmsmock.levers.fault_choices import require_caller, require_key_of_use, require_numbers
from kmsmock.levers.known_names import hint, require_known
from kmsmock.levers.planned_errors import NEVER_CONNECTED, connection_error_codes, error_maker
from kmsmock.obstacles.faults import names_in
from kmsmock.protocol.model import SERVICES, service_model

if TYPE_CHECKING:
    from types import TracebackType

    from kmsmock.world import World


class FaultLevers:
    """Plans faults in a world; `aws.faults`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __repr__(self) -> str:
        faults = [_told(planned) for planned in self._world.faults.planned]
        count = f"{len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'} planned"
        return "\n".join([f"<{count}>", *faults])

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
            TypeError: error, operation or service is no text.
            ValueError: there is no such service, operation or error, a number makes no sense, or
                no call could ever be struck.
        """
        require_known("service", service, SERVICES)
        require_known("operation", operation, ("*", *service_model(service).operation_names))
        if when not in get_args(When):
            raise ValueError(f'when must be "before" or "after", not {when!r}')
        require_numbers(
            latency=latency,
            real_latency=real_latency,
            times=1 if times is None else times,
            after=after,
            every=every,
            probability=probability,
        )
        if error is None and not (latency or real_latency):
            raise ValueError("a fault needs an error, a latency or a real_latency")
        if error in NEVER_CONNECTED and when == "after":
            raise ValueError(
                f"{error} comes before any work: ReadTimeoutError and ConnectionClosedError lose "
                "the answer to work that is done"
            )
        if key is not None:
            require_key_of_use(service, operation)
        if caller is not None:
            require_caller(caller)
        code, make_error = None, None
        if error in connection_error_codes(service):
            if operation != "ConnectCustomKeyStore" or when != "before" or message is not None:
                raise ValueError(f'{error} is for add("kms", "ConnectCustomKeyStore", error=...)')
            code = error
        elif error is not None:
            make_error = error_maker(service, error, message)
        plan = Plan(
            service=service,
            operation=operation,
            error=error,
            make_error=make_error,
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
            raise AssertionError("; ".join(_idle(self._world, fault) for fault in idle))

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

    def __repr__(self) -> str:
        return f"<fault: {_told(self._planned)}>"

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
            raise AssertionError(_idle(self._world, self._planned))
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


def _told(planned: Planned) -> str:
    """Tell what a fault is and what it has done: `kms Decrypt, times=2: struck 2 of 3 calls`."""
    plan = planned.plan
    choices = [
        f", {it.name}={getattr(plan, it.name)!r}"
        for it in dataclasses.fields(plan)
        if it.name not in _NOT_TOLD and getattr(plan, it.name) != it.default
    ]
    calls = f"struck {planned.fired} of {planned.seen} call{'' if planned.seen == 1 else 's'}"
    return f"{plan.service} {plan.operation}{''.join(choices)}: {calls}"


_NOT_TOLD = {"service", "operation", "make_error", "connection_error_code"}


def _idle(world: World, planned: Planned) -> str:
    """Tell that a fault has struck nothing, how near it came, and what may be the reason."""
    plan = planned.plan
    called = plan.service if plan.operation == "*" else f"{plan.service} {plan.operation}"
    text = f"the fault for {called} never fired: "
    if planned.seen:
        text += f"it could strike {planned.seen} call{'' if planned.seen == 1 else 's'}"
    else:
        about = "" if plan.key is None else f" for {plan.key!r}"
        by = "" if plan.caller is None else f" as {plan.caller}"
        text += f"the code never called {called}{about}{by}"
    if plan.key is None:
        return text
    names = set(names_in(world))
    if plan.key in names:
        return text
    chosen = sorted(name for name in names if name.startswith("alias/"))
    return f"{text}, and no key or key store goes by {plan.key!r}{hint(plan.key, chosen)}"

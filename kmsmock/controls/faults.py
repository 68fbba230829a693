"""Planned faults: which call they strike, and with what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from kmsmock.controls.waiting import AT_ONCE, Waiting
from kmsmock.errors import ServiceError

When = Literal["before", "after"]
"""Before the work, which is then not done; or after it, so that only the answer is lost."""


TOO_FAST = {
    # "Throttling AWS KMS requests" in the KMS developer guide.
    "kms": (
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
    ),
    # Assumed: CloudHSM's ThrottlingException says "Rate exceeded", as most services' does.
    "cloudhsmv2": "Rate exceeded",
}
"""What a service says with ThrottlingException."""


class ConnectionLost(Exception):
    """The client gets no answer.

    Attributes:
        name: botocore's name for it, `ReadTimeoutError`.
        delay: the seconds that the caller has to wait, really, before it learns of it.
    """

    def __init__(self, name: str, delay: float = 0) -> None:
        super().__init__(name)
        self.name = name
        self.delay = delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a fault strikes, and with what.

    Attributes:
        error: what the test calls it; None where the call only takes longer.
        make_error: makes what is raised, if anything is.
        connection_error_code: how the connection that the call begins is to fail.
        latency: how many seconds later the world's clock is when the answer comes.
        real_latency: how many seconds the caller waits, really, before the answer comes.
        times: how often it strikes at most; None for ever.
        after: how many calls it lets through first.
        every: which of the calls after these it strikes: each, each second, ...
        probability: of striking a call that it could strike.
    """

    service: str
    operation: str
    error: str | None = None
    make_error: Callable[[], Exception] | None = None
    connection_error_code: str | None = None
    latency: float = 0
    real_latency: float = 0
    key: str | None = None
    caller: str | None = None
    times: int | None = None
    after: int = 0
    every: int = 1
    probability: float = 1
    when: When = "before"

    @property
    def comes_before(self) -> bool:
        """Whether it strikes before the work; a connection has to begin before it fails."""
        return self.when == "before" and self.connection_error_code is None


@dataclass(slots=True, eq=False)
class Planned:
    """A fault and how often it has struck.

    Attributes:
        seen: the calls that it could strike.
        fired: the calls that it struck.
    """

    plan: Plan
    seen: int = 0
    fired: int = 0

    def strikes(self, chance: Callable[[], float]) -> bool:
        """Count one more call that it could strike, and tell whether it does."""
        plan = self.plan
        self.seen += 1
        place = self.seen - plan.after
        if place <= 0 or place % plan.every:
            return False
        if plan.times is not None and self.fired >= plan.times:
            return False
        if plan.probability < 1 and chance() >= plan.probability:
            return False
        self.fired += 1
        return True


@dataclass(slots=True, eq=False)
class Faults:
    """The faults that are planned in a world, in the order in which they were."""

    planned: list[Planned] = field(default_factory=list)

    def of_call(
        self,
        service: str,
        operation: str,
        callers: Iterable[str],
        chance: Callable[[], float],
        waiting: Waiting,
    ) -> CallFaults:
        """Give the faults that may strike a call.

        Args:
            callers: the ARNs of who calls.
            chance: gives a number from 0 to 1.
            waiting: who waits for the answer.
        """
        names = set(callers)
        return CallFaults(
            [
                fault
                for fault in self.planned
                if fault.plan.service == service
                and fault.plan.operation in ("*", operation)
                and fault.plan.caller in (None, *names)
            ],
            chance,
            waiting,
        )


class CallFaults:
    """The faults that may still strike one call."""

    def __init__(
        self,
        candidates: list[Planned],
        chance: Callable[[], float],
        waiting: Waiting,
    ) -> None:
        self._candidates = candidates
        self._chance = chance
        self._waiting = waiting

    def __bool__(self) -> bool:
        """Tell whether any may still strike."""
        return bool(self._candidates)

    def arrives(self) -> None:
        """Strike a call whose request is not read yet."""
        if self._candidates:
            self._strike(lambda plan: plan.comes_before and plan.key is None)

    def finds(self, names: Iterable[str]) -> None:
        """Strike a call that has found a key, or another resource, of these names."""
        if self._candidates:
            known = set(names)
            self._strike(lambda plan: plan.comes_before and plan.key in known)

    def is_done(self, names: Iterable[str]) -> str | None:
        """Strike a call whose work is done, on resources of these names.

        Returns:
            How the connection that it began is to fail, if it is.
        """
        if not self._candidates:
            return None
        known = {None, *names}
        return self._strike(lambda plan: not plan.comes_before and plan.key in known)

    def _strike(self, suits: Callable[[Plan], bool]) -> str | None:
        for fault in [fault for fault in self._candidates if suits(fault.plan)]:
            # Each call counts once.
            self._candidates.remove(fault)
            if not fault.strikes(self._chance):
                continue
            self._waiting.on_clock(fault.plan.latency)
            self._waiting.really(fault.plan.real_latency)
            if fault.plan.connection_error_code is not None:
                return fault.plan.connection_error_code
            if fault.plan.make_error is not None:
                raise fault.plan.make_error()
        return None


NO_FAULTS = CallFaults([], float, AT_ONCE)
"""Those of what the levers themselves call."""


def planned_error(code: str, status: int, message: str | None) -> ServiceError:
    """Make an error of a service by its code."""
    kind: type[ServiceError] = type(code, (ServiceError,), {"status": status})
    return kind(message)

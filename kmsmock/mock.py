"""`mock_kms_cloudhsm`: switches the mock on and off, and joins its parts."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

if TYPE_CHECKING:
    from types import TracebackType

    from kmsmock.controls.transitions import Policy, Transitions
    from kmsmock.handle import Handle
    from kmsmock.interception.environment import Environment
    from kmsmock.interception.every_client import Interception
    from kmsmock.interception.other_services import OtherServices, PassingServices
    from kmsmock.world import World

Target = TypeVar("Target", bound="Callable[..., Any]")
"""What can be decorated: a function, or a class."""

DEFAULT_ACCOUNT_ID = "123456789012"
"""moto's default account too, so that tests move over unchanged."""
DEFAULT_REGION = "us-east-1"


@overload
def mock_kms_cloudhsm(target: Target, /) -> Target: ...
@overload
def mock_kms_cloudhsm(
    *,
    region: str | None = None,
    account_id: str | None = None,
    transitions: Policy | None = None,
    other_services: OtherServices = "refuse",
) -> Mock: ...
def mock_kms_cloudhsm(
    target: Callable[..., Any] | None = None,
    /,
    *,
    region: str | None = None,
    account_id: str | None = None,
    transitions: Policy | None = None,
    other_services: OtherServices = "refuse",
) -> Any:
    """Answer the `kms` and `cloudhsmv2` calls of this process here, and send none of them.

    Use it as a decorator, with or without parentheses, as a context manager that gives the
    handle, or through `start()` and `stop()`. A mock inside a mock shares the outermost one's
    world.

    Args:
        region: the Region of clients made without one; by default that of the environment's
            `AWS_DEFAULT_REGION`, or else us-east-1.
        account_id: the account of callers whose access key names no other, 12 digits; by default
            123456789012.
        transitions: how long changes take that take AWS seconds to minutes, such as connecting
            a key store: "immediate" (the default) ends each before the next call's work,
            "realistic" after AWS's time on the world's clock.
        other_services: what happens to requests to other AWS services that nobody answers:
            "refuse" them, let them "pass" to AWS, or the names of those that may pass. A mock
            inside a mock can let more through, not less.

    Raises:
        ValueError: an argument is malformed, or an inner mock names another account or other
            transitions.
    """
    mock = Mock(region, account_id, transitions, other_services)
    return mock if target is None else mock(target)


def current() -> Handle:
    """Give the handle of the innermost active mock.

    Raises:
        RuntimeError: no mock is active.
    """
    if _active is None:
        raise RuntimeError(
            "no mock is active: decorate the function with @mock_kms_cloudhsm, or call "
            "current() inside `with mock_kms_cloudhsm():`"
        )
    return _active.scopes[-1].handle


class Mock:
    """One use of the mock; `mock_kms_cloudhsm` makes it."""

    def __init__(
        self,
        region: str | None,
        account_id: str | None,
        transitions: Policy | None,
        other_services: OtherServices,
    ) -> None:
        from kmsmock.controls.transitions import Transitions
        from kmsmock.interception.other_services import PassingServices

        if account_id is not None and not re.fullmatch(r"[0-9]{12}", str(account_id)):
            raise ValueError(f"account_id must be 12 digits, not {account_id!r}")
        self._region = region
        self._account_id = None if account_id is None else str(account_id)
        self._transitions = None if transitions is None else Transitions(transitions)
        self._passing = PassingServices(other_services)
        self._scopes: list[_Scope] = []

    def start(self) -> Handle:
        """Switch the mock on and give its handle."""
        scope = _enter(self._region, self._account_id, self._transitions, self._passing)
        self._scopes.append(scope)
        return scope.handle

    def stop(self) -> None:
        """Switch the mock off; when it was the last one, everything is as before.

        Raises:
            RuntimeError: it is not on.
        """
        if not self._scopes:
            raise RuntimeError("stop() without start(): this mock is not active")
        _leave(self._scopes.pop())

    def __enter__(self) -> Handle:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __call__(self, target: Target) -> Target:
        """Decorate a function, a coroutine or generator function, a method or a class of tests.

        Raises:
            TypeError: it is none of them.
        """
        from kmsmock.decoration import decorate

        return cast("Target", decorate(self, target))


class _Scope:
    """One entering of a mock."""

    def __init__(self, handle: Handle, passing: PassingServices) -> None:
        self.handle = handle
        self.passing = passing


class _Active:
    """What is there once while any mock is active."""

    def __init__(
        self, world: World, interception: Interception, environment: Environment
    ) -> None:
        self.world = world
        self.interception = interception
        self.environment = environment
        self.scopes: list[_Scope] = []


_active: _Active | None = None
_lock = threading.RLock()


def _enter(
    region: str | None,
    account_id: str | None,
    transitions: Transitions | None,
    passing: PassingServices,
) -> _Scope:
    from kmsmock.handle import Handle

    global _active  # noqa: PLW0603 - one process has one botocore to patch
    with _lock:
        if _active is None:
            _active = _switch_on(account_id or DEFAULT_ACCOUNT_ID, transitions)
            outer_region = _active.environment.region_before or DEFAULT_REGION
        else:
            if account_id not in (None, _active.world.account_id):
                raise ValueError(
                    "a mock inside a mock shares the outermost one's world: give account_id="
                    f'"{account_id}" there'
                )
            if transitions and transitions.policy != _active.world.transitions.policy:
                raise ValueError(
                    "a mock inside a mock shares the outermost one's world: give transitions="
                    f'"{transitions.policy}" there'
                )
            outer_region = _active.scopes[-1].handle.region
        scope = _Scope(Handle(_active.world, region or outer_region), passing)
        _active.scopes.append(scope)
        _active.interception.let_pass(passing)
        _active.environment.set_region(scope.handle.region)
        return scope


def _switch_on(account_id: str, transitions: Transitions | None) -> _Active:
    from kmsmock.interception.environment import Environment
    from kmsmock.interception.every_client import Interception
    from kmsmock.pipeline import answer
    from kmsmock.protocol.model import partition_of
    from kmsmock.world import World

    world = World(account_id, partition_of, transitions)
    active = _Active(
        world,
        Interception(functools.partial(answer, world)),
        Environment(),
    )
    active.environment.start()
    try:
        active.interception.start()
    except BaseException:
        active.interception.stop()
        active.environment.stop()
        raise
    return active


def _leave(scope: _Scope) -> None:
    global _active  # noqa: PLW0603 - as above
    with _lock:
        assert _active is not None
        _active.scopes.remove(scope)
        _active.interception.let_pass_no_more(scope.passing)
        if _active.scopes:
            _active.environment.set_region(_active.scopes[-1].handle.region)
            return
        _active.interception.stop()
        _active.environment.stop()
        _active = None

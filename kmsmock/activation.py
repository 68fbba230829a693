"""Which mocks are active, outermost first, and what they share; joins the parts of the mock."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import FrameType

    from kmsmock.controls.randomness import RsaKeys, Seed
    from kmsmock.controls.transitions import Transitions
    from kmsmock.handle import Handle
    from kmsmock.interception.environment import Environment
    from kmsmock.interception.every_client import Interception
    from kmsmock.interception.other_services import PassingServices
    from kmsmock.world import World

Session = dict[str, Any]
"""The names of a notebook or an interactive Python."""

DEFAULT_ACCOUNT_ID = "123456789012"
"""moto's default account too, so that tests move over unchanged."""
DEFAULT_REGION = "us-east-1"


class Settings(NamedTuple):
    """What a mock was made with."""

    region: str | None
    account_id: str | None
    transitions: Transitions | None
    passing: PassingServices
    seed: Seed | None = None
    load: str | os.PathLike[str] | None = None
    rsa_keys: RsaKeys | None = None


class Scope:
    """One entering of a mock.

    Attributes:
        session: the names of the interactive session that it was started in, if it was.
    """

    def __init__(self, handle: Handle, passing: PassingServices, session: Session | None) -> None:
        self.handle = handle
        self.passing = passing
        self.session = session


class _Active:
    """What is there once while any mock is active."""

    def __init__(self, world: World, interception: Interception, environment: Environment) -> None:
        self.world = world
        self.interception = interception
        self.environment = environment
        self.scopes: list[Scope] = []


_active: _Active | None = None
_listeners: list[Callable[[World], None]] = []
_lock = threading.RLock()


@contextlib.contextmanager
def listening(listener: Callable[[World], None]) -> Iterator[None]:
    """Tell somebody, inside the block, of the world that is there and of each that begins."""
    with _lock:
        if _active is not None:
            listener(_active.world)
        _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


if hasattr(os, "register_at_fork"):  # Windows does not fork
    # No mock is half entered when the process is copied; see World.before_fork.
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )


def innermost() -> Handle | None:
    """Give the handle of the innermost active mock, if any is."""
    return None if _active is None else _active.scopes[-1].handle


def enter(settings: Settings, stop: Callable[[], None] | None, session: Session | None) -> Scope:
    """Switch a mock on, in the world of the outermost one if there is one.

    Args:
        settings: what it was made with.
        stop: switches it off, if its user has to.
        session: where it was started, if in an interactive session.

    Raises:
        ValueError: it wants another world than that.
    """
    from kmsmock.handle import Handle

    global _active  # noqa: PLW0603 - one process has one botocore to patch
    with _lock:
        if _active is None:
            account_id = settings.account_id or DEFAULT_ACCOUNT_ID
            _active = _switch_on(account_id, settings)
            outer_region = _active.environment.region_before or DEFAULT_REGION
        else:
            running = _running_in(_active, session)
            _require_same_world(_active.world, settings, again=running is not None)
            if running is not None:
                return _go_on(_active, running, settings, stop)
            outer_region = _active.scopes[-1].handle.region
        handle = Handle(_active.world, settings.region or outer_region, stop)
        scope = Scope(handle, settings.passing, session)
        _active.scopes.append(scope)
        _active.interception.let_pass(settings.passing)
        _active.environment.set_region(handle.region)
        return scope


def _require_same_world(world: World, settings: Settings, *, again: bool) -> None:
    """Refuse what contradicts the world that is there; `again`, for a mock that is run again."""
    if settings.account_id not in (None, world.account_id):
        wrong = f'account_id="{settings.account_id}"'
    elif settings.transitions and settings.transitions.policy != world.transitions.policy:
        wrong = f"transitions={settings.transitions.policy!r}"
    elif settings.seed not in (None, world.randomness.seed):
        wrong = f"seed={settings.seed!r}"
    elif settings.rsa_keys not in (None, world.randomness.rsa_keys):
        wrong = f'rsa_keys="{settings.rsa_keys}"'
    elif settings.load is not None:
        wrong = f"load={settings.load!r}"
    else:
        return
    if again:
        raise ValueError(
            f"the mock that is on goes on with its world: call its stop() before one of {wrong}"
        )
    there = "there"
    if "kmsmock.pytest_plugin" in sys.modules:
        there += f"; where that is the fixture kmsmock, by @pytest.mark.kmsmock({wrong})"
    raise ValueError(f"a mock inside a mock shares the outermost one's world: give {wrong} {there}")


def session_of(caller: FrameType) -> Session | None:
    """Give the names of a notebook or an interactive Python if the caller is its top level."""
    names = caller.f_globals
    in_function = caller.f_code.co_flags & inspect.CO_OPTIMIZED
    interactive = "get_ipython" in names or (
        hasattr(sys, "ps1") and names.get("__name__") == "__main__"
    )
    return names if interactive and not in_function else None


def _running_in(active: _Active, session: Session | None) -> Scope | None:
    """Give what was started in a session before, and is on."""
    if session is None:
        return None
    return next((scope for scope in active.scopes if scope.session is session), None)


def _go_on(
    active: _Active, scope: Scope, settings: Settings, stop: Callable[[], None] | None
) -> Scope:
    """Let a mock that is run again take the place of the one before."""
    from kmsmock.handle import Handle

    scope.handle = Handle(active.world, settings.region or scope.handle.region, stop)
    active.interception.let_pass_no_more(scope.passing)
    active.interception.let_pass(settings.passing)
    scope.passing = settings.passing
    active.environment.set_region(active.scopes[-1].handle.region)
    return scope


def is_current(world: World) -> bool:
    """Tell whether a world is the one that calls are answered in."""
    return _active is not None and _active.world is world


def is_on(scope: Scope) -> bool:
    """Tell whether a mock has not been left yet."""
    return _active is not None and scope in _active.scopes


def _switch_on(account_id: str, settings: Settings) -> _Active:
    from kmsmock.interception.environment import Environment
    from kmsmock.interception.every_client import Interception
    from kmsmock.pipeline import answer
    from kmsmock.protocol.model import partition_of
    from kmsmock.world import World

    world = World(
        account_id, partition_of, settings.transitions, settings.seed, settings.rsa_keys or "ready"
    )
    if settings.load is not None:
        from kmsmock.saved_worlds.file import load

        load(world, settings.load, with_randomness=settings.seed is None)
    for listener in _listeners:
        listener(world)
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


def leave(scope: Scope) -> None:
    """Switch a mock off; with the last one everything is as before."""
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

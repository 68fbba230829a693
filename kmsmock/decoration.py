"""What the mock does to the functions and classes that it decorates."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, aclosing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import unittest

    from kmsmock.handle import Handle

    ActiveWhile = AbstractContextManager[Handle]

HANDLE = "aws"
"""The parameter by which a decorated function asks for the handle."""
_OLD_FIXTURE = "_pytestfixturefunction"
"""What pytest before 8.4 leaves on a fixture's function; later ones make an object of it."""


def decorate(mock: ActiveWhile, target: object) -> Any:
    """Decorate a function, a method or a class of tests.

    Of a coroutine function the mock is active while it is awaited, of a generator function (a
    fixture that yields) until it is exhausted or closed. A parameter `aws` is handed the handle,
    and pytest does not look for a fixture of that name.

    Raises:
        TypeError: it is nothing that can be decorated.
    """
    if isinstance(target, (staticmethod, classmethod)):
        return type(target)(decorate(mock, target.__func__))
    if isinstance(target, type):
        import unittest

        if issubclass(target, unittest.TestCase):
            return _decorate_test_case(mock, target)
        return _decorate_class(mock, target)
    if type(target).__name__ == "FixtureFunctionDefinition" or hasattr(target, _OLD_FIXTURE):
        raise TypeError("put @pytest.fixture above @mock_kms_cloudhsm: it decorates the function")
    if not inspect.isroutine(target):
        raise TypeError(
            "mock_kms_cloudhsm decorates functions and classes; for anything else use it as a "
            f"context manager. It was given {target!r}"
        )
    return _decorate_function(mock, target)


def _decorate_function(mock: ActiveWhile, function: Callable[..., Any]) -> Callable[..., Any]:
    handing = _Handing(function)
    wrapper = functools.wraps(function)(_wrapper_of(mock, function, handing))
    if handing.wanted:
        # functools.wraps leaves a way back to the function; this is what pytest reads first.
        wrapper.__signature__ = handing.signature  # type: ignore[attr-defined]
    return wrapper


def _wrapper_of(
    mock: ActiveWhile, function: Callable[..., Any], handing: _Handing
) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        async def in_mock_async(*args: Any, **kwargs: Any) -> object:
            with mock as aws:
                awaitable: Awaitable[object] = function(*args, **handing.add(aws, args, kwargs))
                return await awaitable

        return in_mock_async
    if inspect.isasyncgenfunction(function):

        async def in_mock_async_yielding(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            with mock as aws:
                async with aclosing(function(*args, **handing.add(aws, args, kwargs))) as items:
                    async for item in items:
                        yield item

        return in_mock_async_yielding
    if inspect.isgeneratorfunction(function):

        def in_mock_yielding(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            with mock as aws:
                return (yield from function(*args, **handing.add(aws, args, kwargs)))

        return in_mock_yielding

    def in_mock(*args: Any, **kwargs: Any) -> Any:
        with mock as aws:
            return function(*args, **handing.add(aws, args, kwargs))

    return in_mock


class _Handing:
    """Hands the handle to a function that has a parameter for it.

    Attributes:
        wanted: whether the function has the parameter.
        signature: the function's, without it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            self._whole = inspect.signature(function)
        except ValueError:  # Some functions written in C do not tell.
            self._whole = inspect.Signature()
        parameters = self._whole.parameters
        self.wanted = HANDLE in parameters and not inspect.ismethod(function)
        self.signature = self._whole.replace(
            parameters=[each for name, each in parameters.items() if name != HANDLE]
        )

    def add(self, aws: Handle, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Give the keyword arguments, the handle among them unless the caller gave one."""
        if not self.wanted or HANDLE in self._whole.bind_partial(*args, **kwargs).arguments:
            return kwargs
        return {**kwargs, HANDLE: aws}


def _decorate_test_case(
    mock: ActiveWhile, case: type[unittest.TestCase]
) -> type[unittest.TestCase]:
    """Give each test a world of its own, `setUp`, `tearDown` and clean-ups included.

    A class that has a `setUpClass` has one world for all its tests, so that what was made there
    is there in each of them.
    """
    import unittest

    if _defines(case, "setUpClass", above=unittest.TestCase):
        _wrap_pair(mock, case, "setUpClass", "tearDownClass", classmethod)
    else:
        run = case.run

        @functools.wraps(run)
        def run_in_mock(self: unittest.TestCase, result: Any = None) -> Any:
            with mock:
                return run(self, result)

        case.run = run_in_mock  # type: ignore[method-assign]
    _decorate_tests(mock, case)
    return case


def _decorate_class(mock: ActiveWhile, tests: type) -> type:
    """Give each test of a plain class a world, `setup_method` and fixtures included.

    A class that has a `setup_class` has one world for all its tests.
    """
    if _defines(tests, "setup_class", above=object):
        _wrap_pair(mock, tests, "setup_class", "teardown_class", classmethod)
    else:
        _wrap_pair(mock, tests, "setup_method", "teardown_method", None)
    _decorate_tests(mock, tests)
    return tests


def _decorate_tests(mock: ActiveWhile, tests: type) -> None:
    """Decorate the methods whose names begin with test; inside, the mock is entered once more."""
    for name in dir(tests):
        method = inspect.getattr_static(tests, name)
        if name.startswith("test") and (
            inspect.isroutine(method) or isinstance(method, (staticmethod, classmethod))
        ):
            setattr(tests, name, decorate(mock, method))


def _defines(tests: type, name: str, above: type) -> bool:
    """Tell whether the class or a base below `above` has a method of this name."""
    return getattr(tests, name, None) is not None and all(
        inspect.getattr_static(tests, name) is not vars(base).get(name) for base in above.__mro__
    )


def _wrap_pair(
    mock: ActiveWhile,
    tests: type,
    set_up: str,
    tear_down: str,
    kind: Callable[[Callable[..., None]], object] | None,
) -> None:
    """Enter the mock before the one method and leave it after the other."""
    before, after = getattr(tests, set_up, None), getattr(tests, tear_down, None)

    # pytest counts the parameters, and hands the test's method over to whoever has two.
    def setting_up(owner: Any, method: Any = None) -> None:
        mock.__enter__()
        try:
            _call(before, owner, method, bound=kind is not None)
        except BaseException:
            mock.__exit__(None, None, None)
            raise

    def tearing_down(owner: Any, method: Any = None) -> None:
        try:
            _call(after, owner, method, bound=kind is not None)
        finally:
            mock.__exit__(None, None, None)

    for name, wrapper in ((set_up, setting_up), (tear_down, tearing_down)):
        wrapper.__name__ = name
        setattr(tests, name, kind(wrapper) if kind else wrapper)


def _call(function: Any, owner: Any, method: Any, *, bound: bool) -> None:
    """Call what the class had under the name; it may take the test's method, or not."""
    if function is None:
        return
    args = (method,) if bound else (owner, method)
    function(*args[: len(inspect.signature(function).parameters)])

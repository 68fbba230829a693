"""`mock_kms_cloudhsm`, `current`, and the three ways to switch the mock on and off."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from kmsmock import activation
from kmsmock.controls.transitions import AfterPolls

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from kmsmock.controls.randomness import RsaKeys, Seed
    from kmsmock.controls.transitions import Policy
    from kmsmock.handle import Handle
    from kmsmock.interception.other_services import OtherServices

__all__ = ["AfterPolls", "Mock", "current", "mock_kms_cloudhsm"]

Target = TypeVar("Target", bound="Callable[..., Any]")
"""What can be decorated: a function, or a class."""


@overload
def mock_kms_cloudhsm(target: Target, /) -> Target: ...
@overload
def mock_kms_cloudhsm(
    *,
    region: str | None = None,
    account_id: str | None = None,
    transitions: Policy | None = None,
    other_services: OtherServices = "refuse",
    seed: Seed | None = None,
    load: str | os.PathLike[str] | None = None,
    rsa_keys: RsaKeys | None = None,
) -> Mock: ...
def mock_kms_cloudhsm(  # noqa: PLR0913 - the settings of a mock
    target: Callable[..., Any] | None = None,
    /,
    *,
    region: str | None = None,
    account_id: str | None = None,
    transitions: Policy | None = None,
    other_services: OtherServices = "refuse",
    seed: Seed | None = None,
    load: str | os.PathLike[str] | None = None,
    rsa_keys: RsaKeys | None = None,
) -> Any:
    """Answer the `kms` and `cloudhsmv2` calls of this process here, and send none of them.

    Use it as a decorator, with or without parentheses, as a context manager (`with` or `async
    with`) that gives the handle, or through `start()` and `stop()`. A mock inside a mock shares the
    outermost one's world.

    Args:
        region: the Region of clients made without one; by default that of the environment's
            `AWS_DEFAULT_REGION`, or else us-east-1.
        account_id: the account of callers whose access key names no other, 12 digits; by default
            123456789012.
        transitions: how long changes take that take AWS seconds to minutes, such as connecting
            a key store: "immediate" (the default) ends each before the next call's work,
            "realistic" after AWS's time on the world's clock, `AfterPolls(n)` when n calls have
            looked.
        other_services: what happens to requests to other AWS services that nobody answers:
            "refuse" them, let them "pass" to AWS, or the names of those that may pass. A mock
            inside a mock can let more through, not less.
        seed: a number, text or bytes; with the same one the same calls give the same ids, key
            material, data keys, ciphertexts and certificates in every run.
        load: a file that `aws.save` has written, or a test's author by hand: the world begins as
            it says. A seed given beside it goes before what the file says of randomness.
        rsa_keys: "ready" (the default): the first sixteen RSA keys of each size come from a set
            of test keys that everybody knows, in no time; "fresh": each is made, which takes as
            long as RSA takes, and no seed repeats it.

    Raises:
        OSError: the file cannot be read; when the mock is entered.
        TypeError: the seed is something else, or the Region no text.
        ValueError: an argument is malformed, there is no such Region, or an inner mock names
            another account, other transitions, another seed, other RSA keys or a file to load;
            when the mock is entered, the file is damaged or of a newer format.

    Example:
        >>> import boto3
        >>> from kmsmock import mock_kms_cloudhsm
        >>> @mock_kms_cloudhsm(region="eu-central-1")
        ... def encrypted_and_decrypted(plaintext):
        ...     kms = boto3.client("kms")
        ...     key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        ...     ciphertext = kms.encrypt(KeyId=key_id, Plaintext=plaintext)["CiphertextBlob"]
        ...     return kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"]
        >>> encrypted_and_decrypted(b"secret")
        b'secret'
    """
    mock = Mock(region, account_id, transitions, other_services, seed, load, rsa_keys)
    return mock if target is None else mock(target)


def current() -> Handle:
    """Give the handle of the innermost active mock.

    Raises:
        RuntimeError: no mock is active.

    Example:
        >>> from kmsmock import current, mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm(account_id="111122223333"):
        ...     current().account_id
        '111122223333'
    """
    handle = activation.innermost()
    if handle is None:
        raise RuntimeError(
            "no mock is active: decorate the function with @mock_kms_cloudhsm, or call "
            "current() inside `with mock_kms_cloudhsm():`"
        )
    return handle


class Mock:
    """One use of the mock; `mock_kms_cloudhsm` makes it."""

    def __init__(  # noqa: PLR0913, PLR0917 - the settings, once
        self,
        region: str | None,
        account_id: str | None,
        transitions: Policy | None,
        other_services: OtherServices,
        seed: Seed | None,
        load: str | os.PathLike[str] | None,
        rsa_keys: RsaKeys | None,
    ) -> None:
        from kmsmock.controls.randomness import require_rsa_keys, require_seed
        from kmsmock.controls.transitions import Transitions
        from kmsmock.interception.other_services import PassingServices

        if account_id is not None and not re.fullmatch(r"[0-9]{12}", str(account_id)):
            raise ValueError(f"account_id must be 12 digits, not {account_id!r}")
        if region is not None:
            from kmsmock.levers.known_regions import require_region

            require_region(region)
        self._settings = activation.Settings(
            region,
            None if account_id is None else str(account_id),
            None if transitions is None else Transitions(transitions),
            PassingServices(other_services),
            None if seed is None else require_seed(seed),
            load,
            None if rsa_keys is None else require_rsa_keys(rsa_keys),
        )
        self._scopes: list[activation.Scope] = []
        self._was_on = False

    def start(self) -> Handle:
        """Switch the mock on and give its handle, which has a `stop()` too.

        At the top level of a notebook or of an interactive Python there is one such mock at most:
        to start again there, this one or a new one, goes on with the same world, and one `stop()`
        ends it. So a cell may be run again.

        Raises:
            ValueError: the mock that is on has another account or other transitions.
        """
        session = activation.session_of(sys._getframe(1))  # noqa: SLF001 - as `inspect` does it
        return self._enter(self.stop, session)

    def stop(self) -> None:
        """Switch the mock off; when it was the last one, everything is as before.

        Raises:
            RuntimeError: it is not on, or not any more.
        """
        self._scopes = [scope for scope in self._scopes if activation.is_on(scope)]
        if not self._scopes and self._was_on:
            raise RuntimeError("this mock is already stopped")
        if not self._scopes:
            raise RuntimeError("stop() without start(): this mock is not active")
        activation.leave(self._scopes.pop())

    def _enter(
        self, stop: Callable[[], None] | None, session: activation.Session | None = None
    ) -> Handle:
        scope = activation.enter(self._settings, stop, session)
        self._scopes.append(scope)
        self._was_on = True
        return scope.handle

    def __enter__(self) -> Handle:
        return self._enter(stop=None)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Handle:
        return self.__enter__()

    async def __aexit__(self, *_error: object) -> None:
        self.stop()

    if not TYPE_CHECKING:  # A type checker knows what a mock has.

        def __getattr__(self, name: str) -> Any:
            """Tell who pulls a lever of a mock how to come by the levers.

            Raises:
                AttributeError: always.
            """
            from kmsmock.handle import Handle

            text = f"a mock has no {name!r}"
            if not name.startswith("_") and (name == "region" or hasattr(Handle, name)):
                text += ": aws = mock.start() gives the levers, and so does `with mock as aws:`"
            raise AttributeError(text)

    def __call__(self, target: Target) -> Target:
        """Decorate a function, a coroutine or generator function, a method or a class of tests.

        Raises:
            TypeError: it is none of them.
        """
        from kmsmock.decoration import decorate

        return cast("Target", decorate(self, target))

"""Methods of other libraries' classes, wrapped for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Wrapping = Callable[[Callable[..., Any]], Callable[..., Any]]
"""The method as it was -> the method as it is while a mock is active."""


class Patches:
    """The methods that are wrapped now, and how they were."""

    def __init__(self) -> None:
        self._originals: list[tuple[type, str, Callable[..., Any]]] = []
        self._new: list[tuple[type, str]] = []

    def wrap(self, owner: type, name: str, wrapping: Wrapping) -> None:
        """Wrap a method that the class itself defines.

        Raises:
            KeyError: it defines none of this name.
        """
        original = owner.__dict__[name]
        self._originals.append((owner, name, original))
        setattr(owner, name, wrapping(original))

    def put(self, owner: type, name: str, value: object) -> None:
        """Give a class an attribute that it does not define itself."""
        assert name not in owner.__dict__
        self._new.append((owner, name))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put every method back, the last first."""
        while self._new:
            delattr(*self._new.pop())
        while self._originals:
            owner, name, original = self._originals.pop()
            setattr(owner, name, original)

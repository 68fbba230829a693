"""Optional libraries, imported when an algorithm first needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .exceptions import MissingExtra


def load(module: str, *, extra: str, what: str) -> Any:
    """Return the module of an optional library.

    Raises `MissingExtra` with the name of the extra to install when it is not there, and
    what (an algorithm, a format) needs it.
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtra(extra, what) from None

"""New sessions of botocore, made from what earlier ones have read and registered.

A session costs as much as a hundred calls: it reads the service model, its endpoint rules and the
list of all Regions, and registers more than a hundred handlers. A test often has one of its own,
since leaving a mock puts the default session back. While a mock is active, a session that would
read the same files and register the same handlers as one before it gets them from there. Its
clients and handlers are its own all the same; what the files say is shared, as it is among the
clients of one session. Any other session is made as always.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from botocore import handlers
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from kmsmock.interception.patches import Patches
from kmsmock.protocol.model import SERVICES


class NewSessions:
    """Lets new sessions begin with what is known while it is on."""

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        """Wrap the methods by which sessions read and register."""
        self._patches.wrap(Loader, "load_service_model", _loading_service_model)
        self._patches.wrap(Loader, "load_data_with_path", _loading_data)
        self._patches.wrap(Session, "_register_builtin_handlers", _registering)

    def stop(self) -> None:
        """Put them back."""
        self._patches.undo()


# Files


def _loading_service_model(original: Callable[..., Any]) -> Callable[..., Any]:
    def load_service_model(
        loader: Loader, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        shared = service_name in SERVICES and _reads_what_is_installed(loader)
        reader = _shared_loader() if shared else loader
        return original(reader, service_name, type_name, api_version)

    return load_service_model


def _loading_data(original: Callable[..., Any]) -> Callable[..., Any]:
    def load_data_with_path(loader: Loader, name: str) -> Any:
        # Files of no one service: the Regions, the partitions, the rules for retries.
        shared = Path(name).name == name and _reads_what_is_installed(loader)
        return original(_shared_loader() if shared else loader, name)

    return load_data_with_path


@cache
def _shared_loader() -> Loader:
    return Loader()


def _reads_what_is_installed(loader: Loader) -> bool:
    """Tell whether a loader reads botocore's own files, and boto3's, and none besides."""
    installed = [Loader.CUSTOMER_DATA_PATH, Loader.BUILTIN_DATA_PATH]
    return (
        type(loader) is Loader
        and type(loader.file_loader) is JSONFileLoader
        and loader.search_paths[:2] == installed
        and loader.search_paths[2:] in ([], [_boto3s_path()])
        and loader.extras_types == Loader.BUILTIN_EXTRAS_TYPES
        and not Path(Loader.CUSTOMER_DATA_PATH).is_dir()
    )


@cache
def _boto3s_path() -> str:
    """Give the folder that boto3's sessions add, in which there are resources alone."""
    import boto3

    return str(Path(boto3.__file__).parent / "data")


# Handlers


class _Registered(NamedTuple):
    """Built-in handlers, and an emitter that they and no others are registered with."""

    specs: list[Any]
    emitter: HierarchicalEmitter


_registered = _Registered([], HierarchicalEmitter())


def _registering(original: Callable[..., Any]) -> Callable[..., Any]:
    def _register_builtin_handlers(session: Any, events: Any) -> None:
        global _registered  # noqa: PLW0603 - one process has one list of built-in handlers
        emitter = session._original_handler  # noqa: SLF001
        is_plain = type(session) is Session and type(emitter) is HierarchicalEmitter
        if not is_plain or emitter._handlers._root["children"]:  # noqa: SLF001 - brought along
            original(session, events)
            return
        known = _registered  # another thread may replace it
        if known.specs == handlers.BUILTIN_HANDLERS:
            vars(emitter).update(vars(copy.copy(known.emitter)))
            return
        specs = list(handlers.BUILTIN_HANDLERS)  # moto adds one
        original(session, events)
        _registered = _Registered(specs, copy.copy(emitter))

    return _register_builtin_handlers

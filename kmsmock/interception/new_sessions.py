"""New sessions of botocore, made from what earlier ones have read and registered.

A session costs as much as a hundred calls: it reads the service model, its endpoint rules and the
list of all Regions, and registers more than a hundred handlers. A test often has one of its own,
since leaving a mock puts the default session back. While a mock is active, a session that would
read the same files and register the same handlers as one before it gets them from there: service
models and handlers as copies of its own, rules and lists of Regions as they are. Any other session
is made as always.
"""

from __future__ import annotations

import copy
import pickle
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

_REGISTERING = "_register_builtin_handlers"
"""A private method of botocore's. Without it, sessions are as right, and slower."""


class NewSessions:
    """Lets new sessions begin with what is known while it is on."""

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        """Wrap the methods by which sessions read and register."""
        self._patches.wrap(Loader, "load_service_model", _loading_service_model)
        self._patches.wrap(Loader, "load_data_with_path", _loading_data)
        if hasattr(Session, _REGISTERING):
            self._patches.wrap(Session, _REGISTERING, _registering)

    def stop(self) -> None:
        """Put them back."""
        self._patches.undo()


# Files

_COPIES = "_kmsmock_copies"
"""A loader's attribute: the models that it gave."""


def _loading_service_model(original: Callable[..., Any]) -> Callable[..., Any]:
    def load_service_model(
        loader: Loader, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        if service_name not in SERVICES or not _reads_what_is_installed(loader):
            return original(loader, service_name, type_name, api_version)
        if type_name != "service-2":
            return _shared_loader().load_service_model(service_name, type_name, api_version)
        # A loader gives the same model each time, and what a test does to it is its own.
        copies = vars(loader).setdefault(_COPIES, {})
        name = service_name, api_version
        if name not in copies:
            copies[name] = pickle.loads(_pickled(*name))  # noqa: S301 - botocore's own file
        return copies[name]

    return load_service_model


def _loading_data(original: Callable[..., Any]) -> Callable[..., Any]:
    def load_data_with_path(loader: Loader, name: str) -> Any:
        # Files of no one service: the Regions, the partitions, the rules for retries.
        shared = Path(name).name == name and _reads_what_is_installed(loader)
        return original(_shared_loader() if shared else loader, name)

    return load_data_with_path


class _SharedLoader(Loader):
    """The loader that reads for all; of another class, it reads for itself."""


@cache
def _shared_loader() -> Loader:
    return _SharedLoader()


@cache
def _pickled(service_name: str, api_version: str | None) -> bytes:
    model = _shared_loader().load_service_model(service_name, "service-2", api_version)
    return pickle.dumps(model)


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
        emitter: Any = getattr(session, "_original_handler", None)
        if type(session) is not Session or not _is_new(emitter):
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


def _is_new(emitter: Any) -> bool:
    """Tell whether an emitter is botocore's usual one, with no handlers yet."""
    handlers_of = getattr(emitter, "_handlers", None)
    root = getattr(handlers_of, "_root", None)
    return type(emitter) is HierarchicalEmitter and root is not None and not root["children"]

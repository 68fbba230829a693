"""Names that a test gives: whether they exist, and which are near that do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache

from kmsmock.operation import OPERATIONS
from kmsmock.protocol.model import SERVICES, service_model
from kmsmock.trail import service_events

FEW = 5
"""So many names are all told when none of them is near."""


def require_known(what: str, name: object, known: Iterable[str]) -> str:
    """Give the name back, or refuse one that is none of the known ones, and tell which are near.

    Raises:
        TypeError: it is no text.
        ValueError: it is not known.
    """
    names = list(known)
    if not isinstance(name, str):
        raise TypeError(f"{what} takes a name as text, not {name!r}")
    if name in names:
        return name
    raise ValueError(f"there is no {what} {name!r}{hint(name, names)}")


def hint(name: str, names: list[str]) -> str:
    """Give the end of a sentence that tells which names are near, if any are."""
    lower = {it.lower(): it for it in names}
    near = (
        [lower[it] for it in (name.lower(),) if it in lower]
        or difflib.get_close_matches(name, names)
        or [lower[it] for it in difflib.get_close_matches(name.lower(), lower)]
        or [it for it in names if len(name) > 2 and name.lower() in it.lower()][:3]
    )
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= FEW else ""


@cache
def event_names() -> frozenset[str]:
    """Give the names that events have: operations of both services, and what AWS itself does."""
    operations = (name for service in SERVICES for name in service_model(service).operation_names)
    return frozenset((*operations, *service_events.NAMES))


@cache
def permissions() -> frozenset[str]:
    """Give the names of the permissions that operations take, `kms:Decrypt`."""
    names = {"iam:CreateServiceLinkedRole"}
    for (service, name), operation in OPERATIONS.items():
        prefix = "kms" if service == "kms" else "cloudhsm"
        on_targets = [target.action for target in operation.targets]
        names.update(on_targets or [f"{prefix}:{name}"])
    return frozenset(names)

"""Which calls a fault may be for: what makes sense, and what could never strike."""

from __future__ import annotations

from math import inf

from kmsmock.domain.arn import parse_arn
from kmsmock.domain.principal import SERVICE_SUFFIXES
from kmsmock.operation import OPERATIONS

NUMBERS: dict[str, tuple[type, float, float, str]] = {
    "latency": (float, 0, inf, "seconds, 0 or more"),
    "real_latency": (float, 0, inf, "seconds, 0 or more"),
    "times": (int, 1, inf, "a whole number, 1 or more"),
    "after": (int, 0, inf, "a whole number, 0 or more"),
    "every": (int, 1, inf, "a whole number, 1 or more"),
    "probability": (float, 0, 1, "a number from 0 to 1"),
}
"""Argument -> what it may be."""


def require_numbers(**given: float) -> None:
    """Refuse a number that makes no sense, by the argument's name.

    Raises:
        ValueError: there is one.
    """
    for name, value in given.items():
        kind, least, most, text = NUMBERS[name]
        fits = isinstance(value, (int, kind)) and not isinstance(value, bool)
        if not (fits and least <= value <= most and value != inf):
            raise ValueError(f"{name} takes {text}, not {value!r}")


def require_key_of_use(service: str, operation: str) -> None:
    """Refuse to strike only calls about a key where no call names one.

    Raises:
        ValueError: none does.
    """
    declared = OPERATIONS.get((service, operation))
    if service != "kms" or (declared is not None and not declared.targets):
        what = service if operation == "*" else f"{service} {operation}"
        raise ValueError(f"key is of no use for {what}, whose calls name no key that is there")


def require_caller(caller: str, what: str = "caller") -> None:
    """Refuse what names no caller.

    Args:
        what: the argument's name, for the error.

    Raises:
        ValueError: it is neither an ARN nor an AWS service.
    """
    if parse_arn(caller) is None and not caller.endswith(SERVICE_SUFFIXES):
        raise ValueError(
            f"{what} takes the ARN of a principal or of a role's session, or the name of an AWS "
            f"service, not {caller!r}"
        )

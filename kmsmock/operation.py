"""What an operation declares, and the table of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from kmsmock.call import Call

Found_co = TypeVar("Found_co", covariant=True)
First = TypeVar("First")
Second = TypeVar("Second")
Third = TypeVar("Third")
Request = TypeVar("Request")
Reply = TypeVar("Reply")


class Target(Protocol[Found_co]):
    """How an operation finds a resource that its request names, and what it needs of it.

    Attributes:
        action: the permission it takes, `kms:Encrypt`.
    """

    @property
    def action(self) -> str:
        """The permission that it takes."""

    def find(self, call: Call) -> Found_co:
        """Look the resource up, or raise the service's error for one that is not there."""

    def check(self, call: Call, resource: Any) -> None:
        """Refuse a resource whose state or kind does not fit, after authorization."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the pipeline sees it.

    Attributes:
        handler: called with the call, its request, and one resource per target, in order.
    """

    service: str
    name: str
    targets: tuple[Target[Any], ...]
    handler: Callable[..., Any]


OPERATIONS: dict[tuple[str, str], Operation] = {}
"""Service and name -> operation; filled by the imports of kmsmock.kms and kmsmock.cloudhsmv2."""


@overload
def operation(
    service: str, name: str
) -> Callable[[Callable[[Call, Request], Reply]], Callable[[Call, Request], Reply]]: ...
@overload
def operation(
    service: str, name: str, first: Target[First], /
) -> Callable[
    [Callable[[Call, Request, First], Reply]], Callable[[Call, Request, First], Reply]
]: ...
@overload
def operation(
    service: str, name: str, first: Target[First], second: Target[Second], /
) -> Callable[
    [Callable[[Call, Request, First, Second], Reply]],
    Callable[[Call, Request, First, Second], Reply],
]: ...
@overload
def operation(
    service: str, name: str, first: Target[First], second: Target[Second], third: Target[Third], /
) -> Callable[
    [Callable[[Call, Request, First, Second, Third], Reply]],
    Callable[[Call, Request, First, Second, Third], Reply],
]: ...
def operation(service: str, name: str, *targets: Target[Any]) -> Callable[[Any], Any]:
    """Declare an operation: its service and name, and the targets that its request names.

    The decorated function does what is particular to the operation, after the request was
    validated and every target was found, authorised and checked, in order.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        OPERATIONS[service, name] = Operation(service, name, targets, handler)
        return handler

    return declare

"""What is done later, as a value: a declared kind of deed, and the ids of what it is done to.

Work that falls due is looked at, copied and written into files, which functions that remember
things are too closed for. A deed remembers ids alone, and looks up what they name when its time
has come; what is gone by then needs nothing any more.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec

if TYPE_CHECKING:
    from kmsmock.domain.region import Region

Subject = ParamSpec("Subject")
"""Ids and numbers that tell what a deed is done to, within its Region."""


@dataclass(frozen=True, slots=True, eq=False)
class DeedKind(Generic[Subject]):
    """A kind of deed.

    Attributes:
        name: what files call it; it never changes.
        work: does it; takes the world, the Region, the time at which it fell due, the subject.
        subject: the names of the ids that such a deed has.
    """

    name: str
    work: Callable[Concatenate[Any, Region, datetime, Subject], None]
    subject: tuple[str, ...]

    def on(self, region: Region, *subject: Subject.args, **by_name: Subject.kwargs) -> Deed:
        """Give the deed on something of a Region, whose ids come in the order of `subject`."""
        assert not by_name
        return Deed(self, region, subject)


@dataclass(frozen=True, slots=True, eq=False)
class Deed:
    """A deed that is not yet done."""

    kind: DeedKind[...]
    region: Region
    subject: tuple[object, ...]

    def do(self, world: object, at: datetime) -> None:
        """Do it; `at` is the time at which it fell due."""
        self.kind.work(world, self.region, at, *self.subject)


KINDS: dict[str, DeedKind[...]] = {}
"""Every kind of deed, by its name."""


def deed(
    name: str,
) -> Callable[[Callable[Concatenate[Any, Region, datetime, Subject], None]], DeedKind[Subject]]:
    """Declare that a function is a kind of deed.

    Args:
        name: of its own.
    """

    def declare(
        work: Callable[Concatenate[Any, Region, datetime, Subject], None],
    ) -> DeedKind[Subject]:
        assert name not in KINDS
        kind = DeedKind(name, work, tuple(inspect.signature(work).parameters)[3:])
        KINDS[name] = kind
        return kind

    return declare

"""How the world's objects stand in a file: what members each has, and how they name each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kmsmock.saved_worlds.forms import COUNT, TEXT, Damaged, Form, Json, require_object

if TYPE_CHECKING:
    from kmsmock.domain.index import Index

Thing = TypeVar("Thing")


class Record(Generic[Thing]):
    """The form of a dataclass: an object with a member for each attribute.

    A member whose value is the attribute's default is not written, and may be missing.

    Args:
        kind: the dataclass.
        members: attribute -> its form; a leading underscore is not written.
        derived: attributes that follow from where the thing stands, or from other things.
        optional: members without a default that a file may leave out.

    Attributes:
        names: of the members, as they stand in a file.
        form: the record as a form.

    Raises:
        AssertionError: an attribute is in neither: so a new one is not forgotten.
    """

    def __init__(
        self,
        kind: type[Thing],
        members: Mapping[str, Form],
        derived: Iterable[str] = (),
        optional: Iterable[str] = (),
    ) -> None:
        known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
        assert known.keys() == {*members, *derived}, kind
        self._kind = kind
        self._members = members
        self._optional = frozenset(optional)
        self._defaults = {name: _default(known[name]) for name in members}
        self.names = tuple(name.lstrip("_") for name in members)
        self.form = Form(self.write, self.read)

    def write(self, thing: Thing) -> dict[str, Json]:
        """Give what stands in a file for a thing."""
        document = {}
        for name, form in self._members.items():
            value, default = getattr(thing, name), self._defaults[name]
            if value == default and not form.shared:
                continue
            written = form.write(value)
            # Nothing where there need not be anything; `None` and an empty list may differ.
            if written not in ({}, []) or default in (MISSING, None):
                document[name.lstrip("_")] = written
        return document

    def read(self, found: Json, where: str, **derived: Any) -> Thing:
        """Make the thing.

        Args:
            derived: the attributes that follow from where it stands.

        Raises:
            Damaged: what is found is none.
        """
        return self._kind(**self.read_members(found, where), **derived)

    def read_members(self, found: Json, where: str) -> dict[str, Any]:
        """Give the attributes that are found, by name.

        Raises:
            Damaged: one is not what it should be, unknown, or missing.
        """
        document = require_object(found, where, self.names)
        values = {}
        for name, form in self._members.items():
            shown = name.lstrip("_")
            if shown in document:
                values[name] = form.read(document[shown], f"{where}.{shown}")
            elif self._defaults[name] is MISSING and name not in self._optional:
                raise Damaged(where, f"{shown} is missing")
        return values


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def list_by(form: Form, name_of: Callable[[Any], Any], what: str) -> Form:
    """Give the form of a dictionary of things that tell their own names: a list.

    Args:
        what: they are, in the error about one that is there twice.
    """

    def read(found: Json, where: str) -> dict[Any, Any]:
        things: dict[Any, Any] = {}
        for here, item in items_of(found, where):
            thing = form.read(item, here)
            name = name_of(thing)
            if name in things:
                raise Damaged(here, f"there is a {what} {_told(name)}already")
            things[name] = thing
        return things

    return Form(lambda things: [form.write(thing) for thing in things.values()], read)


def items_of(found: Json, where: str) -> Iterable[tuple[str, Json]]:
    """Give the items of a list, each with its place.

    Raises:
        Damaged: it is no list.
    """
    if type(found) is not list:
        raise Damaged(where, "must be a list")
    return [(f"{where}[{place}]", item) for place, item in enumerate(found)]


def _told(name: object) -> str:
    return f"{name!r} " if isinstance(name, str) else ""


def named(
    things: Mapping[str, Thing] | Index[Thing], name_of: Callable[[Thing], str], what: str
) -> Form:
    """Give the form of a thing that stands elsewhere: its name.

    Args:
        things: where it is looked up.
        what: it is, in the error about one that is not there.
    """

    def read(found: Json, where: str) -> Thing:
        name = TEXT.read(found, where)
        thing = things.get(name)
        if thing is None:
            raise Damaged(where, f"there is no {what} {name!r}")
        return thing

    return Form(name_of, read)


class Table:
    """Things without names that several others share: each stands once, and is named by its place.

    Args:
        form: how each of them stands in the table.
        what: they are.

    Attributes:
        reference: the form of one of them, wherever else it is.
    """

    def __init__(self, form: Form, what: str) -> None:
        self._form = form
        self._what = what
        self._places: dict[int, int] = {}
        self._things: list[Any] = []
        self._written: list[Json] = []
        self.reference = Form(self._place_of, self._thing_at, shared=True)

    def write(self) -> list[Json]:
        """Give the table of the things that were named so far, in the order in which they were."""
        return self._written

    def read(self, found: Json, where: str) -> None:
        """Take the things of a file's table.

        Raises:
            Damaged: one is none.
        """
        self._things = [self._form.read(item, here) for here, item in items_of(found, where)]

    def _place_of(self, thing: object) -> int:
        if id(thing) not in self._places:
            written = self._form.write(thing)
            self._places[id(thing)] = len(self._written)
            self._written.append(written)
            self._things.append(thing)  # It lives as long as its id is remembered.
        return self._places[id(thing)]

    def _thing_at(self, found: Json, where: str) -> Any:
        place = COUNT.read(found, where)
        if place >= len(self._things):
            raise Damaged(where, f"there is no {self._what} number {place}")
        return self._things[place]

"""How values stand in a file: a writer and a reader for each kind of value."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import Any

Json = Any
"""What the library `json` reads and writes."""

MOST_DAYS = 1_000_000
"""More than any period in a world, and less than a timedelta can hold."""


class Damaged(ValueError):
    """A file is no saved world; the text says where and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where or 'the file'}: {why}")


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of value stands in a file.

    Attributes:
        write: gives what stands there.
        read: takes that, and where it stands; raises `Damaged`.
    """

    write: Callable[[Any], Json]
    read: Callable[[Json, str], Any]


def _same(value: Any) -> Json:
    return value


def _plain(kind: type, name: str) -> Form:
    def read(found: Json, where: str) -> Any:
        if type(found) is not kind:
            raise Damaged(where, f"must be {name}, not {_shown(found)}")
        return found

    return Form(_same, read)


TEXT = _plain(str, "a text")
FLAG = _plain(bool, "true or false")
NUMBER = _plain(int, "a whole number")


def _read_moment(found: Json, where: str) -> datetime:
    text = TEXT.read(found, where)
    try:
        # Python 3.10 does not know the Z.
        moment = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] == "Z" else text)
    except ValueError:
        raise Damaged(where, f"must be a time such as 2031-01-31T12:00:00Z, not {text!r}") from None
    if moment.tzinfo is None:
        raise Damaged(where, f"the time needs a time zone: {text!r}")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise Damaged(where, f"no time that can be reckoned with: {text!r}") from None


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


MOMENT = Form(_write_moment, _read_moment)


def _read_span(found: Json, where: str) -> timedelta:
    if type(found) not in (int, float) or not 0 <= found <= MOST_DAYS * 86_400:
        raise Damaged(where, f"must be a number of seconds, not {_shown(found)}")
    return timedelta(seconds=found)


def _write_span(span: timedelta) -> float:
    seconds = span.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


SPAN = Form(_write_span, _read_span)


def _read_bytes(found: Json, where: str) -> bytes:
    try:
        return base64.b64decode(TEXT.read(found, where), validate=True)
    except (binascii.Error, ValueError) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged(where, "must be base64") from None


BYTES = Form(lambda value: base64.b64encode(value).decode(), _read_bytes)


def one_of(*possible: str) -> Form:
    """Give the form of one of some texts."""

    def read(found: Json, where: str) -> str:
        if type(found) is not str or found not in possible:
            raise Damaged(where, f"must be one of {', '.join(possible)}, not {_shown(found)}")
        return found

    return Form(_same, read)


def or_none(form: Form) -> Form:
    """Give the form of a value that may be missing: null."""
    return Form(
        lambda value: None if value is None else form.write(value),
        lambda found, where: None if found is None else form.read(found, where),
    )


def list_of(form: Form, kind: Callable[[Iterable[Any]], Any] = list) -> Form:
    """Give the form of a list, a tuple, or a set, which is written sorted."""

    def write(values: Iterable[Any]) -> Json:
        written = [form.write(value) for value in values]
        return sorted(written) if isinstance(values, (set, frozenset)) else written

    def read(found: Json, where: str) -> Any:
        if type(found) is not list:
            raise Damaged(where, f"must be a list, not {_shown(found)}")
        return kind(form.read(item, f"{where}[{place}]") for place, item in enumerate(found))

    return Form(write, read)


def map_of(form: Form) -> Form:
    """Give the form of a mapping from texts."""

    def read(found: Json, where: str) -> dict[str, Any]:
        return {
            name: form.read(item, f"{where}.{name}")
            for name, item in require_object(found, where).items()
        }

    return Form(lambda values: {name: form.write(it) for name, it in values.items()}, read)


PAIRS = Form(
    dict,
    lambda found, where: tuple(sorted(map_of(TEXT).read(found, where).items())),
)
"""An encryption context as grants have it."""


def record(kind: type, members: Mapping[str, Form], derived: Iterable[str] = ()) -> Form:
    """Give the form of a dataclass.

    A member that has its default is not written, and may be missing.

    Args:
        members: attribute -> its form; a leading underscore is not written.
        derived: attributes that follow from where the thing stands.
    """
    known = {field.name: field for field in fields(kind)}
    assert known.keys() == {*members, *derived}, kind

    def write(thing: Any) -> Json:
        return {
            name.lstrip("_"): form.write(getattr(thing, name))
            for name, form in members.items()
            if getattr(thing, name) != _default(known[name])
        }

    def read(found: Json, where: str) -> Any:
        return kind(**read_members(kind, members, found, where))

    return Form(write, read)


def read_members(
    kind: type, members: Mapping[str, Form], found: Json, where: str, optional: Iterable[str] = ()
) -> dict[str, Any]:
    """Read what a dataclass is made of."""
    known = {field.name: field for field in fields(kind)}
    document = require_object(found, where, {name.lstrip("_") for name in members})
    values = {}
    for name, form in members.items():
        shown = name.lstrip("_")
        if shown in document:
            values[name] = form.read(document[shown], f"{where}.{shown}")
        elif _default(known[name]) is MISSING and name not in optional:
            raise Damaged(where, f"{shown} is missing")
    return values


def require_object(
    found: Json, where: str, possible: Iterable[str] | None = None
) -> dict[str, Any]:
    """Give an object whose members are all known.

    Raises:
        Damaged: it is something else, or has other members.
    """
    if type(found) is not dict:
        raise Damaged(where, f"must be an object, not {_shown(found)}")
    if possible is not None:
        unknown = sorted(found.keys() - set(possible))
        if unknown:
            raise Damaged(where, f"{unknown[0]!r} is no member; those are {', '.join(possible)}")
    return found


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _shown(found: Json) -> str:
    text = repr(found) if type(found) in (str, int, float, bool, type(None)) else ""
    kinds: dict[type, str] = {dict: "an object", list: "a list"}
    return text if text and len(text) <= 50 else kinds.get(type(found), "what is there")

"""How plain values stand in a file: a writer and a reader for each kind of value."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

from kmsmock.controls.ids import id_in, id_text

Json = Any
"""What the library `json` reads and writes."""

MOST_DAYS = 1_000_000
"""More than any period in a world, and less than a timedelta can hold."""
_ENDLESS = float("inf")


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
        shared: other things have the very same value, so that no equal one can stand for it.
    """

    write: Callable[[Any], Json]
    read: Callable[[Json, str], Any]
    shared: bool = False


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


def _read_id(found: Json, where: str) -> bytes:
    try:
        return id_in(TEXT.read(found, where))
    except ValueError as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged(where, f"must be an id such as {id_text(bytes(16))}") from None


ID = Form(id_text, _read_id)
"""The 16 bytes of an event's id, or a request's."""


def whole(least: int, most: int = 2**63) -> Form:
    """Give the form of a whole number between two."""

    def read(found: Json, where: str) -> int:
        if type(found) is not int or not least <= found <= most:
            limits = f"{least} or more" if most == 2**63 else f"{least} to {most}"
            raise Damaged(where, f"must be a whole number, {limits}, not {_shown(found)}")
        return found

    return Form(_same, read)


COUNT = whole(0)


def _read_rate(found: Json, where: str) -> float:
    if type(found) not in (int, float) or not 0 < found < _ENDLESS:
        raise Damaged(where, f"must be a positive number, not {_shown(found)}")
    rate: float = found
    return rate


RATE = Form(_same, _read_rate)
"""How many of something in a time, or how many seconds."""


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


def bytes_of(*lengths: int) -> Form:
    """Give the form of bytes of one of some lengths."""

    def read(found: Json, where: str) -> bytes:
        value: bytes = BYTES.read(found, where)
        if len(value) not in lengths:
            raise Damaged(where, f"must be {' or '.join(map(str, lengths))} bytes")
        return value

    return Form(BYTES.write, read)


def one_of(*possible: str) -> Form:
    """Give the form of one of some texts."""

    def read(found: Json, where: str) -> str:
        if type(found) is not str or found not in possible:
            raise Damaged(where, f"must be one of {', '.join(possible)}, not {_shown(found)}")
        return found

    return Form(_same, read)


def literal(alias: object) -> Form:
    """Give the form of a `Literal`."""
    return one_of(*get_args(alias))


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


def _shown(found: Json) -> str:
    text = repr(found) if type(found) in (str, int, float, bool, type(None)) else ""
    kinds: dict[type, str] = {dict: "an object", list: "a list"}
    return text if text and len(text) <= 50 else kinds.get(type(found), "what is there")


def require_account_id(text: str, where: str) -> None:
    """Refuse what is no account's id.

    Raises:
        Damaged: it is not 12 digits.
    """
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        raise Damaged(where, "an account's id is 12 digits")

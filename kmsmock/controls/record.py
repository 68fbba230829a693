"""The record of what happened: a small value for each event.

It keeps what CloudTrail keeps, never whole requests or answers, and keeps once what many events
have in common: of a call that is repeated a million times only time and ids are new each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from kmsmock.domain.principal import Credentials

Frozen: TypeAlias = "str | int | float | bool | datetime | tuple[Frozen, ...] | None"
"""A value of a request or an answer that does not change: lists are tuples, structures and maps are
tuples of pairs."""
Members: TypeAlias = "tuple[tuple[str, Frozen], ...]"
"""A structure or a map."""
Event: TypeAlias = dict[str, Any]
"""An event as CloudTrail writes it: `event["requestParameters"]["keyId"]`."""

KEPT_IN_COMMON = 4096
"""How many different facts are looked for when an event is added."""


class Identity(NamedTuple):
    """Who made a call.

    Attributes:
        arn: what the call was seen to come from; of a role that is its session's.
        credentials: what a test declared; None for an account's administrator who just calls.
        invoked_by: the AWS service that called on the caller's behalf.
    """

    access_key: str
    account_id: str
    arn: str
    credentials: Credentials | None = None
    invoked_by: str | None = None


class Resource(NamedTuple):
    """A key or an alias that an event is about, and the account that owns it."""

    arn: str
    account_id: str


class Facts(NamedTuple):
    """What an event tells, apart from when it was and its ids.

    Attributes:
        account_id: the account in whose trail the event is.
        identity: who called; None where AWS itself did it.
        parameters: members of the request, under the model's names; None where there is none, or
            it was not understood.
        answer: the same of the answer.
        resources: the keys and aliases it is about, as far as they were found.
        error: code and text of a refusal.
        additional: CloudTrail's additionalEventData.
        details: CloudTrail's serviceEventDetails; None unless no call is behind the event.
    """

    service: str
    operation: str
    region: str
    account_id: str
    identity: Identity | None = None
    parameters: Members | None = None
    answer: Members = ()
    resources: tuple[Resource, ...] = ()
    error: tuple[str, str | None] | None = None
    additional: Members = ()
    details: Members | None = None

    @property
    def is_denial(self) -> bool:
        """Whether the caller was not permitted to do it."""
        return self.error is not None and self.error[0].endswith("AccessDeniedException")


def shown_error(facts: Facts) -> str | None:
    """Give the errorCode: denials have another one in CloudTrail than in the API (recorded)."""
    if facts.error is None:
        return None
    return "AccessDenied" if facts.is_denial else facts.error[0]


class Happening(NamedTuple):
    """An event: when it was, the ids of event and request as bytes, and the facts."""

    at: datetime
    ids: bytes
    facts: Facts


class Record:
    """All events of a world, in the order in which they happened."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []
        self._known: dict[Facts, Facts] = {}

    def add(self, at: datetime, facts: Facts, ids: bytes) -> None:
        """Add an event.

        Args:
            ids: the event's, and the request's if there is a call behind it.
        """
        if len(self._known) > KEPT_IN_COMMON:
            self._known.clear()
        self.happenings.append(Happening(at, ids, self._known.setdefault(facts, facts)))


_PLAIN = frozenset((str, int, float, bool, type(None), datetime))


def freeze(members: Mapping[str, Any], leave_out: frozenset[str] = frozenset()) -> Members:
    """Give members as a value that does not change, without those that are to be left out.

    Those are left out of the structures inside as well.
    """
    if leave_out.isdisjoint(members) and _PLAIN.issuperset(map(type, members.values())):
        return tuple(members.items())
    return tuple(
        [
            (name, value if type(value) in _PLAIN else _frozen(value, leave_out))
            for name, value in members.items()
            if name not in leave_out
        ]
    )


def _frozen(value: object, leave_out: frozenset[str]) -> Frozen:
    if isinstance(value, dict):
        return freeze(value, leave_out)
    if isinstance(value, (list, tuple)):
        if _PLAIN.issuperset(map(type, value)):
            return tuple(value)
        return tuple([_frozen(item, leave_out) for item in value])
    if isinstance(value, Mapping):
        return freeze(value, leave_out)
    assert value is None or isinstance(value, (str, int, float, datetime))
    return value

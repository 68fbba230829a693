"""`aws.events`: the record as a test reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast, overload

from kmsmock.controls.record import Event, shown_error
from kmsmock.levers.fault_choices import require_caller
from kmsmock.levers.known_names import event_names, require_known

if TYPE_CHECKING:
    from kmsmock.controls.record import Facts, Happening, Members

SHOWN = 20
"""How many events, the last ones, a table of them has."""

_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")
_NAMES = ("KeyId", "TargetKeyId", "CustomKeyStoreId", "ClusterId", "BackupId", "ResourceId")
"""Members that name what a call is about, where no key was found."""


class Events(Sequence[Event]):
    """Events, oldest first; what is chosen of them is the same kind of thing.

    Each is a dictionary in the shape that CloudTrail gives it, made when somebody looks at it.
    `repr` shows the last ones as a table.

    Example:
        >>> import boto3
        >>> from kmsmock import mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm() as aws:
        ...     key_id = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        ...     [event["eventName"] for event in aws.events.of_key(key_id)]
        ['CreateKey']

    https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
    """

    def __init__(self, happenings: Sequence[Happening], show: Callable[[Happening], Event]) -> None:
        self._happenings = happenings
        self._show = show

    def __len__(self) -> int:
        return len(self._happenings)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> Event | Events:
        if isinstance(place, slice):
            return Events(self._happenings[place], self._show)
        return self._show(self._happenings[place])

    def __eq__(self, other: object) -> bool:
        """Compare with events, or with a list of dictionaries."""
        if not isinstance(other, (Events, list, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        count = f"{len(self)} event{'' if len(self) == 1 else 's'}"
        if len(self) > SHOWN:
            count += f", the last {SHOWN}"
        return "\n".join([f"<{count}>", *table(self._happenings[-SHOWN:])])

    def named(self, *operations: str) -> Events:
        """Choose the events of operations, `Decrypt`, or of what AWS itself does, `DeleteKey`.

        Raises:
            ValueError: no event has such a name; the text tells which are near.
        """
        for name in operations:
            # A caller may call what no service has.
            if not any(it.facts.operation == name for it in self._happenings):
                require_known("event", name, event_names())
        return self._where(lambda facts: facts.operation in operations)

    def of_key(self, key: str) -> Events:
        """Choose the events about a key, by its id or ARN, or about an alias, by name or ARN.

        Related multi-Region keys have one id and different ARNs.
        """
        return self._where(lambda facts: _is_about(facts, key))

    def by(self, principal_arn: str) -> Events:
        """Choose the calls of a principal; a role's are those of all its sessions.

        Args:
            principal_arn: the ARN of a user, a role, one session of a role or an
                account's root, or the name of an AWS service.

        Raises:
            ValueError: it is none of these.
        """
        require_caller(principal_arn, "by")
        return self._where(lambda facts: principal_arn in _callers(facts))

    def with_encryption_context(self, context: Mapping[str, str]) -> Events:
        """Choose the calls whose encryption context has all these pairs, and perhaps others.

        Of ReEncrypt one of the two contexts is enough.
        """
        pairs = set(context.items())
        return self._where(lambda facts: any(pairs <= has for has in _contexts(facts)))

    def refused(self, code: str | None = None) -> Events:
        """Choose the calls that were answered with an error, or with the one of this code.

        The code may be the API's or CloudTrail's: AccessDeniedException or AccessDenied.
        """
        return self._where(
            lambda facts: (
                facts.error is not None and code in (None, facts.error[0], shown_error(facts))
            )
        )

    def in_account(self, account_id: str) -> Events:
        """Choose what an account's own trail has: its calls, and other accounts' with its keys.

        A call to another account's key is an event in either account, with the same
        sharedEventID; one that was denied is in the caller's account only. Everywhere else the
        record has such a call once, as the caller's account has it.

        Args:
            account_id: 12 digits.
        """
        seen = []
        for happening in self._happenings:
            facts = happening.facts
            if facts.account_id == account_id:
                seen.append(happening)
            elif not facts.is_denial and account_id in {it.account_id for it in facts.resources}:
                seen.append(happening._replace(facts=facts._replace(account_id=account_id)))
        return Events(seen, self._show)

    def _where(self, suits: Callable[[Facts], bool]) -> Events:
        return Events([it for it in self._happenings if suits(it.facts)], self._show)


def table(happenings: Iterable[Happening]) -> list[str]:
    """Give a line for each event: time, caller, Region, operation, key, outcome."""
    rows = [
        (
            happening.at.strftime("%Y-%m-%d %H:%M:%S"),
            _short_caller(happening.facts),
            happening.facts.region,
            happening.facts.operation,
            _short_subject(happening.facts),
            shown_error(happening.facts) or "ok",
        )
        for happening in happenings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _is_about(facts: Facts, key: str) -> bool:
    for resource in facts.resources:
        name = resource.arn.rpartition(":")[2]
        if key in (resource.arn, name, name.removeprefix("key/")):
            return True
    return any(value == key for name, value in facts.parameters or () if name.endswith("KeyId"))


def _callers(facts: Facts) -> tuple[str, ...]:
    identity = facts.identity
    if identity is None:
        return ()
    if identity.credentials is None:
        return (identity.arn,)
    return identity.arn, identity.credentials.principal.arn


def _contexts(facts: Facts) -> Iterable[set[tuple[str, object]]]:
    return (
        set(cast("Members", value)) for name, value in facts.parameters or () if name in _CONTEXTS
    )


def _short_caller(facts: Facts) -> str:
    if facts.identity is None:
        return "AWS Internal"
    return facts.identity.arn.rpartition(":")[2]


def _short_subject(facts: Facts) -> str:
    if facts.resources:
        names = (resource.arn.rpartition(":")[2] for resource in facts.resources)
        return ", ".join(name.removeprefix("key/") for name in names)
    named = dict(facts.parameters or ())
    return next((str(named[name]) for name in _NAMES if name in named), "-")

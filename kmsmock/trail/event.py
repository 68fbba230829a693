"""An event in CloudTrail's shape (authorization.md section 6.1).

Kept difference (Events): AWS delivers them to CloudTrail after minutes; kmsmock has them in
`aws.events` at once, and shows no policies in them. Why: tests do not wait, and a million calls
must not fill the memory.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from kmsmock.controls.ids import derived_id, id_text
from kmsmock.controls.record import shown_error
from kmsmock.protocol.model import operation_model
from kmsmock.trail.identity import identity_shape, source_of
from kmsmock.trail.operations import is_read_only, with_defaults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import ListShape, MapShape, Shape

    from kmsmock.controls.record import Event, Facts, Frozen, Happening, Members

VERSION = "1.08"
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_SOURCES = {"kms": "kms.amazonaws.com", "cloudhsmv2": "cloudhsm.amazonaws.com"}


def show(happening: Happening) -> Event:
    """Give an event as CloudTrail writes it."""
    facts = happening.facts
    event: Event = {
        "eventVersion": VERSION,
        "userIdentity": identity_shape(facts.identity, facts.account_id),
        "eventTime": happening.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": _SOURCES[facts.service],
        "eventName": facts.operation,
        "awsRegion": facts.region,
        **source_of(facts.identity),
    }
    if facts.error is not None:
        event["errorCode"] = shown_error(facts)
        if facts.error[1] is not None:
            event["errorMessage"] = facts.error[1]
    event["requestParameters"] = _request_parameters(facts)
    event["responseElements"] = _response_elements(facts)
    if facts.additional:
        event["additionalEventData"] = _structure(None, facts.additional)
    event.update(_ids(happening))
    event["readOnly"] = is_read_only(facts.operation)
    # AWS's sample of CreateHsm has no resources.
    if facts.service == "kms" and not facts.is_denial:
        event["resources"] = [
            {"accountId": resource.account_id, "type": "AWS::KMS::Key", "ARN": resource.arn}
            for resource in facts.resources
        ]
    event["eventType"] = "AwsApiCall" if facts.details is None else "AwsServiceEvent"
    event["managementEvent"] = True
    event["recipientAccountId"] = facts.account_id
    if facts.details is not None and facts.details:
        event["serviceEventDetails"] = _structure(None, facts.details)
    event["eventCategory"] = "Management"
    return event


def _ids(happening: Happening) -> dict[str, str]:
    """Give the ids of event and request.

    A call to another account's key has an event in either account. The caller's has the id that
    GetKeyLastUsage tells.
    """
    facts = happening.facts
    event_id = id_text(happening.ids[:16])
    ids = {} if len(happening.ids) == 16 else {"requestID": id_text(happening.ids[16:])}
    caller = facts.account_id if facts.identity is None else facts.identity.account_id
    accounts = {caller, *(resource.account_id for resource in facts.resources)}
    ids["eventID"] = event_id if facts.account_id == caller else derived_id(event_id, "owner")
    if len(accounts) > 1 and not facts.is_denial:
        ids["sharedEventID"] = derived_id(event_id, "shared")
    return ids


def _request_parameters(facts: Facts) -> dict[str, object] | None:
    # RetireGrant has none in the documentation's sample.
    if facts.parameters is None or facts.is_denial or facts.operation == "RetireGrant":
        return None
    model = operation_model(facts.service, facts.operation)
    shown = _structure(None if model is None else model.input_shape, facts.parameters)
    return with_defaults(facts.operation, shown) or None


def _response_elements(facts: Facts) -> dict[str, object] | None:
    """Give what the answer of an operation that changes something shows.

    Since December 2022 it tells the ARN of the key also where the answer does not ([known], from
    the documentation's pages of CreateAlias, DisableKey, PutKeyPolicy and others).
    """
    if facts.error is not None or is_read_only(facts.operation) or facts.details is not None:
        return None
    model = operation_model(facts.service, facts.operation)
    if model is None:
        return None
    shown = _structure(model.output_shape, facts.answer)
    creates = {"keyMetadata", "replicaKeyMetadata"} & shown.keys()
    keys = [resource.arn for resource in facts.resources if ":key/" in resource.arn]
    if keys and not creates:
        shown["keyId"] = keys[0]
    return shown or None


def _structure(shape: Shape | None, members: Members) -> dict[str, object]:
    of: Mapping[str, Shape] = getattr(shape, "members", {})
    return {_camel(name): _shown(of.get(name), value) for name, value in members}


def _shown(shape: Shape | None, value: Frozen) -> object:
    # What is told beside requests and answers has no shape, and no lists.
    kind = shape.type_name if shape is not None else "structure"
    if kind == "structure" and isinstance(value, tuple):
        return _structure(shape, cast("Members", value))
    if kind == "map":
        of = cast("MapShape", shape).value
        return {name: _shown(of, it) for name, it in cast("Members", value)}
    if kind == "list":
        of = cast("ListShape", shape).member
        return [_shown(of, item) for item in cast("tuple[Frozen, ...]", value)]
    if isinstance(value, datetime):
        # "Aug 10, 2022, 10:38:27 PM" in the samples; in English whatever the locale.
        month = _MONTHS[3 * value.month - 3 : 3 * value.month]
        hour, half = value.hour % 12 or 12, "AM" if value.hour < 12 else "PM"
        return f"{month} {value.day}, {value.year}, {hour}:{value:%M:%S} {half}"
    return value


def _camel(name: str) -> str:
    """Give a member's name as events have it; the samples leave this one as it is."""
    return name if name == "AWSAccountId" else name[0].lower() + name[1:]

"""The last use of a key: GetKeyLastUsage, and what the pipeline notes for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

from kmsmock.controls.ids import id_text
from kmsmock.domain.key import Key
from kmsmock.domain.key_state import ANY
from kmsmock.domain.last_usage import LastUsage
from kmsmock.kms.targets import key_named_by
from kmsmock.operation import operation
from kmsmock.protocol.model import service_model

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import KeyLastUsageTrackingOperationType
    from mypy_boto3_kms.type_defs import (
        GetKeyLastUsageRequestTypeDef,
        GetKeyLastUsageResponseTypeDef,
    )

    from kmsmock.call import Call


@operation("kms", "GetKeyLastUsage", key_named_by("KeyId", "kms:GetKeyLastUsage", ANY))
def get_key_last_usage(
    call: Call, _request: GetKeyLastUsageRequestTypeDef, key: Key
) -> GetKeyLastUsageResponseTypeDef:
    """Tell by which cryptographic operation the key was used last.

    Assumed: KeyId in the answer of GetKeyLastUsage is the bare id, since the model describes it in
    the words of KeyMetadata. Tracking starts with the key: nothing that a world's key does goes
    unseen.
    """
    reply: GetKeyLastUsageResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.key_id
    reply["KeyLastUsage"] = {}
    if key.last_usage is not None:
        reply["KeyLastUsage"] = {
            "Operation": cast("KeyLastUsageTrackingOperationType", key.last_usage.operation),
            "Timestamp": key.last_usage.at,
            "CloudTrailEventId": id_text(key.last_usage.ids[:16]),
            "KmsRequestId": id_text(key.last_usage.ids[16:]),
        }
    reply["TrackingStartDate"] = key.created
    reply["KeyCreationDate"] = key.created
    return reply


@cache
def _tracked() -> frozenset[str]:
    """Give the names of the operations that count as use: the model's own list.

    A botocore older than GetKeyLastUsage has none, and nobody who could ask.
    """
    model = service_model("kms")
    name = "KeyLastUsageTrackingOperation"
    return frozenset(model.shape_for(name).metadata["enum"] if name in model.shape_names else ())


def note_usage(call: Call, resources: Iterable[object]) -> None:
    """Note a successful call as the last use of its keys, if it is a cryptographic one."""
    if call.operation not in _tracked():
        return
    usage = LastUsage(call.operation, call.now, call.ids)
    for key in resources:
        if isinstance(key, Key):
            key.last_usage = usage

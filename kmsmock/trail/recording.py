"""Calls as facts for the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kmsmock.call import UNREAD
from kmsmock.controls.record import Facts, Members, Resource, freeze
from kmsmock.domain.grant import Grant
from kmsmock.domain.key import Key
from kmsmock.trail.key_stores import backing_key_data, store_data
from kmsmock.trail.operations import is_read_only, left_out

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.errors import ServiceError


def record_call(
    call: Call,
    resources: Sequence[object],
    result: Mapping[str, Any] | None,
    error: ServiceError | None,
) -> None:
    """Put a call into the record.

    Args:
        resources: what the request names, as far as that was found.
        result: what was answered.
        error: or the refusal.
    """
    manner = _manner(call.service, call.operation)
    answer: Members = ()
    additional: Members = ()
    if error is None:
        if result and not manner.read_only:
            answer = freeze(result, manner.leave_out)
        if manner.additional is not None:
            additional = manner.additional(call, resources, result or {})
    facts = Facts(
        call.service,
        call.operation,
        call.region.name,
        call.caller.account_id,
        call.caller.identity,
        # Assumed: CloudTrail does not show a request that breaks the model's constraints.
        None if call.request is UNREAD else freeze(call.request, manner.leave_out),
        answer,
        _named(call, resources, result or {}),
        None if error is None else (error.code, error.message),
        additional,
    )
    record = call.world.record
    record.add(call.now, facts, call.ids)
    if error is None and manner.elsewhere is not None:
        other = manner.elsewhere(facts, resources, result or {})
        record.add(call.now, other, call.world.randomness.uuid_bytes() + call.ids[16:])


def _named(
    call: Call, resources: Iterable[object], result: Mapping[str, Any]
) -> tuple[Resource, ...]:
    """Give the keys and aliases that a call is about (authorization.md section 6.1)."""
    named = [
        Resource(it.arn if isinstance(it, Key) else it.key_arn, it.account_id)
        for it in (resources if not call.also_about else (*resources, *call.also_about))
        if isinstance(it, (Key, Grant))
    ]
    if call.operation == "CreateKey" and result:
        named.append(Resource(result["KeyMetadata"]["Arn"], call.region.account_id))
    if call.service == "kms" and "AliasName" in call.request:
        alias = call.region.kms_arn(str(call.request["AliasName"]))
        named.append(Resource(alias, call.region.account_id))
    return tuple(named)


# additionalEventData, and events in a second Region


def _of_cryptography(_call: Call, keys: Sequence[Key], result: Mapping[str, Any]) -> Members:
    """Tell the store of keys in key stores, and the material of the others ([known]).

    Material is told by symmetric keys; what Encrypt used is the current one.
    """
    stores = [key.custom_key_store for key in keys if key.custom_key_store is not None]
    store_id = (("customKeyStoreId", stores[0].store_id),) if stores else ()
    if len(keys) == 2:  # ReEncrypt's.
        names = ("SourceKeyMaterialId", "DestinationKeyMaterialId")
        return (*store_id, *((name, result[name]) for name in names if name in result))
    material = result.get("KeyMaterialId") or (keys[0].current_material_id if keys else None)
    return store_id if material is None else (*store_id, ("keyMaterialId", material))


def _with_recipient(call: Call, keys: Sequence[Key], result: Mapping[str, Any]) -> Members:
    """Tell also which enclave an answer was sealed for."""
    recipient = call.request.get("Recipient")
    if not isinstance(recipient, Mapping):
        return _of_cryptography(call, keys, result)
    from kmsmock.crypto.attestation import read_attestation_document

    document = read_attestation_document(recipient["AttestationDocument"])
    enclave = [("attestationDocumentModuleId", document.module_id)]
    if 0 in document.pcrs:
        enclave.append(("attestationDocumentEnclaveImageDigest", document.pcrs[0].hex()))
    # Which material Decrypt used is in the ciphertext alone, and answers do not tell it either.
    known = () if call.operation == "Decrypt" else _of_cryptography(call, keys, result)
    return (*known, ("recipient", tuple(enclave)))


def _of_creation(call: Call, _resources: Sequence[object], result: Mapping[str, Any]) -> Members:
    key = call.region.keys[result["KeyMetadata"]["KeyId"]]
    store = key.custom_key_store
    return () if store is None else backing_key_data(store, key)


def _of_connection(
    _call: Call, resources: Sequence[CustomKeyStore], _result: Mapping[str, Any]
) -> Members:
    store = resources[0]
    return (("customKeyStoreName", store.name), *store_data(store)[1:])


def _of_retirement(_call: Call, resources: Sequence[Grant], _result: Mapping[str, Any]) -> Members:
    return (("grantId", resources[0].grant_id),)


_Teller = Callable[["Call", Sequence[Any], Mapping[str, Any]], Members]
_ADDITIONAL: dict[str, _Teller] = {
    "ConnectCustomKeyStore": _of_connection,
    "CreateKey": _of_creation,
    "Decapsulate": _of_cryptography,
    "Decrypt": _with_recipient,
    "DeriveSharedSecret": _with_recipient,
    "Encapsulate": _of_cryptography,
    "Encrypt": _of_cryptography,
    "GenerateDataKey": _with_recipient,
    "GenerateDataKeyPair": _with_recipient,
    "GenerateDataKeyPairWithoutPlaintext": _of_cryptography,
    "GenerateDataKeyWithoutPlaintext": _of_cryptography,
    "GenerateRandom": _with_recipient,
    "ReEncrypt": _of_cryptography,
    "RetireGrant": _of_retirement,
}


def _creation_of_replica(
    facts: Facts, resources: Sequence[Key], result: Mapping[str, Any]
) -> Facts:
    """Give the CreateKey that ReplicateKey leads to in the replica's Region.

    Assumed: the event of the CreateKey that ReplicateKey leads to tells what CreateKey's does.
    """
    metadata = result["ReplicaKeyMetadata"]
    primary = resources[0]
    parameters = {
        "Description": metadata["Description"],
        "KeySpec": primary.spec,
        "KeyUsage": primary.usage,
        "Origin": primary.origin,
        "MultiRegion": True,
    }
    return facts._replace(
        operation="CreateKey",
        region=str(metadata["Arn"]).split(":")[3],
        parameters=freeze(parameters),
        answer=freeze({"KeyMetadata": metadata}),
        resources=(Resource(metadata["Arn"], primary.account_id),),
    )


def _update_of_replica(facts: Facts, resources: Sequence[Key], _result: Mapping[str, Any]) -> Facts:
    """Give the UpdatePrimaryRegion in the Region of the new primary."""
    primary = resources[1]
    return facts._replace(
        region=primary.region, resources=(Resource(primary.arn, primary.account_id),)
    )


_Elsewhere = Callable[[Facts, Sequence[Any], Mapping[str, Any]], Facts]
_IN_ANOTHER_REGION: dict[str, _Elsewhere] = {
    "ReplicateKey": _creation_of_replica,
    "UpdatePrimaryRegion": _update_of_replica,
}


class _Manner(NamedTuple):
    """How calls of an operation are recorded.

    Attributes:
        leave_out: the members that no event shows.
        additional: gives additionalEventData.
        elsewhere: gives the facts of a second event, in another Region.
    """

    leave_out: frozenset[str]
    read_only: bool
    additional: _Teller | None
    elsewhere: _Elsewhere | None


@lru_cache(maxsize=256)  # Operations may also be named that do not exist.
def _manner(service: str, operation: str) -> _Manner:
    return _Manner(
        left_out(service, operation),
        is_read_only(operation),
        _ADDITIONAL.get(operation),
        _IN_ANOTHER_REGION.get(operation),
    )

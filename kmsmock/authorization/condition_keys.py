"""KMS's condition keys: where the values that policies ask for stand in a call and a key.

One table: authorization.md section 5, and
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from kmsmock.authorization.asking import Asking, Value, via_service
from kmsmock.authorization.attestation import attested
from kmsmock.authorization.global_keys import global_keys
from kmsmock.authorization.other_key import is_same_key
from kmsmock.domain.key import Key
from kmsmock.domain.key_spec import SYMMETRIC

if TYPE_CHECKING:
    from kmsmock.domain.principal import ContextValues

_DATA_KEYS = ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
_PAIRS = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
_RE_ENCRYPT = ("ReEncryptFrom", "ReEncryptTo")
_SYMMETRIC = ("Decrypt", "Encrypt", *_DATA_KEYS, *_PAIRS, *_RE_ENCRYPT)
"""The operations with an encryption context."""
_BY_ALIAS = (
    *_SYMMETRIC,
    "Decapsulate",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encapsulate",
    "GenerateMac",
    "GetPublicKey",
    "Sign",
    "Verify",
    "VerifyMac",
)
"""The operations that take an alias for a key."""
_STORES = (
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
)

Read = Callable[[Asking], Value]


def _spec(asking: Asking) -> Value:
    if asking.key is not None:
        return asking.key.spec
    return asking.sent("KeySpec", asking.sent("CustomerMasterKeySpec", SYMMETRIC))


def _usage(asking: Asking) -> Value:
    return asking.key.usage if asking.key else asking.sent("KeyUsage", "ENCRYPT_DECRYPT")


def _origin(asking: Asking) -> Value:
    return asking.key.origin if asking.key else asking.sent("Origin", "AWS_KMS")


def _multi_region(asking: Asking) -> Value:
    return asking.key.related is not None if asking.key else asking.sent("MultiRegion", False)


def _multi_region_type(asking: Asking) -> Value:
    if not _multi_region(asking):
        return None
    return "REPLICA" if asking.key is not None and asking.key.is_replica else "PRIMARY"


def _data_algorithm(asking: Asking) -> Value:
    """Give the algorithm; data keys are always encrypted with the same."""
    if asking.operation in (*_DATA_KEYS, *_PAIRS):
        return SYMMETRIC
    return asking.of_side("EncryptionAlgorithm", SYMMETRIC)


def _constraint_type(asking: Asking) -> Value:
    return tuple(_constraints(asking))


def _constraints(asking: Asking) -> Mapping[str, object]:
    return cast("Mapping[str, object]", asking.sent("Constraints", {}))


def encryption_context(asking: Asking) -> Mapping[str, str]:
    """Give the request's encryption context, or the one that a grant is to be constrained to."""
    if asking.operation in _SYMMETRIC:
        return cast("Mapping[str, str]", asking.of_side("EncryptionContext") or {})
    if asking.operation != "CreateGrant":
        return {}
    pairs: dict[str, str] = {}
    for member in ("EncryptionContextEquals", "EncryptionContextSubset"):
        pairs.update(cast("Mapping[str, str]", _constraints(asking).get(member, {})))
    return pairs


def _alias_name(asking: Asking) -> Value:
    """Give the alias in the request by its name, also when its ARN was sent."""
    identifier = str(asking.of_side("KeyId") or "")
    name = identifier.split(":", 5)[-1] if identifier.startswith("arn:") else identifier
    return name if name.startswith("alias/") else None


def _expires_at(asking: Asking) -> Value:
    valid_to = asking.call.request.get("ValidTo")
    timestamp = getattr(valid_to, "timestamp", None)
    return None if timestamp is None else int(timestamp())


def _sent(member: str, default: Value = None) -> Read:
    return lambda asking: asking.sent(member, default)


OF_KMS: dict[str, tuple[tuple[str, ...], Read]] = {
    "BypassPolicyLockoutSafetyCheck": (
        ("CreateKey", "PutKeyPolicy", "ReplicateKey"),
        _sent("BypassPolicyLockoutSafetyCheck"),
    ),
    "DataKeyPairSpec": (_PAIRS, _sent("KeyPairSpec")),
    "EncryptionAlgorithm": (_SYMMETRIC, _data_algorithm),
    "EncryptionContextKeys": ((*_SYMMETRIC, "CreateGrant"), encryption_context),
    "ExpirationModel": (("ImportKeyMaterial",), _sent("ExpirationModel")),
    "GrantConstraintType": (("CreateGrant",), _constraint_type),
    "GrantIsForAWSResource": (
        ("CreateGrant", "ListGrants", "RevokeGrant"),
        lambda asking: via_service(asking.call.caller) is not None,
    ),
    "GrantOperations": (("CreateGrant",), _sent("Operations")),
    "GranteePrincipal": (("CreateGrant",), _sent("GranteePrincipal")),
    "KeyAgreementAlgorithm": (("DeriveSharedSecret",), _sent("KeyAgreementAlgorithm")),
    "MacAlgorithm": (("GenerateMac", "VerifyMac"), _sent("MacAlgorithm")),
    "MessageType": (("Sign", "Verify"), _sent("MessageType", "RAW")),
    "PolicyName": (("GetKeyPolicy", "PutKeyPolicy"), _sent("PolicyName", "default")),
    "PrimaryRegion": (("UpdatePrimaryRegion",), _sent("PrimaryRegion")),
    "ReEncryptOnSameKey": (
        _RE_ENCRYPT,
        lambda asking: is_same_key(asking.call, asking.operation, asking.key),
    ),
    "ReplicaRegion": (("ReplicateKey",), _sent("ReplicaRegion")),
    "RequestAlias": (_BY_ALIAS, _alias_name),
    "RetiringPrincipal": (("CreateGrant",), _sent("RetiringPrincipal")),
    "RotationPeriodInDays": (("EnableKeyRotation",), _sent("RotationPeriodInDays", 365)),
    "ScheduleKeyDeletionPendingWindowInDays": (
        ("ScheduleKeyDeletion",),
        _sent("PendingWindowInDays", 30),
    ),
    "SigningAlgorithm": (("Sign", "Verify"), _sent("SigningAlgorithm")),
    "ValidTo": (("ImportKeyMaterial",), _expires_at),
    "WrappingAlgorithm": (("GetParametersForImport",), _sent("WrappingAlgorithm")),
    "WrappingKeySpec": (("GetParametersForImport",), _sent("WrappingKeySpec")),
}
"""What comes after `kms:` -> the operations that have it, and how it is read."""

OF_KEYS: dict[str, Read] = {
    "CustomerMasterKeySpec": _spec,
    "CustomerMasterKeyUsage": _usage,
    "KeyOrigin": _origin,
    "KeySpec": _spec,
    "KeyUsage": _usage,
    "MultiRegion": _multi_region,
    "MultiRegionKeyType": _multi_region_type,
}
"""What comes after `kms:` -> how it is read; of CreateKey and of every operation on a key."""


def context_of(asking: Asking) -> ContextValues:
    """Give the condition keys, in lower case, of what is asked for."""
    context: dict[str, tuple[str, ...]] = {}
    for name, value in (*global_keys(asking), *_of_kms(asking)):
        values = _texts(value)
        if values:
            # Keys of an encryption context that differ in case alone are one condition key.
            context[name.lower()] = (*context.get(name.lower(), ()), *values)
    given = asking.call.caller.credentials
    return context if given is None else {**context, **given.context}


def identity_context_of(thing: object) -> ContextValues:
    """Give the condition keys about what is acted on that IAM policies see and key policies do not.

    Args:
        thing: a key, a cluster or a backup; of all else there are none.
    """
    context: dict[str, tuple[str, ...]] = {}
    tags: Mapping[str, str] = getattr(thing, "tags", {})
    for tag, value in tags.items():
        name = f"aws:resourcetag/{tag.lower()}"
        context[name] = (*context.get(name, ()), value)
    if isinstance(thing, Key):
        # It is no use for a key with more than 50 aliases; none has, which is CreateAlias's quota.
        context["kms:resourcealiases"] = tuple(sorted(thing.aliases))
    return context


def _of_kms(asking: Asking) -> Iterator[tuple[str, Value]]:
    operation, caller = asking.operation, asking.call.caller
    for name, (operations, read) in OF_KMS.items():
        if operation in operations:
            yield f"kms:{name}", read(asking)
    if asking.key is not None or operation == "CreateKey":
        for name, read in OF_KEYS.items():
            yield f"kms:{name}", read(asking)
        yield "kms:ViaService", via_service(caller)
    if asking.key is not None or operation in (*_STORES, "CreateKey"):
        yield "kms:CallerAccount", caller.account_id
    for name, value in encryption_context(asking).items():
        yield f"kms:EncryptionContext:{name}", value
    for register, value in attested(asking.call):
        yield f"kms:RecipientAttestation:{register}", value


def _texts(value: Value) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, (str, int)):
        return (str(value),)
    return tuple(value)

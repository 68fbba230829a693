"""Condition keys: where the values that policies ask for stand in a call, a key and a caller.

One table each for KMS's own keys and AWS's global ones: authorization.md section 5, and
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kmsmock.authorization.attestation import attested
from kmsmock.authorization.other_key import is_same_key
from kmsmock.domain.key_spec import SYMMETRIC

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller
    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.principal import ContextValues

Value = str | bool | int | Iterable[str] | None
"""What a key has in a request; None if the request has no such key."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the values are read from.

    Attributes:
        operation: as the permission names it: `ReEncryptFrom`.
        key: the key that is acted on, if it is one, and there already.
    """

    call: Call
    operation: str
    key: Key | None = None

    def sent(self, member: str, default: Value = None) -> Value:
        """Give a member of the request, or what KMS takes in its place."""
        return cast("Value", self.call.request.get(member, default))

    def of_side(self, member: str, default: Value = None) -> Value:
        """Give a member of the request; of ReEncrypt's that of the key's side."""
        return self.sent(_SIDES.get(self.operation, "") + member, default)


_SIDES = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}
"""What begins the names of ReEncrypt's members."""

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

ALIASES_THAT_COUNT = 50
"""kms:ResourceAliases is no use for a key with more aliases."""
TAGGING = ("CreateKey", "ReplicateKey", "TagResource")


def via_service(caller: Caller) -> str | None:
    """Give the AWS service that calls for the caller."""
    return None if caller.credentials is None else caller.credentials.via_service


def context_of(asking: Asking) -> ContextValues:
    """Give the condition keys, in lower case, of what is asked for."""
    context: dict[str, tuple[str, ...]] = {}
    for name, value in (*_of_aws(asking), *_of_kms(asking)):
        values = _texts(value)
        if values:
            # Keys of an encryption context that differ in case alone are one condition key.
            context[name.lower()] = (*context.get(name.lower(), ()), *values)
    given = asking.call.caller.credentials
    return context if given is None else {**context, **given.context}


def identity_context_of(asking: Asking) -> ContextValues:
    """Give the condition keys that IAM policies see and key policies do not."""
    key = asking.key
    if key is None:
        return {}
    context: dict[str, tuple[str, ...]] = {
        f"aws:resourcetag/{name.lower()}": (value,) for name, value in key.tags.items()
    }
    if key.aliases and len(key.aliases) <= ALIASES_THAT_COUNT:
        context["kms:resourcealiases"] = tuple(sorted(key.aliases))
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


def _of_aws(asking: Asking) -> Iterator[tuple[str, Value]]:
    """Give the global keys.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    call = asking.call
    yield from principal_keys(call.caller)
    yield "aws:RequestedRegion", call.region.name
    yield "aws:CurrentTime", call.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "aws:EpochTime", int(call.now.timestamp())
    yield "aws:SecureTransport", True
    yield "aws:ResourceAccount", asking.key.account_id if asking.key else call.region.account_id
    tags = cast("list[dict[str, str]]", call.request.get("Tags", ()))
    if asking.operation in TAGGING:
        for tag in tags:
            yield f"aws:RequestTag/{tag['TagKey']}", tag["TagValue"]
        yield "aws:TagKeys", [tag["TagKey"] for tag in tags]
    if asking.operation == "UntagResource":
        yield "aws:TagKeys", asking.sent("TagKeys")


def principal_keys(caller: Caller) -> Iterator[tuple[str, Value]]:
    """Give the global keys about the caller."""
    service = via_service(caller)
    yield "aws:ViaAWSService", service is not None
    if service is None:
        yield "aws:SourceIp", "127.0.0.1"
    else:
        yield "aws:CalledVia", (_name_of(service),)
        yield "aws:CalledViaFirst", _name_of(service)
        yield "aws:CalledViaLast", _name_of(service)
    credentials = caller.credentials
    kind = "root" if credentials is None else credentials.principal.kind
    yield "aws:PrincipalIsAWSService", kind == "service"
    if credentials is not None and kind == "service":
        yield "aws:PrincipalServiceName", credentials.principal.arn
        return
    yield "aws:PrincipalAccount", caller.account_id
    # Of a role's session this is the role.
    yield "aws:PrincipalArn", caller.arn if credentials is None else credentials.principal.arn
    yield "aws:PrincipalType", _TYPES[kind]
    if credentials is None or kind == "root":
        yield "aws:userid", caller.account_id
        return
    session = credentials.session_name
    unique_id = credentials.principal.unique_id
    yield "aws:userid", unique_id if session is None else f"{unique_id}:{session}"
    if kind == "user":
        yield "aws:username", credentials.principal.name


_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated-user": "FederatedUser",
}


def _name_of(service: str) -> str:
    """Give the principal of a service: `s3.us-east-1.amazonaws.com` is `s3.amazonaws.com`."""
    return f"{service.partition('.')[0]}.amazonaws.com"


def _texts(value: Value) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, (str, int)):
        return (str(value),)
    return tuple(value)

"""Key policies: GetKeyPolicy, PutKeyPolicy and ListKeyPolicies."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from kmsmock.authorization.key_policy import as_shown, read_key_policy
from kmsmock.authorization.lockout import require_no_lockout
from kmsmock.domain.arn import account_arn
from kmsmock.domain.index import Index
from kmsmock.domain.key_state import ANY
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import InvalidMarkerException, NotFoundException
from kmsmock.kms.pages import page
from kmsmock.kms.targets import key_named_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        GetKeyPolicyRequestTypeDef,
        GetKeyPolicyResponseTypeDef,
        ListKeyPoliciesRequestTypeDef,
        ListKeyPoliciesResponseTypeDef,
        PutKeyPolicyRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region

DEFAULT = "default"
"""The policy that every key has."""
RAM = "AWS_RAM"
"""The policy that AWS RAM gives to a key that is shared through it; here none is."""


@operation("kms", "GetKeyPolicy", key_named_by("KeyId", "kms:GetKeyPolicy", ANY))
def get_key_policy(
    call: Call, request: GetKeyPolicyRequestTypeDef, key: Key
) -> GetKeyPolicyResponseTypeDef:
    """Give the key policy, written anew: the same members in the same order."""
    name = request.get("PolicyName", DEFAULT)
    _require_default(name)
    reply: GetKeyPolicyResponseTypeDef = call.new_reply()
    reply["Policy"] = as_shown(key.policy, call.region.partition)
    reply["PolicyName"] = name
    return reply


@operation("kms", "PutKeyPolicy", key_named_by("KeyId", "kms:PutKeyPolicy", ANY))
def put_key_policy(call: Call, request: PutKeyPolicyRequestTypeDef, key: Key) -> None:
    """Replace the key policy."""
    name = request.get("PolicyName", DEFAULT)
    if name == RAM:
        raise ValidationException("The AWS_RAM policy can only be managed by the RAM service.")
    _require_default(name)
    bypass = request.get("BypassPolicyLockoutSafetyCheck", False)
    check_policy(call, request["Policy"], key.arn, bypass=bypass)
    key.policy = request["Policy"]


@operation("kms", "ListKeyPolicies", key_named_by("KeyId", "kms:ListKeyPolicies", ANY))
def list_key_policies(
    call: Call, _request: ListKeyPoliciesRequestTypeDef, key: Key
) -> ListKeyPoliciesResponseTypeDef:
    """List the names of the policies that the key has."""
    names: Index[str] = Index()
    names[DEFAULT] = DEFAULT
    try:
        found, marker = page(names, call.request, default=100, of=f"ListKeyPolicies {key.arn}")
    except InvalidMarkerException as invalid:
        # The one list that does not declare it. Assumed: ListKeyPolicies answers an invalid Marker
        # with a ValidationException.
        raise ValidationException(invalid.message) from None
    reply: ListKeyPoliciesResponseTypeDef = call.new_reply()
    reply["PolicyNames"] = found
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


def check_policy(call: Call, text: str, key_arn: str, *, bypass: bool) -> None:
    """Refuse a key policy that a key cannot have, or that its author must not give it.

    Args:
        bypass: whether the caller may shut itself out by it.

    Raises:
        LimitExceededException: it is too long.
        MalformedPolicyDocumentException: it is no key policy, or shuts the caller out.
    """
    document = read_key_policy(text, call.region.partition)
    if not bypass:
        require_no_lockout(call, document, key_arn)


def default_policy(region: Region) -> str:
    """Give the policy of a key that is made without one (kms-operations.md section 3.5)."""
    return _default_policy(region.partition, region.account_id)


@lru_cache(maxsize=64)  # One text for all keys of an account.
def _default_policy(partition: str, account_id: str) -> str:
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": account_arn(partition, account_id)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def _require_default(name: str) -> None:
    """Refuse the name of a policy that the key does not have.

    Code and text are assumed for PutKeyPolicy.
    """
    if name != DEFAULT:
        raise NotFoundException("No such policy exists")

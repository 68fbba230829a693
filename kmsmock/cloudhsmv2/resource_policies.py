"""GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.authorization.backup_policy import require_backup_policy
from kmsmock.cloudhsmv2.targets import PolicyTarget
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_cloudhsmv2.type_defs import (
        DeleteResourcePolicyRequestTypeDef,
        DeleteResourcePolicyResponseTypeDef,
        GetResourcePolicyRequestTypeDef,
        GetResourcePolicyResponseTypeDef,
        PutResourcePolicyRequestTypeDef,
        PutResourcePolicyResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.backup import Backup, BackupStates

READY: BackupStates = frozenset(("READY",))
THERE: BackupStates = frozenset(("CREATE_IN_PROGRESS", "READY", "PENDING_DELETION"))
"""Assumed: a backup's resource policy can be read and deleted whatever the backup's state."""


@operation("cloudhsmv2", "PutResourcePolicy", PolicyTarget("cloudhsm:PutResourcePolicy", READY))
def put_resource_policy(
    call: Call, request: PutResourcePolicyRequestTypeDef, backup: Backup
) -> PutResourcePolicyResponseTypeDef:
    """Share a backup with other accounts, or replace the policy that does."""
    policy = request.get("Policy")
    if policy is None:
        # The text is assumed.
        raise CloudHsmInvalidRequestException("Policy is a required argument.")
    require_backup_policy(policy)
    backup.policy = policy
    # Assumed: a resource policy that replaces another is a share that has to be promoted anew.
    backup.share_promoted = False
    reply: PutResourcePolicyResponseTypeDef = call.new_reply()
    reply["ResourceArn"] = backup.arn
    reply["Policy"] = policy
    return reply


@operation("cloudhsmv2", "GetResourcePolicy", PolicyTarget("cloudhsm:GetResourcePolicy", THERE))
def get_resource_policy(
    call: Call, _request: GetResourcePolicyRequestTypeDef, backup: Backup
) -> GetResourcePolicyResponseTypeDef:
    """Give a backup's policy.

    Assumed: GetResourcePolicy of a backup without policy answers with no members.
    """
    reply: GetResourcePolicyResponseTypeDef = call.new_reply()
    if backup.policy is not None:
        reply["Policy"] = backup.policy
    return reply


@operation(
    "cloudhsmv2", "DeleteResourcePolicy", PolicyTarget("cloudhsm:DeleteResourcePolicy", THERE)
)
def delete_resource_policy(
    call: Call, _request: DeleteResourcePolicyRequestTypeDef, backup: Backup
) -> DeleteResourcePolicyResponseTypeDef:
    """Share a backup no more; clusters that others made of it stay."""
    reply: DeleteResourcePolicyResponseTypeDef = call.new_reply()
    reply["ResourceArn"] = backup.arn
    if backup.policy is not None:
        reply["Policy"] = backup.policy
    backup.policy = None
    backup.share_promoted = False
    return reply

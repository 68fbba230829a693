"""Resource policies of CloudHSM backups: whom they let restore a backup in another account.

Source: https://docs.aws.amazon.com/cloudhsm/latest/userguide/sharing.html

Kept difference (Resource policies of backups): AWS takes conditions in them; kmsmock refuses a
condition as not implemented. Why: no judgement is better than a wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.authorization.policy import PolicyProblem, Statement, read_document
from kmsmock.authorization.principals import naming
from kmsmock.errors import NotImplementedByKmsmock
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller
    from kmsmock.domain.backup import Backup


def require_backup_policy(text: str) -> None:
    """Refuse what a request brings for a policy and what is none.

    Raises:
        CloudHsmInvalidRequestException: it is no policy; the texts are assumed.
        NotImplementedByKmsmock: a statement has a condition.
    """
    try:
        document = read_document(text)
    except PolicyProblem as problem:
        raise CloudHsmInvalidRequestException(str(problem)) from None
    for statement in document.statements:
        if statement.principals is None or statement.actions is None:
            raise CloudHsmInvalidRequestException(
                "Each statement of a resource policy needs Principal and Action."
            )
        if statement.conditions:
            raise NotImplementedByKmsmock(
                "kmsmock does not judge conditions in the resource policy of a backup"
            )


def is_shared_with(backup: Backup, caller: Caller, action: str) -> bool:
    """Tell whether the backup's policy allows the caller, of another account, the action."""
    if backup.policy is None:
        return False
    speaking = [
        statement.allows
        for statement in read_document(backup.policy).statements
        if naming(statement, caller.subject, has_boundary=False) is not None
        and statement.names_action(action)
        and (_names_no_resources(statement) or statement.names_resource(backup.arn))
    ]
    return bool(speaking) and all(speaking)


def _names_no_resources(statement: Statement) -> bool:
    return statement.resources is None and statement.not_resources is None

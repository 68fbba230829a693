"""The lockout safety check: whoever puts a key policy must be able to put another one.

Rules and text: kms-operations.md section 3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.authorization.asking import Asking
from kmsmock.authorization.condition_keys import context_of, identity_context_of
from kmsmock.authorization.decision import policies_of
from kmsmock.authorization.evaluation import Asked, decide
from kmsmock.errors.kms import MalformedPolicyDocumentException

if TYPE_CHECKING:
    from kmsmock.authorization.policy import Document
    from kmsmock.call import Call

_ACTION = "kms:PutKeyPolicy"


def require_no_lockout(call: Call, document: Document, key_arn: str) -> None:
    """Refuse a key policy under which its author could not put another one.

    The author's real rights count: where the policy only delegates to the account, its IAM
    policies must allow it as well.

    Raises:
        MalformedPolicyDocumentException: the policy shuts the caller out.
    """
    account_id = call.region.account_id
    key = call.region.keys.get(key_arn.rpartition("/")[2])
    now, later = Asking(call, call.operation, key), Asking(call, "PutKeyPolicy", key)
    context = {**context_of(now), **context_of(later)}
    asked = Asked(_ACTION, key_arn, account_id, context, identity_context_of(later.key))
    decision = decide(call.caller.subject, asked, policies_of(call.caller, document))
    if not decision.allowed:
        raise MalformedPolicyDocumentException(
            "The new key policy will not allow you to update the key policy in the future."
        )

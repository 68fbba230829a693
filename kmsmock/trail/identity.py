"""Who did it: CloudTrail's userIdentity.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html

Kept difference (`userAgent` and `sourceIPAddress` of events): AWS writes the caller's; kmsmock
writes placeholders, and the `aws:SourceIp` that a test declares. Why: the machine's own address
would say nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsmock.controls.record import Identity
    from kmsmock.domain.principal import Principal

AWS_INTERNAL = "AWS Internal"
SOURCE_ADDRESS = "192.0.2.0"
"""Where callers call from who do not say it: the address of AWS's samples."""
USER_AGENT = "boto3"


def identity_shape(identity: Identity | None, account_id: str) -> dict[str, object]:
    """Give the userIdentity of an event in an account's trail.

    The owner of a key sees of another account's caller no more than the account and the unique id.
    """
    if identity is None:
        return {"accountId": account_id, "invokedBy": AWS_INTERNAL}
    shape = _itself(identity)
    if identity.account_id != account_id and shape["type"] != "AWSService":
        shape = {
            "type": "AWSAccount",
            "principalId": shape["principalId"],
            "accountId": identity.account_id,
        }
    if identity.invoked_by is not None:
        shape["invokedBy"] = identity.invoked_by
    return shape


def source_of(identity: Identity | None) -> dict[str, str]:
    """Give sourceIPAddress and userAgent: where from, and with what, the call was made."""
    service = AWS_INTERNAL if identity is None else _service(identity)
    if service is not None:
        return {"sourceIPAddress": service, "userAgent": service}
    address = SOURCE_ADDRESS
    if identity is not None and identity.credentials is not None:
        address = next(iter(identity.credentials.context.get("aws:sourceip", ())), address)
    return {"sourceIPAddress": address, "userAgent": USER_AGENT}


def _service(identity: Identity) -> str | None:
    """Give the AWS service that called, for a principal or for itself."""
    if identity.credentials is not None and identity.credentials.principal.kind == "service":
        return identity.credentials.principal.arn
    return identity.invoked_by


def _itself(identity: Identity) -> dict[str, object]:
    credentials = identity.credentials
    if credentials is None or credentials.principal.kind == "root":
        return _signed(identity, "Root", identity.account_id)
    principal = credentials.principal
    if principal.kind == "service":
        return {"type": "AWSService", "invokedBy": principal.arn}
    if principal.kind == "federated-user":
        unique_id = f"{identity.account_id}:{principal.name}"
        return _signed(identity, "FederatedUser", unique_id)
    if credentials.session_name is None:
        user = _signed(identity, "IAMUser", principal.unique_id)
        return {**user, "userName": principal.name}
    session = _signed(identity, "AssumedRole", f"{principal.unique_id}:{credentials.session_name}")
    return {**session, "sessionContext": {"sessionIssuer": _issuer(principal)}}


def _signed(identity: Identity, kind: str, principal_id: str) -> dict[str, object]:
    return {
        "type": kind,
        "principalId": principal_id,
        "arn": identity.arn,
        "accountId": identity.account_id,
        "accessKeyId": identity.access_key,
    }


def _issuer(role: Principal) -> dict[str, object]:
    return {
        "type": "Role",
        "principalId": role.unique_id,
        "arn": role.arn,
        "accountId": role.account_id,
        "userName": role.name,
    }

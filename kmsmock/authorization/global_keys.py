"""AWS's global condition keys, as far as they say something about calls of KMS.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from kmsmock.authorization.asking import Asking, Value, via_service

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller


class _TagMembers(NamedTuple):
    """What a service calls tags in a request.

    Attributes:
        tags: the member with the tags to add, each of which has `name` and `value`.
        names: the member with the names of tags to remove.
    """

    tags: str
    name: str
    value: str
    names: str


_TAGS = {
    "kms": _TagMembers("Tags", "TagKey", "TagValue", "TagKeys"),
    "cloudhsmv2": _TagMembers("TagList", "Key", "Value", "TagKeyList"),
}
TAGGING = ("CopyBackupToRegion", "CreateCluster", "CreateKey", "ReplicateKey", "TagResource")


def global_keys(asking: Asking) -> Iterator[tuple[str, Value]]:
    """Give the global keys of what is asked for."""
    call = asking.call
    yield from _of_caller(call.caller)
    yield "aws:RequestedRegion", call.region.name
    yield "aws:CurrentTime", call.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "aws:EpochTime", int(call.now.timestamp())
    yield "aws:SecureTransport", True
    yield "aws:ResourceAccount", asking.key.account_id if asking.key else call.region.account_id
    of_tags = _TAGS[call.service]
    if asking.operation in TAGGING:
        tags = cast("list[dict[str, str]]", asking.sent(of_tags.tags, ()))
        for tag in tags:
            yield f"aws:RequestTag/{tag[of_tags.name]}", tag[of_tags.value]
        yield "aws:TagKeys", [tag[of_tags.name] for tag in tags]
    if asking.operation == "UntagResource":
        yield "aws:TagKeys", asking.sent(of_tags.names)


def _of_caller(caller: Caller) -> Iterator[tuple[str, Value]]:
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
    principal, session = credentials.principal, credentials.session_name
    if kind == "federated-user":
        yield "aws:userid", f"{caller.account_id}:{principal.name}"
    else:
        unique_id = principal.unique_id
        yield "aws:userid", unique_id if session is None else f"{unique_id}:{session}"
    if kind == "user":
        yield "aws:username", principal.name


_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated-user": "FederatedUser",
}


def _name_of(service: str) -> str:
    """Give the principal of a service: `s3.us-east-1.amazonaws.com` is `s3.amazonaws.com`."""
    return f"{service.partition('.')[0]}.amazonaws.com"

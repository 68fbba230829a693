"""The permissions that an operation takes beside those on the keys that its request names.

Source: authorization.md section 1, "IAM-only operations" and "Special"; resource forms: 1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kmsmock.domain.arn import principal_arn
from kmsmock.domain.external_key_store import ExternalKeyStore

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.key import Key


class Permission(NamedTuple):
    """A permission that IAM must give, or that a key takes.

    Attributes:
        resource: the ARN that IAM policies name, or the key.
        shown: the resource as a denial shows it, where that is not its ARN.
    """

    action: str
    resource: str | Key
    shown: str | None = None


def _of_the_account(call: Call) -> Iterator[Permission]:
    """Give the permission of an operation that acts on no resource."""
    yield on_account(call, f"kms:{call.operation}")


def on_account(call: Call, action: str) -> Permission:
    """Give a permission on the account as a whole: `*`, or the account's form of an ARN."""
    return Permission(action, call.region.kms_arn("*"), "*")


def _create_key(call: Call) -> Iterator[Permission]:
    yield on_account(call, "kms:CreateKey")
    if call.request.get("Tags"):
        yield Permission("kms:TagResource", call.region.kms_arn("key/*"))
    if call.request.get("MultiRegion"):
        role = "mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
        yield _service_linked_role(call, role)


def _service_linked_role(call: Call, role: str) -> Permission:
    account = call.region.account_id
    arn = f"arn:{call.region.partition}:iam::{account}:role/aws-service-role/{role}"
    return Permission("iam:CreateServiceLinkedRole", arn)


def _replicate_key(call: Call) -> Iterator[Permission]:
    region = call.world.region(call.region.account_id, str(call.request["ReplicaRegion"]))
    yield Permission("kms:CreateKey", region.kms_arn("*"), "*")
    if call.request.get("Tags"):
        yield Permission("kms:TagResource", region.kms_arn("key/*"))


def _create_key_store(call: Call) -> Iterator[Permission]:
    yield from _of_the_account(call)
    if call.request.get("CustomKeyStoreType") == ExternalKeyStore.store_type:
        return
    role = "cks.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceCustomKeyStores"
    yield _service_linked_role(call, role)
    yield Permission("cloudhsm:DescribeClusters", call.region.cloudhsm_arn("*"), "*")


def _list_retirable_grants(call: Call) -> Iterator[Permission]:
    """Give the permission on the retiring principal that the request names."""
    named = str(call.request.get("RetiringPrincipal", "*"))
    arn = principal_arn(named, call.region.partition) or named
    yield Permission("kms:ListRetirableGrants", arn)


def _alias(call: Call) -> Iterator[Permission]:
    name = str(call.request["AliasName"])
    yield Permission(f"kms:{call.operation}", call.region.kms_arn(name))


def _alias_and_its_key(call: Call) -> Iterator[Permission]:
    yield from _alias(call)
    alias = call.region.aliases.get(str(call.request["AliasName"]))
    if alias is not None and alias.key_id is not None:
        yield Permission(f"kms:{call.operation}", call.region.keys[alias.key_id])


FURTHER: dict[str, Callable[[Call], Iterator[Permission]]] = {
    "CreateAlias": _alias,
    "CreateCustomKeyStore": _create_key_store,
    "CreateKey": _create_key,
    "DeleteAlias": _alias_and_its_key,
    "DescribeCustomKeyStores": _of_the_account,
    "GenerateRandom": _of_the_account,
    "ListAliases": _of_the_account,
    "ListKeys": _of_the_account,
    "ListRetirableGrants": _list_retirable_grants,
    "ReplicateKey": _replicate_key,
    "UpdateAlias": _alias_and_its_key,
}
"""KMS operation -> its further permissions."""


def further_permissions(call: Call, *, has_target: bool) -> Iterator[Permission]:
    """Give the permissions that an operation takes beside those on its targets.

    Args:
        has_target: whether its request names a resource; CloudHSM's operations that name none are
            IAM's alone.
    """
    if call.service == "kms":
        give = FURTHER.get(call.operation)
        if give is not None:
            yield from give(call)
    elif not has_target:
        action = f"cloudhsm:{call.operation}"
        yield Permission(action, call.region.cloudhsm_arn("*"), "*")

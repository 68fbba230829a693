"""Worlds of many keys, aliases and grants: what calls cost in them, and going back to them."""

from functools import partial

from scenes import MESSAGE, REGION, make_key
from timing import Measure, now

from kmsmock import mock_kms_cloudhsm

ROLES = "arn:aws:iam::123456789012:role/"
ALIASES_PER_KEY = 50
"""AWS's quota."""


def world_worker(session, keys, aliases, grants):
    """Give the measures of a world that has so many of each.

    All grants are on one key. Aliases are on as few keys as AWS's quota lets them be.
    """
    aws = mock_kms_cloudhsm(region=REGION).start()
    kms = session.client("kms")
    names = [f"alias/benchmark-{number}" for number in range(aliases)]
    key_ids = []
    for number in range(keys):
        of_this = names[number * ALIASES_PER_KEY : (number + 1) * ALIASES_PER_KEY]
        key_ids.append(aws.kms_key(aliases=of_this).key_id)
    if not grants:
        _keep(aws, kms)
        assert len(kms.get_paginator("list_keys").paginate().build_full_result()["Keys"]) == keys
        return {"snapshot and rollback": Measure.of(partial(_keep, aws, kms), times_itself=True)}
    granted = key_ids[keys // 2]
    grantee = ROLES + "Grantee"
    for number in range(grants):
        role = grantee if number == grants // 2 else f"{ROLES}Role{number}"
        kms.create_grant(KeyId=granted, GranteePrincipal=role, Operations=["Decrypt"])
    sealed = kms.encrypt(KeyId=granted, Plaintext=MESSAGE)["CiphertextBlob"]
    as_grantee = aws.client("kms", principal=grantee)
    middle = _marker_in_the_middle(kms, keys)

    def grant_and_revoke():
        made = kms.create_grant(
            KeyId=granted, GranteePrincipal=ROLES + "New", Operations=["Encrypt"]
        )
        kms.revoke_grant(KeyId=granted, GrantId=made["GrantId"])

    def alias_and_none():
        kms.create_alias(AliasName="alias/new", TargetKeyId=key_ids[-1])
        kms.delete_alias(AliasName="alias/new")

    calls = {
        "DescribeKey by alias": partial(kms.describe_key, KeyId=names[len(names) // 2]),
        "Encrypt": partial(kms.encrypt, KeyId=granted, Plaintext=MESSAGE),
        "Decrypt by a grantee": partial(as_grantee.decrypt, CiphertextBlob=sealed),
        "ListKeys of 100": partial(kms.list_keys, Limit=100),
        "ListKeys of 50 in the middle": partial(kms.list_keys, Limit=50, Marker=middle),
        "ListAliases of a key": partial(kms.list_aliases, KeyId=key_ids[0]),
        "ListAliases of 100": partial(kms.list_aliases, Limit=100),
        "ListGrants of 100": partial(kms.list_grants, KeyId=granted, Limit=100),
        "CreateGrant, RevokeGrant": grant_and_revoke,
        "CreateAlias, DeleteAlias": alias_and_none,
    }
    measures = {name: Measure.of(call) for name, call in calls.items()}
    measures["CreateKey"] = Measure.of(partial(make_key, kms), calls=20)
    return measures


def _marker_in_the_middle(kms, keys):
    """Give the marker of the page in the middle, where 50 keys at least come after it."""
    marker = {}
    for _ in range(max(1, keys // 2000)):
        limit = min(1000, keys // 2)
        marker = {"Marker": kms.list_keys(Limit=limit, **marker)["NextMarker"]}
    return marker["Marker"]


def _keep(aws, kms):
    """Give what a snapshot and going back to it take, but not what a test does in between."""
    start = now()
    snapshot = aws.snapshot()
    taken = now() - start
    kms.disable_key(KeyId=make_key(kms))
    start = now()
    aws.rollback(snapshot)
    return taken + now() - start

"""Limit, Marker, Truncated and NextMarker, asked of every list (kms-operations.md, 1.4)."""

import base64

import pytest
from botocore import xform_name
from expect import refused
from key_stores import create as create_store
from key_stores import fit_cluster

from kmsmock.protocol.model import service_model

ROLE = "arn:aws:iam::123456789012:role/App"


def _keys(_aws, kms):
    for _ in range(3):
        kms.create_key()
    return {}


def _aliases(_aws, kms):
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for name in "abc":
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key_id)
    return {"KeyId": key_id}


def _grants(_aws, kms):
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(3):
        kms.create_grant(
            KeyId=key_id,
            GranteePrincipal=ROLE,
            RetiringPrincipal=ROLE,
            Operations=["DescribeKey"],
        )
    return {"KeyId": key_id}


def _retirable(aws, kms):
    _grants(aws, kms)
    return {"RetiringPrincipal": ROLE}


def _policies(_aws, kms):
    return {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"]}


def _rotations(aws, kms):
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(3):
        kms.rotate_key_on_demand(KeyId=key_id)
        aws.clock.advance(hours=1)
    return {"KeyId": key_id}


def _tags(_aws, kms):
    tags = [{"TagKey": name, "TagValue": ""} for name in "abc"]
    return {"KeyId": kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]}


def _key_stores(aws, kms):
    for name in "abc":
        create_store(kms, fit_cluster(aws), CustomKeyStoreName=name)
    return {}


# Operation -> the listed member, what makes a list of three, the greatest Limit. The model's
# shape of Limit allows 1000 everywhere, its text less for some.
LISTS = {
    "DescribeCustomKeyStores": ("CustomKeyStores", _key_stores, 1000),
    "ListAliases": ("Aliases", _aliases, 100),
    "ListGrants": ("Grants", _grants, 100),
    "ListKeyPolicies": ("PolicyNames", _policies, 1000),
    "ListKeyRotations": ("Rotations", _rotations, 1000),
    "ListKeys": ("Keys", _keys, 1000),
    "ListResourceTags": ("Tags", _tags, 50),
    "ListRetirableGrants": ("Grants", _retirable, 100),
}
lists = pytest.mark.parametrize("operation", LISTS)

INVALID_MARKER = ("InvalidMarkerException", "ValidationException")
"""The error of the lists that declare it, and of the one that does not."""


@pytest.fixture
def ask(aws, kms, operation):
    """Ask for pages of a list that has three things, one policy name aside."""
    _member, make, _most = LISTS[operation]
    request = make(aws, kms)
    return lambda **more: kms._make_api_call(operation, {**request, **more})


def test_these_are_the_lists():
    """The operations that take a Limit are the ones in the table above."""
    model = service_model("kms")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}

    assert set(LISTS) == {
        name for name, shape in shapes.items() if shape is not None and "Limit" in shape.members
    }


@lists
def test_pages_of_one_give_what_one_page_gives(ask, operation):
    """The same things, in the same order, each once."""
    member, _make, most = LISTS[operation]
    whole = ask(Limit=most)

    pages = [ask(Limit=1)]
    while pages[-1]["Truncated"]:
        pages.append(ask(Limit=1, Marker=pages[-1]["NextMarker"]))

    assert [thing for page in pages for thing in page[member]] == whole[member]
    assert len(whole[member]) == (1 if operation == "ListKeyPolicies" else 3)
    assert all(len(page[member]) == 1 for page in pages)


@lists
def test_the_last_page_has_no_next_marker(ask, operation):
    """Truncated is always told, NextMarker only when there is more."""
    reply = ask()

    assert reply["Truncated"] is False
    assert "NextMarker" not in reply


@lists
def test_botocores_paginator_reads_every_list(aws, kms, operation):
    """It follows the markers by itself."""
    member, make, _most = LISTS[operation]
    request = make(aws, kms)

    pages = kms.get_paginator(xform_name(operation)).paginate(
        **request, PaginationConfig={"PageSize": 1}
    )

    assert len([thing for page in pages for thing in page[member]]) in (1, 3)


@lists
@pytest.mark.parametrize(
    "marker",
    [
        "none",
        "\u00ff",
        base64.b64encode(b"{}").decode(),
        base64.b64encode(b'{"of": "", "last": "a"}').decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[" * 500).decode(),
    ],
)
def test_a_marker_that_no_page_gave(ask, operation, marker):
    """It is refused in the words of the model, which has none for ListKeyPolicies."""
    with refused(INVALID_MARKER[operation == "ListKeyPolicies"]):
        ask(Marker=marker)


@lists
def test_a_marker_is_good_for_its_list_only(kms, ask, operation):
    """Another list's marker is none."""
    kms.create_key()
    kms.create_key()
    foreign = kms.list_aliases(Limit=1) if operation == "ListKeys" else kms.list_keys(Limit=1)

    with refused(INVALID_MARKER[operation == "ListKeyPolicies"]):
        ask(Marker=foreign["NextMarker"])


@pytest.mark.parametrize("operation", ["ListGrants", "ListKeyRotations", "ListResourceTags"])
def test_a_marker_is_good_for_its_key_only(aws, kms, operation):
    """The list of another key does not go on where this one ended."""
    _member, make, _most = LISTS[operation]
    marker = kms._make_api_call(operation, {**make(aws, kms), "Limit": 1})["NextMarker"]

    with refused("InvalidMarkerException"):
        kms._make_api_call(operation, {**make(aws, kms), "Marker": marker})


@lists
def test_the_greatest_limit(ask, operation):
    """The text of the model says more than its shape does."""
    most = LISTS[operation][2]

    with refused(
        "ValidationException",
        f"1 validation error detected: Value '{most + 1}' at 'limit' failed to satisfy "
        f"constraint: Member must have value less than or equal to {most}",
    ):
        ask(Limit=most + 1)


@lists
def test_the_least_limit(kms, operation):
    """One thing at least."""
    body = b'{"Limit": 0, "KeyId": "a", "RetiringPrincipal": "a"}'
    kms.meta.events.register("before-call.kms", lambda params, **_rest: params.update(body=body))
    required = service_model("kms").operation_model(operation).input_shape.required_members

    with refused(
        "ValidationException",
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ):
        kms._make_api_call(operation, dict.fromkeys(required, "a"))


@pytest.mark.parametrize(("operation", "default"), [("ListAliases", 50), ("ListGrants", 50)])
def test_a_page_without_limit(aws, kms, operation, default):
    """It has 50 things in these lists."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for place in range(default + 1):
        if operation == "ListGrants":
            kms.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["DescribeKey"])
        else:
            target = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/{place}", TargetKeyId=target)

    reply = kms._make_api_call(operation, {"KeyId": key_id} if operation == "ListGrants" else {})

    assert len(reply[LISTS[operation][0]]) == default
    assert reply["Truncated"] is True


def test_a_page_of_keys_without_limit(kms):
    """It has 100 keys."""
    for _ in range(101):
        kms.create_key()

    reply = kms.list_keys()

    assert len(reply["Keys"]) == 100
    assert reply["Truncated"] is True


def test_what_is_gone_leaves_its_marker_good(kms):
    """The next page begins after the place where the last thing was."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    for name in "abc":
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key_id)
    marker = kms.list_aliases(KeyId=key_id, Limit=1)["NextMarker"]

    kms.delete_alias(AliasName="alias/a")

    rest = kms.list_aliases(KeyId=key_id, Marker=marker)["Aliases"]
    assert [alias["AliasName"] for alias in rest] == ["alias/b", "alias/c"]

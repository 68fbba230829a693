# ruff: noqa: E501 - a row is a line
"""What a grant's terms permit, judged without a call."""

from datetime import datetime, timezone

import pytest
from policies import (
    ACCOUNT,
    OTHER_ROLE,
    PARTNER,
    PARTNER_ROOT,
    PARTNER_USER,
    ROLE,
    ROOT,
    SESSION,
    USER,
)

from kmsmock.authorization.grants import GrantUse, grants_to, may_retire, permits
from kmsmock.authorization.principals import Subject
from kmsmock.domain.grant import Constraints, Grant, Grants, Terms

CREATED = datetime(2026, 1, 1, tzinfo=timezone.utc)
SOURCE, OTHER_SOURCE = "arn:aws:s3:::bucket-of-the-source", "arn:aws:s3:::another-bucket"
ROLE_ID = "AROAEXAMPLEEXAMPLE123"
ANN = Subject(USER, ACCOUNT, (USER,))
APP = Subject(SESSION, ACCOUNT, (SESSION, f"{ROLE_ID}:kmsmock"), role_names=(ROLE, ROLE_ID))
ROOT_USER = Subject(ROOT, ACCOUNT, (ROOT,), is_root=True)
BOB = Subject(PARTNER_USER, PARTNER, (PARTNER_USER,))
LOGS = Subject("logs.amazonaws.com", None, (), service="logs.amazonaws.com")


def pairs(**context):
    return tuple(context.items())


def terms(*operations, grantee=USER, retiring=None, **constraints):
    return Terms(None, grantee, None, retiring, None, operations, Constraints(**constraints))


def grant(made, issuing_account=ROOT):
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    return Grant("0" * 64, arn, ACCOUNT, issuing_account, CREATED, made)


EXACT = {"equals": pairs(Dept="IT", Purpose="Test")}
PART = {"subset": pairs(Dept="IT")}
USES = {
    # name: (the grant's operations and constraints, the use, permitted)
    "operation in the grant": (("Decrypt",), {}, GrantUse("Decrypt"), True),
    "operation not in the grant": (("Decrypt",), {}, GrantUse("Encrypt"), False),
    "ReEncryptFrom is not ReEncryptTo": (("ReEncryptFrom",), {}, GrantUse("ReEncryptTo"), False),
    "equals: the same context": (("Decrypt",), EXACT, GrantUse("Decrypt", {"Purpose": "Test", "Dept": "IT"}), True),
    "equals: a pair more": (("Decrypt",), EXACT, GrantUse("Decrypt", {"Dept": "IT", "Purpose": "Test", "A": "1"}), False),
    "equals: a pair less": (("Decrypt",), EXACT, GrantUse("Decrypt", {"Dept": "IT"}), False),
    "equals: no context": (("Decrypt",), EXACT, GrantUse("Decrypt"), False),
    "equals: keys without case": (("Decrypt",), EXACT, GrantUse("Decrypt", {"DEPT": "IT", "purpose": "Test"}), True),
    "equals: values with case": (("Decrypt",), EXACT, GrantUse("Decrypt", {"Dept": "it", "Purpose": "Test"}), False),
    "equals: two keys that differ in case alone": (("Decrypt",), {"equals": pairs(Dept="IT")}, GrantUse("Decrypt", {"Dept": "IT", "dept": "IT"}), False),
    "equals: an empty context": (("Decrypt",), {"equals": ()}, GrantUse("Decrypt"), True),
    "equals: an empty context only": (("Decrypt",), {"equals": ()}, GrantUse("Decrypt", {"Dept": "IT"}), False),
    "subset: the same context": (("Decrypt",), PART, GrantUse("Decrypt", {"Dept": "IT"}), True),
    "subset: a pair more": (("Decrypt",), PART, GrantUse("Decrypt", {"Dept": "IT", "A": "1"}), True),
    "subset: another value": (("Decrypt",), PART, GrantUse("Decrypt", {"Dept": "HR"}), False),
    "subset: another pair": (("Decrypt",), PART, GrantUse("Decrypt", {"A": "1"}), False),
    "subset: keys without case": (("Decrypt",), PART, GrantUse("Decrypt", {"dEPT": "IT"}), True),
    "subset: values with case": (("Decrypt",), PART, GrantUse("Decrypt", {"Dept": "It"}), False),
    "subset: no context": (("Encrypt",), PART, GrantUse("Encrypt"), False),
    "context of ReEncryptTo": (("ReEncryptTo",), PART, GrantUse("ReEncryptTo", {"Dept": "IT"}), True),
    "context of a data key": (("GenerateDataKey",), PART, GrantUse("GenerateDataKey"), False),
    "no context for DescribeKey": (("DescribeKey",), EXACT, GrantUse("DescribeKey"), True),
    "no context for RetireGrant": (("RetireGrant",), EXACT, GrantUse("RetireGrant"), True),
    "no context for GetPublicKey": (("GetPublicKey",), EXACT, GrantUse("GetPublicKey"), True),
    "source: the same": (("Decrypt",), {"source_arn": SOURCE}, GrantUse("Decrypt", {}, SOURCE), True),
    "source: another": (("Decrypt",), {"source_arn": SOURCE}, GrantUse("Decrypt", {}, OTHER_SOURCE), False),
    "source: none": (("Decrypt",), {"source_arn": SOURCE}, GrantUse("Decrypt"), False),
    "source: DescribeKey with another": (("DescribeKey",), {"source_arn": SOURCE}, GrantUse("DescribeKey", {}, OTHER_SOURCE), False),
    "source: DescribeKey with none": (("DescribeKey",), {"source_arn": SOURCE}, GrantUse("DescribeKey"), True),
    "source: not for RetireGrant": (("RetireGrant",), {"source_arn": SOURCE}, GrantUse("RetireGrant"), True),
    "source: not wanted": (("Decrypt",), {}, GrantUse("Decrypt", {}, SOURCE), True),
}  # fmt: skip


@pytest.mark.parametrize("name", USES)
def test_use_of_a_grant(name):
    """A grant permits its operations where its constraints are met: authorization.md section 4."""
    operations, constraints, use, permitted = USES[name]

    assert permits(terms(*operations, **constraints), use) is permitted


PARENT = ("CreateGrant", "Decrypt", "Encrypt")
CHILDREN = {
    # name: (the parent's constraints, the child, permitted)
    "some of the operations": ({}, terms("Decrypt"), True),
    "all operations": ({}, terms(*PARENT), True),
    "an operation more": ({}, terms("Decrypt", "DescribeKey"), False),
    "constraints where the parent has none": ({}, terms("Decrypt", **PART), True),
    "a source where the parent has none": ({}, terms("Decrypt", source_arn=SOURCE), True),
    "no constraint": (PART, terms("Decrypt"), False),
    "the same subset": (PART, terms("Decrypt", **PART), True),
    "a larger subset": (PART, terms("Decrypt", subset=pairs(Dept="IT", A="1")), True),
    "another subset": (PART, terms("Decrypt", subset=pairs(A="1")), False),
    "a subset in another case": (PART, terms("Decrypt", subset=pairs(dept="IT")), True),
    "a subset with another value": (PART, terms("Decrypt", subset=pairs(Dept="it")), False),
    "a subset made exact": (PART, terms("Decrypt", equals=pairs(Dept="IT", A="1")), True),
    "a subset made exact, and another": (PART, terms("Decrypt", equals=pairs(A="1")), False),
    "the same exact context": (EXACT, terms("Decrypt", **EXACT), True),
    "an exact context made a subset": (EXACT, terms("Decrypt", subset=EXACT["equals"]), False),
    "another exact context": (EXACT, terms("Decrypt", equals=pairs(Dept="IT")), False),
    "no exact context": (EXACT, terms("Decrypt"), False),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_child_grant(name):
    """Who may create grants by a grant gives no more than the parent gives."""
    constraints, child, permitted = CHILDREN[name]

    use = GrantUse("CreateGrant", child=child)

    assert permits(terms(*PARENT, **constraints), use) is permitted


@pytest.mark.parametrize(
    ("child_source", "permitted"), [(SOURCE, True), (OTHER_SOURCE, False), (None, False)]
)
def test_child_grant_keeps_the_source(child_source, permitted):
    """A child of a grant for one source is for the same source."""
    parent = terms("CreateGrant", "Decrypt", source_arn=SOURCE)
    child = terms("Decrypt", source_arn=child_source)

    assert permits(parent, GrantUse("CreateGrant", {}, SOURCE, child)) is permitted


GRANTEES = {
    "the user": (ANN, USER, True),
    "another": (ANN, OTHER_ROLE, False),
    "the role of a session": (APP, ROLE, True),
    "the session": (APP, SESSION, True),
    "another session of the role": (APP, SESSION + "2", False),
    "the account": (ANN, ROOT, True),
    "the account, for its root user": (ROOT_USER, ROOT, True),
    "another account": (ANN, PARTNER_ROOT, False),
    "a foreign account": (BOB, PARTNER_ROOT, True),
    "a foreign user": (BOB, PARTNER_USER, True),
    "the unique id": (APP, ROLE_ID, True),
    "the session's unique id": (APP, f"{ROLE_ID}:kmsmock", True),
    "another unique id": (APP, "AROAEXAMPLEEXAMPLE999", False),
    "not the user, for the root user": (ROOT_USER, USER, False),
}


@pytest.mark.parametrize("name", GRANTEES)
def test_grantee(name):
    """An ARN matches itself, a role its sessions, and an account its principals."""
    who, grantee, covered = GRANTEES[name]
    grants = Grants()
    grants.add(grant(terms("Decrypt", grantee=grantee)))

    assert len(list(grants_to(grants, who, "aws"))) == covered


def test_service_as_grantee():
    """A service principal matches its name."""
    grants = Grants()
    made = Terms(None, None, "logs.amazonaws.com", ROLE, None, ("Decrypt",), Constraints())
    grants.add(grant(made))

    assert len(list(grants_to(grants, LOGS, "aws"))) == 1


def service_terms(*operations, grantee=None, retiring=None):
    return Terms(None, None, grantee, None, retiring, operations, Constraints())


RETIRERS = {
    # name: (who, whether IAM allows it, the grant, its issuing account, may)
    "retiring principal": (ANN, False, terms("Decrypt", grantee=ROLE, retiring=USER), PARTNER_ROOT, True),
    "role of the retiring session": (APP, False, terms("Decrypt", retiring=ROLE), PARTNER_ROOT, True),
    "grantee": (ANN, False, terms("Decrypt"), PARTNER_ROOT, False),
    "grantee with RetireGrant": (ANN, False, terms("RetireGrant"), PARTNER_ROOT, True),
    "another, of RetireGrant": (APP, False, terms("RetireGrant"), PARTNER_ROOT, False),
    "the issuing account, by IAM": (APP, True, terms("Decrypt"), ROOT, True),
    "the issuing account, without IAM": (APP, False, terms("Decrypt"), ROOT, False),
    "the issuing account's root user": (ROOT_USER, True, terms("Decrypt"), ROOT, True),
    "another account, by IAM": (BOB, True, terms("Decrypt"), ROOT, False),
    "an account that retires, by IAM": (BOB, True, terms("Decrypt", retiring=PARTNER_ROOT), ROOT, True),
    "an account that retires, without IAM": (BOB, False, terms("Decrypt", retiring=PARTNER_ROOT), ROOT, False),
    "an account that holds RetireGrant, by IAM": (BOB, True, terms("RetireGrant", grantee=PARTNER_ROOT), ROOT, True),
    "retiring service": (LOGS, False, service_terms("Decrypt", retiring=LOGS.service), ROOT, True),
    "grantee that is a service": (LOGS, False, service_terms("Decrypt", grantee=LOGS.service), ROOT, False),
    "service with RetireGrant": (LOGS, False, service_terms("RetireGrant", grantee=LOGS.service), ROOT, True),
    "a principal's account, by IAM": (BOB, True, terms("Decrypt", retiring=PARTNER_USER + "2"), ROOT, False),
}  # fmt: skip


@pytest.mark.parametrize("name", RETIRERS)
def test_who_may_retire(name):
    """The grant decides, and IAM for the accounts that it names: sections 1.1 and 4."""
    who, iam_allows, made, issuing_account, may = RETIRERS[name]

    assert may_retire(grant(made, issuing_account), who, iam_allows=iam_allows) is may

# ruff: noqa: E501 - a row is a line
"""The decision, judged without a call: who is allowed what by which policies, and why."""

import dataclasses

import pytest
from policies import (
    ACCOUNT,
    DELEGATING,
    EVERYTHING,
    OTHER_ROLE,
    PARTNER,
    PARTNER_ROLE,
    PARTNER_ROOT,
    PARTNER_USER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    deny,
    policy,
)

from kmsmock.authorization.denials import denial, hidden_denial, is_hidden
from kmsmock.authorization.evaluation import Asked, Policies, decide
from kmsmock.authorization.policy import read_document
from kmsmock.authorization.principals import Subject

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE_ID = "AROAEXAMPLEEXAMPLE123"

ANN = Subject(USER, ACCOUNT, (USER,))
APP = Subject(SESSION, ACCOUNT, (SESSION, f"{ROLE_ID}:kmsmock"), role_names=(ROLE, ROLE_ID))
ROOT_USER = Subject(ROOT, ACCOUNT, (ROOT,), is_root=True)
BOB = Subject(PARTNER_USER, PARTNER, (PARTNER_USER,))
PARTNER_SESSION = f"arn:aws:sts::{PARTNER}:assumed-role/App/kmsmock"
PARTNER_APP = Subject(PARTNER_SESSION, PARTNER, (PARTNER_SESSION,), role_names=(PARTNER_ROLE,))
PARTNER_ROOT_USER = Subject(PARTNER_ROOT, PARTNER, (PARTNER_ROOT,), is_root=True)
LOGS = Subject("logs.amazonaws.com", None, (), service="logs.amazonaws.com")
FEDERATED = dataclasses.replace(ANN, provider="cognito-identity.amazonaws.com")

NOTHING = policy()
READING = policy(allow("kms:DescribeKey"))
NO_DECRYPT = policy(allow("*"), deny("kms:Decrypt"))
TO_ROLE, TO_USER, TO_SESSION = (policy(allow(principal=arn)) for arn in (ROLE, USER, SESSION))
TO_ALL = policy(allow(principal="*"))
TO_PARTNER = policy(allow(principal=PARTNER_ROOT))


def judge(who, key=None, iam=NOTHING, grants=(), asked=None, **limits):
    """Decide on kms:Decrypt, with the limits `boundary`, `session`, `scp`, `rcp`, `endpoint`."""
    kinds = {
        "boundary": "permissions boundary",
        "session": "session policy",
        "scp": "service control policy",
        "rcp": "resource control policy",
        "endpoint": "VPC endpoint policy",
    }
    policies = Policies(
        None if key is None else read_document(key),
        (read_document(iam),),
        {kinds[name]: (read_document(text),) for name, text in limits.items()},
    )
    return decide(who, asked or Asked("kms:Decrypt", KEY, ACCOUNT), policies, grants)


def told(who, decision):
    """What decided, or AWS's words for why not."""
    if decision.allowed:
        return "grant" if decision.grant_id else decision.by
    if is_hidden(decision):
        assert hidden_denial(who.arn, "kms:Decrypt") == (
            f"User: {who.arn} is not authorized to perform: kms:Decrypt on this resource because "
            "the resource does not exist in this Region, no resource-based policies allow access, "
            "or a resource-based policy explicitly denies access"
        )
        return "hidden"
    text = denial(who.arn, "kms:Decrypt", KEY, decision)
    start = f"User: {who.arn} is not authorized to perform: kms:Decrypt on resource: {KEY} "
    assert text.startswith(start)
    return text.removeprefix(start)


BY_KEY, BY_IAM = "resource-based policy", "identity-based policy"
NO_IAM = "because no identity-based policy allows the kms:Decrypt action"
NO_KEY = "because no resource-based policy allows the kms:Decrypt action"
NO_BOUNDARY = "because no permissions boundary allows the kms:Decrypt action"
NO_SESSION = "because no session policy allows the kms:Decrypt action"
NO_SCP = "because no service control policy allows the kms:Decrypt action"
NO_ENDPOINT = "because no VPC endpoint policy allows the kms:Decrypt action"
DENIED_BY_KEY = "with an explicit deny in a resource-based policy"
DENIED_BY_IAM = "with an explicit deny in an identity-based policy"
DENIED_BY_SCP = "with an explicit deny in a service control policy"
DENIED_BY_RCP = "with an explicit deny in a resource control policy"
DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
DENIED_BY_SESSION = "with an explicit deny in a session policy"
DENIED_BY_ENDPOINT = "with an explicit deny in a VPC endpoint policy"
HIDDEN = "hidden"


def key_denies(*more, principal="*"):
    """A key policy that delegates, and denies kms:Decrypt."""
    return policy(allow(principal=ROOT), deny("kms:Decrypt", principal), *more)


ENDPOINT_ALL, ENDPOINT_OTHER = (policy(allow("*", who)) for who in ("*", OTHER_ROLE))
ENDPOINT_DENIES = policy(allow("*", "*"), deny("kms:Decrypt", "*"))
ENDPOINT_SPARES = policy(allow("*", "*"), deny(NotPrincipal={"AWS": [SESSION, ROLE, ROOT]}))

STEPS = {
    # name: (who, key policy, IAM policy, limits and grants, expected)
    "1 deny in the key policy": (APP, key_denies(), EVERYTHING, {}, DENIED_BY_KEY),
    "1 deny in the key policy to the role": (APP, key_denies(principal=ROLE), EVERYTHING, {}, DENIED_BY_KEY),
    "1 deny in the key policy to the session": (APP, key_denies(principal=SESSION), EVERYTHING, {}, DENIED_BY_KEY),
    "1 deny in the key policy to the account": (APP, key_denies(principal=ROOT), EVERYTHING, {}, DENIED_BY_KEY),
    "1 deny in the key policy to another": (APP, key_denies(principal=OTHER_ROLE), EVERYTHING, {}, BY_IAM),
    "1 deny in the key policy beats its allow": (ANN, policy(allow(principal=USER), deny("kms:Decrypt", USER)), EVERYTHING, {}, DENIED_BY_KEY),
    "1 deny in the key policy beats a grant": (APP, key_denies(), EVERYTHING, {"grants": ["g"]}, DENIED_BY_KEY),
    "1 deny in the key policy hits the root user": (ROOT_USER, key_denies(), NOTHING, {}, DENIED_BY_KEY),
    "1 deny in IAM": (APP, DELEGATING, NO_DECRYPT, {}, DENIED_BY_IAM),
    "1 deny in IAM beats the key policy": (APP, TO_ROLE, NO_DECRYPT, {}, DENIED_BY_IAM),
    "1 deny in IAM beats a grant": (APP, DELEGATING, NO_DECRYPT, {"grants": ["g"]}, DENIED_BY_IAM),
    "1 deny in IAM works without delegation": (APP, TO_SESSION, NO_DECRYPT, {}, DENIED_BY_IAM),
    "1 deny in a service control policy": (APP, DELEGATING, EVERYTHING, {"scp": NO_DECRYPT}, DENIED_BY_SCP),
    "1 deny in a service control policy beats a grant": (APP, DELEGATING, EVERYTHING, {"scp": NO_DECRYPT, "grants": ["g"]}, DENIED_BY_SCP),
    "1 deny in a service control policy hits the root user": (ROOT_USER, DELEGATING, NOTHING, {"scp": NO_DECRYPT}, DENIED_BY_SCP),
    "1 deny in a resource control policy": (APP, DELEGATING, EVERYTHING, {"rcp": policy(allow("*", "*"), deny("kms:Decrypt", "*"))}, DENIED_BY_RCP),
    "1 deny in a boundary": (APP, DELEGATING, EVERYTHING, {"boundary": NO_DECRYPT}, DENIED_BY_BOUNDARY),
    "1 deny in a boundary beats the key policy": (ANN, TO_USER, EVERYTHING, {"boundary": NO_DECRYPT}, DENIED_BY_BOUNDARY),
    "1 deny in a boundary beats a grant": (ANN, DELEGATING, EVERYTHING, {"boundary": NO_DECRYPT, "grants": ["g"]}, DENIED_BY_BOUNDARY),
    "1 deny in a session policy": (APP, DELEGATING, EVERYTHING, {"session": NO_DECRYPT}, DENIED_BY_SESSION),
    "1 deny in a session policy beats the key policy": (APP, TO_SESSION, NOTHING, {"session": NO_DECRYPT}, DENIED_BY_SESSION),
    "1 deny in an endpoint policy": (APP, DELEGATING, EVERYTHING, {"endpoint": ENDPOINT_DENIES}, DENIED_BY_ENDPOINT),
    "1 deny of another action": (APP, DELEGATING, policy(allow("*"), deny("kms:Encrypt")), {}, BY_IAM),
    "2 grant needs no policy": (APP, policy(allow(principal=OTHER_ROLE)), NOTHING, {"grants": ["g"]}, "grant"),
    "2 grant needs no IAM policy": (ANN, DELEGATING, NOTHING, {"grants": ["g"]}, "grant"),
    "2 grant to a foreign principal needs no policy": (BOB, DELEGATING, NOTHING, {"grants": ["g"]}, "grant"),
    "2 grant within the service control policy": (APP, DELEGATING, NOTHING, {"grants": ["g"], "scp": READING}, NO_SCP),
    "2 grant beside a boundary": (ANN, DELEGATING, NOTHING, {"grants": ["g"], "boundary": READING}, "grant"),
    "3 key policy names the user": (ANN, TO_USER, NOTHING, {}, BY_KEY),
    "3 key policy names the role": (APP, TO_ROLE, NOTHING, {}, BY_KEY),
    "3 key policy names the session": (APP, TO_SESSION, NOTHING, {}, BY_KEY),
    "3 key policy names everybody": (APP, TO_ALL, NOTHING, {}, BY_KEY),
    "3 key policy names everybody, without the object": (APP, policy({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}), NOTHING, {}, BY_KEY),
    "3 key policy names another role": (APP, policy(allow(principal=OTHER_ROLE)), EVERYTHING, {}, NO_KEY),
    "3 key policy names one of a list": (ANN, policy(allow(principal=[OTHER_ROLE, USER])), NOTHING, {}, BY_KEY),
    "3 key policy names the unique id": (APP, policy(allow(principal=ROLE_ID)), NOTHING, {}, BY_KEY),
    "3 key policy names a service": (LOGS, policy(allow(principal={"Service": "logs.amazonaws.com"})), NOTHING, {}, BY_KEY),
    "3 key policy names another service": (LOGS, policy(allow(principal={"Service": "s3.amazonaws.com"})), NOTHING, {}, HIDDEN),
    "3 key policy names who vouched": (FEDERATED, policy(allow(principal={"Federated": "cognito-identity.amazonaws.com"})), NOTHING, {}, BY_KEY),
    "3 key policy names a canonical user": (ANN, policy(allow(principal={"CanonicalUser": "0" * 64})), EVERYTHING, {}, NO_KEY),
    "3 key policy allows another action": (ANN, policy(allow("kms:Encrypt", USER)), EVERYTHING, {}, NO_KEY),
    "3 key policy allows by a wildcard": (ANN, policy(allow("kms:D*", USER)), NOTHING, {}, BY_KEY),
    "3 key policy allows in another case": (ANN, policy(allow("KMS:decrypt", USER)), NOTHING, {}, BY_KEY),
    "3 key policy names the key": (ANN, policy(allow("kms:*", USER, Resource=KEY)), NOTHING, {}, BY_KEY),
    "3 key policy names another key": (ANN, policy(allow("kms:*", USER, Resource=KEY + "0")), EVERYTHING, {}, NO_KEY),
    "3 key policy without Action has no effect": (ANN, policy(allow(None, USER)), EVERYTHING, {}, NO_KEY),
    "3 key policy without Resource has no effect": (ANN, policy(allow("kms:*", USER, Resource=None)), EVERYTHING, {}, NO_KEY),
    "4 delegation and IAM": (APP, DELEGATING, EVERYTHING, {}, BY_IAM),
    "4 delegation without IAM": (APP, DELEGATING, NOTHING, {}, NO_IAM),
    "4 delegation and IAM for another action": (APP, DELEGATING, READING, {}, NO_IAM),
    "4 delegation of another action": (APP, policy(allow("kms:Encrypt", ROOT)), EVERYTHING, {}, NO_KEY),
    "4 delegation by account id": (APP, policy(allow(principal=ACCOUNT)), EVERYTHING, {}, BY_IAM),
    "4 delegation to another account": (APP, TO_PARTNER, EVERYTHING, {}, NO_KEY),
    "4 root user needs no IAM policy": (ROOT_USER, DELEGATING, NOTHING, {}, BY_KEY),
    "4 root user without delegation": (ROOT_USER, TO_ROLE, NOTHING, {}, NO_KEY),
    "4 IAM names the key": (APP, DELEGATING, policy(allow(Resource=KEY)), {}, BY_IAM),
    "4 IAM names keys by a wildcard": (APP, DELEGATING, policy(allow(Resource="arn:aws:kms:*:*:key/*")), {}, BY_IAM),
    "4 IAM names another key": (APP, DELEGATING, policy(allow(Resource=KEY[:-1])), {}, NO_IAM),
    "4 IAM names the alias": (APP, DELEGATING, policy(allow(Resource="arn:aws:kms:*:*:alias/*")), {}, NO_IAM),
    "4 IAM with NotAction": (APP, DELEGATING, policy(allow(None, NotAction="kms:Encrypt")), {}, BY_IAM),
    "4 IAM with NotAction of this one": (APP, DELEGATING, policy(allow(None, NotAction="kms:De*")), {}, NO_IAM),
    "4 IAM with NotAction of several": (APP, DELEGATING, policy(allow(None, NotAction=["kms:Encrypt", "kms:De*"])), {}, NO_IAM),
    "4 IAM with NotResource": (APP, DELEGATING, policy(allow(Resource=None, NotResource=KEY + "0")), {}, BY_IAM),
    "4 IAM with NotResource of this one": (APP, DELEGATING, policy(allow(Resource=None, NotResource="*/1234*")), {}, NO_IAM),
    "4 IAM with NotResource of several": (APP, DELEGATING, policy(allow(Resource=None, NotResource=[KEY + "0", KEY])), {}, NO_IAM),
    "4 IAM denies all but": (APP, DELEGATING, policy(allow("*"), deny(None, NotAction="kms:Describe*")), {}, DENIED_BY_IAM),
    "5 no statement for the account": (APP, policy(allow(principal=PARTNER_ROOT)), EVERYTHING, {}, NO_KEY),
    "5 IAM allow without delegation is useless": (ANN, TO_ROLE, EVERYTHING, {}, NO_KEY),
    "5 nothing anywhere": (ANN, NOTHING, NOTHING, {}, NO_KEY),
    "cross-account: both sides allow": (BOB, TO_PARTNER, EVERYTHING, {}, BY_KEY),
    "cross-account: the role and IAM": (PARTNER_APP, policy(allow(principal=PARTNER_ROLE)), EVERYTHING, {}, BY_KEY),
    "cross-account: the key policy alone": (PARTNER_APP, policy(allow(principal=PARTNER_ROLE)), NOTHING, {}, NO_IAM),
    "cross-account: the account alone": (BOB, TO_PARTNER, NOTHING, {}, NO_IAM),
    "cross-account: everybody, without IAM": (BOB, TO_ALL, NOTHING, {}, NO_IAM),
    "cross-account: IAM alone": (BOB, DELEGATING, EVERYTHING, {}, HIDDEN),
    "cross-account: neither": (BOB, DELEGATING, NOTHING, {}, HIDDEN),
    "cross-account: the key policy denies": (BOB, policy(allow(principal=PARTNER_ROOT), deny(principal="*")), EVERYTHING, {}, HIDDEN),
    "cross-account: a resource control policy denies": (BOB, TO_PARTNER, EVERYTHING, {"rcp": policy(deny("*", "*"))}, HIDDEN),
    "cross-account: IAM denies": (BOB, TO_PARTNER, NO_DECRYPT, {}, DENIED_BY_IAM),
    "cross-account: within the boundary": (BOB, TO_PARTNER, EVERYTHING, {"boundary": READING}, NO_BOUNDARY),
    "cross-account: within the session policy": (PARTNER_APP, TO_PARTNER, EVERYTHING, {"session": READING}, NO_SESSION),
    "cross-account: the root user": (PARTNER_ROOT_USER, TO_PARTNER, NOTHING, {}, BY_KEY),
    "cross-account: the root user of an account not named": (PARTNER_ROOT_USER, DELEGATING, NOTHING, {}, HIDDEN),
    "cross-account: same role name in the wrong account": (PARTNER_APP, TO_ROLE, EVERYTHING, {}, HIDDEN),
    "1.1 boundary limits delegation": (ANN, DELEGATING, EVERYTHING, {"boundary": READING}, NO_BOUNDARY),
    "1.1 boundary that allows": (ANN, DELEGATING, EVERYTHING, {"boundary": EVERYTHING}, BY_IAM),
    "1.1 boundary allows nothing by itself": (ANN, DELEGATING, NOTHING, {"boundary": EVERYTHING}, NO_IAM),
    "1.1 boundary limits what the key policy gives a role": (APP, TO_ROLE, NOTHING, {"boundary": READING}, NO_BOUNDARY),
    "1.1 boundary does not limit what it gives a user": (ANN, TO_USER, NOTHING, {"boundary": READING}, BY_KEY),
    "1.1 boundary does not limit what it gives a session": (APP, TO_SESSION, NOTHING, {"boundary": READING}, BY_KEY),
    "1.1 boundary does not limit what it gives all": (APP, TO_ALL, NOTHING, {"boundary": READING}, BY_KEY),
    "1.1 session policy limits delegation": (APP, DELEGATING, EVERYTHING, {"session": READING}, NO_SESSION),
    "1.1 session policy that allows": (APP, DELEGATING, EVERYTHING, {"session": EVERYTHING}, BY_IAM),
    "1.1 session policy allows nothing by itself": (APP, DELEGATING, NOTHING, {"session": EVERYTHING}, NO_IAM),
    "1.1 session policy limits what the key policy gives a role": (APP, TO_ROLE, NOTHING, {"session": READING}, NO_SESSION),
    "1.1 session policy does not limit what it gives a session": (APP, TO_SESSION, NOTHING, {"session": READING}, BY_KEY),
    "1.1 service control policy limits delegation": (APP, DELEGATING, EVERYTHING, {"scp": READING}, NO_SCP),
    "1.1 service control policy limits the key policy": (ANN, TO_USER, NOTHING, {"scp": READING}, NO_SCP),
    "1.1 service control policy limits the root user": (ROOT_USER, DELEGATING, NOTHING, {"scp": READING}, NO_SCP),
    "1.1 service control policy that allows": (APP, DELEGATING, EVERYTHING, {"scp": EVERYTHING}, BY_IAM),
    "1.1 endpoint policy for all": (APP, DELEGATING, EVERYTHING, {"endpoint": ENDPOINT_ALL}, BY_IAM),
    "1.1 endpoint policy that spares the session": (APP, DELEGATING, EVERYTHING, {"endpoint": ENDPOINT_SPARES}, BY_IAM),
    "1.1 endpoint policy that spares another": (ANN, DELEGATING, EVERYTHING, {"endpoint": ENDPOINT_SPARES}, DENIED_BY_ENDPOINT),
    "1.1 endpoint policy for others": (APP, DELEGATING, EVERYTHING, {"endpoint": ENDPOINT_OTHER}, NO_ENDPOINT),
    "1.1 NotPrincipal spares the user with its account": (ANN, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": [USER, ROOT]})), EVERYTHING, {}, BY_IAM),
    "1.1 NotPrincipal without the account": (ANN, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": USER})), EVERYTHING, {}, DENIED_BY_KEY),
    "1.1 NotPrincipal with the account alone": (ANN, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": ROOT})), EVERYTHING, {}, DENIED_BY_KEY),
    "1.1 NotPrincipal without the session": (APP, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": [ROLE, ROOT]})), EVERYTHING, {}, DENIED_BY_KEY),
    "1.1 NotPrincipal without the role": (APP, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": [SESSION, ROOT]})), EVERYTHING, {}, DENIED_BY_KEY),
    "1.1 NotPrincipal spares the session": (APP, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": [SESSION, ROLE, ROOT]})), EVERYTHING, {}, BY_IAM),
    "1.1 NotPrincipal denies whoever has a boundary": (ANN, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": [USER, ROOT]})), EVERYTHING, {"boundary": EVERYTHING}, DENIED_BY_KEY),
    "1.1 NotPrincipal spares the root user": (ROOT_USER, policy(allow(principal=ROOT), deny(NotPrincipal={"AWS": ROOT})), NOTHING, {}, BY_KEY),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_decision(name):
    """Each row of authorization.md sections 1 and 1.1, with AWS's words for a denial."""
    who, key, iam, more, expected = STEPS[name]

    assert told(who, judge(who, key, iam, **more)) == expected


IAM_ONLY = {
    "IAM allows": (APP, EVERYTHING, {}, BY_IAM),
    "IAM does not": (APP, NOTHING, {}, NO_IAM),
    "IAM denies": (APP, NO_DECRYPT, {}, DENIED_BY_IAM),
    "the root user needs none": (ROOT_USER, NOTHING, {}, BY_IAM),
    "within the boundary": (APP, EVERYTHING, {"boundary": READING}, NO_BOUNDARY),
    "within the session policy": (APP, EVERYTHING, {"session": READING}, NO_SESSION),
    "within the service control policy": (APP, EVERYTHING, {"scp": READING}, NO_SCP),
    "an AWS service has no IAM policies": (LOGS, NOTHING, {}, NO_IAM),
}


@pytest.mark.parametrize("name", IAM_ONLY)
def test_iam_decides_alone_where_there_is_no_resource_policy(name):
    """Operations without a key are IAM's."""
    who, iam, more, expected = IAM_ONLY[name]

    assert told(who, judge(who, None, iam, **more)) == expected


@pytest.mark.parametrize(
    ("who", "key", "foreign"),
    [(LOGS, None, False), (LOGS, DELEGATING, True), (ANN, DELEGATING, False), (BOB, TO_ALL, True)],
)
def test_what_has_no_policy_is_nobody_elses(who, key, foreign):
    """A decision tells whether the resource is of another account; without one it is not."""
    assert judge(who, key, EVERYTHING).foreign is foreign


TAGGED = Asked("kms:Decrypt", KEY, ACCOUNT, {"kms:keyspec": ("S",)}, {"aws:resourcetag/a": ("1",)})
BY_TAG = {"StringEquals": {"aws:ResourceTag/a": "1"}}
CONTEXTS = {
    "a condition that is met, in the key policy": (
        policy(allow(principal=USER, condition={"StringEquals": {"kms:KeySpec": "S"}})),
        NOTHING,
        BY_KEY,
    ),
    "an unmet condition is as a missing allow": (
        policy(allow(principal=USER, condition={"StringEquals": {"kms:KeySpec": "T"}})),
        NOTHING,
        NO_KEY,
    ),
    "all conditions of a statement must be met": (
        policy(
            allow(
                principal=USER,
                condition={"StringEquals": {"kms:KeySpec": "S"}, "Null": {"kms:KeySpec": "true"}},
            )
        ),
        NOTHING,
        NO_KEY,
    ),
    "a condition of a deny that is unmet denies nothing": (
        policy(allow(principal=USER), deny(principal=USER, condition={"Null": {"kms:X": "false"}})),
        NOTHING,
        BY_KEY,
    ),
    "a negated deny hits a request without the key": (
        policy(
            allow(principal=USER),
            deny(principal=USER, condition={"StringNotEqualsIfExists": {"kms:X": "1"}}),
        ),
        NOTHING,
        DENIED_BY_KEY,
    ),
    "tags of the key in IAM": (DELEGATING, policy(allow(condition=BY_TAG)), BY_IAM),
    "tags of the key in a key policy": (
        policy(allow(principal=USER, condition=BY_TAG)),
        EVERYTHING,
        NO_KEY,
    ),
    "tags of the key in a deny of a key policy": (
        policy(allow(principal=USER), deny(principal=USER, condition=BY_TAG)),
        EVERYTHING,
        BY_KEY,
    ),
    "a variable in Resource": (
        DELEGATING,
        policy(allow(Resource="arn:aws:kms:us-east-1:${aws:resourcetag/a}23456789012:key/*")),
        BY_IAM,
    ),
    "a variable without a value in Resource": (
        DELEGATING,
        policy(allow(Resource="arn:aws:kms:us-east-1:${aws:x}:key/*")),
        NO_IAM,
    ),
}


@pytest.mark.parametrize("name", CONTEXTS)
def test_conditions_of_statements(name):
    """A statement whose condition is unmet says nothing; some keys are for IAM policies alone."""
    key, iam, expected = CONTEXTS[name]

    assert told(ANN, judge(ANN, key, iam, asked=TAGGED)) == expected


def test_decision_tells_its_statement():
    """A person sees which statement decided."""
    key = policy(allow(principal=ROOT), deny(principal=USER, Sid="NotAnn"))

    decision = judge(ANN, key, EVERYTHING)

    assert decision.statement.sid == "NotAnn"
    assert str(decision) == "denied by the statement 'NotAnn' of the resource-based policy"


@pytest.mark.parametrize(
    ("who", "key", "grants", "text", "explicit"),
    [
        (ANN, TO_USER, (), "allowed by a statement of the resource-based policy", True),
        (ANN, TO_ROLE, ("0123",), "allowed by grant 0123", True),
        (ANN, TO_ROLE, (), "denied: no resource-based policy allows it", False),
    ],
)
def test_decision_in_words(who, key, grants, text, explicit):
    """Each decision can be read, and tells whether a statement or a grant decided."""
    decision = judge(who, key, grants=grants)

    assert str(decision) == text
    assert decision.is_explicit is explicit


def test_decision_by_a_grant_tells_so():
    """A decision names the kind of thing that decided, a grant too."""
    decision = judge(ANN, TO_ROLE, grants=("0123",))

    assert (decision.by, decision.grant_id) == ("grant", "0123")

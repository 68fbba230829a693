"""Grants; the rules of kms-operations.md sections 3.6 and 4.5."""

import base64
import hashlib
import re

import boto3
import pytest
from expect import refused
from key_kinds import marks

from kmsmock.protocol.model import operation_model

ALICE = "arn:aws:iam::123456789012:user/Alice"
BOB = "arn:aws:iam::123456789012:role/path/Bob"
SOURCE = "arn:aws:s3:us-east-1:123456789012:bucket"
ON_EVERY_KEY = {"CreateGrant", "DescribeKey", "RetireGrant"}
SYMMETRIC = {
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
}
BY_KIND = {
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"): SYMMETRIC,
    ("RSA_2048", "ENCRYPT_DECRYPT"): {
        "Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey",
    },
    ("ECC_NIST_P256", "SIGN_VERIFY"): {"Sign", "Verify", "GetPublicKey"},
    ("ECC_NIST_P256", "KEY_AGREEMENT"): {"DeriveSharedSecret", "GetPublicKey"},
    ("HMAC_256", "GENERATE_VERIFY_MAC"): {"GenerateMac", "VerifyMac"},
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"): {"Decapsulate", "Encapsulate", "GetPublicKey"},
}  # fmt: skip

knows_services = pytest.mark.skipif(
    "GranteeServicePrincipal" not in operation_model("kms", "CreateGrant").input_shape.members,
    reason="this botocore does not know grants to AWS services",
)


@pytest.fixture
def grant(kms, key_id):
    """CreateGrant on the key, to Alice and for Encrypt unless it is told otherwise."""

    def create(**changed):
        request = {"KeyId": key_id, "GranteePrincipal": ALICE, "Operations": ["Encrypt"], **changed}
        return kms.create_grant(**{name: v for name, v in request.items() if v is not None})

    return create


def ids(kms, key_id, **filters):
    """The ids of the listed grants."""
    return {entry["GrantId"] for entry in kms.list_grants(KeyId=key_id, **filters)["Grants"]}


def test_grant_has_an_id_and_a_token(grant):
    """A grant id is 64 hex digits, a grant token is base64."""
    made = grant()

    assert re.fullmatch(r"[0-9a-f]{64}", made["GrantId"])
    assert base64.b64decode(made["GrantToken"], validate=True)


@knows_services
def test_grant_is_listed_with_all_it_was_made_of(aws, kms, key_id, grant):
    """ListGrants tells every term of the grant, the key's ARN and the issuing account."""
    constraints = {"EncryptionContextSubset": {"b": "2", "a": "1"}, "SourceArn": SOURCE}
    made = grant(
        Name="for/Alice", RetiringPrincipal=BOB, Constraints=constraints,
        Operations=["Encrypt", "Decrypt", "Encrypt"],
    )  # fmt: skip

    (entry,) = kms.list_grants(KeyId=key_id)["Grants"]

    assert abs((entry.pop("CreationDate") - aws.clock.now()).total_seconds()) < 60
    assert entry == {
        "KeyId": f"arn:aws:kms:us-east-1:123456789012:key/{key_id}",
        "GrantId": made["GrantId"],
        "Name": "for/Alice",
        "GranteePrincipal": ALICE,
        "RetiringPrincipal": BOB,
        "IssuingAccount": "arn:aws:iam::123456789012:root",
        "Operations": ["Encrypt", "Decrypt"],
        "Constraints": constraints,
    }


def test_what_was_not_asked_for_is_not_listed(kms, key_id, grant):
    """A grant without name, retiring principal and constraints is listed without them."""
    grant(Constraints={})

    (entry,) = kms.list_grants(KeyId=key_id)["Grants"]

    assert set(entry) == {
        "KeyId", "GrantId", "CreationDate", "GranteePrincipal", "IssuingAccount", "Operations",
    }  # fmt: skip


def test_account_as_grantee_is_its_root(kms, key_id, grant):
    """An account id stands for the account's ARN."""
    grant(GranteePrincipal="111122223333")

    (entry,) = kms.list_grants(KeyId=key_id, GranteePrincipal="111122223333")["Grants"]

    assert entry["GranteePrincipal"] == "arn:aws:iam::111122223333:root"


def test_grants_without_a_name_are_never_the_same(grant):
    """The same request again makes a new grant."""
    assert grant()["GrantId"] != grant()["GrantId"]


def test_named_grant_is_made_once(kms, key_id, grant):
    """The same named request again gives the same grant id and a new token."""
    first, second = (grant(Name="once", RetiringPrincipal=BOB) for _ in range(2))

    assert first["GrantId"] == second["GrantId"]
    assert first["GrantToken"] != second["GrantToken"]
    assert ids(kms, key_id) == {first["GrantId"]}


@pytest.mark.parametrize(
    "changed",
    [
        {"Operations": ["Decrypt"]},
        {"GranteePrincipal": BOB},
        {"RetiringPrincipal": BOB},
        {"Constraints": {"EncryptionContextEquals": {"a": "1"}}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_name_with_other_terms_is_another_grant(grant, changed):
    """A name may stand for several grants that differ otherwise."""
    assert grant(Name="same")["GrantId"] != grant(Name="same", **changed)["GrantId"]


def test_name_on_another_key_is_another_grant(kms, grant):
    """Several grants may have one name if they are on different keys."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]

    assert grant(Name="same")["GrantId"] != grant(Name="same", KeyId=other)["GrantId"]


def test_retired_name_is_free_again(kms, grant):
    """After a named grant is retired, its terms make a new one."""
    former = grant(Name="again")
    kms.retire_grant(GrantToken=former["GrantToken"])

    assert grant(Name="again")["GrantId"] != former["GrantId"]


@pytest.mark.parametrize(
    ("kind", "operations"),
    [
        pytest.param(kind, operations, id="-".join(kind), marks=marks(kind[0]))
        for kind, operations in BY_KIND.items()
    ],
)
def test_grant_permits_what_the_key_can_do(kms, grant, kind, operations):
    """Each type of key has its grant operations; the others are refused."""
    key_id = kms.create_key(KeySpec=kind[0], KeyUsage=kind[1])["KeyMetadata"]["KeyId"]
    shape = kms.meta.service_model.shape_for("GrantOperation")

    for operation in shape.enum:
        if operation in operations | ON_EVERY_KEY:
            assert grant(KeyId=key_id, Operations=[operation])
        else:
            with refused("ValidationException"):
                grant(KeyId=key_id, Operations=["DescribeKey", operation])


@knows_services
@pytest.mark.parametrize(
    "changed",
    [
        {"GranteePrincipal": None},
        {"GranteeServicePrincipal": "s3.us-east-1.amazonaws.com"},
        {
            "RetiringPrincipal": BOB,
            "RetiringServicePrincipal": "s3.us-east-1.amazonaws.com",
        },
        {"Operations": []},
    ],
    ids=["no grantee", "two grantees", "two who may retire it", "no operations"],
)
def test_grant_needs_one_grantee_and_operations(grant, changed):
    """A grant has one grantee, one retiring principal at most and one operation at least."""
    with refused("ValidationException"):
        grant(**changed)


@pytest.mark.parametrize("member", ["GranteePrincipal", "RetiringPrincipal"])
@pytest.mark.parametrize(
    "principal",
    [
        "nobody",
        "arn:aws:iam::123456789012:group/Developers",
        "arn:aws:iam::123456789012:user/",
        "arn:aws-cn:iam::123456789012:root",
        "s3.amazonaws.com",
    ],
)
def test_principal_of_a_grant_must_be_one(grant, member, principal):
    """Groups, services and texts of another form are not principals."""
    with refused("InvalidArnException", f"ARN does not refer to a valid principal: {principal}"):
        grant(**{member: principal})


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:assumed-role/Auditor/session",
        "arn:aws:sts::111122223333:federated-user/Bob",
    ],
)
def test_principal_may_be_of_any_account(grant, principal):
    """Accounts, users, roles, sessions and federated users of any account are principals."""
    assert grant(GranteePrincipal=principal, RetiringPrincipal=principal)


def to_service(**changed):
    """A grant to a service, as it must be."""
    return {
        "GranteePrincipal": None,
        "GranteeServicePrincipal": "s3.us-east-1.amazonaws.com",
        "RetiringPrincipal": BOB,
        "Constraints": {"SourceArn": SOURCE},
    } | changed


@knows_services
def test_service_may_be_the_grantee(kms, key_id, grant):
    """A grant to a service is listed with the service principals that it has."""
    retiring = "s3.amazonaws.com"
    grant(**to_service(RetiringPrincipal=None, RetiringServicePrincipal=retiring))

    (entry,) = kms.list_grants(KeyId=key_id)["Grants"]

    assert entry["GranteeServicePrincipal"] == "s3.us-east-1.amazonaws.com"
    assert entry["RetiringServicePrincipal"] == retiring
    assert "GranteePrincipal" not in entry


@knows_services
@pytest.mark.parametrize(
    "changed",
    [{"RetiringPrincipal": None}, {"Constraints": None}, {"Constraints": {}}],
    ids=["no one to retire it", "no constraints", "no SourceArn"],
)
def test_grant_to_a_service_needs_a_source_and_an_end(grant, changed):
    """A grant to a service has a SourceArn constraint and someone who may retire it."""
    with refused("ValidationException"):
        grant(**to_service(**changed))


@knows_services
@pytest.mark.parametrize("name", ["EncryptionContextEquals", "EncryptionContextSubset"])
def test_encryption_context_constrains_symmetric_keys_only(kms, grant, name):
    """Keys of other types have no encryption context; SourceArn goes with all of them."""
    key_id = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    mac = {"KeyId": key_id["KeyId"], "Operations": ["GenerateMac"]}

    assert grant(**mac, Constraints={"SourceArn": SOURCE})
    with refused("ValidationException"):
        grant(**mac, Constraints={name: {"a": "1"}})


@pytest.mark.parametrize("name", ["EncryptionContextEquals", "EncryptionContextSubset"])
@pytest.mark.parametrize(
    "context",
    [{str(n): "v" for n in range(9)}, {"a": "x" * 385}, {"Name": "1", "name": "1"}],
    ids=["nine pairs", "long value", "names that differ in case"],
)
def test_constraints_have_limits(grant, name, context):
    """A constraint has up to 8 pairs with values of up to 384 characters, and no name twice."""
    assert grant(Constraints={name: {str(n): "x" * 384 for n in range(8)}})

    with refused("ValidationException"):
        grant(Constraints={name: context})


def test_key_has_a_limited_number_of_grants(kms, grant, monkeypatch):
    """One grant more than the quota is refused; a named one that exists is none more."""
    monkeypatch.setattr("kmsmock.kms.grants.GRANTS_PER_KEY", 2)
    for name in ("one", "two"):
        grant(Name=name)

    assert grant(Name="two")
    with refused("LimitExceededException"):
        grant(Name="three")


def test_grants_are_filtered(kms, key_id, grant):
    """ListGrants gives the grants of one grantee, or the one with an id."""
    alices, bobs = grant()["GrantId"], grant(GranteePrincipal=BOB)["GrantId"]

    assert ids(kms, key_id) == {alices, bobs}
    assert ids(kms, key_id, GranteePrincipal=ALICE) == {alices}
    assert ids(kms, key_id, GrantId=bobs) == {bobs}
    assert ids(kms, key_id, GrantId=bobs, GranteePrincipal=ALICE) == set()
    assert ids(kms, key_id, GrantId="0" * 64) == set()
    assert ids(kms, key_id, GranteePrincipal="arn:aws:iam::123456789012:user/Other") == set()


@knows_services
def test_filter_by_service_is_for_services(kms, key_id, grant):
    """Only AWS services list grants by service principal."""
    service = "s3.us-east-1.amazonaws.com"
    grant(**to_service())

    with refused("AccessDeniedException"):
        kms.list_grants(KeyId=key_id, GranteeServicePrincipal=service)
    with refused("AccessDeniedException"):
        kms.list_retirable_grants(RetiringServicePrincipal=service)
    with refused("ValidationException"):
        kms.list_grants(KeyId=key_id, GranteeServicePrincipal=service, GranteePrincipal=ALICE)


def test_grants_come_in_pages(kms, key_id, grant):
    """Pages follow each other in the order of the grant ids."""
    made = sorted(grant(RetiringPrincipal=BOB)["GrantId"] for _ in range(5))

    for name, request in (
        ("list_grants", {"KeyId": key_id}),
        ("list_retirable_grants", {"RetiringPrincipal": BOB}),
    ):
        pages = [
            [entry["GrantId"] for entry in page["Grants"]]
            for page in kms.get_paginator(name).paginate(
                **request, PaginationConfig={"PageSize": 2}
            )
        ]
        assert pages == [made[:2], made[2:4], made[4:]]


@pytest.mark.parametrize("operation", ["list_grants", "list_retirable_grants"])
def test_limit_of_grants_goes_to_a_hundred(kms, key_id, operation):
    """Limit is 1 to 100, though the model allows 1000."""
    request = {"KeyId": key_id} if operation == "list_grants" else {"RetiringPrincipal": BOB}

    assert getattr(kms, operation)(**request, Limit=100)["Truncated"] is False
    with refused(
        "ValidationException",
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
    ):
        getattr(kms, operation)(**request, Limit=101)


def test_page_of_grants_has_fifty(kms, key_id, grant):
    """Without a Limit a page has 50 grants."""
    for _ in range(51):
        grant()

    answer = kms.list_grants(KeyId=key_id)

    assert (len(answer["Grants"]), answer["Truncated"]) == (50, True)


def test_marker_of_another_list_of_grants_is_refused(kms, key_id, grant):
    """A marker is good for the key and the filters that it was given for."""
    for _ in range(2):
        grant(RetiringPrincipal=BOB)
    marker = kms.list_grants(KeyId=key_id, Limit=1)["NextMarker"]

    with refused("InvalidMarkerException"):
        kms.list_grants(KeyId=key_id, GranteePrincipal=ALICE, Marker=marker)
    with refused("InvalidMarkerException"):
        kms.list_retirable_grants(RetiringPrincipal=BOB, Marker=marker)


def test_retirable_grants_are_those_of_a_principal(kms, grant):
    """ListRetirableGrants lists the grants that name the retiring principal, on all keys."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    grant(RetiringPrincipal=ALICE)
    made = {grant(RetiringPrincipal=BOB)["GrantId"] for _ in range(2)}
    made.add(grant(KeyId=other, RetiringPrincipal=BOB)["GrantId"])

    listed = kms.list_retirable_grants(RetiringPrincipal=BOB)["Grants"]

    assert {entry["GrantId"] for entry in listed} == made


def test_retirable_grants_may_be_on_another_accounts_keys(aws, grant):
    """A retiring principal sees its grants in its own account."""
    principal = "arn:aws:iam::111122223333:role/Cleaner"
    made = grant(RetiringPrincipal=principal)["GrantId"]
    theirs = boto3.client(
        "kms", region_name=aws.region, aws_access_key_id="111122223333", aws_secret_access_key="x"
    )

    (entry,) = theirs.list_retirable_grants(RetiringPrincipal=principal)["Grants"]

    assert entry["GrantId"] == made


def test_principals_of_other_accounts_are_not_ours_to_ask_for(kms):
    """ListRetirableGrants takes a principal of the caller's account."""
    with refused("AccessDeniedException"):
        kms.list_retirable_grants(RetiringPrincipal="111122223333")


@knows_services
@pytest.mark.parametrize(
    "request_",
    [{}, {"RetiringPrincipal": BOB, "RetiringServicePrincipal": "s3.us-east-1.amazonaws.com"}],
    ids=["none", "both"],
)
def test_retirable_grants_are_of_one_principal(kms, request_):
    """ListRetirableGrants asks for a principal or a service principal."""
    with refused("ValidationException"):
        kms.list_retirable_grants(**request_)


@pytest.mark.parametrize(
    "region", ["us-east-1", "us-west-2", "ca-central-1", "ap-south-1", "me-south-1"]
)
def test_token_has_no_padding(aws, region):
    """A token's length is a multiple of four characters of base64, whatever it is about."""
    kms = boto3.client("kms", region_name=region)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]

    token = kms.create_grant(KeyId=key_id, GranteePrincipal=ALICE, Operations=["Encrypt"])[
        "GrantToken"
    ]

    assert "=" not in token
    assert len(base64.b64decode(token)) >= 16 + 8 + 32


def test_token_of_another_version_is_refused(kms, grant):
    """A token begins with the version of its form, and one from a later kmsmock is not read."""
    body = base64.b64decode(grant()["GrantToken"])[:-8]
    later = bytes([body[0] + 1]) + body[1:]
    token = base64.b64encode(later + hashlib.sha256(later).digest()[:8]).decode()

    with refused("InvalidGrantTokenException"):
        kms.retire_grant(GrantToken=token)


def test_grant_is_retired_by_any_of_its_tokens(kms, key_id, grant):
    """All tokens of a grant stand for it."""
    token = grant(Name="one")["GrantToken"]
    grant(Name="one")

    kms.retire_grant(GrantToken=token)

    assert ids(kms, key_id) == set()


@pytest.mark.parametrize("form", ["{}", "arn:aws:kms:us-east-1:123456789012:key/{}"])
@pytest.mark.parametrize("operation", ["retire_grant", "revoke_grant"])
def test_grant_ends_by_key_and_id(kms, key_id, grant, operation, form):
    """RetireGrant and RevokeGrant take the key and the grant id; the grant is in no list then."""
    made = grant(RetiringPrincipal=BOB)

    getattr(kms, operation)(KeyId=form.format(key_id), GrantId=made["GrantId"])

    assert ids(kms, key_id) == set()
    assert kms.list_retirable_grants(RetiringPrincipal=BOB)["Grants"] == []


def test_grant_to_retire_is_named_in_one_way(kms, key_id, grant):
    """RetireGrant takes a token, or a key and a grant id."""
    made = grant()
    token, grant_id = made["GrantToken"], made["GrantId"]

    for request in (
        {},
        {"KeyId": key_id},
        {"GrantId": grant_id},
        {"GrantToken": token, "KeyId": key_id, "GrantId": grant_id},
    ):
        with refused(
            "ValidationException", "Must specify either a grant token, or both key ID and grant ID"
        ):
            kms.retire_grant(**request)


def test_grant_that_is_gone_is_not_found(kms, key_id, grant):
    """What was retired or never made cannot be retired or revoked."""
    made = grant()
    kms.revoke_grant(KeyId=key_id, GrantId=made["GrantId"])
    text = f"Grant ID {made['GrantId']} not found"

    with refused("NotFoundException", text):
        kms.revoke_grant(KeyId=key_id, GrantId=made["GrantId"])
    with refused("NotFoundException", text):
        kms.retire_grant(KeyId=key_id, GrantId=made["GrantId"])
    with refused("NotFoundException", text):
        kms.retire_grant(GrantToken=made["GrantToken"])


def test_grant_of_another_key_is_not_found(kms, grant):
    """A grant id is looked for on the key that is named with it."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    grant_id = grant()["GrantId"]

    with refused("NotFoundException", f"Grant ID {grant_id} not found"):
        kms.revoke_grant(KeyId=other, GrantId=grant_id)


def test_malformed_grant_id_is_invalid(kms, key_id):
    """A grant id of another form than AWS's is invalid rather than not found."""
    for call in (kms.list_grants, kms.retire_grant, kms.revoke_grant):
        with refused("InvalidGrantIdException"):
            call(KeyId=key_id, GrantId="grant")


def malformed(token):
    """Texts that look like a token and are none."""
    return [
        "token",
        token[:8] + "!" + token[8:],
        token[:-4],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "é",
        token * 2,
    ]


def test_malformed_token_is_invalid(kms, key_id, grant):
    """A token that CreateGrant never gave is refused wherever a token is taken."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    for token in malformed(grant()["GrantToken"]):
        with refused("InvalidGrantTokenException", "The grant token is invalid."):
            kms.retire_grant(GrantToken=token)
        with refused("InvalidGrantTokenException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"secret", GrantTokens=[token])
        with refused("InvalidGrantTokenException"):
            kms.decrypt(CiphertextBlob=blob, GrantTokens=[token])
        with refused("InvalidGrantTokenException"):
            grant(GrantTokens=[token])


def test_useless_token_does_no_harm(kms, key_id, grant):
    """A token for another key, or for a grant that is gone, is simply of no use."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    tokens = [grant(KeyId=other)["GrantToken"], grant()["GrantToken"]]
    kms.retire_grant(GrantToken=tokens[1])

    assert kms.encrypt(KeyId=key_id, Plaintext=b"secret", GrantTokens=tokens)["CiphertextBlob"]


def test_dry_runs_change_nothing(kms, key_id, grant):
    """A dry run of CreateGrant, RetireGrant or RevokeGrant says that it would have succeeded."""
    made = grant()
    text = "The request would have succeeded, but the DryRun option is set."
    named = {"KeyId": key_id, "GrantId": made["GrantId"], "DryRun": True}

    with refused("DryRunOperationException", text):
        grant(DryRun=True)
    with refused("DryRunOperationException", text):
        kms.retire_grant(GrantToken=made["GrantToken"], DryRun=True)
    with refused("DryRunOperationException", text):
        kms.revoke_grant(**named)

    assert ids(kms, key_id) == {made["GrantId"]}


def test_dry_run_tells_what_would_fail(kms, key_id, grant):
    """A dry run that would fail fails in the ordinary way."""
    with refused("ValidationException"):
        grant(Operations=["Sign"], DryRun=True)
    with refused("NotFoundException"):
        kms.revoke_grant(KeyId=key_id, GrantId="0" * 64, DryRun=True)


def test_grants_go_with_their_key(aws, kms, key_id, grant):
    """A deleted key's grants are in no list, and their tokens name a key that does not exist."""
    made = grant(RetiringPrincipal=BOB)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.advance(days=7)

    assert kms.list_retirable_grants(RetiringPrincipal=BOB)["Grants"] == []
    arn = f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"
    with refused("NotFoundException", f"Key '{arn}' does not exist"):
        kms.retire_grant(GrantToken=made["GrantToken"])


def test_grants_are_of_one_region(kms, grant):
    """A token is worth nothing in another Region."""
    token = grant()["GrantToken"]
    elsewhere = boto3.client("kms", region_name="eu-west-1")

    with refused("NotFoundException", "Invalid arn us-east-1"):
        elsewhere.retire_grant(GrantToken=token)


@pytest.mark.parametrize(
    "parts",
    [(), (b"\1",), (b"\1", b"\xff", b"\1"), (b"\1", b"a", b"\1", b"\1")],
    ids=["none", "one", "no_text", "four"],
)
def test_token_of_other_parts_is_invalid(kms, key_id, parts):
    """Whoever makes tokens up gets AWS's error, whatever stands in them."""
    body = b"\1" + b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    token = base64.b64encode(body + hashlib.sha256(body).digest()[:8]).decode()

    with refused("InvalidGrantTokenException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"secret", GrantTokens=[token])

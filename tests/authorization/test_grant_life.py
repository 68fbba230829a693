"""A grant's life: made, used, passed on, retired, revoked; and the end of whom it names."""

import json
import re

import pytest
from clients_at_hand import NO_RETRIES, SESSION
from expect import refused
from key_kinds import MODEL
from policies import (
    EVERYTHING,
    OTHER_ROLE,
    PARTNER,
    PARTNER_ROLE,
    PARTNER_ROOT,
    PARTNER_USER,
    ROLE,
    ROOT,
    USER,
    allow,
    deny,
    policy,
)

IT = {"Department": "IT"}


@pytest.fixture
def caller(aws):
    """Gives a KMS client of a caller."""

    def make(principal, **options):
        access_key_id = f"AKIA{len(aws._world.credentials):016}"
        aws.register_credentials(access_key_id, principal=principal, **options)
        return SESSION.client(
            "kms",
            region_name="us-east-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key="secret",
            config=NO_RETRIES,
        )

    return make


@pytest.fixture
def arn(kms):
    """A key's ARN; its policy is the default one."""
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_grant_life(aws, kms, caller, arn):
    """A grant permits what it says, its child no more, and nothing once it is retired."""
    app, other = caller(ROLE), caller(OTHER_ROLE)
    grant = kms.create_grant(
        KeyId=arn,
        GranteePrincipal=ROLE,
        Operations=["Encrypt", "Decrypt", "CreateGrant", "RetireGrant"],
        Constraints={"EncryptionContextSubset": IT},
    )

    blob = app.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext=IT)["CiphertextBlob"]
    with refused("AccessDeniedException"):
        app.encrypt(KeyId=arn, Plaintext=b"x")
    with refused("AccessDeniedException"):
        app.create_grant(KeyId=arn, GranteePrincipal=OTHER_ROLE, Operations=["Decrypt"])
    app.create_grant(
        KeyId=arn,
        GranteePrincipal=OTHER_ROLE,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": IT},
    )
    app.create_grant(
        KeyId=arn,
        GranteePrincipal=USER,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {**IT, "Team": "A"}},
    )
    assert other.decrypt(CiphertextBlob=blob, EncryptionContext=IT)["Plaintext"] == b"x"
    app.retire_grant(GrantToken=grant["GrantToken"])

    with refused("AccessDeniedException"):
        app.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext=IT)
    assert other.decrypt(CiphertextBlob=blob, EncryptionContext=IT)["Plaintext"] == b"x"


def test_child_grant_has_no_more_operations(kms, caller, arn):
    """Who may create grants by a grant gives none of the operations that it has not itself."""
    operations = ["Decrypt", "CreateGrant"]
    kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=operations)
    app = caller(ROLE)

    app.create_grant(KeyId=arn, GranteePrincipal=OTHER_ROLE, Operations=["Decrypt"])

    with refused("AccessDeniedException"):
        app.create_grant(KeyId=arn, GranteePrincipal=OTHER_ROLE, Operations=["Decrypt", "Encrypt"])


def test_new_grant_may_need_its_token(aws, kms, caller, arn):
    """While a grant is not known everywhere, its token makes it effective."""
    aws.clock.freeze()
    aws.grants_need_tokens()
    app = caller(ROLE)
    token = kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])["GrantToken"]
    other = kms.create_grant(KeyId=arn, GranteePrincipal=USER, Operations=["Encrypt"])["GrantToken"]

    app.encrypt(KeyId=arn, Plaintext=b"x", GrantTokens=[other, token])
    for tokens in ([], [other]):
        with refused("AccessDeniedException"):
            app.encrypt(KeyId=arn, Plaintext=b"x", GrantTokens=tokens)

    aws.clock.advance(minutes=5)
    app.encrypt(KeyId=arn, Plaintext=b"x")


def test_new_grant_is_effective_at_once_by_default(aws, kms, caller, arn):
    """Where a test does not ask for tokens none is needed, even while time stands still."""
    aws.clock.freeze()

    kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])

    caller(ROLE).encrypt(KeyId=arn, Plaintext=b"x")


def test_grant_to_a_foreign_principal(kms, caller, arn):
    """A grant that names another account's role is enough for it."""
    kms.create_grant(KeyId=arn, GranteePrincipal=PARTNER_ROLE, Operations=["Encrypt"])

    caller(PARTNER_ROLE).encrypt(KeyId=arn, Plaintext=b"x")

    with refused("AccessDeniedException"):
        caller(PARTNER_USER, policies=[EVERYTHING]).encrypt(KeyId=arn, Plaintext=b"x")


def test_grant_of_a_grantee_outlives_another(kms, caller, arn):
    """Who has two grants still has the second when the first is revoked."""
    first, second = (
        kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])["GrantId"]
        for _ in range(2)
    )
    app = caller(ROLE)

    kms.revoke_grant(KeyId=arn, GrantId=first)
    app.encrypt(KeyId=arn, Plaintext=b"x")
    kms.revoke_grant(KeyId=arn, GrantId=second)

    with refused("AccessDeniedException"):
        app.encrypt(KeyId=arn, Plaintext=b"x")


def test_deny_beats_a_grant(kms, caller, arn):
    """An explicit deny in the key policy is stronger than any grant."""
    kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])
    text = policy(allow(principal=ROOT), deny("kms:Encrypt", ROLE))
    kms.put_key_policy(KeyId=arn, Policy=text)

    with refused("AccessDeniedException") as refusal:
        caller(ROLE).encrypt(KeyId=arn, Plaintext=b"x")

    assert refusal.message.endswith("with an explicit deny in a resource-based policy")


def test_both_halves_of_re_encrypt_may_come_from_different_sources(kms, caller, arn):
    """ReEncryptFrom by a grant and ReEncryptTo by a policy are enough together."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["ReEncryptFrom"])
    app = caller(ROLE, policies=[policy(allow("kms:ReEncryptTo"))])

    app.re_encrypt(CiphertextBlob=blob, DestinationKeyId=arn)


knows_sources = pytest.mark.skipif(
    "SourceArn" not in MODEL.shape_for("GrantConstraints").members,
    reason="botocore is older than the constraint SourceArn",
)


@knows_sources
def test_source_of_a_grant(kms, caller, arn):
    """A SourceArn constraint asks for the aws:SourceArn of the request."""
    source = "arn:aws:rds:us-east-1:123456789012:db:orders"
    kms.create_grant(
        KeyId=arn,
        GranteePrincipal=ROLE,
        Operations=["Encrypt"],
        Constraints={"SourceArn": source},
    )

    caller(ROLE, context={"aws:SourceArn": source}).encrypt(KeyId=arn, Plaintext=b"x")

    with refused("AccessDeniedException"):
        caller(ROLE).encrypt(KeyId=arn, Plaintext=b"x")


@knows_sources
def test_child_grant_is_for_the_source_of_its_parent(kms, caller, arn):
    """Who may create grants for a source creates them for no other one."""
    source = "arn:aws:rds:us-east-1:123456789012:db:orders"
    kms.create_grant(
        KeyId=arn,
        GranteePrincipal=ROLE,
        Operations=["CreateGrant", "Encrypt"],
        Constraints={"SourceArn": source},
    )
    app = caller(ROLE, context={"aws:SourceArn": source})
    request = {"KeyId": arn, "GranteePrincipal": OTHER_ROLE, "Operations": ["Encrypt"]}

    app.create_grant(**request, Constraints={"SourceArn": source})

    with refused("AccessDeniedException"):
        app.create_grant(**request, Constraints={"SourceArn": f"{source}2"})


RETIRING = policy(allow("kms:RetireGrant"))


@pytest.mark.parametrize(
    ("who", "policies", "may"),
    [
        (USER, [], True),
        (ROLE, [], False),
        (ROOT, None, True),
        (OTHER_ROLE, [RETIRING], True),
        (OTHER_ROLE, [], False),
        (USER, [policy(deny("kms:RetireGrant"))], False),
        (PARTNER_USER, [RETIRING], False),
        (PARTNER_ROOT, None, False),
    ],
)
def test_who_may_retire_a_grant(kms, caller, who, policies, may):
    """The retiring principal, the issuing account, and whom it lets by IAM; never against a deny.

    The grantee may not, as RetireGrant is not among the operations.
    """
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    grant = kms.create_grant(
        KeyId=arn, GranteePrincipal=ROLE, RetiringPrincipal=USER, Operations=["Encrypt"]
    )

    def deed():
        caller(who, policies=policies).retire_grant(KeyId=arn, GrantId=grant["GrantId"])

    if may:
        deed()
        assert kms.list_grants(KeyId=arn)["Grants"] == []
    else:
        with refused("AccessDeniedException"):
            deed()
        assert len(kms.list_grants(KeyId=arn)["Grants"]) == 1


def test_administrator_of_another_account_retires_no_grant(kms, arn):
    """Being allowed everything ends at the own account."""
    grant = kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])
    partner = SESSION.client(
        "kms", region_name="us-east-1", aws_access_key_id=PARTNER, aws_secret_access_key="x"
    )

    with refused("AccessDeniedException"):
        partner.retire_grant(KeyId=arn, GrantId=grant["GrantId"])


DENYING = policy(deny("kms:RetireGrant"))
DENIED = "with an explicit deny in an identity-based policy"
NOT_ALLOWED = "because no identity-based policy allows the kms:RetireGrant action"
HIDDEN = "or a resource-based policy explicitly denies access"


@pytest.mark.parametrize(
    ("who", "iam", "rest"),
    [
        (ROLE, policy(), NOT_ALLOWED),
        (ROLE, DENYING, DENIED),
        (PARTNER_USER, DENYING, DENIED),
        (PARTNER_USER, RETIRING, HIDDEN),
        (PARTNER_USER, policy(), HIDDEN),
    ],
)
def test_why_a_grant_is_not_retired(kms, caller, who, iam, rest):
    """Another account is not told whether the grant is there, unless its own policies deny."""
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    grant = kms.create_grant(KeyId=arn, GranteePrincipal=USER, Operations=["Encrypt"])

    with refused("AccessDeniedException") as refusal:
        caller(who, policies=[iam]).retire_grant(KeyId=arn, GrantId=grant["GrantId"])

    assert refusal.message.endswith(rest)


def test_iam_is_no_help_with_a_grant_that_another_account_made(kms, caller, arn):
    """The owner's IAM policies retire no grant that a caller of another account asked for."""
    text = policy(allow(principal=ROOT), allow(principal=PARTNER_ROLE))
    kms.put_key_policy(KeyId=arn, Policy=text)
    partner = caller(PARTNER_ROLE, policies=[EVERYTHING])
    grant = partner.create_grant(KeyId=arn, GranteePrincipal=PARTNER_ROLE, Operations=["Encrypt"])

    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[RETIRING]).retire_grant(KeyId=arn, GrantId=grant["GrantId"])

    assert refusal.message.endswith(
        "because no resource-based policy allows the kms:RetireGrant action"
    )


def test_retiring_has_no_place_in_a_key_policy(kms, caller, arn):
    """kms:RetireGrant in a key policy has no effect."""
    text = policy(allow(principal=ROOT), allow("kms:RetireGrant", OTHER_ROLE))
    kms.put_key_policy(KeyId=arn, Policy=text)
    grant = kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])

    with refused("AccessDeniedException"):
        caller(OTHER_ROLE).retire_grant(KeyId=arn, GrantId=grant["GrantId"])


def test_revoking_takes_an_ordinary_permission(kms, caller, arn):
    """RevokeGrant is a right on the key; the grantee does not have it by the grant."""
    grant = kms.create_grant(KeyId=arn, GranteePrincipal=ROLE, Operations=["Encrypt"])
    request = {"KeyId": arn, "GrantId": grant["GrantId"]}

    with refused("AccessDeniedException"):
        caller(ROLE).revoke_grant(**request)
    caller(ROLE, policies=[policy(allow("kms:RevokeGrant"))]).revoke_grant(**request)

    assert kms.list_grants(KeyId=arn)["Grants"] == []


# Principals that are deleted and made again


def test_role_made_again_does_not_inherit_grants(aws, kms, caller, arn):
    """A grant shows the deleted role's unique id, and a new role has no part in it."""
    kms.create_grant(
        KeyId=arn, GranteePrincipal=ROLE, RetiringPrincipal=ROLE, Operations=["Encrypt"]
    )
    caller(ROLE).encrypt(KeyId=arn, Plaintext=b"x")

    aws.delete_principal(ROLE)

    with refused("AccessDeniedException"):
        caller(ROLE).encrypt(KeyId=arn, Plaintext=b"x")
    (entry,) = kms.list_grants(KeyId=arn)["Grants"]
    assert re.fullmatch("AROA[A-Z2-7]{17}", entry["GranteePrincipal"])
    assert entry["RetiringPrincipal"] == entry["GranteePrincipal"]
    assert kms.list_retirable_grants(RetiringPrincipal=ROLE)["Grants"] == []
    kms.revoke_grant(KeyId=arn, GrantId=entry["GrantId"])


def test_deleted_grantee_is_shown_to_who_may_retire_the_grant(aws, kms, arn):
    """ListRetirableGrants shows a deleted role's unique id, as ListGrants does."""
    kms.create_grant(
        KeyId=arn, GranteePrincipal=ROLE, RetiringPrincipal=USER, Operations=["Encrypt"]
    )

    aws.delete_principal(ROLE)

    (entry,) = kms.list_retirable_grants(RetiringPrincipal=USER)["Grants"]
    assert entry == kms.list_grants(KeyId=arn)["Grants"][0]
    assert entry["GranteePrincipal"].startswith("AROA")


def test_grants_of_others_stay_when_a_principal_is_deleted(aws, kms, caller, arn):
    """The end of a role is nothing to who has a grant beside it."""
    for principal in (ROLE, OTHER_ROLE):
        kms.create_grant(KeyId=arn, GranteePrincipal=principal, Operations=["Encrypt"])

    aws.delete_principal(ROLE)

    caller(OTHER_ROLE).encrypt(KeyId=arn, Plaintext=b"x")


def test_session_of_a_deleted_role_is_shown_by_the_roles_id(aws, kms, arn):
    """A grant to a role's session shows the role's unique id and the session's name."""
    session = "arn:aws:sts::123456789012:assumed-role/App/deploy"
    kms.create_grant(KeyId=arn, GranteePrincipal=session, Operations=["Encrypt"])

    aws.delete_principal(ROLE)

    (entry,) = kms.list_grants(KeyId=arn)["Grants"]
    assert entry["GranteePrincipal"].startswith("AROA")
    assert entry["GranteePrincipal"].endswith(":deploy")


def test_user_made_again_is_not_who_the_key_policy_names(aws, kms, caller, arn):
    """A key policy shows the deleted user's unique id, and names the new user no more."""
    text = policy(allow(principal=ROOT), allow(principal=[USER]))
    kms.put_key_policy(KeyId=arn, Policy=text)
    caller(USER).describe_key(KeyId=arn)

    aws.delete_principal(USER)

    with refused("AccessDeniedException"):
        caller(USER).describe_key(KeyId=arn)
    shown = json.loads(kms.get_key_policy(KeyId=arn)["Policy"])
    (named,) = shown["Statement"][1]["Principal"]["AWS"]
    assert re.fullmatch("AIDA[A-Z2-7]{17}", named)


def test_credentials_of_a_deleted_principal_are_no_use(aws, caller, arn):
    """Its access keys are nobody's."""
    ann = caller(USER, policies=[EVERYTHING])
    aws.delete_principal(USER)

    with refused(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    ):
        ann.describe_key(KeyId=arn)


@pytest.mark.parametrize("arn", [ROOT, "Ann", USER.replace("arn:", "arm:")])
def test_only_users_and_roles_are_deleted(aws, arn):
    """An account's root user stays, and what is no ARN names nobody."""
    with pytest.raises(ValueError, match=f"^{arn!r} is not the ARN of a user or a role$"):
        aws.delete_principal(arn)

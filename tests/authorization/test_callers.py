# ruff: noqa: E501 - a row is a line
"""Callers through boto3: sessions of declared principals, and what AWS answers them."""

import re

import external_key_stores
import pytest
from backups import latest_backup
from clients_at_hand import NO_RETRIES, SESSION
from expect import refused
from key_stores import creation, fit_cluster
from policies import (
    ACCOUNT,
    DELEGATING,
    EVERYTHING,
    PARTNER,
    PARTNER_ROLE,
    PARTNER_USER,
    ROLE,
    ROOT,
    USER,
    allow,
    deny,
    policy,
)
from policies import SESSION as ROLE_SESSION

from kmsmock.protocol.model import operation_model

REGION = "us-east-1"
HIDDEN = (
    "because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)


@pytest.fixture
def caller(aws):
    """Gives a KMS client of a caller, made of one session for all tests, which is quicker."""

    def make(principal, service="kms", region=REGION, **options):
        access_key_id = f"AKIA{len(aws._world.credentials):016}"
        aws.register_credentials(access_key_id, principal=principal, **options)
        return SESSION.client(
            service,
            region_name=region,
            aws_access_key_id=access_key_id,
            aws_secret_access_key="secret",
            config=NO_RETRIES,
        )

    return make


@pytest.fixture
def arn(kms):
    """A key's ARN; its policy is the default one."""
    return kms.create_key()["KeyMetadata"]["Arn"]


def may_not(who, action, rest):
    return f"User: {who} is not authorized to perform: {action} {rest}"


# Denials, one for each row of authorization.md section 3


LIMITED = policy(allow("*"), deny("kms:Encrypt"))
READING = policy(allow("kms:Describe*"))
DENIALS = {
    "nothing in IAM": ({}, DELEGATING, "because no identity-based policy allows the kms:Encrypt action"),
    "no key policy": ({"policies": [EVERYTHING]}, policy(allow(principal=USER)), "because no resource-based policy allows the kms:Encrypt action"),
    "deny in the key policy": ({"policies": [EVERYTHING]}, policy(allow(principal=ROOT), deny("kms:Encrypt", ROLE)), "with an explicit deny in a resource-based policy"),
    "deny in IAM": ({"policies": [LIMITED]}, DELEGATING, "with an explicit deny in an identity-based policy"),
    "deny in a service control policy": ({"policies": [EVERYTHING], "service_control_policies": [LIMITED]}, DELEGATING, "with an explicit deny in a service control policy"),
    "no service control policy": ({"policies": [EVERYTHING], "service_control_policies": [READING]}, DELEGATING, "because no service control policy allows the kms:Encrypt action"),
    "deny in a boundary": ({"policies": [EVERYTHING], "permissions_boundary": LIMITED}, DELEGATING, "with an explicit deny in a permissions boundary"),
    "no boundary": ({"policies": [EVERYTHING], "permissions_boundary": READING}, DELEGATING, "because no permissions boundary allows the kms:Encrypt action"),
    "deny in a session policy": ({"policies": [EVERYTHING], "session_policies": [LIMITED]}, DELEGATING, "with an explicit deny in a session policy"),
    "no session policy": ({"policies": [EVERYTHING], "session_policies": [READING]}, DELEGATING, "because no session policy allows the kms:Encrypt action"),
    "deny in an endpoint policy": ({"policies": [EVERYTHING], "vpc_endpoint_policy": policy(deny("*", "*"))}, DELEGATING, "with an explicit deny in a VPC endpoint policy"),
    "no endpoint policy": ({"policies": [EVERYTHING], "vpc_endpoint_policy": policy(allow("*", USER))}, DELEGATING, "because no VPC endpoint policy allows the kms:Encrypt action"),
    "unmet condition": ({"policies": [policy(allow(condition={"StringEquals": {"kms:KeySpec": "RSA_2048"}}))]}, DELEGATING, "because no identity-based policy allows the kms:Encrypt action"),
}  # fmt: skip


@pytest.mark.parametrize("name", DENIALS)
def test_denial_in_the_own_account(kms, caller, arn, name):
    """AWS names the session, the action, the key and the kind of policy."""
    options, key_policy, why = DENIALS[name]
    kms.put_key_policy(KeyId=arn, Policy=key_policy, BypassPolicyLockoutSafetyCheck=True)
    app = caller(ROLE, **options)

    text = may_not(ROLE_SESSION, "kms:Encrypt", f"on resource: {arn} {why}")
    with refused("AccessDeniedException", text):
        app.encrypt(KeyId=arn, Plaintext=b"x")


def test_user_is_shown_by_its_own_arn(caller, arn):
    """A user has no session."""
    with refused("AccessDeniedException") as refusal:
        caller(USER).describe_key(KeyId=arn)

    assert refusal.message.startswith(f"User: {USER} is not authorized to perform: kms:DescribeKey")


def test_federated_user_is_named_by_who_vouched(kms, caller):
    """A key policy that names a web identity provider names those whom it vouched for."""
    provider = "cognito-identity.amazonaws.com"
    text = policy(allow(principal=ROOT), allow(principal={"Federated": provider}))
    key = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]

    caller(ROLE, context={"aws:FederatedProvider": provider}).describe_key(KeyId=key)

    with refused("AccessDeniedException"):
        caller(ROLE).describe_key(KeyId=key)


@pytest.mark.parametrize("there", [True, False])
def test_foreign_key_is_hidden(caller, arn, there):
    """Whether another account's key exists is not told."""
    key = (
        arn if there else f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    )
    bob = caller(PARTNER_USER, policies=[EVERYTHING])

    with refused(
        "AccessDeniedException", may_not(PARTNER_USER, "kms:Encrypt", f"on this resource {HIDDEN}")
    ):
        bob.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize("operation", ["decrypt", "re_encrypt"])
def test_foreign_key_of_a_ciphertext_is_hidden(kms, caller, arn, operation):
    """Of a ciphertext whose key is not named the text tells of the ciphertext."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    bob = caller(PARTNER_USER, policies=[EVERYTHING])
    more = {} if operation == "decrypt" else {"DestinationKeyId": arn}
    action = "kms:Decrypt" if operation == "decrypt" else "kms:ReEncryptFrom"

    text = may_not(
        PARTNER_USER, action, f"on the resource associated with this ciphertext {HIDDEN}"
    )
    with refused("AccessDeniedException", text):
        getattr(bob, operation)(CiphertextBlob=blob, **more)


@pytest.mark.parametrize("operation", ["decrypt", "re_encrypt"])
def test_foreign_key_that_is_named_beside_a_ciphertext_is_hidden(kms, caller, arn, operation):
    """Of a ciphertext whose key is named as well the text tells of the key."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    bob = caller(PARTNER_USER, policies=[EVERYTHING])
    decrypting = operation == "decrypt"
    more = {"KeyId": arn} if decrypting else {"SourceKeyId": arn, "DestinationKeyId": arn}
    action = "kms:Decrypt" if decrypting else "kms:ReEncryptFrom"

    with refused(
        "AccessDeniedException", may_not(PARTNER_USER, action, f"on this resource {HIDDEN}")
    ):
        getattr(bob, operation)(CiphertextBlob=blob, **more)


def test_foreign_destination_is_hidden(kms, caller, arn):
    """Of the key that a ciphertext is to be encrypted under the text tells as of any key."""
    bob = caller(PARTNER_USER, policies=[EVERYTHING])
    own = SESSION.client(
        "kms", region_name=REGION, aws_access_key_id=PARTNER, aws_secret_access_key="x"
    )
    source = own.create_key()["KeyMetadata"]["Arn"]
    blob = own.encrypt(KeyId=source, Plaintext=b"x")["CiphertextBlob"]

    with refused(
        "AccessDeniedException",
        may_not(PARTNER_USER, "kms:ReEncryptTo", f"on this resource {HIDDEN}"),
    ):
        bob.re_encrypt(CiphertextBlob=blob, DestinationKeyId=arn)


def test_services_still_meet_the_older_text(kms, caller, arn):
    """A service that decrypts for a user is told the older text."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    bob = caller(PARTNER_USER, policies=[EVERYTHING], via_service="s3.us-east-1.amazonaws.com")

    with refused(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in "
        "this region, or you are not allowed to access.",
    ):
        bob.decrypt(CiphertextBlob=blob)


ALL = f"arn:aws:kms:{REGION}:{ACCOUNT}"
TAGS = [{"TagKey": "a", "TagValue": "1"}]
IAM_ONLY = {
    # operation: (its request, its permission)
    "create_key": ({}, "kms:CreateKey"),
    "list_keys": ({}, "kms:ListKeys"),
    "list_aliases": ({}, "kms:ListAliases"),
    "generate_random": ({"NumberOfBytes": 8}, "kms:GenerateRandom"),
    "describe_custom_key_stores": ({}, "kms:DescribeCustomKeyStores"),
}


@pytest.mark.parametrize("operation", IAM_ONLY)
def test_operation_without_a_resource(caller, operation):
    """Operations on no key are IAM's alone, and their resource is shown as an asterisk."""
    request, action = IAM_ONLY[operation]

    why = f"because no identity-based policy allows the {action} action"
    with refused("AccessDeniedException", may_not(ROLE_SESSION, action, f"on resource: * {why}")):
        getattr(caller(ROLE, policies=[]), operation)(**request)
    getattr(caller(ROLE, policies=[policy(allow(action))]), operation)(**request)


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("*", True),
        (f"{ALL}:*", True),
        (f"arn:aws:kms:*:{ACCOUNT}:*", True),
        (f"{ALL}:key/*", False),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:*", False),
    ],
)
def test_resource_forms_of_the_account(caller, resource, allowed):
    """CreateKey and ListKeys are about the account, not about its keys."""
    app = caller(ROLE, policies=[policy(allow("kms:ListKeys", Resource=resource))])

    if allowed:
        assert app.list_keys()["Keys"] == []
    else:
        with refused("AccessDeniedException"):
            app.list_keys()


def test_cloudhsm_is_iams(caller, cloudhsm):
    """CloudHSM's operations are held to IAM policies too."""
    with refused("CloudHsmAccessDeniedException") as refusal:
        caller(ROLE, service="cloudhsmv2", policies=[]).describe_clusters()

    assert "cloudhsm:DescribeClusters on resource: * because" in refusal.message
    everything = caller(ROLE, service="cloudhsmv2", policies=[EVERYTHING])
    assert everything.describe_clusters()["Clusters"] == []


@pytest.mark.parametrize("kind", ["cluster", "backup"])
def test_cloudhsm_resources_have_arns(aws, caller, cloudhsm, kind):
    """IAM policies name a cluster and a backup by their ARNs."""
    cluster_id = aws.cluster(hsms=1).cluster_id
    backup_arn = latest_backup(cloudhsm, cluster_id)["BackupArn"]
    arns = {
        "cluster": f"arn:aws:cloudhsm:{REGION}:{ACCOUNT}:cluster/{cluster_id}",
        "backup": backup_arn,
    }

    def tags_seen_by(arn):
        app = caller(
            ROLE, service="cloudhsmv2", policies=[policy(allow("cloudhsm:*", Resource=arn))]
        )
        resource_id = cluster_id if kind == "cluster" else backup_arn.rpartition("/")[2]
        return app.list_tags(ResourceId=resource_id)["TagList"]

    assert tags_seen_by(arns[kind]) == []
    with refused("CloudHsmAccessDeniedException") as refusal:
        tags_seen_by(arns[kind] + "0")
    assert f"cloudhsm:ListTags on resource: {arns[kind]} because" in refusal.message


# Operations that need several permissions: authorization.md section 1, "Special"


def test_key_with_tags_needs_tag_resource(caller):
    """kms:TagResource on `key/*` is enough for CreateKey with tags."""
    creating = allow("kms:CreateKey")
    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[policy(creating)]).create_key(Tags=TAGS)
    tagging = allow("kms:TagResource", Resource=f"{ALL}:key/*")

    caller(ROLE, policies=[policy(creating, tagging)]).create_key(Tags=TAGS)

    assert f"kms:TagResource on resource: {ALL}:key/* because" in refusal.message


def test_multi_region_key_needs_the_service_linked_role(caller):
    """CreateKey of a multi-Region key makes a role as well."""
    creating = allow("kms:CreateKey")
    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[policy(creating)]).create_key(MultiRegion=True)
    linking = allow("iam:CreateServiceLinkedRole")

    caller(ROLE, policies=[policy(creating, linking)]).create_key(MultiRegion=True)

    role = "mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{role}"
    assert f"iam:CreateServiceLinkedRole on resource: {arn} because" in refusal.message


def test_replica_needs_create_key_in_its_region(kms, caller):
    """ReplicateKey takes kms:ReplicateKey on the primary and kms:CreateKey in the other Region."""
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    replicating = allow("kms:ReplicateKey", Resource=key)
    here = allow("kms:CreateKey", Resource=f"{ALL}:*")
    there = allow("kms:CreateKey", Resource=f"arn:aws:kms:us-west-2:{ACCOUNT}:*")
    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[policy(replicating, here)]).replicate_key(
            KeyId=key, ReplicaRegion="us-west-2"
        )
    assert "kms:CreateKey on resource: * because" in refusal.message
    with refused("AccessDeniedException"):
        caller(ROLE, policies=[policy(there)]).replicate_key(KeyId=key, ReplicaRegion="us-west-2")

    caller(ROLE, policies=[policy(replicating, there)]).replicate_key(
        KeyId=key, ReplicaRegion="us-west-2"
    )


def test_replica_with_tags_needs_tag_resource_in_its_region(kms, caller):
    """ReplicateKey with tags takes kms:TagResource on `key/*` in the other Region as well."""
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    there = f"arn:aws:kms:us-west-2:{ACCOUNT}"
    replicating = allow("kms:ReplicateKey"), allow("kms:CreateKey")
    here, right = (allow("kms:TagResource", Resource=f"{of}:key/*") for of in (ALL, there))
    request = {"KeyId": key, "ReplicaRegion": "us-west-2", "Tags": TAGS}
    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[policy(*replicating, here)]).replicate_key(**request)

    caller(ROLE, policies=[policy(*replicating, right)]).replicate_key(**request)

    assert f"kms:TagResource on resource: {there}:key/* because" in refusal.message


LINKED_ROLE = "cks.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceCustomKeyStores"
LINKED_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{LINKED_ROLE}"
FOR_A_KEY_STORE = {
    # permission: the resource in a policy, and as a denial shows it
    "kms:CreateCustomKeyStore": (f"{ALL}:*", "*"),
    "iam:CreateServiceLinkedRole": (LINKED_ROLE_ARN, LINKED_ROLE_ARN),
    "cloudhsm:DescribeClusters": (f"arn:aws:cloudhsm:{REGION}:{ACCOUNT}:*", "*"),
}


@pytest.mark.parametrize("missing", [*FOR_A_KEY_STORE, None])
def test_key_store_needs_its_cluster_and_the_service_linked_role(aws, caller, missing):
    """CreateCustomKeyStore also takes cloudhsm:DescribeClusters and a service-linked role."""
    request = creation(fit_cluster(aws))
    given = [
        allow(action, Resource=resource)
        for action, (resource, _shown) in FOR_A_KEY_STORE.items()
        if action != missing
    ]
    platform = caller(ROLE, policies=[policy(*given)])

    if missing is None:
        assert platform.create_custom_key_store(**request)["CustomKeyStoreId"]
    else:
        shown = FOR_A_KEY_STORE[missing][1]
        with refused("AccessDeniedException") as refusal:
            platform.create_custom_key_store(**request)
        assert f"{missing} on resource: {shown} because" in refusal.message


def test_external_key_store_needs_no_cluster(aws, caller):
    """CreateCustomKeyStore of an external key store is kms:CreateCustomKeyStore's alone."""
    request = external_key_stores.creation(aws.external_key_store_proxy())
    platform = caller(ROLE, policies=[policy(allow("kms:CreateCustomKeyStore"))])

    assert platform.create_custom_key_store(**request)["CustomKeyStoreId"]


def test_new_primary_needs_permission_on_both_keys(kms, caller):
    """UpdatePrimaryRegion is authorised on the primary and on the replica."""
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    kms.replicate_key(KeyId=key, ReplicaRegion="us-west-2")
    one, both = (
        policy(allow("kms:UpdatePrimaryRegion", Resource=resource))
        for resource in (key, f"arn:aws:kms:*:{ACCOUNT}:key/*")
    )

    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[one]).update_primary_region(KeyId=key, PrimaryRegion="us-west-2")

    assert "us-west-2" in refusal.message
    caller(ROLE, policies=[both]).update_primary_region(KeyId=key, PrimaryRegion="us-west-2")


@pytest.mark.parametrize("missing", ["alias", "former", "new", None])
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_alias_needs_the_alias_and_its_keys(kms, caller, operation, missing):
    """Each alias operation takes a permission on the alias and one on every key it touches."""
    former, new = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    if operation != "create":
        kms.create_alias(AliasName="alias/app", TargetKeyId=former)
    resources = {"alias": f"{ALL}:alias/app", "former": former, "new": new}
    needed = {"create": {"alias", "new"}, "update": set(resources), "delete": {"alias", "former"}}
    given = [resource for name, resource in resources.items() if name != missing]
    action = f"kms:{operation.capitalize()}Alias"
    app = caller(ROLE, policies=[policy(allow(action, Resource=given))])
    request = {"AliasName": "alias/app"} | ({} if operation == "delete" else {"TargetKeyId": new})

    def deed():
        getattr(app, f"{operation}_alias")(**request)

    if missing in needed[operation]:
        with refused("AccessDeniedException") as refusal:
            deed()
        assert f"on resource: {resources[missing]} " in refusal.message
    else:
        deed()


@pytest.mark.parametrize("name", ["alias/nothing", "alias/aws/s3"])
def test_alias_without_a_key_needs_no_key(caller, name):
    """A caller who may delete an alias is told why there is none to delete, or not this one."""
    app = caller(ROLE, policies=[policy(allow("kms:DeleteAlias", Resource=f"{ALL}:{name}"))])

    code = "NotFoundException" if name == "alias/nothing" else "NotAuthorizedException"
    with refused(code):
        app.delete_alias(AliasName=name)


@pytest.mark.parametrize("verb", ["connect", "delete", "disconnect", "update"])
def test_operation_on_a_key_store_is_iams(aws, caller, verb):
    """Operations on key stores are IAM's alone, and their resource is shown as an asterisk."""
    request = {"CustomKeyStoreId": aws.key_store("store").custom_key_store_id}
    action = f"kms:{verb.capitalize()}CustomKeyStore"

    def deed(*actions):
        app = caller(ROLE, policies=[policy(allow("kms:ListKeys"), *map(allow, actions))])
        getattr(app, f"{verb}_custom_key_store")(**request)

    why = f"because no identity-based policy allows the {action} action"
    with refused("AccessDeniedException", may_not(ROLE_SESSION, action, f"on resource: * {why}")):
        deed()
    if verb == "delete":
        with refused("CustomKeyStoreInvalidStateException"):
            deed(action)
    else:
        deed(action)


@pytest.mark.parametrize("missing", ["kms:ReEncryptFrom", "kms:ReEncryptTo"])
def test_re_encryption_needs_from_and_to(kms, caller, arn, missing):
    """ReEncrypt takes a permission on either key; there is no action kms:ReEncrypt."""
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    both = ["kms:ReEncryptFrom", "kms:ReEncryptTo"]
    request = {"CiphertextBlob": blob, "DestinationKeyId": arn}
    some = [action for action in both if action != missing]

    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[policy(allow([*some, "kms:ReEncrypt"]))]).re_encrypt(**request)

    assert missing in refusal.message
    caller(ROLE, policies=[policy(allow(both))]).re_encrypt(**request)


def test_retirable_grants_are_asked_for_on_the_principal(caller):
    """ListRetirableGrants is authorised on the retiring principal."""
    app = caller(ROLE, policies=[policy(allow("kms:ListRetirableGrants", Resource=USER))])

    assert app.list_retirable_grants(RetiringPrincipal=USER)["Grants"] == []
    with refused("AccessDeniedException") as refusal:
        app.list_retirable_grants(RetiringPrincipal=ROLE)
    assert f"kms:ListRetirableGrants on resource: {ROLE} because" in refusal.message


def test_retirable_grants_of_an_account_are_asked_for_on_its_arn(caller):
    """An account id stands for the ARN of the account."""
    app = caller(ROLE, policies=[policy(allow("kms:ListRetirableGrants", Resource=ROOT))])

    assert app.list_retirable_grants(RetiringPrincipal=ACCOUNT)["Grants"] == []


@pytest.mark.skipif(
    "RetiringServicePrincipal"
    not in operation_model("kms", "ListRetirableGrants").input_shape.members,
    reason="this botocore does not know grants to AWS services",
)
def test_retirable_grants_of_a_service_are_asked_for_on_everything(caller):
    """A service has no ARN that a policy could name."""
    with refused("AccessDeniedException") as refusal:
        caller(ROLE, policies=[]).list_retirable_grants(RetiringServicePrincipal="s3.amazonaws.com")

    assert "kms:ListRetirableGrants on resource: * because" in refusal.message


def test_decrypt_is_judged_on_the_key_in_the_ciphertext(kms, caller, arn):
    """Without KeyId the blob's key counts, and an alias ARN in IAM never stands for it."""
    kms.create_alias(AliasName="alias/app", TargetKeyId=arn)
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]

    caller(ROLE, policies=[policy(allow("kms:Decrypt", Resource=arn))]).decrypt(CiphertextBlob=blob)

    with refused("AccessDeniedException"):
        caller(ROLE, policies=[policy(allow("kms:Decrypt", Resource=f"{ALL}:alias/app"))]).decrypt(
            CiphertextBlob=blob, KeyId="alias/app"
        )


# Accounts and Regions side by side: authorization.md section 2


@pytest.fixture
def shared(kms):
    """A key that another account may use, with an alias; their ARNs."""
    text = policy(allow(principal=ROOT), allow(principal=f"arn:aws:iam::{PARTNER}:root"))
    arn = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/shared", TargetKeyId=arn)
    return arn, f"{ALL}:alias/shared"


@pytest.mark.parametrize("form", ["key ARN", "alias ARN"])
def test_foreign_key_is_used_by_arn(caller, shared, form):
    """A caller of another account names the key by key ARN or alias ARN."""
    key, alias = shared
    name = key if form == "key ARN" else alias
    app = caller(PARTNER_ROLE, policies=[EVERYTHING])

    blob = app.encrypt(KeyId=name, Plaintext=b"x")["CiphertextBlob"]

    assert app.decrypt(CiphertextBlob=blob, KeyId=name)["Plaintext"] == b"x"
    assert app.decrypt(CiphertextBlob=blob)["KeyId"] == key
    assert app.describe_key(KeyId=name)["KeyMetadata"]["AWSAccountId"] == ACCOUNT


FOREIGN = {
    "create_grant": {"GranteePrincipal": PARTNER_USER, "Operations": ["Decrypt"]},
    "get_key_rotation_status": {},
    "list_grants": {},
    "describe_key": {},
    "encrypt": {"Plaintext": b"x"},
    "generate_data_key": {"KeySpec": "AES_256"},
    "generate_data_key_without_plaintext": {"KeySpec": "AES_256"},
    "generate_data_key_pair": {"KeyPairSpec": "ECC_NIST_P256"},
    "generate_data_key_pair_without_plaintext": {"KeyPairSpec": "ECC_NIST_P256"},
}


@pytest.mark.parametrize("operation", FOREIGN)
def test_operation_on_a_foreign_key(caller, shared, operation):
    """These operations take another account's key."""
    getattr(caller(PARTNER_ROLE, policies=[EVERYTHING]), operation)(
        KeyId=shared[0], **FOREIGN[operation]
    )


OWN_ALONE = {
    "CancelKeyDeletion": {},
    "CreateAlias": {"AliasName": "alias/mine"},
    "DeleteImportedKeyMaterial": {},
    "DisableKey": {},
    "DisableKeyRotation": {},
    "EnableKey": {},
    "EnableKeyRotation": {},
    "GetKeyPolicy": {},
    "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "ListKeyPolicies": {},
    "ListKeyRotations": {},
    "ListResourceTags": {},
    "PutKeyPolicy": {"Policy": DELEGATING},
    "ReplicateKey": {"ReplicaRegion": "us-west-2"},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "TagResource": {"Tags": TAGS},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateKeyDescription": {"Description": "mine"},
    "UpdatePrimaryRegion": {"PrimaryRegion": "us-west-2"},
}  # fmt: skip


@pytest.mark.parametrize("operation", OWN_ALONE)
def test_operation_not_on_a_foreign_key(caller, shared, operation):
    """All others fail, even with policies that allow them."""
    app = caller(PARTNER_ROLE, policies=[EVERYTHING])
    member = "TargetKeyId" if operation == "CreateAlias" else "KeyId"
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()

    with refused("AccessDeniedException") as refusal:
        getattr(app, method)(**{member: shared[0]}, **OWN_ALONE[operation])

    assert refusal.message.endswith(f"kms:{operation} on this resource {HIDDEN}")


def test_administrator_needs_no_key_policy(kms, arn):
    """Default credentials may do everything in their account, whatever its key policies say."""
    kms.put_key_policy(
        KeyId=arn, Policy=policy(allow(principal=ROLE)), BypassPolicyLockoutSafetyCheck=True
    )

    assert kms.encrypt(KeyId=arn, Plaintext=b"x")["KeyId"] == arn


def test_administrator_of_another_account_needs_the_key_policy(caller, kms, arn, shared):
    """Being allowed everything ends at the own account."""
    other = SESSION.client(
        "kms", region_name=REGION, aws_access_key_id=PARTNER, aws_secret_access_key="x"
    )

    other.describe_key(KeyId=shared[0])

    with refused("AccessDeniedException"):
        other.describe_key(KeyId=arn)


def test_aws_managed_key_is_used_through_its_service(kms, caller):
    """alias/aws/s3 encrypts for callers of S3 and for nobody else."""
    kms.describe_key(KeyId="alias/aws/s3")
    through_s3 = caller(ROLE, via_service="s3.us-east-1.amazonaws.com")

    through_s3.generate_data_key(KeyId="alias/aws/s3", KeySpec="AES_256")

    with refused("AccessDeniedException"):
        caller(ROLE, policies=[EVERYTHING]).encrypt(KeyId="alias/aws/s3", Plaintext=b"x")


# The lockout safety check


@pytest.mark.parametrize(("iam", "allowed"), [(EVERYTHING, True), (policy(allow(["kms:CreateKey", "kms:PutKeyPolicy"], Resource=[f"{ALL}:*"])), True), (policy(allow("kms:CreateKey")), False)])  # fmt: skip
def test_lockout_check_asks_for_the_callers_real_rights(caller, iam, allowed):
    """A policy that delegates to the account is refused when IAM does not let its author put it."""
    app = caller(ROLE, policies=[iam])

    if allowed:
        app.create_key(Policy=DELEGATING)
    else:
        with refused(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        ):
            app.create_key(Policy=DELEGATING)


# The levers


def test_session_speaks_for_its_principal(aws, arn):
    """`aws.session` gives a boto3 session whose clients are the principal's."""
    session = aws.session(principal=ROLE, policies=[EVERYTHING])

    assert session.region_name == REGION
    assert session.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn


def test_client_is_short_for_a_sessions(aws):
    """`aws.client` takes what `aws.session` takes, and the client's Region."""
    client = aws.client("kms", region="eu-west-1", account_id=PARTNER)

    assert client.create_key()["KeyMetadata"]["Arn"].startswith(f"arn:aws:kms:eu-west-1:{PARTNER}:")


def test_session_of_a_role_keeps_its_name(caller, arn):
    """A role's session may be named; it has the role's policies."""
    name = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/deploy"
    caller(ROLE, policies=[policy(allow("kms:DescribeKey"))])
    session = caller(name)

    session.describe_key(KeyId=arn)

    with refused("AccessDeniedException") as refusal:
        session.disable_key(KeyId=arn)
    assert refusal.message.startswith(f"User: {name} is")


def test_session_is_of_the_role_with_its_path(caller, arn):
    """A session's ARN has no path; it means the role of its name that is there, and no user."""
    caller(f"arn:aws:iam::{ACCOUNT}:user/team/New")
    caller(f"arn:aws:iam::{ACCOUNT}:role/team/Other")
    caller(f"arn:aws:iam::{ACCOUNT}:role/team/New", policies=[EVERYTHING])
    caller(f"arn:aws:iam::{ACCOUNT}:role/team/Third")

    session = caller(f"arn:aws:sts::{ACCOUNT}:assumed-role/New/deploy")

    assert session.describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn


def test_role_is_there_once_its_session_is_named(kms, caller):
    """A session tells of a role that nobody named before, without a path."""
    role = f"arn:aws:iam::{ACCOUNT}:role/New"
    is_its_session = {"StringLike": {"aws:userid": "AROA*:deploy"}}
    text = policy(allow(principal=ROOT), allow(principal=role, condition=is_its_session))
    key = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]

    session = caller(f"arn:aws:sts::{ACCOUNT}:assumed-role/New/deploy")

    assert session.describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


def test_service_of_china_is_named_as_there(aws, caller):
    """In the China Regions a service's name may end in .amazonaws.com.cn."""
    service, region = "logs.amazonaws.com.cn", "cn-north-1"
    text = policy(allow(principal={"Service": service}))
    key = aws.client("kms", region=region).create_key(
        Policy=text, BypassPolicyLockoutSafetyCheck=True
    )["KeyMetadata"]["Arn"]

    assert caller(service, region=region).describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"principal": "App"}, ValueError),
        ({"principal": f"arn:aws:iam::{ACCOUNT}:group/Admins"}, ValueError),
        ({"principal": ROLE, "account_id": PARTNER}, ValueError),
        ({"principal": ROLE, "policies": ["{"]}, ValueError),
        ({"principal": ROLE, "policies": EVERYTHING}, TypeError),
        ({"principal": ROLE, "policies": [DELEGATING]}, ValueError),
        ({"principal": ROLE, "policies": [policy(allow(None))]}, ValueError),
        ({"principal": ROLE, "policies": [policy(allow(Resource=None))]}, ValueError),
        ({"principal": ROOT, "policies": [EVERYTHING]}, ValueError),
        ({"policies": [EVERYTHING]}, ValueError),
        ({"principle": ROLE}, TypeError),
    ],
)
def test_misuse_is_told(aws, options, error):
    """What is no principal or no policy is an error of the test, in Python's words."""
    with pytest.raises(error):
        aws.session(**options)


def test_explanation_names_the_statement(aws, kms, arn):
    """`aws.explain` tells which statement decides, without a call."""
    text = policy(allow(principal=ROOT), deny("kms:Decrypt", ROLE, Sid="NoApp"))
    kms.put_key_policy(KeyId=arn, Policy=text)

    decision = aws.explain("kms:Decrypt", arn, principal=ROLE, policies=[EVERYTHING])

    assert not decision.allowed
    assert decision.statement.sid == "NoApp"
    assert str(aws.explain("kms:Decrypt", arn)) == "allowed by the account administrator"
    with pytest.raises(LookupError):
        aws.explain("kms:Decrypt", "alias/nothing", principal=ROLE)


def test_two_worlds_know_different_callers(aws, caller, arn):
    """An unknown access key is the administrator's."""
    client = SESSION.client(
        "kms", region_name=REGION, aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x"
    )

    assert client.describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn


@pytest.mark.parametrize("argument", ["policies", "session_policies"])
def test_managed_policy_is_given_as_its_document(aws, argument):
    """IAM's own policies are not known here by their ARNs."""
    managed = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"

    with pytest.raises(ValueError, match=f"{managed}: managed policies are not here, give the doc"):
        aws.client("kms", principal="arn:aws:iam::123456789012:role/App", **{argument: [managed]})

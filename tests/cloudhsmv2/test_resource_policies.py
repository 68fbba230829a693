"""GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy, and what is shared by them."""

import json

import boto3
import pytest
from backups import latest_backup, sharing
from expect import refused

OTHER_ACCOUNT = "210987654321"
OPERATIONS = ["get_resource_policy", "put_resource_policy", "delete_resource_policy"]

ALL_OF_CLOUDHSM = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "cloudhsm:*", "Resource": "*"},
}

each_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def backup(aws, cloudhsm):
    """A backup that is READY."""
    return latest_backup(cloudhsm, aws.cluster(hsms=1).cluster_id)


@pytest.fixture
def arn(backup):
    """The ARN of a backup that is READY."""
    return backup["BackupArn"]


@pytest.fixture
def stranger(aws):
    """A CloudHSM v2 client of another account."""
    return boto3.client(
        "cloudhsmv2",
        region_name="us-east-1",
        aws_access_key_id=OTHER_ACCOUNT,
        aws_secret_access_key="secret",
    )


def call(client, operation, **members):
    if operation == "put_resource_policy":
        members.setdefault("Policy", sharing(OTHER_ACCOUNT))
    return getattr(client, operation)(**members)


def test_policy_is_kept_as_it_was_put(cloudhsm, arn):
    """GetResourcePolicy gives the policy that PutResourcePolicy answered."""
    policy = sharing(OTHER_ACCOUNT)

    put = cloudhsm.put_resource_policy(ResourceArn=arn, Policy=policy)

    assert (put["ResourceArn"], put["Policy"]) == (arn, policy)
    assert cloudhsm.get_resource_policy(ResourceArn=arn)["Policy"] == policy


def test_deletion_gives_the_former_policy(cloudhsm, arn):
    """DeleteResourcePolicy answers what the policy was; afterwards there is none."""
    policy = sharing(OTHER_ACCOUNT)
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=policy)

    deleted = cloudhsm.delete_resource_policy(ResourceArn=arn)

    assert (deleted["ResourceArn"], deleted["Policy"]) == (arn, policy)
    assert "Policy" not in cloudhsm.get_resource_policy(ResourceArn=arn)
    assert "Policy" not in cloudhsm.delete_resource_policy(ResourceArn=arn)


@each_operation
def test_arn_is_required(cloudhsm, operation):
    """The model does not ask for ResourceArn, the service does."""
    with refused("CloudHsmInvalidRequestException"):
        call(cloudhsm, operation)


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param({}, id="none"),
        pytest.param({"Policy": "no JSON"}, id="no JSON"),
        pytest.param({"Policy": "{}"}, id="no statement"),
        pytest.param(
            {"Policy": '{"Statement": [{"Effect": "Allow", "Action": "cloudhsm:*"}]}'},
            id="no principal",
        ),
        pytest.param(
            {"Policy": '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]}'},
            id="no action",
        ),
    ],
)
def test_policy_must_be_one(cloudhsm, arn, policy):
    """PutResourcePolicy refuses a text that is no resource policy, and keeps none."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.put_resource_policy(ResourceArn=arn, **policy)

    assert "Policy" not in cloudhsm.get_resource_policy(ResourceArn=arn)


@pytest.mark.parametrize("lacking", ["Principal", "Action"])
def test_refusal_tells_what_a_statement_lacks(cloudhsm, arn, lacking):
    """A statement says who may do what."""
    statement = json.loads(sharing("*"))["Statement"][0]
    del statement[lacking]

    text = "Each statement of a resource policy needs Principal and Action."
    with refused("CloudHsmInvalidRequestException", text):
        cloudhsm.put_resource_policy(ResourceArn=arn, Policy=json.dumps({"Statement": statement}))


def test_conditions_are_not_judged(cloudhsm, arn):
    """A condition is refused by name, as kmsmock would not keep it."""
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}

    text = "kmsmock does not judge conditions in the resource policy of a backup"
    with refused("NotImplementedByKmsmock", text, status=501):
        cloudhsm.put_resource_policy(ResourceArn=arn, Policy=sharing("*", Condition=condition))


@each_operation
@pytest.mark.parametrize("kind", ["cluster", "hsm"])
def test_only_backups_have_policies(aws, cloudhsm, operation, kind):
    """Clusters and HSMs have no resource policies."""
    arn = f"arn:aws:cloudhsm:us-east-1:{aws.account_id}:{kind}/{kind}-igklspoyj5v"

    with refused("CloudHsmInvalidRequestException"):
        call(cloudhsm, operation, ResourceArn=arn)


@each_operation
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_backup_must_be_there(aws, cloudhsm, operation, region):
    """A backup that is not in the Region is not found."""
    arn = f"arn:aws:cloudhsm:{region}:{aws.account_id}:backup/backup-ro5c4er4aac"

    with refused("CloudHsmResourceNotFoundException"):
        call(cloudhsm, operation, ResourceArn=arn)


@each_operation
def test_policy_is_the_owners(stranger, operation, arn):
    """Another account can neither read nor change the policy of a backup."""
    with refused("CloudHsmAccessDeniedException"):
        call(stranger, operation, ResourceArn=arn)


def test_only_ready_backups_are_shared(cloudhsm, backup, arn):
    """PutResourcePolicy refuses a backup that waits for its deletion."""
    cloudhsm.delete_backup(BackupId=backup["BackupId"])

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.put_resource_policy(ResourceArn=arn, Policy=sharing("*"))


def shared_arns(client):
    return [backup["BackupArn"] for backup in client.describe_backups(Shared=True)["Backups"]]


def test_shared_backups_are_listed_once_promoted(aws, cloudhsm, stranger, backup, arn):
    """DescribeBackups(Shared) lists a backup when RAM has promoted what its policy shares."""
    policy = sharing(OTHER_ACCOUNT, action=["cloudhsm:DescribeBackups", "cloudhsm:CreateCluster"])
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=policy)
    assert shared_arns(stranger) == []

    aws.promote_backup_share(backup["BackupId"])

    assert shared_arns(stranger) == [arn]
    assert stranger.describe_backups()["Backups"] == []
    assert shared_arns(cloudhsm) == []


@pytest.mark.parametrize("policy", [sharing("999999999999", "cloudhsm:*"), sharing(OTHER_ACCOUNT)])
def test_policy_says_who_may_describe(aws, cloudhsm, stranger, backup, policy):
    """A backup is listed to those alone who may describe it."""
    cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)
    aws.promote_backup_share(backup["BackupId"])

    assert shared_arns(stranger) == []


def test_deny_of_the_policy_beats_its_allow(aws, cloudhsm, stranger, backup, arn):
    """A statement that denies takes back what another allows."""
    statements = [
        json.loads(sharing(OTHER_ACCOUNT, "cloudhsm:*", effect=effect))["Statement"][0]
        for effect in ("Allow", "Deny")
    ]
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=json.dumps({"Statement": statements}))
    aws.promote_backup_share(backup["BackupId"])

    assert shared_arns(stranger) == []


@pytest.mark.parametrize(
    ("member", "is_there", "is_shared"),
    [
        ("Resource", True, True),
        ("Resource", False, False),
        ("NotResource", True, False),
        ("NotResource", False, True),
    ],
)
def test_policy_may_name_resources(  # noqa: PLR0917
    aws, cloudhsm, stranger, arn, member, is_there, is_shared
):
    """Resource is what a statement is about, and NotResource what it leaves out."""
    other = f"{arn.rpartition('/')[0]}/backup-ro5c4er4aac"
    named = [other, arn] if is_there else [other]
    text = sharing(OTHER_ACCOUNT, "cloudhsm:*", **{member: named})
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=text)
    aws.promote_backup_share(arn.rpartition("/")[2])

    assert shared_arns(stranger) == ([arn] if is_shared else [])


def test_backup_is_not_shared_any_more_without_its_policy(aws, cloudhsm, stranger, backup, arn):
    """DeleteResourcePolicy ends the sharing, also of a promoted backup."""
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=sharing(OTHER_ACCOUNT, "cloudhsm:*"))
    aws.promote_backup_share(backup["BackupId"])

    cloudhsm.delete_resource_policy(ResourceArn=arn)

    assert shared_arns(stranger) == []


@pytest.mark.parametrize(
    ("named", "is_shared"),
    [
        (f"arn:aws:iam::{OTHER_ACCOUNT}:role/Restorer", True),
        (f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/Restorer/kmsmock", True),
        (f"arn:aws:iam::{OTHER_ACCOUNT}:root", True),
        (f"arn:aws:iam::{OTHER_ACCOUNT}:role/Other", False),
    ],
)
def test_role_is_named_by_itself_its_session_or_its_account(
    aws, cloudhsm, backup, named, is_shared
):
    """A role's session has what the policy gives the role, and no other role's."""
    restorer = aws.client(
        "cloudhsmv2",
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/Restorer",
        policies=[ALL_OF_CLOUDHSM],
    )
    arn = backup["BackupArn"]
    cloudhsm.put_resource_policy(ResourceArn=arn, Policy=sharing(named, "cloudhsm:*"))

    aws.promote_backup_share(backup["BackupId"])

    assert shared_arns(restorer) == ([arn] if is_shared else [])


def test_promotion_needs_a_policy(aws, backup):
    """The lever tells a test that has not shared the backup yet."""
    with pytest.raises(ValueError, match="PutResourcePolicy"):
        aws.promote_backup_share(backup["BackupId"])
    with pytest.raises(LookupError, match=backup["BackupId"]):
        aws.promote_backup_share("backup-ro5c4er4aac")

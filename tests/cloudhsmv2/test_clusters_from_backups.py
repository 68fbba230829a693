"""CreateCluster with SourceBackupId, and HSMs that come with a backup."""

import boto3
import pytest
from backups import backups_of, latest_backup, sharing
from clusters import SUBNETS, ZONES, described
from expect import refused

PASSWORD = "Password1"
OTHER_ACCOUNT = "210987654321"


@pytest.fixture
def cluster(aws):
    """A ready cluster with two HSMs, the crypto user alice, and her key `k`."""
    cluster = aws.cluster()
    cli = aws.cloudhsm_cli(cluster.cluster_id)
    cli.login("admin", cluster.admin_password, "admin")
    cli.user_create("alice", PASSWORD, "crypto-user")
    alice(aws, cluster.cluster_id).key_generate_symmetric_aes("k")
    return cluster


@pytest.fixture
def backup(aws, cloudhsm, cluster):
    """The cluster's backup of the next day."""
    aws.clock.advance(days=1)
    return latest_backup(cloudhsm, cluster.cluster_id)


@pytest.fixture
def stranger(aws):
    """A CloudHSM v2 client of another account."""
    return boto3.client(
        "cloudhsmv2",
        region_name="us-east-1",
        aws_access_key_id=OTHER_ACCOUNT,
        aws_secret_access_key="secret",
    )


def alice(aws, cluster_id):
    """A CLI in which alice is logged in."""
    cli = aws.cloudhsm_cli(cluster_id)
    assert cli.login("alice", PASSWORD, "crypto-user")["error_code"] == 0
    return cli


def labels(cli):
    keys = cli.key_list()["data"]["matched_keys"]
    return [key["attributes"]["label"] for key in keys]


def restored(cloudhsm, source, **members):
    """The answer's cluster that is made from a backup."""
    members = {"HsmType": "hsm2m.medium", "Mode": "FIPS", "SubnetIds": SUBNETS} | members
    return cloudhsm.create_cluster(SourceBackupId=source, **members)["Cluster"]


def delete_hsms(cloudhsm, cluster_id):
    for hsm in described(cloudhsm, cluster_id)["Hsms"]:
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])


def test_answer_shows_backup_and_certificate(cloudhsm, cluster, backup):
    """CreateCluster from a backup shows the backup and the certificate at once."""
    made = restored(cloudhsm, backup["BackupId"])

    original = described(cloudhsm, cluster.cluster_id)
    assert made["State"] == "CREATE_IN_PROGRESS"
    assert made["SourceBackupId"] == backup["BackupId"]
    assert made["Certificates"] == original["Certificates"]
    assert "PreCoPassword" not in made


def test_restored_cluster_needs_one_hsm(cloudhsm, backup):
    """A cluster from a backup is INITIALIZED, and ACTIVE with its first HSM."""
    cluster_id = restored(cloudhsm, backup["BackupId"])["ClusterId"]
    assert described(cloudhsm, cluster_id)["State"] == "INITIALIZED"

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])

    assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"
    assert len(backups_of(cloudhsm, cluster_id)) == 1


def test_restored_cluster_is_backed_up_once_a_day(aws, cloudhsm, backup):
    """Its first HSM begins the daily backups, and the next one does not begin them again."""
    cluster_id = restored(cloudhsm, backup["BackupId"])["ClusterId"]
    for zone in ZONES:
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=zone)
    before = len(backups_of(cloudhsm, cluster_id))

    aws.clock.advance(days=1)

    assert len(backups_of(cloudhsm, cluster_id)) == before + 1


def test_restored_cluster_is_not_initialized_again(aws, cloudhsm, backup):
    """A cluster from a backup is neither initialized nor activated."""
    cluster_id = restored(cloudhsm, backup["BackupId"])["ClusterId"]

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.initialize_cluster(ClusterId=cluster_id, SignedCert="x", TrustAnchor="x")

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    assert aws.cloudhsm_cli(cluster_id).activate(PASSWORD)["error_code"] == 1


def test_users_and_keys_are_the_backups(aws, cloudhsm, cluster, backup):
    """A cluster from a backup has users, passwords and keys as they were then."""
    cli = alice(aws, cluster.cluster_id)
    cli.key_generate_symmetric_aes("younger")
    cli.key_delete("attr.label=k")
    cli.user_change_password("alice", "NewPassword1", "crypto-user")

    cluster_id = restored(cloudhsm, backup["BackupId"])["ClusterId"]
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])

    assert labels(alice(aws, cluster_id)) == ["k"]
    assert labels(cli) == ["younger"]


def test_clusters_of_one_backup_go_their_own_ways(aws, cloudhsm, cluster, backup):
    """What changes in a cluster from a backup changes neither the backup nor the original."""
    first, second = (restored(cloudhsm, backup["BackupArn"])["ClusterId"] for _ in range(2))
    for cluster_id in (first, second):
        for zone in ZONES:
            cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=zone)

    alice(aws, first).key_delete("attr.label=k")
    made = [
        alice(aws, cluster_id).key_generate_symmetric_aes("new")["data"]["key"]["key-reference"]
        for cluster_id in (first, second, cluster.cluster_id)
    ]

    assert labels(alice(aws, first)) == ["new"]
    assert labels(alice(aws, second)) == ["k", "new"]
    assert len(set(made)) == 3


def test_backup_of_a_deleted_cluster_serves(aws, cloudhsm, cluster, backup):
    """A backup outlives its cluster, and a new cluster can be made of it."""
    delete_hsms(cloudhsm, cluster.cluster_id)
    cloudhsm.delete_cluster(ClusterId=cluster.cluster_id)

    cluster_id = restored(cloudhsm, backup["BackupId"])["ClusterId"]

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    assert labels(alice(aws, cluster_id)) == ["k"]


def test_copy_serves_in_its_region(aws, cloudhsm, backup):
    """A cluster can be made in the Region that a backup was copied to, and only of the copy."""
    there = boto3.client("cloudhsmv2", region_name="eu-west-1")
    cloudhsm.copy_backup_to_region(BackupId=backup["BackupId"], DestinationRegion="eu-west-1")
    (copy,) = there.describe_backups()["Backups"]
    for source in (backup["BackupId"], backup["BackupArn"]):
        with refused("CloudHsmResourceNotFoundException"):
            restored(there, source)

    made = restored(there, copy["BackupArn"])

    assert made["SourceBackupId"] == copy["BackupId"]
    assert "ClusterCertificate" in made["Certificates"]


@pytest.mark.parametrize("pending", [True, False])
def test_backup_must_be_ready(aws, cloudhsm, backup, pending):
    """A backup that waits for its deletion is refused, one that is deleted is not found."""
    cloudhsm.delete_backup(BackupId=backup["BackupId"])
    aws.clock.advance(days=0 if pending else 8)
    code = "InvalidRequest" if pending else "ResourceNotFound"

    with refused(f"CloudHsm{code}Exception"):
        restored(cloudhsm, backup["BackupId"])


@pytest.mark.parametrize(
    "members", [{"Mode": "NON_FIPS"}, {"HsmType": "hsm1.medium"}, {"HsmType": "hsm3.medium"}]
)
def test_backup_fits_its_mode_and_type_only(cloudhsm, backup, members):
    """A backup is not restored in another mode, nor onto older HSMs."""
    with refused("CloudHsmInvalidRequestException"):
        restored(cloudhsm, backup["BackupId"], **members)


def test_older_type_goes_onto_the_newer(aws, cloudhsm):
    """A backup of hsm1.medium is restored onto hsm2m.medium."""
    backup = latest_backup(cloudhsm, aws.cluster(hsm_type="hsm1.medium").cluster_id)

    assert restored(cloudhsm, backup["BackupId"])["HsmType"] == "hsm2m.medium"


def test_shared_backup_serves_another_account(cloudhsm, stranger, backup):
    """Another account makes a cluster of a backup by its ARN when the policy lets it."""
    cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=sharing(OTHER_ACCOUNT))

    made = restored(stranger, backup["BackupArn"])

    assert made["SourceBackupId"] == backup["BackupId"]
    with refused("CloudHsmResourceNotFoundException"):
        restored(stranger, backup["BackupId"])


@pytest.mark.parametrize(
    "policy",
    [
        None,
        sharing("999999999999"),
        sharing(OTHER_ACCOUNT, action="cloudhsm:DescribeBackups"),
        sharing("*", effect="Deny"),
        sharing(OTHER_ACCOUNT, Resource="arn:aws:cloudhsm:us-east-1:1:backup/another"),
    ],
)
def test_backup_is_not_everybodys(cloudhsm, stranger, backup, policy):
    """Another account may not restore a backup that no policy shares with it."""
    if policy is not None:
        cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)

    with refused("CloudHsmAccessDeniedException"):
        restored(stranger, backup["BackupArn"])


@pytest.mark.parametrize(
    "principal",
    ["*", OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:root", ["999999999999", OTHER_ACCOUNT]],
)
def test_policy_names_accounts_in_several_ways(cloudhsm, stranger, backup, principal):
    """A policy names an account by its id, its root's ARN, or everybody by a star."""
    policy = sharing(principal, action="cloudhsm:Create*", Resource=backup["BackupArn"])
    cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)

    assert restored(stranger, backup["BackupArn"])["State"] == "CREATE_IN_PROGRESS"


def test_unsharing_leaves_clusters_alone(cloudhsm, stranger, backup):
    """A cluster that was made of a shared backup lives on when the policy is deleted."""
    cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=sharing("*"))
    cluster_id = restored(stranger, backup["BackupArn"])["ClusterId"]

    cloudhsm.delete_resource_policy(ResourceArn=backup["BackupArn"])

    assert described(stranger, cluster_id)["State"] == "INITIALIZED"
    with refused("CloudHsmAccessDeniedException"):
        restored(stranger, backup["BackupArn"])


def test_next_hsm_brings_the_latest_backup(aws, cloudhsm, cluster):
    """A cluster without HSMs gets its users and keys back with the next HSM."""
    delete_hsms(cloudhsm, cluster.cluster_id)

    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    assert labels(alice(aws, cluster.cluster_id)) == ["k"]


def test_what_only_broken_hsms_held_is_lost(aws, cloudhsm, cluster, backup):
    """Keys younger than the latest backup are lost with the last HSM that held them."""
    cli = alice(aws, cluster.cluster_id)
    cli.key_generate_symmetric_aes("younger")
    for hsm in described(cloudhsm, cluster.cluster_id)["Hsms"]:
        aws.hsm(hsm["HsmId"]).fail()
    delete_hsms(cloudhsm, cluster.cluster_id)

    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    assert labels(alice(aws, cluster.cluster_id)) == ["k"]


def test_lost_user_is_logged_out(aws, cloudhsm, cluster, backup):
    """A CLI whose user came anew out of a backup must log in again."""
    cli = alice(aws, cluster.cluster_id)
    cli.user_change_password("alice", "NewPassword1", "crypto-user")
    for hsm in described(cloudhsm, cluster.cluster_id)["Hsms"]:
        aws.hsm(hsm["HsmId"]).fail()
    delete_hsms(cloudhsm, cluster.cluster_id)

    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    assert cli.key_list()["error_code"] == 1
    assert cli.login("alice", PASSWORD, "crypto-user")["error_code"] == 0


def test_without_backups_no_hsm_comes_back(cloudhsm, cluster, backup):
    """A cluster without HSMs whose backups are all deleted takes an HSM once one is restored."""
    delete_hsms(cloudhsm, cluster.cluster_id)
    ids = [made["BackupId"] for made in backups_of(cloudhsm, cluster.cluster_id)]
    for backup_id in ids:
        cloudhsm.delete_backup(BackupId=backup_id)
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    cloudhsm.restore_backup(BackupId=ids[-1])

    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

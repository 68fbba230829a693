"""What the CloudHSM CLI tells of HSMs: who they are, and which users each one has."""

import boto3
import pytest
from clusters import ADMIN_PASSWORD, ZONES, active_cluster, admin_cli, described

from kmsmock import mock_kms_cloudhsm

PASSWORD = "Password1"
UNAVAILABLE = (
    "Cannot perform the requested key operation as the key must be available on at least 2 HSMs. "
    "Either increase the number of HSMs in the cluster, or disable the key availability check."
)


@pytest.fixture
def cluster_id(aws, cloudhsm):
    """An active cluster with two HSMs."""
    return active_cluster(aws, cloudhsm)


@pytest.fixture
def admin(aws, cluster_id):
    """A CLI in which the administrator is logged in."""
    return admin_cli(aws, cluster_id)


def coverage(cli):
    users = cli.user_list()["data"]["users"]
    return {user["username"]: user["cluster-coverage"] for user in users}


def test_hsm_info_describes_each_hsm(aws, cluster_id):
    """`cluster hsm-info` describes the HSMs that answer, each with its own serial number."""
    result = aws.cloudhsm_cli(cluster_id).run("cluster hsm-info")

    first, second = result["data"]["hsms"]
    assert first["serial-number"] != second["serial-number"]
    assert first["fips-state"] == "2 [FIPS mode with single factor authentication]"
    assert first["vendor"] == "Marvell Semiconductors, Inc."


def test_hsm_info_is_of_hsms_that_answer(aws, cloudhsm, cluster_id):
    """An HSM that fails is not described."""
    aws.hsm(described(cloudhsm, cluster_id)["Hsms"][0]["HsmId"]).fail()

    assert len(aws.cloudhsm_cli(cluster_id).hsm_info()["data"]["hsms"]) == 1


def test_user_made_while_an_hsm_fails_is_inconsistent(aws, cloudhsm, admin, cluster_id):
    """A user who is made while an HSM does not answer is missing from it when it recovers."""
    hsm = aws.hsm(described(cloudhsm, cluster_id)["Hsms"][1]["HsmId"])
    hsm.fail()

    admin.user_create("alice", PASSWORD, "crypto-user")
    hsm.recover()

    assert coverage(admin)["alice"] == "inconsistent"
    assert coverage(admin)["admin"] == "full"


def test_new_user_mends_coverage(aws, cloudhsm, admin, cluster_id):
    """Deleting and making the user again mends its coverage."""
    hsm = aws.hsm(described(cloudhsm, cluster_id)["Hsms"][1]["HsmId"])
    admin.user_create("alice", PASSWORD, "crypto-user")
    hsm.forget_user("alice")

    admin.user_delete("alice", "crypto-user")
    admin.user_create("alice", PASSWORD, "crypto-user")

    assert coverage(admin)["alice"] == "full"


def test_users_do_not_follow_onto_a_new_hsm():
    """An HSM that is being made has the users of its backup, whatever changes meanwhile."""
    with mock_kms_cloudhsm(transitions="realistic") as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name=aws.region)
        cluster = aws.cluster()
        admin = aws.cloudhsm_cli(cluster.cluster_id)
        admin.login("admin", cluster.admin_password, "admin")
        admin.user_create("early", PASSWORD, "crypto-user")
        cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])
        admin.user_create("late", PASSWORD, "crypto-user")
        admin.user_delete("early", "crypto-user")
        assert coverage(admin)["late"] == "full"

        aws.clock.advance(minutes=6)

        assert coverage(admin) == {
            "admin": "full",
            "app_user": "full",
            "early": "inconsistent",
            "late": "inconsistent",
        }


def test_users_wait_for_the_next_hsm_in_a_backup_that_is_being_made():
    """Where the last HSM goes, its users come again with the next one, as they were then."""
    with mock_kms_cloudhsm(transitions="realistic") as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name=aws.region)
        cluster = aws.cluster(hsms=1)
        admin = aws.cloudhsm_cli(cluster.cluster_id)
        admin.login("admin", cluster.admin_password, "admin")
        admin.user_create("alice", PASSWORD, "crypto-user")
        (hsm,) = described(cloudhsm, cluster.cluster_id)["Hsms"]
        cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm["HsmId"])

        cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])
        aws.clock.advance(minutes=6)

        assert coverage(aws.cloudhsm_cli(cluster.cluster_id))["alice"] == "full"


def test_user_of_one_hsm_goes_with_it(aws, cloudhsm, admin, cluster_id):
    """A user whom only one HSM has is gone when that HSM is deleted."""
    first, second = described(cloudhsm, cluster_id)["Hsms"]
    admin.user_create("alice", PASSWORD, "crypto-user")
    aws.hsm(first["HsmId"]).forget_user("alice")

    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=second["HsmId"])

    assert set(coverage(admin)) == {"admin", "app_user"}


def test_hsm_that_is_gone_loses_no_user(aws, cloudhsm, admin, cluster_id):
    """An HSM that was deleted since it was looked up is a LookupError, and its users stay."""
    ids = [hsm["HsmId"] for hsm in described(cloudhsm, cluster_id)["Hsms"]]
    gone = aws.hsm(ids[0])
    admin.user_create("alice", PASSWORD, "crypto-user")
    for hsm_id in ids:
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_id)

    with pytest.raises(LookupError, match=f"^{cluster_id} has no HSM '{ids[0]}'; it has: none$"):
        gone.forget_user("alice")

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    assert coverage(admin_cli(aws, cluster_id))["alice"] == "full"


def test_availability_check_can_be_disabled(aws, cloudhsm):
    """With one HSM a key is made only when the key availability check is disabled."""
    cluster_id = active_cluster(aws, cloudhsm, hsms=1)
    admin = admin_cli(aws, cluster_id)
    admin.user_create("alice", PASSWORD, "crypto-user")
    checking = aws.cloudhsm_cli(cluster_id)
    checking.login("alice", PASSWORD, "crypto-user")
    assert checking.key_generate_symmetric_aes("k") == {"error_code": 1, "data": UNAVAILABLE}

    cli = aws.cloudhsm_cli(cluster_id, key_availability_check=False)
    cli.login("alice", PASSWORD, "crypto-user")

    assert cli.key_generate_symmetric_aes("k")["error_code"] == 0
    assert checking.key_share("attr.label=k", "alice", "crypto-user")["data"] == UNAVAILABLE


def test_admin_password_comes_back_too(aws, cloudhsm, cluster_id):
    """The administrator of a cluster whose HSMs were all replaced has the same password."""
    for hsm in described(cloudhsm, cluster_id)["Hsms"]:
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])

    cli = aws.cloudhsm_cli(cluster_id)
    assert cli.login("admin", ADMIN_PASSWORD, "admin")["error_code"] == 0


def test_user_made_while_an_hsm_fails_is_not_on_it(aws, cloudhsm, cluster_id, admin):
    """An HSM that does not answer misses a new user, also when it has recovered."""
    hsm = aws.hsm(described(cloudhsm, cluster_id)["Hsms"][0]["HsmId"])
    hsm.fail()
    assert admin.user_create("late", "LatePassword1", "crypto-user")["error_code"] == 0
    hsm.recover()

    assert coverage(admin) == {"admin": "full", "app_user": "full", "late": "inconsistent"}

"""`transitions="realistic"`: the time that AWS takes for each slow change, to the second."""

import datetime as dt

import pytest
from backups import described_backup, latest_backup
from clients_at_hand import SESSION
from clusters import ADMIN_PASSWORD, ZONES, described, new_cluster, signed, trust_anchor

from kmsmock import mock_kms_cloudhsm
from kmsmock.controls.transitions import REALISTIC

AWAY = "eu-west-1"


class World:
    """A world whose changes take AWS's time, and the clients of a test."""

    def __init__(self, aws):
        self.aws = aws
        self.kms, self.kms_away = (SESSION.client("kms", region) for region in ("us-east-1", AWAY))
        self.cloudhsm = SESSION.client("cloudhsmv2", "us-east-1")

    def after_a_while(self):
        """Let all that was begun be over."""
        self.aws.clock.advance(hours=1)

    def cluster_state(self, cluster_id):
        return lambda: described(self.cloudhsm, cluster_id)["State"]

    def hsm_state(self, cluster_id):
        return lambda: [hsm["State"] for hsm in described(self.cloudhsm, cluster_id)["Hsms"]]

    def store_state(self, store):
        identifier = {"CustomKeyStoreId": store.custom_key_store_id}

        def look():
            answer = self.kms.describe_custom_key_stores(**identifier)
            return answer["CustomKeyStores"][0]["ConnectionState"]

        return look

    def key_state(self, key_id, kms):
        return lambda: kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]


@pytest.fixture
def world():
    """A world whose clock stands still."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as aws:
        aws.clock.freeze()
        yield World(aws)


def cluster_creation(world):
    return world.cluster_state(new_cluster(world.cloudhsm))


def hsm_creation(world):
    cluster_id = new_cluster(world.cloudhsm)
    world.after_a_while()
    world.cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    return world.hsm_state(cluster_id)


def cluster_initialization(world):
    cluster_id = new_cluster(world.cloudhsm)
    world.after_a_while()
    world.cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    world.after_a_while()
    csr = described(world.cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]
    world.cloudhsm.initialize_cluster(
        ClusterId=cluster_id, SignedCert=signed(csr), TrustAnchor=trust_anchor()
    )
    return world.cluster_state(cluster_id)


def cluster_activation(world):
    look = cluster_initialization(world)
    world.after_a_while()
    (cluster,) = world.cloudhsm.describe_clusters()["Clusters"]
    world.aws.cloudhsm_cli(cluster["ClusterId"]).activate(ADMIN_PASSWORD)
    return look


def cluster_deletion(world):
    look = cluster_creation(world)
    world.after_a_while()
    (cluster,) = world.cloudhsm.describe_clusters()["Clusters"]
    world.cloudhsm.delete_cluster(ClusterId=cluster["ClusterId"])
    return look


def cluster_type_change(world):
    cluster_id = world.aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id
    world.cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")
    return world.cluster_state(cluster_id)


def hsm_deletion(world):
    cluster = world.aws.cluster()
    hsm = described(world.cloudhsm, cluster.cluster_id)["Hsms"][0]
    world.cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm["HsmId"])
    return world.hsm_state(cluster.cluster_id)


def backup_creation(world):
    hsm_deletion(world)
    backup = world.cloudhsm.describe_backups(Filters={"states": ["CREATE_IN_PROGRESS"]})["Backups"]
    return lambda: described_backup(world.cloudhsm, backup[0]["BackupId"])["BackupState"]


def backup_copy(world):
    cluster = world.aws.cluster()
    world.after_a_while()
    backup = latest_backup(world.cloudhsm, cluster.cluster_id)
    world.cloudhsm.copy_backup_to_region(BackupId=backup["BackupId"], DestinationRegion=AWAY)
    away = SESSION.client("cloudhsmv2", AWAY)
    return lambda: away.describe_backups()["Backups"][0]["BackupState"]


def key_store_disconnection(world):
    store = world.aws.key_store("ExampleKeyStore")
    world.kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    return world.store_state(store)


def key_store_connection(world, make="key_store"):
    store = getattr(world.aws, make)("ExampleKeyStore")
    world.kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    world.after_a_while()
    world.kms.connect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    return world.store_state(store)


def external_key_store_connection(world):
    return key_store_connection(world, "external_key_store")


def on_demand_key_rotation(world):
    key_id = world.kms.create_key()["KeyMetadata"]["KeyId"]
    world.kms.rotate_key_on_demand(KeyId=key_id)
    return lambda: "OnDemandRotationStartDate" in world.kms.get_key_rotation_status(KeyId=key_id)


def replica_key_creation(world):
    key_id = world.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    world.kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)
    return world.key_state(key_id, world.kms_away)


def primary_region_update(world):
    look = replica_key_creation(world)
    world.after_a_while()
    (key,) = world.kms.list_keys()["Keys"]
    world.kms.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=AWAY)
    return look


CHANGES = {
    # what begins it and gives a look at it: how long it lasts
    backup_copy: dt.timedelta(minutes=10),
    backup_creation: dt.timedelta(minutes=5),
    cluster_activation: dt.timedelta(seconds=80),
    cluster_creation: dt.timedelta(minutes=5),
    cluster_deletion: dt.timedelta(minutes=5),
    cluster_initialization: dt.timedelta(minutes=5),
    cluster_type_change: dt.timedelta(minutes=30),
    external_key_store_connection: dt.timedelta(minutes=5),
    hsm_creation: dt.timedelta(seconds=313),
    hsm_deletion: dt.timedelta(minutes=3),
    key_store_connection: dt.timedelta(minutes=20),
    key_store_disconnection: dt.timedelta(minutes=1),
    on_demand_key_rotation: dt.timedelta(seconds=10),
    primary_region_update: dt.timedelta(seconds=5),
    replica_key_creation: dt.timedelta(seconds=5),
}


@pytest.mark.parametrize("begin", CHANGES, ids=lambda begin: begin.__name__)
def test_a_slow_change_takes_aws_time(world, begin):
    """A change goes on until the last second of its time, and is over after it."""
    look = begin(world)
    going_on = look()
    world.aws.clock.advance(CHANGES[begin] - dt.timedelta(seconds=1))
    assert look() == going_on

    world.aws.clock.advance(dt.timedelta(seconds=1))

    assert look() != going_on


def test_the_time_of_every_slow_change_is_known():
    """No change of the table of times is missing here."""
    named = {name.lower().replace(" ", "_").replace("-", "_") for name in REALISTIC}

    assert {begin.__name__ for begin in CHANGES} == named

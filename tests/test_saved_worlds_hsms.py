"""Worlds on disk: clusters, HSMs, backups, custom key stores of both types, their proxies."""

import json

import pytest
from backups import backups_of, described_backup, latest_backup, sharing
from clients_at_hand import NO_RETRIES, REGION, SESSION
from clusters import ADMIN_PASSWORD, SUBNETS, ZONES, cluster_with_csr, described
from clusters import signed as signed_certificate
from clusters import trust_anchor as own_trust_anchor
from expect import refused
from external_key_stores import SERVICE, in_vpc
from external_key_stores import create_key as create_external_key
from key_stores import (
    PASSWORD,
    admin_cli,
    as_kms_user,
    create,
    create_key,
    entry,
    fit_cluster,
    key_state,
    outcome,
    state,
    succeed,
)
from saved_worlds import loaded

from kmsmock import AfterPolls, mock_kms_cloudhsm


@pytest.fixture
def path(tmp_path):
    return tmp_path / "world.json"


@pytest.fixture
def kms():
    """A client for whatever world is active."""
    return SESSION.client("kms", region_name=REGION, config=NO_RETRIES)


@pytest.fixture
def cloudhsm():
    """A client for whatever world is active."""
    return SESSION.client("cloudhsmv2", region_name=REGION, config=NO_RETRIES)


def saving(path, **settings):
    """A mock whose world is saved at the end of the block."""
    return _Saving(path, settings)


class _Saving:
    def __init__(self, path, settings):
        self._path, self._mock = path, mock_kms_cloudhsm(region=REGION, **settings)

    def __enter__(self):
        self._aws = self._mock.__enter__()
        return self._aws

    def __exit__(self, kind, *error):
        if kind is None:
            self._aws.save(self._path)
        self._mock.__exit__(kind, *error)


# AWS CloudHSM key stores


def test_a_key_in_a_key_store_decrypts_what_it_encrypted(path, kms):
    """Its material is in the cluster's HSMs again, and the store is connected."""
    with saving(path) as aws:
        store = aws.key_store("store")
        key_id = create_key(kms, store.custom_key_store_id)["KeyId"]
        sealed = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

    with loaded(path):
        assert state(kms, store.custom_key_store_id) == "CONNECTED"
        assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
        assert create_key(kms, store.custom_key_store_id)["KeyState"] == "Enabled"


def test_kms_stays_logged_in_as_kmsuser(path, kms):
    """Nobody else can log in as kmsuser while the store is connected, and KMS can log in again."""
    with saving(path) as aws:
        store = aws.key_store("store")

    with loaded(path) as aws:
        cli = admin_cli(aws, store.cluster)
        refusal = cli.user_change_password("kmsuser", PASSWORD, "crypto-user")
        assert (refusal["error_code"], "logged in" in refusal["data"]) == (1, True)
        store_id = store.custom_key_store_id
        as_kms_user(aws, kms, store.cluster, store_id).logout()
        kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=PASSWORD)
        assert outcome(kms, store_id) == "CONNECTED"


def test_sessions_of_the_cloudhsm_cli_end_with_their_process(path, kms):
    """Who was logged in as kmsuser keeps no loaded world's KMS out."""
    with saving(path) as aws:
        cluster = fit_cluster(aws)
        store_id = create(kms, cluster)
        succeed(aws.cloudhsm_cli(cluster.cluster_id).login("kmsuser", PASSWORD, "crypto-user"))

    with loaded(path):
        assert outcome(kms, store_id) == "CONNECTED"


def test_a_connection_that_had_begun_ends_in_the_loaded_world(path, kms):
    """After the rest of its twenty minutes."""
    with saving(path, transitions="realistic") as aws:
        store_id = create(kms, fit_cluster(aws))
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)
        aws.clock.advance(minutes=15)

    with loaded(path) as aws:
        aws.clock.advance(minutes=4)
        assert state(kms, store_id) == "CONNECTING"
        aws.clock.advance(minutes=2)
        assert state(kms, store_id) == "CONNECTED"


def test_a_connection_that_was_to_fail_fails_in_the_loaded_world(path, kms):
    """A planned fault that has struck is part of the world, unlike one that waits for a call."""
    with saving(path, transitions="realistic") as aws:
        store_id = create(kms, fit_cluster(aws))
        aws.faults.add("kms", "ConnectCustomKeyStore", error="INTERNAL_ERROR", times=1)
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    with loaded(path) as aws:
        aws.clock.advance(hours=1)
        assert entry(kms, store_id)["ConnectionErrorCode"] == "INTERNAL_ERROR"


def test_a_key_store_can_be_made_on_a_loaded_cluster(path, kms):
    """The trust anchor is the cluster's, and its users have their passwords."""
    with saving(path) as aws:
        cluster = fit_cluster(aws)

    with loaded(path):
        assert outcome(kms, create(kms, cluster)) == "CONNECTED"


def test_a_broken_network_is_saved(path, kms):
    """A subnet that was deleted, an HSM that failed, a cluster that KMS does not reach."""
    with saving(path) as aws:
        store = aws.key_store("store")
        cluster_id = store.cluster.cluster_id
        key_id = create_key(kms, store.custom_key_store_id)["KeyId"]
        aws.network.disconnect(cluster_id)

    with loaded(path) as aws:
        with refused("KMSInvalidStateException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"text")
        aws.network.reconnect(cluster_id)
        kms.encrypt(KeyId=key_id, Plaintext=b"text")


# Clusters


def test_a_cluster_is_initialized_in_the_loaded_world(path, cloudhsm):
    """With the certificate that was signed for it before."""
    with saving(path):
        cluster_id = cluster_with_csr(cloudhsm)
        certificates = described(cloudhsm, cluster_id)["Certificates"]

    with loaded(path) as aws:
        assert described(cloudhsm, cluster_id)["Certificates"] == certificates
        cloudhsm.initialize_cluster(
            ClusterId=cluster_id,
            SignedCert=signed_certificate(certificates["ClusterCsr"]),
            TrustAnchor=own_trust_anchor(),
        )
        succeed(aws.cloudhsm_cli(cluster_id).activate(ADMIN_PASSWORD))
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])
        assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"


def test_an_hsm_is_made_to_its_end_in_the_loaded_world(path, cloudhsm):
    """It comes with what the backup had that was made for it, and keeps its address."""
    with saving(path, transitions=AfterPolls(1)) as aws:
        cluster = aws.cluster(hsms=1)
        hsm = cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[1])["Hsm"]
        succeed(admin_cli(aws, cluster).user_create("crypto", PASSWORD, "crypto-user"))

    with loaded(path) as aws:
        described(cloudhsm, cluster.cluster_id)
        hsms = described(cloudhsm, cluster.cluster_id)["Hsms"]
        users = succeed(admin_cli(aws, cluster).user_list())["users"]

    assert [it["State"] for it in hsms] == ["ACTIVE", "ACTIVE"]
    assert hsms[1]["EniIp"] == hsm["EniIp"]
    coverage = {user["username"]: user["cluster-coverage"] for user in users}
    assert (coverage["admin"], coverage["crypto"]) == ("full", "inconsistent")


def test_an_hsm_that_a_file_deletes_twice_is_gone_once(path, cloudhsm):
    """What is gone when its time comes needs nothing any more."""
    with saving(path, transitions="realistic") as aws:
        cluster_id = aws.cluster(hsms=2).cluster_id
        hsm, other = described(cloudhsm, cluster_id)["Hsms"]
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])
    document = json.loads(path.read_text())
    document["due"] += [work for work in document["due"] if work["deed"] == "hsm deletion"]
    path.write_text(json.dumps(document))

    with loaded(path) as aws:
        aws.clock.advance(hours=1)

        assert described(cloudhsm, cluster_id)["Hsms"] == [other]


def test_a_cluster_in_another_type_of_hsms_can_go_back(path, cloudhsm):
    """Within its 24 hours, and then no more."""
    with saving(path) as aws:
        ids = [aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id for _ in range(2)]
        for cluster_id in ids:
            cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")
            assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"

    with loaded(path) as aws:
        aws.clock.advance(hours=23)
        cloudhsm.modify_cluster(ClusterId=ids[0], HsmType="hsm1.medium")
        aws.clock.advance(hours=2)
        with refused("CloudHsmInvalidRequestException"):
            cloudhsm.modify_cluster(ClusterId=ids[1], HsmType="hsm1.medium")


# Backups


def test_a_cluster_is_made_of_a_loaded_backup(path, cloudhsm):
    """With its users and keys, and key references that none of its history has."""
    with saving(path) as aws:
        cluster = fit_cluster(aws)
        cli = aws.cloudhsm_cli(cluster.cluster_id)
        succeed(cli.login("kmsuser", PASSWORD, "crypto-user"))
        made = succeed(cli.key_generate_symmetric_aes("mine"))["key"]
        aws.clock.advance(days=1)
        backup = latest_backup(cloudhsm, cluster.cluster_id)

    with loaded(path) as aws:
        copy = cloudhsm.create_cluster(
            HsmType="hsm2m.medium",
            Mode="FIPS",
            SubnetIds=SUBNETS,
            SourceBackupId=backup["BackupId"],
        )["Cluster"]["ClusterId"]
        for zone in ZONES:
            cloudhsm.create_hsm(ClusterId=copy, AvailabilityZone=zone)
        described(cloudhsm, copy)
        cli = aws.cloudhsm_cli(copy)
        succeed(cli.login("kmsuser", PASSWORD, "crypto-user"))
        [found] = succeed(cli.key_list())["matched_keys"]
        assert found["key-reference"] == made["key-reference"]
        mine = succeed(cli.key_generate_symmetric_aes("other"))["key"]["key-reference"]
        original = aws.cloudhsm_cli(cluster.cluster_id)
        succeed(original.login("kmsuser", PASSWORD, "crypto-user"))
        theirs = succeed(original.key_generate_symmetric_aes("other"))["key"]["key-reference"]
        assert len({made["key-reference"], mine, theirs}) == 3


def test_backups_come_and_go_in_the_loaded_world(path, cloudhsm):
    """One more each day; one that was deleted goes after its seven days, or is taken back."""
    with saving(path) as aws:
        cluster_id = aws.cluster().cluster_id
        first, second, *_rest = backups_of(cloudhsm, cluster_id)
        for backup in (first, second):
            cloudhsm.delete_backup(BackupId=backup["BackupId"])
        count = len(backups_of(cloudhsm, cluster_id))

    with loaded(path) as aws:
        cloudhsm.restore_backup(BackupId=second["BackupId"])
        aws.clock.advance(days=8)
        assert len(backups_of(cloudhsm, cluster_id)) == count + 8
        assert described_backup(cloudhsm, first["BackupId"])["BackupState"] == "DELETED"
        assert described_backup(cloudhsm, second["BackupId"])["BackupState"] == "READY"


def test_a_shared_backup_stays_shared(path, cloudhsm):
    """With its policy, its promotion and its tags."""
    partner = SESSION.client(
        "cloudhsmv2",
        region_name=REGION,
        aws_access_key_id="210987654321",
        aws_secret_access_key="secret",
    )
    with saving(path) as aws:
        backup = latest_backup(cloudhsm, aws.cluster().cluster_id)
        policy = sharing("210987654321", "cloudhsm:DescribeBackups")
        cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)
        cloudhsm.tag_resource(
            ResourceId=backup["BackupId"], TagList=[{"Key": "team", "Value": "a"}]
        )
        aws.promote_backup_share(backup["BackupId"])

    with loaded(path):
        [shared] = partner.describe_backups(Shared=True)["Backups"]
        assert shared["BackupId"] == backup["BackupId"]
        assert shared["TagList"] == [{"Key": "team", "Value": "a"}]
        answer = cloudhsm.get_resource_policy(ResourceArn=backup["BackupArn"])
        assert answer["Policy"] == policy


# External key stores


def test_an_external_key_decrypts_what_it_encrypted(path, kms):
    """Its store is connected to the same proxy, which has the external key again."""
    with saving(path) as aws:
        store = aws.external_key_store("store")
        store.proxy.add_key("external-key-1")
        key_id = create_external_key(kms, store.custom_key_store_id)["KeyId"]
        sealed = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

    with loaded(path):
        assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
        with refused("XksKeyAlreadyInUseException"):
            create_external_key(kms, store.custom_key_store_id)


def test_a_broken_proxy_is_saved(path, kms):
    """It still does not answer, and the key is still there."""
    with saving(path) as aws:
        store = aws.external_key_store("store")
        store.proxy.add_key("external-key-1")
        key_id = create_external_key(kms, store.custom_key_store_id)["KeyId"]
        store.proxy.fail("timeout")

    with loaded(path):
        assert key_state(kms, key_id) == "Enabled"
        with refused("KMSInvalidStateException"):
            kms.encrypt(KeyId=key_id, Plaintext=b"text")


def test_a_store_behind_a_vpc_endpoint_service_connects_in_the_loaded_world(path, kms):
    """The service is there, and so is the connection that had begun."""
    with saving(path, transitions="realistic") as aws:
        request = in_vpc(aws, aws.external_key_store_proxy())
        store_id = kms.create_custom_key_store(**request)["CustomKeyStoreId"]
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    with loaded(path) as aws:
        assert state(kms, store_id) == "CONNECTING"
        aws.clock.advance(minutes=6)
        assert state(kms, store_id) == "CONNECTED"
        configuration = entry(kms, store_id)["XksProxyConfiguration"]
        assert configuration["VpcEndpointServiceName"] == SERVICE

"""A world with something of everything in it, and whatever can be done in it."""

import contextlib
import datetime as dt
import json
from dataclasses import dataclass, field

import imports
from backups import backups_of, sharing
from botocore.exceptions import ClientError
from clients_at_hand import NO_RETRIES, REGION, SESSION
from external_key_stores import SERVICE
from external_key_stores import create_key as create_external_key

ROLE = "arn:aws:iam::123456789012:role/app"
OTHER_ACCOUNT = "210987654321"
SUBNET = "subnet-0123456789abcdef0"
PASSWORD = "password1"


@dataclass
class Ids:
    """How the things in such a world are named."""

    keys: list = field(default_factory=list)
    store: str = ""
    cluster: str = ""
    admin_password: str = ""
    old_cluster: str = ""
    external_store: str = ""
    endpoint: str = ""
    app: object = None


class Rich:
    """Such a world and clients for it.

    Args:
        ids: of a world that was built before, and saved.
    """

    def __init__(self, aws, ids=None):
        self.aws = aws
        self.kms = SESSION.client("kms", region_name=REGION, config=NO_RETRIES)
        self.west = SESSION.client("kms", region_name="us-west-2", config=NO_RETRIES)
        self.cloudhsm = SESSION.client("cloudhsmv2", region_name=REGION, config=NO_RETRIES)
        self.ids = ids or Ids()
        if ids is None:
            self._build_stores()
            self._build_keys()

    def _build_stores(self):
        ids, aws = self.ids, self.aws
        store = aws.key_store("store")
        ids.store, ids.cluster = store.custom_key_store_id, store.cluster.cluster_id
        ids.admin_password = store.cluster.admin_password
        ids.old_cluster = aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id
        external = aws.external_key_store("external")
        external.proxy.add_key("external-key-1")
        ids.external_store, ids.endpoint = external.custom_key_store_id, external.proxy.endpoint
        aws.network.vpc_endpoint_service(SERVICE, private_dns_name="proxy.example.com")

    def _build_keys(self):
        ids, kms = self.ids, self.kms
        kinds = (
            {},
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            {"MultiRegion": True},
            {"Origin": "EXTERNAL"},
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": ids.store},
            {"Origin": "EXTERNAL", "MultiRegion": True},
        )
        ids.keys = [kms.create_key(**kind)["KeyMetadata"]["KeyId"] for kind in kinds]
        ids.keys.append(create_external_key(kms, ids.external_store)["KeyId"])
        imports.import_material(kms, ids.keys[6])
        for key in (ids.keys[3], ids.keys[6]):
            kms.replicate_key(KeyId=key, ReplicaRegion="us-west-2")
        for number, key in enumerate(ids.keys):
            kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key)
            if number in (0, 3):
                self.grant(key)
        kms.enable_key_rotation(KeyId=ids.keys[0])
        imports.parameters(kms, ids.keys[4])
        ids.app = self.aws.client("kms", principal=ROLE, config=NO_RETRIES)
        kms.schedule_key_deletion(KeyId=ids.keys[1], PendingWindowInDays=10)
        self.aws.clock.advance(minutes=1)

    @property
    def proxy(self):
        return self.aws._world.proxies.builtin[self.ids.endpoint]

    def grant(self, key):
        self.kms.create_grant(
            KeyId=key,
            GranteePrincipal=ROLE,
            RetiringPrincipal=ROLE,
            Operations=["DescribeKey"],
            Constraints={"EncryptionContextSubset": {"a": "b"}},
        )

    def hsm_ids(self, cluster):
        [described] = self.cloudhsm.describe_clusters(Filters={"clusterIds": [cluster]})["Clusters"]
        return [hsm["HsmId"] for hsm in described["Hsms"]]

    def delete_an_hsm(self, cluster):
        self.cloudhsm.delete_hsm(ClusterId=cluster, HsmId=self.hsm_ids(cluster)[0])

    def a_backup(self):
        return backups_of(self.cloudhsm, self.ids.cluster)[0]

    def share_backup(self):
        backup = self.a_backup()
        policy = sharing(OTHER_ACCOUNT)
        self.cloudhsm.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)
        self.aws.promote_backup_share(backup["BackupId"])

    def revoke(self, key):
        grant = self.kms.list_grants(KeyId=key)["Grants"][0]
        self.kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])

    def import_for_days(self, kms, key, material, days, **members):
        valid_to = self.aws.clock.now() + dt.timedelta(days=days)
        imports.import_material(kms, key, material, ValidTo=valid_to, **members)

    def in_cli(self, command):
        """Let the administrator give a command, and leave."""
        cli = self.aws.cloudhsm_cli(self.ids.cluster)
        cli.login("admin", self.ids.admin_password, "admin")
        command(cli)
        cli.logout()

    def new_hsm_key(self):
        self.in_cli(lambda cli: cli.user_create("crypto", PASSWORD, "crypto-user"))
        cli = self.aws.cloudhsm_cli(self.ids.cluster)
        cli.login("crypto", PASSWORD, "crypto-user")
        cli.key_generate_symmetric_aes("mine", 16)
        cli.login("crypto", "wrong password", "crypto-user")
        cli.logout()


def day(rich, days):
    return rich.aws.clock.now() + dt.timedelta(days=days)


TAG = [{"TagKey": "a", "TagValue": "b"}]
NEW = {"ImportType": "NEW_KEY_MATERIAL"}
DEEDS = {
    "advance a little": lambda rich, _key: rich.aws.clock.advance(minutes=3),
    "advance a day": lambda rich, _key: rich.aws.clock.advance(days=1),
    "advance a lot": lambda rich, _key: rich.aws.clock.advance(days=400),
    "travel back": lambda rich, _key: rich.aws.clock.travel_to(day(rich, -2)),
    "freeze": lambda rich, _key: rich.aws.clock.freeze(),
    "make a key": lambda rich, _key: rich.kms.create_key(Tags=TAG),
    "make a key elsewhere": lambda rich, _key: rich.west.create_key(),
    "disable": lambda rich, key: rich.kms.disable_key(KeyId=key),
    "describe": lambda rich, key: rich.kms.update_key_description(KeyId=key, Description="néw"),
    "tag": lambda rich, key: rich.kms.tag_resource(KeyId=key, Tags=TAG),
    "name": lambda rich, key: rich.kms.create_alias(AliasName="alias/new", TargetKeyId=key),
    "rename": lambda rich, key: rich.kms.update_alias(AliasName="alias/0", TargetKeyId=key),
    "unname": lambda rich, _key: rich.kms.delete_alias(AliasName="alias/0"),
    "grant": lambda rich, key: rich.grant(key),
    "revoke": lambda rich, key: rich.revoke(key),
    "rotate": lambda rich, key: rich.kms.rotate_key_on_demand(KeyId=key),
    "rotate always": lambda rich, key: rich.kms.enable_key_rotation(
        KeyId=key, RotationPeriodInDays=100
    ),
    "stop rotating": lambda rich, key: rich.kms.disable_key_rotation(KeyId=key),
    "use": lambda rich, key: rich.kms.encrypt(KeyId=key, Plaintext=b"text"),
    "use S3's": lambda rich, _key: rich.kms.describe_key(KeyId="alias/aws/s3"),
    "delete": lambda rich, key: rich.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
    "delete elsewhere": lambda rich, key: rich.west.schedule_key_deletion(
        KeyId=key, PendingWindowInDays=7
    ),
    "keep": lambda rich, key: rich.kms.cancel_key_deletion(KeyId=key),
    "register": lambda rich, key: rich.aws.register_ciphertext(
        b"from AWS", plaintext=b"text", key_id=key
    ),
    "replicate": lambda rich, key: rich.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1"),
    "change places": lambda rich, key: rich.kms.update_primary_region(
        KeyId=key, PrimaryRegion="us-west-2"
    ),
    "ask for a token": lambda rich, key: imports.parameters(rich.kms, key),
    "import": lambda rich, key: rich.import_for_days(rich.kms, key, imports.MATERIAL, 3),
    "import elsewhere": lambda rich, key: rich.import_for_days(rich.west, key, imports.MATERIAL, 4),
    "import more": lambda rich, key: rich.import_for_days(
        rich.kms, key, imports.OTHER_MATERIAL, 5, **NEW
    ),
    "import more elsewhere": lambda rich, key: rich.import_for_days(
        rich.west, key, imports.OTHER_MATERIAL, 5
    ),
    "delete material": lambda rich, key: rich.kms.delete_imported_key_material(KeyId=key),
    "disconnect": lambda rich, _key: rich.kms.disconnect_custom_key_store(
        CustomKeyStoreId=rich.ids.store
    ),
    "connect": lambda rich, _key: rich.kms.connect_custom_key_store(
        CustomKeyStoreId=rich.ids.store
    ),
    "disconnect outside": lambda rich, _key: rich.kms.disconnect_custom_key_store(
        CustomKeyStoreId=rich.ids.external_store
    ),
    "connect outside": lambda rich, _key: rich.kms.connect_custom_key_store(
        CustomKeyStoreId=rich.ids.external_store
    ),
    "break the proxy": lambda rich, _key: setattr(rich.proxy, "failure", "timeout"),
    "make a proxy": lambda rich, _key: rich.aws.external_key_store_proxy(),
    "listen elsewhere": lambda rich, _key: rich.aws.network.route_proxy(
        "https://xks.example.com", "http://127.0.0.1:8080"
    ),
    "delete an HSM": lambda rich, _key: rich.delete_an_hsm(rich.ids.cluster),
    "make an HSM": lambda rich, _key: rich.cloudhsm.create_hsm(
        ClusterId=rich.ids.cluster, AvailabilityZone=f"{REGION}c"
    ),
    "break an HSM": lambda rich, _key: rich.aws.hsm(rich.hsm_ids(rich.ids.cluster)[0]).fail(),
    "lose a user": lambda rich, _key: rich.aws.hsm(rich.hsm_ids(rich.ids.cluster)[0]).forget_user(
        "kmsuser"
    ),
    "delete a backup": lambda rich, _key: rich.cloudhsm.delete_backup(
        BackupId=rich.a_backup()["BackupId"]
    ),
    "restore a backup": lambda rich, _key: rich.cloudhsm.restore_backup(
        BackupId=rich.a_backup()["BackupId"]
    ),
    "copy a backup": lambda rich, _key: rich.cloudhsm.copy_backup_to_region(
        DestinationRegion="us-west-2", BackupId=rich.a_backup()["BackupId"]
    ),
    "keep a backup": lambda rich, _key: rich.cloudhsm.modify_backup_attributes(
        BackupId=rich.a_backup()["BackupId"], NeverExpires=True
    ),
    "share a backup": lambda rich, _key: rich.share_backup(),
    "make an HSM key": lambda rich, _key: rich.new_hsm_key(),
    "tag the cluster": lambda rich, _key: rich.cloudhsm.tag_resource(
        ResourceId=rich.ids.cluster, TagList=[{"Key": "a", "Value": "b"}]
    ),
    "keep backups for days": lambda rich, _key: rich.cloudhsm.modify_cluster(
        ClusterId=rich.ids.cluster, BackupRetentionPolicy={"Type": "DAYS", "Value": "7"}
    ),
    "change HSMs": lambda rich, _key: rich.cloudhsm.modify_cluster(
        ClusterId=rich.ids.old_cluster, HsmType="hsm2m.medium"
    ),
    "make a cluster": lambda rich, _key: rich.aws.cluster(hsms=1),
    "begin a cluster": lambda rich, _key: rich.cloudhsm.create_cluster(
        HsmType="hsm1.medium", SubnetIds=[SUBNET]
    ),
    "cluster from a backup": lambda rich, _key: rich.cloudhsm.create_cluster(
        HsmType="hsm2m.medium",
        Mode="FIPS",
        SubnetIds=[SUBNET],
        SourceBackupId=rich.a_backup()["BackupId"],
    ),
    "empty a cluster": lambda rich, _key: rich.delete_an_hsm(rich.ids.old_cluster),
    "delete a cluster": lambda rich, _key: rich.cloudhsm.delete_cluster(
        ClusterId=rich.ids.old_cluster
    ),
    "cut the network": lambda rich, _key: rich.aws.network.disconnect(rich.ids.cluster),
    "use all addresses": lambda rich, _key: rich.aws.network.exhaust_subnet(SUBNET),
    "declare a caller": lambda rich, _key: rich.aws.session(
        principal=f"{ROLE}2",
        policies=[{"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}],
        session_policies=[],
        context={"aws:SourceArn": "arn:aws:s3:::bucket"},
    ),
    "let a service call": lambda rich, _key: rich.aws.session(principal="logs.amazonaws.com"),
    "forget a caller": lambda rich, _key: rich.aws.delete_principal(ROLE),
    "delay grants": lambda rich, _key: rich.aws.grants_need_tokens(minutes=3),
    "enforce quotas": lambda rich, _key: rich.aws.quotas.enforce(clusters=9, rates={"Sign": 0.5}),
    "call as the caller": lambda rich, key: rich.ids.app.describe_key(KeyId=key),
    "change the policy": lambda rich, key: rich.kms.put_key_policy(KeyId=key, Policy=POLICY),
}
POLICY = json.dumps(
    {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"}
            for who in (ROLE, "arn:aws:iam::123456789012:root")
        ]
    },
    indent=2,
)
"""Not as Python's `json` writes it by default."""


def do(rich, deeds):
    """Do what can be done of it."""
    for deed, number in deeds:
        with contextlib.suppress(ClientError, LookupError, ValueError):
            DEEDS[deed](rich, rich.ids.keys[number])

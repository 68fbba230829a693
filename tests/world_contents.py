"""What a world has that has something of everything, and what the requests to it can name."""

import boto3
import good_requests
import imports
import key_stores
from any_requests import NOW
from attestation import document
from backups import sharing
from botocore_knows import names as names_of_botocore
from clusters import (
    active_cluster,
    cluster_with_csr,
    described,
    initialized_cluster,
    new_cluster,
    signed,
    trust_anchor,
)
from external_key_stores import CREDENTIAL
from key_situations import AWAY, HOME, PEER_PUBLIC, client_in
from model_requests import as_json
from policies import ACCOUNT, DELEGATING, OTHER_ROLE, PARTNER, ROLE, allow, policy

KINDS = (
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ("ML_DSA_44", "SIGN_VERIFY"),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
)
LATEST = "latest of "
"""A value that stands for the one of this name that an answer gave last."""
REMEMBERED = (
    *("AliasName", "BackupId", "CiphertextBlob", "ClusterId", "CustomKeyStoreId", "GrantId"),
    *("GrantToken", "HsmId", "ImportToken", "KeyId", "KeyMaterialId", "Mac", "NextMarker"),
    *("SharedSecretCiphertextBlob", "Signature"),
)
ID_OF = {
    **dict.fromkeys(("TargetKeyId", "SourceKeyId", "DestinationKeyId"), "KeyId"),
    "ResourceId": "ClusterId",
    "SourceBackupId": "BackupId",
    "GrantTokens": "GrantToken",
    "Marker": "NextMarker",
}
"""Members of requests, and those of answers that they take up."""
RAW_KEY_ID = "12345678-1234-1234-1234-123456789012"
SOME_PRINCIPALS = [ROLE, OTHER_ROLE, ACCOUNT, PARTNER, f"arn:aws:iam::{PARTNER}:root", "none", "*"]


class Contents:
    """Keys, stores, clusters and backups of many kinds and states.

    Attributes:
        values: service -> the name of a member -> values that are something in this world, or
            nearly are, as JSON has them.
        good: (service, operation) -> requests that succeed as long as nothing else was done.
    """

    def __init__(self, aws):
        self.aws = aws
        aws.clock.travel_to(NOW)
        aws.clock.freeze()
        self.kms, self.cloudhsm = client_in(HOME), boto3.client("cloudhsmv2", region_name=HOME)
        self.values, self.good = {}, {}
        self._fill_cloudhsm()
        self._fill_kms()
        self.good = {
            of: [as_json(request) for request in requests] for of, requests in self.good.items()
        }

    def _create(self, **members):
        return self.kms.create_key(**members)["KeyMetadata"]["KeyId"]

    def _fill_kms(self):
        keys = {
            kind: self._create(KeySpec=kind[0], KeyUsage=kind[1], MultiRegion=kind[0][0] == "S")
            for kind in KINDS
            if set(kind) <= names_of_botocore()
        }
        main, rsa = keys[KINDS[0]], keys[KINDS[1]]
        awaiting, imported = self._create(Origin="EXTERNAL"), self._create(Origin="EXTERNAL")
        imports.import_material(self.kms, imported)
        leaving, disabled = self._create(), self._create()
        store, external = self.aws.key_store("store"), self.aws.external_key_store("external")
        external.proxy.add_key("external-key")
        in_store = self._create(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id)
        outside = self._create(
            Origin="EXTERNAL_KEY_STORE",
            CustomKeyStoreId=external.custom_key_store_id,
            XksKeyId="external-key",
        )
        external.proxy.add_key("another-key")
        apart = key_stores.fit_cluster(self.aws)
        disconnected = key_stores.create(self.kms, apart)
        free = key_stores.fit_cluster(self.aws)
        blobs = [
            self.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
            for key in (main, imported, leaving, disabled, in_store, outside)
        ]
        oaep = "RSAES_OAEP_SHA_256"
        blobs.append(
            self.kms.encrypt(KeyId=rsa, Plaintext=b"x", EncryptionAlgorithm=oaep)["CiphertextBlob"]
        )
        self.kms.schedule_key_deletion(KeyId=leaving)
        self.kms.disable_key(KeyId=disabled)
        self.kms.create_alias(AliasName="alias/a", TargetKeyId=main)
        self.kms.tag_resource(KeyId=main, Tags=[{"TagKey": "a", "TagValue": "b"}])
        self.kms.replicate_key(KeyId=main, ReplicaRegion=AWAY)
        self.kms.rotate_key_on_demand(KeyId=main)
        grant = self.kms.create_grant(
            KeyId=main, GranteePrincipal=OTHER_ROLE, RetiringPrincipal=ROLE, Operations=["Decrypt"]
        )
        given = imports.parameters(self.kms, awaiting)
        known = self.kms.describe_key(KeyId=main)["KeyMetadata"]
        arn = known["Arn"]
        ids = [*keys.values(), awaiting, imported, leaving, disabled, in_store, outside]
        names = [
            *(6 * ids),
            arn,
            "alias/a",
            "alias/aws/s3",
            "alias/none",
            arn.replace(HOME, AWAY),
            arn.replace(ACCOUNT, PARTNER),
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/a",
            "arn:aws:kms",
            RAW_KEY_ID,
            "none",
        ]
        values = {
            **dict.fromkeys(("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"), names),
            "AliasName": ["alias/a", "alias/b", "alias/aws/s3", "alias/", "a"],
            "AttestationDocument": [document(), b"none"],
            "CiphertextBlob": [*blobs, blobs[0] + b"x", blobs[0][:-1], b"none"],
            "CloudHsmClusterId": [free.cluster_id, apart.cluster_id, store.cluster.cluster_id],
            "CustomKeyStoreId": [
                *(store.custom_key_store_id, external.custom_key_store_id, disconnected),
                "cks-1234567890abcdef0",
            ],
            "CustomKeyStoreName": ["store", "external", key_stores.NAME, "another"],
            "EncryptedKeyMaterial": [imports.wrap(given["PublicKey"], bytes(32)), b"none"],
            "GrantId": [grant["GrantId"], "0" * 64, "none"],
            "GrantToken": [*(6 * [grant["GrantToken"]]), "none"],
            "GrantTokens": [*(6 * [grant["GrantToken"]]), "none"],
            "GranteePrincipal": SOME_PRINCIPALS,
            "RetiringPrincipal": SOME_PRINCIPALS,
            "ImportToken": [given["ImportToken"], b"none"],
            "KeyMaterialId": [known["CurrentKeyMaterialId"], "0" * 64],
            "KeyStorePassword": [key_stores.PASSWORD, "another1"],
            "NewCustomKeyStoreName": ["store", "another"],
            "Mac": [bytes(32)],
            "Marker": [self.kms.list_keys(Limit=1)["NextMarker"], "none"],
            "Policy": [DELEGATING, policy(allow(principal=OTHER_ROLE)), "{}", "none", "[]", "1"],
            "PolicyName": ["default", "default", "none"],
            "PublicKey": [PEER_PUBLIC, b"none"],
            "ReplicaRegion": [AWAY, HOME, "ap-southeast-2", "cn-north-1", "nowhere-1"],
            "PrimaryRegion": [AWAY, HOME, "nowhere-1"],
            "SharedSecretCiphertextBlob": [bytes(1088), b"none"],
            "Signature": [bytes(64), b"none"],
            "TagKey": ["a", "b", "aws:c"],
            "TagKeys": ["a", "b", "aws:c"],
            "TrustAnchorCertificate": [free.trust_anchor, trust_anchor(), "none"],
            "XksKeyId": ["external-key", "another-key", "none"],
            "XksProxyAuthenticationCredential": [CREDENTIAL],
        }
        values |= {
            name: [value, "none"]
            for name, value in external.proxy.parameters.items()
            if name.startswith("XksProxyUri")
        }
        self.values["kms"] = _with_latest(values)
        self.good |= good_requests.to_kms(
            self.kms,
            good_requests.Keys(
                keys=keys,
                awaiting=awaiting,
                imported=imported,
                leaving=leaving,
                disabled=disabled,
                connected=store.custom_key_store_id,
                disconnected=disconnected,
                free=free,
                grant=grant,
                import_token=given["ImportToken"],
                wrapped=values["EncryptedKeyMaterial"][0],
            ),
        )

    def _fill_cloudhsm(self):
        cloudhsm = self.cloudhsm
        kinds = (new_cluster, cluster_with_csr, initialized_cluster)
        new, waiting, initialized = (make(cloudhsm) for make in kinds)
        active = active_cluster(self.aws, cloudhsm)
        gone = new_cluster(cloudhsm)
        cloudhsm.delete_cluster(ClusterId=gone)
        csr = described(cloudhsm, waiting)["Certificates"]["ClusterCsr"]
        cluster = described(cloudhsm, active)
        hsm = cluster["Hsms"][0]
        cloudhsm.tag_resource(ResourceId=active, TagList=[{"Key": "a", "Value": "b"}])
        ready, *_others, leaving = (backup for backup in cloudhsm.describe_backups()["Backups"])
        cloudhsm.delete_backup(BackupId=leaving["BackupId"])
        shared = sharing(f"arn:aws:iam::{PARTNER}:root")
        cloudhsm.put_resource_policy(ResourceArn=ready["BackupArn"], Policy=shared)
        clusters = [new, waiting, waiting, initialized, active, active, gone]
        backups = [ready["BackupId"], ready["BackupId"], leaving["BackupId"]]
        values = {
            "AvailabilityZone": ["us-east-1a", "us-east-1b", "eu-west-1a"],
            "BackupId": backups,
            "ClusterId": clusters,
            "DestinationRegion": [AWAY, HOME, "us-gov-west-1"],
            "EniId": [hsm["EniId"], "eni-01234567"],
            "EniIp": [hsm["EniIp"], "10.0.0.250"],
            "HsmId": [hsm["HsmId"], "hsm-aaaaaaaaaaa"],
            "HsmType": ["hsm1.medium", "hsm2m.medium", "hsm9.huge"],
            "IpAddress": ["10.0.1.9", "10.0.2.9", "10.0.300.1"],
            "Key": ["a", "b", "aws:c"],
            "NextToken": [cloudhsm.describe_clusters(MaxResults=1)["NextToken"], "none"],
            "Policy": [shared, sharing("none"), "{}", "none", "[]"],
            "ResourceArn": [ready["BackupArn"], leaving["BackupArn"], "none"],
            "ResourceId": [*clusters, *backups],
            "SignedCert": [signed(csr), trust_anchor(), "none"],
            "SourceBackupId": [*backups, ready["BackupArn"]],
            "SubnetIds": [*cluster["SubnetMapping"].values(), "subnet-0123456789abcdef9"],
            "TagKeyList": ["a", "b", "aws:c"],
            "TrustAnchor": [trust_anchor(), "none"],
            "Value": ["30", "7", "379", "380", "x"],
            "Filters": [
                *({"clusterIds": [active]}, {"states": ["ACTIVE"]}, {"vpcIds": [cluster["VpcId"]]}),
                *({"backupIds": backups}, {"neverExpires": ["true"]}, {"states": ["READY"]}),
                *({"sourceBackupIds": backups}, {"none": ["x"]}, {"clusterIds": []}),
            ],
        }
        self.values["cloudhsmv2"] = _with_latest(values)
        self.good |= good_requests.to_cloudhsm(
            new=new,
            waiting=waiting,
            active=active,
            hsm=hsm["HsmId"],
            ready=ready,
            leaving=leaving["BackupId"],
            policy=shared,
            subnets=[*cluster["SubnetMapping"].values()],
            certificate=signed(csr),
            trust_anchor=trust_anchor(),
        )


def _with_latest(values):
    """The same, as JSON has it, and what the latest answer gave under the name."""
    for name, known in values.items():
        values[name] = [as_json(value) for value in known]
        of = ID_OF.get(name, name)
        if of in REMEMBERED:
            values[name].append(LATEST + of)
    return values

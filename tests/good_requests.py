"""A request of every operation that succeeds in a populated world."""

from dataclasses import dataclass

import key_stores
from key_situations import AWAY, PEER_PUBLIC
from policies import DELEGATING, OTHER_ROLE, ROLE

OAEP = "RSAES_OAEP_SHA_256"
MESSAGE = b"message"


@dataclass
class Keys:
    """What is in a Region of KMS.

    Attributes:
        keys: (KeySpec, KeyUsage) -> the key's id; the symmetric one is a multi-Region primary with
            a replica in `AWAY`, an alias `alias/a`, a tag `a` and a grant.
        awaiting: the id of a key without its material.
        imported: ... that had it imported.
        leaving: ... whose deletion is scheduled.
        disabled: ... that is disabled.
        connected: a custom key store's id.
        disconnected: another one's.
        free: a cluster that is none's yet.
        wrapped: material for the key that awaits it.
    """

    keys: dict
    awaiting: str
    imported: str
    leaving: str
    disabled: str
    connected: str
    disconnected: str
    free: object
    grant: dict
    import_token: bytes
    wrapped: bytes


def to_kms(kms, there):
    """Give ("kms", operation) -> its requests."""
    main = {"KeyId": there.keys["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"]}
    arn = kms.describe_key(**main)["KeyMetadata"]["Arn"]
    rsa = {"KeyId": there.keys["RSA_2048", "ENCRYPT_DECRYPT"]}
    curve = there.keys["ECC_NIST_P256", "SIGN_VERIFY"]
    granted = {"KeyId": arn, "GrantId": there.grant["GrantId"]}
    mac = {"KeyId": there.keys["HMAC_256", "GENERATE_VERIFY_MAC"], "MacAlgorithm": "HMAC_SHA_256"}
    mac["Message"] = MESSAGE
    sign = {"KeyId": curve, "Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}
    pss = {"KeyId": there.keys["RSA_2048", "SIGN_VERIFY"], "Message": MESSAGE}
    pss["SigningAlgorithm"] = "RSASSA_PSS_SHA_256"
    agreeing = there.keys["ECC_NIST_P256", "KEY_AGREEMENT"]
    blob = kms.encrypt(**main, Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
    decrypt = {"CiphertextBlob": blob, "EncryptionContext": {"a": "b"}}
    sealed = {"KeyId": rsa["KeyId"], "EncryptionAlgorithm": OAEP}
    pair = main | {"KeyPairSpec": "ECC_NIST_P256"}
    data_key = main | {"KeySpec": "AES_256"}
    away = {"KeyId": arn, "ReplicaRegion": "ap-southeast-2"}
    imports = {"KeyId": there.awaiting, "ImportToken": there.import_token}
    imports |= {"EncryptedKeyMaterial": there.wrapped}
    imports |= {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    agreement = {"KeyId": agreeing, "KeyAgreementAlgorithm": "ECDH", "PublicKey": PEER_PUBLIC}
    grant = main | {"GranteePrincipal": ROLE, "Operations": ["Encrypt", "DescribeKey"]}
    made = {
        "CancelKeyDeletion": {"KeyId": there.leaving},
        "ConnectCustomKeyStore": {"CustomKeyStoreId": there.disconnected},
        "CreateAlias": {"AliasName": "alias/b", "TargetKeyId": main["KeyId"]},
        "CreateCustomKeyStore": key_stores.creation(there.free, CustomKeyStoreName="another"),
        "CreateGrant": grant,
        "CreateKey": [
            {},
            {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY", "MultiRegion": True},
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": there.connected},
            {"Policy": DELEGATING, "Tags": [{"TagKey": "a", "TagValue": "b"}]},
        ],
        "Decrypt": [
            decrypt,
            sealed | {"CiphertextBlob": kms.encrypt(**sealed, Plaintext=b"x")["CiphertextBlob"]},
        ],
        "DeleteAlias": {"AliasName": "alias/a"},
        "DeleteCustomKeyStore": {"CustomKeyStoreId": there.disconnected},
        "DeleteImportedKeyMaterial": {"KeyId": there.imported},
        "DeriveSharedSecret": agreement,
        "DescribeCustomKeyStores": [{}, {"CustomKeyStoreId": there.connected}, {"Limit": 1}],
        "DisconnectCustomKeyStore": {"CustomKeyStoreId": there.connected},
        "EnableKey": {"KeyId": there.disabled},
        "Encrypt": [main | {"Plaintext": b"x"}, sealed | {"Plaintext": b"x"}],
        "GenerateDataKey": data_key,
        "GenerateDataKeyPair": pair,
        "GenerateDataKeyPairWithoutPlaintext": pair,
        "GenerateDataKeyWithoutPlaintext": data_key,
        "GenerateMac": mac,
        "GenerateRandom": [
            {"NumberOfBytes": 16},
            {"NumberOfBytes": 16, "CustomKeyStoreId": there.connected},
        ],
        "GetParametersForImport": {
            "KeyId": there.awaiting,
            "WrappingAlgorithm": OAEP,
            "WrappingKeySpec": "RSA_2048",
        },
        "GetPublicKey": rsa,
        "ImportKeyMaterial": imports,
        "ListAliases": [{}, main, {"Limit": 1}],
        "ListGrants": [main, main | {"GranteePrincipal": OTHER_ROLE}],
        "ListKeys": [{}, {"Limit": 2}],
        "ListRetirableGrants": {"RetiringPrincipal": ROLE},
        "PutKeyPolicy": main | {"Policy": DELEGATING},
        "ReEncrypt": {
            "CiphertextBlob": blob,
            "SourceEncryptionContext": {"a": "b"},
            "DestinationKeyId": there.imported,
        },
        "ReplicateKey": away,
        "RetireGrant": [granted, {"GrantToken": there.grant["GrantToken"]}],
        "RevokeGrant": granted,
        "ScheduleKeyDeletion": {"KeyId": there.disabled, "PendingWindowInDays": 7},
        "Sign": [sign, pss],
        "TagResource": main | {"Tags": [{"TagKey": "c", "TagValue": "d"}]},
        "UntagResource": main | {"TagKeys": ["a"]},
        "UpdateAlias": {"AliasName": "alias/a", "TargetKeyId": there.imported},
        "UpdateCustomKeyStore": {
            "CustomKeyStoreId": there.disconnected,
            "NewCustomKeyStoreName": "another",
        },
        "UpdateKeyDescription": main | {"Description": "new"},
        "UpdatePrimaryRegion": {"KeyId": arn, "PrimaryRegion": AWAY},
        "Verify": [asked | {"Signature": kms.sign(**asked)["Signature"]} for asked in (sign, pss)],
        "VerifyMac": mac | {"Mac": kms.generate_mac(**mac)["Mac"]},
    }
    kem = there.keys.get(("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"))
    if kem is not None:
        encapsulate = {"KeyId": kem, "EncapsulationAlgorithm": "ML_KEM"}
        given = kms.encapsulate(**encapsulate)["SharedSecretCiphertextBlob"]
        made["Encapsulate"] = encapsulate
        made["Decapsulate"] = encapsulate | {"SharedSecretCiphertextBlob": given}
    for operation in kms.meta.service_model.operation_names:
        made.setdefault(operation, main)
    return _of("kms", made)


def to_cloudhsm(
    *, new, waiting, active, hsm, ready, leaving, policy, subnets, certificate, trust_anchor
):
    """Give ("cloudhsmv2", operation) -> its requests.

    Args:
        new: the id of a cluster without HSMs.
        waiting: ... of an uninitialized one with an HSM, whose signed certificate is given.
        active: ... of one with the HSM.
        ready: a backup as DescribeBackups has it, shared by the policy.
        leaving: the id of a backup whose deletion is pending.
    """
    backup, shared = {"BackupId": ready["BackupId"]}, {"ResourceArn": ready["BackupArn"]}
    made = {
        "CopyBackupToRegion": backup | {"DestinationRegion": AWAY},
        "CreateCluster": [
            {"HsmType": "hsm2m.medium", "Mode": "FIPS", "SubnetIds": subnets},
            {"HsmType": "hsm1.medium", "SubnetIds": subnets},
        ],
        "CreateHsm": {"ClusterId": active, "AvailabilityZone": "us-east-1a"},
        "DeleteBackup": backup,
        "DeleteCluster": {"ClusterId": new},
        "DeleteHsm": {"ClusterId": active, "HsmId": hsm},
        "DeleteResourcePolicy": shared,
        "DescribeBackups": [{}, {"Filters": {"backupIds": [ready["BackupId"]]}}],
        "DescribeClusters": [{}, {"Filters": {"clusterIds": [active]}}, {"MaxResults": 1}],
        "GetResourcePolicy": shared,
        "InitializeCluster": {
            "ClusterId": waiting,
            "SignedCert": certificate,
            "TrustAnchor": trust_anchor,
        },
        "ListTags": {"ResourceId": active},
        "ModifyBackupAttributes": backup | {"NeverExpires": True},
        "ModifyCluster": {
            "ClusterId": active,
            "BackupRetentionPolicy": {"Type": "DAYS", "Value": "30"},
        },
        "PutResourcePolicy": shared | {"Policy": policy},
        "RestoreBackup": {"BackupId": leaving},
        "TagResource": {"ResourceId": active, "TagList": [{"Key": "c", "Value": "d"}]},
        "UntagResource": {"ResourceId": active, "TagKeyList": ["a"]},
    }
    return _of("cloudhsmv2", made)


def _of(service, made):
    return {
        (service, operation): requests if isinstance(requests, list) else [requests]
        for operation, requests in made.items()
    }

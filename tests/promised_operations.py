"""The operations that kmsmock promises: all that the two services have.

This is the one list of operations that is written down; a test holds it against botocore's models
and against what is declared.
"""

KMS = """
CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey
Decapsulate Decrypt DeleteAlias DeleteCustomKeyStore DeleteImportedKeyMaterial DeriveSharedSecret
DescribeCustomKeyStores DescribeKey DisableKey DisableKeyRotation DisconnectCustomKeyStore EnableKey
EnableKeyRotation Encapsulate Encrypt GenerateDataKey GenerateDataKeyPair
GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom
GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey
ImportKeyMaterial ListAliases ListGrants ListKeyPolicies ListKeyRotations ListKeys ListResourceTags
ListRetirableGrants PutKeyPolicy ReEncrypt ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand
ScheduleKeyDeletion Sign TagResource UntagResource UpdateAlias UpdateCustomKeyStore
UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac
""".split()  # noqa: SIM905 - a list of 56 quoted names reads worse

CLOUDHSM_V2 = """
CopyBackupToRegion CreateCluster CreateHsm DeleteBackup DeleteCluster DeleteHsm
DeleteResourcePolicy DescribeBackups DescribeClusters GetResourcePolicy InitializeCluster ListTags
ModifyBackupAttributes ModifyCluster PutResourcePolicy RestoreBackup TagResource UntagResource
""".split()  # noqa: SIM905 - as above

PROMISED = {"kms": KMS, "cloudhsmv2": CLOUDHSM_V2}

SINCE = {
    ("kms", "Decapsulate"): (1, 44),
    ("kms", "Encapsulate"): (1, 44),
    ("kms", "GetKeyLastUsage"): (1, 43),
}
"""Operations that botocore has only from a version on; all others it has since 1.40.46."""

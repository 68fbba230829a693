import json

import boto3
import pytest
from expect import refused
from key_stores import (
    as_kms_user,
    connected,
    create_key,
    delete_hsms,
    disconnect,
    fit_cluster,
    succeed,
)

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def store_id(kms, cluster):
    """A connected key store."""
    return connected(kms, cluster)


def keys_in_cluster(cli):
    return succeed(cli.run("key list --verbose"))["matched_keys"]


def test_metadata_names_store_and_cluster(kms, cluster, store_id):
    """The metadata of a key in a key store names the store and the cluster, and no material."""
    metadata = create_key(kms, store_id, Description="in the cluster")

    expected = {
        "CloudHsmClusterId": cluster.cluster_id,
        "CustomKeyStoreId": store_id,
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "Description": "in the cluster",
        "Enabled": True,
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": False,
        "Origin": "AWS_CLOUDHSM",
    }
    assert expected.items() <= metadata.items()
    assert metadata.keys() - expected.keys() == {"AWSAccountId", "Arn", "CreationDate", "KeyId"}
    assert kms.describe_key(KeyId=metadata["KeyId"])["KeyMetadata"] == metadata


def test_backing_key_in_the_cluster(aws, kms, cluster, store_id):
    """The cluster shows a key of kmsuser, labelled with the key ARN, that never leaves it."""
    arn = create_key(kms, store_id)["Arn"]

    (key,) = keys_in_cluster(as_kms_user(aws, kms, cluster, store_id))

    assert key["key-info"]["key-owners"] == [{"username": "kmsuser", "key-coverage": "full"}]
    assert key["key-info"]["shared-users"] == []
    attributes = key["attributes"]
    assert len(attributes.pop("id")) == len("0x") + 64
    assert attributes.pop("check-value").startswith("0x")
    assert attributes == {
        "key-type": "aes",
        "label": arn,
        "class": "secret-key",
        "encrypt": True,
        "decrypt": True,
        "token": True,
        "always-sensitive": True,
        "derive": False,
        "destroyable": True,
        "extractable": False,
        "local": True,
        "modifiable": True,
        "never-extractable": True,
        "private": True,
        "sensitive": True,
        "sign": False,
        "trusted": False,
        "unwrap": True,
        "verify": False,
        "wrap": True,
        "wrap-with-trusted": False,
        "key-length-bytes": 32,
    }


def test_each_key_has_its_own_backing_key(aws, kms, cluster, store_id):
    """Two KMS keys have two keys in the cluster, different ones."""
    arns = {create_key(kms, store_id)["Arn"] for _ in range(2)}

    keys = keys_in_cluster(as_kms_user(aws, kms, cluster, store_id))

    assert {key["attributes"]["label"] for key in keys} == arns
    for name in ("id", "check-value"):
        assert len({key["attributes"][name] for key in keys}) == 2


def test_policy_description_and_tags_are_taken(kms, store_id):
    """A key in a key store takes a policy, a description and tags like any other."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }

    metadata = create_key(
        kms,
        store_id,
        Description="payments",
        Policy=json.dumps(policy),
        Tags=[{"TagKey": "Team", "TagValue": "Payments"}],
    )

    assert metadata["Description"] == "payments"


@pytest.mark.parametrize(
    "members",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"MultiRegion": True},
        {"Origin": "EXTERNAL"},
        {"Origin": "AWS_KMS"},
        {"XksKeyId": "external-key"},
    ],
)
def test_only_plain_symmetric_keys(kms, store_id, members):
    """No asymmetric, HMAC, multi-Region or imported key, and no external one, is in a store."""
    with pytest.raises(kms.exceptions.ClientError) as caught:
        create_key(kms, store_id, **members)

    # Which of the two AWS answers is not published.
    code = caught.value.response["Error"]["Code"]
    assert code in {"UnsupportedOperationException", "ValidationException"}
    assert kms.list_keys()["Keys"] == []


def test_origin_and_store_come_together(kms, store_id):
    """CustomKeyStoreId needs Origin AWS_CLOUDHSM, and the origin needs the store."""
    with refused("ValidationException"):
        kms.create_key(CustomKeyStoreId=store_id)
    with refused("ValidationException"):
        kms.create_key(Origin="AWS_CLOUDHSM")


def test_create_key_asks_for_the_state_before_the_hsms(kms, cloudhsm, cluster, store_id):
    """Of a disconnected key store without HSMs, CreateKey names the state."""
    disconnect(kms, store_id)
    delete_hsms(cloudhsm, cluster)

    with refused("CustomKeyStoreInvalidStateException"):
        create_key(kms, store_id)


@pytest.mark.parametrize("hsms", [0, 1])
def test_refused_key_leaves_no_trace(aws, kms, cloudhsm, hsms):
    """CreateKey with fewer than two HSMs makes no key, neither in KMS nor in the cluster."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)
    delete_hsms(cloudhsm, cluster, keep=hsms)

    with refused("CloudHsmClusterInvalidConfigurationException"):
        create_key(kms, store_id)

    assert kms.list_keys()["Keys"] == []
    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone="us-east-1a")
    assert keys_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == []


FOREIGN_OPERATIONS = [
    ("generate_data_key_pair", {"KeyPairSpec": "ECC_NIST_P256"}),
    ("generate_data_key_pair_without_plaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ("enable_key_rotation", {}),
    ("disable_key_rotation", {}),
    ("get_key_rotation_status", {}),
    ("rotate_key_on_demand", {}),
    ("list_key_rotations", {}),
    (
        "get_parameters_for_import",
        {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    ),
    ("delete_imported_key_material", {}),
]
"""What keys in a key store do not have: data key pairs, rotation, imported material."""


@pytest.mark.parametrize("disconnected", [False, True])
@pytest.mark.parametrize(("operation", "members"), FOREIGN_OPERATIONS)
def test_operations_that_key_stores_do_not_have(kms, store_id, operation, members, disconnected):
    """Of a key in a key store these operations name the origin, whatever its state."""
    key = create_key(kms, store_id)
    if disconnected:
        disconnect(kms, store_id)
    text = f"{key['Arn']} origin is AWS_CLOUDHSM which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        getattr(kms, operation)(KeyId=key["KeyId"], **members)


def test_no_key_while_the_type_of_the_hsms_changes():
    """A cluster that is not ACTIVE takes no new key."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as aws:
        store = aws.key_store("ExampleKeyStore", hsm_type="hsm1.medium")
        kms, cloudhsm = (
            boto3.client(name, region_name="us-east-1") for name in ("kms", "cloudhsmv2")
        )
        cluster_id = store.cluster.cluster_id
        cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")

        with refused("CloudHsmClusterInvalidConfigurationException"):
            create_key(kms, store.custom_key_store_id)

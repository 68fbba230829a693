"""moto in the same test: it answers its services, kmsmock these two."""

import unittest

import boto3
import pytest
from moto import mock_aws

from kmsmock import mock_kms_cloudhsm

WORKS_WITH = {
    "moto": "in the same test, entered before or after; S3, DynamoDB and the rest are moto's",
}


def nested(order):
    """The two mocks, the outer one first."""
    mocks = [mock_aws(), mock_kms_cloudhsm(region="us-east-1")]
    return mocks if order == "moto outside" else mocks[::-1]


orders = pytest.mark.parametrize("order", ["moto outside", "moto inside"])


def key_arn():
    """Make a key that only kmsmock could have made: moto knows no key stores of CloudHSM."""
    assert "server" not in boto3.client("kms").list_keys()["ResponseMetadata"]["HTTPHeaders"]
    return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


@orders
def test_s3_is_motos(order):
    """An object is encrypted under a key of ours, in the words of its request."""
    outer, inner = nested(order)

    with outer, inner:
        arn, s3 = key_arn(), boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn}
        s3.put_object(Bucket="bucket", Key="k", Body=b"body", **sse)
        found = s3.get_object(Bucket="bucket", Key="k")

    assert (found["Body"].read(), found["SSEKMSKeyId"]) == (b"body", arn)


@orders
def test_dynamodb_is_motos(order):
    """An envelope-encrypted item goes through moto's table and comes back readable."""
    outer, inner = nested(order)

    with outer, inner:
        kms, table = boto3.client("kms"), boto3.client("dynamodb")
        table.create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        sealed = kms.encrypt(KeyId=key_arn(), Plaintext=b"secret")["CiphertextBlob"]
        table.put_item(TableName="t", Item={"id": {"S": "1"}, "sealed": {"B": sealed}})
        item = table.get_item(TableName="t", Key={"id": {"S": "1"}})["Item"]
        opened = kms.decrypt(CiphertextBlob=item["sealed"]["B"])["Plaintext"]

    assert opened == b"secret"


@orders
def test_both_may_decorate_one_function(order):
    """The decorators may be stacked either way."""
    outer, inner = nested(order)

    @outer
    @inner
    def use():
        boto3.client("sqs", "us-east-1").create_queue(QueueName="q")
        return key_arn()

    assert use().startswith("arn:aws:kms:us-east-1:123456789012:")


@mock_aws
class TestsOfAClassThatMotoDecorates(unittest.TestCase):
    """moto's decorator on a class, kmsmock's on its methods and in its setUp."""

    def setUp(self):
        """Enter the mock for each test."""
        mock = mock_kms_cloudhsm(region="us-east-1")
        mock.start()
        self.addCleanup(mock.stop)
        boto3.client("s3").create_bucket(Bucket="bucket")

    def test_setups_mock_lasts_for_the_test(self):
        """Both answer what was made in setUp and what the test makes."""
        assert len(boto3.client("s3").list_buckets()["Buckets"]) == 1
        assert key_arn()

    @mock_kms_cloudhsm
    def test_a_method_may_be_decorated_as_well(self):
        """A mock inside the one of setUp shares its world."""
        assert key_arn()

"""aioboto3's sessions and clients."""

import asyncio

import pytest

from kmsmock import mock_kms_cloudhsm

WORKS_WITH = {
    "aioboto3 15.5": "its sessions and clients",
}

aioboto3 = pytest.importorskip("aioboto3", reason="aioboto3 is tested in an environment of its own")


def test_aioboto3_shares_the_state_of_boto3(kms, key_id):
    """A key made with boto3 encrypts and decrypts with aioboto3."""

    async def use():
        async with aioboto3.Session().client("kms", region_name="us-east-1") as client:
            encrypted = await client.encrypt(KeyId=key_id, Plaintext=b"secret")
            return await client.decrypt(CiphertextBlob=encrypted["CiphertextBlob"])

    assert asyncio.run(use())["Plaintext"] == b"secret"


def test_a_session_made_before_is_answered_here():
    """A module's own session, and the client made of it, may be older than the mock."""
    session = aioboto3.Session(region_name="eu-west-1")

    async def use():
        async with session.client("cloudhsmv2") as early:
            with mock_kms_cloudhsm():
                return (await early.describe_clusters())["Clusters"]

    assert asyncio.run(use()) == []


def test_credentials_of_a_session_stay(aws):
    """An access key id of twelve digits names its account."""
    session = aioboto3.Session("444455556666", "secret", region_name="us-east-1")

    async def use():
        async with session.client("kms") as client:
            return (await client.create_key())["KeyMetadata"]["AWSAccountId"]

    assert asyncio.run(use()) == "444455556666"

"""boto3's and botocore's own ways to a client; more of them are in test_interception.py."""

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from expect import refused

from kmsmock import mock_kms_cloudhsm

WORKS_WITH = {
    "boto3, botocore": "clients of any session, profile, credential source, retries; `Stubber`",
}


def test_botocore_alone_is_answered(kms, key_id):
    """`session.create_client` of botocore shares the state of boto3."""
    client = botocore.session.get_session().create_client("kms", region_name="us-east-1")

    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


SOURCES = {
    "static keys": "aws_access_key_id = AKIAFILE\naws_secret_access_key = s",
    "a process": "credential_process = /bin/false",
    "an assumed role": "role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base",
    "an instance's role": (
        "role_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Ec2InstanceMetadata"
    ),
    "single sign-on": (
        "sso_start_url = https://example.com\nsso_region = us-east-1\n"
        "sso_account_id = 111122223333\nsso_role_name = r"
    ),
    "a web identity": (
        "role_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /dev/null"
    ),
}


@pytest.mark.parametrize("when", ["session before", "session inside"])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_credential_source_is_left_alone(tmp_path, monkeypatch, source, when):
    """No profile's process is run, no role is assumed, no server is asked."""
    path = tmp_path / "config"
    path.write_text(
        f"[profile p]\nregion = eu-west-3\n{source}\n"
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    early = boto3.Session(profile_name="p")

    with mock_kms_cloudhsm():
        session = early if when == "session before" else boto3.Session(profile_name="p")
        key = session.client("kms").create_key()["KeyMetadata"]

    assert key["AWSAccountId"] == "123456789012"


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_custom_retries_are_kept(aws, mode):
    """A client with its own retries is answered, and asks once."""
    client = boto3.client("kms", config=Config(retries={"mode": mode, "total_max_attempts": 9}))

    assert client.list_keys()["ResponseMetadata"]["RetryAttempts"] == 0
    with refused("NotFoundException"):
        client.describe_key(KeyId="alias/none")


def test_a_stubbed_client_is_the_stubbers(kms):
    """`Stubber` answers its client, the mock every other one."""
    stubbed = boto3.client("kms", region_name="us-east-1")

    with Stubber(stubbed) as stubber:
        stubber.add_response("list_keys", {"Keys": [{"KeyId": "stubbed"}]})

        assert stubbed.list_keys()["Keys"] == [{"KeyId": "stubbed"}]
        assert kms.list_keys()["Keys"] == []

"""The AWS CLI, version 1, run in this process.

Since 1.46 it brings a botocore of its own, which is the process's botocore if the CLI is imported
before it.
"""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from awscli.clidriver import create_clidriver
from moto import mock_aws

from kmsmock import mock_kms_cloudhsm

WORKS_WITH = {
    "AWS CLI 1": "run in process, with its own botocore or the installed one",
}

DATA_PATH = os.environ["AWS_DATA_PATH"]
"""Set when awscli is imported, which finds its own data by it."""


@pytest.fixture(autouse=True)
def data_path(plain_environment, monkeypatch):
    """The CLI finds its data."""
    monkeypatch.setenv("AWS_DATA_PATH", DATA_PATH)


@pytest.fixture
def cli(aws, capfd):
    """The CLI as a function: arguments in, exit status, standard output and error out."""

    def run(*arguments):
        status = create_clidriver().main([*arguments])
        written = capfd.readouterr()
        return status, written.out, written.err

    return run


def test_the_cli_shares_the_state_of_boto3(kms, cli):
    """A key made at the command line is there for boto3."""
    status, out, _err = cli("kms", "create-key", "--description", "made by the CLI")

    made = json.loads(out)["KeyMetadata"]
    assert status == 0
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"]["Description"] == "made by the CLI"


def test_the_cli_encrypts_and_decrypts(kms, key_id, cli, tmp_path):
    """Blobs go through files, as the CLI's own guide shows it."""
    path = tmp_path / "ciphertext"
    path.write_bytes(kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"])

    status, out, _err = cli(
        *("kms", "decrypt", "--ciphertext-blob", f"fileb://{path}"),
        *("--query", "Plaintext", "--output", "text"),
    )

    assert (status, out.strip()) == (0, "c2VjcmV0")


def test_cloudhsm_answers_too(cli):
    """CloudHSM v2 is answered like KMS."""
    status, out, _err = cli("cloudhsmv2", "describe-clusters")

    assert (status, json.loads(out)) == (0, {"Clusters": []})


def test_a_refusal_is_the_clis_own_error(cli):
    """Exit status 254 or 255, and AWS's text at standard error."""
    status, out, err = cli("kms", "describe-key", "--key-id", "alias/none")

    assert status in (254, 255)
    assert out == ""
    assert "(NotFoundException) when calling the DescribeKey operation: Alias arn:aws:kms" in err


@pytest.mark.parametrize(
    "options",
    [
        ("--region", "eu-west-1"),
        ("--endpoint-url", "http://localhost:4566"),
        ("--endpoint-url", "https://vpce-1-2.kms.us-east-1.vpce.amazonaws.com"),
    ],
    ids=" ".join,
)
def test_region_and_endpoint_may_be_given(cli, options):
    """The service counts, not the host."""
    status, out, _err = cli("kms", "list-keys", *options)

    assert (status, json.loads(out)["Keys"]) == (0, [])


def test_other_services_are_refused_by_name(cli):
    """The CLI tells what would have been called, and nothing is sent."""
    status, _out, err = cli("s3api", "list-buckets")

    assert status == 255
    assert 'other_services=["s3"]' in err


def test_the_cli_beside_moto_is_answered_here(capfd):
    """Moto does not stand in the way."""
    with mock_aws(), mock_kms_cloudhsm():
        status = create_clidriver().main(["kms", "list-keys"])

    assert (status, json.loads(capfd.readouterr().out)["Keys"]) == (0, [])


@pytest.mark.parametrize("first", ["awscli.clidriver", "boto3"])
def test_whichever_botocore_came_first_is_answered(first):
    """The process has one botocore, the CLI's own or the installed one."""
    script = f"""
        import {first}
        import awscli.clidriver, boto3
        from kmsmock import mock_kms_cloudhsm
        with mock_kms_cloudhsm(region="us-east-1"):
            boto3.client("kms").create_key(Description="made by boto3")
            raise SystemExit(awscli.clidriver.create_clidriver().main(["kms", "list-keys"]))
    """
    finished = subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stderr
    assert len(json.loads(finished.stdout)["Keys"]) == 1

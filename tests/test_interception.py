"""Whose requests are answered here: every client's, whenever made, wherever it points."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import textwrap
import types
from datetime import datetime, timezone

import boto3
import botocore.credentials
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.stub import Stubber
from expect import refused
from moto import mock_aws

from kmsmock import mock_kms_cloudhsm
from kmsmock.interception.botocore import ACCESS_KEY

WORKS_WITH = {
    "boto3's event handlers": "a test's own are called, and may answer or fail",
}

# Made when this module is imported: no mock is active, and there are no credentials yet.
EARLY_SESSION = boto3.Session(region_name="eu-west-1")
EARLY_KMS = EARLY_SESSION.client("kms")

SECRETS = ("AKIAFROMTHEFILE", "secret of the file", "token of the file")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever looks a host up, or connects to one, fails."""

    def refuse(*arguments, **_named):
        pytest.fail(f"a connection was attempted: {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)


def signed_headers(client):
    """A list that the headers of the client's later requests are added to, as text."""
    seen = []

    def look(request, **_arguments):
        seen.append({name: _text(value) for name, value in request.headers.items()})

    client.meta.events.register(
        f"before-send.{client.meta.service_model.service_id.hyphenize()}", look
    )
    return seen


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def run(script, **environment):
    """Run a script in a Python of its own in which nothing can be connected to; give its output."""
    guard = """
        import socket
        def refuse(*arguments, **named):
            raise SystemExit("a connection was attempted")
        socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
    """
    finished = subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, "-c", textwrap.dedent(guard) + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


# Clients made early


def test_a_client_made_before_kmsmock_was_imported_is_answered_here():
    """Classes are patched, not clients, so it is of no account when a client was made."""
    answer = run(
        """
        import boto3, json, sys
        early = boto3.client("kms", region_name="us-east-1")
        assert not any(name.startswith("kmsmock") for name in sys.modules)
        from kmsmock import mock_kms_cloudhsm
        with mock_kms_cloudhsm():
            key = early.create_key()["KeyMetadata"]
            same = boto3.client("kms", "us-east-1").describe_key(KeyId=key["KeyId"])
        print(json.dumps([key["Arn"], same["KeyMetadata"]["Arn"]]))
        """
    )

    assert answer[0] == answer[1]


def test_a_client_made_when_its_module_was_imported_is_answered_here():
    """A module's own client shares the world of those that the test makes."""
    with mock_kms_cloudhsm():
        key_id = EARLY_KMS.create_key()["KeyMetadata"]["KeyId"]

        late = boto3.client("kms", region_name="eu-west-1")
        assert late.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


def test_an_early_client_without_credentials_is_given_some():
    """Its requests are signed with pretend credentials, and nobody looks for real ones."""
    assert EARLY_KMS._request_signer._credentials is None
    seen = signed_headers(EARLY_KMS)

    with mock_kms_cloudhsm():
        EARLY_KMS.list_keys()

    assert f"Credential={ACCESS_KEY}/" in seen[0]["Authorization"]


def test_an_early_client_without_credentials_has_none_afterwards():
    """The mock leaves no credentials in clients and sessions."""
    with mock_kms_cloudhsm():
        EARLY_KMS.list_keys()
        EARLY_SESSION.client("kms").list_keys()

    assert EARLY_KMS._request_signer._credentials is None
    assert EARLY_SESSION._session._credentials is None


def test_credentials_that_would_ask_the_network_are_not_asked():
    """Refreshable credentials, as of an instance role, are past their time and stay so."""
    asked = []
    expired = datetime(2001, 1, 1, tzinfo=timezone.utc)
    session = botocore.session.Session()
    session._credentials = botocore.credentials.RefreshableCredentials(
        *SECRETS, expired, refresh_using=lambda: asked.append(1), method="iam-role"
    )
    early = session.create_client("kms", region_name="us-east-1")
    seen = signed_headers(early)

    with mock_kms_cloudhsm():
        early.list_keys()
        session.create_client("kms", region_name="us-east-1").list_keys()

    assert asked == []
    assert not any(secret in str(seen) for secret in SECRETS)


def test_credentials_that_are_fetched_when_first_needed_are_not_fetched():
    """Deferred credentials, as of an assumed role, are refreshable ones too."""
    asked = []
    session = botocore.session.Session()
    session._credentials = botocore.credentials.DeferredRefreshableCredentials(
        lambda: asked.append(1), "assume-role"
    )
    early = session.create_client("cloudhsmv2", region_name="us-east-1")

    with mock_kms_cloudhsm():
        early.describe_clusters()

    assert asked == []


# Credentials


@pytest.fixture
def shared_credentials_file(tmp_path, monkeypatch):
    """A developer's ~/.aws/credentials with two profiles."""
    lines = [
        line
        for profile in ("default", "production")
        for line in (
            f"[{profile}]",
            f"aws_access_key_id = {SECRETS[0]}",
            f"aws_secret_access_key = {SECRETS[1]}",
            f"aws_session_token = {SECRETS[2]}",
        )
    ]
    path = tmp_path / "credentials"
    path.write_text("\n".join(lines))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    return path


@pytest.mark.parametrize("when", ["session made before", "session made inside"])
@pytest.mark.parametrize("profile", [None, "production"])
def test_secrets_of_a_file_sign_no_request(shared_credentials_file, profile, when):
    """A session with a profile, or without, finds pretend credentials instead."""
    session = boto3.Session(profile_name=profile) if when == "session made before" else None

    with mock_kms_cloudhsm():
        client = (session or boto3.Session(profile_name=profile)).client("kms")
        seen = signed_headers(client)
        client.list_keys()

    assert f"Credential={ACCESS_KEY}/" in seen[0]["Authorization"]
    assert not any(secret in str(seen) for secret in SECRETS)


def test_a_file_is_read_again_afterwards(shared_credentials_file):
    """A session that was used inside finds the file's credentials when the mock is left."""
    session = boto3.Session()

    with mock_kms_cloudhsm():
        session.client("kms").list_keys()

    assert session.get_credentials().access_key == SECRETS[0]


@pytest.mark.parametrize("token", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
def test_secrets_of_the_environment_sign_no_request(monkeypatch, token):
    """Neither keys nor tokens that were in the environment reach a request."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", SECRETS[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS[1])
    monkeypatch.setenv(token, SECRETS[2])

    with mock_kms_cloudhsm():
        client = boto3.client("kms")
        seen = signed_headers(client)
        client.list_keys()

    assert not any(secret in str(seen) for secret in SECRETS)
    assert "X-Amz-Security-Token" not in seen[0]


def test_a_12_digit_access_key_of_expiring_credentials_names_its_account(monkeypatch):
    """An expiry time in the environment does not make botocore look for fresh credentials."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "444455556666")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")

    with mock_kms_cloudhsm():
        assert boto3.client("kms").create_key()["KeyMetadata"]["AWSAccountId"] == "444455556666"


@pytest.mark.parametrize("when", ["before", "inside"])
def test_explicit_credentials_stay(when):
    """What a client or session was given signs its requests."""
    given = {
        "aws_access_key_id": "AKIAGIVEN",
        "aws_secret_access_key": "s",
        "region_name": "us-east-1",
    }
    early = [boto3.client("kms", **given), boto3.Session(**given).client("kms")]

    with mock_kms_cloudhsm():
        late = [boto3.client("kms", **given), boto3.Session(**given).client("kms")]
        for client in early if when == "before" else late:
            seen = signed_headers(client)
            client.list_keys()

            assert "Credential=AKIAGIVEN/" in seen[0]["Authorization"]


# Endpoints

ENDPOINTS = {
    "standard": ("us-east-1", {}, "kms.us-east-1.amazonaws.com"),
    "FIPS": (
        "us-east-1",
        {"config": Config(use_fips_endpoint=True)},
        "kms-fips.us-east-1.amazonaws.com",
    ),
    "dual-stack": (
        "us-east-1",
        {"config": Config(use_dualstack_endpoint=True)},
        "kms.us-east-1.api.aws",
    ),
    "FIPS and dual-stack": (
        "us-east-1",
        {"config": Config(use_dualstack_endpoint=True, use_fips_endpoint=True)},
        "kms-fips.us-east-1.api.aws",
    ),
    "VPC endpoint": (
        "us-east-1",
        {"endpoint_url": "https://vpce-1-2.kms.us-east-1.vpce.amazonaws.com"},
        "vpce-1-2.kms.us-east-1.vpce.amazonaws.com",
    ),
    "endpoint_url": ("us-east-1", {"endpoint_url": "http://localhost:4566"}, "localhost:4566"),
    "China": ("cn-north-1", {}, "kms.cn-north-1.amazonaws.com.cn"),
    "GovCloud": ("us-gov-west-1", {}, "kms.us-gov-west-1.amazonaws.com"),
    "a Region of tomorrow": ("eu-north-7", {}, "kms.eu-north-7.amazonaws.com"),
}


@pytest.mark.parametrize(("region", "settings", "host"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_every_endpoint_is_answered_here(region, settings, host):
    """The service and the signature's Region count, not the host."""
    with mock_kms_cloudhsm():
        client = boto3.client("kms", region_name=region, **settings)
        urls = []
        client.meta.events.register("before-send", lambda request, **_: urls.append(request.url))

        arn = client.create_key()["KeyMetadata"]["Arn"]

    assert urls == [f"{'http' if 'localhost' in host else 'https'}://{host}/"]
    assert arn.split(":")[3] == region


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_arns_have_the_partition_of_the_region(region, partition):
    """Keys of China and GovCloud have ARNs of their own."""
    with mock_kms_cloudhsm():
        arn = boto3.client("kms", region_name=region).create_key()["KeyMetadata"]["Arn"]

    assert arn.startswith(f"arn:{partition}:kms:{region}:123456789012:key/")


def test_an_endpoint_of_the_environment_is_answered_here(monkeypatch):
    """AWS_ENDPOINT_URL of a developer who uses an emulator does not lead there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")

    with mock_kms_cloudhsm():
        assert boto3.client("kms").list_keys()["Keys"] == []
        assert boto3.client("cloudhsmv2").describe_clusters()["Clusters"] == []


def test_regions_do_not_see_each_others_keys():
    """Each Region has keys of its own."""
    with mock_kms_cloudhsm():
        key_id = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["KeyId"]

        with refused("NotFoundException"):
            boto3.client("kms", region_name="eu-west-2").describe_key(KeyId=key_id)


# Beside moto


def ours(client):
    """Tell whether kmsmock answers: moto names a server in its answers' headers."""
    return "server" not in client.create_key()["ResponseMetadata"]["HTTPHeaders"]


def test_moto_alone_answers_kms_itself():
    """The sign by which these tests tell the two apart does tell them apart."""
    with mock_aws():
        client = boto3.client("kms", region_name="us-east-1")
        headers = client.list_keys()["ResponseMetadata"]["HTTPHeaders"]

    assert "server" in headers


@pytest.mark.parametrize("order", ["moto outside", "moto inside"])
def test_kms_is_ours_and_s3_is_motos(order):
    """Whichever was entered first, each answers its services."""
    mocks = [mock_aws(), mock_kms_cloudhsm()]
    outer, inner = mocks if order == "moto outside" else reversed(mocks)

    with outer, inner:
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="k", Body=b"body")

        assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"body"
        assert ours(boto3.client("kms", region_name="us-east-1"))


@pytest.mark.parametrize("order", ["moto outside", "moto inside"])
def test_a_client_made_under_the_outer_mock_alone_is_ours(order):
    """A client that moto knows from its birth is answered here all the same."""
    mocks = [mock_aws(), mock_kms_cloudhsm()]
    outer, inner = mocks if order == "moto outside" else reversed(mocks)

    with outer:
        client = boto3.client("kms", region_name="us-east-1")
        with inner:
            assert ours(client)


def test_the_guard_sees_what_leaves():
    """Without the mock the early client's request would have left."""
    with pytest.raises(pytest.fail.Exception, match="a connection was attempted"):
        boto3.client(
            "kms", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        ).list_keys()


def test_an_early_client_is_ours_under_moto():
    """Moto does not see a client made before it; kmsmock does."""
    with mock_aws(), mock_kms_cloudhsm():
        assert ours(EARLY_KMS)


@pytest.mark.parametrize("order", ["moto outside", "moto inside"])
def test_leaving_the_inner_mock_leaves_the_outer_one_working(order):
    """After the inner mock the outer one answers as before."""
    if order == "moto outside":
        with mock_aws():
            with mock_kms_cloudhsm():
                pass
            client = boto3.client("kms", region_name="us-east-1")
            assert client.create_key()["KeyMetadata"]["AWSAccountId"] == "123456789012"
    else:
        with mock_kms_cloudhsm():
            with mock_aws():
                pass
            assert ours(boto3.client("kms", region_name="us-east-1"))


def test_moto_beside_the_mock_leaves_nothing():
    """The environment is the one before, whichever mock was inside."""
    before = dict(os.environ)

    with mock_aws(), mock_kms_cloudhsm(), mock_aws():
        boto3.client("kms", region_name="us-east-1").list_keys()

    assert dict(os.environ) == before


# A user's own hooks


def test_a_users_before_send_handlers_are_called(kms):
    """They see the signed request, as without the mock."""
    seen = []
    kms.meta.events.register(
        "before-send.kms.ListKeys",
        lambda request, event_name, **_: seen.append((event_name, request.headers)),
    )

    kms.list_keys()

    ((event_name, headers),) = seen
    assert event_name == "before-send.kms.ListKeys"
    assert headers["Authorization"]


def test_a_users_before_send_handler_may_answer(kms):
    """Its answer comes in place of ours, and the call never reaches the mock."""
    body = type("Body", (), {"stream": lambda _self, **_: [b'{"KeyMetadata": {"KeyId": "mine"}}']})

    def answer(request, **_arguments):
        return AWSResponse(request.url, 200, {}, body())

    kms.meta.events.register("before-send.kms.CreateKey", answer)

    assert kms._make_api_call("CreateKey", {})["KeyMetadata"] == {"KeyId": "mine"}
    assert kms.list_keys()["Keys"] == []


def test_a_users_before_send_handler_may_fail(kms):
    """Its exception reaches the caller, and the call never reaches the mock."""

    def fail(**_arguments):
        raise LookupError("mine")

    kms.meta.events.register("before-send.kms.CreateKey", fail)

    with pytest.raises(LookupError, match="mine"):
        kms.create_key()
    assert kms.list_keys()["Keys"] == []


def test_a_call_that_is_under_way_when_the_mock_begins_is_answered():
    """Another thread's call may have begun before: it is answered here all the same."""
    client = boto3.client("kms", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with contextlib.ExitStack() as stack:
        begin = mock_kms_cloudhsm()
        client.meta.events.register(
            "before-send.kms.CreateKey", lambda **_: stack.enter_context(begin) and None
        )

        key_id = client.create_key()["KeyMetadata"]["KeyId"]

        assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


def test_a_moto_that_is_half_imported_is_let_be(kms, monkeypatch):
    """Another thread may be importing it while this one calls."""
    name = "moto.core.botocore_stubber"
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))

    assert kms.list_keys()["Keys"] == []


def test_botocores_stubber_answers_before_the_mock(kms):
    """A stubbed client gives the stub's answers, and the mock's again afterwards."""
    with Stubber(kms) as stubber:
        stubber.add_response("list_keys", {"Keys": [{"KeyId": "stubbed"}]})
        stubber.add_client_error("list_keys", "KMSInternalException")

        assert kms.list_keys()["Keys"] == [{"KeyId": "stubbed"}]
        with pytest.raises(kms.exceptions.KMSInternalException):
            kms.list_keys()

    assert kms.list_keys()["Keys"] == []


def test_other_events_go_their_way(kms):
    """Handlers of other events are called as ever."""
    seen = []
    for event in ("provide-client-params", "before-call", "after-call"):
        kms.meta.events.register(event, lambda event_name, **_: seen.append(event_name))

    kms.list_keys()

    assert seen == [
        f"{event}.kms.ListKeys" for event in ("provide-client-params", "before-call", "after-call")
    ]

"""aiobotocore's clients, in its two newest minor series and in that of the newest aioboto3."""

import asyncio
import json
import subprocess
import sys
import textwrap

import boto3
import pytest
from expect import refused

from kmsmock import mock_kms_cloudhsm
from kmsmock.interception.botocore import ACCESS_KEY
from kmsmock.interception.other_services import OtherServiceRefused

pytest.importorskip("aiobotocore", reason="aiobotocore is tested in an environment of its own")

import aiobotocore.awsrequest
import aiobotocore.credentials
import aiobotocore.hooks
import aiobotocore.session
import aiobotocore.signers

WORKS_WITH = {
    "aiobotocore 3.10, 3.9, 2.25": "clients made before or inside; one state with boto3; "
    "aioboto3 15.5 brings 2.25",
}


def client_of(session=None, service="kms", **settings):
    """A client, to be entered."""
    session = session or aiobotocore.session.get_session()
    return session.create_client(service, **{"region_name": "us-east-1", **settings})


def signed_headers(client):
    """A list that the headers of the client's later requests are added to."""
    seen = []
    client.meta.events.register(
        "before-send", lambda request, **_: seen.append(str(dict(request.headers)))
    )
    return seen


def test_an_asynchronous_client_shares_the_state_of_the_synchronous_ones(kms):
    """What aiobotocore encrypts, boto3 decrypts."""

    async def encrypt():
        async with client_of() as client:
            key_id = (await client.create_key())["KeyMetadata"]["KeyId"]
            return await client.encrypt(KeyId=key_id, Plaintext=b"secret")

    ciphertext = asyncio.run(encrypt())["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"secret"


def test_cloudhsm_answers_too(aws):
    """CloudHSM v2 is answered like KMS."""

    async def describe():
        async with client_of(service="cloudhsmv2") as client:
            return (await client.describe_clusters())["Clusters"]

    assert asyncio.run(describe()) == []


def test_a_client_made_before_is_answered_here():
    """Classes are patched, so it is of no account when a client was made."""

    async def use():
        async with client_of() as early:
            with mock_kms_cloudhsm():
                key = (await early.create_key())["KeyMetadata"]
                return key["KeyId"], boto3.client("kms", "us-east-1").list_keys()["Keys"]

    key_id, keys = asyncio.run(use())
    assert [key["KeyId"] for key in keys] == [key_id]


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """A profile in a developer's ~/.aws/credentials."""
    path = tmp_path / "credentials"
    path.write_text("[production]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    return "production"


def test_aiobotocore_imported_inside_the_mock_is_answered(profile):
    """It is found when its first session is made, and was not imported by the mock."""
    script = """
        import asyncio, json, os, sys
        import boto3
        from kmsmock import mock_kms_cloudhsm

        async def use(session):
            async with session.create_client("kms", region_name="us-east-1") as client:
                seen = []
                client.meta.events.register(
                    "before-send", lambda request, **_: seen.append(str(dict(request.headers)))
                )
                await client.create_key()
                return seen[0]

        with mock_kms_cloudhsm():
            boto3.client("kms").list_keys()
            assert not any(name.startswith("aiobotocore") for name in sys.modules)
            from aiobotocore.session import AioSession
            header = asyncio.run(use(AioSession(profile="production")))
            assert len(boto3.client("kms", "us-east-1").list_keys()["Keys"]) == 1
        print(json.dumps(header))
    """
    finished = subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, "-c", textwrap.dedent(script)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert finished.returncode == 0, finished.stderr
    assert ACCESS_KEY in json.loads(finished.stdout)


def test_a_refusal_is_the_clients_own_exception(aws):
    """`client.exceptions` catches it, and it is not retried."""

    async def describe():
        async with client_of() as client:
            with pytest.raises(client.exceptions.NotFoundException):
                await client.describe_key(KeyId="alias/none")
            await client.describe_key(KeyId="alias/none")

    with refused("NotFoundException"):
        asyncio.run(describe())


def test_pages_are_read(kms):
    """Paginators are asynchronous iterators."""
    for _ in range(3):
        kms.create_key()

    async def pages():
        async with client_of() as client:
            paginator = client.get_paginator("list_keys")
            return [page async for page in paginator.paginate(PaginationConfig={"PageSize": 2})]

    assert [len(page["Keys"]) for page in asyncio.run(pages())] == [2, 1]


def test_calls_may_be_gathered(kms):
    """Many calls at once on one client, each with an answer of its own."""

    async def create():
        async with client_of() as client:
            made = await asyncio.gather(*(client.create_key() for _ in range(10)))
            return {key["KeyMetadata"]["KeyId"] for key in made}

    assert asyncio.run(create()) == {key["KeyId"] for key in kms.list_keys()["Keys"]}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_users_before_send_handler_may_answer(aws, asynchronous):
    """A handler, a coroutine function too, answers in place of the mock."""

    class Body:
        async def read(self):
            return b'{"Keys": [{"KeyId": "mine"}]}'

        aread = read

    def answer(request, **_arguments):
        return aiobotocore.awsrequest.AioAWSResponse(request.url, 200, {}, Body())

    async def answer_later(request, **_arguments):
        return answer(request)

    async def use():
        async with client_of() as client:
            handler = answer_later if asynchronous else answer
            client.meta.events.register("before-send.kms.ListKeys", handler)
            return await client.list_keys()

    assert asyncio.run(use())["Keys"] == [{"KeyId": "mine"}]


@pytest.mark.parametrize("when", ["before", "inside"])
def test_secrets_of_a_file_sign_no_request(profile, when):
    """A session with a profile finds pretend credentials instead."""
    early = aiobotocore.session.AioSession(profile=profile)

    async def use():
        late = aiobotocore.session.AioSession(profile=profile)
        session = early if when == "before" else late
        async with client_of(session) as client:
            seen = signed_headers(client)
            await client.list_keys()
            return seen[0]

    with mock_kms_cloudhsm():
        header = asyncio.run(use())

    assert f"Credential={ACCESS_KEY}/" in header
    assert "AKIAFILE" not in header


def test_explicit_credentials_stay(aws):
    """What a client was given signs its requests, and may name an account."""

    async def use():
        settings = {"aws_access_key_id": "444455556666", "aws_secret_access_key": "s"}
        async with client_of(**settings) as client:
            return (await client.create_key())["KeyMetadata"]["AWSAccountId"]

    assert asyncio.run(use()) == "444455556666"


def test_credentials_that_would_ask_the_network_are_not_asked():
    """Refreshable credentials of an early client stay as they are."""
    asked = []

    async def refresh():
        asked.append(1)

    async def use():
        session = aiobotocore.session.get_session()
        session._credentials = aiobotocore.credentials.AioDeferredRefreshableCredentials(
            refresh, "assume-role"
        )
        async with client_of(session) as early:
            with mock_kms_cloudhsm():
                await early.list_keys()

    asyncio.run(use())

    assert asked == []


@pytest.mark.parametrize(
    "endpoint",
    ["https://vpce-1-2.kms.us-east-1.vpce.amazonaws.com", "http://localhost:4566"],
)
def test_every_endpoint_is_answered_here(kms, endpoint):
    """The service counts, not the host."""

    async def use():
        async with client_of(endpoint_url=endpoint) as client:
            return (await client.create_key())["KeyMetadata"]["KeyId"]

    assert kms.describe_key(KeyId=asyncio.run(use()))


def test_other_services_are_refused_by_name(aws):
    """The error names service and setting; nothing is sent."""

    async def use():
        async with client_of(service="s3") as client:
            await client.list_buckets()

    with pytest.raises(OtherServiceRefused, match=r'other_services=\["s3"\]'):
        asyncio.run(use())


def test_other_services_can_be_let_through(monkeypatch):
    """What may pass goes where it would go without the mock."""
    sent = []

    async def send(_endpoint, request):
        sent.append(request.url)
        raise LookupError("left")

    monkeypatch.setattr("aiobotocore.endpoint.AioEndpoint._send", send)

    async def use():
        async with client_of(service="s3") as client:
            await client.list_buckets()

    with mock_kms_cloudhsm(other_services=["s3"]), pytest.raises(LookupError):
        asyncio.run(use())

    assert len(sent) == 1


def test_a_decorated_coroutine_function_is_mocked():
    """The mock is active while it is awaited."""

    @mock_kms_cloudhsm(account_id="111122223333")
    async def create():
        async with client_of() as client:
            return (await client.create_key())["KeyMetadata"]["AWSAccountId"]

    assert asyncio.run(create()) == "111122223333"


def test_leaving_puts_aiobotocore_back():
    """Methods and signers are as before, and early clients have no pretend credentials."""
    owners = [
        (aiobotocore.hooks.AioHierarchicalEmitter, "_emit"),
        (aiobotocore.session.AioSession, "get_credentials"),
        (aiobotocore.signers.AioRequestSigner, "_credentials"),
    ]
    before = [owner.__dict__.get(name) for owner, name in owners]

    async def use():
        async with client_of() as client:
            with mock_kms_cloudhsm():
                await client.list_keys()
            return client._request_signer._credentials

    assert asyncio.run(use()) is None
    assert [owner.__dict__.get(name) for owner, name in owners] == before

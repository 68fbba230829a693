"""Signed HTTP that is sent with `requests` or urllib3, without an SDK."""

import base64
import io
import json
import os
import subprocess
import sys
import textwrap
import uuid

import boto3
import pytest
import requests
import responses
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError
from http_requests import CLOUDHSM, KMS, json_request, post, send, signed
from moto import mock_aws

from kmsmock import mock_kms_cloudhsm
from kmsmock.interception.other_services import OtherServiceRefused

WORKS_WITH = {
    "requests, urllib3": "signed requests and presigned URLs, to any host of the two services",
    "responses": "a test's own registrations still answer, KMS is answered beside them",
}

HOSTS = {
    "standard": ("kms.us-east-1.amazonaws.com", "us-east-1"),
    "FIPS": ("kms-fips.us-east-1.amazonaws.com", "us-east-1"),
    "dual-stack": ("kms.us-east-1.api.aws", "us-east-1"),
    "FIPS and dual-stack": ("kms-fips.us-east-1.api.aws", "us-east-1"),
    "VPC endpoint": ("vpce-0abc-d1e2.kms.us-east-1.vpce.amazonaws.com", "us-east-1"),
    "VPC endpoint of a zone": (
        "vpce-0abc-d1e2-us-east-1a.kms.us-east-1.vpce.amazonaws.com",
        "us-east-1",
    ),
    "China": ("kms.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    "China, dual-stack": ("kms.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1"),
    "GovCloud": ("kms.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
    "any host, signed for kms": ("localhost:4566", "us-east-1"),
}


@pytest.mark.parametrize(("host", "region"), HOSTS.values(), ids=HOSTS)
def test_every_host_of_kms_is_answered(aws, host, region):
    """The answer comes from the Region that the request is signed for."""
    answer = post("TrentService.CreateKey", url=f"https://{host}/", region=region)

    assert answer.status_code == 200
    assert answer.json()["KeyMetadata"]["Arn"].split(":")[3] == region


@pytest.mark.parametrize(
    "host",
    [
        "cloudhsmv2.us-east-1.amazonaws.com",
        "cloudhsmv2.us-east-1.api.aws",
        "vpce-0abc-d1e2.cloudhsmv2.us-east-1.vpce.amazonaws.com",
        "cloudhsmv2.cn-north-1.amazonaws.com.cn",
        "localhost:4566",
    ],
)
def test_every_host_of_cloudhsm_is_answered(aws, host):
    """CloudHSM v2 is answered like KMS."""
    answer = post("BaldrApiService.DescribeClusters", url=f"https://{host}/")

    assert answer.json() == {"Clusters": []}


def test_requests_and_boto3_share_one_state(kms, key_id):
    """What `requests` encrypts, boto3 decrypts."""
    answer = post("TrentService.Encrypt", {"KeyId": key_id, "Plaintext": "c2VjcmV0"})

    ciphertext = base64.b64decode(answer.json()["CiphertextBlob"])
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"secret"


def test_an_answer_is_one_of_requests(aws):
    """Status, reason, headers, text and JSON are where `requests` puts them."""
    answer = post("TrentService.ListKeys")

    assert (answer.status_code, answer.reason, answer.url) == (200, "OK", KMS)
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert uuid.UUID(answer.headers["x-amzn-RequestId"])
    assert json.loads(answer.text) == answer.json() == {"Keys": [], "Truncated": False}


def test_the_signature_names_the_account(aws):
    """An access key id of twelve digits is its account's, as with boto3."""
    answer = post("TrentService.CreateKey", access_key="444455556666")

    assert answer.json()["KeyMetadata"]["AWSAccountId"] == "444455556666"


def test_a_session_made_before_the_mock_is_answered():
    """Adapters and connections that exist already are of no account."""
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(max_retries=3))
    request = json_request("TrentService.ListKeys")

    with mock_kms_cloudhsm():
        answer = session.post(KMS, data=request.body, headers=dict(request.headers))

    assert answer.json()["Keys"] == []


@pytest.mark.parametrize(
    "body",
    [b"{}", "{}", io.BytesIO(b"{}"), iter([b"{", b"}"])],
    ids=["bytes", "text", "file", "pieces"],
)
def test_a_body_may_come_in_any_form_of_requests(aws, body):
    """Bytes, text, files and generators are read."""
    headers = dict(json_request("TrentService.CreateKey").headers)
    del headers["Content-Length"]

    assert requests.post(KMS, data=body, headers=headers, timeout=5).status_code == 200


def test_an_answer_may_be_streamed(aws):
    """`stream=True` gives the body in pieces."""
    request = json_request("TrentService.ListKeys")

    with requests.post(
        KMS, data=request.body, headers=dict(request.headers), stream=True, timeout=5
    ) as answer:
        assert b"".join(answer.iter_content(7)) == b'{"Keys":[],"Truncated":false}'


def test_urllib3_is_answered(aws):
    """What `requests` stands on is answered by itself too."""
    request = json_request("TrentService.ListKeys")

    answer = urllib3.PoolManager().request(
        "POST", KMS, body=request.body, headers=dict(request.headers)
    )

    assert (answer.status, json.loads(answer.data)["Keys"]) == (200, [])


def test_requests_imported_inside_the_mock_is_answered():
    """It is of no account when a library was imported, and the mock imports none."""
    script = """
        import sys
        from kmsmock import mock_kms_cloudhsm
        with mock_kms_cloudhsm():
            assert not {"requests", "responses", "aiobotocore"} & set(sys.modules)
            from http_requests import post
            assert post("TrentService.ListKeys").json()["Keys"] == []
    """
    subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, "-c", textwrap.dedent(script)],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


# Errors


def error_of(answer):
    """An error's status and its document."""
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    return answer.status_code, answer.json()


def test_an_error_is_awss_document(aws):
    """Code and message are in the body, and the status is the error's."""
    answer = post("TrentService.DescribeKey", {"KeyId": "alias/none"})

    assert error_of(answer) == (
        400,
        {
            "__type": "NotFoundException",
            "message": "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.",
        },
    )


@pytest.mark.parametrize("target", ["TrentService.MakeTea", "BaldrApiService.MakeTea"])
def test_an_unknown_operation_has_no_message(aws, target):
    """UnknownOperationException comes with its code alone."""
    assert error_of(post(target)) == (400, {"__type": "UnknownOperationException"})


def test_a_request_without_a_target_names_no_operation(aws):
    """A browser's GET is an unknown operation."""
    answer = requests.get(KMS, timeout=5)

    assert error_of(answer) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b'{"Limit": 1e', b"nil", b"[" * 5000])
def test_a_body_that_is_no_json_object_is_refused(aws, body):
    """SerializationException, whatever the bytes are."""
    headers = {"X-Amz-Target": "TrentService.ListKeys"}

    status, document = error_of(send(signed(AWSRequest("POST", KMS, headers, body))))

    assert (status, document["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "document", [{"KeyId": 1}, {"KeyId": ["k"]}, {"KeyId": "k", "GrantTokens": "t"}]
)
def test_a_member_of_another_type_is_refused(aws, document):
    """SerializationException comes before any constraint."""
    status, document = error_of(post("TrentService.DescribeKey", document))

    assert (status, document["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("header", [None, "", "Bearer me", "Basic dTpw", "AWS AKIA:signature"])
def test_an_unsigned_request_is_refused(aws, header):
    """Without a signature of version 4 there is no authentication token."""
    headers = {"X-Amz-Target": "TrentService.ListKeys", "Authorization": header}

    answer = requests.post(KMS, data=b"{}", headers=headers, timeout=5)

    assert error_of(answer) == (
        403,
        {
            "__type": "MissingAuthenticationTokenException",
            "message": "Missing Authentication Token",
        },
    )


SCOPE = "AKIA/20230101/us-east-1/kms/aws4_request"
DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."


def lacking(name):
    """The text that a part of the signature is missing."""
    return f"Authorization header requires '{name}' parameter."


INCOMPLETE = {
    "nothing": ("", [lacking("Credential"), lacking("Signature"), lacking("SignedHeaders")]),
    "no signature": (
        f" Credential={SCOPE}, SignedHeaders=host",
        [lacking("Signature")],
    ),
    "no headers": (f" Credential={SCOPE}, Signature=0", [lacking("SignedHeaders")]),
    "no credential": (" SignedHeaders=host, Signature=0", [lacking("Credential")]),
}


@pytest.mark.parametrize("date", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(("parts", "missing"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_incomplete_signature_names_what_is_missing(aws, parts, missing, date):
    """Every missing part is told, and the header as it came."""
    header = f"AWS4-HMAC-SHA256{parts}"
    headers = {"X-Amz-Target": "TrentService.ListKeys", "Authorization": header}
    headers |= {"X-Amz-Date": "20230101T000000Z"} if date else {}

    answer = requests.post(KMS, data=b"{}", headers=headers, timeout=5)

    told = " ".join([*missing, *([] if date else [DATE]), f"Authorization={header}"])
    assert error_of(answer) == (400, {"__type": "IncompleteSignatureException", "message": told})


@pytest.mark.parametrize("scope", ["AKIA", "AKIA/20230101/us-east-1/kms", "/////", "a/b/c/d/e/f"])
def test_a_credential_has_five_elements(aws, scope):
    """A scope of another form is told as it came."""
    headers = {
        "X-Amz-Target": "TrentService.ListKeys",
        "X-Amz-Date": "20230101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }

    answer = requests.post(KMS, data=b"{}", headers=headers, timeout=5)

    told = (
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        f"keyid/date/region/service/term, got '{scope}'"
    )
    assert error_of(answer) == (400, {"__type": "IncompleteSignatureException", "message": told})


def test_a_signature_that_repeats_itself_costs_no_more_than_it_is_long(aws):
    """One whose every part was tried beside every other would not end."""
    repeated = "x-amz-date;" * 1_000_000
    headers = {
        "X-Amz-Target": "TrentService.ListKeys",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders={repeated}",
    }

    answer = requests.post(KMS, data=b"{}", headers=headers, timeout=5)

    status, error = error_of(answer)
    assert (status, error["__type"]) == (400, "IncompleteSignatureException")
    assert error["message"].startswith(f"{lacking('Signature')} {DATE} ")


# Presigned URLs


def test_a_presigned_url_is_answered(kms, key_id):
    """Its signature is in the query; the target, a signed header, is sent along."""
    url = kms.generate_presigned_url("describe_key", Params={"KeyId": key_id})

    answer = requests.post(url, headers={"X-Amz-Target": "TrentService.DescribeKey"}, timeout=5)

    assert answer.json()["KeyMetadata"]["KeyId"] == key_id


def test_a_presigned_url_has_numbers_and_blobs(kms, key_id):
    """What botocore moved to the query has its type again."""
    headers = {"X-Amz-Target": "TrentService.GenerateDataKey"}
    url = kms.generate_presigned_url(
        "generate_data_key", Params={"KeyId": key_id, "NumberOfBytes": 7, "DryRun": False}
    )

    answer = requests.post(url, headers=headers, timeout=5)

    assert len(base64.b64decode(answer.json()["Plaintext"])) == 7


def test_a_presigned_url_with_a_map_says_that_it_is_not_read(kms, key_id):
    """Botocore writes it as Python prints it: kmsmock says that it cannot read that."""
    url = kms.generate_presigned_url(
        "encrypt", Params={"KeyId": key_id, "Plaintext": b"x", "EncryptionContext": {"a": "b"}}
    )

    answer = requests.post(url, headers={"X-Amz-Target": "TrentService.Encrypt"}, timeout=5)

    status, document = error_of(answer)
    assert (status, document["__type"]) == (501, "NotImplementedByKmsmock")
    assert "EncryptionContext" in document["message"]


def test_a_presigned_url_is_its_signers(aws):
    """The account is that of the access key in the query."""
    client = boto3.client(
        "kms", aws_access_key_id="444455556666", aws_secret_access_key="s", region_name="eu-west-1"
    )
    url = client.generate_presigned_url("create_key")

    answer = requests.post(url, headers={"X-Amz-Target": "TrentService.CreateKey"}, timeout=5)

    assert answer.json()["KeyMetadata"]["Arn"].startswith("arn:aws:kms:eu-west-1:444455556666:")


# Beside `responses`, moto, and the rest of the world


@pytest.mark.parametrize("order", ["responses outside", "responses inside"])
def test_a_users_own_responses_still_work(order):
    """Registered URLs are answered by the registration, KMS by the mock, whoever is outside."""
    registered = responses.RequestsMock()
    mocks = [registered, mock_kms_cloudhsm()]
    outer, inner = mocks if order == "responses outside" else reversed(mocks)

    with outer, inner:
        registered.get("https://example.com/", body="registered")
        mine = requests.get("https://example.com/", timeout=5)
        ours = post("TrentService.ListKeys")

    assert (mine.text, ours.json()["Keys"]) == ("registered", [])


def test_mocks_and_responses_may_be_left_in_any_order():
    """`responses` puts back the send that it found, and the mock has not touched it."""
    before = requests.adapters.HTTPAdapter.send
    registered, mock = responses.RequestsMock(), mock_kms_cloudhsm()

    registered.start()
    mock.start()
    registered.stop()
    assert post("TrentService.ListKeys").json()["Keys"] == []
    registered.start()
    mock.stop()
    with pytest.raises(requests.ConnectionError, match="refused by Responses"):
        post("TrentService.ListKeys")
    registered.stop()

    assert requests.adapters.HTTPAdapter.send is before


def test_a_users_own_registration_of_a_kms_url_wins(aws):
    """A test may answer a request to KMS itself, as with a before-send handler."""
    with responses.RequestsMock() as registered:
        registered.post(KMS, status=503)

        assert post("TrentService.ListKeys").status_code == 503


def test_responses_refuses_what_it_refused_before(aws):
    """A URL that is neither registered nor ours is refused by `responses`."""
    with responses.RequestsMock(), pytest.raises(requests.ConnectionError, match="Responses"):
        requests.get("https://example.com/", timeout=5)


@pytest.mark.parametrize("order", ["moto outside", "moto inside"])
def test_beside_moto_kms_is_ours_and_s3_is_motos(order):
    """Moto answers raw requests through `responses` too; those of KMS are answered here."""
    mocks = [mock_aws(), mock_kms_cloudhsm()]
    outer, inner = mocks if order == "moto outside" else reversed(mocks)

    with outer, inner:
        key_id = post("TrentService.CreateKey").json()["KeyMetadata"]["KeyId"]
        buckets = requests.get("https://s3.amazonaws.com/", timeout=5)

        assert boto3.client("kms", "us-east-1").describe_key(KeyId=key_id)
        assert "ListAllMyBucketsResult" in buckets.text


OTHERS = {
    "https://s3.amazonaws.com/": "s3",
    "https://bucket.s3.us-west-2.amazonaws.com/k": "s3",
    "https://kms.s3.us-west-2.amazonaws.com/k": "s3",
    "https://dynamodb.us-east-1.amazonaws.com/": "dynamodb",
    "https://sts.us-east-1.api.aws/": "sts",
    "https://secretsmanager-fips.us-east-1.amazonaws.com/": "secretsmanager",
    "https://ec2.cn-north-1.amazonaws.com.cn/": "ec2",
}


@pytest.mark.parametrize(("url", "name"), OTHERS.items())
def test_other_hosts_of_aws_are_refused_by_name(aws, url, name):
    """The error names the host, the service and the setting; nothing is sent."""
    with pytest.raises(OtherServiceRefused, match=rf'other_services=\["{name}"\]'):
        requests.get(url, timeout=5)


def test_a_host_of_no_known_service_is_refused_too(aws):
    """The setting that lets it through is the one for all."""
    with pytest.raises(OtherServiceRefused, match='other_services="pass"'):
        requests.get("https://tea.us-east-1.amazonaws.com/", timeout=5)


class Left(Exception):
    """A request has left `requests`; the tests' stand-in for the network."""


@pytest.fixture
def leaving(monkeypatch):
    """Requests that leave raise `Left`."""

    def leave(*_arguments, **_named):
        raise Left

    monkeypatch.setattr(urllib3.connectionpool.HTTPConnectionPool, "urlopen", leave)


@pytest.mark.parametrize(("url", "name"), OTHERS.items())
@pytest.mark.parametrize("as_setting", [lambda _name: "pass", lambda name: [name]])
def test_other_hosts_of_aws_can_be_let_through(leaving, url, name, as_setting):
    """`other_services` means `requests` as well."""
    with mock_kms_cloudhsm(other_services=as_setting(name)), pytest.raises(Left):
        requests.get(url, timeout=5)


def test_a_service_whose_hosts_have_another_name_can_be_let_through(leaving):
    """CloudWatch's hosts are called `monitoring`."""
    with mock_kms_cloudhsm(other_services=["cloudwatch"]), pytest.raises(Left):
        requests.get("https://monitoring.us-east-1.amazonaws.com/", timeout=5)


@pytest.mark.parametrize("url", ["https://example.com/", "http://localhost:4566/", "http://[::1]/"])
def test_the_rest_of_the_world_is_none_of_the_mocks_business(leaving, url):
    """What is not AWS's passes to whatever was there."""
    with mock_kms_cloudhsm(), pytest.raises(Left):
        requests.get(url, timeout=5)


def test_boto3s_own_requests_were_judged_when_they_were_called(leaving):
    """A service that boto3 may call is not refused a second time by its host."""
    with mock_kms_cloudhsm(other_services=["s3"]), pytest.raises(HTTPClientError) as caught:
        boto3.client("s3", "us-east-1").list_directory_buckets()

    assert isinstance(caught.value.kwargs["error"], Left)


def test_leaving_puts_urllib3_and_responses_back():
    """Nothing of the two libraries stays wrapped."""
    owners = [
        (urllib3.connectionpool.HTTPConnectionPool, "urlopen"),
        (responses.RequestsMock, "_find_match"),
        (requests.adapters.HTTPAdapter, "send"),
    ]
    before = [owner.__dict__[name] for owner, name in owners]

    with mock_kms_cloudhsm():
        post("TrentService.ListKeys")

    assert [owner.__dict__[name] for owner, name in owners] == before


def test_cloudhsm_is_answered_at_its_own_url(aws):
    """A refusal of CloudHSM v2's has its message under `Message`."""
    answer = post(
        "BaldrApiService.DeleteCluster", {"ClusterId": "cluster-abcdefghijk"}, url=CLOUDHSM
    )

    assert answer.json()["__type"] == "CloudHsmResourceNotFoundException"
    assert answer.json()["Message"]

"""Requests and answers as bytes and headers: what a client sees beside an answer's members."""

import json
import uuid
from datetime import datetime, timezone
from importlib.metadata import version

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from expect import refused

from kmsmock.errors import ServiceError
from kmsmock.errors.cloudhsmv2 import CloudHsmResourceNotFoundException
from kmsmock.errors.kms import NotFoundException
from kmsmock.interception.botocore import aws_response
from kmsmock.operation import OPERATIONS
from kmsmock.protocol import json_1_1
from kmsmock.protocol.entries import Entries, Entry
from kmsmock.protocol.json_1_1 import write_body
from kmsmock.protocol.request import HttpRequest, read_address
from kmsmock.protocol.response import error_response, result_response

NO_SUCH_KEY = "12345678-1234-1234-1234-123456789012"


@pytest.fixture
def received(kms):
    """The HTTP responses that the KMS client receives, as they arrive."""
    responses = []

    def keep(response_dict, **_arguments):
        responses.append(response_dict)

    kms.meta.events.register("before-parse.kms", keep)
    return responses


@pytest.fixture
def sent(kms):
    """A dictionary of headers that every later request of the KMS client is sent with."""
    headers = {}

    def change(request, **_arguments):
        for name, value in headers.items():
            if name in request.headers:
                del request.headers[name]
            if value is not None:
                request.headers[name] = value

    kms.meta.events.register("before-send.kms", change)
    return headers


def test_every_answer_has_a_request_id(kms):
    """`x-amzn-RequestId` is a UUID, another one for each call."""
    ids = [kms.list_keys()["ResponseMetadata"]["RequestId"] for _ in range(3)]

    assert len({uuid.UUID(request_id) for request_id in ids}) == 3


def test_every_error_has_a_request_id(kms):
    """Errors have a UUID of their own too."""
    with refused("NotFoundException") as refusal:
        kms.describe_key(KeyId=NO_SUCH_KEY)

    assert uuid.UUID(refusal.response["ResponseMetadata"]["RequestId"])


def test_answers_are_aws_json(kms):
    """The content type is the protocol's."""
    metadata = kms.list_keys()["ResponseMetadata"]

    assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    assert metadata["HTTPStatusCode"] == 200


def test_errors_are_aws_json(kms):
    """The content type of an error is the protocol's as well."""
    with refused("NotFoundException") as refusal:
        kms.describe_key(KeyId=NO_SUCH_KEY)

    headers = refusal.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-type"] == "application/x-amz-json-1.1"


def test_the_content_length_is_the_bodys(kms, received):
    """The header counts the bytes that come."""
    kms.list_keys()

    assert received[0]["headers"]["Content-Length"] == str(len(received[0]["body"]))


def test_an_operation_without_an_output_shape_answers_an_empty_body(kms, key_id, received):
    """CreateAlias has no output shape, so not even an empty document comes."""
    kms.create_alias(AliasName="alias/a", TargetKeyId=key_id)

    assert received[0]["body"] == b""


def test_kms_errors_have_a_lower_case_message(kms, received):
    """The body's member is `message`, and boto3 has it at the top level too."""
    with refused("NotFoundException") as refusal:
        kms.describe_key(KeyId=NO_SUCH_KEY)

    assert json.loads(received[0]["body"]) == {
        "__type": "NotFoundException",
        "message": refusal.message,
    }
    assert refusal.response["message"] == refusal.message


def test_cloudhsm_errors_have_an_upper_case_message(cloudhsm):
    """CloudHSM v2's model calls the member `Message`."""
    with refused("CloudHsmResourceNotFoundException") as refusal:
        cloudhsm.delete_cluster(ClusterId="cluster-abcdefghijk")

    assert refusal.response["Message"] == refusal.message != ""
    assert "message" not in refusal.response


@pytest.mark.parametrize(
    ("service", "error", "member"),
    [
        ("kms", NotFoundException("gone"), "message"),
        ("cloudhsmv2", CloudHsmResourceNotFoundException("gone"), "Message"),
        ("cloudhsmv2", NotFoundException("gone"), "message"),
    ],
)
def test_the_models_own_name_of_the_message_is_sent(service, error, member):
    """Errors outside a service's model use the lower case."""
    response = error_response(error, service, "id")

    assert json.loads(response.body) == {"__type": error.code, member: "gone"}


def test_some_errors_have_no_message_member_at_all(kms, key_id, received):
    """InvalidCiphertextException: Error.Message is empty, and there is no top-level message."""
    with refused("InvalidCiphertextException", "") as refusal:
        kms.decrypt(KeyId=key_id, CiphertextBlob=b"nothing that KMS ever encrypted")

    assert json.loads(received[0]["body"]) == {"__type": "InvalidCiphertextException"}
    assert "message" not in refusal.response


def test_an_empty_message_differs_from_none():
    """Only None leaves the member out."""
    response = error_response(NotFoundException(""), "kms", "id")

    assert json.loads(response.body) == {"__type": "NotFoundException", "message": ""}


def test_a_modelled_error_is_the_clients_own_class(kms):
    """`client.exceptions` catches by the code on the wire."""
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=NO_SUCH_KEY)


def test_times_are_epoch_seconds_with_milliseconds(kms, received):
    """A number, rounded to thousandths; boto3 makes a datetime of it."""
    created = kms.create_key()["KeyMetadata"]["CreationDate"]

    on_the_wire = json.loads(received[0]["body"])["KeyMetadata"]["CreationDate"]
    assert isinstance(on_the_wire, float)
    assert round(on_the_wire, 3) == on_the_wire == round(created.timestamp(), 3)


def test_microseconds_are_rounded_away():
    """AWS's times end after milliseconds."""
    time = datetime(2023, 11, 14, 22, 13, 20, 123_456, timezone.utc)

    assert write_body({"At": time}) == b'{"At":1700000000.123}'


def test_bytes_are_base64_on_the_wire(kms, received):
    """boto3 gives the bytes back."""
    answer = kms.generate_random(NumberOfBytes=5)

    assert len(json.loads(received[0]["body"])["Plaintext"]) == 8
    assert len(answer["Plaintext"]) == 5


def test_a_handlers_response_metadata_is_not_sent():
    """boto3's types have ResponseMetadata in every answer; the wire has it in none."""
    response = result_response({"Keys": [], "ResponseMetadata": {}}, "id")

    assert response.body == b'{"Keys":[]}'


retry_modes = pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])


@retry_modes
@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("NotFoundException", lambda kms: kms.describe_key(KeyId=NO_SUCH_KEY)),
        ("ValidationException", lambda kms: kms.describe_key(KeyId="k" * 3000)),
        ("InvalidCiphertextException", lambda kms: kms.decrypt(CiphertextBlob=b"x")),
    ],
    ids=["modelled", "not modelled", "without message"],
)
def test_client_errors_are_not_retried(aws, mode, code, call):
    """HTTP 400 is final in every retry mode of botocore."""
    kms = boto3.client("kms", config=Config(retries={"mode": mode, "max_attempts": 5}))

    with refused(code) as refusal:
        call(kms)

    assert refusal.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    "target",
    ["TrentService.MakeTea", "MadeUpService.ListKeys", "TrentService", "TrentService.", "", None],
)
def test_an_unknown_target_is_an_unknown_operation(kms, sent, target):
    """A raw caller that names no operation of the two services gets AWS's error document."""
    sent["X-Amz-Target"] = target

    with refused("UnknownOperationException", "") as refusal:
        kms.list_keys()

    assert set(refusal.response) == {"Error", "ResponseMetadata"}


def test_the_target_decides_not_the_host(kms, sent):
    """A request to KMS's host that names CloudHSM v2's operation is CloudHSM v2's."""
    sent["X-Amz-Target"] = "BaldrApiService.DeleteCluster"

    with refused("CloudHsmInvalidRequestException"):
        kms.list_keys()


@pytest.mark.parametrize("service", ["kms", "cloudhsmv2"])
def test_an_unsigned_request_is_refused(aws, service):
    """Without a signature nobody knows who calls."""
    client = boto3.client(service, config=Config(signature_version=UNSIGNED))

    with refused("MissingAuthenticationTokenException", "Missing Authentication Token", status=403):
        client.list_keys() if service == "kms" else client.describe_clusters()


def test_a_malformed_signature_is_refused(kms, sent):
    """An Authorization header without a credential scope is no signature."""
    sent["Authorization"] = "Bearer me"

    with refused("MissingAuthenticationTokenException", status=403):
        kms.list_keys()


def test_headers_may_be_text_or_bytes():
    """A signer leaves either, depending on the header."""
    headers = {
        "x-amz-target": b"TrentService.ListKeys",
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20230101/eu-west-1/kms/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "x-amz-date": b"20230101T000000Z",
    }

    address = read_address(HttpRequest("POST", "https://kms/", headers, b""))

    assert (address.service, address.operation) == ("kms", "ListKeys")
    assert (address.region, address.access_key) == ("eu-west-1", "AKIA")


SCOPE = "AKIA/20230101/eu-west-1/kms/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature=0a1b"
ODDLY_SIGNED = {
    "as ever": SIGNED,
    "without the date": SIGNED.replace(";x-amz-date", ""),
    "without a signature": SIGNED.removesuffix("0a1b"),
    "with an odd signature": f"{SIGNED}=",
    "with two signatures": f"{SIGNED}, Signature=2",
    "without signed headers": SIGNED.replace("SignedHeaders=host;x-amz-date, ", ""),
    "with a credential of four parts": SIGNED.replace("/kms", ""),
    "with a credential of six parts": SIGNED.replace("/kms", "/kms/kms"),
    "with an empty part": SIGNED.replace("AKIA", ""),
    "by another algorithm": SIGNED.replace("SHA256", "SHA512"),
    "at great length": SIGNED.replace("host", ";".join("host" * 200)),
    "not at all": "",
}


@pytest.mark.parametrize("target", ["TrentService.ListKeys", "TrentService.None", "None.ListKeys"])
@pytest.mark.parametrize("signed", ODDLY_SIGNED.values(), ids=ODDLY_SIGNED)
def test_bytes_and_text_say_the_same(signed, target):
    """Where a header is from is no matter: the address is the same, or the refusal's text."""

    def addressed(kind):
        headers = {"x-amz-target": target, "authorization": signed, "x-amz-date": "20230101"}
        headers = {name: kind(value) for name, value in headers.items()}
        try:
            return read_address(HttpRequest("POST", "https://kms/", headers, b""))
        except ServiceError as refusal:
            return type(refusal), str(refusal)

    assert addressed(str) == addressed(str.encode)


@retry_modes
def test_an_operation_not_built_yet_says_so(aws, monkeypatch, mode):
    """NotImplementedByKmsmock names service, operation and version, and is a ClientError."""
    monkeypatch.delitem(OPERATIONS, ("kms", "ListKeys"))
    kms = boto3.client("kms", config=Config(retries={"mode": mode}))
    message = f"kmsmock {version('kmsmock')} does not implement kms ListKeys"

    with refused("NotImplementedByKmsmock", message, status=501) as refusal:
        kms.list_keys()

    assert refusal.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_an_operation_of_cloudhsm_not_built_yet_says_so(cloudhsm, monkeypatch):
    """CloudHSM v2 answers like KMS."""
    monkeypatch.delitem(OPERATIONS, ("cloudhsmv2", "DescribeClusters"))

    with refused("NotImplementedByKmsmock", status=501) as refusal:
        cloudhsm.describe_clusters()

    assert "cloudhsmv2 DescribeClusters" in refusal.message


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"NaN"])
def test_a_body_that_is_no_json_gets_awss_error_document(kms, body):
    """A raw caller's broken body is SerializationException, not an exception of ours."""

    def break_body(request, **_arguments):
        request.body = body

    kms.meta.events.register("before-send.kms", break_body)

    with refused("SerializationException"):
        kms.list_keys()


def test_a_request_without_a_body_is_an_empty_request(kms):
    """None and empty bytes are the same on the wire."""

    def drop_body(request, **_arguments):
        request.body = None

    kms.meta.events.register("before-send.kms", drop_body)

    assert kms.list_keys()["Keys"] == []


def test_entries_are_written_as_any_other_structure():
    """A list whose entries may be written already is the same JSON, the first time and again."""
    members = [{"Name": 'é"', "At": datetime(2031, 1, 1, tzinfo=timezone.utc)}, {"Name": "b"}, {}]
    for count in range(4):
        listed = Entries([Entry(each) for each in members[:count]])
        plain = {"Truncated": False, "Listed": members[:count], "Marker": "ü"}
        for _ in range(2):
            assert json_1_1.write_body({**plain, "Listed": listed}) == json_1_1.write_body(plain)


def test_answers_are_the_same_without_pythons_encoder_in_c(monkeypatch):
    """A Python that lacks it, as PyPy does, writes the same bytes."""
    document = {"A": [1, 2.5, True, None, 'é"', b"\xff"], "B": {"C": datetime.now(timezone.utc)}}
    written = json_1_1.write_body(document)

    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    monkeypatch.setattr(json_1_1, "_encode", json_1_1._encoding(json_1_1._ENCODER))

    assert json_1_1.write_body(document) == written


def test_a_response_is_read_like_any_other_of_botocore():
    """The body is there at once, and headers are found in any letter case."""
    request = AWSRequest("POST", "https://kms.us-east-1.amazonaws.com/", data=b"{}").prepare()

    response = aws_response(lambda _request: result_response({"Keys": []}, "id"), request)

    assert response.content == b'{"Keys":[]}'
    assert response.headers["X-AMZN-REQUESTID"] == "id"

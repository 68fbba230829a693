"""CloudHSM v2 in Smithy RPC v2 CBOR, its second wire."""

import datetime as dt
import sys
import uuid

import boto3
import cbor2
import pytest
import requests
from botocore.awsrequest import AWSRequest
from botocore.loaders import Loader
from expect import refused
from hostile_cbor import HOSTILE
from http_requests import post, signed

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol import cbor

WORKS_WITH = {
    "Smithy RPC v2 CBOR": "`cloudhsmv2`, for callers and SDKs that choose it (`kmsmock[cbor]`)",
}

URL = "https://cloudhsmv2.us-east-1.amazonaws.com/service/BaldrApiService/operation/"


def post_cbor(operation, body=b"\xa0", *, url=URL, **headers):
    """Send a signed request in CBOR; give the answer and its document."""
    headers = {
        "smithy-protocol": "rpc-v2-cbor",
        "content-type": "application/cbor",
        "accept": "application/cbor",
        **headers,
    }
    request = signed(AWSRequest("POST", url + operation, headers, body), "cloudhsm")
    answer = requests.post(url + operation, data=body, headers=dict(request.headers), timeout=5)
    assert answer.headers["content-type"] == "application/cbor"
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert uuid.UUID(answer.headers["x-amzn-RequestId"])
    return answer, cbor2.loads(answer.content)


@pytest.fixture
def cluster_id(aws):
    """An ACTIVE cluster's id."""
    return aws.cluster().cluster_id


def test_an_answer_comes_in_the_wire_that_was_asked(aws, cluster_id):
    """CBOR is answered in CBOR, JSON in JSON, about the same cluster."""
    _answer, document = post_cbor("DescribeClusters")

    in_json = post("BaldrApiService.DescribeClusters").json()
    for found in (document, in_json):
        assert [cluster["ClusterId"] for cluster in found["Clusters"]] == [cluster_id]


def test_times_are_tag_1(aws, cluster_id):
    """A time is a number of epoch seconds with milliseconds, under CBOR's tag 1."""
    answer, document = post_cbor("DescribeClusters")

    created = document["Clusters"][0]["CreateTimestamp"]
    assert created.tzinfo is not None
    assert created.microsecond % 1000 == 0
    assert b"\x6fCreateTimestamp\xc1" in answer.content


def test_a_request_has_members(aws, cluster_id):
    """A map of the request's members selects as in JSON."""
    body = cbor2.dumps({"Filters": {"clusterIds": ["cluster-abcdefghijk"]}})

    _answer, document = post_cbor("DescribeClusters", body)

    assert document == {"Clusters": []}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xbf\xff",
        b"\xbf\x6aMaxResults\x18\x19\xff",
        b"\xa1\x7f\x63Max\x67Results\xff\x01",
        b"\xa1\x67Filters\xf6",
    ],
    ids=["empty", "indefinite", "indefinite with a member", "text in chunks", "null"],
)
def test_every_form_of_a_map_is_read(aws, body):
    """Definite and indefinite lengths are the same."""
    answer, _document = post_cbor("DescribeClusters", body)

    assert answer.status_code == 200


def test_a_modelled_error_is_an_absolute_shape_id(aws):
    """`__type` is in the body, with the model's namespace."""
    answer, document = post_cbor("DeleteCluster", cbor2.dumps({"ClusterId": "cluster-abcdefghijk"}))

    assert answer.status_code == 400
    assert document["__type"] == "com.amazonaws.cloudhsmv2#CloudHsmResourceNotFoundException"
    assert document["Message"]


def test_an_unknown_operation_is_told_in_cbor(aws):
    """A common error is one of Coral's."""
    answer, document = post_cbor("MakeTea")

    assert answer.status_code == 400
    assert document == {"__type": "com.amazon.coral.service#UnknownOperationException"}


def test_a_constraint_is_the_models(aws):
    """CloudHSM v2 refuses a value out of its range as in JSON."""
    _answer, document = post_cbor("DescribeClusters", cbor2.dumps({"MaxResults": 1000}))

    assert document["__type"].endswith("#CloudHsmInvalidRequestException")


def test_kms_does_not_speak_it(aws):
    """KMS's model has AWS JSON alone."""
    url = "https://kms.us-east-1.amazonaws.com/service/TrentService/operation/"

    _answer, document = post_cbor("ListKeys", url=url)

    assert document["__type"].endswith("#UnknownOperationException")


def test_the_protocols_header_is_required(aws):
    """The specification tells a service to refuse a path without it."""
    _answer, document = post_cbor("DescribeClusters", **{"smithy-protocol": ""})

    assert document["__type"].endswith("#UnknownOperationException")


def test_an_unsigned_request_is_refused(aws):
    """Who calls must be known in every wire."""
    headers = {"smithy-protocol": "rpc-v2-cbor"}

    answer = requests.post(URL + "DescribeClusters", data=b"\xa0", headers=headers, timeout=5)

    assert answer.status_code == 403
    assert cbor2.loads(answer.content)["__type"].endswith("#MissingAuthenticationTokenException")


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_are_refused(aws, body):
    """SerializationException, and neither memory nor stack is spent on what a length claims."""
    answer, document = post_cbor("DescribeClusters", body)

    assert answer.status_code == 400
    assert document["__type"] == "com.amazon.coral.service#SerializationException"


def test_without_the_library_the_error_names_the_extra(aws, monkeypatch):
    """The error itself is CBOR, and says what to install."""
    monkeypatch.setitem(sys.modules, "cbor2", None)

    headers = {"smithy-protocol": "rpc-v2-cbor"}
    request = signed(AWSRequest("POST", URL + "DescribeClusters", headers, b"\xa0"), "cloudhsm")
    answer = requests.post(request.url, data=b"\xa0", headers=dict(request.headers), timeout=5)

    monkeypatch.undo()
    document = cbor2.loads(answer.content)
    assert answer.status_code == 501
    assert "pip install 'kmsmock[cbor]'" in document["message"]


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65536])
def test_texts_are_written_without_the_library(length):
    """A library reads back what was written without it."""
    texts = {"__type": "a" * length, "m": "ü"}

    assert cbor2.loads(cbor.write_texts(texts)) == texts


def test_bytes_and_times_are_written_as_they_are():
    """Blobs need no base64, and microseconds are rounded away."""
    time = dt.datetime(2023, 11, 14, 22, 13, 20, 123_456, dt.timezone.utc)

    written = cbor.write_body({"Blob": b"\x00\x01", "Times": [time]})

    assert cbor2.loads(written) == {
        "Blob": b"\x00\x01",
        "Times": [time.replace(microsecond=123_000)],
    }


# botocore's own writer and reader of this wire


@pytest.fixture
def client(monkeypatch):
    """A client of botocore's whose model has this protocol alone."""
    load = Loader.load_service_model

    def narrowed(loader, service_name, type_name, *arguments, **named):
        model = load(loader, service_name, type_name, *arguments, **named)
        if type_name != "service-2":
            return model
        metadata = model["metadata"] | {"protocols": ["smithy-rpc-v2-cbor"]}
        metadata["protocol"] = "smithy-rpc-v2-cbor"
        return model | {"metadata": metadata}

    with mock_kms_cloudhsm(region="us-east-1"):
        with monkeypatch.context() as patched:
            patched.setattr(Loader, "load_service_model", narrowed)
            client = boto3.Session().client("cloudhsmv2", region_name="us-east-1")
        yield client


def test_botocore_sends_cbor(client):
    """The narrowed client does send it, so the next tests prove something."""
    sent = []
    client.meta.events.register("before-send", lambda request, **_: sent.append(request))

    client.describe_clusters()

    assert sent[0].url == URL + "DescribeClusters"
    assert sent[0].headers["smithy-protocol"] in ("rpc-v2-cbor", b"rpc-v2-cbor")


def test_botocore_reads_the_answers(client):
    """A cluster is made and described, its times are datetimes."""
    made = client.create_cluster(HsmType="hsm1.medium", SubnetIds=["subnet-0123456789abcdef0"])

    (cluster,) = client.describe_clusters()["Clusters"]
    assert cluster["ClusterId"] == made["Cluster"]["ClusterId"]
    assert isinstance(cluster["CreateTimestamp"], dt.datetime)


def test_botocore_reads_the_errors(client):
    """The code is the one without a namespace, and the client has its class."""
    with refused("CloudHsmResourceNotFoundException"):
        client.delete_cluster(ClusterId="cluster-abcdefghijk")
    with pytest.raises(client.exceptions.CloudHsmResourceNotFoundException):
        client.delete_cluster(ClusterId="cluster-abcdefghijk")


def test_botocore_reads_the_error_that_names_the_extra(client, monkeypatch):
    """Without the library a botocore that prefers CBOR still hears why."""
    monkeypatch.setitem(sys.modules, "cbor2", None)

    with refused("NotImplementedByKmsmock", status=501) as refusal:
        client.describe_clusters()

    assert "kmsmock[cbor]" in refusal.message

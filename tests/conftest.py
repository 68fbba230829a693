"""The fixtures that most tests use; whatever else a test needs is in the test."""

import json
import os

import botocore.client
import pytest
from botocore.validate import ParamValidator
from botocore_knows import skip_rows
from clients_at_hand import NO_RETRIES, REGION, SESSION
from hypothesis import settings

from kmsmock import mock_kms_cloudhsm


def pytest_configure(config):
    """Hypothesis draws the same in every run, unless it is given a seed to draw otherwise."""
    drawn_anew = config.getoption("--hypothesis-seed") is not None
    settings.register_profile("kmsmock", derandomize=not drawn_anew)
    settings.load_profile("kmsmock")


def pytest_collection_modifyitems(items):
    """Rows of tables that the installed botocore cannot send are skipped."""
    skip_rows(items)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """A developer's own AWS settings do not reach a test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def answers_fit_the_model(monkeypatch):
    """Every answer that a test receives fits its output shape, and so do its ids and texts."""
    original = botocore.client.BaseClient._make_api_call

    def checking(client, operation_name, arguments):
        answer = original(client, operation_name, arguments)
        service = client.meta.service_model
        if service.service_name in ("kms", "cloudhsmv2"):
            assert_fits(answer, service.operation_model(operation_name).output_shape)
        return answer

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", checking)


NO_ANSWER_FITS = (
    "vpc-[0-9a-fA-F]",  # the model's pattern for a VPC id ends after one digit
    "TagList",  # the model asks for one tag at least, and AWS answers with an empty list
    "tagList",
    "customerMasterKeySpec",  # its set lacks the newer specs, and it has the value of KeySpec
    "Value 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'",  # older models lack it; AWS tells it still
)
"""Constraints of the model that AWS's own answers break."""


def assert_fits(answer, shape):
    """An answer has the shape's members and no others, and keeps every constraint."""
    from kmsmock.protocol.json_1_1 import write_body
    from kmsmock.protocol.validation import read_document

    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if shape is None:
        assert members == {}
        return
    report = ParamValidator().validate(members, shape)
    told = report.generate_report().splitlines() if report.has_errors() else []
    assert [text for text in told if not any(known in text for known in NO_ANSWER_FITS)] == []
    _values, violations = read_document(shape, json.loads(write_body(members)))
    assert [text for text in violations if not any(known in text for known in NO_ANSWER_FITS)] == []


@pytest.fixture
def aws():
    """A world of its own for the test, and the handle on it."""
    with mock_kms_cloudhsm(region=REGION) as handle:
        yield handle


@pytest.fixture
def kms(aws):
    """A KMS client."""
    return SESSION.client("kms", region_name=REGION, config=NO_RETRIES)


@pytest.fixture
def cloudhsm(aws):
    """A CloudHSM v2 client."""
    return SESSION.client("cloudhsmv2", region_name=REGION, config=NO_RETRIES)


@pytest.fixture
def key_id(kms):
    """A symmetric encryption key."""
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture(scope="module")
def populated():
    """A world with something of everything, for tests that roll it back."""
    from populated_world import Populated

    with mock_kms_cloudhsm(region=REGION, seed=1) as handle:
        yield Populated(handle)

"""Sessions that are made inside a mock: quick, and like any others."""

import json
from collections import OrderedDict
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import JSONFileLoader, Loader

from kmsmock import mock_kms_cloudhsm

EVENTS = [
    "before-send.kms.Encrypt",
    "before-parameter-build.s3.PutObject",
    "provide-client-params.kms.Encrypt",
    "creating-client-class.iot-data",
    "needs-retry.cloudhsm-v2.CreateCluster",
    "before-call.glacier.UploadArchive",
    "docs.*.autoscaling.CreateLaunchConfiguration.complete-section",
]


@pytest.fixture
def warm():
    """A first session, made inside a mock that is over."""
    with mock_kms_cloudhsm():
        boto3.client("kms").list_keys()
        boto3.client("cloudhsmv2").describe_clusters()


@pytest.fixture
def read(monkeypatch):
    """The files that botocore reads."""
    names = []
    load_file = JSONFileLoader.load_file

    def loading(loader, path):
        names.append(Path(path).name)
        return load_file(loader, path)

    monkeypatch.setattr(JSONFileLoader, "load_file", loading)
    return names


def handlers_of(session):
    emitter = session.get_component("event_emitter")._emitter
    return {name: emitter._handlers.prefix_search(name) for name in EVENTS}


@mock_kms_cloudhsm
def test_a_later_mocks_session_reads_no_file_again(warm, read):
    """Service models, endpoint rules and Regions are read once in a process."""
    boto3.client("kms").create_key()
    boto3.client("cloudhsmv2").describe_clusters()

    assert read == []


def test_built_in_handlers_are_those_of_any_session(warm):
    """A session has the same handlers, in the same order, as one made without a mock."""
    usual = handlers_of(botocore.session.Session())

    with mock_kms_cloudhsm():
        assert handlers_of(botocore.session.Session()) == usual
        assert handlers_of(botocore.session.Session()) == usual


@mock_kms_cloudhsm
def test_a_sessions_handlers_are_its_own(warm):
    """What is registered with one session or unregistered, the next one knows nothing of."""
    first = botocore.session.Session()
    seen = []

    def handler(**_arguments):
        seen.append(True)

    first.register("before-call.kms", handler)
    event, built_in = next(it for it in BUILTIN_HANDLERS if it[0] == "before-call.s3")[:2]
    first.unregister(event, built_in)
    client = botocore.session.Session().create_client("kms")
    client.list_keys()

    assert seen == []
    second = botocore.session.Session().get_component("event_emitter")._emitter
    assert built_in in second._handlers.prefix_search(event)


@mock_kms_cloudhsm
def test_handlers_that_become_built_in_are_registered(warm, monkeypatch):
    """Libraries such as moto add to the list; sessions made afterwards have theirs too."""
    seen = []

    def handler(**_arguments):
        seen.append(True)

    monkeypatch.setattr(
        "botocore.handlers.BUILTIN_HANDLERS", [*BUILTIN_HANDLERS, ("before-call.kms", handler)]
    )
    botocore.session.Session().create_client("kms").list_keys()

    assert seen == [True]


@mock_kms_cloudhsm
def test_an_emitter_that_a_session_is_given_keeps_its_handlers(warm):
    """A session's maker may bring an emitter along, with handlers or without."""
    emitter = HierarchicalEmitter()
    emitter.register("before-call.kms", handler := lambda **_arguments: None)

    session = botocore.session.Session(event_hooks=emitter)

    assert handler in emitter._handlers.prefix_search("before-call.kms")
    assert session.get_component("event_emitter")._emitter is emitter
    assert len(handlers_of(session)["before-parameter-build.s3.PutObject"]) > 1


@mock_kms_cloudhsm
def test_a_model_of_the_users_own_is_read(warm, tmp_path, monkeypatch):
    """A data path comes before botocore's own files, as always."""
    model = Loader().load_service_model("kms", "service-2")
    own = json.loads(json.dumps(model))
    own["operations"] = {"ListKeys": own["operations"]["ListKeys"]}
    folder = tmp_path / "kms" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(own))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    client = boto3.Session().client("kms")

    assert client.meta.service_model.operation_names == ["ListKeys"]
    assert client.list_keys()["Keys"] == []


@mock_kms_cloudhsm
def test_a_path_that_a_loader_is_given_later_counts(warm, tmp_path):
    """Whoever puts a folder before botocore's into a session's loader is heard."""
    folder = tmp_path / "kms" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "paginators-1.json").write_text('{"pagination": {}}')
    session = botocore.session.Session()

    session.get_component("data_loader").search_paths.insert(0, str(tmp_path))

    assert session.get_paginator_model("kms")._paginator_config == OrderedDict()


@mock_kms_cloudhsm
def test_what_a_test_does_to_its_model_is_its_own(warm):
    """A session whose model was changed keeps the change, and the next one has none of it."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")

    del loader.load_service_model("kms", "service-2")["operations"]["ListAliases"]

    assert not hasattr(session.create_client("kms"), "list_aliases")
    next_client = botocore.session.Session().create_client("kms")
    assert next_client.list_aliases()["Aliases"]


@mock_kms_cloudhsm
def test_a_session_reads_its_model_once(warm):
    """All clients of a session share what it has read."""
    loader = botocore.session.Session().get_component("data_loader")

    first = loader.load_service_model("kms", "service-2")

    assert loader.load_service_model("kms", "service-2") is first

"""Every operation that is promised is there, and every one that the model has is promised."""

import botocore
import pytest
from promised_operations import PROMISED, SINCE

import kmsmock.pipeline  # noqa: F401 - its imports declare the operations
from kmsmock.operation import OPERATIONS
from kmsmock.protocol.model import SERVICES, service_model

BOTOCORE = tuple(int(part) for part in botocore.__version__.split(".")[:2])


def known_to_botocore(service):
    """The promised operations that the installed botocore can ask for."""
    return {name for name in PROMISED[service] if SINCE.get((service, name), (1, 40)) <= BOTOCORE}


def test_the_promise_is_56_and_18_operations():
    """Each once."""
    assert {service: len(set(names)) for service, names in PROMISED.items()} == {
        "kms": 56,
        "cloudhsmv2": 18,
    }


@pytest.mark.parametrize("service", SERVICES)
def test_the_promise_is_the_models(service):
    """A new botocore with a new operation fails here first."""
    assert set(service_model(service).operation_names) == known_to_botocore(service)


@pytest.mark.parametrize("service", SERVICES)
def test_every_promised_operation_is_declared(service):
    """None is left out, and none declared that is not promised."""
    declared = {name for named, name in OPERATIONS if named == service}

    assert declared == set(PROMISED[service])

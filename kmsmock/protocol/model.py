"""botocore's service models of the two services, each read once.

Everything that a model knows (operations, shapes, limits, patterns, enums, errors) is asked here
and listed nowhere else.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from botocore.loaders import Loader, create_loader
from botocore.model import ServiceModel, StructureShape

if TYPE_CHECKING:
    from botocore.model import OperationModel

SERVICES = ("kms", "cloudhsmv2")
"""The services that kmsmock serves, under botocore's names."""


class _OwnLoader(Loader):
    """A loader whose models no session sees, so that nobody changes them."""


@cache
def service_model(service: str) -> ServiceModel:
    """Give the installed botocore's model of a service."""
    return ServiceModel(_OwnLoader().load_service_model(service, "service-2"), service)


@lru_cache(maxsize=256)  # Requests may name operations that do not exist.
def operation_model(service: str, operation: str) -> OperationModel | None:
    """Give the model of an operation, or None if the installed botocore does not know it."""
    return _operation_models(service).get(operation)


@cache
def _operation_models(service: str) -> dict[str, OperationModel]:
    model = service_model(service)
    return {name: model.operation_model(name) for name in model.operation_names}


def service_with_target_prefix(prefix: str) -> str | None:
    """Give the service whose `X-Amz-Target` begins so (`TrentService`, `BaldrApiService`)."""
    return _services_by_target_prefix().get(prefix)


@cache
def _services_by_target_prefix() -> dict[str, str]:
    return {str(service_model(service).metadata["targetPrefix"]): service for service in SERVICES}


@cache
def is_error_of(service: str, code: str) -> bool:
    """Tell whether an error is one of the service's own, that is, of its model."""
    return code in service_model(service).shape_names


@cache
def error_message_member(service: str, code: str) -> str:
    """Give the name of an error's text: `message` in KMS, `Message` in CloudHSM v2.

    Errors outside the model, ValidationException among them, use the lower case.
    """
    model = service_model(service)
    if code not in model.shape_names:
        return "message"
    shape = model.shape_for(code)
    assert isinstance(shape, StructureShape)
    return "Message" if "Message" in shape.members else "message"


@lru_cache(maxsize=256)  # Requests may name Regions that do not exist.
def partition_of(region: str) -> str:
    """Give the partition that a Region belongs to, by botocore's own rules; `aws` if unknown."""
    for partition in create_loader().load_data("partitions")["partitions"]:
        if region in partition["regions"] or re.match(partition["regionRegex"], region):
            return str(partition["id"])
    return "aws"


@cache
def regions_of(partition: str) -> frozenset[str]:
    """Give the names of a partition's Regions, as far as the installed botocore knows them.

    Kept difference (Regions): AWS opens some of them to an account only once it has enabled them;
    kmsmock has all of them open. Why: an account's settings are not here.
    """
    for known in create_loader().load_data("partitions")["partitions"]:
        if known["id"] == partition:
            return frozenset(known["regions"])
    return frozenset()

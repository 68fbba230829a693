"""A call's whole life, in order, on one screen."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import kmsmock.cloudhsmv2
import kmsmock.kms
from kmsmock.authorization.caller import identify
from kmsmock.authorization.decision import authorize, authorize_operation
from kmsmock.call import UNREAD, Call
from kmsmock.controls.faults import CallFaults
from kmsmock.controls.quotas import UNLIMITED, Quotas
from kmsmock.controls.waiting import AT_ONCE, Waiting
from kmsmock.crypto.exceptions import MissingExtra
from kmsmock.errors import (
    NotImplementedByKmsmock,
    ServiceError,
    UnknownOperationException,
    ValidationException,
)
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.kms.key_usage import note_usage
from kmsmock.obstacles.faults import end_call, faults_of, names_of
from kmsmock.obstacles.latency import answer_late
from kmsmock.obstacles.quotas import require_room
from kmsmock.operation import OPERATIONS, Operation
from kmsmock.protocol.constraints import ConstraintsViolated
from kmsmock.protocol.model import operation_model
from kmsmock.protocol.presigned import read_query
from kmsmock.protocol.request import Address, HttpRequest, read_address
from kmsmock.protocol.response import HttpResponse, error_response, result_response
from kmsmock.protocol.validation import read_request
from kmsmock.protocol.wire import Wire, wire_of
from kmsmock.trail.recording import record_call

if TYPE_CHECKING:
    from kmsmock.world import World

INVALID_REQUEST: dict[str, type[ServiceError]] = {
    kmsmock.kms.SERVICE: ValidationException,
    kmsmock.cloudhsmv2.SERVICE: CloudHsmInvalidRequestException,
}
"""What each service answers to a request that breaks the model's constraints."""


def answer(world: World, http_request: HttpRequest) -> HttpResponse:
    """Answer an HTTP request to one of the two services.

    Raises:
        ConnectionLost: as a planned fault has it.
    """
    if not world.faults.planned:
        return _answer(world, http_request)
    return answer_late(world, http_request, functools.partial(_answer, world, http_request))


def _answer(world: World, http_request: HttpRequest, waiting: Waiting = AT_ONCE) -> HttpResponse:
    request_id = world.randomness.uuid()
    service = kmsmock.kms.SERVICE
    wire = wire_of(http_request)
    try:
        address = read_address(http_request)
        service = address.service
        document = _read_document(http_request, address, wire)
        result = perform(world, address, document, request_id, waiting)
        return result_response(result, request_id, wire)
    except ServiceError as error:
        return error_response(error, service, request_id, wire)
    except MissingExtra as missing:
        return error_response(NotImplementedByKmsmock(str(missing)), service, request_id, wire)


def _read_document(http_request: HttpRequest, address: Address, wire: Wire) -> dict[str, object]:
    """Read the members from the body or, of a presigned URL, from the query."""
    if not http_request.body and "?" in http_request.url:
        model = operation_model(address.service, address.operation)
        if model is not None:
            return read_query(model, http_request.url)
    return wire.read_body(http_request.body)


def perform(
    world: World,
    address: Address,
    document: dict[str, object],
    request_id: str,
    waiting: Waiting | None = None,
) -> Mapping[str, Any] | None:
    """Do what a call asks for.

    Args:
        document: the request, its values as JSON has them.
        waiting: the client; None for a call of the levers, which faults and quotas spare.

    Raises:
        ConnectionLost: a planned fault; the client gets no answer.
        ServiceError: AWS's refusal; the world is as it was, unless a planned fault comes after
            the work.
    """
    with world.lock:
        now = world.clock.now()
        world.advance_to(now)
        caller = identify(world, address.access_key)
        region = world.region(caller.account_id, address.region)
        call = Call(
            world=world,
            service=address.service,
            operation=address.operation,
            region=region,
            caller=caller,
            now=now,
            request_id=request_id,
            event_id=world.randomness.uuid(),
            request=UNREAD,
        )
        faults = faults_of(call, waiting)
        quotas = UNLIMITED if waiting is None else world.quotas
        resources: list[Any] = []
        try:
            result = _do(call, document, resources, faults, quotas)
        except ServiceError as error:
            record_call(call, address.access_key, resources, None, error)
            raise
        record_call(call, address.access_key, resources, result, None)
        world.be_looked_at(call.operation, now)
        if faults:
            end_call(call, faults, resources)
        return result


def _do(
    call: Call,
    document: dict[str, object],
    resources: list[Any],
    faults: CallFaults,
    quotas: Quotas,
) -> Mapping[str, Any] | None:
    """Take a call through its steps; each resource that is found is put into `resources`."""
    faults.arrives()
    operation, call.request = _read(call, document)
    authorize_operation(call, has_target=bool(operation.targets))
    for target in operation.targets:
        resource = target.find(call)
        resources.append(resource)
        if faults:
            faults.finds(names_of(call.world, resource))
        authorize(call, target.action, resource)
        target.check(call, resource)
    require_room(call, quotas, resources)
    result: Mapping[str, Any] | None = operation.handler(call, call.request, *resources)
    note_usage(call, resources)
    return result


def _read(call: Call, document: dict[str, object]) -> tuple[Operation, dict[str, object]]:
    """Find the operation and read its request."""
    model = operation_model(call.service, call.operation)
    if model is None:
        raise UnknownOperationException
    operation = OPERATIONS.get((call.service, call.operation))
    if operation is None:
        raise NotImplementedByKmsmock(
            f"kmsmock {kmsmock_version()} does not implement {call.service} {call.operation}"
        )
    try:
        return operation, read_request(model, document)
    except ConstraintsViolated as violated:
        raise INVALID_REQUEST[call.service](str(violated)) from None


def kmsmock_version() -> str:
    """Give the installed kmsmock's version."""
    from importlib.metadata import version

    return version("kmsmock")

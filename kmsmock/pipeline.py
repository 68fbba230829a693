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
from kmsmock.controls.faults import NO_FAULTS, CallFaults
from kmsmock.controls.ids import id_text
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
from kmsmock.protocol.wire import wire_of
from kmsmock.trail.recording import record_call

if TYPE_CHECKING:
    from kmsmock.world import World

INVALID_REQUEST: dict[str, type[ServiceError]] = {
    kmsmock.kms.SERVICE: ValidationException,
    kmsmock.cloudhsmv2.SERVICE: CloudHsmInvalidRequestException,
}
"""What each service answers to a request that breaks the model's constraints."""


def answer(world: World, http_request: HttpRequest, waiting: Waiting = AT_ONCE) -> HttpResponse:
    """Answer an HTTP request to one of the two services.

    Args:
        waiting: the client, if planned faults may hold it up.

    Raises:
        ConnectionLost: as a planned fault has it.
    """
    if waiting is AT_ONCE and world.faults.planned:
        return answer_late(world, http_request, functools.partial(answer, world, http_request))
    ids = world.randomness.two_uuids()
    request_id = id_text(ids[16:])
    service = kmsmock.kms.SERVICE
    wire = wire_of(http_request)
    try:
        address = read_address(http_request)
        service = address.service
        body = http_request.body
        document = wire.read_body(body) if body else _read_url(http_request, address)
        result = perform(world, address, document, ids, waiting)
        return result_response(result, request_id, wire)
    except ServiceError as error:
        return error_response(error, service, request_id, wire)
    except MissingExtra as missing:
        return error_response(NotImplementedByKmsmock(str(missing)), service, request_id, wire)


def _read_url(http_request: HttpRequest, address: Address) -> dict[str, object]:
    """Read the members of a request without a body, from a presigned URL's query if it has one."""
    model = operation_model(address.service, address.operation)
    if model is None or "?" not in http_request.url:
        return {}
    return read_query(model, http_request.url)


def perform(
    world: World,
    address: Address,
    document: dict[str, object],
    ids: bytes,
    waiting: Waiting | None = None,
) -> Mapping[str, Any] | None:
    """Do what a call asks for.

    Args:
        document: the request, its values as JSON has them.
        ids: of the event and of the request, 16 bytes each.
        waiting: the client; None for a call of the levers, which faults and quotas spare.

    Raises:
        ConnectionLost: a planned fault; the client gets no answer.
        ServiceError: AWS's refusal; the world is as it was, unless a planned fault comes after
            the work.
    """
    with world.lock:
        now = world.clock.now()
        world.advance_to(now)
        service, operation, region_name, access_key = address
        caller = identify(world, access_key)
        region = world.region(caller.account_id, region_name)
        call = Call(world, service, operation, region, caller, now, ids, UNREAD)
        faults = faults_of(call, waiting) if world.faults.planned else NO_FAULTS
        quotas = UNLIMITED if waiting is None else world.quotas
        resources: list[Any] = []
        try:
            result = _do(call, document, resources, faults, quotas)
        except ServiceError as error:
            record_call(call, resources, None, error)
            raise
        record_call(call, resources, result, None)
        if world.polled:
            world.be_looked_at(operation, now)
        if faults is not NO_FAULTS:
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
    if faults is not NO_FAULTS:
        faults.arrives()
    operation, call.request = _read(call, document)
    authorize_operation(call, has_target=bool(operation.targets))
    for target in operation.targets:
        resource = target.find(call)
        resources.append(resource)
        if faults is not NO_FAULTS:
            faults.finds(names_of(call.world, resource))
        authorize(call, target.action, resource)
        target.check(call, resource)
    if quotas.enforced:
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

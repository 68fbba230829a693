"""A world with something of everything, in which requests are judged.

Each answer is looked at, and what it did to the world.
"""

import functools
import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from description import describe
from key_situations import AWAY, HOME
from model_requests import as_json, known
from policies import OTHER_ROLE, PARTNER, allow, policy
from world_contents import LATEST, REMEMBERED, Contents

from kmsmock.protocol.model import SERVICES, service_model

COMMON = {
    "kms": {
        "AccessDeniedException",
        "NotAuthorizedException",  # for aliases that are AWS's own (kms-operations.md, 1)
        "SerializationException",
        "ThrottlingException",  # where a test enforces quotas
        "ValidationException",
    },
    "cloudhsmv2": {"SerializationException"},
}
"""Errors that no operation declares."""

NEVER = {
    "CloudHsmInternalFailureException",
    "CloudHsmServiceException",
    "DependencyTimeoutException",
    "KMSInternalException",
}
"""Declared errors that only a test's planned fault brings about."""

UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def sendable(service):
    """The operations that the installed botocore can send."""
    return service_model(service).operation_names


ALL = [(service, operation) for service in SERVICES for operation in sendable(service)]


def allowed(service, operation):
    """The codes that an operation may answer."""
    shapes = service_model(service).operation_model(operation).error_shapes
    return {shape.name for shape in shapes} - NEVER | COMMON[service]


class Populated(Contents):
    """Such a world, and who asks it.

    Attributes:
        callers: service -> clients: an administrator's, the same in another Region, a role's with
            few permissions, another account's.
    """

    def __init__(self, aws):
        super().__init__(aws)
        few = policy(allow(["kms:Encrypt", "kms:De*", "kms:*Grant*", "cloudhsm:De*"]))
        limited = aws.session(principal=OTHER_ROLE, policies=[few])
        partner = aws.session(account_id=PARTNER)
        self.callers = {
            service: [
                boto3.client(service, region_name=HOME, config=UNCHECKED),
                boto3.client(service, region_name=AWAY, config=UNCHECKED),
                limited.client(service, region_name=HOME, config=UNCHECKED),
                partner.client(service, region_name=HOME, config=UNCHECKED),
            ]
            for service in SERVICES
        }
        for service, clients in self.callers.items():
            for client in clients:
                client.meta.events.register(f"before-call.{service}", self._replace)
        self._body = None
        self._latest = {}
        aws._world.advance_to(aws.clock.now())
        self.start = aws.snapshot()
        self._is_touched, self._told_first = False, describe(aws)
        self._told = self._told_first

    def begin(self):
        """Let the world be as it was made."""
        if self._is_touched:
            self.aws.rollback(self.start)
            self._latest, self._is_touched, self._told = {}, False, self._told_first

    def with_time(self, **gone):
        """Let time pass, or nothing at all."""
        if any(gone.values()):
            self.aws.clock.advance(**gone)
            self._is_touched, self._told = True, None

    def with_levers(self, pull):
        """Let a test's levers be pulled."""
        pull(self.aws)
        self._is_touched = True

    # Requests

    def ask(self, service, operation, request, caller=0):
        """Send a request as JSON, past botocore's own checks.

        Returns:
            The error's code, or None for a success.
        """
        return self.send(service, operation, json.dumps(request).encode(), caller)

    def send(self, service, operation, body, caller=0):
        """Send bytes as the body of a request; give the error's code, or None."""
        self._is_touched = True
        for name, value in self._latest.items():
            body = body.replace(as_json(LATEST + name).encode(), value)
        self._body = body
        try:
            answer = self.callers[service][caller]._make_api_call(
                operation, _known(service, operation)
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        self._remember(answer)
        return None

    def judge(self, service, operation, body, caller=0):
        """Send bytes as a body; the answer is one that the operation declares.

        That it fits its output shape is looked at in every test.
        """
        return self.judged(
            lambda: self.send(service, operation, body, caller), allowed(service, operation)
        )

    def judged(self, ask, codes):
        """Let a request be sent, whose refusal has one of these codes and has changed nothing.

        Args:
            ask: sends it, and gives the error's code, or None.
        """
        if self._told is None:
            self.aws._world.advance_to(self.aws.clock.now())  # what is due is the next call's to do
            self._told = describe(self.aws)
        is_touched, self._is_touched = self._is_touched, True

        code = ask()

        assert code is None or code in codes, code
        if code is None:
            self._told = None
            return None
        assert describe(self.aws) == self._told, code
        self._is_touched = is_touched
        return code

    def _replace(self, params, **_rest):
        if self._body is not None:
            params["body"], self._body = self._body, None

    def _remember(self, answer):
        for name, value in answer.items():
            if name in REMEMBERED and isinstance(value, (str, bytes)):
                self._latest[name] = json.dumps(as_json(value))[1:-1].encode()
            elif isinstance(value, dict) and name != "ResponseMetadata":
                self._remember(value)


@functools.cache
def _known(service, operation):
    """Something that botocore writes; it is replaced before it is sent."""
    shape = service_model(service).operation_model(operation).input_shape
    return known(shape) if shape else {}

"""The errors a client can see, under AWS's names.

`ServiceError` is the base and is never raised itself. A class's name is the error code on the
wire; `status` is its HTTP status. The errors of one service are in the module of its name, those
of every service are here.

Kept difference (Texts of errors): AWS does not publish all of them; kmsmock has AWS's exception and
code, and of a text that is not published a plausible one, listed below. Why: a test should check
the code.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """An error that AWS answers; in boto3 it arrives as a `ClientError`.

    Args:
        message: AWS's text, or None where AWS sends no message member at all, which differs from
            an empty one (recorded.md, section 1).
    """

    status: ClassVar[int] = 400

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or "")
        self.message = message

    @property
    def code(self) -> str:
        """The error code: the class's own name."""
        return type(self).__name__


class AccessDeniedException(ServiceError):
    """The caller may not do this."""


class IncompleteSignatureException(ServiceError):
    """The signature is not in the form of Signature Version 4."""


class MissingAuthenticationTokenException(ServiceError):
    """The request carries no signature."""

    status = 403


class SerializationException(ServiceError):
    """The body is not what the protocol asks for: broken JSON, or a member of another type."""


class UnknownOperationException(ServiceError):
    """The service has no operation of this name."""


class UnrecognizedClientException(ServiceError):
    """The access key belongs to nobody any more."""


class ValidationException(ServiceError):
    """A member breaks a constraint of the model, or a rule that KMS adds to it."""


class NotImplementedByKmsmock(ServiceError):
    """AWS has this operation and kmsmock has not: never a made-up success."""

    status = 501

"""The errors of AWS CloudHSM v2, under AWS's names.

Source of each: the `exception` shapes of botocore's service model for CloudHSM v2; a test compares
the two.
"""

from __future__ import annotations

from kmsmock.errors import ServiceError


class CloudHsmAccessDeniedException(ServiceError):
    """The caller may not do this."""


class CloudHsmInternalFailureException(ServiceError):
    """An error inside CloudHSM; retry."""

    status = 500


class CloudHsmInvalidRequestException(ServiceError):
    """A member breaks a constraint, or the resource is not in a state for the operation."""


class CloudHsmResourceLimitExceededException(ServiceError):
    """A resource would have more than fifty tags."""


class CloudHsmResourceNotFoundException(ServiceError):
    """The cluster, HSM or backup does not exist."""


class CloudHsmServiceException(ServiceError):
    """CloudHSM cannot do this."""


class CloudHsmTagException(ServiceError):
    """A tag breaks the rules for tags."""

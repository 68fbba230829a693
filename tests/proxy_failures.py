"""What KMS answers when a proxy fails: one row for each cause (the proxy API, "Error messages")."""

from typing import NamedTuple

import pytest

UNREADABLE = (
    "AWS KMS cannot interpret the response from the external key store proxy. If you see this "
    "error repeatedly, report it to your external key store proxy administrator."
)
NO_CONNECTION = (
    "AWS KMS cannot communicate with the external key store proxy. This might be a transient "
    "network issue. If you see this error repeatedly, verify that your external key store proxy "
    "is active and is connected to the network, and that its endpoint URI is correct in your "
    "external key store."
)


class Failure(NamedTuple):
    """A cause, and what it leads to."""

    how: str
    store_error: str
    key_error: str
    connection_code: str
    text: str


ANSWER, REACH = "XksProxyInvalidResponseException", "XksProxyUriUnreachableException"
STATE = "CustomKeyStoreInvalidStateException"
CONFIGURATION = "XksKeyInvalidConfigurationException"

FAILURES = [
    Failure("ValidationException", ANSWER, STATE, "XKS_PROXY_INVALID_RESPONSE", UNREADABLE),
    Failure("malformed", ANSWER, STATE, "XKS_PROXY_INVALID_RESPONSE", UNREADABLE),
    Failure(
        "InvalidStateException",
        ANSWER,
        CONFIGURATION,
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key associated with this KMS key in an external key store is not enabled in "
        "the external key manager. Enable the external key in the external key manager and retry "
        "the request.",
    ),
    Failure(
        "InvalidCiphertextException",
        ANSWER,
        STATE,
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key store proxy rejected the request because the specified ciphertext or "
        "encryption context is corrupted, missing, or otherwise invalid.",
    ),
    Failure(
        "InvalidKeyUsageException",
        ANSWER,
        CONFIGURATION,
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key associated with this KMS key in an external key store does not support "
        "the requested operation. Enable the operation on the key in your external key manager, "
        "and try the request again.",
    ),
    Failure(
        "AuthenticationFailedException",
        "XksProxyIncorrectAuthenticationCredentialException",
        STATE,
        "INVALID_CREDENTIALS",
        "The external key store proxy rejected the request because it could not authenticate AWS "
        "KMS. Verify the XKS proxy authentication credentials for your external key store and "
        "update if necessary.",
    ),
    Failure(
        "AccessDeniedException",
        ANSWER,
        "KMSInvalidStateException",
        "XKS_PROXY_ACCESS_DENIED",
        "The external key store proxy denied access to the operation. Verify that the user and "
        "the external key are both authorized for this operation, and try the request again.",
    ),
    Failure(
        "KeyNotFoundException",
        ANSWER,
        "XksKeyNotFoundException",
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key associated with this KMS key in an external key store was not found in "
        "its external key manager. If the external key ID associated with this KMS key is "
        "incorrect, create a new KMS key with the correct external key ID.",
    ),
    Failure(
        "InvalidUriPathException",
        "XksProxyInvalidConfigurationException",
        STATE,
        "XKS_PROXY_INVALID_CONFIGURATION",
        "The external key store proxy rejected the request because of an invalid URI path. Verify "
        "the URI path for your external key store and update if necessary.",
    ),
    Failure(
        "UnsupportedOperationException",
        ANSWER,
        CONFIGURATION,
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key store proxy rejected the request because it does not support the "
        "requested operation. If you see this error repeatedly, report it to your external key "
        "store proxy administrator.",
    ),
    Failure(
        "DependencyTimeoutException",
        REACH,
        STATE,
        "XKS_PROXY_TIMED_OUT",
        "The external key store proxy did not respond to the request in the time allotted. Retry "
        "the request. If you see this error repeatedly, report it to your external key store proxy "
        "administrator.",
    ),
    Failure(
        "ThrottlingException",
        REACH,
        STATE,
        "XKS_PROXY_NOT_REACHABLE",
        "The external key store proxy rejected the request due to a very high request rate. "
        "Reduce the frequency of your calls using KMS keys in this external key store.",
    ),
    Failure(
        "InternalException",
        ANSWER,
        STATE,
        "XKS_PROXY_INVALID_RESPONSE",
        "The external key store proxy rejected the request because it cannot communicate with the "
        "external key manager. Verify that the external key store proxy configuration is correct "
        "and that the external key manager is available.",
    ),
    Failure("unreachable", REACH, STATE, "XKS_PROXY_NOT_REACHABLE", NO_CONNECTION),
    Failure("interrupted", REACH, STATE, "NETWORK_ERRORS", NO_CONNECTION),
    Failure(
        "tls",
        REACH,
        STATE,
        "XKS_PROXY_INVALID_TLS_CONFIGURATION",
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the "
        "TLS configuration, including its certificate.",
    ),
    Failure(
        "timeout",
        REACH,
        STATE,
        "XKS_PROXY_TIMED_OUT",
        "AWS KMS rejected the request because the external key store proxy did not respond in "
        "time. Retry the request. If you see this error repeatedly, report it to your external key "
        "store proxy administrator.",
    ),
]
UNHEALTHY = Failure(
    "unhealthy",
    REACH,
    "",
    "XKS_PROXY_NOT_REACHABLE",
    "The external key store proxy is in an unhealthy state. If you see this message repeatedly, "
    "notify your external key store proxy administrator.",
)
"""What GetHealthStatus alone can tell."""


def rows(*more):
    """The failures, as parameters of a test."""
    return [pytest.param(failure, id=failure.how) for failure in (*FAILURES, *more)]

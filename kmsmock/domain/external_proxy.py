"""The proxy of an external key store as KMS sees it: where it is, what it answers, how it fails.

Rules and texts: xks-proxy.md sections 1 to 3; custom-key-stores.md sections 8.2 and 8.4. What
speaks HTTP with it is in kmsmock.xks_proxy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from kmsmock.errors.kms import (
    CustomKeyStoreInvalidStateException,
    KMSInvalidStateException,
    XksKeyInvalidConfigurationException,
    XksKeyNotFoundException,
    XksProxyIncorrectAuthenticationCredentialException,
    XksProxyInvalidConfigurationException,
    XksProxyInvalidResponseException,
    XksProxyUriUnreachableException,
)

if TYPE_CHECKING:
    from kmsmock.crypto.ciphertext import OuterCiphertext
    from kmsmock.errors import ServiceError

Connectivity = Literal["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"]
OnKey = Literal["metadata", "encrypt", "decrypt"]
"""What a proxy is asked about one external key."""
MOST_METADATA = 20
"""Bytes of `ciphertextMetadata`."""
MOST_ASSOCIATED_DATA = 8192
"""Bytes of `additionalAuthenticatedData`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConfiguration:
    """How KMS reaches a proxy, and as whom.

    Attributes:
        endpoint: `https://` and a host.
        path: ends in `/kms/xks/v1`.
        service_name: the VPC endpoint service; None for a public endpoint.
        service_owner: the account of that service.
    """

    connectivity: Connectivity
    endpoint: str
    path: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    service_name: str | None = None
    service_owner: str | None = None

    @property
    def uri(self) -> str:
        """What the proxy's APIs begin with."""
        return self.endpoint + self.path


@dataclass(frozen=True, slots=True)
class ExternalKeyMetadata:
    """What a proxy tells of an external key, in its own words."""

    spec: str
    usage: tuple[str, ...]
    status: str


class Proxy(Protocol):
    """The way to proxies on behalf of one call; every method may raise `ProxyFailure`."""

    def check_health(self, configuration: ProxyConfiguration) -> None:
        """Ask whether the proxy and a key manager behind it are well."""

    def describe_key(self, configuration: ProxyConfiguration, key_id: str) -> ExternalKeyMetadata:
        """Ask for the metadata of an external key."""

    def encrypt(
        self,
        configuration: ProxyConfiguration,
        key_id: str,
        key_arn: str,
        plaintext: bytes,
        associated_data: bytes,
    ) -> OuterCiphertext:
        """Encrypt under an external key."""

    def decrypt(
        self,
        configuration: ProxyConfiguration,
        key_id: str,
        key_arn: str,
        ciphertext: OuterCiphertext,
        associated_data: bytes,
    ) -> bytes:
        """Decrypt what `encrypt` gave."""


Cause = Literal[
    "AccessDeniedException",
    "AuthenticationFailedException",
    "DependencyTimeoutException",
    "InternalException",
    "InvalidCiphertextException",
    "InvalidKeyUsageException",
    "InvalidStateException",
    "InvalidUriPathException",
    "KeyNotFoundException",
    "ThrottlingException",
    "UnsupportedOperationException",
    "ValidationException",
    "interrupted",
    "malformed",
    "timeout",
    "tls",
    "unhealthy",
    "unreachable",
]
"""A proxy's own error, or what went wrong before there was one."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What KMS makes of a cause.

    Attributes:
        text: the same in every operation.
        connection_code: ConnectionErrorCode of a key store that fails to connect.
        for_store: what CreateCustomKeyStore and UpdateCustomKeyStore answer.
        for_new_key: what CreateKey answers.
    """

    text: str
    connection_code: str
    for_store: type[ServiceError] = XksProxyInvalidResponseException
    for_new_key: type[ServiceError] = CustomKeyStoreInvalidStateException


_REPORT = "If you see this error repeatedly, report it to your external key store proxy"
_UNREADABLE = (
    "AWS KMS cannot interpret the response from the external key store proxy. "
    f"{_REPORT} administrator."
)
_NO_CONNECTION = (
    "AWS KMS cannot communicate with the external key store proxy. This might be a transient "
    "network issue. If you see this error repeatedly, verify that your external key store proxy "
    "is active and is connected to the network, and that its endpoint URI is correct in your "
    "external key store."
)

CONSEQUENCES: dict[Cause, Consequence] = {
    # The texts and errors are those of xks-proxy.md section 3, which leaves some out. Assumed: a
    # proxy's error that has no place in an answer about health is told of a new key store as
    # XksProxyInvalidResponseException. Assumed: the ConnectionErrorCode of a proxy's
    # ValidationException, InternalException, UnsupportedOperationException and of its errors about
    # a key is that of a malformed answer. Assumed: the ConnectionErrorCodes of a proxy's
    # DependencyTimeoutException and ThrottlingException are XKS_PROXY_TIMED_OUT and
    # XKS_PROXY_NOT_REACHABLE.
    "ValidationException": Consequence(_UNREADABLE, "XKS_PROXY_INVALID_RESPONSE"),
    "malformed": Consequence(_UNREADABLE, "XKS_PROXY_INVALID_RESPONSE"),
    "InvalidStateException": Consequence(
        "The external key associated with this KMS key in an external key store is not enabled in "
        "the external key manager. Enable the external key in the external key manager and retry "
        "the request.",
        "XKS_PROXY_INVALID_RESPONSE",
        for_new_key=XksKeyInvalidConfigurationException,
    ),
    "InvalidCiphertextException": Consequence(
        "The external key store proxy rejected the request because the specified ciphertext or "
        "encryption context is corrupted, missing, or otherwise invalid.",
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "InvalidKeyUsageException": Consequence(
        "The external key associated with this KMS key in an external key store does not support "
        "the requested operation. Enable the operation on the key in your external key manager, "
        "and try the request again.",
        "XKS_PROXY_INVALID_RESPONSE",
        for_new_key=XksKeyInvalidConfigurationException,
    ),
    "AuthenticationFailedException": Consequence(
        "The external key store proxy rejected the request because it could not authenticate AWS "
        "KMS. Verify the XKS proxy authentication credentials for your external key store and "
        "update if necessary.",
        "INVALID_CREDENTIALS",
        for_store=XksProxyIncorrectAuthenticationCredentialException,
    ),
    "AccessDeniedException": Consequence(
        "The external key store proxy denied access to the operation. Verify that the user and "
        "the external key are both authorized for this operation, and try the request again.",
        "XKS_PROXY_ACCESS_DENIED",
        for_new_key=KMSInvalidStateException,
    ),
    "KeyNotFoundException": Consequence(
        "The external key associated with this KMS key in an external key store was not found in "
        "its external key manager. If the external key ID associated with this KMS key is "
        "incorrect, create a new KMS key with the correct external key ID.",
        "XKS_PROXY_INVALID_RESPONSE",
        for_new_key=XksKeyNotFoundException,
    ),
    "InvalidUriPathException": Consequence(
        "The external key store proxy rejected the request because of an invalid URI path. Verify "
        "the URI path for your external key store and update if necessary.",
        "XKS_PROXY_INVALID_CONFIGURATION",
        for_store=XksProxyInvalidConfigurationException,
    ),
    "UnsupportedOperationException": Consequence(
        "The external key store proxy rejected the request because it does not support the "
        f"requested operation. {_REPORT} administrator.",
        "XKS_PROXY_INVALID_RESPONSE",
        # The specification names XksKeyInvalidResponseException, which KMS does not have. Assumed:
        # of a new key, a proxy's UnsupportedOperationException is told as
        # XksKeyInvalidConfigurationException.
        for_new_key=XksKeyInvalidConfigurationException,
    ),
    "DependencyTimeoutException": Consequence(
        "The external key store proxy did not respond to the request in the time allotted. Retry "
        f"the request. {_REPORT} administrator.",
        "XKS_PROXY_TIMED_OUT",
        for_store=XksProxyUriUnreachableException,
    ),
    "ThrottlingException": Consequence(
        "The external key store proxy rejected the request due to a very high request rate. "
        "Reduce the frequency of your calls using KMS keys in this external key store.",
        "XKS_PROXY_NOT_REACHABLE",
        for_store=XksProxyUriUnreachableException,
    ),
    "InternalException": Consequence(
        "The external key store proxy rejected the request because it cannot communicate with the "
        "external key manager. Verify that the external key store proxy configuration is correct "
        "and that the external key manager is available.",
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "unreachable": Consequence(
        _NO_CONNECTION, "XKS_PROXY_NOT_REACHABLE", for_store=XksProxyUriUnreachableException
    ),
    # Assumed: a connection that breaks while the proxy answers has the text and the errors of a
    # proxy that cannot be reached, and the code NETWORK_ERRORS.
    "interrupted": Consequence(
        _NO_CONNECTION, "NETWORK_ERRORS", for_store=XksProxyUriUnreachableException
    ),
    # The guide of 2023 has XksProxyInvalidConfigurationException.
    "tls": Consequence(
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the "
        "TLS configuration, including its certificate.",
        "XKS_PROXY_INVALID_TLS_CONFIGURATION",
        for_store=XksProxyUriUnreachableException,
    ),
    "timeout": Consequence(
        "AWS KMS rejected the request because the external key store proxy did not respond in "
        f"time. Retry the request. {_REPORT} administrator.",
        "XKS_PROXY_TIMED_OUT",
        for_store=XksProxyUriUnreachableException,
    ),
    # custom-key-stores.md section 8.4.
    "unhealthy": Consequence(
        "The external key store proxy is in an unhealthy state. If you see this message "
        "repeatedly, notify your external key store proxy administrator.",
        "XKS_PROXY_NOT_REACHABLE",
        for_store=XksProxyUriUnreachableException,
    ),
}

INVALID_INNER_CIPHERTEXT = (
    "The ciphertext that the external key store proxy submitted for decryption, or the encryption "
    "context, is corrupted, missing, or otherwise invalid."
)
"""KMSInvalidStateException, when KMS's own layer does not open (xks-proxy.md section 3)."""


class ProxyFailure(Exception):
    """A proxy did not do what KMS asked; never seen by the caller of KMS as it is."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.consequence = CONSEQUENCES[cause]

    @property
    def connection_code(self) -> str:
        """The ConnectionErrorCode of a key store that fails to connect for it."""
        return self.consequence.connection_code

    def in_store_operation(self) -> ServiceError:
        """Give what CreateCustomKeyStore and UpdateCustomKeyStore answer."""
        return self.consequence.for_store(self.consequence.text)

    def in_key_creation(self) -> ServiceError:
        """Give what CreateKey answers."""
        return self.consequence.for_new_key(self.consequence.text)

    def in_use_of_key(self) -> ServiceError:
        """Give what a cryptographic operation answers."""
        return KMSInvalidStateException(self.consequence.text)

"""The errors of AWS KMS, under AWS's names.

Source of each: the `exception` shapes of botocore's service model for KMS; a test compares the two.
"""

from __future__ import annotations

from kmsmock.errors import ServiceError


class AlreadyExistsException(ServiceError):
    """The alias, or the replica, is there already."""


class CloudHsmClusterInUseException(ServiceError):
    """The cluster, or one that shares its backup history, already serves a key store."""


class CloudHsmClusterInvalidConfigurationException(ServiceError):
    """The cluster lacks the HSMs, zones, subnets or security group that a key store needs."""


class CloudHsmClusterNotActiveException(ServiceError):
    """The cluster is not ACTIVE: initialize and activate it first."""


class CloudHsmClusterNotFoundException(ServiceError):
    """The account has no such cluster in the Region."""


class CloudHsmClusterNotRelatedException(ServiceError):
    """The new cluster does not share the backup history of the key store's present one."""


class ConflictException(ServiceError):
    """A rotation is in progress or due within minutes."""


class CustomKeyStoreHasCMKsException(ServiceError):
    """The key store still holds KMS keys, in whatever state."""


class CustomKeyStoreInvalidStateException(ServiceError):
    """The key store's connection state does not allow the operation."""


class CustomKeyStoreNameInUseException(ServiceError):
    """Another key store of the account and Region has this name."""


class CustomKeyStoreNotFoundException(ServiceError):
    """The account has no such key store in the Region."""


class DependencyTimeoutException(ServiceError):
    """A system that KMS depends on did not answer in time."""

    status = 503


class DisabledException(ServiceError):
    """The key is disabled."""


class DryRunOperationException(ServiceError):
    """The request would have succeeded, but it only asked whether."""


class ExpiredImportTokenException(ServiceError):
    """The import token is older than 24 hours."""


class IncorrectKeyException(ServiceError):
    """The ciphertext was made under another key than the one named."""


class IncorrectKeyMaterialException(ServiceError):
    """The key material is not the one that belongs to this key, or has the wrong length."""


class IncorrectTrustAnchorException(ServiceError):
    """The certificate is not the one with which the cluster was initialized."""


class InvalidAliasNameException(ServiceError):
    """The alias name is not one that an alias can have."""


class InvalidArnException(ServiceError):
    """The ARN is malformed."""


class InvalidCiphertextException(ServiceError):
    """The ciphertext, or the encryption context, is not what was encrypted."""


class InvalidGrantIdException(ServiceError):
    """The grant id is malformed."""


class InvalidGrantTokenException(ServiceError):
    """The grant token is malformed."""


class InvalidImportTokenException(ServiceError):
    """The import token is malformed, or belongs to another key."""


class InvalidKeyUsageException(ServiceError):
    """The key's usage or spec does not fit the operation or the algorithm."""


class InvalidMarkerException(ServiceError):
    """The marker is not one that the last page gave."""


class KeyUnavailableException(ServiceError):
    """The key is not available for the moment; retry."""

    status = 500


class KMSInternalException(ServiceError):
    """An error inside KMS; retry."""

    status = 500


class KMSInvalidMacException(ServiceError):
    """The MAC does not fit the message, key and algorithm."""


class KMSInvalidSignatureException(ServiceError):
    """The signature does not fit the message, key and algorithm."""


class KMSInvalidStateException(ServiceError):
    """The state of the key does not allow the operation."""


class LimitExceededException(ServiceError):
    """A quota or a length limit is reached."""


class MalformedPolicyDocumentException(ServiceError):
    """The key policy is not a policy, or would lock its owner out."""


class NotAuthorizedException(ServiceError):
    """Nobody may do this, the account's administrator included (alias/aws/...)."""


class NotFoundException(ServiceError):
    """The key, alias or grant does not exist."""


class TagException(ServiceError):
    """A tag breaks the rules for tags."""


class UnsupportedOperationException(ServiceError):
    """Keys of this kind do not have the operation."""


class XksKeyAlreadyInUseException(ServiceError):
    """Another KMS key of the store uses the external key."""


class XksKeyInvalidConfigurationException(ServiceError):
    """The external key is not a symmetric, enabled AES_256 encryption key."""


class XksKeyNotFoundException(ServiceError):
    """The proxy does not find the external key."""


class XksProxyIncorrectAuthenticationCredentialException(ServiceError):
    """The proxy refuses the signature."""


class XksProxyInvalidConfigurationException(ServiceError):
    """The proxy's path or its TLS is not set up as it must be."""


class XksProxyInvalidResponseException(ServiceError):
    """The proxy's answer cannot be read."""


class XksProxyUriEndpointInUseException(ServiceError):
    """Another key store uses the proxy's endpoint."""


class XksProxyUriInUseException(ServiceError):
    """Another key store uses the proxy's endpoint and path."""


class XksProxyUriUnreachableException(ServiceError):
    """The proxy does not answer."""


class XksProxyVpcEndpointServiceInUseException(ServiceError):
    """Another key store uses the VPC endpoint service."""


class XksProxyVpcEndpointServiceInvalidConfigurationException(ServiceError):
    """The VPC endpoint service is not set up as an external key store needs it."""


class XksProxyVpcEndpointServiceNotFoundException(ServiceError):
    """The VPC endpoint service does not exist, or does not admit KMS."""

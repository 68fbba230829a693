"""Requests that name the proxy of an external key store, and what they are refused with."""

from external_key_stores import SERVICE, create, creation, in_vpc

FAILING = {
    "XksProxyIncorrectAuthenticationCredentialException": "AuthenticationFailedException",
    "XksProxyInvalidConfigurationException": "InvalidUriPathException",
    "XksProxyInvalidResponseException": "malformed",
    "XksProxyUriUnreachableException": "unreachable",
}
"""The error of a new store -> how its proxy fails."""


def on_a_failing_proxy(how):
    """A proxy with a public endpoint that does not answer as it should."""

    def members(aws, _kms, proxy):
        proxy.fail(how)
        return creation(proxy)

    return members


def on_a_used_uri(_aws, kms, proxy):
    """The URI of another store."""
    create(kms, proxy, CustomKeyStoreName="other")
    return creation(proxy)


def on_a_private_endpoint(aws, kms, proxy):
    """The endpoint of another store, which is reached through a VPC."""
    kms.create_custom_key_store(**in_vpc(aws, proxy, CustomKeyStoreName="other"))
    return creation(proxy, XksProxyUriPath="/new/kms/xks/v1")


def on_a_used_service(aws, kms, proxy):
    """The VPC endpoint service of another store."""
    others = in_vpc(aws, aws.external_key_store_proxy(), CustomKeyStoreName="other")
    kms.create_custom_key_store(**others)
    return in_vpc(aws, proxy)


def on_no_service(aws, _kms, proxy):
    """A VPC endpoint service that is gone."""
    members = in_vpc(aws, proxy)
    aws.network.delete_vpc_endpoint_service(SERVICE)
    return members


def on_an_unfit_service(aws, _kms, proxy):
    """A VPC endpoint service without a DNS name."""
    members = in_vpc(aws, proxy)
    aws.network.vpc_endpoint_service(SERVICE, private_dns_name=None)
    return members


CREATIONS = {
    **{error: on_a_failing_proxy(how) for error, how in FAILING.items()},
    "XksProxyUriEndpointInUseException": on_a_private_endpoint,
    "XksProxyUriInUseException": on_a_used_uri,
    "XksProxyVpcEndpointServiceInUseException": on_a_used_service,
    "XksProxyVpcEndpointServiceInvalidConfigurationException": on_an_unfit_service,
    "XksProxyVpcEndpointServiceNotFoundException": on_no_service,
}
"""Error -> a function that prepares it and gives a request of CreateCustomKeyStore."""

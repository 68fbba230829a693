"""External key stores as far along as a test needs them."""

import contextlib

from expect import refused
from key_stores import outcome

NAME = "ExampleExternalKeyStore"
DISCONNECTED_TEXT = (
    "This KMS key is in a custom key store that is not connected to its external key store proxy. "
    "Connect the external key store and try the request again."
)
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0example1"
CREDENTIAL = {
    "AccessKeyId": "ABCDE2345672EXAMPLE7",
    "RawSecretAccessKey": "DXjSUawnel2fr6SKC7G25CNxTyWKE5PF9XX6H/u9pSo=",
}


def creation(proxy, **members):
    """What CreateCustomKeyStore is asked, for a built-in proxy."""
    return {"CustomKeyStoreName": NAME} | proxy.parameters | members


def create(kms, proxy, **members):
    """The id of a new external key store."""
    return kms.create_custom_key_store(**creation(proxy, **members))["CustomKeyStoreId"]


def in_vpc(aws, proxy, **members):
    """What CreateCustomKeyStore is asked, to reach a built-in proxy through its VPC service."""
    dns_name = proxy.endpoint.removeprefix("https://")
    aws.network.vpc_endpoint_service(SERVICE, private_dns_name=dns_name)
    return creation(
        proxy,
        XksProxyConnectivity="VPC_ENDPOINT_SERVICE",
        XksProxyVpcEndpointServiceName=SERVICE,
        **members,
    )


def connected(kms, proxy, **members):
    """The id of a new external key store that is CONNECTED."""
    store_id = create(kms, proxy, **members)
    assert outcome(kms, store_id) == "CONNECTED"
    return store_id


def create_key(kms, store_id, external_key_id="external-key-1", **members):
    """The metadata of a new key in the key store."""
    members = {
        "Origin": "EXTERNAL_KEY_STORE",
        "CustomKeyStoreId": store_id,
        "XksKeyId": external_key_id,
    } | members
    return kms.create_key(**members)["KeyMetadata"]


@contextlib.contextmanager
def never_shown(code, message):
    """The block's call is refused with this, and nothing of the proxy's own words."""
    with refused(code, message) as refusal:
        yield refusal
    assert "proxy refuses" not in str(refusal.response)

"""Every exception and every connection error code of external key stores in the model."""

import pytest
from connection_error_codes import OF_PROXIES, OF_VPC_ENDPOINT_SERVICES
from expect import refused
from external_key_stores import SERVICE, create, create_key, in_vpc
from key_stores import outcome

from kmsmock.protocol.model import service_model


def create_on_failing_proxy(how):
    def situation(aws, kms):
        proxy = aws.external_key_store_proxy()
        proxy.fail(how)
        create(kms, proxy)

    return situation


def create_twice(aws, kms):
    proxy = aws.external_key_store_proxy()
    for name in ("one", "two"):
        create(kms, proxy, CustomKeyStoreName=name)


def create_on_a_private_endpoint(aws, kms):
    proxy = aws.external_key_store_proxy()
    kms.create_custom_key_store(**in_vpc(aws, proxy))
    create(kms, proxy, CustomKeyStoreName="two", XksProxyUriPath="/kms/xks/v1")


def create_twice_on_a_service(aws, kms):
    for name in ("one", "two"):
        proxy = aws.external_key_store_proxy()
        kms.create_custom_key_store(**in_vpc(aws, proxy, CustomKeyStoreName=name))


def create_on_no_service(aws, kms):
    members = in_vpc(aws, aws.external_key_store_proxy())
    aws.network.delete_vpc_endpoint_service(SERVICE)
    kms.create_custom_key_store(**members)


def create_on_an_unfit_service(aws, kms):
    members = in_vpc(aws, aws.external_key_store_proxy())
    aws.network.vpc_endpoint_service(SERVICE, private_dns_name=None)
    kms.create_custom_key_store(**members)


def create_keys(*external_key_ids):
    def situation(aws, kms):
        store = aws.external_key_store("ExampleKeyStore")
        store.proxy.add_key("good")
        store.proxy.add_key("disabled", status="DISABLED")
        for external_key_id in external_key_ids:
            create_key(kms, store.custom_key_store_id, external_key_id)

    return situation


REACHED_BY = {
    "XksKeyAlreadyInUseException": create_keys("good", "good"),
    "XksKeyInvalidConfigurationException": create_keys("disabled"),
    "XksKeyNotFoundException": create_keys("missing"),
    "XksProxyIncorrectAuthenticationCredentialException": create_on_failing_proxy(
        "AuthenticationFailedException"
    ),
    "XksProxyInvalidConfigurationException": create_on_failing_proxy("InvalidUriPathException"),
    "XksProxyInvalidResponseException": create_on_failing_proxy("malformed"),
    "XksProxyUriEndpointInUseException": create_on_a_private_endpoint,
    "XksProxyUriInUseException": create_twice,
    "XksProxyUriUnreachableException": create_on_failing_proxy("unreachable"),
    "XksProxyVpcEndpointServiceInUseException": create_twice_on_a_service,
    "XksProxyVpcEndpointServiceInvalidConfigurationException": create_on_an_unfit_service,
    "XksProxyVpcEndpointServiceNotFoundException": create_on_no_service,
}


def test_every_exception_of_the_model_has_a_situation():
    """A new exception of the model about external key stores fails here first."""
    model = service_model("kms")

    modelled = {
        name
        for name in model.shape_names
        if name.startswith("Xks") and model.shape_for(name).metadata.get("exception")
    }

    assert modelled == REACHED_BY.keys()


@pytest.mark.parametrize("name", REACHED_BY)
def test_every_exception_is_reached(aws, kms, name):
    """There is a way to each of the model's exceptions about external key stores."""
    with refused(name):
        REACHED_BY[name](aws, kms)


def test_every_code_of_the_model_has_a_situation():
    """Codes of external key stores come from a failing proxy, or from the VPC endpoint service."""
    codes = service_model("kms").shape_for("ConnectionErrorCodeType").enum

    assert {code for code in codes if code.startswith("XKS_")} == {
        *OF_VPC_ENDPOINT_SERVICES,
        *(code for code in OF_PROXIES if code.startswith("XKS_")),
    }
    assert OF_PROXIES.keys() <= set(codes)


@pytest.mark.parametrize("code", OF_PROXIES)
def test_every_code_of_a_proxy_is_reached(aws, kms, code):
    """There is a way to each connection error code that a proxy causes."""
    proxy = aws.external_key_store_proxy()
    store_id = create(kms, proxy)

    proxy.fail(OF_PROXIES[code])

    assert outcome(kms, store_id) == code


def test_unfit_service_has_a_code(aws, kms):
    """There is a way to the connection error codes that a VPC endpoint service causes."""
    members = in_vpc(aws, aws.external_key_store_proxy())
    store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]

    aws.network.vpc_endpoint_service(SERVICE, private_dns_name=None)
    assert outcome(kms, store_id) == "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    aws.network.delete_vpc_endpoint_service(SERVICE)

    assert outcome(kms, store_id) == "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"

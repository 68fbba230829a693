import pytest
from botocore_knows import needs
from expect import refused
from external_key_stores import SERVICE, create, creation, in_vpc
from key_stores import disconnect, entry, outcome

OTHER = "com.amazonaws.vpce.us-east-1.vpce-svc-0example2"


@pytest.fixture
def proxy(aws):
    """The mock's own proxy."""
    return aws.external_key_store_proxy()


def host(proxy):
    return proxy.endpoint.removeprefix("https://")


@needs("XksProxyConfigurationType.VpcEndpointServiceOwner")
def test_store_connects_through_its_service(aws, kms, proxy):
    """A store with VPC_ENDPOINT_SERVICE connectivity shows its service and the service's owner."""
    store_id = kms.create_custom_key_store(**in_vpc(aws, proxy))["CustomKeyStoreId"]

    assert outcome(kms, store_id) == "CONNECTED"
    assert entry(kms, store_id)["XksProxyConfiguration"] == {
        "Connectivity": "VPC_ENDPOINT_SERVICE",
        "AccessKeyId": proxy.access_key_id,
        "UriEndpoint": proxy.endpoint,
        "UriPath": proxy.path,
        "VpcEndpointServiceName": SERVICE,
        "VpcEndpointServiceOwner": aws.account_id,
    }


def test_proxy_is_not_asked_before_connecting(aws, kms, proxy):
    """KMS asks the proxy of such a store when it connects, not when it is created or updated."""
    members = in_vpc(aws, proxy)
    proxy.fail("unreachable")

    store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]
    kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath="/kms/xks/v1")
    kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath=proxy.path)

    assert outcome(kms, store_id) == "XKS_PROXY_NOT_REACHABLE"


def test_proxy_is_asked_while_connected(aws, kms, proxy):
    """What changes while the store is CONNECTED is tried first."""
    store_id = kms.create_custom_key_store(**in_vpc(aws, proxy))["CustomKeyStoreId"]
    assert outcome(kms, store_id) == "CONNECTED"

    with refused("XksProxyInvalidConfigurationException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath="/kms/xks/v1")


def test_service_is_needed(aws, kms, proxy):
    """VPC_ENDPOINT_SERVICE connectivity needs the name of a service."""
    members = in_vpc(aws, proxy)
    del members["XksProxyVpcEndpointServiceName"]

    with refused("ValidationException"):
        kms.create_custom_key_store(**members)


UNFIT = [
    ({"availability_zones": ["us-east-1a"]}, "InvalidConfiguration"),
    ({"acceptance_required": True}, "InvalidConfiguration"),
    ({"private_dns_name": None}, "InvalidConfiguration"),
    ({"private_dns_name": "other.example.com"}, "InvalidConfiguration"),
    ({"domain_verified": False}, "InvalidConfiguration"),
    ({"allowed_principals": ["cks.kms.eu-west-1.amazonaws.com"]}, "NotFound"),
    ({"owner": "210987654321"}, "NotFound"),
]
TEXTS = {
    "availability_zones": (
        f"VPC endpoint service {SERVICE} must have a network load balancer connected to subnets "
        "in at least two Availability Zones."
    ),
    "acceptance_required": (
        f"VPC endpoint service {SERVICE} must not require acceptance of connections."
    ),
    "domain_verified": (
        f"The domain of private DNS name HOST of VPC endpoint service {SERVICE} must be verified."
    ),
}
NAMES = {
    None: f"VPC endpoint service {SERVICE} must have a private DNS name.",
    "other.example.com": (
        f"The private DNS name of VPC endpoint service {SERVICE} must be that of "
        "XksProxyUriEndpoint https://HOST."
    ),
}


def text_about(properties, proxy):
    """What KMS says of such a service; None where a test does not know."""
    if "private_dns_name" in properties:
        text = NAMES[properties["private_dns_name"]]
    else:
        (name,) = properties
        text = TEXTS.get(name)
    return None if text is None else text.replace("HOST", host(proxy))


CODES = {
    "InvalidConfiguration": "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION",
    "NotFound": "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND",
}


@pytest.mark.parametrize(("properties", "problem"), UNFIT)
def test_service_must_be_fit(aws, kms, proxy, properties, problem):
    """A service has two zones, no acceptance, a verified DNS name, and lets KMS in."""
    members = in_vpc(aws, proxy)
    aws.network.delete_vpc_endpoint_service(SERVICE)
    aws.network.vpc_endpoint_service(SERVICE, **{"private_dns_name": host(proxy)} | properties)

    text = text_about(properties, proxy)
    with refused(f"XksProxyVpcEndpointService{problem}Exception", text):
        kms.create_custom_key_store(**members)


@pytest.mark.parametrize("principal", ["*", "cks.kms.us-east-1.amazonaws.com"])
def test_service_lets_kms_in(aws, kms, proxy, principal):
    """A service lets in the service principal of KMS in the Region, or everybody."""
    members = in_vpc(aws, proxy)
    aws.network.delete_vpc_endpoint_service(SERVICE)
    aws.network.vpc_endpoint_service(
        SERVICE, private_dns_name=host(proxy), allowed_principals=[principal]
    )

    store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]

    assert outcome(kms, store_id) == "CONNECTED"


@pytest.mark.parametrize(("properties", "problem"), UNFIT)
def test_service_must_be_fit_to_connect(aws, kms, proxy, properties, problem):
    """A service that is no longer fit keeps its store from connecting."""
    store_id = kms.create_custom_key_store(**in_vpc(aws, proxy))["CustomKeyStoreId"]

    aws.network.delete_vpc_endpoint_service(SERVICE)
    aws.network.vpc_endpoint_service(SERVICE, **{"private_dns_name": host(proxy)} | properties)

    assert outcome(kms, store_id) == CODES[problem]


def test_service_of_another_account(aws, kms, proxy):
    """A service may be another account's, if its owner is named."""
    owner = "210987654321"
    members = in_vpc(aws, proxy)
    aws.network.delete_vpc_endpoint_service(SERVICE)
    aws.network.vpc_endpoint_service(SERVICE, private_dns_name=host(proxy), owner=owner)
    if not names_owners(kms):
        pytest.skip("botocore does not know the owner of the service yet")

    members["XksProxyVpcEndpointServiceOwner"] = owner
    store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]

    assert outcome(kms, store_id) == "CONNECTED"


def names_owners(kms):
    shape = kms.meta.service_model.operation_model("CreateCustomKeyStore").input_shape
    return "XksProxyVpcEndpointServiceOwner" in shape.members


def test_service_that_is_gone_is_not_found(aws, kms, proxy):
    """Creating and connecting need a service that exists in the Region."""
    members = in_vpc(aws, proxy)
    store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]

    aws.network.delete_vpc_endpoint_service(SERVICE)

    assert outcome(kms, store_id) == "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"


def test_service_is_used_once(aws, kms, proxy):
    """No two stores share a VPC endpoint service."""
    kms.create_custom_key_store(**in_vpc(aws, proxy))

    with refused("XksProxyVpcEndpointServiceInUseException"):
        kms.create_custom_key_store(
            **in_vpc(aws, aws.external_key_store_proxy(), CustomKeyStoreName="other")
        )


def test_private_dns_name_is_used_once(aws, kms, proxy):
    """No two stores with VPC connectivity have one endpoint, also with different paths."""
    kms.create_custom_key_store(**in_vpc(aws, proxy))
    aws.network.vpc_endpoint_service(OTHER, private_dns_name=host(proxy))
    members = in_vpc(aws, proxy, CustomKeyStoreName="other", XksProxyUriPath="/kms/xks/v1")

    with refused("XksProxyUriEndpointInUseException"):
        kms.create_custom_key_store(**members | {"XksProxyVpcEndpointServiceName": OTHER})


def test_endpoint_has_one_connectivity(aws, kms, proxy):
    """An endpoint of a store with VPC connectivity is none of a public one's."""
    kms.create_custom_key_store(**in_vpc(aws, proxy))

    with refused("XksProxyUriEndpointInUseException"):
        create(kms, proxy, CustomKeyStoreName="other", XksProxyUriPath="/kms/xks/v1")


def test_store_changes_to_vpc_connectivity_and_back(aws, kms, proxy):
    """Connectivity changes together with the endpoint; a public store has no service."""
    private = aws.external_key_store_proxy()
    in_vpc(aws, private)
    store_id = create(kms, proxy)

    move(kms, store_id, private, "VPC_ENDPOINT_SERVICE", XksProxyVpcEndpointServiceName=SERVICE)
    assert outcome(kms, store_id) == "CONNECTED"
    disconnect(kms, store_id)
    move(kms, store_id, proxy, "PUBLIC_ENDPOINT")

    assert outcome(kms, store_id) == "CONNECTED"
    assert "VpcEndpointServiceName" not in entry(kms, store_id)["XksProxyConfiguration"]


def move(kms, store_id, proxy, connectivity, **members):
    credential = creation(proxy)["XksProxyAuthenticationCredential"]
    kms.update_custom_key_store(
        CustomKeyStoreId=store_id,
        XksProxyConnectivity=connectivity,
        XksProxyUriEndpoint=proxy.endpoint,
        XksProxyAuthenticationCredential=credential,
        **members,
    )


@pytest.mark.parametrize(
    "members",
    [
        {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"},
        {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE", "XksProxyUriEndpoint": "https://a.bcd"},
        {
            "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
            "XksProxyVpcEndpointServiceName": SERVICE,
        },
        {"XksProxyVpcEndpointServiceName": SERVICE},
    ],
)
def test_connectivity_changes_as_a_whole(kms, proxy, members):
    """VPC connectivity comes with a new endpoint and a service; the public one has no service."""
    store_id = create(kms, proxy)

    with refused("ValidationException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, **members)


def test_checks_have_an_order(aws, kms, proxy):
    """Name, URI, endpoint, service in use, service found, service fit: each is asked in turn."""
    request = in_vpc(aws, proxy)
    assert outcome(kms, kms.create_custom_key_store(**request)["CustomKeyStoreId"]) == "CONNECTED"
    steps = [
        ("CustomKeyStoreNameInUseException", {"CustomKeyStoreName": "other"}),
        ("XksProxyUriInUseException", {"XksProxyUriPath": "/kms/xks/v1"}),
        ("XksProxyUriEndpointInUseException", {"XksProxyUriEndpoint": "https://new.example.com"}),
        ("XksProxyVpcEndpointServiceInUseException", {"XksProxyVpcEndpointServiceName": OTHER}),
    ]

    for code, remedy in steps:
        with refused(code):
            kms.create_custom_key_store(**request)
        request |= remedy
    with refused("XksProxyVpcEndpointServiceNotFoundException"):
        kms.create_custom_key_store(**request)
    aws.network.vpc_endpoint_service(OTHER, private_dns_name=None)
    with refused("XksProxyVpcEndpointServiceInvalidConfigurationException"):
        kms.create_custom_key_store(**request)
    aws.network.vpc_endpoint_service(OTHER, private_dns_name="new.example.com")

    assert kms.create_custom_key_store(**request)["CustomKeyStoreId"]

"""What is particular to key stores of type EXTERNAL_KEY_STORE: how KMS comes to their proxies.

Rules and their order: custom-key-stores.md, sections 6 and 8. Texts about external key stores
are assumed where the specification of the proxy API has none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kmsmock.domain.arn import account_arn
from kmsmock.domain.deed import deed
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.external_proxy import ProxyConfiguration, ProxyFailure
from kmsmock.domain.vpc_endpoint_service import VpcEndpointService, kms_principal
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    XksProxyUriEndpointInUseException,
    XksProxyUriInUseException,
    XksProxyVpcEndpointServiceInUseException,
    XksProxyVpcEndpointServiceInvalidConfigurationException,
    XksProxyVpcEndpointServiceNotFoundException,
)
from kmsmock.kms import cloudhsm_key_stores
from kmsmock.kms.key_store_checks import (
    refuse_members,
    require_connection_state,
    require_free_name,
    require_members,
    require_room_for_store,
)
from kmsmock.xks_proxy.client import ProxyClient, Source

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CreateCustomKeyStoreRequestTypeDef,
        UpdateCustomKeyStoreRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.region import Region
    from kmsmock.world import World

MEMBERS = (
    "XksProxyConnectivity",
    "XksProxyUriEndpoint",
    "XksProxyUriPath",
    "XksProxyAuthenticationCredential",
)
"""What a store of this type needs."""
ALSO_WHILE_CONNECTED = {
    "CustomKeyStoreId",
    "NewCustomKeyStoreName",
    "XksProxyUriPath",
    "XksProxyAuthenticationCredential",
}
"""What UpdateCustomKeyStore changes in CONNECTED, too."""
KIND = "an external key store"
SERVICE = "XksProxyVpcEndpointService"
"""What the members begin with that only VPC_ENDPOINT_SERVICE has."""


def proxy_for(call: Call) -> ProxyClient:
    """Give the way to proxies on behalf of a call."""
    caller = call.caller
    source = Source(caller.arn, caller.account_id)
    if caller.credentials is not None:
        context, via_service = caller.credentials.context, caller.credentials.via_service
        source = replace(
            source,
            vpc=context.get("aws:sourcevpc", (None,))[0],
            vpc_endpoint=context.get("aws:sourcevpce", (None,))[0],
            via_service=None if via_service is None else via_service.partition(".")[0],
        )
    return ProxyClient(
        call.world.proxies,
        call.region.name,
        call.now,
        call.request_id,
        call.operation,
        source,
    )


def create(call: Call, request: CreateCustomKeyStoreRequestTypeDef) -> ExternalKeyStore:
    """Give a new store on a proxy, or the one that an earlier request like this one made.

    That retries are known is told of key stores in general, before their types (section 2.1).
    """
    require_members(request, MEMBERS, KIND)
    refuse_members(request, cloudhsm_key_stores.MEMBERS, KIND)
    region, name = call.region, request["CustomKeyStoreName"]
    configuration = _configuration(request, region)
    for store in region.key_stores:
        if (
            isinstance(store, ExternalKeyStore)
            and store.state == "DISCONNECTED"
            and (store.name, store.configuration) == (name, configuration)
        ):
            return store
    require_free_name(region, name)
    require_room_for_store(region)
    _require_unused(region, configuration)
    _require_service(call, configuration)
    if configuration.connectivity == "PUBLIC_ENDPOINT":
        _require_health(call, configuration)
    return ExternalKeyStore(
        store_id=f"cks-{call.world.randomness.hex(17)}",
        account_id=region.account_id,
        name=name,
        created=call.now,
        configuration=configuration,
    )


def _configuration(
    request: CreateCustomKeyStoreRequestTypeDef, region: Region
) -> ProxyConfiguration:
    credential = request["XksProxyAuthenticationCredential"]
    configuration = ProxyConfiguration(
        connectivity=request["XksProxyConnectivity"],
        endpoint=request["XksProxyUriEndpoint"],
        path=request["XksProxyUriPath"],
        access_key_id=credential["AccessKeyId"],
        secret_access_key=credential["RawSecretAccessKey"],
    )
    return _with_service(configuration, request, region)


def _with_service(
    configuration: ProxyConfiguration,
    request: CreateCustomKeyStoreRequestTypeDef | UpdateCustomKeyStoreRequestTypeDef,
    region: Region,
) -> ProxyConfiguration:
    """Give a configuration the VPC endpoint service of a request; of old ones it keeps its own."""
    if configuration.connectivity == "PUBLIC_ENDPOINT":
        refuse_members(request, SERVICE, "PUBLIC_ENDPOINT connectivity")
        return replace(configuration, service_name=None, service_owner=None)
    name = request.get("XksProxyVpcEndpointServiceName", configuration.service_name)
    if name is None:
        raise ValidationException(
            "XksProxyVpcEndpointServiceName is required for VPC_ENDPOINT_SERVICE connectivity."
        )
    owner = configuration.service_owner or region.account_id
    return replace(
        configuration,
        service_name=name,
        service_owner=request.get("XksProxyVpcEndpointServiceOwner", owner),
    )


def update(
    call: Call, request: UpdateCustomKeyStoreRequestTypeDef, store: ExternalKeyStore
) -> None:
    """Change a store's name, or how KMS comes to its proxy, which must be well with that.

    While a store with VPC connectivity is disconnected there is no way to its proxy. Assumed:
    UpdateCustomKeyStore does not ask the proxy of a disconnected store with VPC connectivity, as
    CreateCustomKeyStore does not.
    """
    also_connected = request.keys() <= ALSO_WHILE_CONNECTED
    require_connection_state(
        store, ("CONNECTED", "DISCONNECTED") if also_connected else ("DISCONNECTED",)
    )
    refuse_members(request, cloudhsm_key_stores.MEMBERS, KIND)
    name = request.get("NewCustomKeyStoreName", store.name)
    if name != store.name:
        require_free_name(call.region, name)
    configuration = store.configuration
    if any(member.startswith("Xks") for member in request):
        configuration = _changed(configuration, request, call.region)
        _require_unused(call.region, configuration, besides=store)
        _require_service(call, configuration)
        if configuration.connectivity == "PUBLIC_ENDPOINT" or store.connected:
            _require_health(call, configuration)
    store.name = name
    store.configuration = configuration


def _changed(
    old: ProxyConfiguration, request: UpdateCustomKeyStoreRequestTypeDef, region: Region
) -> ProxyConfiguration:
    connectivity = request.get("XksProxyConnectivity", old.connectivity)
    if connectivity != old.connectivity and "XksProxyUriEndpoint" not in request:
        raise ValidationException("XksProxyUriEndpoint must change with XksProxyConnectivity.")
    changed = replace(
        old,
        connectivity=connectivity,
        endpoint=request.get("XksProxyUriEndpoint", old.endpoint),
        path=request.get("XksProxyUriPath", old.path),
    )
    if "XksProxyAuthenticationCredential" in request:
        credential = request["XksProxyAuthenticationCredential"]
        changed = replace(
            changed,
            access_key_id=credential["AccessKeyId"],
            secret_access_key=credential["RawSecretAccessKey"],
        )
    return _with_service(changed, request, region)


def _require_unused(
    region: Region, configuration: ProxyConfiguration, besides: ExternalKeyStore | None = None
) -> None:
    """Refuse what another store of the account and Region has, in the order of section 8.1."""
    others = [
        store.configuration
        for store in region.key_stores
        if isinstance(store, ExternalKeyStore) and store is not besides
    ]
    if any(configuration.uri == other.uri for other in others):
        raise XksProxyUriInUseException(f"XKS proxy URI {configuration.uri} is in use.")
    for other in others:
        public = other.connectivity == configuration.connectivity == "PUBLIC_ENDPOINT"
        if configuration.endpoint == other.endpoint and not public:
            raise XksProxyUriEndpointInUseException(
                f"XksProxyUriEndpoint {configuration.endpoint} is in use by an external key store "
                f"with {other.connectivity} connectivity."
            )
    service = configuration.service_name
    if service is not None and any(service == other.service_name for other in others):
        raise XksProxyVpcEndpointServiceInUseException(
            f"VPC endpoint service {service} is in use by another external key store."
        )


def _require_service(call: Call, configuration: ProxyConfiguration) -> None:
    """Refuse a VPC endpoint service that KMS does not find, or that cannot serve the store."""
    if configuration.connectivity == "PUBLIC_ENDPOINT":
        return
    service = _find_service(call.world, call.region.name, configuration)
    if service is None:
        raise XksProxyVpcEndpointServiceNotFoundException(
            f"VPC endpoint service {configuration.service_name} is not found, or does not allow "
            f"{kms_principal(call.region.name)}."
        )
    problem = service.unfit_for(configuration.endpoint)
    if problem is not None:
        raise XksProxyVpcEndpointServiceInvalidConfigurationException(problem)


def _find_service(
    world: World, region_name: str, configuration: ProxyConfiguration
) -> VpcEndpointService | None:
    account = world.accounts.get(configuration.service_owner or "")
    region = None if account is None else account.regions.get(region_name)
    if region is None:
        return None
    service = region.network.endpoint_services.get(configuration.service_name or "")
    admitted = service is not None and service.admits(kms_principal(region_name))
    return service if admitted else None


def _require_health(call: Call, configuration: ProxyConfiguration) -> None:
    try:
        proxy_for(call).check_health(configuration)
    except ProxyFailure as failure:
        raise failure.in_store_operation() from None


@deed("external key store connection")
def finish_connecting(  # noqa: PLR0913, PLR0917 - what every deed takes, and its subject
    world: World, region: Region, at: datetime, store_id: str, attempt: int, request_id: str
) -> None:
    """Ask the proxy how it is, on behalf of the request that began to connect the store."""
    store = region.key_stores.get(store_id)
    if isinstance(store, ExternalKeyStore):
        service = _find_service(world, region.name, store.configuration)
        # Who connects a store is nothing that a proxy is told when it is asked for its health.
        nobody = Source(account_arn(region.partition, region.account_id), region.account_id)
        proxy = ProxyClient(
            world.proxies, region.name, at, request_id, "ConnectCustomKeyStore", nobody
        )
        store.finish_connecting(attempt, proxy, service)

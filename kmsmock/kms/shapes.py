"""Domain objects as the shapes of KMS's answers, and request members as Python's values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.key_spec import ALGORITHMS_MEMBER, algorithms
from kmsmock.protocol.entries import Entries, Entry

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        AliasListEntryTypeDef,
        CustomKeyStoresListEntryTypeDef,
        GrantConstraintsOutputTypeDef,
        GrantListEntryTypeDef,
        KeyListEntryTypeDef,
        KeyMetadataTypeDef,
        MultiRegionConfigurationTypeDef,
        RotationsListEntryTypeDef,
    )

    from kmsmock.domain.alias import Alias
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.external_proxy import ProxyConfiguration
    from kmsmock.domain.grant import Constraints, Grant
    from kmsmock.domain.key import Key
    from kmsmock.domain.key_material import KeyMaterial
    from kmsmock.domain.multi_region import RelatedKeys
    from kmsmock.domain.region import Region

KEPT_ENTRIES = 4096
"""How many entries of keys, and as many of aliases, are kept as they were written."""


def key_metadata(key: Key) -> KeyMetadataTypeDef:
    """Give a key's metadata, each member when AWS has it (kms-operations.md section 4.9)."""
    state, material_id = key.state, key.current_material_id
    metadata: dict[str, object] = {
        "AWSAccountId": key.account_id,
        "KeyId": key.key_id,
        "Arn": key.arn,
        "CreationDate": key.created,
        "Enabled": state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": state,
        "Origin": key.origin,
        "KeyManager": key.manager,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "MultiRegion": key.related is not None,
        ALGORITHMS_MEMBER[key.usage]: list(algorithms(key.spec, key.usage)),
    }
    if material_id is not None and key.changing != "Creating":
        metadata["CurrentKeyMaterialId"] = material_id
    if key.origin == "EXTERNAL" and key.materials.any_present:
        metadata.update(_expiration(key.materials.earliest_expiry))
    if state == "PendingDeletion":
        metadata["DeletionDate"] = key.deletion_date
    if state == "PendingReplicaDeletion" and key.deletion_window is not None:
        metadata["PendingDeletionWindowInDays"] = key.deletion_window.days
    if key.related is not None:
        metadata["MultiRegionConfiguration"] = multi_region_configuration(key, key.related)
    store = key.custom_key_store
    if store is not None:
        metadata["CustomKeyStoreId"] = store.store_id
        if isinstance(store, CloudHsmKeyStore):
            metadata["CloudHsmClusterId"] = store.cluster_id
        if isinstance(store, ExternalKeyStore):
            metadata["XksKeyConfiguration"] = {"Id": key.backing_key}
    return cast("KeyMetadataTypeDef", metadata)


def _expiration(expires: datetime | None) -> dict[str, object]:
    if expires is None:
        return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": expires}


def rotation_entry(key: Key, material: KeyMaterial) -> RotationsListEntryTypeDef:
    """Give an entry of ListKeyRotations (kms-operations.md section 3.7).

    Assumed: KeyId in an entry of ListKeyRotations is the key's ARN. Assumed: ListKeyRotations
    shows no expiration of imported material that is not there, as DescribeKey does not.
    """
    entry: dict[str, object] = {
        "KeyId": key.arn,
        "KeyMaterialId": material.material_id,
        "KeyMaterialState": key.state_of_material(material),
    }
    if key.origin == "EXTERNAL":
        entry["ImportState"] = "PENDING_IMPORT" if material.secret is None else "IMPORTED"
        if material.secret is not None:
            entry.update(_expiration(material.expires))
        if material.description is not None:
            entry["KeyMaterialDescription"] = material.description
    if material.rotation is not None:
        entry["RotationDate"] = material.rotated
        entry["RotationType"] = material.rotation
    return cast("RotationsListEntryTypeDef", entry)


def multi_region_configuration(key: Key, related: RelatedKeys) -> MultiRegionConfigurationTypeDef:
    """Give the primary and all replicas of a multi-Region key, and which of them it is."""
    return {
        "MultiRegionKeyType": "PRIMARY" if key.is_primary else "REPLICA",
        "PrimaryKey": {"Arn": related.primary.arn, "Region": related.primary.region},
        "ReplicaKeys": [
            {"Arn": replica.arn, "Region": replica.region} for replica in related.replicas.values()
        ],
    }


def key_entries(keys: Iterable[Key]) -> list[KeyListEntryTypeDef]:
    """Give keys' entries in a list."""
    entries = Entries([_key_entry(key.arn) for key in keys])
    return cast("list[KeyListEntryTypeDef]", entries)


@lru_cache(maxsize=KEPT_ENTRIES)
def _key_entry(arn: str) -> Entry:
    return Entry(KeyId=arn.rpartition("/")[2], KeyArn=arn)


def alias_entries(region: Region, aliases: Iterable[Alias]) -> list[AliasListEntryTypeDef]:
    """Give aliases' entries in a list."""
    here = region.kms_arn("")
    entries = Entries(
        [_alias_entry(here, it.name, it.key_id, it.created, it.updated) for it in aliases]
    )
    return cast("list[AliasListEntryTypeDef]", entries)


@lru_cache(maxsize=KEPT_ENTRIES)
def _alias_entry(
    here: str, name: str, key_id: str | None, created: datetime | None, updated: datetime | None
) -> Entry:
    entry = Entry(AliasName=name, AliasArn=here + name)
    if key_id is not None:
        entry["TargetKeyId"] = key_id
    if created is not None and updated is not None:
        entry["CreationDate"] = created
        entry["LastUpdatedDate"] = updated
    return entry


def grant_entry(grant: Grant) -> GrantListEntryTypeDef:
    """Give a grant's entry in a list; what was not asked for is absent."""
    terms = grant.terms
    members: dict[str, object] = {
        "KeyId": grant.key_arn,
        "GrantId": grant.grant_id,
        "Name": terms.name,
        "CreationDate": grant.created,
        "GranteePrincipal": terms.grantee,
        "GranteeServicePrincipal": terms.grantee_service,
        "RetiringPrincipal": terms.retiring,
        "RetiringServicePrincipal": terms.retiring_service,
        "IssuingAccount": grant.issuing_account,
        "Operations": list(terms.operations),
        "Constraints": _grant_constraints(terms.constraints) or None,
    }
    entry = {name: value for name, value in members.items() if value is not None}
    return cast("GrantListEntryTypeDef", entry)


def _grant_constraints(constraints: Constraints) -> GrantConstraintsOutputTypeDef:
    members: GrantConstraintsOutputTypeDef = {}
    if constraints.equals is not None:
        members["EncryptionContextEquals"] = dict(constraints.equals)
    if constraints.subset is not None:
        members["EncryptionContextSubset"] = dict(constraints.subset)
    if constraints.source_arn is not None:
        members["SourceArn"] = constraints.source_arn
    return members


def key_store_entry(store: CustomKeyStore) -> CustomKeyStoresListEntryTypeDef:
    """Give a key store's entry in a list (custom-key-stores.md section 7)."""
    entry: dict[str, object] = {
        "CustomKeyStoreId": store.store_id,
        "CustomKeyStoreName": store.name,
        "ConnectionState": store.state,
        "CreationDate": store.created,
        "CustomKeyStoreType": store.store_type,
    }
    if isinstance(store, CloudHsmKeyStore):
        entry["CloudHsmClusterId"] = store.cluster_id
        entry["TrustAnchorCertificate"] = store.trust_anchor
    if isinstance(store, ExternalKeyStore):
        entry["XksProxyConfiguration"] = _proxy_configuration(store.configuration)
    if store.error_code is not None:
        entry["ConnectionErrorCode"] = store.error_code
    return cast("CustomKeyStoresListEntryTypeDef", entry)


def _proxy_configuration(configuration: ProxyConfiguration) -> dict[str, str]:
    """Give what is told of a proxy: never the secret."""
    members = {
        "Connectivity": configuration.connectivity,
        "AccessKeyId": configuration.access_key_id,
        "UriEndpoint": configuration.endpoint,
        "UriPath": configuration.path,
    }
    if configuration.service_name is not None and configuration.service_owner is not None:
        members["VpcEndpointServiceName"] = configuration.service_name
        members["VpcEndpointServiceOwner"] = configuration.service_owner
    return members

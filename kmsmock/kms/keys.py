"""Keys: CreateKey, DescribeKey, ListKeys, UpdateKeyDescription, EnableKey and DisableKey."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.external_proxy import ProxyFailure
from kmsmock.domain.index import Index
from kmsmock.domain.key import Key
from kmsmock.domain.key_generation import new_material
from kmsmock.domain.key_spec import SYMMETRIC, algorithms, is_offered, origins_of
from kmsmock.domain.key_state import NOT_LEAVING, SWITCHABLE
from kmsmock.domain.multi_region import RelatedKeys
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    CustomKeyStoreInvalidStateException,
    LimitExceededException,
    UnsupportedOperationException,
)
from kmsmock.kms.aws_managed_keys import DESCRIBED_KEY
from kmsmock.kms.due_rotation import resume_rotation
from kmsmock.kms.external_key_stores import proxy_for
from kmsmock.kms.pages import page
from kmsmock.kms.pinned_keys import chosen_id, chosen_secret, pinned_material
from kmsmock.kms.policies import check_policy, default_policy
from kmsmock.kms.shapes import key_entries, key_metadata
from kmsmock.kms.tags import accept_tags
from kmsmock.kms.targets import find_key_store, key_named_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        CreateKeyRequestTypeDef,
        CreateKeyResponseTypeDef,
        DescribeKeyRequestTypeDef,
        DescribeKeyResponseTypeDef,
        DisableKeyRequestTypeDef,
        EnableKeyRequestTypeDef,
        ListKeysRequestTypeDef,
        ListKeysResponseTypeDef,
        UpdateKeyDescriptionRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.region import Region

KEYS_PER_REGION = 100_000


@operation("kms", "CreateKey")
def create_key(call: Call, request: CreateKeyRequestTypeDef) -> CreateKeyResponseTypeDef:
    """Make a key of any spec, in KMS or in a custom key store, or one that awaits its import."""
    spec, usage = _spec_and_usage(call.region, request)
    origin = request.get("Origin", "AWS_KMS")
    _require_origin_that_fits(request, origin, spec)
    random = call.world.randomness
    multi_region = request.get("MultiRegion", False)
    tags: dict[str, str] = {}
    key_id = secret = None
    if "Tags" in request:
        tags = accept_tags(request["Tags"], {})
        secret = chosen_secret(tags, spec, origin, call.region.cipher)
        key_id = chosen_id(call, tags, multi_region=multi_region)
    key_id = key_id or (f"mrk-{random.hex(32)}" if multi_region else random.uuid())
    arn = call.region.kms_arn(f"key/{key_id}")
    if "Policy" in request:
        bypass = request.get("BypassPolicyLockoutSafetyCheck", False)
        check_policy(call, request["Policy"], arn, bypass=bypass)
    store = None
    if "CustomKeyStoreId" in request:
        store = _store_for_key(call, request, origin)
    require_room_for_key(call.region)
    key = Key(
        key_id=key_id,
        arn=arn,
        account_id=call.region.account_id,
        region=call.region.name,
        created=call.now,
        spec=spec,
        usage=usage,
        origin=origin,
        description=request.get("Description", ""),
        policy=request.get("Policy") or default_policy(call.region),
        tags=tags,
    )
    if multi_region:
        key.related = RelatedKeys(key)
    if store is not None:
        _put_into_key_store(call, key, store, request)
    elif secret is not None:
        key.materials.make_current(pinned_material(key_id, spec, secret, call.region.cipher))
    elif origin == "AWS_KMS":
        key.materials.make_current(new_material(spec, random, call.region.cipher))
    call.region.keys[key_id] = key
    reply: CreateKeyResponseTypeDef = call.new_reply()
    reply["KeyMetadata"] = key_metadata(key)
    return reply


def _spec_and_usage(region: Region, request: CreateKeyRequestTypeDef) -> tuple[str, str]:
    if "KeySpec" in request and "CustomerMasterKeySpec" in request:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    spec = request.get("KeySpec") or request.get("CustomerMasterKeySpec") or SYMMETRIC
    if spec != SYMMETRIC and "KeyUsage" not in request:
        raise ValidationException(
            "You must specify a KeyUsage value for all KMS keys except for symmetric "
            "encryption keys."
        )
    usage = request.get("KeyUsage", "ENCRYPT_DECRYPT")
    if not algorithms(spec, usage):
        raise ValidationException(f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    if not is_offered(spec, region.partition):
        # Code and text are assumed.
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported in {region.name}.")
    return spec, usage


def _require_origin_that_fits(request: CreateKeyRequestTypeDef, origin: str, spec: str) -> None:
    """Let a key store and an origin come together, or neither (custom-key-stores.md section 5).

    Codes and texts are assumed.
    """
    in_store = origin in ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
    if in_store and "CustomKeyStoreId" not in request:
        raise ValidationException(f"CustomKeyStoreId is required for Origin {origin}.")
    if not in_store and "CustomKeyStoreId" in request:
        raise ValidationException(f"CustomKeyStoreId is not supported for Origin {origin}.")
    if ("XksKeyId" in request) != (origin == "EXTERNAL_KEY_STORE"):
        raise ValidationException(
            "XksKeyId is required for Origin EXTERNAL_KEY_STORE, and for no other Origin."
        )
    if origin not in origins_of(spec):
        raise UnsupportedOperationException(f"KeySpec {spec} is not supported for Origin {origin}")
    if in_store and request.get("MultiRegion"):
        raise UnsupportedOperationException(f"MultiRegion is not supported for Origin {origin}")


def require_room_for_key(region: Region) -> None:
    """Refuse one more customer key than an account may have in a Region; the text is assumed."""
    if region.customer_keys >= KEYS_PER_REGION:
        raise LimitExceededException(
            f"The account already has {KEYS_PER_REGION} KMS keys in this Region."
        )


def _store_for_key(call: Call, request: CreateKeyRequestTypeDef, origin: str) -> CustomKeyStore:
    store = find_key_store(call.region, request["CustomKeyStoreId"])
    if store.store_type != origin:
        # Code and text are assumed.
        raise UnsupportedOperationException(
            f"Origin {origin} is not supported for a custom key store of type {store.store_type}."
        )
    if isinstance(store, ExternalKeyStore):
        store.require_usable_external_key(request["XksKeyId"], proxy_for(call))
    elif not store.connected:
        raise CustomKeyStoreInvalidStateException(
            f"Custom key store {store.store_id} is {store.state}; it must be CONNECTED."
        )
    return store


def _put_into_key_store(
    call: Call, key: Key, store: CustomKeyStore, request: CreateKeyRequestTypeDef
) -> None:
    """Make the key's material in the store's cluster, or tie it to an external key."""
    random = call.world.randomness
    if isinstance(store, ExternalKeyStore):
        key.materials.make_current(new_material(key.spec, random, call.region.cipher))
        store.add_key(key, request["XksKeyId"])
    else:
        assert isinstance(store, CloudHsmKeyStore)
        store.add_key(key, random.bytes)


@operation("kms", "DescribeKey", DESCRIBED_KEY)
def describe_key(
    call: Call, _request: DescribeKeyRequestTypeDef, key: Key
) -> DescribeKeyResponseTypeDef:
    """Give a key's metadata.

    KMS asks the proxy about an external key then, too (xks-proxy.md section 1). No member tells
    what it answers. Assumed: a failure of the proxy does not change what DescribeKey answers.
    """
    store = key.custom_key_store
    if store is not None and isinstance(store, ExternalKeyStore) and store.connected:
        with contextlib.suppress(ProxyFailure):
            proxy_for(call).describe_key(store.configuration, key.backing_key)
    reply: DescribeKeyResponseTypeDef = call.new_reply()
    reply["KeyMetadata"] = key_metadata(key)
    return reply


@operation("kms", "ListKeys")
def list_keys(call: Call, _request: ListKeysRequestTypeDef) -> ListKeysResponseTypeDef:
    """List the keys of the account and Region, by id.

    Kept difference (Keys shared through AWS RAM): AWS lists them when ResourceOwners asks for those
    of other accounts; kmsmock lists none. Why: RAM is not here.
    """
    listed, of = call.region.keys, "ListKeys"
    if "ResourceOwners" in call.request:
        # The published types do not have this member yet.
        owners = sorted(set(cast("list[str]", call.request["ResourceOwners"])))
        if owners != ["SELF"]:
            of += f" {owners}"
        if "SELF" not in owners:
            listed = Index()
    keys, marker = page(listed, call.request, default=100, of=of)
    reply: ListKeysResponseTypeDef = call.new_reply()
    reply["Keys"] = key_entries(keys)
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


@operation(
    "kms", "UpdateKeyDescription", key_named_by("KeyId", "kms:UpdateKeyDescription", NOT_LEAVING)
)
def update_key_description(
    _call: Call, request: UpdateKeyDescriptionRequestTypeDef, key: Key
) -> None:
    """Change what the key is said to be for."""
    key.description = request["Description"]


@operation("kms", "EnableKey", key_named_by("KeyId", "kms:EnableKey", SWITCHABLE))
def enable_key(call: Call, _request: EnableKeyRequestTypeDef, key: Key) -> None:
    """Let the key be used again, and rotated again."""
    if not key.enabled:
        key.enabled = True
        resume_rotation(call.world, call.region, key, call.now)


@operation("kms", "DisableKey", key_named_by("KeyId", "kms:DisableKey", SWITCHABLE))
def disable_key(_call: Call, _request: DisableKeyRequestTypeDef, key: Key) -> None:
    """Keep the key from being used."""
    key.enabled = False

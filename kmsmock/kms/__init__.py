"""AWS KMS: the table of contents of its operations, one file per thing that they work on."""

SERVICE = "kms"

from kmsmock.kms import (  # noqa: E402
    aliases,
    custom_key_stores,
    data_key_pairs,
    data_keys,
    encryption,
    grants,
    imported_material,
    key_agreement,
    key_deletion,
    key_encapsulation,
    key_usage,
    keys,
    macs,
    multi_region,
    policies,
    rotation,
    signing,
    tags,
)

__all__ = [
    "SERVICE",
    "aliases",
    "custom_key_stores",
    "data_key_pairs",
    "data_keys",
    "encryption",
    "grants",
    "imported_material",
    "key_agreement",
    "key_deletion",
    "key_encapsulation",
    "key_usage",
    "keys",
    "macs",
    "multi_region",
    "policies",
    "rotation",
    "signing",
    "tags",
]

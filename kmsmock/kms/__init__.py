"""AWS KMS: the table of contents of its operations, one file per thing that they work on."""

SERVICE = "kms"

from kmsmock.kms import aliases, custom_key_stores, data_keys, encryption, keys  # noqa: E402

__all__ = ["SERVICE", "aliases", "custom_key_stores", "data_keys", "encryption", "keys"]

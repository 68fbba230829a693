"""The HTTP between KMS and the proxy of an external key store: KMS's side, and a proxy's."""

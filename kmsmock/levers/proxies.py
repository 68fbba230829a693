"""The built-in proxy of an external key store, for a test to fill and to break."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from kmsmock.xks_proxy.builtin import FAILURES, BuiltinProxy, ExternalKey

if TYPE_CHECKING:
    from kmsmock.world import World

Status = Literal["ENABLED", "DISABLED"]
BOTH_WAYS = ("ENCRYPT", "DECRYPT")


class ProxyLevers:
    """A proxy and the key manager behind it, both the mock's own.

    Attributes:
        endpoint: for XksProxyUriEndpoint.
        path: for XksProxyUriPath.
        access_key_id: with the next, the credential that the proxy knows.
        secret_access_key: 43 characters.
    """

    def __init__(self, world: World, proxy: BuiltinProxy) -> None:
        self._world = world
        self._proxy = proxy
        self.endpoint = proxy.endpoint
        self.path = proxy.path
        self.access_key_id = proxy.access_key_id
        self.secret_access_key = proxy.secret_access_key

    @property
    def parameters(self) -> dict[str, Any]:
        """What CreateCustomKeyStore needs beside a name, for a proxy with a public endpoint."""
        return {
            "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
            "XksProxyConnectivity": "PUBLIC_ENDPOINT",
            "XksProxyUriEndpoint": self.endpoint,
            "XksProxyUriPath": self.path,
            "XksProxyAuthenticationCredential": {
                "AccessKeyId": self.access_key_id,
                "RawSecretAccessKey": self.secret_access_key,
            },
        }

    def add_key(
        self,
        key_id: str,
        *,
        spec: str = "AES_256",
        usage: Iterable[str] = BOTH_WAYS,
        status: Status = "ENABLED",
    ) -> None:
        """Make a key in the key manager, for an XksKeyId.

        Args:
            key_id: 1 to 128 letters, digits, hyphens, underscores and dots.
            spec: as the proxy tells it; KMS takes AES_256 alone.
            usage: as the proxy tells it; KMS needs ENCRYPT and DECRYPT.
            status: "ENABLED" or "DISABLED".

        Raises:
            ValueError: there is a key of this id.
        """
        with self._world.lock:
            if key_id in self._proxy.keys:
                raise ValueError(f"the key manager has a key {key_id!r} already")
            secret = self._world.randomness.bytes(32)
            self._proxy.keys[key_id] = ExternalKey(spec, tuple(usage), status, secret)

    def change_key(
        self, key_id: str, *, usage: Iterable[str] | None = None, status: Status | None = None
    ) -> None:
        """Change what a key may be used for, or switch it on or off, in the key manager.

        Args:
            key_id: as `add_key` was given it.
            usage: ENCRYPT, DECRYPT or both; by default as before.
            status: "ENABLED" or "DISABLED"; by default as before.

        Raises:
            LookupError: there is no key of this id.
        """
        with self._world.lock:
            key = self._key(key_id)
            key.usage = key.usage if usage is None else tuple(usage)
            key.status = status or key.status

    def delete_key(self, key_id: str) -> None:
        """Delete a key from the key manager; what it encrypted is lost.

        Args:
            key_id: as `add_key` was given it.

        Raises:
            LookupError: there is no key of this id.
        """
        with self._world.lock:
            self._key(key_id)
            del self._proxy.keys[key_id]

    @property
    def keys(self) -> dict[str, str]:
        """The key manager's keys: id -> ENABLED or DISABLED."""
        return {key_id: key.status for key_id, key in self._proxy.keys.items()}

    def fail(self, how: str) -> None:
        """Let every request to the proxy fail, until `recover`.

        Args:
            how: "unreachable" (no TCP connection), "tls" (no TLS connection), "timeout" (no
                answer in 250 ms, though nobody waits), "interrupted" (the connection breaks
                during the answer), "malformed" (an answer that is none), "unhealthy" (all key
                managers UNAVAILABLE, which GetHealthStatus alone tells), or the name of one of
                the proxy API's errors, "KeyNotFoundException" for example.

        Raises:
            ValueError: it is none of these.
        """
        if how not in FAILURES:
            raise ValueError(f"a proxy fails in one of these ways: {', '.join(FAILURES)}")
        with self._world.lock:
            self._proxy.failure = how

    def recover(self) -> None:
        """Let the proxy answer again."""
        with self._world.lock:
            self._proxy.failure = None

    def _key(self, key_id: str) -> ExternalKey:
        if key_id not in self._proxy.keys:
            known = ", ".join(self._proxy.keys) or "none"
            raise LookupError(f"the key manager has no key {key_id!r}; it has: {known}")
        return self._proxy.keys[key_id]

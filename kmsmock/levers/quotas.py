"""`aws.quotas`: lets quotas be enforced, AWS's own or a test's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmsmock.controls.quotas import RATES
from kmsmock.levers.known_names import require_known
from kmsmock.protocol.model import service_model

if TYPE_CHECKING:
    from kmsmock.world import World


class QuotaLevers:
    """Switches the quotas of a world; `aws.quotas`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __repr__(self) -> str:
        quotas = self._world.quotas
        if not quotas.enforced:
            return "<quotas: none is enforced; enforce() begins>"
        own = "".join(f", {name} {rate:g} a second" for name, rate in quotas.rates.items())
        return (
            f"<quotas: AWS's are enforced, {quotas.clusters} clusters, {quotas.hsms} HSMs, "
            f"{quotas.hsms_per_cluster} in a cluster{own}>"
        )

    def enforce(
        self,
        *,
        rates: Mapping[str, float] | None = None,
        clusters: int = 4,
        hsms: int = 6,
        hsms_per_cluster: int = 28,
    ) -> None:
        """Refuse calls beyond AWS's default quotas, on the world's clock.

        Args:
            rates: requests a second, where they are not to be AWS's: of a family that shares a
                quota, `cryptographic operations (symmetric)`, and so `(RSA)`, `(ECC and SM2)`,
                `(ML-DSA and ML-KEM)` and `(custom key store)`, or `GenerateDataKeyPair (RSA_2048)`;
                or of one operation of KMS, also beside the quota that it shares. Less than one is
                one in as many seconds.
            clusters: of an account in a Region.
            hsms: of an account in a Region.
            hsms_per_cluster: of one cluster.

        Raises:
            ValueError: there is no such family, or a quota is no positive number.
        """
        for family in rates or {}:
            require_known("quota", family, (*RATES, *service_model("kms").operation_names))
        if not all(it > 0 for it in (clusters, hsms, hsms_per_cluster, *(rates or {}).values())):
            raise ValueError("a quota is a positive number")
        quotas = self._world.quotas
        with self._world.lock:
            quotas.enforced, quotas.rates = True, dict(rates or {})
            quotas.clusters, quotas.hsms = clusters, hsms
            quotas.hsms_per_cluster = hsms_per_cluster

    def lift(self) -> None:
        """Enforce none, as at the beginning."""
        self._world.quotas.enforced = False

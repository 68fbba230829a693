"""The certificates of a cluster's first HSM, and the signing request that comes out of it.

The chains of https://docs.aws.amazon.com/cloudhsm/latest/userguide/verify-hsm-identity.html: the
hardware vouches for the HSM, AWS and the manufacturer vouch for the hardware. Hardware and roots
are the same in every run and every cluster, the HSM's key is its cluster's own.

Kept difference (Certificates of HSMs): AWS gives some that lead to its own and the manufacturer's
roots; kmsmock gives some of the same shape that lead to its own roots. Why: only AWS can sign with
AWS's.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple, Protocol

from kmsmock.crypto import certificates
from kmsmock.crypto.ready_rsa import COUNT, ready_key
from kmsmock.domain.key_generation import Der

_MANUFACTURER, _AWS, _HARDWARE = range(COUNT - 3, COUNT)
"""Which ready RSA keys are the roots' and the hardware's; the others are for clusters."""

_SINCE = datetime(2017, 8, 11, tzinfo=timezone.utc)
_UNTIL = datetime(2047, 8, 11, tzinfo=timezone.utc)
_VALIDITY = timedelta(days=3652)


class HsmCertificates(NamedTuple):
    """The signing request and the three certificates, as PEM."""

    csr: str
    hsm: str
    aws_hardware: str
    manufacturer_hardware: str


class RandomSource(Protocol):
    """Where names, numbers and keys come from."""

    def bytes(self, count: int) -> bytes:
        """Give that many random bytes."""

    def new_rsa_key(self, bits: int) -> Der:
        """Make an RSA private key that is none of the ready ones, PKCS#8 DER."""


def certify(ordinal: int, now: datetime, source: RandomSource) -> HsmCertificates:
    """Make what a cluster's first HSM says of itself.

    Args:
        ordinal: the cluster's number; the first few clusters have ready keys, later ones wait
            for a new one.
        now: when the HSM's certificate begins to be valid.
        source: of the HSM's name, of the certificate's number and of later clusters' keys.
    """
    key = ready_key(2048, ordinal) if ordinal < _MANUFACTURER else None
    key = key or source.new_rsa_key(2048)
    name = certificates.cluster_csr_name(source.bytes(17).hex().upper(), "1")
    aws, manufacturer = _hardware_certificates()
    serial = int.from_bytes(source.bytes(15), "big") + 1
    return HsmCertificates(
        certificates.make_csr(key, name),
        certificates.issue(key, name, aws, _ready(_HARDWARE), serial, now, now + _VALIDITY),
        aws,
        manufacturer,
    )


@lru_cache(maxsize=1)
def _hardware_certificates() -> tuple[str, str]:
    """Make AWS's and the manufacturer's certificate of the hardware."""
    name = [*certificates.MANUFACTURER_ROOT_NAME[:-1], ("CN", "HSM:KMSMOCK-HARDWARE-1")]

    def issued(root: int, root_name: list[tuple[str, str]]) -> str:
        root_pem = certificates.self_signed_root(_ready(root), root_name, _SINCE, _UNTIL)
        return certificates.issue(
            _ready(_HARDWARE), name, root_pem, _ready(root), 2, _SINCE, _UNTIL, ca=True
        )

    return (
        issued(_AWS, certificates.AWS_ROOT_NAME),
        issued(_MANUFACTURER, certificates.MANUFACTURER_ROOT_NAME),
    )


def _ready(ordinal: int) -> bytes:
    key = ready_key(2048, ordinal)
    assert key is not None
    return key

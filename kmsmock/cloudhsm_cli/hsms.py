"""cluster hsm-info."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli.session import Session
    from kmsmock.domain.cluster_state import Mode
    from kmsmock.domain.hsm import Hsm

FIPS_STATES: dict[Mode, str] = {
    "FIPS": "2 [FIPS mode with single factor authentication]",
    "NON_FIPS": "0 [Non-FIPS mode]",
}
"""Assumed: `cluster hsm-info` says "0 [Non-FIPS mode]" of an HSM in mode NON_FIPS."""


def list_hsms(session: Session) -> dict[str, Any]:
    """Describe the HSMs that answer.

    https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-cluster-hsm-info.html shows
    an hsm1.medium. Assumed: `cluster hsm-info` shows an hsm2m.medium with the same
    members.
    """
    mode = session.cluster.mode
    return {"hsms": [_described(hsm, mode) for hsm in session.cluster.active_hsms()]}


def _described(hsm: Hsm, mode: Mode) -> dict[str, str]:
    number = int(hashlib.sha256(hsm.hsm_id.encode()).hexdigest(), 16) % 1_000_000
    return {
        "vendor": "Marvell Semiconductors, Inc.",
        "model": "NITROX-III CNN35XX-NFBE",
        "serial-number": f"5.3G1941-ICM{number:06}",
        "hardware-version-major": "5",
        "hardware-version-minor": "3",
        "firmware-version-major": "2",
        "firmware-version-minor": "6",
        "firmware-build-number": "16",
        "firmware-id": "CNN35XX-NFBE-FW-2.06-16",
        "fips-state": FIPS_STATES[mode],
    }

"""What CreateCluster and ModifyCluster let one choose: HSM type, mode, retention of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from kmsmock.domain.cluster_state import HsmType, Mode
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException

if TYPE_CHECKING:
    from mypy_boto3_cloudhsmv2.type_defs import BackupRetentionPolicyTypeDef

MODES: dict[HsmType, frozenset[Mode]] = {
    "hsm1.medium": frozenset(("FIPS",)),
    "hsm2m.medium": frozenset(("FIPS", "NON_FIPS")),
}
"""HSM type -> its modes.

Kept difference (HSM type `hsm1.medium`): AWS refuses it for new clusters; kmsmock accepts it. Why:
AWS's guides and older clusters have it.
https://docs.aws.amazon.com/cloudhsm/latest/userguide/cluster-hsm-types.html
"""


def read_hsm_type(asked: str) -> HsmType:
    """Check that AWS has such HSMs.

    Raises:
        CloudHsmInvalidRequestException: it has not.
    """
    for hsm_type in get_args(HsmType):
        if asked == hsm_type:
            known: HsmType = hsm_type
            return known
    raise CloudHsmInvalidRequestException("Provided HsmType is not supported.")


def read_mode(hsm_type: HsmType, asked: Mode | None) -> Mode:
    """Find the mode, where the type leaves no choice without being asked.

    Raises:
        CloudHsmInvalidRequestException: the type has several and none is asked for, or not this.
    """
    if asked is None:
        if len(MODES[hsm_type]) > 1:
            raise CloudHsmInvalidRequestException("Mode is a required argument for this hsm type.")
        (asked,) = MODES[hsm_type]
    if asked not in MODES[hsm_type]:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(f"Mode {asked} is not supported for this hsm type.")
    return asked


def read_retention_days(policy: BackupRetentionPolicyTypeDef | None, default: int = 90) -> int:
    """Read for how many days backups are kept.

    Raises:
        CloudHsmInvalidRequestException: half a policy, or not 7 to 379 days; the texts are
            assumed.
    """
    if policy is None:
        return default
    if "Type" not in policy or "Value" not in policy:
        raise CloudHsmInvalidRequestException("BackupRetentionPolicy needs both Type and Value.")
    days = int(policy["Value"])
    if not 7 <= days <= 379:
        raise CloudHsmInvalidRequestException(
            "The backup retention value must be between 7 and 379 days."
        )
    return days

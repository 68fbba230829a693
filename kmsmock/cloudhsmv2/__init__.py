"""AWS CloudHSM v2's operations, one file per thing that they work on."""

from __future__ import annotations

from typing import Final

SERVICE: Final = "cloudhsmv2"
"""The service's name in botocore."""

from kmsmock.cloudhsmv2 import (  # noqa: E402, F401 - each declares its operations
    backups,
    cluster_creation,
    clusters,
    hsms,
    resource_policies,
    tags,
)

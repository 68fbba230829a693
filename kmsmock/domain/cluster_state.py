"""The states of a cluster and the named sets of them for operations; its types and modes.

Source: cloudhsmv2.md sections 3.1 and 3.3.
"""

from __future__ import annotations

from typing import Literal

ClusterState = Literal[
    "CREATE_IN_PROGRESS",
    "UNINITIALIZED",
    "INITIALIZE_IN_PROGRESS",
    "INITIALIZED",
    "ACTIVE",
    "UPDATE_IN_PROGRESS",
    "MODIFY_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "DELETED",
    "DEGRADED",
]
ClusterStates = frozenset[ClusterState]
HsmType = Literal["hsm1.medium", "hsm2m.medium"]
Mode = Literal["FIPS", "NON_FIPS"]
NetworkType = Literal["IPV4", "DUALSTACK"]

GONE: ClusterStates = frozenset(("DELETE_IN_PROGRESS", "DELETED"))
TAKES_HSMS: ClusterStates = frozenset(("UNINITIALIZED", "INITIALIZED", "ACTIVE", "DEGRADED"))
"""CreateHsm; before ACTIVE the first HSM only. Assumed: a DEGRADED cluster, too, takes an HSM."""
HAS_USERS: ClusterStates = frozenset(
    (
        "INITIALIZED",
        "ACTIVE",
        "UPDATE_IN_PROGRESS",
        "MODIFY_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "DEGRADED",
    )
)
"""States in which its HSMs answer the CloudHSM CLI."""

"""The states of a KMS key, and which operations each allows.

The table of https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html, as
key-states.md section 3 has it. An operation declares one of the named sets; all else is refused
in the words of `REFUSALS`.
"""

from __future__ import annotations

from typing import Literal

from kmsmock.errors import ServiceError
from kmsmock.errors.kms import DisabledException, KMSInvalidStateException

KeyState = Literal[
    "Creating",
    "Disabled",
    "Enabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
]
KeyStates = frozenset[KeyState]

REFUSALS: dict[KeyState, tuple[type[ServiceError], str]] = {
    "Creating": (KMSInvalidStateException, "{arn} is creating."),
    "Disabled": (DisabledException, "{arn} is disabled."),
    "PendingDeletion": (KMSInvalidStateException, "{arn} is pending deletion."),
    "PendingImport": (KMSInvalidStateException, "{arn} is pending import."),
    "PendingReplicaDeletion": (KMSInvalidStateException, "{arn} is pending replica deletion."),
    "Unavailable": (KMSInvalidStateException, "{arn} is unavailable."),
    "Updating": (KMSInvalidStateException, "{arn} is updating."),
}
"""What a key in this state answers; Enabled is refused by CancelKeyDeletion alone."""

ANY: KeyStates = frozenset(("Enabled", *REFUSALS))
LEAVING: KeyStates = frozenset(("PendingDeletion", "PendingReplicaDeletion"))
"""CancelKeyDeletion."""
NOT_LEAVING: KeyStates = ANY - LEAVING
"""CreateAlias, TagResource, UntagResource, UpdateKeyDescription."""
USABLE: KeyStates = frozenset(("Enabled", "Updating"))
"""Every cryptographic operation, UpdatePrimaryRegion."""
SETTLED: KeyStates = frozenset(("Enabled",))
"""ReplicateKey."""
ROTATABLE: KeyStates = SETTLED | {"Unavailable"}
"""RotateKeyOnDemand; a key in a key store, connected or not, answers that it cannot rotate."""
ROTATION_SWITCHABLE: KeyStates = USABLE | {"PendingImport", "Unavailable"}
"""EnableKeyRotation, DisableKeyRotation; the last two answer that the origin does not allow it."""
SWITCHABLE: KeyStates = frozenset(("Enabled", "Disabled", "Unavailable"))
"""EnableKey, DisableKey; while Unavailable the switch takes effect on reconnecting."""
DELETABLE: KeyStates = NOT_LEAVING - {"Updating"}
"""ScheduleKeyDeletion."""
GRANTABLE: KeyStates = frozenset(("Enabled", "Unavailable", "Updating"))
"""CreateGrant."""
IMPORT_PREPARABLE: KeyStates = frozenset(("Enabled", "Disabled", "PendingImport", "Unavailable"))
"""GetParametersForImport; Unavailable, as below, answers that its origin does not allow it."""
IMPORTABLE: KeyStates = IMPORT_PREPARABLE | {"Updating"}
"""ImportKeyMaterial."""
MATERIAL_DELETABLE: KeyStates = IMPORT_PREPARABLE | LEAVING
"""DeleteImportedKeyMaterial."""


def require_state(arn: str, state: KeyState, allowed: KeyStates) -> None:
    """Refuse a key whose state is not among the allowed ones.

    Raises:
        DisabledException: the key is disabled.
        KMSInvalidStateException: any other state; the text names it.
    """
    if state in allowed:
        return
    if allowed == LEAVING:
        raise KMSInvalidStateException(f"{arn} is not pending deletion.")
    error, text = REFUSALS[state]
    raise error(text.format(arn=arn))

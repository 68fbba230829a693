"""What a key is, its state, and which operations each state refuses.

The numbers are sections of key-states.md ("states") and kms-operations.md ("operations"), which
follow https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html and the API reference.
"""

from dataclasses import dataclass, field


class Refused(Exception):
    """A call is refused with one of these codes, and with this text where AWS publishes one."""

    def __init__(self, *codes, text=None):
        super().__init__(*codes, text)
        self.codes, self.text = codes, text


SYMMETRIC, RSA, CURVE, HMAC = "SYMMETRIC_DEFAULT", "RSA_2048", "ECC_NIST_P256", "HMAC_256"
USAGES = {
    SYMMETRIC: "ENCRYPT_DECRYPT",
    RSA: "ENCRYPT_DECRYPT",
    CURVE: "SIGN_VERIFY",
    HMAC: "GENERATE_VERIFY_MAC",
}


@dataclass(eq=False)
class Material:
    """Key material; the same in all related keys.

    Attributes:
        material_id: as AWS told it; None until it has been seen.
        secret: of imported material, what was imported.
        rotated: when a rotation made it current, and of which type; None of the first.
    """

    secret: str | None = None
    material_id: str | None = None
    rotated: tuple[int, str] | None = None


@dataclass(eq=False)
class Shared:
    """What related multi-Region keys have in common; a single-Region key has it alone (4.8).

    Attributes:
        materials: those that belong to the key for good, oldest first; the last one is current.
        waiting: imported material that waits for its rotation.
        period: of automatic rotation, in days.
        rotating: since when an on-demand rotation runs.
        members: Region -> the key there.
    """

    key_id: str
    spec: str
    origin: str
    multi_region: bool
    primary: str
    materials: list[Material] = field(default_factory=list)
    waiting: Material | None = None
    period: int | None = None
    next_rotation: int | None = None
    rotating: int | None = None
    on_demand: int = 0
    members: dict[str, "Key"] = field(default_factory=dict)

    def __repr__(self):
        return f"<{self.origin} {self.spec} {self.key_id}>"

    @property
    def usage(self):
        return USAGES[self.spec]

    def is_everywhere(self, material):
        return all(material in key.imported for key in self.members.values())


@dataclass(eq=False)
class Key:
    """A key in one Region.

    Attributes:
        imported: the imported material that is there -> when it expires, or None.
        had_import: whether material was ever imported here.
        window: days that ScheduleKeyDeletion was asked for, while the key is leaving.
        leaves: when it will be gone; None while replicas hold a primary up.
    """

    shared: Shared
    region: str
    created: int
    enabled: bool = True
    changing: str | None = None
    window: int | None = None
    leaves: int | None = None
    imported: dict[Material, int | None] = field(default_factory=dict)
    had_import: bool = False
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    grants: dict[str, "Grant"] = field(default_factory=dict)
    store: object = None

    def __repr__(self):
        return f"<{self.state} in {self.region}: {self.shared}>"

    @property
    def arn(self):
        return f"arn:aws:kms:{self.region}:123456789012:key/{self.shared.key_id}"

    @property
    def external(self):
        return self.shared.origin == "EXTERNAL"

    @property
    def is_primary(self):
        return self.shared.multi_region and self.shared.primary == self.region

    @property
    def is_replica(self):
        return self.shared.multi_region and self.shared.primary != self.region

    @property
    def complete(self):
        """Whether every associated material is there (states 5.2)."""
        mine = self.shared.materials
        return bool(mine) and all(material in self.imported for material in mine)

    @property
    def state(self):
        """States 1. PendingDeletion outlasts expiry and disconnection (5.1, 5.3)."""
        if self.window is not None:
            return "PendingDeletion" if self.leaves is not None else "PendingReplicaDeletion"
        if self.changing:
            return self.changing
        if self.store is not None and self.store.state != "CONNECTED":
            return "Unavailable"
        if self.external and not self.complete:
            return "PendingImport"
        return "Enabled" if self.enabled else "Disabled"


@dataclass(eq=False)
class Grant:
    """A grant on one key: of what, to whom, and for which encryption contexts."""

    grantee: str
    operations: frozenset[str]
    name: str | None = None
    constraint: tuple[str, dict[str, str]] | None = None
    retiring: str | None = None

    def allows(self, caller, operation, context):
        if caller != self.grantee or operation not in self.operations:
            return False
        if self.constraint is None:
            return True
        kind, pairs = self.constraint
        if kind == "EncryptionContextEquals":
            return context == pairs
        return pairs.items() <= context.items()


@dataclass(frozen=True, eq=False)
class Blob:
    """A ciphertext: of which key and material, with which context, and what is in it."""

    shared: Shared
    material: Material | None
    context: dict[str, str]
    plaintext: bytes
    ciphertext: bytes


STATES = ("Disabled", "PendingDeletion", "PendingImport", "Unavailable", "Creating", "Updating")
"""PendingReplicaDeletion is in PendingDeletion's column; Enabled refuses CancelKeyDeletion alone.

A dot allows, an x refuses; where key states and key types are both wrong, either error may win.
"""
MATRIX = """
                           DI PD PI UN CR UP
CancelKeyDeletion          x  .  x  x  x  x
CreateAlias                .  x  .  .  .  .
CreateGrant                x  x  x  .  x  .
DeleteImportedKeyMaterial  .  .  .  .  x  x
DisableKey                 .  x  x  .  x  x
DisableKeyRotation         x  x  .  .  x  .
EnableKey                  .  x  x  .  x  x
EnableKeyRotation          x  x  .  .  x  .
GetParametersForImport     .  x  .  .  x  x
ImportKeyMaterial          .  x  .  .  x  .
ReplicateKey               x  x  x  .  x  x
RotateKeyOnDemand          x  x  x  .  x  x
ScheduleKeyDeletion        .  x  .  .  .  x
TagResource                .  x  .  .  .  .
UntagResource              .  x  .  .  .  .
UpdateKeyDescription       .  x  .  .  .  .
UpdatePrimaryRegion        x  x  x  .  x  .
cryptographic              x  x  x  x  x  .
"""
_ROWS = [line.split() for line in MATRIX.strip().splitlines()[1:]]
REFUSED_IN = {
    operation: {state for state, cell in zip(STATES, cells, strict=True) if cell == "x"}
    for operation, *cells in _ROWS
}
WORDS = {
    "Disabled": "disabled",
    "PendingDeletion": "pending deletion",
    "PendingReplicaDeletion": "pending replica deletion",
    "PendingImport": "pending import",
    "Unavailable": "unavailable",
    "Creating": "creating",
    "Updating": "updating",
}


def state_error(key, operation):
    """Give the error that the key's state makes of an operation, or None (states 2 and 3)."""
    column = "PendingDeletion" if key.state == "PendingReplicaDeletion" else key.state
    if operation == "CancelKeyDeletion":
        if column == "PendingDeletion":
            return None
        return Refused("KMSInvalidStateException", text=f"{key.arn} is not pending deletion.")
    if column not in REFUSED_IN[operation]:
        return None
    code = "DisabledException" if column == "Disabled" else "KMSInvalidStateException"
    if column == "Unavailable" and key.store.external:
        return Refused(code)  # a text of its own
    return Refused(code, text=f"{key.arn} is {WORDS[key.state]}.")


def check(key, operation, type_error=None):
    """Refuse what state or type of the key do not allow; state first (states 4)."""
    error = state_error(key, operation) or type_error
    if error is not None:
        raise error

"""How Decrypt and ReEncrypt find the key: by what the ciphertext says, or a member of the request.

Rules and texts: recorded.md section 2, "Key usage, spec, algorithm", and kms-operations.md
section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmsmock.authorization.decision import hidden_key
from kmsmock.crypto.ciphertext import Ciphertext, unpack
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.key_spec import SYMMETRIC
from kmsmock.domain.key_state import KeyStates
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import IncorrectKeyException, InvalidCiphertextException
from kmsmock.kms.targets import (
    KeyTarget,
    find_key,
    key_used_by,
    require_grant_tokens,
    require_usage,
)
from kmsmock.protocol.constraints import member_path

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@dataclass(frozen=True, slots=True)
class CiphertextTarget:
    """The key that a ciphertext names, or a member for a ciphertext that names none.

    Attributes:
        named: the key that the optional member names.
        algorithm: the member with the encryption algorithm.
    """

    named: KeyTarget
    algorithm: str

    @property
    def action(self) -> str:
        """The permission that the operation takes."""
        return self.named.action

    def find(self, call: Call) -> Key:
        """Look the key up, where the ciphertext or the member says.

        Raises:
            AccessDeniedException: the ciphertext's key is not here, and no other was named.
            InvalidCiphertextException: the ciphertext is none of KMS's.
            InvalidGrantTokenException: one of the grant tokens is none.
            ValidationException: there is no ciphertext, or no key where one must be named.
        """
        if "GrantTokens" in call.request:
            require_grant_tokens(call)
        _stand_in_for_recorded(call)
        identifier = call.request.get(self.named.member)
        assert identifier is None or isinstance(identifier, str)
        inside = self._key_id_inside(call.request)
        if inside is None and identifier is None:
            raise _null(self.named.member)
        # Key ids are unique: the bare one is enough even for another account's key.
        if inside is not None and identifier in (None, inside):
            key = _key_of_ciphertext(call, inside)
            if key is not None:
                return key
        if identifier is not None:
            return find_key(call, identifier, self.named)
        raise hidden_key(call, self.action)

    def check(self, call: Call, key: Key) -> None:
        """Refuse a key whose state does not fit, that is not the ciphertext's, or of other usage.

        In this order: recorded.md section 2, kms-operations.md section 4.3.

        Raises:
            IncorrectKeyException: the ciphertext names another key.
        """
        key.require_state(self.named.states)
        named = self.named.member in call.request  # else the ciphertext led to the key
        if named and self._key_id_inside(call.request) not in (None, key.key_id):
            raise IncorrectKeyException(
                "The key ID in the request does not identify a CMK that can perform this operation."
            )
        if key.usage != self.named.usage:
            require_usage(key, self.named.usage, self.action)

    def _key_id_inside(self, request: Mapping[str, object]) -> str | None:
        """Give the key id that the ciphertext carries, None where it carries or needs none.

        A ciphertext of an asymmetric key carries none, which is why the key must be named.
        """
        if ignores_ciphertext(request):
            return None
        asymmetric = request.get(self.algorithm, SYMMETRIC) != SYMMETRIC
        if asymmetric and self.named.member in request:
            read_blob(request)
            return None
        return read_ciphertext(request).key_id


def key_inside_ciphertext(
    action: str, states: KeyStates, member: str = "KeyId", algorithm: str = "EncryptionAlgorithm"
) -> CiphertextTarget:
    """Name the key by what the ciphertext says, and by a member where it says nothing."""
    return CiphertextTarget(
        replace(key_used_by(action, states, "ENCRYPT_DECRYPT"), member=member), algorithm
    )


def ignores_ciphertext(request: Mapping[str, object]) -> bool:
    """Tell whether a dry run of Decrypt or ReEncrypt is to leave the ciphertext alone.

    Raises:
        ValidationException: it is no dry run (the rule is the model's, code and text assumed).
    """
    modifiers = request.get("DryRunModifiers", ())
    assert isinstance(modifiers, (list, tuple))
    if "IGNORE_CIPHERTEXT" not in modifiers:
        return False
    if not request.get("DryRun"):
        raise ValidationException("DryRunModifiers can only be specified when DryRun is true.")
    return True


def read_blob(request: Mapping[str, object]) -> bytes:
    """Give the request's ciphertext, or raise ValidationException: the model does not require it.

    Assumed: Decrypt and ReEncrypt without CiphertextBlob get a ValidationException.
    """
    blob = request.get("CiphertextBlob")
    if blob is None:
        raise _null("CiphertextBlob")
    assert isinstance(blob, bytes)
    return blob


def read_ciphertext(request: Mapping[str, object]) -> Ciphertext:
    """Take the request's symmetric ciphertext apart.

    Raises:
        InvalidCiphertextException: it is none of KMS's.
        ValidationException: it is missing.
    """
    try:
        return unpack(read_blob(request))
    except Unreadable:
        raise InvalidCiphertextException from None


def _stand_in_for_recorded(call: Call) -> None:
    """Put a key's own blob in the place of one that a test has registered."""
    blob, recorded = call.request.get("CiphertextBlob"), call.region.recorded_ciphertexts
    own = recorded.get(blob) if recorded and isinstance(blob, bytes) else None
    if own is not None:
        call.request = {**call.request, "CiphertextBlob": own}


def _null(member: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value null at '{member_path('', member)}' failed to satisfy "
        "constraint: Member must not be null"
    )


def _key_of_ciphertext(call: Call, key_id: str) -> Key | None:
    """Look up a key of this Region by its id, the caller's account first, then the others'."""
    own = call.region.keys.get(key_id)
    if own is not None:
        return own
    for account in call.world.accounts.values():
        region = account.regions.get(call.region.name)
        key = None if region is None else region.keys.get(key_id)
        if key is not None:
            return key
    return None

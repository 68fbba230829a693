"""Which operations need a key of a certain origin (kms-operations.md section 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.errors.kms import UnsupportedOperationException

if TYPE_CHECKING:
    from kmsmock.domain.key import Key


def require_origin(key: Key, *origins: str) -> None:
    """Refuse a key of any other origin.

    Raises:
        UnsupportedOperationException: with AWS's text (recorded.md section 2).
    """
    if key.origin not in origins:
        raise UnsupportedOperationException(
            f"{key.arn} origin is {key.origin} which is not valid for this operation."
        )

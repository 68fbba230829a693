"""What an operation needs of a key beyond its usage: that an algorithm fits, or a kind.

These are checked in the operations, after state and usage (key-states.md section 4).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kmsmock.domain.key_spec import algorithms
from kmsmock.errors.kms import InvalidKeyUsageException

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@lru_cache(maxsize=256)
def require_algorithm(spec: str, usage: str, algorithm: str) -> None:
    """Refuse an algorithm that keys of a spec and usage do not have (recorded.md section 2)."""
    if algorithm not in algorithms(spec, usage):
        raise InvalidKeyUsageException(
            f"Algorithm {algorithm} is incompatible with key spec {spec}."
        )


def require_symmetric(call: Call, key: Key) -> None:
    """Refuse an asymmetric key whose usage alone would fit: only symmetric keys make data keys.

    The code is that of kms-operations.md section 2.3. The text is assumed.
    """
    if not key.is_symmetric:
        raise InvalidKeyUsageException(
            f"{key.arn} keyspec {key.spec} is not valid for {call.operation}."
        )

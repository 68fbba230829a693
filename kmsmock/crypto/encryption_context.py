"""An encryption context as the bytes that a ciphertext is bound to.

https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html: exact pairs, case
sensitive, in any order. The encoding is our own, since AWS publishes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def associated_data(context: Mapping[str, str] | None) -> bytes:
    """Return the associated data (bytes) that stands for an encryption context.

    Two contexts give the same bytes exactly when they hold the same pairs. Every string is
    UTF-8 with its length in front (4 bytes, big-endian), pairs are sorted by key; no context
    and an empty one are both ``b""``.

    Raises nothing for any mapping of `str` to `str`: a lone surrogate, which JSON can
    carry, is encoded too.
    """
    if not context:
        return b""
    encoded = sorted((_with_length(key), _with_length(value)) for key, value in context.items())
    return b"".join(key + value for key, value in encoded)


def _with_length(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4, "big") + encoded

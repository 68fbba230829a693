"""`Limit` and `Marker` of KMS's lists (kms-operations.md section 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from kmsmock.errors import ValidationException
from kmsmock.errors.kms import InvalidMarkerException
from kmsmock.protocol.pagination import read_marker, write_marker

if TYPE_CHECKING:
    from kmsmock.domain.index import Index

Thing = TypeVar("Thing")


def page(
    things: Index[Thing],
    request: Mapping[str, object],
    *,
    default: int,
    most: int = 1000,
    of: str = "",
) -> tuple[list[Thing], str | None]:
    """Give the page of `things` that the request asks for, and the next page's marker.

    Args:
        default: the length of a page when the request has no `Limit`.
        most: the greatest `Limit` that the operation takes; the model's may be greater.
        of: which list this is: the operation, and what else the list depends on.

    Raises:
        InvalidMarkerException: no page of this list gave this marker.
        ValidationException: `Limit` is over `most`.
    """
    limit = request.get("Limit", default)
    assert isinstance(limit, int)
    if limit > most:
        raise ValidationException(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value less than or equal to {most}"
        )
    after: str | None = None
    if "Marker" in request:
        try:
            after = read_marker(str(request["Marker"]), of)
        except ValueError:
            raise InvalidMarkerException("Marker is invalid.") from None  # Text assumed.
    found, last = things.page(after, limit)
    return found, None if last is None else write_marker(last, of)

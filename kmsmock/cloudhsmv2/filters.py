"""`Filters` and `NextToken` of the lists (cloudhsmv2.md section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.protocol.pagination import read_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Thing = TypeVar("Thing")


def read_filters(
    asked: Mapping[str, Sequence[str]], known: Mapping[str, Callable[[Thing], str | None]]
) -> Callable[[Thing], bool]:
    """Give the question whether something fits one value of every filter.

    Args:
        known: name of a filter -> what its values are compared with.

    Raises:
        CloudHsmInvalidRequestException: there is no filter of a name; the text is assumed.
    """
    for name in asked:
        if name not in known:
            raise CloudHsmInvalidRequestException(
                f"Invalid filter name: {name}. Valid filters are {', '.join(known)}."
            )
    return lambda thing: all(known[name](thing) in values for name, values in asked.items())


def last_of_page_before(token: str | None, of: str) -> str:
    """Give what the page before wrote into its token; "" for the first page.

    Args:
        of: which list it is a page of.

    Raises:
        CloudHsmInvalidRequestException: no page gave this token; the text is assumed.
    """
    if token is None:
        return ""
    try:
        return read_marker(token, of)
    except ValueError:
        raise CloudHsmInvalidRequestException("The NextToken is not valid.") from None

"""The members of a request that a presigned URL carries in its query."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from kmsmock.errors import NotImplementedByKmsmock

if TYPE_CHECKING:
    from botocore.model import OperationModel


def read_query(operation: OperationModel, url: str) -> dict[str, object]:
    """Read the members that botocore moved from the body to the query, as JSON has them.

    Assumed: KMS reads the members of a presigned request from its query.

    Kept difference (Presigned requests): AWS gets whatever botocore puts into the URL; kmsmock
    refuses structures, lists and maps there as not implemented. Why: botocore writes them as Python
    prints them, which no service can read.

    Raises:
        NotImplementedByKmsmock: a member is one of those.
    """
    members = operation.input_shape.members if operation.input_shape is not None else {}
    document: dict[str, object] = {}
    for name, text in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name not in members:
            continue
        kind = members[name].type_name
        if kind in ("structure", "list", "map"):
            raise NotImplementedByKmsmock(
                f"kmsmock reads no {kind} from a presigned URL's query ({name}): send it in the "
                "body"
            )
        document[name] = _READERS.get(kind, str)(text)
    return document


def _integer(text: str) -> object:
    return int(text) if text.lstrip("-").isdecimal() else text


def _boolean(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), text)


_READERS = {"integer": _integer, "long": _integer, "boolean": _boolean}

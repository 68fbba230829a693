"""The rules for lists of tags, whatever they are for (cloudhsmv2.md section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.errors.cloudhsmv2 import CloudHsmTagException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mypy_boto3_cloudhsmv2.type_defs import TagTypeDef


def read_tags(tag_list: Sequence[TagTypeDef]) -> dict[str, str]:
    """Read the tags of a request.

    Raises:
        CloudHsmTagException: a key is there twice, or is AWS's. Code and texts are assumed.
    """
    tags = {tag["Key"]: tag["Value"] for tag in tag_list}
    if len(tags) < len(tag_list):
        raise CloudHsmTagException("Duplicate tag keys found.")
    require_own_keys(tags)
    return tags


def require_own_keys(keys: Iterable[str]) -> None:
    """Refuse the keys that AWS keeps for itself.

    Raises:
        CloudHsmTagException: one begins with `aws:`, in whatever case.
    """
    if any(key.lower().startswith("aws:") for key in keys):
        raise CloudHsmTagException("Tag keys that begin with aws: are reserved.")


def tag_list(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Write tags, in the order in which they came."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]

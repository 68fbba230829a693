"""Tags of keys: TagResource, UntagResource and ListResourceTags.

Texts: recorded.md section 2, "Tags and aliases".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.index import Index
from kmsmock.domain.key_state import ANY, NOT_LEAVING
from kmsmock.errors.kms import TagException
from kmsmock.kms.pages import page
from kmsmock.kms.targets import key_named_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_kms.type_defs import (
        ListResourceTagsRequestTypeDef,
        ListResourceTagsResponseTypeDef,
        TagResourceRequestTypeDef,
        TagTypeDef,
        UntagResourceRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key

TAGS_PER_KEY = 50


@operation("kms", "TagResource", key_named_by("KeyId", "kms:TagResource", NOT_LEAVING))
def tag_resource(_call: Call, request: TagResourceRequestTypeDef, key: Key) -> None:
    """Give the key tags; a tag that it has already gets the new value and keeps its place."""
    key.tags = accept_tags(request["Tags"], key.tags)


@operation("kms", "UntagResource", key_named_by("KeyId", "kms:UntagResource", NOT_LEAVING))
def untag_resource(_call: Call, request: UntagResourceRequestTypeDef, key: Key) -> None:
    """Take tags from the key; a tag that it does not have is no error."""
    # Assumed: UntagResource refuses keys that begin with aws:, as the model lists TagException.
    _require_customers_keys(request["TagKeys"])
    for tag_key in request["TagKeys"]:
        key.tags.pop(tag_key, None)


@operation("kms", "ListResourceTags", key_named_by("KeyId", "kms:ListResourceTags", ANY))
def list_resource_tags(
    call: Call, _request: ListResourceTagsRequestTypeDef, key: Key
) -> ListResourceTagsResponseTypeDef:
    """List the key's tags, in the order in which they came."""
    tags: Index[TagTypeDef] = Index()
    for place, (tag_key, value) in enumerate(key.tags.items()):
        tags[f"{place:02}"] = {"TagKey": tag_key, "TagValue": value}
    found, marker = page(tags, call.request, default=50, most=50, of=f"ListResourceTags {key.arn}")
    reply: ListResourceTagsResponseTypeDef = call.new_reply()
    reply["Tags"] = found
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


def accept_tags(new: Sequence[TagTypeDef], former: dict[str, str]) -> dict[str, str]:
    """Check tags that a request brings; give all tags of the key, the former ones first.

    Raises:
        TagException: a tag key is there twice or is AWS's own, or there are too many tags.
    """
    named = {tag["TagKey"]: tag["TagValue"] for tag in new}
    if len(named) < len(new):
        raise TagException("Duplicate tag keys")
    _require_customers_keys(named)
    tags = {**former, **named}
    if len(tags) > TAGS_PER_KEY:
        raise TagException("Too many tags")
    return tags


def _require_customers_keys(tag_keys: Iterable[str]) -> None:
    if any(tag_key.lower().startswith("aws:") for tag_key in tag_keys):
        raise TagException("Tags beginning with aws: are reserved")

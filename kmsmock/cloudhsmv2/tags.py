"""TagResource, UntagResource, ListTags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.cloudhsmv2.filters import last_of_page_before
from kmsmock.cloudhsmv2.tag_lists import read_tags, require_own_keys, tag_list
from kmsmock.cloudhsmv2.targets import TaggedTarget
from kmsmock.errors.cloudhsmv2 import (
    CloudHsmInvalidRequestException,
    CloudHsmResourceLimitExceededException,
)
from kmsmock.operation import operation
from kmsmock.protocol.pagination import write_marker

if TYPE_CHECKING:
    from mypy_boto3_cloudhsmv2.type_defs import (
        ListTagsRequestTypeDef,
        ListTagsResponseTypeDef,
        TagResourceRequestTypeDef,
        UntagResourceRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.backup import Backup
    from kmsmock.domain.cluster import Cluster

MOST_TAGS = 50
HIGHEST_PAGE = 100
"""Assumed: ListTags without MaxResults gives as many as the model lets one ask for."""


@operation("cloudhsmv2", "TagResource", TaggedTarget("cloudhsm:TagResource"))
def tag_resource(
    _call: Call, request: TagResourceRequestTypeDef, resource: Cluster | Backup
) -> dict[str, object]:
    """Add tags to a cluster or a backup; one whose key is there gets its new value."""
    tags = resource.tags | read_tags(request["TagList"])
    if len(tags) > MOST_TAGS:
        # The text is assumed.
        raise CloudHsmResourceLimitExceededException(
            f"A resource can have at most {MOST_TAGS} tags."
        )
    resource.tags = tags
    return {}


@operation("cloudhsmv2", "UntagResource", TaggedTarget("cloudhsm:UntagResource"))
def untag_resource(
    _call: Call, request: UntagResourceRequestTypeDef, resource: Cluster | Backup
) -> dict[str, object]:
    """Remove tags.

    Assumed: UntagResource passes over a key that no tag has.
    """
    require_own_keys(request["TagKeyList"])
    resource.tags = {
        key: value for key, value in resource.tags.items() if key not in request["TagKeyList"]
    }
    return {}


@operation("cloudhsmv2", "ListTags", TaggedTarget("cloudhsm:ListTags"))
def list_tags(
    call: Call, request: ListTagsRequestTypeDef, resource: Cluster | Backup
) -> ListTagsResponseTypeDef:
    """List the tags of a cluster or a backup.

    Assumed: ListTags gives tags in the order in which they came.
    """
    # A page's token is how many tags came before: a key can be too long for a token.
    before = last_of_page_before(request.get("NextToken"), "tags") or "0"
    if not before.isdecimal():
        raise CloudHsmInvalidRequestException("The NextToken is not valid.")
    start, limit = int(before), request.get("MaxResults", HIGHEST_PAGE)
    tags = tag_list(resource.tags)
    reply: ListTagsResponseTypeDef = call.new_reply()
    reply["TagList"] = tags[start : start + limit]
    if len(tags) > start + limit:
        reply["NextToken"] = write_marker(str(start + limit), "tags")
    return reply

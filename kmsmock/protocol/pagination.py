"""Pages of a list: `Limit` and `Marker` in KMS, `MaxResults` and `NextToken` in CloudHSM v2."""

from __future__ import annotations

import base64
import binascii
import json

from kmsmock.protocol.json_1_1 import write_body


def write_marker(last: str, of: str = "") -> str:
    """Make the marker of the page after the item named `last`: base64 of a JSON document.

    Args:
        of: which list it is a page of; the marker is good for no other.
    """
    return base64.b64encode(write_body({"of": of, "last": last})).decode()


def read_marker(marker: str, of: str = "") -> str:
    """Give the name of the last item of the page before.

    Raises:
        ValueError: no page of this list gave this marker.
    """
    try:
        document = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError(marker) from error
    last = document.get("last") if isinstance(document, dict) else None
    if not isinstance(last, str) or document.get("of") != of:
        raise ValueError(marker)
    return last

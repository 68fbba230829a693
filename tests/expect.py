"""What tests expect, in the words of AWS."""

import contextlib
import re

import pytest
from botocore.exceptions import ClientError

CONNECTION_ERRORS = (
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "ReadTimeoutError",
)
"""botocore's own, after which it tries again."""


class Refusal:
    """The error that a call was refused with, filled in when the block ends."""

    code = ""
    message = ""
    response = None


@contextlib.contextmanager
def refused(code, message=None, status=400):
    """The block's last call is refused with this code and, if given, exactly this message."""
    refusal = Refusal()
    with pytest.raises(ClientError) as caught:
        yield refusal
    refusal.response = caught.value.response
    refusal.code = refusal.response["Error"]["Code"]
    refusal.message = refusal.response["Error"]["Message"]
    metadata = refusal.response["ResponseMetadata"]
    assert code == refusal.code, f"{refusal.code}: {refusal.message}"
    assert status == metadata["HTTPStatusCode"]
    assert metadata["RetryAttempts"] == 0 or status >= 500
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["RequestId"])
    if message is not None:
        assert message == refusal.message

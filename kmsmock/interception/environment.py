"""The process's AWS settings while a mock is active, and as they were afterwards."""

from __future__ import annotations

import os
import re
import sys

from kmsmock.interception.botocore import ACCESS_KEY, SECRET_KEY

_SET = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
_UNSET = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
"""What botocore would add to the credentials."""


class Environment:
    """Pretend credentials and a default Region in the environment variables.

    An `AWS_ACCESS_KEY_ID` of twelve digits names an account and stays.
    """

    def __init__(self) -> None:
        self._before: dict[str, str | None] = {}
        self._default_session: object = None

    @property
    def region_before(self) -> str | None:
        """The default Region that the environment had before."""
        return self._before.get("AWS_DEFAULT_REGION")

    def start(self) -> None:
        """Remember everything and set the credentials."""
        self._before = {name: os.environ.get(name) for name in (*_SET, *_UNSET)}
        boto3 = sys.modules.get("boto3")
        self._default_session = getattr(boto3, "DEFAULT_SESSION", None)
        if not re.fullmatch(r"\d{12}", self._before["AWS_ACCESS_KEY_ID"] or ""):
            os.environ["AWS_ACCESS_KEY_ID"] = ACCESS_KEY
        os.environ["AWS_SECRET_ACCESS_KEY"] = SECRET_KEY
        for name in _UNSET:
            os.environ.pop(name, None)

    def set_region(self, region: str) -> None:
        """Set the Region of clients that are made without one."""
        os.environ["AWS_DEFAULT_REGION"] = region

    def stop(self) -> None:
        """Put everything back."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        boto3 = sys.modules.get("boto3")
        if boto3 is not None:
            boto3.DEFAULT_SESSION = self._default_session  # type: ignore[attr-defined]

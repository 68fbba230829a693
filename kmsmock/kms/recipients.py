"""Answers for an enclave: what the member Recipient of five operations asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.errors import NotImplementedByKmsmock

if TYPE_CHECKING:
    from kmsmock.call import Call


def refuse_recipient(call: Call) -> None:
    """Refuse to answer an enclave, rather than to answer in plain what it wants sealed.

    Raises:
        NotImplementedByKmsmock: the request has a Recipient.
    """
    if "Recipient" in call.request:
        raise NotImplementedByKmsmock(
            f"kmsmock does not implement the member Recipient of {call.operation} yet"
        )

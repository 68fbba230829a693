"""What the crypto room can say when something does not work out.

None of these is an AWS error: the rooms above know what each one means to a client.
"""

from __future__ import annotations


class Unreadable(Exception):
    """A ciphertext, a wrapping or a signed document does not open.

    One error for every cause (truncated, altered, other key, other context), because
    telling them apart would be an oracle, and KMS does not tell them apart either.
    """


class InvalidSignature(Exception):
    """A signature or a MAC does not belong to this message and this key."""


class InvalidKeyMaterial(Exception):
    """The bytes are not the key they claim to be: wrong encoding, kind, curve or length."""


class CertificateProblem(Exception):
    """A certificate fails one of the checks made on it.

    `reason` is a sentence that names the check, for instance
    ``"The trust anchor is not self-signed."``
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MissingExtra(ImportError):
    """An algorithm that `cryptography` lacks was asked for, and its optional library is absent.

    `extra` is the name of the extra to install, `what` the thing that needs it. It is an
    `ImportError`, as is usual for a library that is not there.
    """

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs an optional library: pip install 'kmsmock[{extra}]'")
        self.extra = extra
        self.what = what

"""Certificates from outside that `cryptography` warns of, or cannot read."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

UNREADABLE = (
    KeyError,  # a name's kind of text, in older releases of `cryptography`
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What reading a certificate or a part of it raises; several of these are no ValueError."""


@contextlib.contextmanager
def taken_without_a_warning() -> Iterator[None]:
    """Read a certificate of a test's own, such as one with serial number 0, without a warning.

    The warning is for who makes certificates. Where warnings are errors, as in many test suites,
    it would come out of the mock in the place of AWS's answer.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield

"""Texts with a grammar of their own in a file: policies and certificates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kmsmock.authorization.policy import PolicyProblem, read_document
from kmsmock.crypto.certificate_checks import read_certificate, read_csr
from kmsmock.crypto.exceptions import CertificateProblem
from kmsmock.saved_worlds.forms import TEXT, Damaged, Form, Json

if TYPE_CHECKING:
    from collections.abc import Callable


def _write_policy(text: str) -> Json:
    """Give a policy as what its JSON says where that is all of it: readers of the file thank."""
    document = json.loads(text)
    return document if json.dumps(document) == text else text


def _read_policy(found: Json, where: str) -> str:
    text = json.dumps(found) if type(found) is dict else TEXT.read(found, where)
    try:
        read_document(text)
    except PolicyProblem as problem:
        raise Damaged(where, f"is no policy: {problem}") from None
    return text


POLICY = Form(_write_policy, _read_policy)
"""A policy document; in the world it is the text that was put."""


def _pem(check: Callable[[str], object]) -> Form:
    def read(found: Json, where: str) -> str:
        pem: str = TEXT.read(found, where)
        try:
            check(pem)
        except CertificateProblem as problem:
            raise Damaged(where, problem.reason) from None
        return pem

    return Form(TEXT.write, read)


CERTIFICATE = _pem(read_certificate)
SIGNING_REQUEST = _pem(read_csr)

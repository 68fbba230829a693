"""What signs a request inside a mock is what botocore signs it with outside."""

import hmac
from itertools import product
from types import SimpleNamespace

import pytest
from botocore.auth import SigV4Auth
from botocore.credentials import Credentials

from kmsmock import mock_kms_cloudhsm


def signature(secret_key, day, region, service):
    """Sign the same text with the key of a secret, a day, a Region and a service."""
    auth = SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", secret_key), service, region)
    request = SimpleNamespace(context={"timestamp": f"{day}T120000Z"})
    return auth.signature("AWS4-HMAC-SHA256\n...", request)


EVERY = list(
    product(
        ("secret", "geheim"), ("20310101", "20310102"), ("eu-west-1", "us-east-1"), ("kms", "s3")
    )
)


def test_signatures_are_botocores_own():
    """Each signature is botocore's, whichever of its key's four parts differs, and repeated."""
    outside = [signature(*parts) for parts in EVERY]
    with mock_kms_cloudhsm():
        inside = [signature(*parts) for parts in EVERY * 2]
    assert inside == outside * 2
    assert len(set(outside)) == len(EVERY)


def test_a_days_key_is_derived_once(monkeypatch):
    """Who signs again on the same day needs one HMAC (RFC 2104), not the key's four as well."""
    own, made = hmac.digest, []
    monkeypatch.setattr(hmac, "digest", lambda *parts: made.append(1) or own(*parts))
    with mock_kms_cloudhsm():
        signature("secret", "20310101", "eu-west-1", "kms")
        assert len(made) == 5
        signature("secret", "20310101", "eu-west-1", "kms")
        assert len(made) == 6


@pytest.mark.parametrize("nested", [False, True])
def test_botocore_signs_by_itself_afterwards(nested):
    """Leaving a mock puts botocore's own method back."""
    own = SigV4Auth.signature
    with mock_kms_cloudhsm():
        if nested:
            with mock_kms_cloudhsm():
                pass
        assert SigV4Auth.signature is not own
    assert SigV4Auth.signature is own

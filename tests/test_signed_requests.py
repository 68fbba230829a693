"""What signs a request inside a mock signs it as botocore does outside."""

import hmac

import boto3
import pytest
from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kmsmock import mock_kms_cloudhsm

SECRET = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
WITH_TOKEN = Credentials("ASIAIOSFODNN7EXAMPLE", "another secret", "a session's token")
JSON = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
URL = "https://kms.eu-west-1.amazonaws.com/"

REQUESTS = {
    "as ever": (SECRET, "kms", "eu-west-1", "POST", URL, JSON),
    "of another Region": (SECRET, "kms", "us-east-1", "POST", URL, JSON),
    "of another service": (SECRET, "sts", "eu-west-1", "POST", URL, JSON),
    "with a token": (WITH_TOKEN, "kms", "eu-west-1", "POST", URL, JSON),
    "with a query": (SECRET, "kms", "eu-west-1", "GET", f"{URL}?b=2&a=1", {}),
    "with a date": (SECRET, "kms", "eu-west-1", "POST", URL, {**JSON, "Date": "Mon"}),
    "with a host": (SECRET, "kms", "eu-west-1", "POST", URL, {**JSON, "Host": "localhost:80"}),
    "signed before": (SECRET, "kms", "eu-west-1", "POST", URL, {**JSON, "Authorization": "x"}),
    "with what is not signed": (SECRET, "kms", "eu-west-1", "POST", URL, {"User-Agent": "me"}),
}


def signed(signer, request_):
    """A request's headers once it is signed, and another one's before by the same signer."""
    credentials, service, region, method, url, headers = request_
    auth = signer(credentials, service, region)
    for _ in range(2):
        request = AWSRequest(method, url, dict(headers), b"{}")
        auth.add_auth(request)
        headers = {**headers, "X-Attempt": "2"}
    return request.context["timestamp"], dict(request.headers)


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_signatures_are_botocores_own(request_):
    """Every header is as botocore's signer makes it, the first time and when a key is known."""
    with mock_kms_cloudhsm():
        for _ in range(2):
            then = now = None
            while then is None or then[0] != now[0]:  # a second may end in between
                then, now = (signed(it, request_) for it in (SigV4Auth, AUTH_TYPE_MAPS["v4"]))
            assert now == then


def test_a_days_key_is_derived_once(monkeypatch):
    """Who signs again on the same day needs one HMAC (RFC 2104), not the key's four as well."""
    own, made = hmac.digest, []
    monkeypatch.setattr(hmac, "digest", lambda *parts: made.append(1) or own(*parts))
    monkeypatch.setattr("botocore.auth.SIGV4_TIMESTAMP", "20310101T120000Z")
    with mock_kms_cloudhsm():
        boto3.client("kms").list_keys()
        assert len(made) == 5
        boto3.client("kms").list_keys()
        assert len(made) == 6


@pytest.mark.parametrize("nested", [False, True])
def test_botocore_signs_by_itself_afterwards(nested):
    """Leaving a mock puts botocore's own signer back."""
    with mock_kms_cloudhsm():
        if nested:
            with mock_kms_cloudhsm():
                pass
        assert AUTH_TYPE_MAPS["v4"] is not SigV4Auth
    assert AUTH_TYPE_MAPS["v4"] is SigV4Auth


def test_a_signer_of_a_tests_own_stays(monkeypatch):
    """Whoever has put another signer into botocore's table finds it used, and still there."""
    used = []

    class Own(SigV4Auth):
        def add_auth(self, request):
            used.append(request)
            super().add_auth(request)

    monkeypatch.setitem(AUTH_TYPE_MAPS, "v4", Own)
    with mock_kms_cloudhsm():
        boto3.client("kms").list_keys()
    assert AUTH_TYPE_MAPS["v4"] is Own
    assert len(used) == 1

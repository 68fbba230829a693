"""Requests to AWS as a caller without an SDK makes them."""

import json

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KMS = "https://kms.us-east-1.amazonaws.com/"
CLOUDHSM = "https://cloudhsmv2.us-east-1.amazonaws.com/"
SIGNING_NAMES = {"TrentService": "kms", "BaldrApiService": "cloudhsm"}


def json_request(target, document=None, *, url=KMS, region="us-east-1", access_key="AKIARAW"):
    """A signed request in AWS JSON 1.1, as botocore's own signer makes it."""
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    service = SIGNING_NAMES[target.partition(".")[0]]
    body = json.dumps(document or {}).encode()
    return signed(AWSRequest("POST", url, headers, body), service, region, access_key)


def signed(request, service="kms", region="us-east-1", access_key="AKIARAW"):
    """The request with a signature of these credentials."""
    SigV4Auth(Credentials(access_key, "secret"), service, region).add_auth(request)
    return request.prepare()


def send(request):
    """Send a request with `requests`, and give what it received."""
    return requests.request(
        request.method, request.url, data=request.body, headers=dict(request.headers), timeout=5
    )


def post(target, document=None, **named):
    """Send a signed request in AWS JSON 1.1 with `requests`."""
    return send(json_request(target, document, **named))

"""Whatever a client sends: a success that fits the model, or an error that changes nothing.

5,000 requests, the same ones in every run. So many others of a seed are sent by

    KMSMOCK_REQUESTS=100000 pytest -n auto tests/test_any_request.py --hypothesis-seed=1
"""

import json
import os
from collections import Counter

import cbor2
import pytest
import urllib3
from any_requests import Requests
from botocore.awsrequest import AWSRequest
from http_requests import json_request, signed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_http import HTTP, JSON_BODIES, WHOLES, flipped, odd_headers, spoilt_json
from populated_world import ALL, allowed

from kmsmock.controls.transitions import Transitions
from kmsmock.protocol.model import SERVICES, service_model

REQUESTS = int(os.environ.get("KMSMOCK_REQUESTS", "5000"))
HOW = {
    "deadline": None,
    "derandomize": "KMSMOCK_REQUESTS" not in os.environ,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
"""The same requests in every run, or as many others as the environment asks for."""

PARTS = 8


def share(requests, parts, of):
    """How often a part sends requests, so many at a time, to send its share of them."""
    return -(-requests // parts // of) + 1


@pytest.fixture(scope="module")
def requests(populated):
    """Service -> its requests."""
    return {
        service: Requests(service, populated.values[service], populated.good)
        for service in SERVICES
    }


MOODS = (
    *(3 * (lambda _aws: None,)),
    lambda aws: setattr(aws._world, "transitions", Transitions("realistic")),
    lambda aws: aws.quotas.enforce(),
)
"""What a world is like before the requests come."""


def lives(requests, operations):
    """Strategy of requests one after another: each of these operations, and any between them."""

    @st.composite
    def life(draw):
        told = []
        for mine in draw(st.permutations(operations)):
            for service, operation in (draw(st.sampled_from(ALL)), mine):
                request = draw(requests[service].any(operation))
                caller = draw(CALLERS)
                told.append((service, operation, request, caller))
        return draw(st.sampled_from(MOODS)), told, draw(st.sampled_from((0, 0, 1, 10, 40)))

    return life()


def look_at(aws):
    """What shows the world to a person or to a test shows any world."""
    json.dumps(list(aws.events))
    assert str(aws)
    assert aws._repr_html_()


CALLERS = st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2, 2, 3))
"""Mostly the administrator."""


@pytest.mark.parametrize("part", range(PARTS))
def test_any_request_is_answered_or_refused_as_a_whole(populated, requests, part):
    """No other error than the operation's own, none of Python's, and no half-done change."""
    operations, sent = ALL[part::PARTS], Counter()
    any_of_them = st.sampled_from(operations).flatmap(
        lambda of: st.tuples(st.just(of), requests[of[0]].any(of[1]))
    )

    @settings(max_examples=share(REQUESTS // 2, PARTS, 5), **HOW)
    @given(st.lists(st.tuples(any_of_them, CALLERS, st.booleans()), min_size=5, max_size=5))
    def ask(told):
        for ((service, operation), request), caller, later in told:
            populated.begin()
            populated.with_time(hours=int(later))
            populated.judge(service, operation, json.dumps(request).encode(), caller)
            sent[service, operation] += 1

    ask()
    assert set(sent) == set(operations)
    assert sent.total() * PARTS >= REQUESTS // 2


@pytest.mark.parametrize("part", range(PARTS))
def test_any_life_of_requests_is_answered_or_refused_as_a_whole(populated, requests, part):
    """So it is for requests one after another, at any time, however long changes take."""
    operations, sent = ALL[part::PARTS], Counter()
    examples = share(REQUESTS * 3 // 10, PARTS, 2 * len(operations))

    @settings(max_examples=examples, **HOW)
    @given(lives(requests, operations))
    def live(life):
        pull, told, days = life
        populated.begin()
        populated.with_levers(pull)
        for number, (service, operation, request, caller) in enumerate(told):
            if number == len(told) // 2:
                populated.with_time(days=days)
            code = populated.judge(service, operation, json.dumps(request).encode(), caller)
            sent[service, operation, code] += 1
        look_at(populated.aws)

    live()
    assert {named[:2] for named in sent} >= set(operations)
    assert sent.total() * PARTS >= REQUESTS * 3 // 10


@pytest.mark.parametrize("part", range(4))
def test_any_json_is_answered_or_refused_as_a_whole(populated, part):
    """Bodies cut off, with a bit flipped, with a member twice; deep, huge, or no JSON at all."""
    operations, sent = ALL[part::4], Counter()

    @settings(max_examples=share(REQUESTS // 10, 4, 20), **HOW)
    @given(
        st.lists(
            st.tuples(st.sampled_from(operations), st.none() | JSON_BODIES, st.integers(0, 1000)),
            min_size=20,
            max_size=20,
        )
    )
    def live(told):
        populated.begin()
        for (service, operation), spoilt, which in told:
            good = populated.good[service, operation]
            body = json.dumps(good[which % len(good)]).encode()
            body = spoilt_json(body, *spoilt) if spoilt else WHOLES[which % len(WHOLES)]
            sent[populated.judge(service, operation, body)] += 1

    live()
    assert sent.total() >= REQUESTS // 10 // 4


WIRES_OWN = {
    "IncompleteSignatureException",
    "MissingAuthenticationTokenException",
    "NotImplementedByKmsmock",  # a structure in the query of a presigned URL
    "SerializationException",
    "UnknownOperationException",
}
"""Errors of requests that name no operation or no caller, or that say nothing."""


POOL = urllib3.PoolManager()
URLS = {
    "kms": "https://kms.us-east-1.amazonaws.com",
    "cloudhsmv2": "https://cloudhsmv2.us-east-1.amazonaws.com",
}


def signed_post(operation, document):
    """A good request as it would be sent."""
    service, name = operation
    prefix = service_model(service).metadata["targetPrefix"]
    return json_request(f"{prefix}.{name}", document, url=f"{URLS[service]}/")


def cbor_post(operation, body):
    """The URL and the headers of a request in CBOR."""
    url = f"{URLS['cloudhsmv2']}/service/BaldrApiService/operation/{operation[1]}"
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    return {
        "url": url,
        "headers": signed(AWSRequest("POST", url, headers, body), "cloudhsm").headers,
    }


def judge_http(populated, operation, body, *, url, headers, method="POST"):
    """Send HTTP that is not botocore's, and judge it."""
    codes = WIRES_OWN | allowed(*operation) | allowed("kms", "ListKeys")

    def ask():
        answer = POOL.request(
            method, url, headers=headers, body=body, retries=False, redirect=False
        )
        in_cbor = answer.headers["content-type"] == "application/cbor"
        told = (cbor2 if in_cbor else json).loads(answer.data) if answer.data else {}
        code = told.get("__type", "").rpartition("#")[2] or None
        assert (code is None) == (answer.status == 200)
        assert answer.status in (200, 400, 403) or code == "NotImplementedByKmsmock"
        return code

    return populated.judged(ask, codes)


@pytest.mark.parametrize("part", range(2))
def test_any_http_is_answered_or_refused_as_a_whole(populated, part):
    """Odd methods, paths and headers, or none where there should be."""
    operations, sent = ALL[part::2], Counter()

    @settings(max_examples=share(REQUESTS // 20, 2, 20), **HOW)
    @given(st.lists(st.tuples(st.sampled_from(operations), HTTP), min_size=20, max_size=20))
    def live(told):
        populated.begin()
        for operation, (method, path, odd) in told:
            good = signed_post(operation, populated.good[operation][0])
            url = good.url.rstrip("/") + path
            headers = odd_headers(good.headers, odd)
            sent[
                judge_http(populated, operation, good.body, url=url, headers=headers, method=method)
            ] += 1

    live()
    assert sent.total() >= REQUESTS // 20 // 2
    assert len(sent) > 3


@pytest.mark.parametrize("part", range(2))
def test_any_cbor_is_answered_or_refused_as_a_whole(populated, requests, part):
    """CloudHSM v2's other wire: any request, half of them with a bit flipped or cut off."""
    operations, sent = [of for of in ALL if of[0] == "cloudhsmv2"][part::2], Counter()
    any_of_them = st.sampled_from(operations).flatmap(
        lambda of: st.tuples(st.just(of), requests[of[0]].any(of[1]))
    )

    @settings(max_examples=share(REQUESTS // 20, 2, 20), **HOW)
    @given(
        st.lists(
            st.tuples(any_of_them, st.integers(0, 3), st.integers(0, 40_000)),
            min_size=20,
            max_size=20,
        )
    )
    def live(told):
        populated.begin()
        for (operation, request), how, place in told:
            body = cbor2.dumps(request)
            body = (body, body, flipped(body, place), body[: place % len(body)])[how]
            sent[judge_http(populated, operation, body, **cbor_post(operation, body))] += 1

    live()
    assert sent.total() >= REQUESTS // 20 // 2
    assert len(sent) > 3


@pytest.mark.parametrize(("service", "operation"), ALL)
def test_the_world_has_a_good_request_of_every_operation(populated, service, operation):
    """What is spoiled elsewhere succeeds as it is."""
    for request in populated.good[service, operation]:
        populated.begin()
        populated.with_time(hours=1)  # a replica is not made at once

        assert populated.ask(service, operation, request) is None

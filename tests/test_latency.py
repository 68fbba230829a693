"""`aws.faults`: answers that take their time, on the world's clock or really."""

import datetime as dt
import threading

import boto3
import pytest
import requests
import urllib3
from botocore import exceptions
from botocore.config import Config
from clients_at_hand import REGION
from expect import refused


def client(read_timeout, attempts=1):
    """A KMS client that waits so many seconds, and calls so often."""
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    return boto3.client("kms", REGION, config=Config(read_timeout=read_timeout, retries=retries))


@pytest.fixture
def sleeps(monkeypatch):
    """The seconds that anybody sleeps really, without the sleep."""
    seconds = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


@pytest.fixture
def passed(aws):
    """How many seconds have passed on the world's clock, which is frozen."""
    aws.clock.freeze()
    start = aws.clock.now()
    return lambda: (aws.clock.now() - start) / dt.timedelta(seconds=1)


def test_latency_passes_on_the_worlds_clock(aws, kms, passed, sleeps):
    """A slow call is answered, the clock is later, and nobody has slept."""
    aws.faults.add("kms", "ListKeys", latency=2.5)

    kms.list_keys()

    assert passed() == 2.5
    assert sleeps == []


def test_real_latency_is_slept_by_the_caller(aws, kms, passed, sleeps):
    """A really slow call is answered after a sleep, which does not move a frozen clock."""
    aws.faults.add("kms", "ListKeys", real_latency=2.5, times=1)

    kms.list_keys()
    kms.list_keys()

    assert sleeps == [2.5]
    assert passed() == 0


def test_latencies_add_up(aws, kms, passed, sleeps):
    """A call that several faults strike takes as long as all of them."""
    aws.faults.add("kms", "ListKeys", latency=1, real_latency=2)
    aws.faults.add("kms", "ListKeys", latency=3, real_latency=4, when="after")

    kms.list_keys()

    assert (passed(), sleeps) == (4, [6])


@pytest.mark.parametrize("when", ["before", "after"])
def test_work_is_done_when_the_request_comes(aws, kms, passed, when):
    """Latency is the answer's: what the call makes is as old as the request."""
    start = aws.clock.now()
    aws.faults.add("kms", "CreateKey", latency=10, when=when)

    made = kms.create_key()["KeyMetadata"]["CreationDate"]

    assert made.replace(microsecond=0) == start.replace(microsecond=0)
    assert passed() == 10


def test_other_threads_go_on_while_a_caller_sleeps(aws, kms, monkeypatch):
    """The sleep holds up nobody else: another thread is answered in the midst of it."""
    seen = []

    def sleep(_seconds):
        other = threading.Thread(target=lambda: seen.append(kms.list_keys()["Keys"]))
        other.start()
        other.join(timeout=30)

    monkeypatch.setattr("time.sleep", sleep)
    aws.faults.add("kms", "CreateKey", real_latency=30, times=1)

    kms.create_key()

    assert [len(keys) for keys in seen] == [1]


def test_error_comes_after_its_latency(aws, kms, passed, sleeps):
    """A service may take its time to refuse."""
    aws.faults.add("kms", "ListKeys", error="KMSInternalException", latency=1, real_latency=2)

    with refused("KMSInternalException", status=500):
        kms.list_keys()

    assert (passed(), sleeps) == (1, [2])


@pytest.mark.parametrize("error", ["ConnectTimeoutError", "ConnectionClosedError"])
def test_connection_fails_after_its_latency(aws, kms, passed, sleeps, error):
    """A connection that fails may take its time too."""
    aws.faults.add("kms", "ListKeys", error=error, latency=1, real_latency=2)

    with pytest.raises(getattr(exceptions, error)):
        kms.list_keys()

    assert (passed(), sleeps) == (1, [2])


@pytest.mark.parametrize("seconds", [3, 3.5, 900])
def test_read_timeout_ends_the_waiting_on_the_clock(aws, passed, sleeps, seconds):
    """An answer that takes as long as the client's read timeout is botocore's ReadTimeoutError."""
    aws.faults.add("kms", "ListKeys", latency=seconds)

    with pytest.raises(exceptions.ReadTimeoutError, match=r"kms.us-east-1.amazonaws.com"):
        client(read_timeout=3).list_keys()

    assert (passed(), sleeps) == (3, [])


def test_read_timeout_ends_the_sleep(aws, passed, sleeps):
    """Nobody sleeps longer than the client waits, what passed on the clock included."""
    aws.faults.add("kms", "ListKeys", latency=1, real_latency=900)

    with pytest.raises(exceptions.ReadTimeoutError):
        client(read_timeout=3).list_keys()

    assert (passed(), sleeps) == (1, [2])


def test_answer_within_the_read_timeout_arrives(aws, passed, sleeps):
    """A client that waits a little longer gets its answer."""
    aws.faults.add("kms", "ListKeys", latency=2.9)

    client(read_timeout=3).list_keys()

    assert passed() == 2.9


def test_client_without_read_timeout_waits_for_ever(aws, passed):
    """Config(read_timeout=None) never gives up; botocore's own default is a minute."""
    aws.faults.add("kms", "ListKeys", latency=86400, times=1)
    client(read_timeout=None).list_keys()
    aws.faults.add("kms", "ListKeys", latency=86400, times=1)

    with pytest.raises(exceptions.ReadTimeoutError):
        boto3.client("kms", REGION, config=Config(retries={"total_max_attempts": 1})).list_keys()

    assert passed() == 86400 + 60


def test_work_of_a_lost_answer_is_done(aws, sleeps):
    """AWS does not see that a client gave up: botocore tries again, and there are two keys."""
    aws.faults.add("kms", "CreateKey", latency=5, times=1)
    kms = client(read_timeout=3, attempts=2)

    kms.create_key()

    assert len(kms.list_keys()["Keys"]) == 2


def test_error_that_comes_too_late_is_a_lost_answer(aws, kms):
    """A refusal after the read timeout is not seen either."""
    aws.faults.add("kms", "CreateKey", error="KMSInternalException", latency=5)

    with pytest.raises(exceptions.ReadTimeoutError):
        client(read_timeout=3).create_key()

    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize(
    "timeout", [3, (9, 3), urllib3.Timeout(read=3), urllib3.Timeout(total=3)], ids=str
)
def test_read_timeout_of_requests_counts(aws, timeout):
    """A presigned URL that is opened with requests fails after the timeout of requests."""
    url = boto3.client("kms", REGION).generate_presigned_url("list_keys")
    headers = {"X-Amz-Target": "TrentService.ListKeys"}
    aws.faults.add("kms", "ListKeys", latency=2)
    requests.post(url, headers=headers, timeout=timeout)
    aws.faults.clear()
    aws.faults.add("kms", "ListKeys", latency=4)

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(url, headers=headers, timeout=timeout)


def test_read_timeout_of_urllib3s_pool_counts(aws, sleeps):
    """Without a timeout of its own a request has its pool's; without either it waits."""
    url = boto3.client("kms", REGION).generate_presigned_url("list_keys")
    headers = {"X-Amz-Target": "TrentService.ListKeys"}
    aws.faults.add("kms", "ListKeys", real_latency=100)
    urllib3.PoolManager().request("POST", url, headers=headers)

    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        urllib3.PoolManager(timeout=3).request("POST", url, headers=headers)

    assert sleeps == [100, 3]


def test_levers_are_never_slow(aws, sleeps, passed):
    """What the handle itself calls is spared."""
    aws.faults.add("kms", latency=5, real_latency=5)

    aws.kms_key()

    assert (passed(), sleeps) == (0, [])

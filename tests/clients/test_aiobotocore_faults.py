"""Planned faults meet aiobotocore's clients as they meet boto3's."""

import asyncio

import pytest
from botocore import exceptions
from expect import CONNECTION_ERRORS, refused

pytest.importorskip("aiobotocore", reason="aiobotocore is tested in an environment of its own")

import aiobotocore.config
import aiobotocore.session

WORKS_WITH = {
    "aiobotocore's timeouts, retries": "planned faults strike as with boto3, and block no loop",
}


def client_of(read_timeout=60, attempts=1):
    """A KMS client that waits so many seconds, and calls so often; to be entered."""
    config = aiobotocore.config.AioConfig(
        read_timeout=read_timeout, retries={"total_max_attempts": attempts, "mode": "standard"}
    )
    session = aiobotocore.session.get_session()
    return session.create_client("kms", region_name="us-east-1", config=config)


def call(name, **settings):
    """Make one call and give its answer."""

    async def use():
        async with client_of(**settings) as client:
            return await getattr(client, name)()

    return asyncio.run(use())


@pytest.fixture
def sleeps(monkeypatch):
    """The seconds that any task sleeps really, without the sleep."""
    seconds = []

    async def sleep(delay, *_result):
        seconds.append(delay)

    monkeypatch.setattr("asyncio.sleep", sleep)
    return seconds


def test_service_error_strikes(aws):
    """A planned error of the service is the client's."""
    aws.faults.add("kms", "ListKeys", error="KMSInternalException")

    with refused("KMSInternalException", status=500):
        call("list_keys")


@pytest.mark.parametrize("error", CONNECTION_ERRORS)
def test_connection_fails_with_botocores_error(aws, error):
    """The client raises what it raises when the network fails."""
    aws.faults.add("kms", "ListKeys", error=error)

    with pytest.raises(getattr(exceptions, error), match="kms.us-east-1.amazonaws.com"):
        call("list_keys")


def test_lost_answer_makes_a_second_key(aws, kms, sleeps):
    """A lost connection is tried again by the client itself."""
    aws.faults.add("kms", "CreateKey", error="ReadTimeoutError", when="after", times=1)

    call("create_key", attempts=2)

    assert len(kms.list_keys()["Keys"]) == 2


def test_other_tasks_go_on_while_a_caller_sleeps(aws, monkeypatch):
    """Real latency does not block the event loop, nor the world."""
    aws.faults.add("kms", "CreateKey", real_latency=30, times=1)
    done, asleep, awake = [], asyncio.Event(), asyncio.Event()

    async def sleep(delay, *_result):
        asleep.set()
        await awake.wait()
        done.append(delay)

    async def slow(client):
        await client.create_key()
        done.append("created")

    async def quick(client):
        await asleep.wait()
        done.append(len((await client.list_keys())["Keys"]))
        awake.set()

    async def use():
        async with client_of() as client:
            await asyncio.gather(slow(client), quick(client))

    monkeypatch.setattr("asyncio.sleep", sleep)
    asyncio.run(use())

    assert done == [1, 30, "created"]


def test_latency_passes_on_the_worlds_clock(aws, sleeps):
    """A slow call is answered, the clock is later, and no task has slept."""
    aws.clock.freeze()
    start = aws.clock.now()
    aws.faults.add("kms", "ListKeys", latency=2.5)

    call("list_keys")

    assert (aws.clock.now() - start).total_seconds() == 2.5
    assert sleeps == []


def test_read_timeout_ends_the_waiting(aws, sleeps):
    """The client gives up after its own read timeout, be it the clock's or a real one."""
    aws.faults.add("kms", "ListKeys", real_latency=10)
    aws.faults.add("kms", "CreateKey", latency=10)

    with pytest.raises(exceptions.ReadTimeoutError):
        call("list_keys", read_timeout=3)
    with pytest.raises(exceptions.ReadTimeoutError):
        call("create_key", read_timeout=3)

    assert sleeps == [3]

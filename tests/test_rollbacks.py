"""Rollbacks of a world with something of everything, whatever was done in it.

The file has one world for all its tests, which is what snapshots are for.
"""

import pytest
from clients_at_hand import REGION
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_world import DEEDS, Rich, do
from whole_world import describe

from kmsmock import mock_kms_cloudhsm
from kmsmock.snapshots import chain, states


@pytest.fixture(scope="module")
def rich():
    """One for all examples, which is what snapshots are for."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        aws.clock.freeze()
        rich = Rich(aws)
        rich.start = aws.snapshot()
        yield rich


deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 7)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(before=deeds, after=deeds, more=deeds)
def test_after_a_rollback_the_world_is_as_it_was(rich, before, after, more):
    """Whatever was done before and after, down to the last attribute; also forward again."""
    rich.aws.rollback(rich.start)
    do(rich, before)
    snapshot = rich.aws.snapshot()
    then = describe(rich.aws)
    do(rich, after)
    later = rich.aws.snapshot()
    later_then = describe(rich.aws)
    do(rich, more)

    rich.aws.rollback(snapshot)
    assert describe(rich.aws) == then
    do(rich, more)
    rich.aws.rollback(later)
    assert describe(rich.aws) == later_then
    rich.aws.rollback(snapshot)
    assert describe(rich.aws) == then


@settings(max_examples=15, deadline=None)
@given(deeds=deeds)
def test_what_is_done_after_a_rollback_goes_as_it_did_before(rich, deeds):
    """The same calls have the same outcomes."""
    rich.aws.rollback(rich.start)
    do(rich, deeds)
    states = [key["KeyId"] for key in rich.kms.list_keys()["Keys"] if key["KeyId"] in rich.ids.keys]

    rich.aws.rollback(rich.start)
    do(rich, deeds)

    again = [key["KeyId"] for key in rich.kms.list_keys()["Keys"] if key["KeyId"] in rich.ids.keys]
    assert again == states


UNCHANGING = {
    "IPv4Address",
    "IPv4Network",
    "RLock",
    "_lru_cache_wrapper",
    "builtin_function_or_method",
    "datetime",
    "lock",
    "timedelta",
    "timezone",
}
"""Types of others that the world leads to, none of which changes what a client sees."""


def test_a_snapshot_knows_every_type_that_the_world_leads_to(rich, monkeypatch):
    """An attribute that a snapshot could not put back fails here: give its type a way, or a reason.

    Attributes themselves need no list: all of them are found.
    """
    plain = {str, bytes, int, float, bool, type(None)}
    ways = states._Ways({kind: way for kind, way in states.WAYS.items() if way or kind in plain})
    monkeypatch.setattr(chain, "WAYS", ways)
    version = chain._Version()

    version.keep(rich.aws._world)
    for key in rich.aws._world.region("123456789012", REGION).keys:
        version.keep(key)

    unchanging = {kind for kind, way in ways.items() if way is None} - plain
    foreign = {kind.__name__ for kind in unchanging if not kind.__module__.startswith("kmsmock.")}
    rich.aws.snapshot()
    assert foreign - UNCHANGING == set()

"""`aws.clock`: the world's time in a test's hand."""

import datetime as dt
import subprocess
import sys

import freezegun
import pytest
import time_machine
from expect import refused

UTC = dt.timezone.utc
NEW_YEAR = dt.datetime(2031, 1, 1, tzinfo=UTC)
DAY = dt.timedelta(days=1)


def creation_date(kms, key_id):
    """When a key was made, as DescribeKey has it."""
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"]


def new_key(kms):
    return kms.create_key()["KeyMetadata"]["KeyId"]


def test_time_is_that_of_the_process(aws):
    """The clock shows the process's time until a test moves it."""
    before = dt.datetime.now(UTC)

    shown = aws.clock.now()

    assert before <= shown <= dt.datetime.now(UTC)
    assert shown.tzinfo is UTC


def test_advance_refuses_to_go_backwards(aws):
    """A negative step is a mistake of the test's."""
    with pytest.raises(ValueError, match="negative"):
        aws.clock.advance(days=-1)


def test_travel_reaches_the_calls(aws, kms):
    """A key that is made after travelling to a time was made then."""
    aws.clock.travel_to(NEW_YEAR)

    made = creation_date(kms, new_key(kms))

    assert NEW_YEAR <= made < NEW_YEAR + DAY


def test_time_goes_on_after_travel(aws):
    """A clock that has travelled is not frozen."""
    aws.clock.travel_to(NEW_YEAR)

    first = aws.clock.now()
    while aws.clock.now() == first:
        pass

    assert aws.clock.now() > first


@pytest.mark.parametrize("zone", [UTC, dt.timezone(dt.timedelta(hours=9))])
def test_travel_takes_any_time_zone(aws, zone):
    """The same point of time is the same in every zone; the clock shows it in UTC."""
    aws.clock.freeze(NEW_YEAR.astimezone(zone))

    assert aws.clock.now() == NEW_YEAR
    assert aws.clock.now().tzinfo is UTC


@pytest.mark.parametrize("lever", ["travel_to", "freeze"])
def test_time_without_zone_is_refused(aws, lever):
    """A naive datetime is a mistake of the test's."""
    with pytest.raises(ValueError, match="needs a time zone"):
        getattr(aws.clock, lever)(dt.datetime(2031, 1, 1))  # noqa: DTZ001 - the point of it


def test_travel_backwards_undoes_nothing(aws, kms, key_id):
    """What happened at a later time stays, and what is due later waits."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.travel_to(aws.clock.now() - 365 * DAY)

    aws.clock.advance(days=30)

    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_frozen_time_stands_still(aws, kms):
    """Keys made while the clock is frozen were made at one and the same time."""
    aws.clock.freeze(NEW_YEAR)

    dates = {creation_date(kms, new_key(kms)) for _ in range(3)}

    assert dates == {NEW_YEAR}
    assert aws.clock.frozen


def test_frozen_time_moves_with_the_levers(aws):
    """Advancing and travelling move a frozen clock, which stays frozen."""
    aws.clock.freeze(NEW_YEAR)

    aws.clock.advance(days=1)
    assert aws.clock.now() == NEW_YEAR + DAY

    aws.clock.travel_to(NEW_YEAR)
    assert aws.clock.now() == NEW_YEAR


def test_unfrozen_time_goes_on_from_where_it_stood(aws):
    """Unfreezing is no jump."""
    aws.clock.freeze(NEW_YEAR)

    aws.clock.unfreeze()

    assert NEW_YEAR <= aws.clock.now() < NEW_YEAR + DAY
    assert not aws.clock.frozen


def test_unfreezing_what_is_not_frozen_changes_nothing(aws):
    """A clock that runs goes on running."""
    aws.clock.travel_to(NEW_YEAR)

    aws.clock.unfreeze()

    assert NEW_YEAR <= aws.clock.now() < NEW_YEAR + DAY


def test_freeze_ends_with_its_block(aws):
    """As a context manager it gives the clock and unfreezes it at the end."""
    with aws.clock.freeze(NEW_YEAR) as clock:
        assert clock.now() == clock.now() == NEW_YEAR

    assert not aws.clock.frozen


def test_inner_freeze_leaves_the_outer_one(aws):
    """A block inside a frozen one leaves the clock frozen."""
    with aws.clock.freeze(NEW_YEAR):
        with aws.clock.freeze():
            aws.clock.advance(days=1)

        assert aws.clock.now() == NEW_YEAR + DAY
        assert aws.clock.frozen


def freezegun_at(when):
    return freezegun.freeze_time(when)


def time_machine_at(when):
    return time_machine.travel(when, tick=False)


BOTH = pytest.mark.parametrize("library", [freezegun_at, time_machine_at])


@BOTH
def test_library_moves_the_world(kms, key_id, library):
    """A key made while freezegun or time-machine has stopped the time was made then."""
    with library(NEW_YEAR):
        made = creation_date(kms, new_key(kms))

    assert made == NEW_YEAR


@BOTH
def test_library_lets_things_fall_due(kms, key_id, library):
    """A deletion that is due at the time of freezegun or time-machine happens."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    with library(dt.datetime.now(UTC) + 8 * DAY), refused("NotFoundException"):
        kms.describe_key(KeyId=key_id)


@BOTH
def test_levers_add_to_the_library(aws, library):
    """The clock's own levers start from the library's time, and return to the real one with it."""
    with library(NEW_YEAR):
        aws.clock.advance(days=1)
        assert aws.clock.now() == NEW_YEAR + DAY

    assert aws.clock.now() < NEW_YEAR


def test_libraries_are_not_imported():
    """The mock works without either of the two."""
    code = (
        "import sys, boto3, kmsmock\n"
        "with kmsmock.mock_kms_cloudhsm() as aws:\n"
        "    boto3.client('kms').create_key()\n"
        "print({'freezegun', 'time_machine'} & set(sys.modules))"
    )
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_what_falls_due_happens_in_the_order_of_its_time(aws, kms):
    """Rotations that were passed over in one step have the dates on which each was due."""
    key_id = new_key(kms)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    start = aws.clock.now()

    aws.clock.advance(days=350)

    rotations = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    days = [round((rotation["RotationDate"] - start) / DAY) for rotation in rotations]
    assert days == [100, 200, 300]


def test_key_is_not_rotated_after_its_deletion_was_due(aws, kms):
    """A later thing that an earlier one prevents does not happen, though both are overdue."""
    key_id = new_key(kms)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=91)

    assert kms.list_keys()["Keys"] == []


def test_due_things_happen_once_whoever_looks(aws, kms, key_id):
    """Each call after the time has passed sees the same: one rotation, not one for each look."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    aws.clock.advance(days=91)

    looks = [len(kms.list_key_rotations(KeyId=key_id)["Rotations"]) for _ in range(3)]

    assert looks == [1, 1, 1]

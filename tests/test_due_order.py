"""What AWS does by itself: in the order of its time, once, whoever looks first."""

import datetime as dt

import pytest
from backups import backups_of
from clients_at_hand import SESSION
from description import describe
from expect import refused
from imports import external_key, import_material, parameters, send
from multi_region import AWAY, HOME, client, new_primary

from kmsmock import mock_kms_cloudhsm

DAY = dt.timedelta(days=1)
START = dt.datetime(2031, 1, 1, tzinfo=dt.timezone.utc)


class Story:
    """A world in which something of each kind falls due later.

    What is due last is begun first, as far as that is possible.
    """

    def __init__(self, aws):
        aws.clock.freeze(START)
        self.aws, self.kms, away = aws, client(HOME), client(AWAY)
        self.cloudhsm = SESSION.client("cloudhsmv2", region_name=HOME)
        self.rotated, self.deleted, self.on_demand = (
            self.kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3)
        )
        self.kms.enable_key_rotation(KeyId=self.rotated, RotationPeriodInDays=90)
        self.kms.schedule_key_deletion(KeyId=self.deleted, PendingWindowInDays=30)
        self.expiring = external_key(self.kms)
        import_material(self.kms, self.expiring, ValidTo=START + 20 * DAY)
        self.related = new_primary(self.kms)
        self.kms.replicate_key(KeyId=self.related, ReplicaRegion=AWAY)
        aws.clock.advance(seconds=5)
        self.kms.schedule_key_deletion(KeyId=self.related, PendingWindowInDays=7)
        away.schedule_key_deletion(KeyId=self.related, PendingWindowInDays=8)
        self.waiting = external_key(self.kms)
        self.token = parameters(self.kms, self.waiting)
        self.cluster_id, self.cluster_since = aws.cluster(hsms=1).cluster_id, aws.clock.now()
        self.kms.rotate_key_on_demand(KeyId=self.on_demand)

    def told(self):
        """The events of what AWS did: name, Region, key, and the days since the start."""
        return [
            (event["eventName"], event["awsRegion"], key, days)
            for event in self.aws.events
            if event["userIdentity"].get("invokedBy") == "AWS Internal"
            for key in [event["resources"][0]["ARN"].rpartition("/")[2]]
            for time in [dt.datetime.fromisoformat(event["eventTime"].replace("Z", "+00:00"))]
            for days in [(time - START) // DAY]
        ]

    def expected(self):
        """The same as AWS would do it."""
        return [
            ("SynchronizeMultiRegionKey", AWAY, self.related, 0),
            ("RotateKey", HOME, self.on_demand, 0),
            ("DeleteKey", AWAY, self.related, 8),
            ("DeleteKey", HOME, self.related, 15),
            ("DeleteExpiredKeyMaterial", HOME, self.expiring, 20),
            ("DeleteKey", HOME, self.deleted, 30),
            ("RotateKey", HOME, self.rotated, 90),
            ("RotateKey", HOME, self.rotated, 180),
        ]


@pytest.fixture
def story():
    with mock_kms_cloudhsm(region=HOME, transitions="realistic", seed=7) as aws:
        yield Story(aws)


LOOKS = {
    "the record": lambda story: len(story.aws.events),
    "a call of KMS": lambda story: story.kms.list_keys(),
    "a call of CloudHSM": lambda story: story.cloudhsm.describe_clusters(),
    "a call to another Region": lambda _story: client("sa-east-1").list_keys(),
    "a lever": lambda story: story.aws.kms_key(),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_service_events_are_in_the_order_of_their_time(story, look):
    """One step over all of it: the record has each event once, at its time, in that order."""
    story.aws.clock.advance(days=200)

    look(story)
    look(story)

    assert story.told() == story.expected()


@pytest.mark.parametrize("hours", [1, 7, 24, 500])
def test_the_world_is_the_same_however_often_somebody_looks(hours):
    """Whether one step leads there or thousands that are looked at: the worlds are the same."""
    worlds = []
    for step in (hours, 200 * 24):
        with mock_kms_cloudhsm(region=HOME, transitions="realistic", seed=7) as aws:
            Story(aws)
            end = aws.clock.now() + 200 * DAY
            while aws.clock.now() < end:
                aws.clock.travel_to(min(end, aws.clock.now() + dt.timedelta(hours=step)))
                len(aws.events)
            worlds.append(describe(aws))

    assert worlds[0] == worlds[1]


def test_backups_and_their_retention_have_their_own_days(story):
    """What no event tells: a backup each day, and the end of those that are too old."""
    story.cloudhsm.modify_cluster(
        ClusterId=story.cluster_id, BackupRetentionPolicy={"Type": "DAYS", "Value": "7"}
    )

    story.aws.clock.advance(days=20)

    found = backups_of(story.cloudhsm, story.cluster_id)
    begun = story.cluster_since
    states = {(it["CreateTimestamp"] - begun) / DAY: it["BackupState"] for it in found}
    assert states == {
        **dict.fromkeys(range(7), "DELETED"),
        **dict.fromkeys(range(7, 14), "PENDING_DELETION"),
        **dict.fromkeys(range(14, 20), "READY"),
        20: "CREATE_IN_PROGRESS",
    }
    assert {it["DeleteTimestamp"] - it["CreateTimestamp"] for it in found[7:14]} == {14 * DAY}


def test_import_token_ends_after_its_day(story):
    """A token that was passed over in one step serves no more."""
    story.aws.clock.advance(days=1)

    with refused("ExpiredImportTokenException"):
        send(story.kms, story.waiting, story.token, bytes(32))

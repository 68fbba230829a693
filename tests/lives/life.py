"""What both kinds of random lives do: take a step in kmsmock and in the model, and compare.

    KMSMOCK_LIVES=1000 pytest tests/lives --hypothesis-seed=1

lives a thousand lives of each kind; without the variable it is the same few in every run.
"""

import datetime as dt
import functools
import os

import boto3
from botocore.exceptions import ClientError
from clients_at_hand import NO_RETRIES
from description import describe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from model import Model
from model_states import SYMMETRIC, Refused, state_error
from model_time import AT_ONCE, SLOWLY, Time

from kmsmock import mock_kms_cloudhsm

HOME, AWAY, FAR = REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
APP, OTHER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("App", "Other"))
ACCESS_KEYS = {APP: "AKIAAPPAPPAPPAPPAPPA", OTHER: "AKIAOTHEROTHEROTHERO"}
HOW_MANY = os.environ.get("KMSMOCK_LIVES")
BEGIN = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)


@functools.cache
def client(region, caller=None):
    """One client for all worlds."""
    keys = {}
    if caller:
        keys = {"aws_access_key_id": ACCESS_KEYS[caller], "aws_secret_access_key": "secret"}
    return boto3.client("kms", region_name=region, config=NO_RETRIES, **keys)


def when(seconds):
    """A time of the model as AWS shows it."""
    return BEGIN + dt.timedelta(seconds=seconds)


def places(life):
    """Where keys are or were."""
    return st.sampled_from([*life.model.keys, *life.model.keys, *life.ever])


def where(operation, fits=lambda _key: True):
    """The place of a key, more often than not of one that allows the operation."""

    def choose(life):
        good = [
            place
            for place, key in life.model.keys.items()
            if fits(key) and state_error(key, operation) is None
        ]
        others = places(life)
        return st.one_of(*[st.sampled_from(good)] * 4, others) if good else others

    return st.runner().flatmap(choose)


def of_spec(*specs):
    """Whether a key is of one of these specs."""
    return lambda key: key.shared.spec in specs


def rotates(key):
    """Whether a key is one of those that AWS rotates."""
    return key.shared.spec == SYMMETRIC and not key.is_replica


anywhere = st.runner().flatmap(places)
"""The Region and id of a key, now and then of one that is gone."""
any_blob = st.runner().flatmap(lambda life: st.sampled_from(life.blobs))
callers = st.sampled_from((None, None, None, APP, OTHER))
contexts = st.sampled_from(({}, {"a": "1"}, {"a": "1", "b": "2"}))
regions = st.sampled_from(REGIONS)


def how_many(by_default):
    """Settings for the same few lives in every run, or for what the environment asks for."""
    return settings(
        max_examples=int(HOW_MANY or by_default),
        stateful_step_count=50,
        deadline=None,
        derandomize=HOW_MANY is None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


class Lives(RuleBasedStateMachine):
    """What both kinds of lives do: ask kmsmock what the model foretold."""

    def __init__(self):
        super().__init__()
        self.blobs = []
        self.ever = {}
        self.touched = None
        self.material_ids = {}

    def begin(self, transitions):
        """A new world, and a model of it."""
        self.mock = mock_kms_cloudhsm(region=HOME, transitions=transitions, seed=1)
        self.aws = self.mock.start()
        self.aws.clock.freeze(BEGIN)
        for caller, access_key in ACCESS_KEYS.items():
            self.aws.register_credentials(access_key, principal=caller)
        self.time = Time(AT_ONCE if transitions == "immediate" else SLOWLY)
        self.model = Model(self.time)

    def teardown(self):
        if hasattr(self, "mock"):
            self.mock.stop()

    def ask(self, foretell, caller, operation, **request):
        """Make a call; give the model's word on it and the reply, or None if it was refused.

        What AWS refuses changes nothing.
        """
        self.time.settle()
        try:
            foretold = foretell()
        except Refused as refusal:
            self._expect(refusal, caller, operation, request)
            return None
        return foretold, getattr(caller, operation)(**request)

    def _expect(self, refusal, caller, operation, request):
        client(HOME).list_keys(Limit=1)  # what is due is done by whatever call comes next
        before = describe(self.aws)
        try:
            getattr(caller, operation)(**request)
        except ClientError as error:
            found = error.response["Error"]
        else:
            raise AssertionError(f"{operation} was allowed; expected {refusal}")
        assert found["Code"] in refusal.codes, (found, refusal)
        assert refusal.text in (None, found["Message"])
        assert describe(self.aws) == before

    def on_key(self, place, operation, foretell, caller=None, **request):
        """Ask something of the key at a place."""
        region, key_id = self.touched = place
        return self.ask(
            lambda: foretell(self.model.find(region, key_id)),
            client(region, caller),
            operation,
            KeyId=key_id,
            **request,
        )

    def advance(self, seconds):
        """Let time pass, for kmsmock and for the model."""
        self.time.now += seconds
        self.aws.clock.advance(seconds=seconds)

    def open(self, blob, region, context, *, key_id=None, caller=None):
        """Decrypt in a Region; the reply fits the ciphertext."""
        self.touched = region, key_id or blob.shared.key_id

        def foretell():
            key = self.model.find(region, key_id) if key_id else None
            return self.model.decrypt(region, blob, context, named=key, caller=caller)

        done = self.ask(
            foretell,
            client(region, caller),
            "decrypt",
            CiphertextBlob=blob.ciphertext,
            EncryptionContext=context,
            **({"KeyId": key_id} if key_id else {}),
        )
        if done:
            key, reply = done
            assert (reply["KeyId"], reply["Plaintext"]) == (key.arn, blob.plaintext)
            assert ("KeyMaterialId" in reply) == (key.store is None)
            if key.store is None:
                self.learn(key, blob.material, reply["KeyMaterialId"])

    def learn(self, key, material, told):
        """An id of material: that which it had, or one that nothing had."""
        # The same imported material has the same id in the same key.
        mark = material if material.secret is None else (key.shared, material.secret)
        assert self.material_ids.setdefault(mark, told) == told
        assert list(self.material_ids.values()).count(told) == 1
        material.material_id = told

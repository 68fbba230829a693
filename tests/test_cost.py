"""What a call may cost, told without a clock: steps, patterns, bytes. See benchmarks/ too."""

import gc
import re
import sys
import tracemalloc
from functools import partial
from pathlib import Path

import boto3
import moto.core.botocore_stubber  # noqa: F401 - beside moto a call takes the most steps
import pytest

import kmsmock
from kmsmock import mock_kms_cloudhsm

OURS = str(Path(kmsmock.__file__).parent)
APP = "arn:aws:iam::123456789012:role/App"

# Functions of kmsmock's that a call enters where it enters the most: beside moto, before Python
# 3.12 (comprehensions count as such), with the oldest botocore (one more of its methods is
# wrapped). Two more than today: whoever has to raise one of these makes every test of every user
# slower.
MOST_FUNCTIONS = {
    "describe_key": 63,
    "list_keys": 60,
    "encrypt": 85,
    "decrypt": 88,
    "generate_data_key": 89,
    "generate_mac": 63,
    "sign": 65,
    "create_key": 87,
}


class World:
    """A world of some size, and calls that are about one of its keys."""

    def __init__(self, aws, size):
        self.aws, self.kms = aws, boto3.client("kms")
        ids = [self.create() for _ in range(size)]
        self.key = ids[size // 2]
        for number in range(size):
            target = ids[number // 50]
            self.kms.create_alias(AliasName=f"alias/{number:04}", TargetKeyId=target)
            grantee = f"arn:aws:iam::123456789012:role/{number}"
            self.grant = self.kms.create_grant(
                KeyId=self.key, GranteePrincipal=grantee, Operations=["Decrypt"]
            )
        self.mac = self.create(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.signer = self.create(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        self.blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"secret")["CiphertextBlob"]

    def create(self, **members):
        return self.kms.create_key(**members)["KeyMetadata"]["KeyId"]

    def calls(self):
        """Calls by their names, each of which can be repeated."""
        kms, key = self.kms, self.key
        grantee = self.aws.client("kms", principal="arn:aws:iam::123456789012:role/1")
        digest = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
        return {
            "describe_key": partial(kms.describe_key, KeyId=key),
            "describe_key by alias": partial(kms.describe_key, KeyId="alias/0001"),
            "list_keys": partial(kms.list_keys, Limit=5),
            "list_aliases": partial(kms.list_aliases, Limit=5),
            "list_grants": partial(kms.list_grants, KeyId=key, Limit=5),
            "list_retirable_grants": partial(kms.list_retirable_grants, RetiringPrincipal=APP),
            "encrypt": partial(kms.encrypt, KeyId=key, Plaintext=b"secret"),
            "decrypt": partial(kms.decrypt, CiphertextBlob=self.blob),
            "decrypt by a grantee": partial(grantee.decrypt, CiphertextBlob=self.blob),
            "generate_data_key": partial(kms.generate_data_key, KeyId=key, KeySpec="AES_256"),
            "generate_mac": partial(
                kms.generate_mac, KeyId=self.mac, Message=b"m", MacAlgorithm="HMAC_SHA_256"
            ),
            "sign": partial(kms.sign, KeyId=self.signer, **digest),
            "create_key": kms.create_key,
            "create_grant": partial(
                kms.create_grant, KeyId=key, GranteePrincipal=APP, Operations=["Encrypt"]
            ),
            "enable_key": partial(kms.enable_key, KeyId=key),
            "tag_resource": partial(
                kms.tag_resource, KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]
            ),
        }


@pytest.fixture(autouse=True)
def answers_fit_the_model():
    """Answers are not checked here: that would be counted."""


@pytest.fixture
def world():
    with mock_kms_cloudhsm() as aws:
        aws.clock.freeze()
        yield partial(World, aws)


class Steps:
    """Counts what a call does inside kmsmock: functions entered, lines executed.

    A comprehension executes its line for each of its elements.
    """

    def __init__(self):
        self.functions = self.lines = 0

    def of(self, call):
        """Count a call that has been made before, so that nothing is compiled by it."""
        call()
        before = sys.gettrace()
        sys.settrace(self._entered)
        try:
            call()
        finally:
            sys.settrace(before)
        return self

    def _entered(self, frame, _event, _argument):
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        self.functions += 1
        return self._stepped

    def _stepped(self, _frame, event, _argument):
        self.lines += event == "line"
        return self._stepped


@pytest.mark.parametrize("name", MOST_FUNCTIONS)
def test_a_call_takes_few_steps(world, name):
    """What kmsmock adds to botocore's own nine hundred functions stays a small part of them."""
    call = world(2).calls()[name]

    assert Steps().of(call).functions <= MOST_FUNCTIONS[name]


def test_a_call_in_a_large_world_takes_the_steps_of_one_in_a_small_world():
    """Nothing is searched for: keys, aliases, grants and pages are looked up."""
    counts = []
    for size in (10, 120):
        with mock_kms_cloudhsm() as aws:
            aws.clock.freeze()
            calls = World(aws, size).calls()
            counts.append({name: Steps().of(call).lines for name, call in calls.items()})

    small, large = counts
    assert large == small


def test_a_search_would_be_seen():
    """The count above tells a comprehension over many things from one over few."""

    def lines(size):
        source = "def search(things): return [it for it in things if it]"
        names = {}
        exec(compile(source, OURS + "/search.py", "exec"), names)  # noqa: S102 - our own
        return Steps().of(partial(names["search"], range(size))).lines

    assert lines(120) >= lines(10) + 110


def test_no_pattern_is_compiled_in_a_call(world, monkeypatch):
    """Regular expressions are compiled once, whatever the request."""
    compiled = []
    # `re._compiler` from Python 3.11 on, `sre_compile` before.
    compiler = getattr(re, "_compiler", None) or sys.modules["sre_compile"]
    compile_pattern = compiler.compile

    def compiling(pattern, flags=0):
        # Past `re.fullmatch` and `re._compile`: Python's own modules compile for themselves.
        if sys._getframe(3).f_code.co_filename.startswith(OURS):
            compiled.append(pattern)
        return compile_pattern(pattern, flags)

    calls = world(2).calls()
    for call in calls.values():
        call()
    monkeypatch.setattr(compiler, "compile", compiling)
    re.purge()
    for call in calls.values():
        call()

    assert compiled == []

    here = {"re": re}
    exec(compile("re.fullmatch('seen', '')", OURS + "/seen.py", "exec"), here)  # noqa: S102
    assert compiled == ["seen"]


@pytest.mark.parametrize("size", [1, 4096])
def test_what_a_call_leaves_behind_does_not_depend_on_its_size(world, size):
    """The record keeps an event of some hundred bytes, and none of the bodies."""
    here = world(2)
    encrypt = partial(here.kms.encrypt, KeyId=here.key, Plaintext=b"s" * size)
    for _ in range(10):
        encrypt()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(200):
            encrypt()
        gc.collect()
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept / 200 < 1024

"""`seed`: the same calls give the same answers in every run."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import repeatable_story
from botocore_knows import needs

from kmsmock import mock_kms_cloudhsm
from kmsmock.controls.randomness import Randomness

STORY = Path(repeatable_story.__file__)

pytestmark = needs("ECC_NIST_EDWARDS25519")  # the story has a key of every spec


def told_elsewhere(seed, hash_seed):
    """The story as another process tells it."""
    run = subprocess.run(  # noqa: S603 - our own story
        [sys.executable, STORY, seed],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def test_processes_give_the_same_answers():
    """With a seed and a frozen clock each answer is the same in every process, byte for byte."""
    first, second = (told_elsewhere("seed", hash_seed) for hash_seed in ("1", "2"))

    assert first == second
    assert len(first) > 30


def test_other_seed_gives_other_answers():
    """No answer of one seed is that of another: each has a request id of its own."""
    one, other = (set(repeatable_story.told(seed)) for seed in ("one", "other"))

    assert not one & other


def test_without_a_seed_nothing_is_repeated():
    """A world without a seed is new each time."""
    first, second = (set(repeatable_story.told(None)) for _ in range(2))

    assert not first & second


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (7, "fec26c505d591370"),
        ("7", "d2d631623a0c50d1"),
        (b"7", "ce08fde5b4e9d3b8"),
        (-1, "11c36bcc9cab8e42"),
        ("\N{GREEK SMALL LETTER KAPPA}", "d233cf7e4055c9cd"),
    ],
)
def test_bytes_of_a_seed_never_change(seed, expected):
    """The generator is SHAKE256 over the seed's SHA-256 and a counter, on every platform."""
    randomness = Randomness(seed)

    assert (randomness.bytes(3) + randomness.bytes(5)).hex() == expected


@pytest.mark.parametrize("seed", [1.5, True, [1], object()])
def test_seed_of_another_type_is_a_mistake(seed):
    """A seed is a number, text or bytes; anything else is refused at once."""
    with pytest.raises(TypeError, match="seed must be an int, a str or bytes"):
        mock_kms_cloudhsm(seed=seed)


def test_inner_mock_shares_the_seed():
    """A mock inside a mock may name the outer one's seed, and no other."""
    with mock_kms_cloudhsm(seed=7):
        with mock_kms_cloudhsm(seed=7), mock_kms_cloudhsm():
            pass
        with pytest.raises(ValueError, match="seed=8"), mock_kms_cloudhsm(seed=8):
            pass


def test_sixteen_rsa_keys_of_a_size_are_the_same_in_every_run():
    """The first sixteen RSA keys of a size follow from the seed; the next is another one."""
    first, second = (public_keys(17) for _ in range(2))

    assert first[:16] == second[:16]
    assert len(set(first)) == 17


def public_keys(count):
    with mock_kms_cloudhsm(region="us-east-1", seed=7):
        kms = boto3.client("kms")
        ids = [
            kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
            for _ in range(count)
        ]
        return [kms.get_public_key(KeyId=key_id)["PublicKey"] for key_id in ids]


def two_public_keys(**settings):
    """The public keys of two RSA keys of a new world."""
    with mock_kms_cloudhsm(seed=7, **settings):
        kms = boto3.client("kms", region_name="us-east-1")
        ids = [
            kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
            for _ in range(2)
        ]
        return [kms.get_public_key(KeyId=key_id)["PublicKey"] for key_id in ids]


def test_fresh_rsa_keys_are_made_for_each_key():
    """Without the ready ones no RSA key is that of another world, whatever the seed."""
    fresh = two_public_keys(rsa_keys="fresh") + two_public_keys(rsa_keys="fresh")
    ready = two_public_keys()

    assert len({*fresh, *ready}) == 6
    assert ready == two_public_keys(rsa_keys="ready")


def test_rsa_keys_are_ready_or_fresh():
    """Everything else is a ValueError at once, and so is an inner mock that wants others."""
    with pytest.raises(ValueError, match='"ready" or "fresh", not \'new\''):
        mock_kms_cloudhsm(rsa_keys="new")
    with mock_kms_cloudhsm(), pytest.raises(ValueError, match='give rsa_keys="fresh" there'):
        mock_kms_cloudhsm(rsa_keys="fresh").start()

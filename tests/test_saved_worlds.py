"""Worlds on disk: `aws.save(path)` and `mock_kms_cloudhsm(load=path)`."""

import base64
import contextlib
import json
from dataclasses import fields

import pytest
from clients_at_hand import NO_RETRIES, REGION, SESSION
from expect import refused
from hypothesis import given, settings
from hypothesis import strategies as st

from kmsmock import mock_kms_cloudhsm
from kmsmock.domain.region import Region

KEY_ID = "11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::123456789012:role/app"
SEED = {
    "kmsmock": 1,
    "accounts": {
        "123456789012": {
            REGION: {
                "keys": [{"key_id": KEY_ID, "material": base64.b64encode(bytes(32)).decode()}],
                "aliases": {"alias/app": KEY_ID},
            }
        }
    },
}
"""What a test's author writes by hand."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "world.json"


def client():
    return SESSION.client("kms", region_name=REGION, config=NO_RETRIES)


def loaded(path):
    return mock_kms_cloudhsm(region=REGION, load=path)


def test_a_loaded_world_decrypts_what_the_saved_one_encrypted(path):
    """Keys come back with their material, under the same ids and names."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().create_alias(AliasName="alias/app", TargetKeyId=key_id)
        sealed = client().encrypt(KeyId="alias/app", Plaintext=b"secret")["CiphertextBlob"]
        aws.save(path)

    with loaded(path):
        answer = client().decrypt(KeyId="alias/app", CiphertextBlob=sealed)

    assert answer["Plaintext"] == b"secret"
    assert answer["KeyId"].endswith(key_id)


def test_a_grant_is_saved_with_its_key(path):
    """Both the list of a key and that of a retiring principal have it again."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().create_grant(
            KeyId=key_id,
            GranteePrincipal=ROLE,
            RetiringPrincipal=ROLE,
            Operations=["Decrypt"],
            Constraints={"EncryptionContextSubset": {"a": "b"}},
        )
        before = client().list_grants(KeyId=key_id)["Grants"]
        aws.save(path)

    with loaded(path):
        assert client().list_grants(KeyId=key_id)["Grants"] == before
        assert client().list_retirable_grants(RetiringPrincipal=ROLE)["Grants"] == before


def test_what_falls_due_is_saved(path):
    """A key is deleted on the day that was set before the world was saved."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
        aws.save(path)

    with loaded(path) as aws:
        aws.clock.advance(days=6)
        assert client().describe_key(KeyId=key_id)
        aws.clock.advance(days=2)
        with refused("NotFoundException"):
            client().describe_key(KeyId=key_id)


def test_a_schedule_of_rotation_is_saved(path):
    """The next rotation happens a period after the last one."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        key_id = client().create_key()["KeyMetadata"]["KeyId"]
        client().enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
        aws.clock.advance(days=50)
        aws.save(path)

    with loaded(path) as aws:
        aws.clock.advance(days=41)
        assert len(client().list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_a_seeded_world_goes_on_as_it_would_have(path):
    """What is random after loading is what it would have been without saving."""
    with mock_kms_cloudhsm(region=REGION, seed=7) as aws:
        client().create_key()
        aws.save(path)
        expected = client().generate_random(NumberOfBytes=16)["Plaintext"]

    with loaded(path):
        assert client().generate_random(NumberOfBytes=16)["Plaintext"] == expected


def test_a_file_written_by_hand_needs_only_keys_and_aliases(path):
    """In the spirit of local-kms: all else has the values of a new key."""
    path.write_text(json.dumps(SEED))

    with loaded(path):
        key = client().describe_key(KeyId="alias/app")["KeyMetadata"]
        assert (key["KeyId"], key["KeyState"]) == (KEY_ID, "Enabled")
        assert (key["KeySpec"], key["Origin"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS")
        assert client().get_key_policy(KeyId=KEY_ID)["Policy"]
        sealed = client().encrypt(KeyId=KEY_ID, Plaintext=b"text")["CiphertextBlob"]

    with loaded(path):
        assert client().decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"


def test_a_reset_world_is_empty_also_when_it_was_loaded(path):
    """`aws.reset()` is not a second load."""
    path.write_text(json.dumps(SEED))

    with loaded(path) as aws:
        aws.reset()
        assert client().list_keys()["Keys"] == []


def test_a_mock_inside_a_mock_loads_nothing(path):
    """They share one world, which has begun."""
    path.write_text(json.dumps(SEED))

    with (
        mock_kms_cloudhsm(),
        pytest.raises(ValueError, match="give load=.* there"),
        mock_kms_cloudhsm(load=path),
    ):
        pass


# What a file cannot hold


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda aws: aws.cluster(hsms=1), "clusters"),
        (lambda aws: aws.key_store("store"), "key stores"),
        (lambda _aws: client().create_key(MultiRegion=True), "multi-Region keys"),
        (lambda aws: aws.session(principal=ROLE), "declared callers"),
    ],
)
def test_what_a_file_cannot_hold_is_refused_by_name(path, make, named):
    """Nothing is dropped in silence, and no file is written."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        make(aws)

        with pytest.raises(ValueError, match=named):
            aws.save(path)

    assert not path.exists()


WORLDS = {
    "saved": {"account_id", "clock", "randomness", "accounts", "grant_delay"},
    "refused": {"credentials", "proxies"},
    "derived": {
        "_due",
        "_polled",
        "_places",
        "lock",
        "_partition_of",
        "_forks",
        "_snapshots",
        "forgotten",
    },
    "left out, as the README says": {"record", "transitions", "faults", "quotas"},
}
"""Every attribute of a world, by what happens to it."""


def test_every_attribute_of_a_world_is_saved_or_refused(aws):
    """A new one fails here until a file holds it, or `save` refuses it by name."""
    assert vars(aws._world).keys() - set().union(*WORLDS.values()) == set()


def test_every_attribute_of_a_region_is_saved_or_refused():
    """As for the world."""
    saved = {"keys", "aliases", "recorded_ciphertexts"}
    refused_ones = {"key_stores", "clusters", "backups", "network"}
    derived = {"partition", "name", "account_id", "aws_managed_keys", "retirable"}

    assert {field.name for field in fields(Region)} == saved | refused_ones | derived


# Refusals


def changed(path_to, value):
    """The hand-written world with one member changed; `...` takes it out."""
    document = json.loads(json.dumps(SEED))
    place = document
    for step in path_to[:-1]:
        place = place[step]
    if value is ...:
        del place[path_to[-1]]
    else:
        place[path_to[-1]] = value
    return document


HERE = ("accounts", "123456789012", REGION)
KEY = (*HERE, "keys", 0)
WRONG = [
    (("kmsmock",), 2, "format 2 is newer"),
    (("kmsmock",), ..., "must begin with"),
    (("kmsmock",), True, "must begin with"),
    (("more",), 1, "'more' is no member"),
    (("account_id",), "210987654321", 'needs account_id="210987654321"'),
    (("clock",), {"now": "yesterday"}, "clock.now: must be a time"),
    (("clock",), {"now": "2031-01-01T00:00:00"}, "needs a time zone"),
    (("clock",), {"now": "0001-01-01T00:00:00+23:00"}, "reckoned"),
    (("grant_delay",), 1e300, "grant_delay: must be a number of seconds"),
    (("grant_delay",), -1, "grant_delay"),
    (("randomness",), {"seed": 1}, "randomness: start is missing"),
    (("accounts", "12"), {}, "12 digits"),
    ((*HERE, "more"), {}, "'more' is no member"),
    ((*HERE, "keys"), {}, "must be a list"),
    ((*KEY, "key_id"), ..., "key_id is missing"),
    ((*KEY, "key_id"), "x", "UUID"),
    ((*KEY, "key_id"), 7, "must be a text, not 7"),
    ((*KEY, "material"), "AAAA", r"keys\[0\].material: is no key material"),
    ((*KEY, "material"), "%%%", "must be base64"),
    ((*KEY, "spec"), "AES", "must be one of"),
    ((*KEY, "spec"), [], "must be one of"),
    ((*KEY, "usage"), "SIGN_VERIFY", "no KeyUsage of SYMMETRIC_DEFAULT"),
    ((*KEY, "enabled"), 1, "true or false"),
    ((*KEY, "tags"), {"a": 1}, "tags.a: must be a text"),
    ((*KEY, "deletion_date"), "2031-01-01T00:00:00Z", "needs a deletion_window"),
    ((*KEY, "rotation"), {"period": 0, "next_date": "2001-01-01T00:00:00Z"}, "90 to 2560"),
    ((*KEY, "colour"), "red", "'colour' is no member"),
    ((*KEY, "materials"), {}, "either material or materials"),
    ((*KEY, "grants"), [{}], r"grants\[0\]: grant_id is missing"),
    ((*HERE, "aliases", "alias/app"), "nothing", "has no key 'nothing'"),
    ((*HERE, "aliases", "app"), KEY_ID, "begins with alias/"),
]


@pytest.mark.parametrize(("path_to", "value", "why"), WRONG)
def test_a_file_that_is_wrong_somewhere_is_refused(path, path_to, value, why):
    """The reason names the place; the mock is not switched on."""
    path.write_text(json.dumps(changed(path_to, value)))

    with pytest.raises(ValueError, match=why), loaded(path):
        pass


BROKEN = {
    "nothing": b"",
    "not JSON": b"kmsmock: 1",
    "cut off": json.dumps(SEED).encode()[:-20],
    "nested too deep": b'{"kmsmock": 1, "accounts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "not UTF-8": b"\xff\xfe{}",
    "a list": b"[]",
    "NaN": b'{"kmsmock": NaN}',
    "a number of many digits": b'{"kmsmock": ' + b"9" * 10_000 + b"}",
    "a member twice": b'{"kmsmock": 1, "kmsmock": 1}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_damaged_file_is_refused(path, content):
    """With a ValueError that names the file."""
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"world\.json is no saved world"), loaded(path):
        pass


def test_a_file_that_is_not_there_is_an_error(path):
    """Python's own."""
    with pytest.raises(FileNotFoundError), loaded(path):
        pass


def test_after_a_refused_file_no_mock_is_on(path):
    """The next mock works as if nothing had been."""
    path.write_text("{}")
    with pytest.raises(ValueError, match="must begin with"), loaded(path):
        pass

    with mock_kms_cloudhsm(region=REGION):
        assert client().list_keys()["Keys"] == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(path_to=st.sampled_from([wrong[0] for wrong in WRONG]), value=anything)
def test_whatever_stands_in_a_file_it_loads_or_is_refused(tmp_path_factory, path_to, value):
    """No other error than ValueError comes of it."""
    path = tmp_path_factory.mktemp("any") / "world.json"
    path.write_text(json.dumps(changed(path_to, value)))

    with contextlib.suppress(ValueError), loaded(path):
        client().list_keys()


# Whatever the world


SPECS = ["SYMMETRIC_DEFAULT", "HMAC_256", "ECC_NIST_P256", "RSA_2048", "ECC_NIST_EDWARDS25519"]
DEEDS = {
    "make": lambda kms, _key, n: kms.create_key(
        KeySpec=SPECS[n % 5],
        KeyUsage="GENERATE_VERIFY_MAC"
        if n % 5 == 1
        else "ENCRYPT_DECRYPT"
        if n % 5 == 0
        else "SIGN_VERIFY",
        Tags=[{"TagKey": "n", "TagValue": str(n)}],
    ),
    "make empty": lambda kms, _key, _n: kms.create_key(Origin="EXTERNAL"),
    "token": lambda kms, key, _n: kms.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    ),
    "name": lambda kms, key, n: kms.create_alias(AliasName=f"alias/{n}", TargetKeyId=key),
    "grant": lambda kms, key, n: kms.create_grant(
        KeyId=key, GranteePrincipal=ROLE, Operations=["DescribeKey"], Name=f"name{n}"
    ),
    "disable": lambda kms, key, _n: kms.disable_key(KeyId=key),
    "delete": lambda kms, key, n: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7 + n),
    "rotate": lambda kms, key, _n: kms.rotate_key_on_demand(KeyId=key),
    "rotate always": lambda kms, key, _n: kms.enable_key_rotation(KeyId=key),
    "use": lambda kms, key, _n: kms.encrypt(KeyId=key, Plaintext=b"text"),
    "use S3's": lambda kms, _key, _n: kms.encrypt(KeyId="alias/aws/s3", Plaintext=b"text"),
}
deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 9)), max_size=12)


@settings(max_examples=40, deadline=None)
@given(deeds=deeds, days=st.integers(0, 400))
def test_a_loaded_world_is_saved_as_it_was(tmp_path_factory, deeds, days):
    """Save, load, save: the two files are the same."""
    folder = tmp_path_factory.mktemp("worlds")
    with mock_kms_cloudhsm(region=REGION) as aws:
        aws.clock.freeze()
        kms = client()
        keys = [kms.create_key()["KeyMetadata"]["KeyId"]]
        for deed, number in deeds:
            try:
                made = DEEDS[deed](kms, keys[number % len(keys)], number)
            except kms.exceptions.ClientError:
                continue
            if "KeyMetadata" in made:
                keys.append(made["KeyMetadata"]["KeyId"])
        aws.save(folder / "first.json")
        aws.clock.advance(days=days)
        aws.save(folder / "later.json")

    with mock_kms_cloudhsm(region=REGION, load=folder / "first.json") as aws:
        aws.save(folder / "second.json")
    with mock_kms_cloudhsm(region=REGION, load=folder / "later.json") as aws:
        aws.save(folder / "later_second.json")

    assert (folder / "second.json").read_text() == (folder / "first.json").read_text()
    assert (folder / "later_second.json").read_text() == (folder / "later.json").read_text()

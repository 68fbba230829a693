"""Files that are no saved worlds: refused with place and reason, and no mock is on."""

import json
import re

import pytest
from clients_at_hand import NO_RETRIES, REGION, SESSION
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_world import Rich, do
from saved_worlds import ACCOUNT, KEY_ID, SEED, changed, loaded

from kmsmock import AfterPolls, mock_kms_cloudhsm


@pytest.fixture
def path(tmp_path):
    return tmp_path / "world.json"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The document of a world with something of everything in it, and what is due."""
    path = tmp_path_factory.mktemp("worlds") / "everything.json"
    with mock_kms_cloudhsm(region=REGION, seed=8, transitions="realistic") as aws:
        aws.clock.freeze()
        rich = Rich(aws)
        deeds = (
            "import",
            "make an HSM",
            "make an HSM key",
            "declare a caller",
            "let a service call",
        )
        do(rich, [(deed, 4) for deed in deeds])
        aws.session()
        aws.save(path)
    return json.loads(path.read_text())


def require_refused(path, document, why):
    """The file is refused for this reason, and no mock is on then."""
    path.write_text(json.dumps(document))
    reason = f"^{re.escape(str(path))} is no saved world: .*{why}"
    with pytest.raises(ValueError, match=reason), loaded(path):
        pass
    with mock_kms_cloudhsm(region=REGION):
        assert SESSION.client("kms", region_name=REGION).list_keys()["Keys"] == []


HERE = ("accounts", ACCOUNT, REGION)
KEY = (*HERE, "keys", 0)
WRONG = [
    (("kmsmock",), 3, "format 3 is newer"),
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
    (("quotas",), {"hsms": 0}, "quotas.hsms: must be a whole number, 1 or more"),
    (("quotas",), {"rates": {"Encrpt": 1}}, "quotas.rates.Encrpt: there is no such quota"),
    (("accounts", "12"), {}, "12 digits"),
    ((*HERE, "more"), {}, "'more' is no member"),
    ((*HERE, "keys"), {}, "must be a list"),
    ((*KEY, "key_id"), ..., "key_id is missing"),
    ((*KEY, "key_id"), "x", "UUID"),
    ((*KEY, "key_id"), "mrk-x", "32 hex digits"),
    ((*KEY, "key_id"), 7, "must be a text, not 7"),
    ((*KEY, "material"), "AAAA", r"keys\[0\].material: is no key material"),
    ((*KEY, "material"), "%%%", "must be base64"),
    ((*KEY, "spec"), "AES", "must be one of"),
    ((*KEY, "spec"), [], "must be one of"),
    ((*KEY, "usage"), "SIGN_VERIFY", "no KeyUsage of SYMMETRIC_DEFAULT"),
    ((*KEY, "enabled"), 1, "true or false"),
    ((*KEY, "tags"), {"a": 1}, "tags.a: must be a text"),
    ((*KEY, "policy"), {"Statement": 1}, "policy: is no policy"),
    ((*KEY, "policy"), "{", "policy: is no policy"),
    ((*KEY, "deletion_date"), "2031-01-01T00:00:00Z", "needs a deletion_window"),
    ((*KEY, "deletion_window"), 7, "needs a deletion_date"),
    ((*KEY, "rotation"), {"period": 0, "next_date": "2001-01-01T00:00:00Z"}, "90 to 2560"),
    ((*KEY, "colour"), "red", "'colour' is no member"),
    ((*KEY, "materials"), {}, "either material or materials"),
    ((*KEY, "grants"), [{}], r"grants\[0\]: grant_id is missing"),
    ((*KEY, "multi_region"), {}, "the id of a multi-Region key"),
    ((*KEY, "origin"), "AWS_CLOUDHSM", "custom_key_store: must be a text"),
    ((*KEY, "custom_key_store"), "cks-1", "a key of origin AWS_KMS has none"),
    ((*HERE, "aliases", "alias/app"), "nothing", "has no key 'nothing'"),
    ((*HERE, "aliases", "app"), KEY_ID, "begins with alias/"),
    (("due",), {}, "due: must be a list"),
]


@pytest.mark.parametrize(("path_to", "value", "why"), WRONG)
def test_a_file_that_is_wrong_somewhere_is_refused(path, path_to, value, why):
    """The reason names the place."""
    require_refused(path, changed(SEED, path_to, value), why)


def place_of(document, **wanted):
    """The way to the first object that has these members."""
    todo = [((), document)]
    while todo:
        way, thing = todo.pop(0)
        if isinstance(thing, dict):
            if wanted.items() <= thing.items():
                return way
            todo += [((*way, name), item) for name, item in thing.items()]
        elif isinstance(thing, list):
            todo += [((*way, number), item) for number, item in enumerate(thing)]
    raise LookupError(wanted)


REFERENCES = [
    ({"origin": "AWS_CLOUDHSM"}, ("custom_key_store",), "cks-x", "no custom key store 'cks-x'"),
    ({"origin": "AWS_CLOUDHSM"}, ("backing_key",), ..., "backing_key is missing"),
    ({"origin": "EXTERNAL_KEY_STORE"}, ("materials",), {}, "current_id is missing"),
    ({"type": "AWS_CLOUDHSM"}, ("cluster_id",), "cluster-x", "no cluster 'cluster-x'"),
    ({"type": "AWS_CLOUDHSM"}, ("type",), "EXTERNAL", "type: must be one of"),
    ({"type": "AWS_CLOUDHSM"}, ("trust_anchor",), "x", "trust_anchor: .* in PEM"),
    ({"state": "ACTIVE"}, ("subnets_by_zone", 0), "subnet-x", "no subnet 'subnet-x'"),
    ({"state": "ACTIVE"}, ("hsms", 0, "subnet"), "subnet-x", "no subnet 'subnet-x'"),
    ({"state": "ACTIVE"}, ("hsms", 0, "cluster_id"), "cluster-x", "is not of cluster-"),
    ({"state": "ACTIVE"}, ("keys", 0), 99, "there is no HSM key number 99"),
    ({"state": "ACTIVE"}, ("key_numbers",), -1, "must be a whole number"),
    ({"state": "ACTIVE"}, ("users", 0, "logins"), ["owner"], 'only ."kms". can be'),
    ({"state": "READY"}, ("contents",), 99, "there is no HSM contents number 99"),
    ({"state": "READY"}, ("contents",), None, "must be there as long as"),
    ({"state": "READY"}, ("cluster_id",), "cluster-x", "has no cluster 'cluster-x'"),
    ({"state": "READY"}, ("delete_at",), "2031-01-01T00:00:00Z", "in PENDING_DELETION"),
    ({"multi_region": {"replicas": ["us-west-2"]}}, ("multi_region",), {}, "has no replica in"),
    (
        {"multi_region": {"replicas": ["us-west-2"]}},
        ("multi_region", "replicas", 0),
        "us-east-9",
        "us-east-9 has no such key",
    ),
    ({"multi_region": {"primary": REGION}}, ("usage",), "SIGN_VERIFY", "no KeyUsage"),
    ({"multi_region": {"primary": REGION}}, ("rotation",), {}, "is its primary's"),
    ({"multi_region": {"primary": REGION}}, ("multi_region", "replicas"), [], "either a primary"),
    ({"unique_id": "logs.amazonaws.com"}, ("account_id",), "1", "12 digits"),
    ({"administrator": True}, ("principal",), "arn:aws:iam::123456789012:user/x", "no principal"),
    ({"deed": "key deletion"}, ("key_id",), KEY_ID, f"has no '{KEY_ID}'"),
    ({"deed": "key deletion"}, ("deed",), "murder", "deed: must be one of"),
    ({"deed": "key deletion"}, ("region",), "eu-north-1", "has nothing in 'eu-north-1'"),
    ({"deed": "key deletion"}, ("at",), "2001-01-01T00:00:00Z", "is not after clock.now"),
    ({"deed": "key deletion"}, ("at",), "2101-01-01T00:00:00Z", "lacks the key deletion of"),
    ({"deed": "key deletion"}, ("hsm_id",), "hsm-1", "'hsm_id' is no member"),
    ({"deed": "hsm creation"}, ("hsm_id",), "hsm-x", "has no 'hsm-x'"),
    ({"deed": "expiry of imported material"}, ("material_id",), "x", "has no 'x'"),
    ({"deed": "backup creation"}, ("backup_id",), ..., "backup_id: must be a text"),
]


@pytest.fixture
def refuse_everything_with(path, everything):
    """Changes one member of an object that has some others; the file is refused for a reason."""

    def change(of, path_to, value, why):
        way = (*place_of(everything, **of), *path_to)
        require_refused(path, changed(everything, way, value), why)

    return change


@pytest.mark.parametrize(("of", "path_to", "value", "why"), REFERENCES)
def test_a_reference_that_leads_nowhere_is_refused(refuse_everything_with, of, path_to, value, why):
    """And so is whatever contradicts another member; `of` tells which object it is in."""
    refuse_everything_with(of, path_to, value, why)


def test_work_that_waits_for_no_call_is_refused(path):
    """It would be done by whatever call comes first, or never."""
    with mock_kms_cloudhsm(region=REGION, transitions=AfterPolls(1)) as aws:
        kms = SESSION.client("kms", region_name=REGION)
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.rotate_key_on_demand(KeyId=key_id)
        aws.save(path)
    document = json.loads(path.read_text())

    wrong = changed(document, ("due_after_calls", 0, "calls"), 0)

    require_refused(path, wrong, "calls: must be a whole number, 1 or more, not 0")


def test_a_proxy_elsewhere_is_refused(path):
    """No call leaves the machine, whatever a file says."""
    route = {"url": "https://example.com", "ca_bundle": None, "timeout": 0.25}

    require_refused(path, {**SEED, "proxy_routes": {"https://a": route}}, "this machine only")


TWICE = ["keys", "clusters", "backups", "key_stores"]


@pytest.mark.parametrize("member", TWICE)
def test_what_is_there_twice_is_refused(path, everything, member):
    """Ids are unique in their Region."""
    things = everything["accounts"][ACCOUNT][REGION][member]

    require_refused(path, changed(everything, (*HERE, member), [*things, things[0]]), "already")


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


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=anything | st.just(...))
def test_whatever_stands_in_a_file_it_loads_or_is_refused(
    tmp_path_factory, everything, data, value
):
    """No other error than ValueError comes of it, at any place of the file."""
    path = tmp_path_factory.mktemp("any") / "world.json"
    way, thing = [], everything
    while isinstance(thing, (dict, list)) and thing and (not way or data.draw(st.booleans())):
        step = data.draw(
            st.sampled_from(list(thing) if isinstance(thing, dict) else range(len(thing)))
        )
        way.append(step)
        thing = thing[step]
    path.write_text(json.dumps(changed(everything, way, value)))

    mock = loaded(path)
    try:
        aws = mock.start()
    except ValueError:
        return
    try:
        client = SESSION.client("kms", region_name=REGION, config=NO_RETRIES)
        client.list_keys()
        aws.clock.advance(days=400)
        client.list_keys()
        client.describe_custom_key_stores()
    finally:
        mock.stop()

"""Whatever the world: what is loaded is what was saved, and goes on as that would have."""

import pytest
from botocore.exceptions import ClientError
from clients_at_hand import REGION
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_world import DEEDS, ROLE, Rich, do
from whole_world import LEFT_OUT, describe

from kmsmock import AfterPolls, mock_kms_cloudhsm
from kmsmock.saved_worlds.due import concerns_something

NOT_SAVED = {
    *LEFT_OUT,
    *("record", "faults", "transitions"),  # as the README says
    "_ahead",  # of the process's time; the world's own is compared as a whole
    "place",  # of due work: numbers that only tell an order
    "_lock",
    *("_by_grantee", "_named", "retirable"),  # ways to find grants
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The file of a world with something of everything in it, and the names of its things."""
    path = tmp_path_factory.mktemp("worlds") / "prepared.json"
    with mock_kms_cloudhsm(region=REGION, seed=8) as aws:
        aws.clock.freeze()
        rich = Rich(aws)
        aws.save(path)
    return path, rich.ids


def image(aws):
    """Every attribute of everything that a world consists of, but for what no file has."""
    world = aws._world
    world._due = [work for work in sorted(world._due) if concerns_something(work.deed)]
    world.polled = [work for work in world.polled if concerns_something(work.deed)]
    world.accounts = dict(sorted(world.accounts.items()))
    for account in world.accounts.values():
        regions = sorted(account.regions.items())
        account.regions = {name: it for name, it in regions if len(it.keys) + len(it.backups)}
        for region in account.regions.values():
            for user in [user for cluster in region.clusters for user in cluster.users.values()]:
                user._logins = [by for by in user._logins if by == "kms"]
    return describe(aws, NOT_SAVED)


deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 7)), max_size=12)
transitions = st.sampled_from(["realistic", AfterPolls(2)])


@settings(max_examples=50, deadline=None)
@given(deeds=deeds, transitions=transitions)
def test_a_loaded_world_is_the_saved_one(tmp_path_factory, prepared, deeds, transitions):
    """Down to the last attribute, and what shares what; saved again, it is the same bytes."""
    start, ids = prepared
    folder = tmp_path_factory.mktemp("worlds")
    first, second = folder / "first.json", folder / "second.json"
    with mock_kms_cloudhsm(region=REGION, load=start, transitions=transitions) as aws:
        do(Rich(aws, ids), deeds)
        aws.clock.freeze()
        aws.save(first)
        saved = image(aws)

    with mock_kms_cloudhsm(region=REGION, load=first) as aws:
        loaded = image(aws)
        aws.save(second)

    assert second.read_text() == first.read_text()
    assert loaded == saved


def answers(rich):
    """What clients see, or what refuses them."""
    kms, cloudhsm, ids = rich.kms, rich.cloudhsm, rich.ids
    questions = [
        kms.list_aliases,
        kms.list_keys,
        rich.west.list_keys,
        kms.describe_custom_key_stores,
        cloudhsm.describe_clusters,
        cloudhsm.describe_backups,
        lambda: kms.list_retirable_grants(RetiringPrincipal=ROLE),
        lambda: kms.generate_random(NumberOfBytes=8),
        lambda: kms.connect_custom_key_store(CustomKeyStoreId=ids.store),
        lambda: kms.decrypt(CiphertextBlob=b"from AWS"),
        lambda: rich.aws.cloudhsm_cli(ids.cluster).user_list(),
    ]
    for key in ids.keys:
        questions += [
            lambda key=key: kms.describe_key(KeyId=key),
            lambda key=key: kms.list_key_rotations(
                KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL"
            ),
            lambda key=key: kms.encrypt(KeyId=key, Plaintext=b"text"),
            lambda key=key: ids.app.describe_key(KeyId=key),
        ]
    return [answer_to(ask) for ask in questions]


def answer_to(ask):
    """The answer to one question."""
    try:
        answer = ask()
    except ClientError as error:
        return str(error)
    answer.pop("ResponseMetadata", None)
    return answer


def later(rich, minutes):
    """What is seen after a while; then time goes on."""
    rich.aws.clock.advance(minutes=minutes)
    seen = answers(rich)
    rich.aws.clock.advance(days=12)
    return seen


@settings(max_examples=12, deadline=None)
@given(
    deeds=deeds,
    transitions=transitions,
    minutes=st.sampled_from([0, 3, 25, 1500, 600_000]),
)
def test_a_loaded_world_goes_on_as_the_saved_one(
    tmp_path_factory, prepared, deeds, transitions, minutes
):
    """Every call has the answer that it would have had, random bytes included, at any time."""
    start, ids = prepared
    folder = tmp_path_factory.mktemp("worlds")
    with mock_kms_cloudhsm(region=REGION, load=start, transitions=transitions) as aws:
        rich = Rich(aws, ids)
        do(rich, deeds)
        aws.clock.freeze()
        aws.save(folder / "now.json")
        expected = later(rich, minutes)
        aws.save(folder / "expected.json")

    with mock_kms_cloudhsm(region=REGION, load=folder / "now.json", transitions=transitions) as aws:
        seen = later(Rich(aws, ids), minutes)
        aws.save(folder / "seen.json")

    assert seen == expected
    assert (folder / "seen.json").read_text() == (folder / "expected.json").read_text()

"""What a person sees of a world: text in a terminal, HTML and a picture in a notebook."""

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from types import SimpleNamespace

import boto3
import pytest
from clients_at_hand import SESSION

HOSTILE = '<script>alert("1")</script> & \x1b[31m\r\n\u202e'
FORMS = [str, lambda aws: aws._repr_html_()]
forms = pytest.mark.parametrize("form", FORMS, ids=["text", "html"])


class Page(HTMLParser):
    """The elements of an HTML page, its attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.told = set(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.told.append(data)


def picture_of(aws):
    """The first picture of the page, which is well-formed XML."""
    return ET.fromstring(re.search(r"(?s)<svg.*?</svg>", aws._repr_html_())[0])  # noqa: S314 - our own


@pytest.fixture
def store(aws):
    """A connected key store."""
    return aws.key_store("ExampleKeyStore")


@pytest.fixture
def store_key(kms, store):
    """The id of a key in the key store."""
    store_id = store.custom_key_store_id
    return kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)["KeyMetadata"]["KeyId"]


# What is shown


def test_the_handles_repr_is_one_short_line(aws, store_key):
    """What tracebacks and debuggers show stays short, whatever is in the world."""
    assert repr(aws).startswith("<kmsmock: account 123456789012, us-east-1")
    assert len(repr(aws)) < 90


@forms
def test_an_empty_world_says_that_it_is_empty(aws, form):
    """With nothing in it there is a sentence to say so."""
    assert "Nothing in it yet" in form(aws)


@forms
def test_a_key_is_shown_with_state_origin_spec_and_aliases(aws, kms, form):
    """All that one asks of a key is there."""
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Description="for orders")
    key_id = key["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key_id)
    kms.disable_key(KeyId=key_id)

    for fact in (key_id, "Disabled", "AWS_KMS", "ECC_NIST_P256", "alias/orders", "for orders"):
        assert fact in form(aws), fact


@forms
def test_a_key_store_is_shown_with_its_cluster_and_who_is_in_it(aws, store, store_key, form):
    """Key store, state, cluster, HSMs by zone and the crypto user belong together."""
    told = form(aws)

    for fact in (
        "ExampleKeyStore",
        store.custom_key_store_id,
        "CONNECTED",
        store.cluster.cluster_id,
        "us-east-1a",
        "us-east-1b",
        "kmsuser (crypto-user, AWS KMS is logged in)",
        store_key,
    ):
        assert fact in told, fact


@forms
def test_a_failed_connection_is_shown_with_its_error_code(aws, kms, store, form):
    """FAILED comes with the reason."""
    kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    cli = aws.cloudhsm_cli(store.cluster.cluster_id)
    cli.login("admin", store.cluster.admin_password, "admin")
    cli.user_change_password("kmsuser", "another password", "crypto-user")
    kms.connect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)

    assert "FAILED" in form(aws)
    assert "INVALID_CREDENTIALS" in form(aws)


@forms
def test_what_is_done_by_the_next_call_is_done_when_one_looks(aws, kms, store, form):
    """A look is worth a describing call: it does not show a change half done."""
    kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)

    assert "DISCONNECTED" in form(aws)
    assert "DISCONNECTING" not in form(aws)


@forms
def test_a_broken_hsm_and_an_empty_zone_are_shown(aws, cloudhsm, store, form):
    """HSMs stand in their zones, with their states."""
    (cluster,) = cloudhsm.describe_clusters()["Clusters"]
    aws.hsm(cluster["Hsms"][0]["HsmId"]).fail()

    assert "DEGRADED" in form(aws)
    assert "no HSM" in form(aws)


@forms
def test_a_cut_network_is_shown(aws, store, form):
    """The key store stays CONNECTED, as AWS has it, but its line is broken."""
    aws.network.disconnect(store.cluster.cluster_id)

    assert "KMS does not reach it" in form(aws)
    assert "CONNECTED --X--" in str(aws)


@forms
def test_a_locked_user_is_shown_as_locked(aws, store, form):
    """Five wrong passwords lock a user, which one sees."""
    cli = aws.cloudhsm_cli(store.cluster.cluster_id)
    for _ in range(5):
        cli.run("login --username admin --role admin --password wrong-password")

    assert "admin (admin, LOCKED)" in form(aws)


@forms
def test_a_deleted_clusters_key_store_stands_on_nothing(aws, kms, cloudhsm, store, form):
    """What is left of a cluster is its state."""
    kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    (cluster,) = cloudhsm.describe_clusters()["Clusters"]
    for hsm in cluster["Hsms"]:
        cloudhsm.delete_hsm(ClusterId=cluster["ClusterId"], HsmId=hsm["HsmId"])
    cloudhsm.delete_cluster(ClusterId=cluster["ClusterId"])

    assert "DELETED" in form(aws)


@forms
def test_an_external_key_store_is_shown_with_its_proxy(aws, form):
    """It stands on no cluster, but on the URI of a proxy."""
    aws.external_key_store("OutsideAws")
    told = form(aws)

    for fact in ("OutsideAws", "EXTERNAL_KEY_STORE", "CONNECTED", "https://", "/kms/xks/v1"):
        assert fact in told, fact


@forms
def test_related_keys_tell_of_each_other(aws, kms, form):
    """A primary names its replicas' Regions, a replica its primary's."""
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")

    assert "multi-Region primary, replicas in eu-west-1" in form(aws)
    assert "replica of us-east-1" in form(aws)


@forms
def test_other_accounts_and_regions_come_after_ones_own(aws, form):
    """Each account and Region with something in it has a section; empty ones have none."""
    SESSION.client("kms", region_name="eu-west-3").list_keys()
    for account, region in (("111122223333", "us-east-1"), ("123456789012", "eu-west-1")):
        SESSION.client(
            "kms", region, aws_access_key_id=account, aws_secret_access_key="secret"
        ).create_key()
    SESSION.client("kms", region_name="us-east-1").create_key()

    own, europe, other = re.findall(r"(\w\w-\w+-\d)(?:<[^>]*>)?,? account (\d{12})", form(aws))

    assert own == ("us-east-1", "123456789012")
    assert europe == ("eu-west-1", "123456789012")
    assert other == ("us-east-1", "111122223333")


@forms
def test_of_many_keys_the_newest_are_shown(aws, kms, form):
    """Thirty keys of a Region are shown, and how many more there are."""
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(34)]
    told = form(aws)

    assert "and 4 more" in told
    assert [key in told for key in keys] == [False] * 4 + [True] * 30
    assert told.index(keys[-1]) < told.index(keys[-2])


@forms
def test_of_many_aliases_three_are_shown(aws, kms, key_id, form):
    """The others are counted."""
    for letter in "abcde":
        kms.create_alias(AliasName=f"alias/{letter}", TargetKeyId=key_id)

    assert "alias/a, alias/b, alias/c, and 2 more" in form(aws)


@forms
def test_the_day_on_which_a_key_will_be_gone_is_shown(aws, kms, key_id, form):
    """PendingDeletion comes with the date."""
    gone = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=9)["DeletionDate"]

    assert f"gone on {gone.astimezone(aws.clock.now().tzinfo):%Y-%m-%d}" in form(aws)


# What must never be shown


@forms
def test_nothing_secret_is_shown(aws, kms, store, store_key, form):
    """Neither passwords, nor what is known of them, nor key material."""
    kms.create_key()
    external = aws.external_key_store("External")
    region = aws._world.region("123456789012", "us-east-1")
    inside, outside = (
        region.key_stores[id_] for id_ in (store.custom_key_store_id, external.custom_key_store_id)
    )
    secrets = [store.cluster.admin_password, inside.password]
    secrets += [outside.configuration.access_key_id, outside.configuration.secret_access_key]
    for cluster in region.clusters:
        secrets += [user._password for user in cluster.users.values()]
        secrets += [key._secret.hex() for key in cluster.keys.values()]
    for key in region.keys:
        secrets += [kept.secret.hex() for kept in key.materials.by_id.values()]
    told = form(aws)

    assert len(secrets) >= 8
    assert all(len(secret) > 6 for secret in secrets)
    assert [secret for secret in secrets if secret in told] == []


def test_the_view_holds_no_bytes_and_no_password(aws, store_key):
    """What the display knows has no place for key material or passwords at all."""

    def leaves(value):
        if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                assert "password" not in field.name
                assert "secret" not in field.name
                yield from leaves(getattr(value, field.name))
        elif isinstance(value, tuple):
            for part in value:
                yield from leaves(part)
        else:
            yield type(value).__name__

    assert set(leaves(aws._look())) == {"NoneType", "bool", "datetime", "int", "str"}


# Hostile text


@pytest.fixture
def hostile(aws, kms):
    """A world in which all that may be named freely is named to do harm."""
    aws.key_store(HOSTILE)
    kms.create_key(Description=HOSTILE)
    return aws


def test_hostile_text_is_no_markup(hostile):
    """Names and descriptions are text in the page, whatever they contain."""
    page = Page(hostile._repr_html_())

    assert "script" not in page.tags
    assert 'alert("1")</script> &' in "".join(page.told)


@forms
def test_control_characters_are_written_as_escapes(hostile, form):
    """No terminal and no page gets escape sequences, line breaks or changes of direction."""
    told = form(hostile)

    assert r"\x1b[31m\r\n\u202e" in told
    assert all(line.isprintable() for line in told.split("\n"))


# The forms


def test_the_text_has_lines_of_90_characters(hostile, store_key):
    """Whatever is shown, nothing wraps in a terminal of 90 columns."""
    assert max(map(len, str(hostile).splitlines())) <= 90


def test_the_text_is_ascii(aws, store_key):
    """Only what users wrote themselves may be beyond it; old terminals show the rest."""
    assert str(aws).isascii()


def test_ipython_in_a_terminal_shows_the_text(aws, key_id):
    """IPython asks the handle how it wants to be printed."""
    printed = []
    printer = SimpleNamespace(text=printed.append)

    aws._repr_pretty_(printer, cycle=False)
    aws._repr_pretty_(printer, cycle=True)

    assert printed == [str(aws), repr(aws)]


def test_the_page_needs_nothing_from_elsewhere(aws, store_key):
    """No script, no link, no image, no style sheet, no handler."""
    page = Page(aws._repr_html_())
    text = aws._repr_html_().replace("http://www.w3.org/2000/svg", "")

    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "a", "use", "image"})
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    assert "url(" not in text
    assert "://" not in text


def test_the_page_takes_the_colour_of_the_text_around(aws, store_key):
    """So it is readable in light and dark: no text and no background has a colour of its own."""
    style = re.search(r"<style>(.*?)</style>", aws._repr_html_(), re.DOTALL)[1]

    assert "fill:currentColor" in style
    assert set(re.findall(r"[{;](?<!-)color:([^;}]+)", style)) == {"inherit"}


def test_the_picture_is_told_to_who_does_not_see_it(aws, store, store_key):
    """It is an image with a title, and a description of each connection."""
    picture = picture_of(aws)
    space = "{http://www.w3.org/2000/svg}"

    assert picture.get("role") == "img"
    assert picture.get("aria-label") == picture.find(f"{space}title").text
    assert picture.find(f"{space}desc").text == (
        f"1 key in key store ExampleKeyStore, which is CONNECTED, on {store.cluster.cluster_id}."
    )


def test_the_picture_has_ids_of_nothing(aws, store_key):
    """A notebook may show it many times; nothing in it is known by an id that would repeat."""
    assert [part for part in picture_of(aws).iter() if part.get("id")] == []


def test_a_world_of_keys_alone_needs_no_picture(aws, key_id):
    """There is nothing to connect."""
    assert "<svg" not in aws._repr_html_()


def test_looking_changes_nothing(aws, key_id):
    """Regions come with the first call to them, and not with a look."""
    before = {name: set(account.regions) for name, account in aws._world.accounts.items()}
    for form in (*FORMS, repr):
        form(aws)

    assert before == {name: set(acc.regions) for name, acc in aws._world.accounts.items()}
    assert [key["KeyId"] for key in boto3.client("kms").list_keys()["Keys"]] == [key_id]

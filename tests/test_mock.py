"""Switching the mock on and off: decorator, context manager, start and stop, nested, threads."""

import asyncio
import concurrent.futures
import inspect
import os
import threading

import boto3
import botocore.credentials
import botocore.endpoint
import botocore.httpsession
import botocore.session
import botocore.signers
import pytest

import kmsmock
from kmsmock import current, mock_kms_cloudhsm
from kmsmock.interception.every_client import Interception
from kmsmock.interception.other_services import OtherServiceRefused

PATCHED = [
    (botocore.endpoint.Endpoint, "_do_get_response"),
    (botocore.endpoint.Endpoint, "_send"),
    (botocore.session.Session, "get_credentials"),
    (botocore.signers.RequestSigner, "_credentials"),
]


def account_of(client):
    return client.create_key()["KeyMetadata"]["AWSAccountId"]


def region_of(client):
    return client.create_key()["KeyMetadata"]["Arn"].split(":")[3]


def patched():
    """What is behind the names that a mock patches; signers have the last one each for itself."""
    return [owner.__dict__.get(name) for owner, name in PATCHED]


def surroundings():
    """All that a mock changes: environment, default session, patched names."""
    # The test runner's own variable changes between the parts of a test.
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST")}
    return environment, boto3.DEFAULT_SESSION, patched()


@pytest.fixture
def before():
    """The surroundings before the test's first mock; after its last nothing is patched."""
    state = surroundings()
    yield state
    assert patched() == state[2]


# As a decorator


@mock_kms_cloudhsm
def test_a_decorator_needs_no_parentheses():
    """The mock is active while the function runs."""
    assert boto3.client("kms").list_keys()["Keys"] == []


@mock_kms_cloudhsm()
def test_a_decorator_may_have_parentheses():
    """As a call without arguments it is the same."""
    assert boto3.client("kms").list_keys()["Keys"] == []


@mock_kms_cloudhsm(account_id="111122223333")
def test_a_decorated_test_keeps_its_fixtures(tmp_path, monkeypatch):
    """Pytest sees the arguments of the function underneath."""
    monkeypatch.chdir(tmp_path)

    assert account_of(boto3.client("kms")) == "111122223333"


@mock_kms_cloudhsm
@pytest.mark.parametrize("spec", ["AES_128", "AES_256"])
def test_a_decorated_test_may_be_a_table(spec):
    """Marks beneath the decorator are kept."""
    kms = boto3.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]

    assert kms.generate_data_key(KeyId=key_id, KeySpec=spec)["Plaintext"]


class TestMethods:
    """Tests that are methods."""

    @mock_kms_cloudhsm
    def test_a_method_can_be_decorated(self, tmp_path):
        """The instance comes first, as ever."""
        assert isinstance(self, TestMethods)
        assert tmp_path.is_dir()

    @mock_kms_cloudhsm
    @staticmethod
    def test_a_static_method_can_be_decorated(tmp_path):
        """The decorator may stand above `@staticmethod`."""
        assert boto3.client("kms").list_keys()["Keys"] == []
        assert tmp_path.is_dir()

    @mock_kms_cloudhsm
    @classmethod
    def test_a_class_method_can_be_decorated(cls, tmp_path):
        """The decorator may stand above `@classmethod`."""
        assert cls is TestMethods
        assert tmp_path.is_dir()


@pytest.fixture
@mock_kms_cloudhsm
def kms_of_a_decorated_fixture():
    """A client from a fixture that is decorated itself, and yields."""
    kms = boto3.client("kms")
    yield kms
    kms.create_key()


def test_the_mock_of_a_yielding_fixture_lasts_as_long_as_the_fixture(kms_of_a_decorated_fixture):
    """The mock is active while the test runs, not only until the generator is made."""
    assert kms_of_a_decorated_fixture.list_keys()["Keys"] == []


def test_a_decorated_generator_leaves_when_it_is_closed(before):
    """The mock is active until a generator ends, in whatever way."""

    @mock_kms_cloudhsm
    def clients():
        yield boto3.client("kms")

    generator = clients()
    next(generator)
    assert current()
    generator.close()

    assert surroundings() == before


def test_a_coroutine_function_can_be_decorated(before):
    """The mock is active while the coroutine is awaited, and it stays a coroutine function."""

    @mock_kms_cloudhsm
    async def account():
        await asyncio.sleep(0)
        return account_of(boto3.client("kms"))

    assert inspect.iscoroutinefunction(account)
    assert asyncio.run(account()) == "123456789012"


def test_coroutines_may_be_interleaved(before):
    """Decorated coroutines that run at the same time share a world, the last one closes it."""

    @mock_kms_cloudhsm
    async def keys():
        boto3.client("kms").create_key()
        await asyncio.sleep(0)
        return len(boto3.client("kms").list_keys()["Keys"])

    async def both():
        return await asyncio.gather(keys(), keys())

    assert asyncio.run(both()) == [2, 2]


def test_a_decorated_function_keeps_its_name_and_answer(before):
    """Name, docstring, arguments and return value are the function's own."""

    @mock_kms_cloudhsm
    def add(one, two=2):
        """Add."""
        return one + two

    assert (add.__name__, add.__doc__) == ("add", "Add.")
    assert add(1, two=3) == 4


def test_a_decorated_function_begins_anew_each_time(before):
    """Each call of the function has a world of its own."""

    @mock_kms_cloudhsm
    def keys():
        boto3.client("kms").create_key()
        return len(boto3.client("kms").list_keys()["Keys"])

    assert [keys(), keys()] == [1, 1]


@pytest.mark.parametrize(
    "thing",
    [5, "us-east-1", None, object()],
    ids=["number", "string", "None", "object"],
)
def test_only_functions_and_classes_can_be_decorated(thing):
    """Anything else is a TypeError that says what to do."""
    with pytest.raises(TypeError, match="context manager"):
        mock_kms_cloudhsm()(thing)


def test_a_fixture_is_made_of_the_decorated_function():
    """Decorators in the wrong order are told to be."""
    with pytest.raises(TypeError, match="put @pytest.fixture above @mock_kms_cloudhsm"):

        @mock_kms_cloudhsm
        @pytest.fixture
        def key_id():
            return None


# As a context manager, and through start() and stop()


def test_async_with_is_with(before):
    """In a coroutine either statement will do."""

    async def keys():
        async with mock_kms_cloudhsm(region="eu-west-1") as aws:
            boto3.client("kms").create_key()
            return aws.region, len(aws.events)

    assert asyncio.run(keys()) == ("eu-west-1", 1)
    with pytest.raises(RuntimeError):
        current()


@pytest.mark.parametrize("lever", ["cluster", "region", "events"])
def test_levers_are_not_the_mocks(lever):
    """Who has the mock in hand and no handle is told how to come by one."""
    text = f"a mock has no '{lever}': aws = mock.start.. gives the levers"
    with pytest.raises(AttributeError, match=text):
        getattr(mock_kms_cloudhsm(), lever)
    assert not hasattr(mock_kms_cloudhsm(), "nonsense")


def test_the_context_manager_gives_the_handle(before):
    """`with mock_kms_cloudhsm() as aws` is the handle on the world."""
    with mock_kms_cloudhsm() as aws:
        assert aws is current()


def test_start_gives_the_handle(before):
    """start() and stop() do what the context manager does."""
    mock = mock_kms_cloudhsm()

    handle = mock.start()

    assert handle is current()
    mock.stop()


def test_stop_without_start_says_what_is_wrong(before):
    """A stop() too many is an error, and changes nothing."""
    with pytest.raises(RuntimeError, match=r"stop\(\) without start\(\)"):
        mock_kms_cloudhsm().stop()


def test_a_second_stop_is_one_too_many(before):
    """A mock that was stopped is not active any more, though another one is."""
    mock = mock_kms_cloudhsm()
    with mock_kms_cloudhsm():
        mock.start()
        mock.stop()

        with pytest.raises(RuntimeError, match="already stopped"):
            mock.stop()

        assert boto3.client("kms").list_keys()["Keys"] == []


def test_current_needs_an_active_mock():
    """Outside every mock current() is an error that says what to do."""
    with pytest.raises(RuntimeError, match="decorate the function with @mock_kms_cloudhsm"):
        current()


def test_current_is_the_innermost_handle(before):
    """Inside a nested mock it is the inner handle, afterwards the outer again."""
    with mock_kms_cloudhsm() as outer:
        with mock_kms_cloudhsm() as inner:
            assert current() is inner
        assert current() is outer


# The arguments


def test_the_account_is_motos_unless_one_is_given(before):
    """123456789012 by default, so that tests move over unchanged."""
    with mock_kms_cloudhsm() as aws:
        assert aws.account_id == account_of(boto3.client("kms")) == "123456789012"


def test_the_account_can_be_chosen(before):
    """account_id is the account of callers whose access key names no other."""
    with mock_kms_cloudhsm(account_id="000011112222") as aws:
        assert aws.account_id == account_of(boto3.client("kms")) == "000011112222"


@pytest.mark.parametrize("account_id", ["1", "1" * 13, "12345678901a", "١٢٣٤٥٦٧٨٩٠١٢", "", 5])
def test_a_malformed_account_is_refused(account_id):
    """An account id has 12 digits."""
    with pytest.raises(ValueError, match="account_id must be 12 digits"):
        mock_kms_cloudhsm(account_id=account_id)


def test_an_access_key_of_12_digits_names_its_account(before):
    """Explicit credentials whose key id is an account id belong to that account."""
    with mock_kms_cloudhsm():
        client = boto3.client(
            "kms", aws_access_key_id="444455556666", aws_secret_access_key="secret"
        )

        assert account_of(client) == "444455556666"


def test_an_access_key_of_12_digits_in_the_environment_stays(before, monkeypatch):
    """AWS_ACCESS_KEY_ID names an account as well."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "444455556666")

    with mock_kms_cloudhsm():
        assert account_of(boto3.client("kms")) == "444455556666"


def test_accounts_do_not_see_each_others_keys(before):
    """Each account has a world of keys of its own."""
    with mock_kms_cloudhsm():
        boto3.client("kms").create_key()
        other = boto3.client("kms", aws_access_key_id="444455556666", aws_secret_access_key="s")

        assert other.list_keys()["Keys"] == []


def test_the_region_is_us_east_1_unless_one_is_given(before):
    """Clients made without a Region need none."""
    with mock_kms_cloudhsm() as aws:
        assert aws.region == region_of(boto3.client("kms")) == "us-east-1"


def test_the_environments_region_stays(before, monkeypatch):
    """AWS_DEFAULT_REGION comes before us-east-1."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")

    with mock_kms_cloudhsm() as aws:
        assert aws.region == region_of(boto3.client("kms")) == "eu-west-3"


def test_the_region_can_be_chosen(before, monkeypatch):
    """The argument comes before the environment, and a client's own Region before both."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")

    with mock_kms_cloudhsm(region="ap-south-1") as aws:
        assert aws.region == region_of(boto3.client("kms")) == "ap-south-1"
        assert region_of(boto3.client("kms", region_name="sa-east-1")) == "sa-east-1"


# Mocks inside mocks


def test_a_mock_inside_a_mock_shares_its_world(before):
    """What was made inside is there outside, until the outermost mock is left."""
    with mock_kms_cloudhsm(account_id="111122223333") as outer:
        with mock_kms_cloudhsm() as inner:
            assert inner.account_id == outer.account_id
            boto3.client("kms").create_key()

        assert len(boto3.client("kms").list_keys()["Keys"]) == 1


def test_an_inner_mock_cannot_change_the_account(before):
    """A world has one account of its own; the error says where to name it."""
    with (
        mock_kms_cloudhsm(),
        pytest.raises(ValueError, match='give account_id="111122223333" there'),
        mock_kms_cloudhsm(account_id="111122223333"),
    ):
        pytest.fail("the inner mock was entered")


def test_an_inner_mocks_region_ends_with_it(before):
    """The Region is the innermost mock's that names one."""
    with mock_kms_cloudhsm(region="eu-west-1"):
        with mock_kms_cloudhsm(region="eu-west-2"), mock_kms_cloudhsm() as innermost:
            assert innermost.region == region_of(boto3.client("kms")) == "eu-west-2"

        assert region_of(boto3.client("kms")) == "eu-west-1"


def test_a_mock_can_be_entered_again_inside_itself(before):
    """A decorated function may call itself."""

    @mock_kms_cloudhsm
    def make_keys(count):
        boto3.client("kms").create_key()
        if count > 1:
            make_keys(count - 1)
        return len(boto3.client("kms").list_keys()["Keys"])

    assert make_keys(3) == 3


def test_mocks_may_be_left_in_another_order_than_entered(before):
    """The world lasts until the last of them is stopped."""
    one, two = mock_kms_cloudhsm(region="eu-west-1"), mock_kms_cloudhsm(region="eu-west-2")
    one.start()
    second = two.start()
    boto3.client("kms", region_name="us-east-1").create_key()

    one.stop()

    assert current() is second
    assert region_of(boto3.client("kms")) == "eu-west-2"
    assert len(boto3.client("kms", region_name="us-east-1").list_keys()["Keys"]) == 1
    two.stop()


# Threads


def test_threads_see_the_mock(before):
    """A mock that one thread entered is active in all of them."""
    with mock_kms_cloudhsm(), concurrent.futures.ThreadPoolExecutor() as pool:
        client = boto3.client("kms")

        answers = list(pool.map(lambda _number: client.create_key(), range(8)))

        assert len({answer["KeyMetadata"]["KeyId"] for answer in answers}) == 8
        assert len(client.list_keys()["Keys"]) == 8


def test_two_threads_may_enter_and_leave(before):
    """Mocks of two threads share the world, and the last to leave closes it."""
    inside = threading.Barrier(2, timeout=30)
    mock = mock_kms_cloudhsm()

    def work():
        with mock:
            inside.wait()
            boto3.Session().client("kms").create_key()
            inside.wait()
            return len(boto3.Session().client("kms").list_keys()["Keys"])

    with concurrent.futures.ThreadPoolExecutor() as pool:
        counts = [future.result() for future in [pool.submit(work), pool.submit(work)]]

    assert counts == [2, 2]


# Nothing stays

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "AKIAUSERSOWN",
    "AWS_SECRET_ACCESS_KEY": "users own secret",
    "AWS_SESSION_TOKEN": "users own token",
    "AWS_SECURITY_TOKEN": "users old token",
    "AWS_CREDENTIAL_EXPIRATION": "2001-01-01T00:00:00Z",
    "AWS_DEFAULT_REGION": "eu-west-3",
}


@pytest.mark.parametrize("names", [(), *[(name,) for name in SETTINGS], tuple(SETTINGS)], ids=str)
def test_leaving_puts_everything_back(before, monkeypatch, names):
    """Environment, default session and patched names are the very ones they were."""
    for name in names:
        monkeypatch.setenv(name, SETTINGS[name])
    state = surroundings()

    with mock_kms_cloudhsm(region="us-west-2"):
        boto3.client("kms").list_keys()
        assert all(now is not then for now, then in zip(patched(), state[2], strict=True))

    assert surroundings() == state


def test_an_exception_puts_everything_back(before):
    """Leaving through an exception is leaving."""
    with pytest.raises(KeyError), mock_kms_cloudhsm(region="us-west-2"):
        boto3.client("kms").list_keys()
        raise KeyError

    assert surroundings() == before


def test_an_exception_of_a_decorated_function_puts_everything_back(before):
    """The exception passes, and the mock is left."""

    @mock_kms_cloudhsm
    def fail():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fail()

    assert surroundings() == before


def test_a_mock_that_cannot_be_switched_on_leaves_nothing(before, monkeypatch):
    """If botocore's hooks are not where they were, the environment stays as it is."""
    monkeypatch.delattr(botocore.session.Session, "get_credentials")
    state = dict(os.environ)

    with pytest.raises(KeyError):
        mock_kms_cloudhsm().start()

    assert dict(os.environ) == state
    monkeypatch.undo()


def test_a_default_session_made_inside_does_not_stay(before):
    """boto3's default session is made anew after the mock."""
    with mock_kms_cloudhsm():
        boto3.client("kms")
        assert boto3.DEFAULT_SESSION is not None

    assert boto3.DEFAULT_SESSION is before[1]


@pytest.fixture
def default_session(monkeypatch):
    """A default session that the user set up, its Region in it."""
    session = boto3.Session(region_name="eu-north-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    return session


def test_a_default_session_set_up_before_keeps_its_settings(before, default_session):
    """`boto3.setup_default_session(region_name=...)` counts inside the mock."""
    with mock_kms_cloudhsm():
        assert region_of(boto3.client("kms")) == "eu-north-1"
        assert boto3.DEFAULT_SESSION is default_session


def test_a_default_session_set_up_before_keeps_no_pretend_credentials(before, default_session):
    """After the mock the session finds its credentials as if it had never been used."""
    with mock_kms_cloudhsm():
        boto3.client("kms").list_keys()

    assert default_session.get_credentials() is None


def test_a_default_session_set_up_before_keeps_its_own_credentials(before, default_session):
    """Explicit credentials are the user's, inside and afterwards."""
    default_session._session.set_credentials("444455556666", "secret")

    with mock_kms_cloudhsm():
        assert account_of(boto3.client("kms")) == "444455556666"

    assert default_session.get_credentials().access_key == "444455556666"


# Other services


class Left(Exception):
    """A request has left botocore; the tests' stand-in for the network."""


@pytest.fixture
def sent(monkeypatch):
    """The URLs that leave botocore; no answer comes."""
    urls = []

    def send(_session, request):
        urls.append(request.url)
        raise Left

    monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", send)
    return urls


class Nothing:
    """An empty body."""

    def stream(self):
        """Give no bytes."""
        return iter(())


OTHERS = {
    "s3": lambda client: client.head_bucket(Bucket="b"),
    "dynamodb": lambda client: client.list_tables(),
    "cloudwatch": lambda client: client.delete_dashboards(DashboardNames=["d"]),
    "logs": lambda client: client.describe_log_groups(),
    "stepfunctions": lambda client: client.list_activities(),
    "elb": lambda client: client.delete_load_balancer(LoadBalancerName="l"),
    "globalaccelerator": lambda client: client.list_accelerators(),
    "s3control": lambda client: client.get_public_access_block(AccountId="123456789012"),
    "sts": lambda client: client.get_session_token(),
}

other_services = pytest.mark.parametrize("name", OTHERS)


@other_services
def test_other_services_are_refused(before, sent, name):
    """A request that nobody answers is an error that names service and setting."""
    with (
        mock_kms_cloudhsm(),
        pytest.raises(OtherServiceRefused, match=rf'^{name} .*other_services=\["{name}"\]'),
    ):
        OTHERS[name](boto3.client(name))

    assert sent == []


@other_services
@pytest.mark.parametrize("as_setting", [lambda _name: "pass", lambda name: [name], frozenset])
def test_other_services_can_be_let_through(before, sent, name, as_setting):
    """The word "pass" lets all through, a list those that it names, as boto3 names them."""
    setting = {name} if as_setting is frozenset else as_setting(name)

    with mock_kms_cloudhsm(other_services=setting), pytest.raises(Left):
        OTHERS[name](boto3.client(name))

    assert len(sent) == 1


def test_a_list_lets_no_other_service_through(before, sent):
    """What the list does not name is refused."""
    with mock_kms_cloudhsm(other_services=["s3"]), pytest.raises(OtherServiceRefused):
        OTHERS["dynamodb"](boto3.client("dynamodb"))

    assert sent == []


def test_kms_is_never_let_through(before, sent):
    """Settings of other services are not about ours, which are answered here."""
    with mock_kms_cloudhsm(other_services="pass"):
        boto3.client("kms").list_keys()
        boto3.client("cloudhsmv2").describe_clusters()

    assert sent == []


def test_an_inner_mock_can_let_more_through(before, sent):
    """Its setting ends with it."""
    with mock_kms_cloudhsm(other_services=["sts"]):
        with mock_kms_cloudhsm(other_services=["s3"]), pytest.raises(Left):
            OTHERS["s3"](boto3.client("s3"))
        with pytest.raises(OtherServiceRefused):
            OTHERS["s3"](boto3.client("s3"))

    assert len(sent) == 1


def test_a_list_may_be_an_iterator(before, sent):
    """The names are read once, when the mock is made, and count each time it is entered."""
    mock = mock_kms_cloudhsm(other_services=iter(["s3"]))

    for _ in range(2):
        with mock, pytest.raises(Left):
            OTHERS["s3"](boto3.client("s3"))

    assert len(sent) == 2


def test_a_users_own_answer_is_an_answer(before, sent):
    """A before-send handler that answers another service's request is let be."""
    with mock_kms_cloudhsm():
        client = boto3.client("s3")
        client.meta.events.register(
            "before-send.s3",
            lambda request, **_: botocore.awsrequest.AWSResponse(request.url, 200, {}, Nothing()),
        )
        OTHERS["s3"](client)

    assert sent == []


@pytest.mark.parametrize(
    "value", ["allow", "s3", "", b"s3", None, 5, ["s4"], ["s3", "S3"]], ids=repr
)
def test_an_unknown_setting_of_other_services_is_refused(value):
    """Only "refuse", "pass" and names that boto3 knows are settings."""
    with pytest.raises(ValueError, match="other_services"):
        mock_kms_cloudhsm(other_services=value)


# The public names


def test_all_is_complete():
    """`kmsmock.__all__` names everything public, and all of it is there."""
    public = {
        name
        for name, value in vars(kmsmock).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }

    assert public == set(kmsmock.__all__) >= {"current", "mock_kms_cloudhsm"}
    assert kmsmock.__all__ == sorted(kmsmock.__all__)


@pytest.mark.parametrize("name", kmsmock.__all__)
def test_every_public_name_is_explained(name):
    """Each has a docstring."""
    assert inspect.getdoc(getattr(kmsmock, name))


def test_the_interception_ends_with_the_mock():
    """A stopped interception can be stopped again without harm."""
    interception = Interception(lambda _request: None)
    before = patched()
    interception.start()
    interception.stop()

    interception.stop()

    assert patched() == before

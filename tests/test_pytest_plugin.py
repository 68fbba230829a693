"""The pytest plugin, by pytest inside pytest."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

WORKS_WITH = {
    "pytest": "fixtures, a marker and a guard, found by itself; a failing test shows its calls",
    "pytest-asyncio": "decorated coroutine tests and async fixtures",
    "pytest-xdist": "each worker has worlds of its own",
}


@pytest.fixture
def inner(pytester, monkeypatch):
    """Run a test file in a pytest of its own, without the outer one's plugins for order."""

    def run(*arguments, ini="", **files):
        pytester.makeini(f"[pytest]\n{ini}")
        pytester.makepyfile(**files)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-q", *arguments)

    return run


def test_fixtures_are_there_without_an_import(inner):
    """The handle, both clients and a key store are fixtures of every session."""
    result = inner(
        test_it="""
        def test_fixtures(kmsmock, kmsmock_kms, kmsmock_cloudhsmv2, kmsmock_key_store):
            stores = kmsmock_kms.describe_custom_key_stores()["CustomKeyStores"]
            assert stores[0]["CustomKeyStoreId"] == kmsmock_key_store.custom_key_store_id
            assert stores[0]["ConnectionState"] == "CONNECTED"
            clusters = kmsmock_cloudhsmv2.describe_clusters()["Clusters"]
            assert clusters[0]["ClusterId"] == kmsmock_key_store.cluster.cluster_id

        def test_each_test_has_its_own_world(kmsmock_kms):
            assert kmsmock_kms.list_keys()["Keys"] == []
        """
    )

    result.assert_outcomes(passed=2)


def test_marker_sets_the_world_up(inner):
    """The marker's arguments are mock_kms_cloudhsm's."""
    result = inner(
        "--strict-markers",
        test_it="""
        import pytest

        @pytest.mark.kmsmock(region="eu-west-3", account_id="210987654321")
        def test_marked(kmsmock, kmsmock_kms):
            arn = kmsmock_kms.create_key()["KeyMetadata"]["Arn"]
            assert arn.startswith("arn:aws:kms:eu-west-3:210987654321:key/")
        """,
    )

    result.assert_outcomes(passed=1)


def test_marker_alone_switches_the_mock_on(inner):
    """A marked test, class or module needs no fixture, and its own fixtures are inside too."""
    result = inner(
        test_it="""
        import boto3, pytest, unittest

        def arn():
            return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]

        @pytest.fixture
        def made():
            return arn()

        @pytest.mark.kmsmock(region="eu-west-1")
        def test_marked(made):
            assert made.startswith("arn:aws:kms:eu-west-1:")
            assert arn().startswith("arn:aws:kms:eu-west-1:")

        @pytest.mark.kmsmock(region="eu-west-2")
        class TestMarked:
            def test_method(self):
                assert arn().startswith("arn:aws:kms:eu-west-2:")

            @pytest.mark.kmsmock(region="eu-west-3")
            def test_nearest_marker_counts(self):
                assert arn().startswith("arn:aws:kms:eu-west-3:")

        @pytest.mark.kmsmock
        class OfUnittest(unittest.TestCase):
            def test_method(self):
                assert arn().startswith("arn:aws:kms:us-east-1:")
        """,
        test_module="""
        import boto3, pytest

        pytestmark = pytest.mark.kmsmock(account_id="210987654321")

        def test_marked():
            arn = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
            assert ":210987654321:" in arn
        """,
    )

    result.assert_outcomes(passed=5)


def test_marked_test_keeps_the_world_of_a_wider_scope(inner):
    """Fixtures of a wider scope come first, as they do with the fixture."""
    result = inner(
        test_it="""
        import boto3, pytest
        from kmsmock import current, mock_kms_cloudhsm

        @pytest.fixture(scope="module")
        def world():
            with mock_kms_cloudhsm():
                yield boto3.client("kms", "us-east-1").create_key()["KeyMetadata"]["KeyId"]

        @pytest.mark.kmsmock(region="eu-west-1")
        def test_marked(world):
            assert current().region == "eu-west-1"

        def test_same_world(world, kmsmock_kms):
            assert [key["KeyId"] for key in kmsmock_kms.list_keys()["Keys"]] == [world]
        """
    )

    result.assert_outcomes(passed=2)


def test_settings_beside_the_fixture_belong_to_the_marker(inner):
    """A mock inside the fixture's that wants another world is told of the marker."""
    result = inner(
        test_it="""
        from kmsmock import mock_kms_cloudhsm

        def test_two_mocks(kmsmock):
            with mock_kms_cloudhsm(seed=3):
                pass
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*that is the fixture kmsmock, by @pytest.mark.kmsmock(seed=3)"])


def test_world_of_a_wider_scope_is_shared(inner):
    """Tests under a module's own mock share its world with the fixtures."""
    result = inner(
        test_it="""
        import boto3, pytest
        from kmsmock import mock_kms_cloudhsm

        @pytest.fixture(scope="module")
        def world():
            with mock_kms_cloudhsm() as aws:
                yield boto3.client("kms", "us-east-1").create_key()["KeyMetadata"]["KeyId"]

        def test_one(world, kmsmock_kms):
            assert [key["KeyId"] for key in kmsmock_kms.list_keys()["Keys"]] == [world]

        def test_two(world, kmsmock_kms):
            assert [key["KeyId"] for key in kmsmock_kms.list_keys()["Keys"]] == [world]
        """
    )

    result.assert_outcomes(passed=2)


REAL_CALL = """
import boto3, pytest

def test_swallows():
    s3 = boto3.client("s3", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    try:
        s3.list_buckets()
    except Exception:
        pass
"""


def test_guard_fails_a_test_that_would_call_aws(inner):
    """With kmsmock_guard = true a call to AWS fails the test, also if its error is swallowed."""
    result = inner(ini="kmsmock_guard = true", test_it=REAL_CALL)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "the test would have called AWS:",
            "test_it.py:6: GET https://s3* would have called AWS; it was not sent. Use mock_kms*",
        ]
    )


def test_guard_keeps_the_line_of_an_error_that_the_code_lets_through(inner):
    """The report has the traceback of the refusal, or of the other error that came of it."""
    result = inner(
        ini="kmsmock_guard = true",
        test_it="""
        import boto3, pytest

        def client(service):
            return boto3.client(
                service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
            )

        def test_refused():
            client("s3").list_buckets()

        def test_other_error():
            try:
                client("sqs").list_queues()
            except Exception:
                pass
            assert 1 == 2

        def test_skipped():
            try:
                client("sns").list_topics()
            except Exception:
                pytest.skip("no AWS here")
        """,
    )

    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            ">       client(*s3*).list_buckets()",
            "E   *RealCallRefused: GET https://s3*",
            "E       assert 1 == 2",
            "*Captured kmsmock_guard call*",
            "test_it.py:13: POST https://sqs*",
            "test_it.py:20: POST https://sns*",
        ]
    )


def test_guard_counts_what_a_mock_refuses(inner):
    """A call of another service fails the test inside a mock too, unless it may pass."""
    result = inner(
        ini="kmsmock_guard = true",
        test_it="""
        import boto3, pytest, urllib3
        from botocore.awsrequest import AWSRequest
        from botocore.httpsession import URLLib3Session
        from kmsmock import mock_kms_cloudhsm

        def who_am_i():
            try:
                boto3.client("sts", "us-east-1").get_caller_identity()
            except Exception:
                pass

        @mock_kms_cloudhsm
        def test_swallows():
            who_am_i()

        @mock_kms_cloudhsm(other_services="pass")
        def test_signs_by_hand():
            request = AWSRequest("GET", "https://search.us-east-1.es.amazonaws.com/")
            try:
                URLLib3Session().send(request.prepare())
            except Exception:
                pass

        def test_may_pass(monkeypatch):
            sent = []
            send = lambda pool, method, url, *more, **named: sent.append(pool.host)
            monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", send)
            with mock_kms_cloudhsm(other_services=["sts"]):
                who_am_i()
            assert set(sent) == {"sts.us-east-1.amazonaws.com"}
        """,
    )

    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "test_it.py:8: sts GetCallerIdentity was called while mock_kms*",
            "test_it.py:20: GET https://search.us-east-1.es.amazonaws.com/ would have called AWS*",
        ]
    )


def test_guard_tells_of_missing_credentials(inner, monkeypatch):
    """Where botocore would ask an AWS machine for credentials, the text says so."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    result = inner(
        ini="kmsmock_guard = true",
        test_it="""
        import boto3

        def test_without_credentials():
            boto3.client("s3", "us-east-1").list_buckets()
        """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       boto3.client(*s3*).list_buckets()",
            "E   *botocore looked for credentials, found none, and would have asked an AWS*",
        ]
    )


def test_guard_lets_mocked_calls_through(inner):
    """What kmsmock and moto answer is no call to AWS."""
    result = inner(
        ini="kmsmock_guard = true",
        test_it="""
        import boto3
        from kmsmock import mock_kms_cloudhsm
        from moto import mock_aws

        @mock_aws
        @mock_kms_cloudhsm
        def test_mocked():
            boto3.client("kms", "us-east-1").create_key()
            boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
        """,
    )

    result.assert_outcomes(passed=1)


def test_guard_is_off_by_default(inner):
    """Without the ini line nothing is watched, and botocore's hooks are its own."""
    result = inner(
        test_it="""
        import sys

        def test_untouched():
            assert "kmsmock.interception.guard" not in sys.modules
        """
    )

    result.assert_outcomes(passed=1)


def test_plugin_works_under_xdist(inner):
    """Workers of pytest-xdist have worlds of their own."""
    result = inner(
        "-n",
        "2",
        test_it="""
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_alone(number, kmsmock_kms):
            kmsmock_kms.create_key()
            assert len(kmsmock_kms.list_keys()["Keys"]) == 1
        """,
    )

    result.assert_outcomes(passed=6)


def test_async_tests_and_fixtures_are_inside(inner):
    """pytest-asyncio collects decorated coroutine functions and async generator fixtures."""
    result = inner(
        "-p",
        "asyncio",
        ini="asyncio_default_fixture_loop_scope = function",
        test_it="""
        import boto3, pytest, pytest_asyncio
        from kmsmock import mock_kms_cloudhsm

        def keys():
            return [key["KeyId"] for key in boto3.client("kms", "us-east-1").list_keys()["Keys"]]

        @pytest_asyncio.fixture
        @mock_kms_cloudhsm
        async def key_id():
            made = boto3.client("kms", "us-east-1").create_key()
            yield made["KeyMetadata"]["KeyId"]

        @pytest.mark.asyncio
        async def test_fixture(key_id):
            assert keys() == [key_id]

        @pytest.mark.asyncio
        @mock_kms_cloudhsm
        async def test_decorated(aws):
            assert keys() == []
            assert aws.region == "us-east-1"

        @mock_kms_cloudhsm
        class TestClass:
            @pytest.mark.asyncio
            async def test_method(self, aws):
                assert keys() == []
        """,
    )

    result.assert_outcomes(passed=3)


def test_session_that_does_not_use_the_plugin_does_not_pay(inner):
    """Loading the plugin imports neither boto3, botocore nor cryptography."""
    heavy = "[name for name in ('boto3', 'botocore', 'cryptography') if name in sys.modules]"

    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", f"import kmsmock.pytest_plugin, sys; print({heavy})"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert loaded.stdout.strip() == "[]"


def test_failing_test_shows_its_last_calls(inner):
    """The report has the calls of a decorated test, whose mock was left before it is made."""
    result = inner(
        test_it="""
        import boto3
        from kmsmock import mock_kms_cloudhsm

        @mock_kms_cloudhsm
        def test_fails():
            kms = boto3.client("kms", "eu-west-1")
            key_id = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.disable_key(KeyId=key_id)
            kms.encrypt(KeyId=key_id, Plaintext=b"the plaintext")
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*-- kmsmock: last calls --*",
            "*  eu-west-1  CreateKey   *-*-*  ok",
            "*  eu-west-1  DisableKey  *-*-*  ok",
            "*  eu-west-1  Encrypt     *-*-*  DisabledException",
        ]
    )
    section = result.stdout.str().partition("kmsmock: last calls")[2]
    assert "the plaintext" not in section


def test_failing_test_shows_ten_calls_at_most(inner):
    """Of many calls the last ten are shown."""
    result = inner(
        test_it="""
        def test_fails(kmsmock_kms):
            kmsmock_kms.create_key()
            for _ in range(10):
                kmsmock_kms.list_keys()
            raise AssertionError
        """
    )

    section = result.stdout.str().partition("kmsmock: last calls")[2]
    assert section.count("ListKeys") == 10
    assert "CreateKey" not in section


def test_failing_setup_shows_its_calls(inner):
    """What a fixture did before it failed is shown as well."""
    result = inner(
        test_it="""
        import pytest

        @pytest.fixture
        def key(kmsmock_kms):
            return kmsmock_kms.describe_key(KeyId="alias/missing")

        def test_never_runs(key):
            pass
        """
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*kmsmock: last calls*", "*DescribeKey  alias/missing  NotFound*"])


def test_failing_test_without_calls_shows_no_section(inner):
    """Neither without a mock nor where a wider fixture's world was not used by the test."""
    result = inner(
        test_it="""
        import boto3, pytest
        from kmsmock import mock_kms_cloudhsm

        @pytest.fixture(scope="module")
        def world():
            with mock_kms_cloudhsm():
                boto3.client("kms", "us-east-1").create_key()
                yield

        def test_alone():
            raise AssertionError

        def test_passes(world):
            pass

        def test_makes_no_call(world):
            raise AssertionError
        """
    )

    result.assert_outcomes(failed=2, passed=1)
    result.stdout.no_fnmatch_line("*kmsmock: last calls*")

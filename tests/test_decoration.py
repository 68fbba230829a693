"""What `@mock_kms_cloudhsm` can decorate, and what of a decorated thing is inside the mock."""

import asyncio
import unittest
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

import kmsmock
from kmsmock import mock_kms_cloudhsm

WORKS_WITH = {
    "unittest": "TestCase classes, `setUp` and `setUpClass` included; `patch` above and below",
}


def new_key():
    """Make a key, by whatever client is at hand."""
    return boto3.client("kms", "us-east-1").create_key()["KeyMetadata"]["KeyId"]


def keys():
    """Give the ids of all keys."""
    return [key["KeyId"] for key in boto3.client("kms", "us-east-1").list_keys()["Keys"]]


def outcomes(case):
    """Run a TestCase by unittest alone; give how many tests ran and failed."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert not result.errors, result.errors[0][1]
    return result.testsRun, len(result.failures)


def test_aws_is_handed_in_when_the_function_asks_for_it():
    """A parameter named aws is the handle."""

    @mock_kms_cloudhsm(region="eu-west-1")
    def region(aws):
        return aws.region

    assert region() == "eu-west-1"


def test_aws_that_the_caller_gives_stands():
    """A caller's own aws is not replaced."""

    @mock_kms_cloudhsm
    def given(aws):
        return aws

    assert given("mine") == given(aws="mine") == "mine"


@pytest.mark.parametrize("number", [1, 2])
@mock_kms_cloudhsm
def test_aws_and_parameters_of_pytest_stand_side_by_side(number, tmp_path, aws):
    """Fixtures and parametrized arguments arrive beside aws."""
    assert tmp_path.exists()
    assert number in (1, 2)
    assert aws is kmsmock.current()


@patch("os.getcwd", return_value="/outside")
@mock_kms_cloudhsm
@patch("os.getlogin", return_value="inside")
def test_patches_outside_and_inside(getlogin, getcwd, aws):
    """unittest.mock's patch may stand above and below."""
    assert getlogin() == "inside"
    assert getcwd() == "/outside"
    assert aws.account_id == "123456789012"


@mock_aws
@mock_kms_cloudhsm
def test_moto_above():
    """Moto may stand above: KMS is ours, S3 is moto's."""
    boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")

    assert keys() == []


@mock_kms_cloudhsm
@mock_aws
def test_moto_below():
    """Moto may stand below."""
    boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")

    assert keys() == []


def test_generator_fixture_is_inside_until_it_ends():
    """The mock of a generator function is active while it is suspended, too."""

    @mock_kms_cloudhsm
    def fixture(aws):
        yield aws.region
        assert keys() == []

    suspended = fixture()

    assert next(suspended) == "us-east-1"
    assert keys() == []
    assert list(suspended) == []
    with pytest.raises(RuntimeError):
        kmsmock.current()


def test_async_generator_fixture_is_inside_until_it_is_closed():
    """The mock of an async generator function is active until the generator is closed."""

    @mock_kms_cloudhsm
    async def fixture(aws):
        yield aws.region

    async def use():
        suspended = fixture()
        region = await suspended.__anext__()
        inside = keys()
        await suspended.aclose()
        return region, inside

    assert asyncio.run(use()) == ("us-east-1", [])
    with pytest.raises(RuntimeError):
        kmsmock.current()


def test_coroutine_function_is_inside_while_it_is_awaited():
    """The mock of a coroutine function is active while it is awaited, and hands aws in."""

    @mock_kms_cloudhsm
    async def region(aws):
        await asyncio.sleep(0)
        return aws.region, keys()

    assert asyncio.run(region()) == ("us-east-1", [])


def test_test_case_has_a_world_for_each_test_with_set_up_inside():
    """What setUp makes is there in the test, and in no other test's world."""

    @mock_kms_cloudhsm
    class Case(unittest.TestCase):
        def setUp(self):
            self.key = new_key()

        def tearDown(self):
            assert keys() == [self.key]

        def test_one(self):
            self.assertEqual([self.key], keys())

        def test_two(self, aws):
            self.assertEqual([self.key], keys())
            self.assertIs(aws.clock, kmsmock.current().clock)

    assert outcomes(Case) == (2, 0)


def test_test_case_with_a_set_up_class_has_one_world():
    """What setUpClass makes is there in each of the class's tests."""

    @mock_kms_cloudhsm
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.key = new_key()

        @classmethod
        def tearDownClass(cls):
            assert cls.key in keys()

        def test_one(self):
            self.assertIn(self.key, keys())

        def test_two(self):
            self.assertIn(self.key, keys())

    assert outcomes(Case) == (2, 0)
    with pytest.raises(RuntimeError):
        kmsmock.current()


def test_asyncio_test_case_is_inside():
    """A TestCase of coroutines is served as well."""

    @mock_kms_cloudhsm
    class Case(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.key = new_key()

        async def test_one(self):
            self.assertEqual([self.key], keys())

    assert outcomes(Case) == (1, 0)


def test_subclass_of_a_decorated_test_case_is_inside():
    """Tests that a subclass adds are inside the mock too."""

    @mock_kms_cloudhsm
    class Base(unittest.TestCase):
        def setUp(self):
            self.key = new_key()

    class Case(Base):
        def test_one(self):
            self.assertEqual([self.key], keys())

    assert outcomes(Case) == (1, 0)


@mock_kms_cloudhsm
class TestPlainClass:
    """A plain class: each test has a world, its setup_method and fixtures inside."""

    def setup_method(self):
        """Make a key before each test."""
        self.key = new_key()

    def teardown_method(self, method):
        """Find the key after each test."""
        assert method is not None
        assert self.key in keys()

    @pytest.fixture
    def another(self):
        """Make another key."""
        return new_key()

    def test_set_up_is_inside(self):
        """What setup_method makes is there, and nothing else."""
        assert keys() == [self.key]

    def test_fixtures_are_inside(self, another, aws):
        """What a fixture makes is there as well, and aws beside it."""
        assert sorted(keys()) == sorted([self.key, another])
        assert aws.region == "us-east-1"

    @staticmethod
    def test_static_methods_are_inside():
        """A static method is a test as any other."""
        assert len(keys()) == 1


@mock_kms_cloudhsm
class TestPlainClassWithSetupClass:
    """A plain class with a setup_class has one world."""

    @classmethod
    def setup_class(cls):
        """Make a key for all tests."""
        cls.key = new_key()

    def test_one(self):
        """It is there in the one test."""
        assert self.key in keys()

    def test_two(self):
        """It is there in the other."""
        assert self.key in keys()


def test_set_up_that_fails_leaves_no_mock_active():
    """When setup_method raises, the mock is left all the same."""

    @mock_kms_cloudhsm
    class Tests:
        def setup_method(self):
            raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        Tests().setup_method()
    with pytest.raises(RuntimeError):
        kmsmock.current()


@pytest.mark.parametrize("thing", [1, "name", None.__class__()])
def test_other_things_are_refused(thing):
    """What is neither a function nor a class is a TypeError that says what to do."""
    with pytest.raises(TypeError, match="context manager"):
        mock_kms_cloudhsm()(thing)

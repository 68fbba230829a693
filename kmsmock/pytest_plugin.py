"""The pytest plugin: fixtures, a marker for settings, and a guard against calls to real AWS.

pytest finds it by itself once kmsmock is installed. It imports nothing heavy: a session that does
not use it does not pay for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kmsmock.activation import innermost, listening
from kmsmock.mock import mock_kms_cloudhsm

if TYPE_CHECKING:
    from mypy_boto3_cloudhsmv2 import CloudHSMV2Client
    from mypy_boto3_kms import KMSClient

    from kmsmock.controls.record import Happening, Record
    from kmsmock.handle import Handle
    from kmsmock.interception.guard import Refused
    from kmsmock.levers.ready import ReadyKeyStore
    from kmsmock.world import World

GUARD = "kmsmock_guard"
MARKER = "kmsmock"
SECTION = "kmsmock: last calls"
CALLS_SHOWN = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one ini line that switches the guard on."""
    parser.addini(
        GUARD,
        "fail every test whose code would call real AWS through botocore",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker, and the guard if it is asked for."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(region, account_id, ...): run the test inside mock_kms_cloudhsm, which takes "
        "these arguments; the kmsmock fixtures share its world",
    )
    config.pluginmanager.register(_LastCallsPlugin(), f"{MARKER}-last-calls")
    if config.getini(GUARD):
        config.pluginmanager.register(_GuardPlugin(), f"{MARKER}-guard")


@pytest.fixture
def kmsmock(request: pytest.FixtureRequest) -> Iterator[Handle]:
    """A world for the test, and the handle on it; `@pytest.mark.kmsmock(...)` sets it up.

    Inside a mock that a wider fixture holds open it shares that one's world.
    """
    marker = request.node.get_closest_marker(MARKER)
    settings: dict[str, Any] = {} if marker is None else marker.kwargs
    if marker is not None and marker.args:
        raise pytest.UsageError(f"@pytest.mark.{MARKER} takes named arguments only")
    with mock_kms_cloudhsm(**settings) as aws:
        yield aws


@pytest.fixture(autouse=True)
def _kmsmock_where_marked(request: pytest.FixtureRequest) -> None:
    """Let a marked test be inside the mock, whether it uses a fixture of kmsmock's or not."""
    if request.node.get_closest_marker(MARKER) is not None:
        request.getfixturevalue("kmsmock")


@pytest.fixture
def kmsmock_kms(kmsmock: Handle) -> KMSClient:
    """A boto3 client for KMS in the world's Region."""
    import boto3

    return boto3.client("kms", region_name=kmsmock.region)


@pytest.fixture
def kmsmock_cloudhsmv2(kmsmock: Handle) -> CloudHSMV2Client:
    """A boto3 client for CloudHSM v2 in the world's Region."""
    import boto3

    return boto3.client("cloudhsmv2", region_name=kmsmock.region)


@pytest.fixture
def kmsmock_key_store(kmsmock: Handle) -> ReadyKeyStore:
    """A connected custom key store on a cluster of its own."""
    return kmsmock.key_store("kmsmock-key-store")


class _LastCallsPlugin:
    """Shows the last calls in the report of a test that fails.

    It knows the worlds of a test, those of its decorators and of wider fixtures too, until the
    test's reports are made: most mocks have been left by then.
    """

    def __init__(self) -> None:
        self._records: list[tuple[Record, Happening | None]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        with listening(self._note):
            try:
                return (yield)
            finally:
                self._records.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            # Records that the test added nothing to are of no interest.
            added = [it for it, last in self._records if _last(it) not in (None, last)]
            if added:
                from kmsmock.levers.events import table

                lines = table(added[-1].happenings[-CALLS_SHOWN:])
                report.sections.append((SECTION, "\n".join(lines)))
        return report

    def _note(self, world: World) -> None:
        self._records.append((world.record, _last(world.record)))


def _last(record: Record) -> Happening | None:
    return record.happenings[-1] if record.happenings else None


class _GuardPlugin:
    """Watches over setup, call and teardown of every test."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._guarded(item, "setup"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._guarded(item, "call"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._guarded(item, "teardown"))

    def _guarded(self, item: pytest.Item, when: str) -> Iterator[None]:
        from kmsmock.interception.guard import Guard

        guard = Guard(lambda: innermost() is not None)
        guard.start()
        try:
            result = yield
        except BaseException as error:
            # An error is shown with its own traceback; to skip a test is no way out.
            if guard.refused and isinstance(error, (pytest.skip.Exception, pytest.xfail.Exception)):
                pytest.fail(_told(guard.refused, item), pytrace=False)
            if guard.refused and not _is_refusal(error):
                item.add_report_section(when, GUARD, _told(guard.refused, item))
            raise
        finally:
            guard.stop()
        # The test's code has swallowed the refusal.
        if guard.refused:
            pytest.fail(_told(guard.refused, item), pytrace=False)
        return result


def _is_refusal(error: BaseException) -> bool:
    from kmsmock.interception.guard import REFUSALS

    return isinstance(error, REFUSALS)


def _told(refused: Iterable[Refused], item: pytest.Item) -> str:
    """Tell which calls were refused, and where the test's code made them."""
    lines = (
        f"{'somewhere' if it.place is None else _shown(it.place, item)}: {it.text}"
        for it in refused
    )
    return "\n".join(["the test would have called AWS:", *dict.fromkeys(lines)])


def _shown(place: tuple[str, int], item: pytest.Item) -> str:
    """Give `test_it.py:7`, from pytest's root directory."""
    path, line = Path(place[0]), place[1]
    root = item.config.rootpath
    return f"{path.relative_to(root) if path.is_relative_to(root) else path}:{line}"

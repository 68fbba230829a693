"""Cells of a notebook that start the mock, and are run again."""

import sys

import boto3
import pytest

from kmsmock import current, mock_kms_cloudhsm

START = "mock = mock_kms_cloudhsm()\naws = mock.start()"
START_IN_ONE_LINE = "aws = mock_kms_cloudhsm().start()"


class Notebook:
    """Runs cells as IPython does: each compiled by itself, at the top level of the same names."""

    def __init__(self, **names):
        self.names = {"mock_kms_cloudhsm": mock_kms_cloudhsm, **names}

    def run(self, cell):
        exec(compile(cell, "<cell>", "exec"), self.names)  # noqa: S102 - our own cells

    def __getitem__(self, name):
        return self.names[name]


def keys():
    return len(boto3.client("kms").list_keys()["Keys"])


def is_on():
    try:
        return bool(current())
    except RuntimeError:
        return False


@pytest.fixture
def notebook():
    """A notebook, after which no mock is on."""
    yield Notebook(get_ipython=None)
    left = is_on()
    while is_on():
        current().stop()
    assert not left


@pytest.mark.parametrize("cell", [START, START_IN_ONE_LINE], ids=["two_lines", "one_line"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_one_stop_ends_a_cell_that_was_run_several_times(notebook, cell, times):
    """Running the cell again goes on with the same keys, and piles nothing up."""
    for _ in range(times):
        notebook.run(cell)
        boto3.client("kms").create_key()

    assert keys() == times
    notebook.run("aws.stop()")
    assert not is_on()


def test_the_mock_itself_stops_too(notebook):
    """mock.stop() and aws.stop() are the same."""
    notebook.run(START)
    notebook.run(START)

    notebook.run("mock.stop()")

    assert not is_on()


def test_an_earlier_handle_stays_good(notebook):
    """Whoever kept it, as the notebook's own list of outputs does, sees the same world."""
    notebook.run(START_IN_ONE_LINE)
    notebook.run("first = aws")
    notebook.run(START_IN_ONE_LINE)
    boto3.client("kms").create_key()

    assert "keys       1" in str(notebook["first"])
    notebook.run("first.stop()")
    assert not is_on()


def test_starting_the_same_mock_again_is_harmless(notebook):
    """The cell that starts may be another one than the cell that makes the mock."""
    notebook.run("mock = mock_kms_cloudhsm()")
    notebook.run("aws = mock.start()")
    notebook.run("aws = mock.start()")

    notebook.run("mock.stop()")

    assert not is_on()


def test_an_edited_cell_may_choose_another_region(notebook):
    """The keys stay, and new clients go to the new Region."""
    notebook.run(START_IN_ONE_LINE)
    boto3.client("kms").create_key()

    notebook.run("aws = mock_kms_cloudhsm(region='eu-west-1').start()")

    assert notebook["aws"].region == boto3.client("kms").meta.region_name == "eu-west-1"
    assert "us-east-1" in str(notebook["aws"])
    notebook.run("aws.stop()")


def test_an_edited_cell_may_let_other_services_through(notebook):
    """Settings of other services are those of the last run."""
    notebook.run("aws = mock_kms_cloudhsm(other_services='pass').start()")
    notebook.run(START_IN_ONE_LINE)

    with pytest.raises(Exception, match="other_services"):
        boto3.client("s3").list_buckets()
    notebook.run("aws.stop()")


@pytest.mark.parametrize("setting", ["account_id='111122223333'", "transitions='realistic'"])
def test_another_world_needs_a_stop_first(notebook, setting):
    """A cell that wants another account or other transitions is told what to do."""
    notebook.run(START_IN_ONE_LINE)

    with pytest.raises(ValueError, match=r"call its stop\(\) before"):
        notebook.run(f"aws = mock_kms_cloudhsm({setting}).start()")
    notebook.run("aws.stop()")
    notebook.run(f"aws = mock_kms_cloudhsm({setting}).start()")
    notebook.run("aws.stop()")


def test_after_stop_a_cell_begins_anew(notebook):
    """The next start has a world of its own."""
    notebook.run(START)
    boto3.client("kms").create_key()
    notebook.run("aws.stop()")
    notebook.run(START)

    assert keys() == 0
    notebook.run("aws.stop()")


def test_a_second_stop_says_that_it_is_off(notebook):
    """As ever, also for one whose place a later run took."""
    notebook.run(START)
    notebook.run("first = mock")
    notebook.run(START)
    notebook.run("aws.stop()")

    for name in ("mock", "aws", "first"):
        with pytest.raises(RuntimeError, match="already stopped"):
            notebook.run(f"{name}.stop()")


def test_tests_in_a_notebook_nest_as_ever(notebook):
    """What functions start and stop is theirs, and leaves the notebook's mock on."""
    notebook.run(START)
    notebook.run(
        "def test():\n    inner = mock_kms_cloudhsm()\n    inner.start()\n    inner.stop()\n"
        "test()\nwith mock_kms_cloudhsm():\n    pass"
    )

    assert is_on()
    notebook.run("aws.stop()")


def test_an_interactive_python_is_a_notebook_too(monkeypatch):
    """A line that is typed again goes on with the same world."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    console = Notebook(__name__="__main__")
    console.run(START_IN_ONE_LINE)
    console.run(START_IN_ONE_LINE)

    console.run("aws.stop()")

    assert not is_on()


def test_a_script_nests_as_ever():
    """Elsewhere each start has its own stop, also at the top level of a module."""
    script = Notebook(__name__="__main__")
    script.run(
        "outer, inner = mock_kms_cloudhsm(), mock_kms_cloudhsm()\nouter.start()\ninner.start()"
    )

    script.run("inner.stop()")
    assert is_on()
    script.run("outer.stop()")
    assert not is_on()


def test_a_started_handle_tells_how_to_stop(notebook):
    """The display says so, where somebody has to."""
    notebook.run(START)

    assert "stop()" in str(notebook["aws"])
    assert "stop()" in notebook["aws"]._repr_html_()
    notebook.run("aws.stop()")


def test_a_block_ends_its_own_mock(aws):
    """The handle of a `with` block has nothing to stop, and does not say so."""
    assert "stop()" not in str(aws)
    with pytest.raises(RuntimeError, match="ends with its `with` block"):
        aws.stop()


@pytest.mark.parametrize("way", ["start", "block"])
def test_handle_tells_that_its_mock_is_off(way):
    """What was there can still be looked at; levers say that they do nothing any more."""
    if way == "start":
        aws = mock_kms_cloudhsm().start()
        key = aws.kms_key()
        aws.stop()
    else:
        with mock_kms_cloudhsm() as aws:
            key = aws.kms_key()

    assert str(aws).splitlines()[1] == "Off: this is what was there when the mock was stopped."
    assert "Off: this is what" in aws._repr_html_()
    assert repr(aws) == "<kmsmock: account 123456789012, us-east-1; off; print() it to see all>"
    assert key.key_id in str(aws)
    assert len(aws.events.named("CreateKey")) == 1
    for lever in (aws.kms_key, aws.snapshot, lambda: aws.faults, lambda: aws.clock, aws.cluster):
        with pytest.raises(RuntimeError, match="this mock is off: its levers change nothing"):
            lever()


def test_inner_handle_works_as_long_as_its_world(aws):
    """The world of a mock inside a mock ends with the outermost one."""
    mock = mock_kms_cloudhsm()
    inner = mock.start()
    mock.stop()

    assert inner.kms_key().key_id in str(aws)

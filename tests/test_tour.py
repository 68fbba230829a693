"""`python -m kmsmock` tells a key store's whole life."""

import re
import subprocess
import sys

import pytest

from kmsmock.tour import scene

GUARDED = """
import runpy, socket

class Guarded(socket.socket):
    def __init__(self, *arguments, **named):
        raise AssertionError("the tour opened a socket")

socket.socket = Guarded
socket.getaddrinfo = Guarded
runpy.run_module("kmsmock", run_name="__main__")
"""


@pytest.fixture(scope="module")
def tour():
    """What the tour prints on a machine where it cannot open a socket."""
    run = subprocess.run(  # noqa: S603 - our own tour
        [sys.executable, "-c", GUARDED], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout


def test_tour_tells_its_steps_in_order(tour):
    """The steps are numbered, and the calls come in the order of AWS's own story."""
    numbers = [int(number) for number in re.findall(r"^ ?(\d+)\. ", tour, re.MULTILINE)]
    calls = re.findall(r">>> \w+\.(\w+)\(|\$ (\D+?)(?: --|$)", tour, re.MULTILINE)
    told = iter(call or command for call, command in calls)

    assert numbers == list(range(1, len(numbers) + 1))
    for expected in (
        "create_cluster",
        "create_hsm",
        "describe_clusters",
        "initialize_cluster",
        "cluster activate",
        "create_hsm",
        "user create",
        "create_custom_key_store",
        "connect_custom_key_store",
        "create_key",
        "encrypt",
        "decrypt",
        "disconnect_custom_key_store",
        "decrypt",
        "user change-password",
        "key list",
        "connect_custom_key_store",
        "update_custom_key_store",
        "connect_custom_key_store",
        "decrypt",
        "schedule_key_deletion",
        "disconnect_custom_key_store",
        "delete_custom_key_store",
        "delete_hsm",
        "delete_hsm",
        "delete_cluster",
    ):
        assert expected in told, expected


def test_every_step_of_the_tour_has_an_actor(tour):
    """Each step says who acts."""
    actors = re.findall(r"^ ?\d+\. (.*)$", tour, re.MULTILINE)
    assert set(actors) == {scene.ALICE, scene.ALICE_CLI, scene.KMS}


@pytest.mark.parametrize(
    "change",
    [
        "cluster: (none) -> CREATE_IN_PROGRESS -> UNINITIALIZED",
        "cluster: UNINITIALIZED -> INITIALIZE_IN_PROGRESS -> INITIALIZED",
        "cluster: INITIALIZED -> ACTIVE",
        "cluster: ACTIVE -> DELETE_IN_PROGRESS -> DELETED",
        "first HSM: (none) -> CREATE_IN_PROGRESS -> ACTIVE",
        "second HSM: ACTIVE -> DELETE_IN_PROGRESS -> DELETED",
        "key store: (none) -> DISCONNECTED",
        "key store: DISCONNECTED -> CONNECTED",
        "key store: DISCONNECTED -> FAILED",
        "key store: FAILED -> DISCONNECTED",
        "key store: DISCONNECTED -> (deleted)",
        "key: (none) -> Enabled",
        "key: Enabled -> Unavailable",
        "key: Unavailable -> Enabled",
        "key: Enabled -> PendingDeletion",
        "key: PendingDeletion -> (deleted)",
    ],
)
def test_tour_names_states_before_and_after(tour, change):
    """Every change of a state is told with the state before it."""
    assert f" *  {change}\n" in tour


def test_tour_shows_the_refusal_and_the_reason(tour):
    """What goes wrong is shown as AWS answers it."""
    assert "REFUSED: KMSInvalidStateException" in tour
    assert "ConnectionErrorCode: INVALID_CREDENTIALS" in tour


def test_tour_shows_the_key_in_the_cluster(tour):
    """The key list in the cluster has the KMS key under its ARN."""
    key_id = re.search(r'key_id = "(.*)"', tour)[1]
    listed = tour.split("$ key list")[1].split("$ logout")[0]
    assert "AES, 256 bits, owner kmsuser, not extractable" in listed
    assert f":key/{key_id}" in listed


def test_tour_ends_with_a_summary(tour):
    """The last chapter has every resource's states from first to last."""
    summary = " ".join(tour.split("== Every state, from first to last")[1].split())
    assert "key Enabled -> Unavailable -> Enabled -> PendingDeletion -> (deleted)" in summary
    assert "None of them left this process." in summary


def test_tour_prints_no_password(tour):
    """Passwords are named and never printed."""
    for secret in (scene.ADMIN_PASSWORD, scene.FIRST_PASSWORD, scene.NEW_PASSWORD):
        assert secret not in tour


def test_tour_is_plain_text(tour):
    """The tour prints ASCII without colours, in lines of at most 96 characters."""
    assert all(line.isascii() and line.isprintable() for line in tour.splitlines())
    assert max(map(len, tour.splitlines())) <= 96

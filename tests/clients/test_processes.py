"""Child processes, and what is left running.

A forked child has a copy of the world as it was; from then on each goes its own way. A spawned one
begins anew: no mock is active in it until it enters its own.
"""

import json
import os
import subprocess
import sys
import textwrap

import pytest

WORKS_WITH = {
    "forked processes": "a child goes on with a copy of the world",
    "spawned processes": "none is mocked until it enters a mock; a fork server's neither",
}

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

PRELUDE = """
    import json, multiprocessing, os, sys, threading
    import boto3
    from kmsmock import mock_kms_cloudhsm

    def child(work):
        "Do the work in a forked child; give what it returns, through a pipe."
        receiving, sending = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.write(sending, json.dumps(work()).encode())
            os._exit(0)
        os.close(sending)
        with os.fdopen(receiving) as pipe:
            answer = json.loads(pipe.read())
        os.waitpid(pid, 0)
        return answer

    def create():
        return boto3.client("kms", "us-east-1").create_key()["KeyMetadata"]["KeyId"]

    def keys():
        return [key["KeyId"] for key in boto3.client("kms", "us-east-1").list_keys()["Keys"]]
"""


def run(tmp_path, script):
    """Run a script in a Python of its own, which has no other threads; give its output."""
    path = tmp_path / "script.py"  # a spawned child imports the file that its parent began with
    path.write_text(textwrap.dedent(PRELUDE) + textwrap.dedent(script))
    finished = subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, path], capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@forking
def test_a_forked_child_has_a_copy_of_the_world(tmp_path):
    """It has the keys of the time when it was forked; what it makes is its own."""
    before, in_child, after = run(
        tmp_path,
        """
        with mock_kms_cloudhsm():
            first = create()
            in_child = child(lambda: [keys(), create()])
            print(json.dumps([first, in_child, keys()]))
        """,
    )

    assert in_child[0] == [before]
    assert after == [before]


@forking
@pytest.mark.parametrize("settings", ["", "seed=1"])
def test_forked_children_do_not_make_the_same_ids(tmp_path, settings):
    """Not those of the parent either, nor their own children's, also when a seed repeats them."""
    script = f"""
        with mock_kms_cloudhsm({settings}):
            made = [child(create), child(create), create(), child(lambda: child(create))]
            print(json.dumps(made))
        """

    made = run(tmp_path, script)

    assert len(set(made)) == 4
    assert (run(tmp_path, script) == made) is bool(settings)


@forking
def test_a_child_forked_in_the_middle_of_calls_does_not_hang(tmp_path):
    """Its locks are new, and no call was half done when the world was copied."""
    counts = run(
        tmp_path,
        """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork, on purpose
        with mock_kms_cloudhsm():
            client, stop = boto3.client("kms", "us-east-1"), threading.Event()
            early = [boto3.client("kms", "us-east-1") for _ in range(8)]

            def keep_busy():
                while not stop.is_set():
                    client.generate_random(NumberOfBytes=8)

            thread = threading.Thread(target=keep_busy)
            thread.start()
            counts = [child(lambda: len(early[n].list_keys()["Keys"])) for n in range(8)]
            stop.set()
            thread.join()
        print(json.dumps(counts))
        """,
    )

    assert counts == [0] * 8


@forking
def test_a_forked_child_may_leave_and_enter_mocks(tmp_path):
    """A mock that is left in the child stays on in the parent."""
    accounts = run(
        tmp_path,
        """
        mock = mock_kms_cloudhsm(account_id="111122223333")

        def leave_and_enter():
            mock.stop()
            with mock_kms_cloudhsm(account_id="444455556666") as aws:
                return [aws.account_id, keys()]

        aws = mock.start()
        create()
        accounts = [child(leave_and_enter), aws.account_id, len(keys())]
        mock.stop()
        print(json.dumps(accounts))
        """,
    )

    assert accounts == [["444455556666", []], "111122223333", 1]


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_spawned_child_enters_a_mock_of_its_own(tmp_path, method):
    """None is active in it, and the world that it enters is empty."""
    if sys.platform == "win32" and method == "forkserver":
        pytest.skip("this system has no fork server")

    answer = run(
        tmp_path,
        f"""
        def look(sending):
            import kmsmock
            try:
                kmsmock.current()
            except RuntimeError as error:
                told = str(error)
            with mock_kms_cloudhsm():
                sending.send([told, keys()])

        if __name__ == "__main__":
            context = multiprocessing.get_context("{method}")
            receiving, sending = context.Pipe(duplex=False)
            with mock_kms_cloudhsm():
                create()
                process = context.Process(target=look, args=(sending,))
                process.start()
                answer = receiving.recv()
                process.join()
            print(json.dumps(answer))
        """,
    )

    assert "no mock is active" in answer[0]
    assert answer[1] == []


def test_nothing_is_left_running(tmp_path):
    """No threads, no open files or sockets, no children, and no file in a new home."""
    left = run(
        tmp_path,
        """
        def descriptors():
            return sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []

        os.environ["HOME"] = os.path.dirname(__file__)
        with mock_kms_cloudhsm():
            create()  # what botocore itself opens and keeps is open now
        before = descriptors()
        with mock_kms_cloudhsm() as aws:
            aws.key_store("ExampleKeyStore")
            create()
            inside = descriptors()
        print(json.dumps([
            threading.active_count(),
            inside == before,
            descriptors() == before,
            multiprocessing.active_children(),
            sorted(name for name in os.listdir(os.environ["HOME"]) if name != "script.py"),
        ]))
        """,
    )

    assert left == [1, True, True, [], []]

"""The world as a whole: kept, put back, written into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.handle.on_world import OnWorld

if TYPE_CHECKING:
    import os

    from kmsmock.snapshots import Snapshot


class WorldLevers(OnWorld):
    """Levers on the world as a whole."""

    def snapshot(self) -> Snapshot:
        """Keep the world as it is now, for `rollback`.

        It costs about as much as a call, however many keys there are, and so does the way back;
        keys are copied when a call comes to them.

        Example:
            >>> import boto3
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     kms = boto3.client("kms")
            ...     empty = aws.snapshot()
            ...     key = kms.create_key()
            ...     aws.rollback(empty)
            ...     kms.list_keys()["Keys"]
            []
        """
        return self._world.take_snapshot()

    def rollback(self, snapshot: Snapshot) -> None:
        """Let the world be as it was when a snapshot was taken: all of it, the clock included.

        As often as needed, to whichever snapshot of this world. Clients, `aws.clock` and whatever
        else came from the handle stay usable.

        Clients of callers that were declared since are answered UnrecognizedClientException.

        Raises:
            TypeError: it is no snapshot.
            ValueError: it is one of another world.
        """
        if snapshot is None:
            raise TypeError("rollback() takes what snapshot() gave, not None; see reset()")
        self._world.roll_back(snapshot)

    def reset(self) -> None:
        """Let the world be as empty as it was when the mock began.

        Clients of callers that were declared are answered UnrecognizedClientException.
        """
        self._world.roll_back()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the world into a file for `mock_kms_cloudhsm(load=path)`: readable JSON.

        With everything that clients can see: keys with their material, key stores, clusters,
        backups, callers, the clock, and what falls due. Without events, planned faults and the
        settings of the mock; sessions of the CloudHSM CLI end.

        Raises:
            OSError: the file cannot be written.
        """
        from kmsmock.saved_worlds.file import save

        save(self._world, path)

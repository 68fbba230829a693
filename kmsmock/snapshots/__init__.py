"""A world as it was, and back to it: `aws.snapshot()`, `aws.rollback(snapshot)`, `aws.reset()`."""

from __future__ import annotations

from kmsmock.snapshots.chain import Snapshot, Snapshots

__all__ = ["Snapshot", "Snapshots"]

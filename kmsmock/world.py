"""All the state of one mock: accounts and their Regions, time, randomness, work that falls due."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kmsmock.controls.clock import Clock
from kmsmock.controls.faults import Faults
from kmsmock.controls.quotas import Quotas
from kmsmock.controls.randomness import Randomness, RsaKeys, Seed
from kmsmock.controls.record import Record
from kmsmock.controls.transitions import POLLED_BY, Change, Transitions
from kmsmock.domain.account import Account
from kmsmock.domain.deed import Deed
from kmsmock.domain.principal import Credentials
from kmsmock.domain.region import Region
from kmsmock.snapshots import Snapshot, Snapshots
from kmsmock.xks_proxy.network import ProxyNetwork


@dataclass(order=True, slots=True)
class _DueWork:
    at: datetime
    place: int
    deed: Deed = field(compare=False)


@dataclass(eq=False, slots=True)
class _PolledWork:
    """A change that ends when calls have looked at it.

    Attributes:
        operation: the operation that looks.
        polls: how many more calls of it see the change going on.
    """

    operation: str
    polls: int
    deed: Deed


class World:
    """Everything that calls share while a mock is active.

    Args:
        account_id: the account of callers whose access key names no other.
        partition_of: gives the partition of a Region.
        transitions: how long slow changes take; without it each ends before the next call's work.
        seed: makes everything random repeatable.
        rsa_keys: whether RSA keys may be ready ones, or each is fresh.

    Attributes:
        credentials: access key id -> what a test declared of the calls signed with it.
        forgotten: access key ids whose declaration a rollback took back.
        grant_delay: how old a grant must be to permit anything without its token.
        polled: changes that end when calls have looked at them.
        record: what happened so far.
    """

    def __init__(
        self,
        account_id: str,
        partition_of: Callable[[str], str],
        transitions: Transitions | None = None,
        seed: Seed | None = None,
        rsa_keys: RsaKeys = "ready",
    ) -> None:
        self.account_id = account_id
        self.clock = Clock()
        self.randomness = Randomness(seed, rsa_keys)
        self.transitions = transitions or Transitions()
        self.accounts: dict[str, Account] = {}
        self.credentials: dict[str, Credentials] = {}
        self.grant_delay = timedelta()
        self.record = Record()
        self.faults = Faults()
        self.quotas = Quotas()
        self.proxies = ProxyNetwork()
        self.lock = threading.RLock()
        self._partition_of = partition_of
        self._due: list[_DueWork] = []
        self.polled: list[_PolledWork] = []
        self._places = itertools.count()
        self._forks = 0
        self.forgotten: set[str] = set()
        self._snapshots = Snapshots(self)
        _worlds.add(self)

    def account(self, account_id: str) -> Account:
        """Give an account, from now on if there is none yet."""
        account = self.accounts.get(account_id)
        if account is None:
            account = self.accounts[account_id] = Account(account_id)
        return account

    def region(self, account_id: str, name: str) -> Region:
        """Give what the account has in the Region, from now on if nothing yet."""
        account = self.accounts.get(account_id) or self.account(account_id)
        region = account.regions.get(name)
        if region is None:
            region = Region(self._partition_of(name), name, account_id)
            account.regions[name] = region
        return region

    def take_snapshot(self) -> Snapshot:
        """Keep what is now."""
        with self.lock:
            return self._snapshots.take()

    def roll_back(self, snapshot: Snapshot | None = None) -> None:
        """Be as when a snapshot was taken; without one, as empty as in the beginning.

        Access keys that were declared since are of no use any more: what a test has held to
        policies must not become the administrator.

        Raises:
            TypeError: it is no snapshot.
            ValueError: it is one of another world.
        """
        with self.lock:
            known = self.credentials.keys() | set()
            self._snapshots.roll_back(snapshot)
            self.forgotten |= known - self.credentials.keys()

    def begin(self, change: Change, now: datetime, deed: Deed) -> None:
        """Have a slow change ended by its deed when what it takes here is over."""
        polls = self.transitions.polls
        if polls:
            self.do_after_polls(POLLED_BY[change], polls, deed)
        else:
            self.do_after(now, self.transitions.delay_of(change), deed)

    def be_looked_at(self, operation: str, now: datetime) -> None:
        """Count a call of this operation, and end the changes that enough calls have seen now."""
        for work in self.polled:
            work.polls -= work.operation == operation
        ended = [work for work in self.polled if work.polls == 0]
        self.polled = [work for work in self.polled if work.polls > 0]
        for work in ended:
            work.deed.do(self, now)

    @contextlib.contextmanager
    def immediately(self) -> Iterator[None]:
        """Let what begins inside the block end at once, whatever the world's own policy."""
        with self.lock:
            policy, self.transitions = self.transitions, Transitions()
            try:
                yield
            finally:
                self.transitions = policy

    def do_after(self, now: datetime, delay: timedelta, deed: Deed) -> None:
        """Have work done once the delay is over; with none, before the next call's work."""
        self.do_at(now + delay, deed)

    def do_at(self, at: datetime, deed: Deed) -> None:
        """Have work done at a time, after what was to be done at the same time before."""
        heapq.heappush(self._due, _DueWork(at, next(self._places), deed))

    def do_after_polls(self, operation: str, polls: int, deed: Deed) -> None:
        """Have work done when so many calls of an operation have seen that it is not."""
        self.polled.append(_PolledWork(operation, polls, deed))

    def due_work(self) -> list[tuple[datetime, Deed]]:
        """Give the work that falls due at a time, in its order."""
        return [(work.at, work.deed) for work in sorted(self._due)]

    def polled_work(self) -> list[tuple[str, int, Deed]]:
        """Give the work that waits for calls: of which operation, how many, what is done."""
        return [(work.operation, work.polls, work.deed) for work in self.polled]

    def advance_to(self, now: datetime) -> None:
        """Do all that has fallen due by now, in the order of its time, each thing once."""
        while self._due and self._due[0].at <= now:
            work = heapq.heappop(self._due)
            work.deed.do(self, work.at)

    def before_fork(self) -> None:
        """Let no other thread be in the middle of a call while the process is copied."""
        self.lock.acquire()
        self._forks += 1

    def after_fork_in_parent(self) -> None:
        """Go on."""
        self.lock.release()

    def after_fork_in_child(self) -> None:
        """Go on as a copy: with a lock of its own, and other random bytes than the parent's."""
        self.lock = threading.RLock()
        self.randomness.branch(self._forks)


_worlds: weakref.WeakSet[World] = weakref.WeakSet()


_forking = threading.local()
"""The worlds whose calls a forking thread holds up."""


def _before_fork() -> None:
    _forking.worlds = list(_worlds)
    for world in _forking.worlds:
        world.before_fork()


def _after_fork_in_parent() -> None:
    for world in _forking.__dict__.pop("worlds"):
        world.after_fork_in_parent()


def _after_fork_in_child() -> None:
    for world in _forking.__dict__.pop("worlds"):
        world.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )

"""Snapshots of one world, as a chain that ends at the present.

A rollback puts every object that makes up the world back into the state that it had, and leaves
it the same object: whatever holds it, work that falls due or the handle, need not know. What
the world consists of is found by looking, not listed: every attribute of every object of kmsmock
that the world leads to.

Keys and aliases may be many, so these alone are kept late: when the index of their Region hands
one out, which is before anybody can change it. All else is kept when the snapshot is taken.

Several snapshots are one chain of differences that ends at the present (H. G. Baker, "Shallow
binding makes functional arrays fast", 1991): a snapshot keeps what was different from the next
one, or from the present; to go back turns the differences on the way around.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kmsmock.domain.region import Region
from kmsmock.snapshots.states import INDEX, WAYS, Way

if TYPE_CHECKING:
    from kmsmock.domain.index import Index


class Snapshot:
    """A world as it was at one time, for `aws.rollback`; any number of times, in any order."""

    __slots__ = ("__weakref__", "version")

    def __init__(self, version: _Version) -> None:
        self.version = version


class _Kept(NamedTuple):
    """An object, which is so kept alive and its id taken, and the state it had."""

    thing: object
    way: Way
    state: object


class _Version:
    """A state of the world, as its differences from another one.

    Attributes:
        next: the version it is told by; None for the latest one, which the present follows.
        kept: by id, all objects that may be in another state there, and which they were in.
        complete: no key or alias was there to be kept late.
    """

    __slots__ = ("complete", "kept", "next")

    def __init__(self) -> None:
        self.next: _Version | None = None
        self.kept: dict[int, _Kept] = {}
        self.complete = False

    def keep(self, thing: object) -> None:
        """Keep an object and all that it leads to, as far as that was not yet done."""
        kept, todo = self.kept, [thing]
        while todo:
            thing = todo.pop()
            way = WAYS[type(thing)]
            if way is None or id(thing) in kept:
                continue
            kept[id(thing)] = _Kept(thing, way, None if way.take is None else way.take(thing))
            if type(thing) is Region:
                self._keep_late(thing)
            todo.extend(way.parts(thing))

    def _keep_late(self, region: Region) -> None:
        for index in (region.keys, region.aliases):
            kept = _Kept(index, INDEX, index.state())
            self.kept[id(index)] = kept
            cast("Index[Any]", index).watch = self.keep
            self.complete = False

    def now(self) -> dict[int, _Kept]:
        """Give the states that the kept objects have at present."""
        return {
            place: _Kept(thing, way, None if way.take is None else way.take(thing))
            for place, (thing, way, _state) in self.kept.items()
        }

    def put_back(self) -> None:
        """Let the kept objects have the states that they had."""
        for thing, way, state in self.kept.values():
            if way.take is not None:
                way.put(thing, state)


class Snapshots:
    """The snapshots of one world, which sees to it that nothing changes meanwhile.

    Args:
        root: the world; the present one, empty yet, is the first one.
    """

    def __init__(self, root: object) -> None:
        self._root = root
        self._versions: list[tuple[weakref.ref[Snapshot], _Version]] = []
        self._latest: _Version | None = None
        self._first = self.take()

    def take(self) -> Snapshot:
        """Give a snapshot of the present."""
        version = _Version()
        self._follow(version)
        self._merge_forgotten(version)
        snapshot = Snapshot(version)
        self._versions.append((weakref.ref(snapshot), version))
        return snapshot

    def roll_back(self, snapshot: Snapshot | None = None) -> None:
        """Let everything be as it was when the snapshot was taken, or the world was made.

        Raises:
            TypeError: it is no snapshot.
            ValueError: it is one of another world.
        """
        snapshot = self._first if snapshot is None else snapshot
        if not isinstance(snapshot, Snapshot):
            raise TypeError(f"rollback() takes what snapshot() gave, not {snapshot!r}")
        target = snapshot.version
        if all(version is not target for _, version in self._versions):
            raise ValueError(
                "this snapshot is of another world: one that ended with its mock, or that of "
                "another process; take it inside the mock that is active now"
            )
        way, step = [target], target.next
        while step is not None:
            way.append(step)
            step = step.next
        while way:
            version = way.pop()
            if version.next is not None:
                present = version.now()
                version.put_back()
                version.next.kept, version.next.next = present, version
                version.next.complete = False
                version.next = None
            else:
                version.put_back()
        target.kept = {}
        self._follow(target)

    def _follow(self, version: _Version) -> None:
        """Make a version the latest, which the present differs from by what is done next."""
        latest = self._latest
        if latest is not None and latest is not version and latest.next is None:
            latest.next = version
        self._latest = version
        version.complete = True
        version.keep(self._root)

    def _merge_forgotten(self, latest: _Version) -> None:
        """Let the differences of snapshots that nobody holds any more go to those before them."""
        living = []
        for reference, version in self._versions:
            if reference() is not None or version is latest:
                living.append((reference, version))
                continue
            for _, other in self._versions:
                if other.next is version:
                    if not other.complete:
                        other.kept = version.kept | other.kept
                    other.next = version.next
        self._versions = living

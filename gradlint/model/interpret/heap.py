"""What objects hold, written to in branches: taken back after one, joined after both.

A branch must not see what its sibling wrote, and what follows sees both. Every write to an object
goes through the heap, which remembers what was there as long as a branch is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from gradlint.values.graph import join, meet, same
from gradlint.values.kinds import Apply, Map, Seq, Unknown, Value, next_serial

Container = Seq | Map | Apply
"""A display, or a library's container of layers, whose arguments are what it holds."""

_MISSING: Value = Unknown("missing")


@dataclass(slots=True)
class _Content:
    """What a container holds at one moment; `exact` is False where that is not all."""

    items: list[Value] | dict[object, Value]
    exact: bool


Names = dict[str, Value]
"""The attributes of an object, or the names of a scope."""


@dataclass(slots=True)
class Written:
    """What one branch wrote: the last value of each name, the last content of containers.

    `names` and `contents` are by the identity of what was written to. `first` and `last` are serial
    numbers: when it began and when it ended.
    """

    names: dict[int, tuple[Names, Names]]
    contents: dict[int, tuple[Container, _Content]]
    first: int
    last: int

    def holds(self, owner: Names, name: str) -> Value | None:
        """What a name was left as; None where it was not written."""
        found = self.names.get(id(owner))
        return found[1].get(name) if found is not None else None

    def knows(self, container: Container, fork: int) -> bool:
        """Whether a container was there: made before all branches (`fork`), or in this one."""
        return container.serial < fork or self.first <= container.serial < self.last


class Mark(NamedTuple):
    """A moment: how much had been written, how many branches were open, the serial it had."""

    writes: int
    branches: int
    serial: int


class Heap:
    """The writes of one interpretation, remembered as long as a branch is open."""

    def __init__(self) -> None:
        self._writes: list[tuple[Names, str, Value]] = []
        self._touched: list[dict[int, tuple[Container, _Content]]] = []

    def store(self, owner: Names, name: str, value: Value) -> None:
        """Set an attribute, or a name of a scope, so that a branch can take it back."""
        if self._touched:
            self._writes.append((owner, name, owner.get(name, _MISSING)))
        owner[name] = value

    def touch(self, container: Container) -> None:
        """Remember what a container holds, before it is changed in place."""
        if self._touched and id(container) not in self._touched[-1]:
            self._touched[-1][id(container)] = (container, _content(container))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is written now stays, whatever becomes of the branches that are open."""
        outer = self._writes, self._touched
        self._writes, self._touched = [], []
        try:
            yield
        finally:
            self._writes, self._touched = outer

    @contextmanager
    def scope(self, names: Names) -> Iterator[None]:
        """While a call is run: its names are no matter of the branches around it."""
        begin = len(self._writes)
        yield
        if len(self._writes) > begin:
            written = self._writes[begin:]
            self._writes[begin:] = [write for write in written if write[0] is not names]

    @property
    def mark(self) -> Mark:
        """This moment, for `since`."""
        return Mark(len(self._writes), len(self._touched), next_serial())

    def since(self, mark: Mark) -> Written:
        """What was written since a moment, on the path that led here."""
        return self._written(*mark)

    def _written(self, begin: int, branches: int, serial: int) -> Written:
        names: dict[int, tuple[Names, Names]] = {}
        last: Names | None = None
        values: Names = {}
        for owner, name, _ in islice(self._writes, begin, None):
            if owner is not last:
                last = owner
                _, values = names.setdefault(id(owner), (owner, {}))
            values[name] = owner[name]
        contents = {}
        for touched in self._touched[branches:]:
            for key, (container, _) in touched.items():
                contents[key] = (container, _content(container))
        return Written(names, contents, serial, next_serial())

    def replaced(self, mark: Mark) -> list[tuple[Names, str, Value]]:
        """What names were at a moment that were written since: the oldest value of each."""
        oldest: dict[tuple[int, str], tuple[Names, str, Value]] = {}
        for owner, name, old in self._writes[mark.writes :]:
            oldest.setdefault((id(owner), name), (owner, name, old))
        return list(oldest.values())

    def branch(self, run: Callable[[], str | None]) -> tuple[str | None, Written]:
        """Run one of several branches and take back what it wrote.

        Returns:
            How the branch ended, and what it wrote.
        """
        begin, branches, serial = len(self._writes), len(self._touched), next_serial()
        self._touched.append({})
        status = run()
        written = self._written(begin, branches, serial)
        if written.names:
            for owner, name, old in reversed(self._writes[begin:]):
                if old is _MISSING:
                    del owner[name]
                else:
                    owner[name] = old
            del self._writes[begin:]
        for container, before in self._touched.pop().values():
            _restore(container, before)
        return status, written

    def nothing(self) -> Written:
        """What a branch wrote in which nothing is done."""
        serial = next_serial()
        return Written({}, {}, serial, serial)

    def merge(self, sides: Sequence[Written], last: Names | None = None) -> None:
        """Leave what the branches wrote that lead on to what follows.

        The names in `last` are left as the last of the branches wrote them.
        """
        if len(sides) == 1:
            self._take(sides[0])
            return
        written: dict[int, tuple[Names, Names]] = {}
        for side in sides:
            for key, (owner, values) in side.names.items():
                written.setdefault(key, (owner, {}))[1].update(values)
        for owner, values in written.values():
            for name, latest in values.items():
                if owner is last:
                    self.store(owner, name, latest)
                    continue
                old = owner.get(name)
                ways = [side.holds(owner, name) or old for side in sides]
                self.store(owner, name, meet([value for value in ways if value is not None]))
        touched = {key: held[0] for side in sides for key, held in side.contents.items()}
        for key, container in touched.items():
            self._merge_container(key, container, sides)

    def _take(self, side: Written) -> None:
        for owner, values in side.names.values():
            for name, value in values.items():
                self.store(owner, name, value)
        for container, content in side.contents.values():
            self.touch(container)
            _restore(container, content)

    def _merge_container(self, key: int, container: Container, sides: Sequence[Written]) -> None:
        before = (container, _content(container))
        self.touch(container)
        fork = min(side.first for side in sides)
        merged, *others = [
            side.contents.get(key, before)[1]
            for side in sides
            if key in side.contents or side.knows(container, fork)
        ]
        for other in others:
            merged = _joined(merged, other, aligned=not isinstance(container, Apply))
        _restore(container, merged)


def _content(container: Container) -> _Content:
    if isinstance(container, Apply):
        return _Content(list(container.args), container.complete)
    return _Content(container.items.copy(), container.exact)


def _restore(container: Container, content: _Content) -> None:
    if isinstance(container, Apply):
        assert isinstance(content.items, list)
        container.args[:] = content.items
        container.complete = content.exact
        return
    if isinstance(container, Seq):
        assert isinstance(content.items, list)
        container.items[:] = content.items
    else:
        assert isinstance(content.items, dict)
        container.items.clear()
        container.items.update(content.items)
    container.exact = content.exact


def _joined(left: _Content, right: _Content, *, aligned: bool) -> _Content:
    """What a container holds after two branches: place by place where the places are the same."""
    if isinstance(left.items, dict) and isinstance(right.items, dict):
        known = dict(left.items)
        for key, value in right.items.items():
            known[key] = join(known[key], value) if key in known else value
        exact = left.exact and right.exact and left.items.keys() == right.items.keys()
        return _Content(known, exact)
    assert isinstance(left.items, list)
    assert isinstance(right.items, list)
    ours, theirs = left.items, right.items
    if len(ours) == len(theirs) and (aligned or all(map(same, ours, theirs))):
        items = [join(one, other) for one, other in zip(ours, theirs, strict=True)]
        return _Content(items, left.exact and right.exact)
    shared = 0
    while shared < min(len(ours), len(theirs)) and same(ours[shared], theirs[shared]):
        shared += 1
    return _Content([*ours, *theirs[shared:]], exact=False)

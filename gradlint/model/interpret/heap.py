"""What objects hold, written to in branches: taken back after one, joined after both.

A branch must not see what its sibling wrote, and what follows sees both. Every write to an object
goes through the heap, which remembers what was there as long as a branch is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(slots=True)
class Written:
    """What one branch wrote: the last value of each attribute, the last content of containers.

    `first` and `last` are serial numbers: when it began and when it ended.
    """

    attributes: dict[tuple[int, str], tuple[dict[str, Value], str, Value]]
    contents: dict[int, tuple[Container, _Content]]
    first: int
    last: int

    def knows(self, container: Container, fork: int) -> bool:
        """Whether a container was there: made before all branches (`fork`), or in this one."""
        return container.serial < fork or self.first <= container.serial < self.last


class Mark(NamedTuple):
    """A moment: how much had been written, how many branches were open, the serial it had."""

    attributes: int
    branches: int
    serial: int


class Heap:
    """The writes of one interpretation, remembered as long as a branch is open."""

    def __init__(self) -> None:
        self._attributes: list[tuple[dict[str, Value], str, Value]] = []
        self._touched: list[dict[int, tuple[Container, _Content]]] = []

    def store(self, attrs: dict[str, Value], name: str, value: Value) -> None:
        """Set an attribute, or a name of a scope, so that a branch can take it back."""
        if self._touched:
            self._attributes.append((attrs, name, attrs.get(name, _MISSING)))
        attrs[name] = value

    def touch(self, container: Container) -> None:
        """Remember what a container holds, before it is changed in place."""
        if self._touched and id(container) not in self._touched[-1]:
            self._touched[-1][id(container)] = (container, _content(container))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is written now stays, whatever becomes of the branches that are open."""
        outer = self._attributes, self._touched
        self._attributes, self._touched = [], []
        try:
            yield
        finally:
            self._attributes, self._touched = outer

    @contextmanager
    def scope(self, names: dict[str, Value]) -> Iterator[None]:
        """While a call is run: its names are no matter of the branches around it."""
        begin = len(self._attributes)
        yield
        written = self._attributes[begin:]
        self._attributes[begin:] = [write for write in written if write[0] is not names]

    @property
    def mark(self) -> Mark:
        """This moment, for `since`."""
        return Mark(len(self._attributes), len(self._touched), next_serial())

    def since(self, mark: Mark) -> Written:
        """What was written since a moment, on the path that led here."""
        attributes = {}
        for attrs, name, _ in self._attributes[mark.attributes :]:
            attributes[id(attrs), name] = (attrs, name, attrs[name])
        contents = {}
        for touched in self._touched[mark.branches :]:
            for key, (container, _) in touched.items():
                contents[key] = (container, _content(container))
        return Written(attributes, contents, mark.serial, next_serial())

    def replaced(self, mark: Mark) -> list[tuple[dict[str, Value], str, Value]]:
        """What attributes were at a moment that were written since: the oldest value of each."""
        oldest: dict[tuple[int, str], tuple[dict[str, Value], str, Value]] = {}
        for attrs, name, old in self._attributes[mark.attributes :]:
            oldest.setdefault((id(attrs), name), (attrs, name, old))
        return list(oldest.values())

    def branch(self, run: Callable[[], str | None]) -> tuple[str | None, Written]:
        """Run one of several branches and take back what it wrote.

        Returns:
            How the branch ended, and what it wrote.
        """
        mark = self.mark
        self._touched.append({})
        status = run()
        written = self.since(mark)
        while len(self._attributes) > mark.attributes:
            attrs, name, old = self._attributes.pop()
            if old is _MISSING:
                del attrs[name]
            else:
                attrs[name] = old
        for container, before in self._touched.pop().values():
            _restore(container, before)
        return status, written

    def merge(self, sides: Sequence[Written], last: dict[str, Value] | None = None) -> None:
        """Leave what the branches wrote that lead on to what follows.

        The names in `last` are left as the last of the branches wrote them.
        """
        written: dict[tuple[int, str], tuple[dict[str, Value], str, Value]] = {}
        touched: dict[int, tuple[Container, _Content]] = {}
        for side in sides:
            written.update(side.attributes)
            touched.update(side.contents)
        for key, (attrs, name, latest) in written.items():
            if len(sides) == 1 or attrs is last:
                self.store(attrs, name, latest)
                continue
            old = attrs.get(name)
            values = [side.attributes[key][2] if key in side.attributes else old for side in sides]
            self.store(attrs, name, meet([value for value in values if value is not None]))
        fork = min((side.first for side in sides), default=0)
        for number, (container, _) in touched.items():
            before = (container, _content(container))
            self.touch(container)
            merged, *others = [
                side.contents.get(number, before)[1]
                for side in sides
                if number in side.contents or side.knows(container, fork)
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

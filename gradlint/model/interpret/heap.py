"""What objects hold, written to in branches: taken back after one, joined after both.

A branch must not see what its sibling wrote, and what follows sees both. Every write to an object
goes through the heap, which remembers what was there as long as a branch is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradlint.values.graph import join, same
from gradlint.values.kinds import Apply, Map, Seq, Unknown, Value

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
    """What one branch wrote: the last value of each attribute, the last content of containers."""

    attributes: dict[tuple[int, str], tuple[dict[str, Value], str, Value]]
    contents: dict[int, tuple[Container, _Content]]


class Heap:
    """The writes of one interpretation. `branches` counts the branches that are open."""

    def __init__(self) -> None:
        self.branches = 0
        self._attributes: list[tuple[dict[str, Value], str, Value]] = []
        self._touched: list[dict[int, tuple[Container, _Content]]] = []

    def store(self, attrs: dict[str, Value], name: str, value: Value) -> None:
        """Set an attribute so that a branch can take it back."""
        if self.branches:
            self._attributes.append((attrs, name, attrs.get(name, _MISSING)))
        attrs[name] = value

    def touch(self, container: Container) -> None:
        """Remember what a container holds, before it is changed in place."""
        if self._touched and id(container) not in self._touched[-1]:
            self._touched[-1][id(container)] = (container, _content(container))

    def branch(self, run: Callable[[], str | None]) -> tuple[str | None, Written]:
        """Run one of two branches and take back what it wrote.

        Returns:
            How the branch ended, and what it wrote.
        """
        mark = len(self._attributes)
        self.branches += 1
        self._touched.append({})
        status = run()
        self.branches -= 1
        attributes: dict[tuple[int, str], tuple[dict[str, Value], str, Value]] = {}
        while len(self._attributes) > mark:
            attrs, name, old = self._attributes.pop()
            attributes.setdefault((id(attrs), name), (attrs, name, attrs[name]))
            if old is _MISSING:
                del attrs[name]
            else:
                attrs[name] = old
        contents = {}
        for key, (container, before) in self._touched.pop().items():
            contents[key] = (container, _content(container))
            _restore(container, before)
        return status, Written(attributes, contents)

    def merge(self, first: Written, second: Written, raised: tuple[bool, bool]) -> None:
        """Leave what either branch wrote; one that `raised` does not go on to what follows."""
        sides = [side for side, gone in zip((first, second), raised, strict=True) if not gone]
        if not sides:
            return
        for key in {**first.attributes, **second.attributes}:
            attrs, name, _ = first.attributes.get(key) or second.attributes.get(key)  # type: ignore[misc]
            old = attrs.get(name)
            values = [side.attributes[key][2] if key in side.attributes else old for side in sides]
            known = [value for value in values if value is not None]
            if known:
                self.store(attrs, name, join(*known))
        for number in {**first.contents, **second.contents}:
            container, _ = first.contents.get(number) or second.contents.get(number)  # type: ignore[misc]
            before = _content(container)
            after = [
                side.contents[number][1] if number in side.contents else before for side in sides
            ]
            self.touch(container)
            merged = after[0]
            for other in after[1:]:
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
        return _Content(known, left.exact and right.exact)
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

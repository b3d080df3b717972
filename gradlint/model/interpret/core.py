"""The state of one interpretation, and the steps that its parts take through each other.

Names, calls, operators and statements each have a file; they recurse into one another through the
methods declared here, so that none of them imports another that imports it.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from gradlint.model.interpret.heap import Heap, Mark, Written
from gradlint.source.exits import leaves_early
from gradlint.values.graph import joined
from gradlint.values.kinds import Apply, Class, Function, Module, Value
from gradlint.values.trace import Act, Branch

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.values.kinds import Frame
    from gradlint.values.project import Project

Status = str | None
"""How a block ended: None, or `return`, `raise`, `break`, `continue`."""


@dataclass(slots=True)
class CallSite:
    """One call: where it stands and what it is given.

    `complete` is False where `*args` or `**kwargs` of unknown content are passed; what `*value`
    unpacks is then kept under the name `*`.
    """

    node: ast.AST
    frame: Frame
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    complete: bool = True

    @property
    def module(self) -> Module:
        """The file it stands in."""
        return self.frame.module

    def given(self, *args: Value) -> CallSite:
        """The same place with other arguments."""
        return CallSite(self.node, self.frame, list(args))


class Core(ABC):
    """One analysis of one file. `trace` is the list that acts are being written to.

    `muted` counts what is interpreted for its values alone, such as the first pass of a loop:
    calls in it are not kept. `tracked` is False under a context that records no gradients.
    """

    def __init__(self, module: Module, project: Project, knowledge: Knowledge) -> None:
        self.module = module
        self.project = project
        self.knowledge = knowledge
        self.heap = Heap()
        self.trace: list[Act] = []
        self.applies: list[Apply] = []
        self.operations: list[Apply] = []
        self.stack: list[ast.AST] = []
        self.inlined = 0
        self.called: set[ast.AST] = set()
        self.muted = 0
        self.tracked = True
        self.loops: tuple[tuple[ast.AST, int], ...] = ()
        self.skipped: list[tuple[Module, ast.AST, str]] = []
        self.classes: dict[ast.ClassDef, Class] = {}
        self._open: list[_Ended] = []
        self._early: dict[tuple[int, str], bool] = {}
        self.items: dict[int, tuple[Value, Value | None]] = {}

    # -- the recursion -----------------------------------------------------------------------

    @abstractmethod
    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression; unknown where nothing is known of its kind."""

    @abstractmethod
    def block(self, body: Sequence[ast.stmt], frame: Frame) -> Status:
        """Interpret statements in order; the status of the one that left the block."""

    @abstractmethod
    def call(self, callee: Value, site: CallSite) -> Value:
        """The value of calling `callee`."""

    @abstractmethod
    def inline(self, function: Function, site: CallSite, *, entry: bool = False) -> Value:
        """Run the body of a project function; `entry` where nothing was seen to call it."""

    @abstractmethod
    def class_value(self, statement: ast.ClassDef, frame: Frame) -> Class:
        """The class that a statement defines; one object however often it is reached."""

    # -- the trace ---------------------------------------------------------------------------

    def record(self, apply: Apply) -> Apply:
        """Leave an act for a call."""
        apply.loops = self.loops
        self.trace.append(apply)
        if not self.muted:
            self.applies.append(apply)
        return apply

    def operation(self, symbol: str, operands: list[Value], node: ast.AST, frame: Frame) -> Apply:
        """An operator on values that are not literals; no act: the trace does not hold it."""
        made = Apply(symbol, operands, {}, node, frame.module, tracked=self.tracked)
        if not self.muted:
            self.operations.append(made)
        return made

    def applied(self, site: CallSite, fn: str, receiver: Value | None = None) -> Apply:
        """A call that is not inlined, in the trace."""
        return self.record(
            Apply(
                fn, site.args, site.kwargs, site.node, site.module, receiver, self.tracked,
                site.complete,
            )
        )  # fmt: skip

    def collected(self, body: Sequence[ast.stmt], frame: Frame) -> tuple[list[Act], Status]:
        """Interpret statements with a trace of their own."""
        outer, self.trace = self.trace, []
        try:
            status = self.block(body, frame)
            return self.trace, status
        finally:
            self.trace = outer

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Interpret what is not part of the program's own course: no act of it is kept."""
        outer, self.trace = self.trace, []
        self.muted += 1
        try:
            yield
        finally:
            self.muted -= 1
            self.trace = outer

    def give_up(self, module: Module, node: ast.AST, reason: str) -> None:
        """Remember what was not followed, once for each reason, for `--show-skipped`."""
        if not any(known == reason for _, _, known in self.skipped):
            self.skipped.append((module, node, reason))

    # -- branches ----------------------------------------------------------------------------

    def either(
        self,
        test: Value | None,
        first: Callable[[], Status],
        second: Callable[[], Status],
        frame: Frame,
        node: ast.AST,
    ) -> Status:
        """Two branches of which either may be taken: both are, and what they leave is joined.

        One that leaves the block does not lead on to what follows. Where both do, the status is of
        the one that leaves less behind.
        """
        before = dict(frame.locals)
        outer = self.trace
        ways = []
        for branch in (first, second):
            self.trace = []
            way = self._way(branch, frame)
            ways.append((way, self.trace))
            _set(frame.locals, before)
        self.trace = outer
        (one, then), (other, otherwise) = ways
        if then or otherwise:
            self.trace.append(Branch(test, then, otherwise, node))
        self._join(frame, [way for way in (one, other) if way.status is None])
        return weakest(one.status, other.status)

    def body(
        self,
        run: Callable[[], Status],
        frame: Frame,
        exit: str,
        statements: Sequence[ast.stmt] | None = None,
    ) -> tuple[Status, bool]:
        """Run what an exit ends, such as `return`; what each way out leaves is joined.

        `statements` are those that `run` goes through once, if it does: where none leaves early,
        nothing needs to be taken back.

        Returns:
            How it ended (None if any way leads on to what follows), and whether `exit` ended it.
        """
        if statements is not None and not self._leaves_early(statements, exit):
            self._open.append(_Ended(exit, None))
            status = run()
            self._open.pop()
            return (None, True) if status == exit else (status, False)
        ended = _Ended(exit, self.heap.mark)
        self._open.append(ended)
        last = self._way(run, frame)
        self._open.pop()
        ways = [*ended.ways, last] if last.status is None else ended.ways
        if exit == "return" and ways:
            # Of the names only those functions can see that are defined here: as they were last.
            _set(frame.locals, ways[-1].names)
            self.heap.merge([way.written for way in ways])
        else:
            self._join(frame, ways)
        return (None if ways else last.status), bool(ended.ways)

    def forget_exits(self) -> None:
        """Forget the ways that left the innermost part so far: the same ones come again."""
        self._open[-1].ways.clear()

    def _leaves_early(self, statements: Sequence[ast.stmt], exit: str) -> bool:
        key = (id(statements), exit)
        if key not in self._early:
            self._early[key] = leaves_early(statements, exit)
        return self._early[key]

    def left(self, exit: str, frame: Frame) -> None:
        """Remember what holds where an exit is come upon."""
        for ended in reversed(self._open):
            if ended.exit == exit:
                if ended.mark is not None:
                    ended.ways.append(_Way(exit, dict(frame.locals), self.heap.since(ended.mark)))
                return

    def _way(self, run: Callable[[], Status], frame: Frame) -> _Way:
        """Run one way that a program may take; what it wrote to the heap is taken back."""
        names: dict[str, Value] = {}

        def named() -> Status:
            status = run()
            names.update(frame.locals)
            return status

        status, written = self.heap.branch(named)
        return _Way(status, names, written)

    def _join(self, frame: Frame, ways: Sequence[_Way]) -> None:
        """Go on from where several ways meet."""
        if ways:
            _set(frame.locals, reduce(joined, (way.names for way in ways)))
            self.heap.merge([way.written for way in ways])


def weakest(*statuses: Status) -> Status:
    """Of several ways on the one that leaves least behind."""
    return min(statuses, key=_LEAVING.index)


_LEAVING = (None, "continue", "break", "return", "raise")


@dataclass(slots=True)
class _Way:
    """One way through a part of a program: how it ended, the names then, and what it wrote."""

    status: Status
    names: dict[str, Value]
    written: Written


@dataclass(slots=True)
class _Ended:
    """Something that `exit` ends: when it began, and the ways that were left by one so far.

    A `mark` of None says that it has one way out, so that none needs to be remembered.
    """

    exit: str
    mark: Mark | None
    ways: list[_Way] = field(default_factory=list)


def _set(names: dict[str, Value], to: dict[str, Value]) -> None:
    """Change the names of a scope in place: functions that were defined in it see the change."""
    names.clear()
    names.update(to)

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
from typing import TYPE_CHECKING

from gradlint.model.interpret.heap import Heap, Mark, Written
from gradlint.source.exits import leaves_early
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
    unpacks is then kept under the name `*`. `base` is what the callee was read from, where it is an
    attribute.
    """

    node: ast.AST
    frame: Frame
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    complete: bool = True
    base: Value | None = None

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
        self.passes = 0
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
        second: Callable[[], Status] | None,
        node: ast.AST,
    ) -> Status:
        """Two branches of which either may be taken: both are, and what they leave is joined.

        Nothing is done in the second where it is None.
        One that leaves the block does not lead on to what follows. Where both do, the status is of
        the one that leaves less behind.
        """
        outer, self.trace = self.trace, []
        status, written = self.heap.branch(first)
        then, self.trace = self.trace, []
        other_status, other = self.heap.branch(second) if second else (None, self.heap.nothing())
        otherwise, self.trace = self.trace, outer
        if then or otherwise:
            self.trace.append(Branch(test, then, otherwise, node))
        ways = ((status, written), (other_status, other))
        self.heap.merge([written for status, written in ways if status is None])
        return weakest(status, other_status)

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
        status, written = self.heap.branch(run)
        self._open.pop()
        ways = [*ended.ways, written] if status is None else ended.ways
        # The names of a function that has returned are seen by functions defined in it alone.
        self.heap.merge(ways, last=frame.locals if exit == "return" else None)
        return (None if ways else status), bool(ended.ways)

    def forget_exits(self) -> None:
        """Forget the ways that left the innermost part so far: the same ones come again."""
        self._open[-1].ways.clear()

    def _leaves_early(self, statements: Sequence[ast.stmt], exit: str) -> bool:
        key = (id(statements), exit)
        if key not in self._early:
            self._early[key] = leaves_early(statements, exit)
        return self._early[key]

    def left(self, exit: str) -> None:
        """Remember what holds where an exit is come upon."""
        for ended in reversed(self._open):
            if ended.exit == exit:
                if ended.mark is not None:
                    ended.ways.append(self.heap.since(ended.mark))
                return


def weakest(*statuses: Status) -> Status:
    """Of several ways on the one that leaves least behind."""
    return min(statuses, key=_LEAVING.index)


_LEAVING = (None, "continue", "break", "return", "raise")


@dataclass(slots=True)
class _Ended:
    """Something that `exit` ends: when it began, and the ways that were left by one so far.

    A `mark` of None says that it has one way out, so that none needs to be remembered.
    """

    exit: str
    mark: Mark | None
    ways: list[Written] = field(default_factory=list)

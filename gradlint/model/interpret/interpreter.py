"""Runs a module without running it: every name gets a value, every call leaves an act in a trace.

Branches are both taken and their names joined; a loop body is gone through twice, so that what one
iteration leaves to the next is seen; calls of project functions are inlined, across files. No
statement of the user's program is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gradlint.model.interpret import assignment, dataset_code, expressions, inlining, operators
from gradlint.model.interpret.items import item_of, items_of
from gradlint.values.graph import join, joined
from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
    Frame,
    Function,
    Seq,
    Unknown,
    Value,
)
from gradlint.values.trace import Act, Block, Branch, Exit, Loop, Scope

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.values.kinds import Module
from gradlint.values.project import Project

Status = str | None
"""How a block ended: None, or `return`, `raise`, `break`, `continue`."""

MOST_INLINED = 1500
"""Calls inlined for one file; beyond it calls stay opaque. The largest training script of the
public repositories this was measured on needs 430."""

DEEPEST = 14
"""Calls inlined inside each other. Model code nests 5 to 8 deep (step, model, block, layer)."""

MOST_UNROLLED = 12
"""A display with at most this many items is gone through item by item: lists of layers, widths."""

_MISSING: Value = Unknown("missing")


class Interpreter:
    """One analysis of one file. `trace` is the list that acts are being written to."""

    def __init__(self, module: Module, project: Project, knowledge: Knowledge) -> None:
        self.module = module
        self.project = project
        self.knowledge = knowledge
        self.trace: list[Act] = []
        self.applies: list[Apply] = []
        self.journal: list[tuple[dict[str, Value], str, Value]] = []
        self.stack: list[ast.AST] = []
        self.inlined = 0
        self.called: set[ast.AST] = set()
        self.muted = 0
        self.branches = 0
        self.tracked = True
        self.loops: tuple[tuple[ast.AST, int], ...] = ()
        self.skipped: list[tuple[Module, ast.AST, str]] = []
        self.classes: dict[ast.ClassDef, Class] = {}
        self.items: dict[int, tuple[Value, Value | None]] = {}

    # -- entry points ------------------------------------------------------------------------

    def run_main(self) -> list[Act]:
        """Interpret the module's own statements."""
        frame = Frame(self.module, locals=self.module.globals)
        trace: list[Act] = []
        self.trace = trace
        self.block(self.module.tree.body, frame)
        return trace

    def run_function(self, function: Function) -> list[Act]:
        """Interpret a function that nothing was seen to call, with unknown arguments."""
        trace: list[Act] = []
        self.trace = trace
        arguments, keywords = inlining.unknown_arguments(function, self)
        inlining.inline(self, function, arguments, keywords, function.node, entry=True)
        return trace

    # -- the heap ----------------------------------------------------------------------------

    def store(self, attrs: dict[str, Value], name: str, value: Value) -> None:
        """Set an attribute so that a branch can take it back."""
        self.journal.append((attrs, name, attrs.get(name, _MISSING)))
        attrs[name] = value

    def _take_back(self, mark: int) -> dict[tuple[int, str], tuple[dict[str, Value], str, Value]]:
        written: dict[tuple[int, str], tuple[dict[str, Value], str, Value]] = {}
        while len(self.journal) > mark:
            attrs, name, old = self.journal.pop()
            written.setdefault((id(attrs), name), (attrs, name, attrs[name]))
            if old is _MISSING:
                del attrs[name]
            else:
                attrs[name] = old
        return written

    # -- statements --------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt], frame: Frame) -> Status:
        """Interpret statements in order; the status of the one that left the block."""
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                status = handler(self, statement, frame)
                if status is not None:
                    return status
        return None

    def collected(self, body: Sequence[ast.stmt], frame: Frame) -> tuple[list[Act], Status]:
        """Interpret statements with a trace of their own."""
        outer, self.trace = self.trace, []
        try:
            status = self.block(body, frame)
            return self.trace, status
        finally:
            self.trace = outer

    def expression(self, statement: ast.Expr, frame: Frame) -> Status:
        """An expression for its effect."""
        if not isinstance(statement.value, ast.Constant):
            expressions.evaluate(self, statement.value, frame)
        return None

    def either(
        self,
        test: Value | None,
        first: Callable[[], Status],
        second: Callable[[], Status],
        frame: Frame,
        node: ast.AST,
    ) -> Status:
        """Two branches of which either may be taken."""
        before = frame.locals
        outer = self.trace
        mark = len(self.journal)
        self.branches += 1
        results = []
        for branch in (first, second):
            frame.locals = dict(before)
            self.trace = []
            status = branch()
            results.append((frame.locals, self.trace, status, self._take_back(mark)))
        self.branches -= 1
        self.trace = outer
        (names, then, status, written), (other, otherwise, other_status, rewritten) = results
        if then or otherwise:
            self.trace.append(Branch(test, then, otherwise, node))
        self._merge_heap(written, rewritten, status, other_status)
        if status is None and other_status is None:
            merged = joined(names, other)
        elif status is None:
            merged = names
        elif other_status is None:
            merged = other
        else:
            merged = joined(names, other)
        if before is frame.module.globals and frame.function is None:
            before.update(merged)
            frame.locals = before
        else:
            frame.locals = merged
        if status is None or other_status is None:
            return None
        return other_status if status == "raise" else status

    def _merge_heap(
        self,
        written: dict[tuple[int, str], tuple[dict[str, Value], str, Value]],
        rewritten: dict[tuple[int, str], tuple[dict[str, Value], str, Value]],
        status: Status,
        other_status: Status,
    ) -> None:
        for key in {**written, **rewritten}:
            attrs, name, _ = written.get(key) or rewritten.get(key)  # type: ignore[misc]
            old = attrs.get(name)
            values = []
            for side, ended in ((written, status), (rewritten, other_status)):
                if ended == "raise":
                    continue
                if key in side:
                    values.append(side[key][2])
                elif old is not None:
                    values.append(old)
            if values:
                self.store(attrs, name, join(*values))

    def condition(self, statement: ast.If, frame: Frame) -> Status:
        """`if`."""
        test = expressions.evaluate(self, statement.test, frame)
        decided = operators.truth(test)
        if decided is not None:
            return self.block(statement.body if decided else statement.orelse, frame)
        return self.either(
            test,
            lambda: self.block(statement.body, frame),
            lambda: self.block(statement.orelse, frame),
            frame,
            statement,
        )

    def loop_for(self, statement: ast.For | ast.AsyncFor, frame: Frame) -> Status:
        """`for`: item by item over a short display, else as any loop."""
        iterable = expressions.evaluate(self, statement.iter, frame)
        items = items_of(iterable, MOST_UNROLLED)
        if items is not None:
            for item in items:
                assignment.assign(self, statement.target, item, frame)
                status = self.block(statement.body, frame)
                if status in ("return", "raise"):
                    return status
                if status == "break":
                    return None
        else:
            self._loop(statement, iterable, frame)
        if statement.orelse:
            return self.block(statement.orelse, frame)
        return None

    def loop_while(self, statement: ast.While, frame: Frame) -> Status:
        """`while`."""
        test = expressions.evaluate(self, statement.test, frame)
        if operators.truth(test) is False:
            return self.block(statement.orelse, frame)
        self._loop(statement, None, frame)
        return None

    def _loop(
        self, statement: ast.For | ast.AsyncFor | ast.While, iterable: Value | None, frame: Frame
    ) -> None:
        outer = self.loops
        for muted in (True, False):
            if muted and self.muted:
                continue
            self.loops = (*outer, (statement, 1 if muted else 2))
            if iterable is not None and not isinstance(statement, ast.While):
                item = item_of(iterable, statement.target, frame.module)
                dataset_code.settle(self, item, frame)
                assignment.assign(self, statement.target, item, frame)
            elif isinstance(statement, ast.While):
                expressions.evaluate(self, statement.test, frame)
            self.muted += muted
            body, _ = self.collected(statement.body, frame)
            self.muted -= muted
        self.loops = outer
        if body or isinstance(iterable, Apply | Seq):
            self.trace.append(Loop(body, iterable, statement, frame.module))

    def attempt(self, statement: ast.Try, frame: Frame) -> Status:
        """`try`: the body runs, and each handler may run as well."""
        status = self.block(statement.body, frame)
        if statement.orelse and status is None:
            status = self.block(statement.orelse, frame)
        for handler in statement.handlers:
            if _only_raises(handler.body):
                continue

            def handle(handler: ast.ExceptHandler = handler) -> Status:
                if handler.name:
                    frame.locals[handler.name] = Unknown(handler.name)
                return self.block(handler.body, frame)

            ended = self.either(None, handle, lambda: None, frame, handler)
            if status is not None and ended is None and status != "raise":
                continue
        if statement.finalbody:
            last = self.block(statement.finalbody, frame)
            status = last or status
        return None if status == "raise" and statement.handlers else status

    def context(self, statement: ast.With | ast.AsyncWith, frame: Frame) -> Status:
        """`with`."""
        contexts: list[Value] = []
        before = self.tracked
        for item in statement.items:
            value = expressions.evaluate(self, item.context_expr, frame)
            contexts.append(value)
            switch = self.knowledge.gradient_switch(value)
            if switch is not None:
                self.tracked = switch
            if item.optional_vars is not None:
                entered = self.knowledge.entered(value)
                assignment.assign(self, item.optional_vars, entered, frame)
        body, status = self.collected(statement.body, frame)
        self.tracked = before
        if body:
            self.trace.append(Scope(body, contexts))
        return status

    def leave(self, statement: ast.stmt, frame: Frame) -> Status:
        """`return`, `raise`, `break`, `continue`."""
        value: Value | None = None
        kind = _EXITS[type(statement)]
        if isinstance(statement, ast.Return):
            value = (
                expressions.evaluate(self, statement.value, frame)
                if statement.value is not None
                else Const(None)
            )
            frame.returns.append(value)
        elif isinstance(statement, ast.Raise) and statement.exc is not None:
            expressions.evaluate(self, statement.exc, frame)
        self.trace.append(Exit(kind, statement, value))
        return kind

    def define_function(
        self, statement: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame
    ) -> Status:
        """`def`."""
        closure = frame if frame.function is not None else None
        frame.locals[statement.name] = Function(statement, frame.module, closure)
        return None

    def define_class(self, statement: ast.ClassDef, frame: Frame) -> Status:
        """`class`."""
        frame.locals[statement.name] = self.class_value(statement, frame)
        return None

    def class_value(self, statement: ast.ClassDef, frame: Frame) -> Class:
        """The class that a statement defines; one object however often it is reached."""
        found = self.classes.get(statement)
        if found is None:
            bases = [expressions.evaluate(self, base, frame) for base in statement.bases]
            closure = frame if frame.function is not None else None
            found = self.classes[statement] = Class(statement, frame.module, closure, bases)
        return found

    def delete(self, statement: ast.Delete, frame: Frame) -> Status:
        """`del`: an attribute or item that goes is a store of nothing."""
        for target in statement.targets:
            if isinstance(target, ast.Name):
                frame.locals.pop(target.id, None)
            elif isinstance(target, ast.Attribute):
                assignment.assign(self, target, Const(None), frame)
        return None

    def declare_global(self, statement: ast.Global | ast.Nonlocal, frame: Frame) -> Status:
        """`global`, `nonlocal`."""
        frame.global_names.update(statement.names)
        return None

    def assertion(self, statement: ast.Assert, frame: Frame) -> Status:
        """`assert`."""
        expressions.evaluate(self, statement.test, frame)
        return None

    def match(self, statement: ast.Match, frame: Frame) -> Status:
        """`match`: each case may be the one."""
        expressions.evaluate(self, statement.subject, frame)
        for case in statement.cases:
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None)
                if isinstance(name, str):
                    frame.locals[name] = Unknown(name)
            run = partial(self.block, case.body, frame)
            self.either(None, run, lambda: None, frame, statement)
        return None

    def inlined_block(self, body: list[Act], name: str) -> None:
        """Keep the trace of an inlined function."""
        if body:
            self.trace.append(Block(body, name))

    def give_up(self, module: Module, node: ast.AST, reason: str) -> None:
        """Remember what was not followed, once for each reason, for `--show-skipped`."""
        if not any(known == reason for _, _, known in self.skipped):
            self.skipped.append((module, node, reason))


def _only_raises(body: Sequence[ast.stmt]) -> bool:
    return all(isinstance(statement, ast.Raise | ast.Pass) for statement in body)


_EXITS: dict[type[ast.stmt], str] = {
    ast.Return: "return",
    ast.Raise: "raise",
    ast.Break: "break",
    ast.Continue: "continue",
}

_STATEMENTS: dict[type[ast.stmt], Callable[..., Status]] = {
    ast.Expr: Interpreter.expression,
    ast.Assign: assignment.assign_statement,
    ast.AnnAssign: assignment.annotated,
    ast.AugAssign: assignment.augmented,
    ast.If: Interpreter.condition,
    ast.For: Interpreter.loop_for,
    ast.AsyncFor: Interpreter.loop_for,
    ast.While: Interpreter.loop_while,
    ast.With: Interpreter.context,
    ast.AsyncWith: Interpreter.context,
    ast.Try: Interpreter.attempt,
    ast.TryStar: Interpreter.attempt,
    ast.Return: Interpreter.leave,
    ast.Raise: Interpreter.leave,
    ast.Break: Interpreter.leave,
    ast.Continue: Interpreter.leave,
    ast.FunctionDef: Interpreter.define_function,
    ast.AsyncFunctionDef: Interpreter.define_function,
    ast.ClassDef: Interpreter.define_class,
    ast.Import: assignment.import_modules,
    ast.ImportFrom: assignment.import_names,
    ast.Delete: Interpreter.delete,
    ast.Global: Interpreter.declare_global,
    ast.Nonlocal: Interpreter.declare_global,
    ast.Assert: Interpreter.assertion,
    ast.Match: Interpreter.match,
}

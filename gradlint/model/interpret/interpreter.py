"""Runs a module without running it: every name gets a value, every call leaves an act in a trace.

Branches are both taken and their names joined; a loop body is gone through twice, so that what one
iteration leaves to the next is seen; calls of project functions are inlined, across files. No
statement of the user's program is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from gradlint.model.interpret import assignment, calls, dataset_code, inlining, operators
from gradlint.model.interpret.core import CallSite, Core, Status, weakest
from gradlint.model.interpret.expressions import EXPRESSIONS
from gradlint.model.interpret.heap import Mark
from gradlint.model.interpret.items import MOST_PASSES, MOST_UNROLLED, item_of, items_of
from gradlint.values.graph import join
from gradlint.values.kinds import Apply, Class, Const, Frame, Function, Seq, Unknown, Value
from gradlint.values.trace import Act, Block, Branch, Exit, Loop, Scope


class Interpreter(Core):
    """Statements, and the table of what handles each kind of syntax."""

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression; unknown where nothing is known of its kind."""
        handler = EXPRESSIONS.get(type(node))
        return handler(self, node, frame) if handler else Unknown("", node, frame.module)

    def call(self, callee: Value, site: CallSite) -> Value:
        """The value of calling `callee`."""
        return calls.call(self, callee, site)

    def inline(self, function: Function, site: CallSite, *, entry: bool = False) -> Value:
        """Run the body of a project function; `entry` where nothing was seen to call it."""
        return inlining.inline(self, function, site, entry=entry)

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
        self.inline(function, inlining.unknown_site(self, function, function.node), entry=True)
        return trace

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

    def expression(self, statement: ast.Expr, frame: Frame) -> Status:
        """An expression for its effect."""
        if not isinstance(statement.value, ast.Constant):
            self.evaluate(statement.value, frame)
        return None

    def condition(self, statement: ast.If, frame: Frame) -> Status:
        """`if`."""
        test = self.evaluate(statement.test, frame)
        decided = operators.truth(test)
        if decided is not None:
            return self.block(statement.body if decided else statement.orelse, frame)
        return self.either(
            test,
            lambda: self.block(statement.body, frame),
            (lambda: self.block(statement.orelse, frame)) if statement.orelse else None,
            statement,
        )

    def loop_for(self, statement: ast.For | ast.AsyncFor, frame: Frame) -> Status:
        """`for`: item by item over a short display, else as any loop."""
        iterable = self.evaluate(statement.iter, frame)
        items = items_of(iterable, MOST_UNROLLED)
        if self.passes > MOST_PASSES:
            self.give_up(frame.module, statement, "too many passes through loops")
            items = None
        if items is not None:
            return self._unrolled(statement, items, frame)

        def take() -> None:
            item = item_of(self.knowledge, iterable, statement.target, frame.module)
            dataset_code.settle(self, item, frame)
            assignment.assign(self, statement.target, item, frame)

        return self._loop(statement, iterable, take, frame)

    def loop_while(self, statement: ast.While, frame: Frame) -> Status:
        """`while`."""
        test = self.evaluate(statement.test, frame)
        if operators.truth(test) is False:
            return self.block(statement.orelse, frame)
        return self._loop(statement, None, lambda: self.evaluate(statement.test, frame), frame)

    def _unrolled(
        self, statement: ast.For | ast.AsyncFor, items: Sequence[Value], frame: Frame
    ) -> Status:
        body = statement.body

        def once(item: Value) -> Status:
            self.passes += 1
            assignment.assign(self, statement.target, item, frame)
            return self.block(body, frame)

        def each() -> Status:
            for item in items:
                status, _ = self._ended_by("continue", partial(once, item), frame, body)
                if status is not None:
                    return status
            return self.block(statement.orelse, frame)

        status, _ = self._ended_by("break", each, frame)
        return status

    def _ended_by(
        self,
        exit: str,
        run: Callable[[], Status],
        frame: Frame,
        body: Sequence[ast.stmt] | None = None,
    ) -> tuple[Status, bool]:
        """Run what an exit ends; where one does so early, its acts are a block of the trace."""
        outer, self.trace = self.trace, []
        status, early = self.body(run, frame, exit, body)
        acts, self.trace = self.trace, outer
        self.trace.extend([Block(acts, exit)] if early and acts else acts)
        return status, early

    def _loop(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        iterable: Value | None,
        begin: Callable[[], object],
        frame: Frame,
    ) -> Status:
        """Two passes through the body, each begun so; the calls of the first are not kept."""
        outer = self.loops
        acts: list[Act] = []
        otherwise: list[Act] = []

        def once() -> Status:
            acts[:], status = self.collected(statement.body, frame)
            return status

        def twice() -> Status:
            mark = self.heap.mark
            for muted in (True, False):
                if muted and self.muted:
                    continue
                self.loops = (*outer, (statement, 1 if muted else 2))
                begin()
                self.muted += muted
                self.body(once, frame, "continue", statement.body)
                self.muted -= muted
                if muted:
                    self.forget_exits()
                    self._count(mark)
            self.loops = outer
            otherwise[:], status = self.collected(statement.orelse, frame)
            return status

        status, broken = self.body(twice, frame, "break")
        if acts or isinstance(iterable, Apply | Seq):
            self.trace.append(Loop(acts, iterable, statement, frame.module))
        if otherwise:
            trace = [Branch(None, otherwise, [], statement)] if broken else otherwise
            self.trace.extend(trace)
        return status

    def _count(self, mark: Mark) -> None:
        """Counters and flags: a literal that an iteration replaces by another is either from now
        on, whatever comes of it later.
        """
        for attrs, name, old in self.heap.replaced(mark):
            now = attrs.get(name)
            if isinstance(old, Const) and isinstance(now, Const):
                self.heap.store(attrs, name, join(old, now))

    def attempt(self, statement: ast.Try, frame: Frame) -> Status:
        """`try`: the body runs, and each handler may run as well, or instead where it leaves."""
        acts, status = self.collected([*statement.body, *statement.orelse], frame)
        imports = {
            name: frame.locals[name]
            for part in statement.body
            if isinstance(part, ast.Import | ast.ImportFrom)
            for name in (alias.asname or alias.name for alias in part.names)
            if name in frame.locals
        }
        handlers = [handler for handler in statement.handlers if not _only_raises(handler)]
        if status is None or not handlers:
            self.trace.extend(acts)
            for handler in handlers:
                self.either(None, partial(self._handle, handler, frame), None, handler)
        else:
            outer, self.trace = self.trace, []
            handled = self._any_handler(handlers, frame)
            self.trace, instead = outer, self.trace
            self.trace.append(Branch(None, acts, instead, statement))
            status = weakest(status, handled)
        # Of an import and its fallback the import is what is meant to be there.
        for name, value in imports.items():
            self.heap.store(frame.locals, name, value)
        last = self.block(statement.finalbody, frame)
        return last or status

    def _handle(self, handler: ast.ExceptHandler, frame: Frame) -> Status:
        if handler.name:
            assignment.bind(self, frame, handler.name, Unknown(handler.name))
        return self.block(handler.body, frame)

    def _any_handler(self, handlers: Sequence[ast.ExceptHandler], frame: Frame) -> Status:
        first, *others = handlers
        handle = partial(self._handle, first, frame)
        if not others:
            return handle()
        rest = partial(self._any_handler, others, frame)
        return self.either(None, handle, rest, first)

    def context(self, statement: ast.With | ast.AsyncWith, frame: Frame) -> Status:
        """`with`."""
        contexts: list[Value] = []
        before = self.tracked
        for item in statement.items:
            value = self.evaluate(item.context_expr, frame)
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
                self.evaluate(statement.value, frame)
                if statement.value is not None
                else Const(None)
            )
            frame.returns.append(value)
        elif isinstance(statement, ast.Raise) and statement.exc is not None:
            self.evaluate(statement.exc, frame)
        self.trace.append(Exit(kind, statement, value))
        self.left(kind)
        return kind

    def define_function(
        self, statement: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame
    ) -> Status:
        """`def`."""
        closure = frame if frame.function is not None else None
        function = Function(statement, frame.module, closure)
        assignment.bind(self, frame, statement.name, function)
        return None

    def define_class(self, statement: ast.ClassDef, frame: Frame) -> Status:
        """`class`."""
        assignment.bind(self, frame, statement.name, self.class_value(statement, frame))
        return None

    def class_value(self, statement: ast.ClassDef, frame: Frame) -> Class:
        """The class that a statement defines; one object however often it is reached."""
        if frame.function is not None:
            # Each time its function is called it closes over other names.
            return self._class(statement, frame, frame)
        if statement not in self.classes:
            self.classes[statement] = self._class(statement, frame, None)
        return self.classes[statement]

    def _class(self, statement: ast.ClassDef, frame: Frame, closure: Frame | None) -> Class:
        bases = [self.evaluate(base, frame) for base in statement.bases]
        return Class(statement, frame.module, closure, bases)

    def delete(self, statement: ast.Delete, frame: Frame) -> Status:
        """`del`."""
        for target in statement.targets:
            assignment.delete(self, target, frame)
        return None

    def declare_global(self, statement: ast.Global, frame: Frame) -> Status:
        """`global`."""
        frame.global_names.update(statement.names)
        return None

    def declare_nonlocal(self, statement: ast.Nonlocal, frame: Frame) -> Status:
        """`nonlocal`."""
        frame.nonlocal_names.update(statement.names)
        return None

    def assertion(self, statement: ast.Assert, frame: Frame) -> Status:
        """`assert`."""
        self.evaluate(statement.test, frame)
        return None

    def match(self, statement: ast.Match, frame: Frame) -> Status:
        """`match`: the first case that fits."""
        return self._cases(statement.cases, self.evaluate(statement.subject, frame), frame)

    def _cases(self, cases: Sequence[ast.match_case], subject: Value, frame: Frame) -> Status:
        if not cases:
            return None
        case, *others = cases
        pattern = case.pattern
        test: Value | None = None
        if isinstance(pattern, ast.MatchValue) and case.guard is None:
            value = self.evaluate(pattern.value, frame)
            test = operators.binary(self, "==", subject, value, pattern, frame)
        elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None and case.guard is None:
            test = Const(True)

        def chosen() -> Status:
            _capture(self, pattern, subject, frame)
            if case.guard is not None:
                self.evaluate(case.guard, frame)
            return self.block(case.body, frame)

        def another() -> Status:
            return self._cases(others, subject, frame)

        decided = operators.truth(test) if test is not None else None
        if decided is not None:
            return chosen() if decided else another()
        return self.either(test, chosen, another, pattern)


def _capture(interp: Interpreter, pattern: ast.pattern, subject: Value, frame: Frame) -> None:
    """Bind the names of a pattern: the whole subject, or a part of it."""
    for part in ast.walk(pattern):
        name = getattr(part, "name", None) or getattr(part, "rest", None)
        if name is not None:
            whole = isinstance(part, ast.MatchAs) and part is pattern
            assignment.bind(interp, frame, name, subject if whole else Unknown(name))


def _only_raises(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Raise) for statement in handler.body)


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
    ast.Nonlocal: Interpreter.declare_nonlocal,
    ast.Assert: Interpreter.assertion,
    ast.Match: Interpreter.match,
}

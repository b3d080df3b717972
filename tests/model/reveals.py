"""Programs that say in comments what the model knows of them.

A fence is a program, `train.py` unless its first line is `# file: name.py`; such a line begins
another file of the same program. The first file is the one that is analysed. A comment on a line
says what the model makes of the statement there, parts being separated by `;`:

    x = [1, 2]  # reveal: [1, 2]

is the value that is assigned, returned or computed, in the notation of `notation.py`; of `if`,
`while`, `assert`, `with`, `for` and `match` it is what is tested, entered, gone through or matched.
Where a statement is come upon several times, as in a loop or a function, `1 then 2` says what it
made each time (the same several times over, once), and `unreached` that it never was.

Other parts begin with a word of their own:

    inlined f, Net.forward      the functions that the statement calls and the model followed, with
                                their file where it is another: `inlined lib.py:f`
    opaque                      it followed none
    unrolled 3, looped          how often the body of a loop was gone through, where that is known
    origin image 0..255 whole   where the value comes from, what it spans, that it is whole numbers;
                                `table`, `unknown`; `scaled twice` is added where it was
    interval 0..255             the span alone
    radius 0.5                  the spectral radius that the statement gives a recurrent matrix;
                                `radius 0.5 exactly`, `radius unknown`
    forget bias 1               the bias that it gives a forget gate
    gradients cleared           the state of the optimizer's gradients after the statement:
                                `cleared`, `accumulated`, `accumulated on top of applied ones`,
                                `applied`, `unknown`, with `(scaled)` while the loss scale is in
                                them; `a or b` over all paths, `a, b` for two optimizers,
                                `untouched` where the statement does nothing to them
    effect zero                 what the statement does to gradients, in the words of the model:
                                `backward (scaled)`, `clip (bounds nothing)`, `opaque`, ...; `(by
                                an engine)` where whoever does it knows the loss scale; `none`
    forbidden LateClip          the transitions that the model reports there; `forbidden nothing`
    skipped REASON              what was given up there, as `--show-skipped` lists it

`subject_reveals.py` has further ones, about networks, data and losses, and `training_reveals.py`
about trainings, clips and hooks.

Nothing is added to the model for this: the interpreter and the lifecycle are observed from outside.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from gradlint.frameworks import knowledge
from gradlint.model.data.origins import Origins
from gradlint.model.gradients.effects import GradientEffect
from gradlint.model.gradients.event_tree import OptimizerCreated, event_tree
from gradlint.model.gradients.lifecycle import Lifecycle, State
from gradlint.model.gradients.lifecycles import lifecycles, transitions
from gradlint.model.gradients.paths import TooManyPathsError
from gradlint.model.gradients.transition import Transition
from gradlint.model.interpret.core import CallSite, Status
from gradlint.model.interpret.interpreter import Interpreter
from gradlint.model.networks.recurrent_start import RecurrentStart, recurrent_starts
from gradlint.model.program import Program
from gradlint.source.import_paths import ImportPaths
from gradlint.source.text import SourceFile
from gradlint.values.kinds import Apply, Frame, Function, Module, Value
from gradlint.values.project import Project
from gradlint.values.trace import Act
from tests.fences import Fence
from tests.model.notation import name_of, text
from tests.model.subject_reveals import SUBJECT_REVEALS
from tests.model.training_reveals import TRAINING_REVEALS

_COMMENT = re.compile(r"#\s*reveal:\s*(.*\S)")


@dataclass(eq=False)
class Place:
    """A line with a reveal, the statement there, and what was seen of it."""

    root: Path
    file: str
    line: int
    expected: list[str]
    statement: ast.stmt
    values: list[Value] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    inlined: list[str] = field(default_factory=list)
    passes: int = 0
    looped: bool = False

    @property
    def expression(self) -> ast.expr | None:
        """What the statement computes."""
        match self.statement:
            case (
                ast.Expr(value=value)
                | ast.Assign(value=value)
                | ast.AnnAssign(value=value)
                | ast.Return(value=value)
                | ast.If(test=value)
                | ast.While(test=value)
                | ast.Assert(test=value)
                | ast.For(iter=value)
                | ast.Match(subject=value)
                | ast.With(items=[ast.withitem(context_expr=value), *_])
            ):
                return value
        return None

    def holds(self, node: ast.AST | None, module: Module | None) -> bool:
        """Whether something of the model stands in the statement, its body not counted."""
        if node is None or module is None or self.named(module) != self.file:
            return False
        body = getattr(self.statement, "body", None)
        last = body[0].lineno - 1 if body else self.statement.end_lineno
        return self.statement.lineno <= node.lineno <= last

    def named(self, module: Module) -> str:
        """A file by its name in the fence."""
        return os.path.relpath(module.path, self.root)


class Observed(Interpreter):
    """The interpreter, watched at the places of reveals."""

    places: Sequence[Place] = ()

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._computed = {place.expression: place for place in self.places if place.expression}
        self._bodies = {id(getattr(place.statement, "body", place)): place for place in self.places}
        self._asked: list[tuple[Place, int]] = []

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        place = self._computed.get(node)
        if place is None:
            return super().evaluate(node, frame)
        self._asked.append((place, len(self.stack)))
        value = super().evaluate(node, frame)
        self._asked.pop()
        place.values.append(value)
        place.shown.append(text(value))
        return value

    def inline(self, function: Function, site: CallSite, *, entry: bool = False) -> Value:
        callers = [place for place, depth in self._asked if depth == len(self.stack)]
        result = super().inline(function, site, entry=entry)
        followed = not (isinstance(result, Apply) and result.receiver is function)
        for place in callers:
            file = place.named(function.module)
            name = name_of(function)
            if followed:
                place.inlined.append(name if file == place.file else f"{file}:{name}")
        return result

    def block(self, body: Sequence[ast.stmt], frame: Frame) -> Status:
        place = self._bodies.get(id(body))
        if place is not None:
            place.passes += 1
        return super().block(body, frame)

    def collected(self, body: Sequence[ast.stmt], frame: Frame) -> tuple[list[Act], Status]:
        place = self._bodies.get(id(body))
        if place is not None:
            place.looped = True
        return super().collected(body, frame)


class _Followed(Lifecycle):
    """A lifecycle that remembers the states after each effect, and where it stands."""

    def run(self) -> None:
        self.after: list[tuple[ast.AST | None, Module | None, tuple[State, ...]]] = []
        super().run()

    def apply(self, effect: GradientEffect, states: tuple[State, ...]) -> tuple[State, ...]:
        after = super().apply(effect, states)
        self.after.append((effect.node, effect.module, after))
        return after

    def created(self, made: OptimizerCreated, states: tuple[State, ...]) -> tuple[State, ...]:
        after = super().created(made, states)
        self.after.append((made.value.node, made.value.module, after))
        return after


# -- what is revealed ----------------------------------------------------------------------------


def _value(place: Place, program: Program) -> str:
    return _over_time(place.shown)


def _over_time(found: Sequence[str]) -> str:
    changes = [now for now, before in zip(found, [None, *found], strict=False) if now != before]
    return " then ".join(changes) or "unreached"


def _inlined(place: Place, program: Program) -> str:
    names = ", ".join(dict.fromkeys(place.inlined))
    return f"inlined {names}" if names else "opaque"


def _passes(place: Place, program: Program) -> str:
    return "looped" if place.looped else f"unrolled {place.passes}"


def _origins(place: Place, program: Program) -> Iterator[tuple[str, str, str]]:
    """The kind, span and remarks of each value."""
    finder = Origins(program.knowledge)
    for value in place.values:
        found = finder.of(value)
        if found is None:
            yield "unknown", "unknown", ""
        else:
            span = "" if found.kind == "table" else f"{found.low + 0.0:.4g}..{found.high + 0.0:.4g}"
            remarks = " whole" * bool(found.integer) + " scaled twice" * bool(found.doubled)
            yield found.kind, span, remarks


def _origin(place: Place, program: Program) -> str:
    return _over_time(
        [
            f"origin {kind}" if kind in ("unknown", "table") else f"origin {kind} {span}{remarks}"
            for kind, span, remarks in _origins(place, program)
        ]
    )


def _interval(place: Place, program: Program) -> str:
    return _over_time([f"interval {span}" for _, span, _ in _origins(place, program)])


def _starts(place: Place, program: Program) -> list[RecurrentStart]:
    return [
        start for start in program.once(recurrent_starts) if place.holds(start.node, start.module)
    ]


def _radius(place: Place, program: Program) -> str:
    found = [
        f"{start.radius:.4g}{' exactly' * start.exact}"
        for start in _starts(place, program)
        if start.radius is not None
    ]
    return f"radius {', '.join(found) or 'unknown'}"


def _forget(place: Place, program: Program) -> str:
    found = [
        f"{start.forget_bias:g}"
        for start in _starts(place, program)
        if start.forget_bias is not None
    ]
    return f"forget bias {', '.join(found) or 'unknown'}"


def _gradients(place: Place, program: Program) -> str:
    after: list[tuple[ast.AST | None, Module | None, tuple[State, ...]]] = []
    for root in program.roots:
        lifecycle = _Followed(event_tree(root, program.knowledge), program.knowledge)
        try:
            lifecycle.run()
        except TooManyPathsError:
            return "gradients given up"
        after += [seen for seen in lifecycle.after if place.holds(seen[0], seen[1])]
    if not after:
        return "gradients untouched"
    last = max((node for node, _, _ in after if node), key=lambda node: node.col_offset)
    per_optimizer = zip(*(states for node, _, states in after if node is last), strict=True)
    words = [
        " or ".join(sorted({f"{state.grads}{' (scaled)' * state.scaled}" for state in states}))
        for states in per_optimizer
    ]
    return f"gradients {', '.join(words)}"


def _effect(place: Place, program: Program) -> str:
    found: dict[str, None] = {}
    for lifecycle in program.once(lifecycles):
        for number, effect in enumerate(lifecycle.effects):
            if place.holds(effect.node, effect.module):
                words = [
                    lifecycle.kinds[number],
                    *["(scaled)"] * effect.scaled,
                    *["(bounds nothing)"] * (not effect.bounds),
                    *["(by an engine)"] * effect.by_engine,
                ]
                found[" ".join(words)] = None
    return f"effect {', '.join(found) or 'none'}"


def _forbidden(place: Place, program: Program) -> str:
    found = [
        type(transition).__name__
        for transition in program.once(_TRANSITIONS)
        if place.holds(transition.node, transition.module)
    ]
    return f"forbidden {', '.join(sorted(found)) or 'nothing'}"


_TRANSITIONS = transitions(Transition)


def _skipped(place: Place, program: Program) -> str:
    program.once(_TRANSITIONS)
    reasons = [
        reason for module, node, reason in program.interpreter.skipped if place.holds(node, module)
    ]
    return f"skipped {', '.join(reasons) or 'nothing'}"


REVEALS: dict[str, Callable[[Place, Program], str]] = {
    "inlined": _inlined,
    "opaque": _inlined,
    "unrolled": _passes,
    "looped": _passes,
    "origin": _origin,
    "interval": _interval,
    "radius": _radius,
    "forget": _forget,
    "gradients": _gradients,
    "effect": _effect,
    "forbidden": _forbidden,
    "skipped": _skipped,
    **SUBJECT_REVEALS,
    **TRAINING_REVEALS,
}
"""By the word that a part of a reveal begins with; any other part is a value."""


# -- running a document --------------------------------------------------------------------------


def reveals(fence: Fence) -> Iterator[tuple[str, int, list[str]]]:
    """The comments of a fence: file, line in it, and the parts of what is expected."""
    for file, content in fence.files("train.py").items():
        for number, line in enumerate(content.splitlines(), start=1):
            found = _COMMENT.search(line)
            if found:
                yield file, number, [part.strip() for part in found[1].split(";")]


def differences(fence: Fence, directory: Path) -> list[str]:
    """What the model knows otherwise than a fence says, a sentence each.

    Raises:
        SyntaxError: a file of the fence is not Python.
        ValueError: a reveal is on a line where no statement is.
    """
    parsed: dict[str, tuple[SourceFile, ast.Module]] = {}
    for name, content in fence.files("train.py").items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        data = content.encode()
        parsed[str(path)] = SourceFile(str(path), content, data), ast.parse(content, name)
    places = [
        Place(directory, file, line, parts, _statement(parsed, directory / file, line))
        for file, line, parts in reveals(fence)
    ]
    program = _program(parsed, places)
    return [
        f"{place.file}:{place.line}: expected `{part}`, got `{got}`"
        for place in places
        for part in place.expected
        if part != (got := REVEALS.get(part.split()[0], _value)(place, program))
    ]


def _program(parsed: dict[str, tuple[SourceFile, ast.Module]], places: list[Place]) -> Program:
    project = Project(parsed.get, ImportPaths())
    first = next(iter(parsed))
    module = project.add(*parsed[first], first)
    observed = type("Observed", (Observed,), {"places": places})
    with patch("gradlint.model.program.Interpreter", observed):
        return Program(module, project, knowledge())


def _statement(parsed: dict[str, tuple[SourceFile, ast.Module]], path: Path, line: int) -> ast.stmt:
    """The innermost statement that reaches over a line."""
    found = [
        node
        for node in ast.walk(parsed[str(path)][1])
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not found:
        raise ValueError(f"{path.name}:{line}: a reveal where no statement is")
    return max(found, key=lambda node: (node.lineno, -(node.end_lineno or 0), node.col_offset))

"""Programs -> whether gradients of a loss are ever asked for."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import BACKWARD
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Function, Unknown, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program

MOST_NODES = 20_000
"""Values looked at behind one loss; a larger graph counts as one that holds everything."""


class Differentiated:
    """What the gradients of a program are the gradients of."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @cached_property
    def _asked(self) -> list[Value]:
        """Everything that gradients are asked of: by backward passes, tapes and optimizers."""
        knowledge = self._program.knowledge
        found: list[Value] = []
        for lifecycle in self._program.once(lifecycles):
            for number, effect in enumerate(lifecycle.effects):
                if lifecycle.kinds[number] == BACKWARD:
                    found.append(effect.subject or Unknown())
        for apply in self._program.applies:
            fact = knowledge.roles["gradients"].get(apply.fn)
            tape = knowledge.of("gradients", apply.receiver)
            asks = (
                knowledge.roles["train-op"].get(apply.fn) is not None
                or (fact is not None and fact["effect"] in ("gradients", "read"))
                or (knowledge.does(apply.fn, "tape-gradients") and tape is not None)
                or knowledge.does(apply.fn, "minimizes", "optimizer-gradients")
            )
            if asks:
                loss = apply.argument(0, "loss", "target", "ys", "outputs", "total_loss")
                found.append(loss or Unknown())
        return found

    @cached_property
    def _reached(self) -> set[int] | None:
        """What they were computed from; None where some of it can't be told."""
        reached: set[int] = set()
        for value in self._asked:
            if isinstance(value, Unknown | Function):
                return None
            nodes = [id(node) for node in walk(value, MOST_NODES)]
            if len(nodes) >= MOST_NODES:
                return None
            reached.update(nodes)
        return reached

    def _stands_alone(self, loss: Apply) -> bool:
        """Whether a loss is computed by the module's own statements, where nobody else gets it."""
        module = self._program.module
        if loss.module is not module or loss.node is None:
            return False
        line = loss.node.lineno  # type: ignore[attr-defined]
        return not any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef)
            and node.lineno <= line <= (node.end_lineno or line)
            for node in ast.walk(module.tree)
        )

    def holds(self, loss: Apply) -> bool | None:
        """Whether a loss is differentiated; None where it can't be told, as in a library."""
        if not loss.tracked:
            return False
        if not self._asked and self._stands_alone(loss):
            return False
        if not self._asked or self._reached is None:
            return None
        return id(loss) in self._reached

"""Programs -> recurrent states that nothing bounds, of layers and of cells written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.effects import BACKWARD
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.model.networks.layers import Recurrence, every_recurrence
from gradlint.model.networks.recurrent_start import recurrent_starts
from gradlint.model.training.every_training import trained_recurrences
from gradlint.values.at_call import AtCall
from gradlint.values.graph import number, walk
from gradlint.values.kinds import Apply, Instance, Join, Method, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program

MOST_NODES = 1500
"""Values looked at on the way around one recurrence."""

MOST_GAIN = 1
"""The gain of an identity or orthogonal matrix with which a state does not grow at the start."""


@dataclass(slots=True, eq=False, repr=False)
class UnboundedState(AtCall):
    """A recurrent state that goes through an activation without an upper bound.

    `layer` is the layer; None for a recurrence written by hand, whose activation `call` is.
    `steady` that it starts as an identity or orthogonal matrix, and its gradients are clipped.
    """

    call: Apply
    activation: str
    layer: Recurrence | None
    steady: bool


def unbounded_states(program: Program) -> Iterator[UnboundedState]:
    """The unbounded states of a program that is not known to run inference alone."""
    if _inference_only(program):
        return
    steady = _started_steadily(program)
    clipped = {
        id(layer.apply): network.clipped
        for network in program.once(trained_recurrences)
        for layer in network.layers
    }
    for layer in program.once(every_recurrence):
        if layer.unbounded and layer.activation is not None:
            start = layer.identity_start or id(layer.apply) in steady
            yield UnboundedState(
                layer.apply, layer.activation, layer, start and clipped.get(id(layer.apply)) is True
            )
    seen: set[int] = set()
    growing = program.knowledge.words["unbounded"] - {"linear"}
    for call in program.applies:
        function = program.knowledge.applied(call)
        if function not in growing or not call.tracked or not call.loops:
            continue
        if id(call.node) in seen:
            continue
        weights = _Circle(call, program.knowledge).weights()
        if weights is not None:
            seen.add(id(call.node))
            yield UnboundedState(call, function, None, bool(weights & steady))


def _inference_only(program: Program) -> bool:
    """Whether a program loads weights and never trains."""
    knowledge = program.knowledge
    if not program.calls_of("restores-weights") or program.calls_of("trains", "compiles"):
        return False
    return not any(
        knowledge.gradient_effect(apply.fn) == "update" for apply in program.applies
    ) and not any(BACKWARD in lifecycle.kinds.values() for lifecycle in program.once(lifecycles))


def _started_steadily(program: Program) -> set[int]:
    """The layers whose weights are made an identity or orthogonal matrix by a call."""
    found: set[int] = set()
    for start in program.once(recurrent_starts):
        if start.exact and start.radius is not None and start.radius <= MOST_GAIN:
            found.add(id(start.layer.apply))
    for apply in program.calls_in("initializer"):
        fact = program.knowledge.fact("initializer", apply.fn)
        if fact is None or fact["kind"] not in ("identity", "orthogonal") or not apply.args:
            continue
        gain = program.knowledge.argument(apply, fact, "gain")
        known = number(gain)
        if gain is not None and (known is None or known > MOST_GAIN):
            continue
        target = apply.args[0]
        while isinstance(target, Method):
            target = target.receiver
        found.add(id(target))
    return found


class _Circle:
    """The way from an activation back to itself, one step of a loop earlier.

    It goes through sums, matrices of weights and changes of shape only: whatever multiplies by
    something that is computed (a gate), normalizes or is unknown may bound the state.
    """

    def __init__(self, call: Apply, knowledge: Knowledge) -> None:
        self.call = call
        self.knowledge = knowledge

    def weights(self) -> set[int] | None:
        """The layers or parameters on the way around that new input joins; None: there is none."""
        seen: set[tuple[int, bool, bool]] = set()
        stack = [
            (argument, frozenset[int](), False, False) for argument in self._operands(self.call)
        ]
        while stack and len(seen) < MOST_NODES:
            value, weights, multiplied, fed = stack.pop()
            key = (id(value), multiplied, fed)
            if key in seen:
                continue
            seen.add(key)
            if isinstance(value, Join | Seq):
                items = value.options() if isinstance(value, Join) else value.items
                fed_here = fed or (isinstance(value, Seq) and any(map(self._is_input, items)))
                stack.extend((item, weights, multiplied, fed_here) for item in items)
                continue
            if not isinstance(value, Apply) or not value.tracked:
                continue
            if value.node is self.call.node and value is not self.call:
                if value.fn == self.call.fn and multiplied and fed and self._is_earlier(value):
                    return set(weights)
                continue
            step = self._step(value)
            if step is None:
                continue
            more, is_matrix = step
            operands = self._operands(value)
            fed_here = fed or (len(operands) > 1 and any(map(self._is_input, operands)))
            stack.extend(
                (operand, weights | more, multiplied or is_matrix, fed_here) for operand in operands
            )
        return None

    def _is_earlier(self, value: Apply) -> bool:
        now = dict(self.call.loops)
        return any(number < now.get(loop, 0) for loop, number in value.loops)

    def _operands(self, value: Apply) -> list[Value]:
        if value.inner is not None:
            return [value.inner]
        operands = list(value.args)
        if value.fn[:1] == "." and value.receiver is not None:
            operands.append(value.receiver)
        return operands

    def _step(self, value: Apply) -> tuple[frozenset[int], bool] | None:
        """What a value on the way adds: weights, and whether they are a matrix. None: no way."""
        none: tuple[frozenset[int], bool] = (frozenset(), False)
        if value.inner is not None:
            return none
        words = self.knowledge.words
        function = self.knowledge.applied(value)
        if function is not None:
            return none if function in words["unbounded"] else None
        name = value.fn.rpartition(".")[2]
        if value.fn == "()":
            return self._layer(value)
        if value.fn in ("+", "-", "[]", "neg"):
            return none
        if value.fn == "@" or name in words["multiplies-weights"]:
            if any(_is_item(argument) for argument in value.args):
                # Other weights in each step: layers, one after the other.
                return None
            return frozenset(id(argument) for argument in value.args), True
        if name in words["cuts-graph"] or value.fn in ("?", "iter"):
            return None
        return none if name in words["combines-values"] or name in words["keeps-values"] else None

    def _layer(self, value: Apply) -> tuple[frozenset[int], bool] | None:
        layer = value.receiver
        if isinstance(layer, Instance) or not isinstance(layer, Apply):
            return None
        fact = self.knowledge.fact("layer", layer.fn)
        if fact is None or fact["kind"] not in ("linear", "shape", "dropout"):
            return None
        return (frozenset((id(layer),)), True) if fact["kind"] == "linear" else (frozenset(), False)

    def _is_input(self, value: Value) -> bool:
        """Whether a value brings in something new with every step: an item of the sequence."""
        return (
            any(
                (isinstance(node, Unknown) and node.varying)
                or (isinstance(node, Apply) and node.fn == "iter")
                for node in walk(value, 60)
            )
            and number(value) is None
        )


def _is_item(value: Value) -> bool:
    """Whether a value is what a loop runs over, or a part of it."""
    while isinstance(value, Apply) and value.fn == "[]":
        value = value.args[0]
    return (isinstance(value, Unknown) and value.varying) or (
        isinstance(value, Apply) and value.fn == "iter"
    )


__all__ = ["UnboundedState", "unbounded_states"]

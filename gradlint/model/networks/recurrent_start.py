"""Programs -> how recurrent layers start: the spectral radius of their matrix, their forget bias.

An initialiser is an argument of the layer, or a function that overwrites a parameter. The second
kind is followed through the loops and conditions that programs reach parameters by, for one
parameter of one layer at a time; what may overwrite it in an unknown way makes its start unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.model.networks.layers import Recurrence, every_recurrence
from gradlint.model.networks.parameter_conditions import Parameter, holds
from gradlint.values.at_call import AtCall
from gradlint.values.graph import constant, literal
from gradlint.values.kinds import (
    Apply,
    Const,
    Method,
    Value,
)
from gradlint.values.trace import Act, Block, Branch, Exit, Loop, Scope, Store

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program

TRUNCATED = 0.88
"""The standard deviation of a normal distribution that is cut off at two of its own."""

_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


@dataclass(slots=True, eq=False, repr=False)
class RecurrentStart(AtCall):
    """How a recurrent layer starts, where its initialiser says it.

    `call` is the initialiser's place. `radius` is the expected spectral radius of the recurrent
    matrix and `formula` how it comes about; `exact` that it is no expectation but certain.
    `forget_bias` is what the bias of the forget gate is set to. One of the two is None.
    """

    layer: Recurrence
    call: Apply
    radius: float | None = None
    formula: str = ""
    exact: bool = False
    forget_bias: float | None = None


def recurrent_starts(program: Program) -> Iterator[RecurrentStart]:
    """The starts that a program chooses for its recurrent layers."""
    knowledge = program.knowledge
    for layer in program.once(every_recurrence):
        value = layer.initializer
        if value is not None:
            fact = knowledge.initializer(value)
            call = value if isinstance(value, Apply) else None
            start = _matrix(layer, layer.apply, fact, call, knowledge) if fact else None
            if start is not None:
                yield start
        bias = _forget_argument(layer, knowledge)
        if bias is not None:
            yield RecurrentStart(layer, layer.apply, forget_bias=bias)
    seen: set[tuple[int, bool]] = set()
    for root in program.roots:
        written = _Written(program)
        written.follow(root, [])
        for start in written.starts():
            key = (id(start.call.node), start.radius is None)
            if key not in seen:
                seen.add(key)
                yield start


def _forget_argument(layer: Recurrence, knowledge: Knowledge) -> float | None:
    name = layer.fact.get("forget-bias-parameter")
    given = knowledge.argument(layer.apply, layer.fact, name)
    if (
        given is None
        or layer.apply.kwargs.get(str(layer.fact.get("bias-initializer-parameter"))) is not None
    ):
        return None
    if isinstance(given, Const) and not given.default and given.value is False:
        return 0.0
    return literal(given)


def _argument(fact: Fact, call: Apply | None, what: str, knowledge: Knowledge) -> float | None:
    """One number of an initialiser: given, or its default."""
    given = None
    if call is not None:
        name = fact.get(f"{what}-parameter", what)
        given = knowledge.argument(call, fact, name)
        if given is None and not call.complete:
            return None
    if given is not None:
        return literal(given)
    found = fact.get(what)
    return float(found) if found is not None else None


def _matrix(
    layer: Recurrence, place: Apply, fact: Fact, call: Apply | None, knowledge: Knowledge
) -> RecurrentStart | None:
    """The spectral radius that an initialiser gives the recurrent matrix of a layer."""
    kind = fact["kind"]
    gates = _GATES[layer.family]
    if kind in ("identity", "orthogonal"):
        gain = _argument(fact, call, "gain", knowledge)
        if gain is None or (kind == "identity" and gates > 1):
            return None
        if gates == 1:
            return RecurrentStart(layer, place, abs(gain), f"its gain of {gain:g}", exact=True)
        # The columns are orthogonal over all gates together: each gate has its share of them.
        radius = abs(gain) / sqrt(gates)
        return RecurrentStart(layer, place, radius, f"{gain:g} / sqrt({gates} gates)")
    units = literal(knowledge.argument(layer.apply, layer.fact, layer.fact.get("units-parameter")))
    if units is None or units < 1 or kind == "other":
        return None
    if kind == "constant":
        value = _argument(fact, call, "value", knowledge)
        if value is None:
            return None
        return RecurrentStart(
            layer, place, abs(value) * units, f"{abs(value):g} x {units:g}", exact=True
        )
    if kind == "uniform":
        low = _argument(fact, call, "low", knowledge)
        high = _argument(fact, call, "high", knowledge)
        if low is None or high is None:
            return None
        mean, std = (low + high) / 2, abs(high - low) / sqrt(12)
        formula = f"{abs(high - low) / 2:g} x sqrt({units:g} / 3)"
    else:
        mean_given = _argument(fact, call, "mean", knowledge)
        std_given = _argument(fact, call, "std", knowledge)
        if mean_given is None or std_given is None:
            return None
        mean = mean_given
        std = std_given * TRUNCATED if kind == "truncated" else std_given
        formula = f"{std:g} x sqrt({units:g})"
    if abs(mean) * units > std * sqrt(units):
        return RecurrentStart(layer, place, abs(mean) * units, f"mean {abs(mean):g} x {units:g}")
    return RecurrentStart(layer, place, std * sqrt(units), formula)


@dataclass(slots=True)
class _State:
    """What was last written to the parameters of one layer; None: something unknown was."""

    layer: Recurrence
    matrix: RecurrentStart | None = None
    forget: dict[str, float | None] = field(default_factory=dict)
    forget_call: Apply | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    """What is written to: the parameters of some layers, by name or in a loop over all of them.

    `known` that the name is the layer's own (`weight_hh_l0` and not `rnn.weight_hh_l0`); `loop`
    the item of the loop; `part` the slice that is written to.
    """

    layers: list[Recurrence]
    name: str | None
    known: bool
    loop: Value | None
    part: Value | None


Conditions = list[tuple[Value | None, bool]]


class _Written:
    """The parameters that one root of a program writes to, in order."""

    def __init__(self, program: Program) -> None:
        self.knowledge = program.knowledge
        self.states: dict[int, _State] = {}

    def starts(self) -> Iterator[RecurrentStart]:
        """What is known in the end."""
        for state in self.states.values():
            if state.matrix is not None:
                yield state.matrix
            values = list(state.forget.values())
            total = sum(value for value in values if value is not None)
            if values and None not in values and total <= 0 and state.forget_call is not None:
                yield RecurrentStart(state.layer, state.forget_call, forget_bias=total)

    def follow(self, acts: list[Act], conditions: Conditions) -> None:
        """Go through a trace; what follows a `continue` is under the condition that it was not."""
        conditions = list(conditions)
        for act in acts:
            if isinstance(act, Apply):
                self._call(act, conditions)
            elif isinstance(act, Store):
                self._store(act)
            elif isinstance(act, Loop | Block | Scope):
                self.follow(act.body, conditions)
            elif isinstance(act, Branch):
                self.follow(act.then, [*conditions, (act.test, True)])
                self.follow(act.otherwise, [*conditions, (act.test, False)])
                for body, taken in ((act.then, False), (act.otherwise, True)):
                    if body and isinstance(body[-1], Exit):
                        conditions.append((act.test, taken))

    def _call(self, call: Apply, conditions: Conditions) -> None:
        fact = self.knowledge.fact("initializer", call.fn)
        if fact is None or not fact.get("in-place"):
            changes = self.knowledge.does(call.fn, "visits-modules", "restores-weights")
            if changes and call.receiver is not None:
                for layer in layers.recurrences(call.receiver, self.knowledge):
                    self._forget(layer)
            return
        written = call.receiver if fact.get("method") else call.argument(0, "tensor", "w")
        target = self._target(written)
        for layer in target.layers if target is not None else ():
            assert target is not None
            for name in _parameters(layer, target):
                self._write(layer, name, target, call, fact, conditions)

    def _forget(self, layer: Recurrence) -> None:
        state = self.states.get(id(layer.apply))
        if state is not None:
            state.matrix = None
            state.forget_call = None

    def _store(self, store: Store) -> None:
        """`bias[n:2 * n] = 1`: what it is set to counts for the forget gate."""
        target = self._target(store.base) if store.name in ("[]", "data") else None
        for layer in target.layers if target is not None else ():
            self._forget(layer)
            self._state(layer).forget["stored"] = None

    def _state(self, layer: Recurrence) -> _State:
        return self.states.setdefault(id(layer.apply), _State(layer))

    def _write(
        self,
        layer: Recurrence,
        name: str,
        target: _Target,
        call: Apply,
        fact: Fact,
        conditions: Conditions,
    ) -> None:
        weight = name.startswith(str(layer.fact["weight-name"]))
        parameter = Parameter(name, target.known, 2 if weight else 1, target.loop, self.knowledge)
        decided = [holds(test, parameter) is taken for test, taken in conditions]
        opposite = [holds(test, parameter) is (not taken) for test, taken in conditions]
        if any(opposite):
            return
        certain = all(decided)
        state = self._state(layer)
        if weight:
            known = certain and target.part is None
            state.matrix = _matrix(layer, call, fact, call, self.knowledge) if known else None
        elif layer.family == "lstm":
            value = _argument(fact, call, "value", self.knowledge)
            if fact["kind"] != "constant" or not certain or not _forgets(target.part, layer):
                value = None
            state.forget[name] = value
            state.forget_call = call

    def _target(self, value: Value | None) -> _Target | None:
        part: Value | None = None
        for _ in range(6):
            if isinstance(value, Method) and value.name == "data":
                value = value.receiver
                continue
            if isinstance(value, Method):
                layer = self._layer(value.receiver)
                if layer is None:
                    return None
                return _Target([layer], value.name, True, None, part)
            if not isinstance(value, Apply):
                return None
            owner = self._layer(value.receiver) if value.receiver is not None else None
            if owner is not None and value.fn[:1] == "." and not value.args:
                return _Target([owner], value.fn[1:], True, None, part)
            if value.fn == ".data" and value.receiver is not None:
                value = value.receiver
            elif value.fn == "iter" and isinstance(value.args[0], Apply):
                return self._in_loop(value.args[0], "iterates-parameters", value, part)
            elif value.fn == "[]":
                base, key = value.args
                if isinstance(base, Apply) and base.fn == "iter" and constant(key) == 1:
                    over = base.args[0]
                    if isinstance(over, Apply):
                        return self._in_loop(over, "names-parameters", base, part)
                    return None
                part, value = key, base
            else:
                return None
        return None

    def _layer(self, value: Value) -> Recurrence | None:
        layer = layers.recurrence(value, self.knowledge) if isinstance(value, Apply) else None
        return layer if layer is not None and "weight-name" in layer.fact else None

    def _in_loop(self, over: Apply, word: str, loop: Value, part: Value | None) -> _Target | None:
        if not self.knowledge.does(over.fn, word) or over.receiver is None:
            return None
        own = self._layer(over.receiver)
        held = [own] if own else layers.recurrences(over.receiver, self.knowledge)
        known = [layer for layer in held if "weight-name" in layer.fact]
        return _Target(known, None, own is not None, loop, part)


def _parameters(layer: Recurrence, target: _Target) -> list[str]:
    """The parameters of a layer that may be meant, as they are called in its first level."""
    level = "" if layer.fact.get("cell") else "_l0"
    names = (str(layer.fact["weight-name"]), *layer.fact.get("bias-names", ()))
    if target.name is not None:
        return [target.name] if target.name.startswith(names) else []
    return [f"{name}{level}" for name in names]


def _forgets(part: Value | None, layer: Recurrence) -> bool:
    """Whether what is written to is the whole bias, or the forget gate's quarter of it."""
    if part is None:
        return True
    if not isinstance(part, Apply) or part.fn != "slice" or layer.units is None:
        return False
    low, high = literal(part.args[0]), literal(part.args[1])
    return (low, high) == (layer.units, 2 * layer.units)


__all__ = ["RecurrentStart", "recurrent_starts"]

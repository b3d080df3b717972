"""Programs -> trained networks: which recurrences an update reaches, and whether anything clips."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import acts, networks
from gradlint.model.losses import SHAPE_METHODS
from gradlint.model.networks import Recurrence, whole
from gradlint.model.shapes import dimensions
from gradlint.model.skeleton import condition_key
from gradlint.source.values import (
    Apply,
    Const,
    Instance,
    Join,
    Map,
    Method,
    Seq,
    Symbol,
    Unknown,
    Value,
    constant,
    number,
    walk,
)

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.cast import Group
    from gradlint.model.lifecycle import Lifecycle
    from gradlint.model.program import Program
    from gradlint.source.project import Module

BOUNDED = frozenset(
    {"tanh", "sigmoid", "hard_sigmoid", "softsign", "softmax", "relu6", "hard_tanh"}
)

_CUTS = frozenset(
    {
        ".detach",
        ".item",
        ".numpy",
        ".data",
        ".argmax",
        ".topk",
        ".max",
        ".sample",
        ".tolist",
        ".multinomial",
    }
)
"""Methods after which no gradient flows back."""


@dataclass(frozen=True, slots=True, eq=False)
class HandWritten:
    """A recurrence written by hand: a layer whose output comes back to it in the next step.

    `bounded` is False where some way around the cycle meets no bounded activation.
    """

    call: Apply
    layer: Apply
    bounded: bool


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRecurrence:
    """A recurrent network and the update that trains it.

    `clipped` is True where something bounds its gradients, None where that can't be excluded.
    `steps` is the length of its sequences, where shapes or constants tell it.
    """

    node: ast.AST
    module: Module
    layers: list[Recurrence]
    hand_written: list[HandWritten]
    optimizer: Value | None
    optimizer_fact: Fact | None
    clipped: bool | None
    steps: int | None = None
    losses: frozenset[str] = frozenset()
    summed_over_time: bool = False
    own_vocabulary: bool = False
    per_step: bool = False
    keras: bool = False

    @property
    def alternatives(self) -> bool:
        """Whether the layers are alternatives to each other, built in branches of one choice."""
        places = {id(layer.apply.node) for layer in self.layers}
        return len({layer.family for layer in self.layers}) > 1 and len(places) == len(self.layers)

    def learning_rate(self, knowledge: Knowledge) -> float | None:
        """The learning rate, as a literal or as the optimizer's default."""
        if self.optimizer_fact is None:
            return None
        if not isinstance(self.optimizer, Apply):
            return float(self.optimizer_fact["lr"])
        for name in ("lr", "learning_rate"):
            given = knowledge.argument(self.optimizer, self.optimizer_fact, name)
            if given is not None:
                return number(given)
        return float(self.optimizer_fact["lr"])


ADAM_RANGE = 0.03
"""Learning rate above which the Adam family is known to fail for most problems; Adam's step is
about the rate itself, whatever the gradient."""

KERAS_RMSPROP_FIRST_STEP = 3.16
"""RMSprop has no bias correction: with Keras' rho of 0.9 its first step is lr / sqrt(1 - 0.9)."""


def usual_rate(fact: Fact) -> float:
    """The learning rate above which an optimizer leaves its usual range (inf: not known)."""
    if fact["kind"] == "adam":
        return ADAM_RANGE
    if fact["kind"] == "rmsprop" and fact.get("keras"):
        return ADAM_RANGE / KERAS_RMSPROP_FIRST_STEP
    return float("inf")


def recurrences_of(value: Value, knowledge: Knowledge) -> list[Recurrence]:
    """The recurrent layers that a value was computed with, or that a network holds."""
    found: dict[int, Recurrence] = {}
    for node in walk(value):
        stack = [node]
        if isinstance(node, Instance) and networks.is_network(node, knowledge):
            stack.extend(networks.parts(node, knowledge))
        for part in stack:
            if isinstance(part, Apply):
                layer = networks.recurrence(part, knowledge)
                if layer is not None:
                    found.setdefault(id(part), layer)
    return list(found.values())


def hand_written_layers(program: Program) -> list[HandWritten]:
    """The recurrences written by hand in a program: layers that their own output comes back to."""
    knowledge = program.knowledge
    found: dict[int, HandWritten] = {}
    for call in program.applies:
        layer = call.receiver
        if call.fn != "()" or not call.tracked or not isinstance(layer, Apply):
            continue
        fact = knowledge.roles["layer"].get(layer.fn)
        if fact is None or fact["kind"] != "linear" or id(layer) in found:
            continue
        bounded = _comes_back(call, knowledge)
        if bounded is not None:
            found[id(layer)] = HandWritten(call, layer, bounded)
    return list(found.values())


def _comes_back(call: Apply, knowledge: Knowledge) -> bool | None:
    """Whether a layer's own earlier output reaches it; True if only through bounded functions."""
    if not _reaches(call, knowledge, through_bounded=True):
        return None
    return not _reaches(call, knowledge, through_bounded=False)


def _reaches(call: Apply, knowledge: Knowledge, *, through_bounded: bool) -> bool:
    seen: set[int] = set()
    stack: list[Value] = list(call.args)
    while stack and len(seen) < 1500:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Seq):
            stack.extend(node.items)
        elif isinstance(node, Join):
            stack.extend(node.options())
        if not isinstance(node, Apply) or not node.tracked:
            continue
        if node.fn == "()" and node.receiver is call.receiver and node.node is call.node:
            return True
        if node.fn in _CUTS or node.fn in ("?", "iter") or _is_recurrent_call(node, knowledge):
            continue
        if not through_bounded and _is_bounded(node, knowledge):
            continue
        if node.inner is not None:
            stack.append(node.inner)
        else:
            stack.extend(node.args)
            if node.fn[:1] == "." and node.receiver is not None:
                stack.append(node.receiver)
    return False


def _is_recurrent_call(node: Apply, knowledge: Knowledge) -> bool:
    return isinstance(node.receiver, Apply) and (
        knowledge.fact("recurrent", node.receiver.fn) is not None
    )


def _is_bounded(node: Apply, knowledge: Knowledge) -> bool:
    if node.fn in (".tanh", ".sigmoid", ".softmax"):
        return True
    if node.fn == "()" and isinstance(node.receiver, Apply):
        return knowledge.activation(node.receiver) in BOUNDED
    fact = knowledge.roles["activation"].get(node.fn)
    return fact is not None and fact["function"] in BOUNDED


# -- torch and TensorFlow loops ---------------------------------------------------------------


def from_lifecycle(program: Program, lifecycle: Lifecycle) -> list[TrainedRecurrence]:
    """The recurrent networks that the updates of one program root train."""
    knowledge = program.knowledge
    found = []
    for which, group in enumerate(lifecycle.groups):
        losses = []
        backward = None
        for number, deed in enumerate(lifecycle.deeds):
            if lifecycle.kinds[number] == acts.BACKWARD and deed.subject is not None:
                if lifecycle.effect(number, which) is True:
                    losses.append(deed.subject)
                    backward = backward or deed
        if backward is None:
            continue
        layers: dict[int, Recurrence] = {}
        reached = {id(node) for loss in losses for node in walk(loss)}
        for value in [*(group.held or []), *losses]:
            for layer in recurrences_of(value, knowledge):
                layers.setdefault(id(layer.apply), layer)
        for value in group.held or []:
            reached.update(id(part) for part in networks.parts(value, knowledge))
        hand = [one for one in program.hand_written if id(one.layer) in reached]
        if not layers and not hand:
            continue
        node, module = _first_step(lifecycle, which, backward)
        found.append(
            TrainedRecurrence(
                node=node,
                module=module,
                layers=list(layers.values()),
                hand_written=hand,
                optimizer=group.optimizer,
                optimizer_fact=knowledge.of("optimizer", group.optimizer.options()[0]),
                clipped=_clipped(program, group),
                steps=steps_of([*losses, *(group.held or [])], knowledge),
                losses=loss_kinds(losses, knowledge),
                summed_over_time=any(_summed(loss, knowledge) for loss in losses),
                own_vocabulary=any(
                    predicts_own_vocabulary(value, knowledge)
                    for value in [*losses, *(group.held or [])]
                ),
                per_step=not any(uses_last_step_only(loss, knowledge) for loss in losses),
            )
        )
    return found


def _first_step(lifecycle: Lifecycle, which: int, backward: acts.Deed) -> tuple[ast.AST, Module]:
    for number, deed in enumerate(lifecycle.deeds):
        if lifecycle.kinds[number] in (acts.STEP, acts.SCALER_STEP):
            if lifecycle.effect(number, which) is True:
                return deed.node, deed.module
    return backward.node, backward.module


def _clipped(program: Program, group: Group) -> bool | None:
    """Whether any part of the program clips what this optimizer steps."""
    knowledge = program.knowledge
    unsure = False
    fact = knowledge.of("optimizer", group.optimizer.options()[0])
    if fact is not None and fact.get("bounded"):
        return True
    for option in group.optimizer.options():
        if isinstance(option, Unknown) or not isinstance(option, Apply):
            unsure = True
    for lifecycle in program.lifecycles:
        for number, deed in enumerate(lifecycle.deeds):
            kind = lifecycle.kinds[number]
            if kind == acts.CLIP and deed.bounds:
                held = networks.held(deed.subject, knowledge)
                if networks.overlap(held, group.held, knowledge) is not False:
                    return True
            elif kind == acts.OPAQUE and not _is_tensor(deed.subject, knowledge):
                unsure = True
    if any(apply.fn in _HOOKS for apply in program.applies):
        unsure = True
    return None if unsure else False


_HOOKS = frozenset(
    {
        ".register_hook",
        ".register_step_pre_hook",
        ".register_post_accumulate_grad_hook",
        ".register_full_backward_hook",
        ".register_backward_hook",
    }
)


def _is_tensor(value: Value | None, knowledge: Knowledge) -> bool:
    return isinstance(value, Apply) and acts.role(value, knowledge) is None and value.fn == "()"


def loss_kinds(losses: list[Value], knowledge: Knowledge) -> frozenset[str]:
    """The kinds of loss that a value was computed with."""
    found = set()
    for loss in losses:
        for node in walk(loss):
            if isinstance(node, Apply):
                name = node.fn
                if name == "()" and isinstance(node.receiver, Apply):
                    name = node.receiver.fn
                fact = knowledge.roles["loss"].get(name)
                if fact is not None:
                    found.add(str(fact["kind"]))
    return frozenset(found)


def uses_last_step_only(loss: Value, knowledge: Knowledge) -> bool:
    """Whether a loss sees a recurrent layer's sequence through its last step or its state alone."""
    last = whole_sequence = False
    inner_items: set[int] = set()
    for node in walk(loss):
        if not isinstance(node, Apply) or node.fn != "[]" or id(node) in inner_items:
            continue
        path: list[Value] = []
        current: Value = node
        while isinstance(current, Apply) and (
            current.fn == "[]" or current.fn[1:] in SHAPE_METHODS
        ):
            if current.fn == "[]":
                path.append(current.args[1])
                inner_items.add(id(current))
                current = current.args[0]
            else:
                current = current.receiver or Unknown()
        if not isinstance(current, Apply) or not _is_recurrent_call(current, knowledge):
            continue
        first, rest = path[-1], path[:-1]
        if constant(first) == 1 or any(_is_last(key) for key in rest):
            last = True
        else:
            whole_sequence = True
    return last and not whole_sequence


def _is_last(key: Value) -> bool:
    if isinstance(key, Seq):
        return any(_is_last(item) for item in key.items)
    return constant(key) == -1


def _summed(loss: Value, knowledge: Knowledge) -> bool:
    """Whether a loss adds up the losses of several steps of one loop: `loss += criterion(...)`."""
    if isinstance(loss, Join):
        return any(_summed(option, knowledge) for option in loss.options())
    if isinstance(loss, Apply) and loss.inner is not None:
        return _summed(loss.inner, knowledge)
    if isinstance(loss, Apply) and loss.fn == "/" and loss.args:
        return _summed(loss.args[0], knowledge)
    if not isinstance(loss, Apply) or loss.fn != "+":
        return False
    terms: list[ast.AST | None] = []
    stack: list[Value] = [loss]
    while stack and len(terms) < 40:
        node = stack.pop()
        if isinstance(node, Apply) and node.fn == "+":
            stack.extend(node.args)
        elif isinstance(node, Apply):
            terms.append(node.node)
    return len(terms) != len({id(term) for term in terms})


# -- sizes ------------------------------------------------------------------------------------


def _symbolic(value: Value | None) -> str | None:
    """A size by what it is computed from, so that two uses of one size can be matched."""
    if value is None or (isinstance(value, Const) and value.value is None):
        return None
    for option in value.options()[:1]:
        return condition_key(option)[0]
    return None


def predicts_own_vocabulary(value: Value, knowledge: Knowledge) -> bool:
    """Whether a network's output has the size of its input vocabulary: a language model.

    The size of an embedding, or of a one-hot input, is compared with the size of the output layer
    by what both are computed from; numbers below 20 are no vocabulary.
    """
    inputs: set[str] = set()
    outputs: set[str] = set()
    for part in networks.parts(value, knowledge):
        if not isinstance(part, Apply):
            continue
        fact = knowledge.fact("layer", part.fn)
        if fact is not None and fact["kind"] == "embedding":
            size = part.argument(0, "num_embeddings", "input_dim")
            inputs.add(_symbolic(size) or "")
        fact = knowledge.fact("recurrent", part.fn)
        if fact is not None:
            size = knowledge.argument(part, fact, "input_size") or _features(part, knowledge)
            inputs.add(_symbolic(size) or "")
        fact = knowledge.fact("layer", part.fn)
        if fact is not None and fact["kind"] == "linear":
            size = knowledge.argument(part, fact, fact.get("units"))
            small = number(size)
            if small is None or small >= 20:
                outputs.add(_symbolic(size) or "")
    return bool((inputs & outputs) - {""})


def _is_input(apply: Apply, knowledge: Knowledge) -> bool:
    fact = knowledge.fact("layer", apply.fn)
    return fact is not None and fact["kind"] == "input"


def _shape(apply: Apply, knowledge: Knowledge) -> tuple[Value | None, int]:
    """The input shape that a layer is given, and how many of its entries are not time or feature."""
    shape = apply.kwargs.get("input_shape") or apply.kwargs.get("shape")
    if shape is None and _is_input(apply, knowledge) and apply.args:
        shape = apply.args[0]
    if shape is not None:
        return shape, 0
    return apply.kwargs.get("batch_input_shape") or apply.kwargs.get("batch_shape"), 1


def _features(apply: Apply, knowledge: Knowledge) -> Value | None:
    shape, skipped = _shape(apply, knowledge)
    if isinstance(shape, Seq) and shape.exact and len(shape.items) == 2 + skipped:
        return shape.items[-1]
    return apply.kwargs.get("input_dim")


def steps_of(values: list[Value], knowledge: Knowledge) -> int | None:
    """The number of time steps, where an input shape or length says it."""
    for value in values:
        for part in networks.parts(value, knowledge):
            if not isinstance(part, Apply):
                continue
            if part.fn.endswith("Embedding"):
                length = whole(part.kwargs.get("input_length"))
                if length is not None:
                    return length
            if _is_input(part, knowledge) or knowledge.fact("recurrent", part.fn) is not None:
                shape, skipped = _shape(part, knowledge)
                sizes = dimensions(shape, knowledge)
                if sizes is not None and len(sizes) == 2 + skipped and sizes[-2] is not None:
                    return sizes[-2]
    return None


# -- Keras ------------------------------------------------------------------------------------

CLIP_ARGUMENTS = ("clipnorm", "clipvalue", "global_clipnorm")


def keras_clips(optimizer: Value | None, knowledge: Knowledge) -> bool | None:
    """Whether a Keras optimizer clips; None where that can't be told."""
    if optimizer is None:
        return False
    found = {_one_keras_clips(option, knowledge) for option in optimizer.options()}
    if found == {False}:
        return False
    return True if found == {True} else None


def _one_keras_clips(optimizer: Value, knowledge: Knowledge) -> bool | None:
    if isinstance(optimizer, Const):
        return False if isinstance(optimizer.value, str) and not optimizer.default else None
    if isinstance(optimizer, Symbol):
        return False if knowledge.of("optimizer", optimizer) is not None else None
    if isinstance(optimizer, Map):
        return None
    if not isinstance(optimizer, Apply):
        return None
    fact = knowledge.of("optimizer", optimizer)
    if fact is None:
        return None
    if fact.get("bounded"):
        return True
    if fact["kind"] == "loss-scale":
        return keras_clips(optimizer.argument(0, "inner_optimizer"), knowledge)
    for name in CLIP_ARGUMENTS:
        value = optimizer.kwargs.get(name, optimizer.attrs.get(name))
        if value is not None and not (isinstance(value, Const) and not value.value):
            return True
    return False if optimizer.complete and "*" not in optimizer.attrs else None


def from_keras(program: Program) -> list[TrainedRecurrence]:
    """The recurrent networks that are compiled, or updated by hand, in a program."""
    knowledge = program.knowledge
    found = []
    for apply in program.applies:
        if apply.fn == ".compile" and apply.receiver is not None:
            if program.recompiled(apply):
                continue
            layers = recurrences_of(apply.receiver, knowledge)
            if not layers or not _trainable(layers):
                continue
            optimizer = apply.argument(0, "optimizer")
            if optimizer is None:
                optimizer = Const("rmsprop")
            clipped = keras_clips(optimizer, knowledge) if apply.complete else None
            found.append(_keras_trained(program, apply, layers, optimizer, clipped))
        elif apply.fn == ".minimize" or apply.fn == ".apply_gradients":
            trained = _updated(program, apply)
            if trained is not None:
                found.append(trained)
    return found


def _trainable(layers: list[Recurrence]) -> bool:
    return not all(
        constant(layer.apply.kwargs.get("trainable", layer.apply.attrs.get("trainable"))) is False
        for layer in layers
    )


def _keras_trained(
    program: Program,
    apply: Apply,
    layers: list[Recurrence],
    optimizer: Value,
    clipped: bool | None,
) -> TrainedRecurrence:
    knowledge = program.knowledge
    name = constant(optimizer)
    fact = knowledge.of("optimizer", optimizer)
    if isinstance(name, str):
        full = knowledge.optimizer_names.get(name.lower())
        fact = knowledge.fact("optimizer", full) if full else None
    loss = apply.argument(1, "loss")
    kinds: set[str] = set()
    text = constant(loss)
    full_loss = knowledge.loss_names.get(text) if isinstance(text, str) else None
    loss_fact = knowledge.fact("loss", full_loss) if full_loss else knowledge.of("loss", loss)
    if loss_fact is not None:
        kinds.add(str(loss_fact["kind"]))
    if isinstance(loss, Map) and any("ctc" in str(key) for key in loss.items):
        kinds.add("ctc")
    assert apply.receiver is not None
    assert apply.node is not None
    assert apply.module is not None
    return TrainedRecurrence(
        node=apply.node,
        module=apply.module,
        layers=layers,
        hand_written=[],
        optimizer=optimizer,
        optimizer_fact=fact,
        clipped=clipped,
        steps=steps_of([apply.receiver], knowledge),
        losses=frozenset(kinds),
        own_vocabulary=predicts_own_vocabulary(apply.receiver, knowledge),
        per_step=any(
            constant(layer.apply.kwargs.get("return_sequences")) is True for layer in layers
        ),
        keras=True,
    )


def _updated(program: Program, apply: Apply) -> TrainedRecurrence | None:
    """`optimizer.minimize(loss)` and `optimizer.apply_gradients(zip(grads, variables))`."""
    knowledge = program.knowledge
    optimizer = apply.receiver
    fact = knowledge.of("optimizer", optimizer.options()[0]) if optimizer is not None else None
    operands = [*apply.args, *apply.kwargs.values()]
    if fact is None or not operands:
        return None
    layers: dict[int, Recurrence] = {}
    for operand in operands:
        for layer in recurrences_of(operand, knowledge):
            layers.setdefault(id(layer.apply), layer)
    if not layers:
        return None
    clipped = keras_clips(optimizer, knowledge)
    if apply.fn == ".apply_gradients" and clipped is False:
        clipped = _gradients_clipped(apply, knowledge)
    assert apply.node is not None
    assert apply.module is not None
    return TrainedRecurrence(
        node=apply.node,
        module=apply.module,
        layers=list(layers.values()),
        hand_written=[],
        optimizer=optimizer,
        optimizer_fact=fact,
        clipped=clipped,
        losses=loss_kinds(operands, knowledge),
        summed_over_time=any(_reduced_by_sum(operand, knowledge) for operand in operands),
    )


def _gradients_clipped(apply: Apply, knowledge: Knowledge) -> bool | None:
    unsure = not apply.args
    for node in walk(apply.args[0]) if apply.args else ():
        if isinstance(node, Apply):
            if node.fn in knowledge.roles["clip"]:
                return True
            if node.fn == "?" or (node.fn[:1] == "." and isinstance(node.receiver, Unknown)):
                unsure = True
        elif isinstance(node, Unknown | Method):
            unsure = unsure or isinstance(node, Unknown)
    return None if unsure else False


def _reduced_by_sum(loss: Value, knowledge: Knowledge) -> bool:
    """Whether an unbounded error is summed rather than averaged: `reduce_sum(square(y - t))`."""
    if not isinstance(loss, Apply):
        return False
    fact = knowledge.fact("reduction", loss.fn)
    if fact is None or fact["kind"] != "sum":
        return False
    return any(
        isinstance(node, Apply)
        and (
            node.fn == "**" or (knowledge.fact("reduction", node.fn) or {}).get("kind") == "square"
        )
        for node in walk(loss, 40)
    )

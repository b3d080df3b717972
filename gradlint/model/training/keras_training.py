"""Recurrent networks that are compiled, or updated through an optimizer's own gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.model.gradients.gradient_values import GRADIENT_CALLS
from gradlint.model.networks.compiled_network import is_recompiled
from gradlint.model.networks.layers import Recurrence
from gradlint.model.networks.shapes import shape_of
from gradlint.model.training.sequences import (
    predicts_own_vocabulary,
    reduced_by_sum,
    stacked_depth,
    steps_of,
    unwrapped,
)
from gradlint.model.training.trained_recurrence import TrainedRecurrence, loss_kinds, recurrences_of
from gradlint.values.graph import constant
from gradlint.values.kinds import (
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
)
from gradlint.values.trace import stores

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


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
        if not isinstance(optimizer.value, str) or optimizer.default:
            return None
        name = knowledge.names["optimizer-names"].get(optimizer.value.lower())
        fact = knowledge.fact("optimizer", name) if name is not None else None
        return bool(fact.get("bounded")) if fact is not None else None
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
    if "gradient_transformers" in optimizer.kwargs:
        return None
    for name in knowledge.names["clip-arguments"]:
        value = optimizer.kwargs.get(name, optimizer.attrs.get(name))
        if value is not None and not (isinstance(value, Const) and not value.value):
            return True
    return False if optimizer.complete and "*" not in optimizer.attrs else None


def from_keras(program: Program) -> list[TrainedRecurrence]:
    """The recurrent networks that are compiled, or updated by hand, in a program."""
    knowledge = program.knowledge
    found = []
    for apply in program.applies:
        if knowledge.does(apply.fn, "compiles") and apply.receiver is not None:
            if is_recompiled(program, apply):
                continue
            layers = recurrences_of(apply.receiver, knowledge)
            if not layers or not _trainable(layers):
                continue
            optimizer = apply.argument(0, "optimizer")
            if optimizer is None:
                optimizer = Const("rmsprop")
            clipped = keras_clips(optimizer, knowledge) if apply.complete else None
            if _trains_itself(apply.receiver, knowledge) or _told_afterwards(
                program, apply.receiver
            ):
                clipped = None
            found.append(_keras_trained(program, apply, layers, optimizer, clipped))
        elif knowledge.gradient_effect(apply.fn) == "update":
            trained = _updated(program, apply)
            if trained is not None:
                found.append(trained)
        elif apply.fn in knowledge.roles["train-op"]:
            trained = _built(apply, knowledge)
            if trained is not None:
                found.append(trained)
    return found


def _built(apply: Apply, knowledge: Knowledge) -> TrainedRecurrence | None:
    """One call that builds the whole update from a loss, and clips if it is told to."""
    fact = knowledge.roles["train-op"][apply.fn]
    loss = apply.args[0] if apply.args else apply.kwargs.get(fact["signature"][0])
    layers = recurrences_of(loss, knowledge) if loss is not None else []
    if loss is None or not layers or apply.node is None or apply.module is None:
        return None
    clip = apply.kwargs.get(str(fact["clip-parameter"]))
    off = clip is None or (isinstance(clip, Const) and not clip.value and not clip.default)
    optimizer = knowledge.argument(apply, fact, "optimizer")
    optimizer_fact = knowledge.of("optimizer", optimizer)
    by_name = isinstance(optimizer, Const) and isinstance(optimizer.value, str)
    known = by_name or optimizer_fact is not None
    return TrainedRecurrence(
        node=apply.node,
        module=apply.module,
        layers=layers,
        hand_written=[],
        optimizer=optimizer,
        optimizer_fact=optimizer_fact,
        knowledge=knowledge,
        clipped=True if not off else False if apply.complete and known else None,
        losses=loss_kinds([loss], knowledge),
        summed_error=reduced_by_sum(loss, knowledge),
    )


def _trains_itself(network: Value, knowledge: Knowledge) -> bool:
    """Whether a network's class has a training step of its own, which may clip."""
    return isinstance(network, Instance) and any(
        network.cls.find(name) for name in knowledge.words["own-training-step"]
    )


def _told_afterwards(program: Program, network: Value) -> bool:
    """Whether a clipping attribute is set through the network: `model.optimizer.clipnorm = 1`."""
    arguments = program.knowledge.names["clip-arguments"]
    for root in program.roots:
        for store in stores(root):
            base = store.base
            if store.name in arguments and isinstance(base, Method):
                if base.receiver is network:
                    return True
    return False


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
        full = knowledge.names["optimizer-names"].get(name.lower())
        fact = knowledge.fact("optimizer", full) if full else None
    loss = apply.argument(1, "loss")
    kinds: set[str] = set()
    text = constant(loss)
    full_loss = knowledge.names["loss-names"].get(text) if isinstance(text, str) else None
    loss_fact = knowledge.fact("loss", full_loss) if full_loss else knowledge.of("loss", loss)
    if loss_fact is not None:
        kinds.add(str(loss_fact["kind"]))
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
        knowledge=knowledge,
        clipped=clipped,
        steps=steps_of([apply.receiver], knowledge) or _fitted_steps(program, apply.receiver),
        losses=frozenset(kinds),
        own_vocabulary=predicts_own_vocabulary(apply.receiver, knowledge),
        per_step=_gives_sequences(apply.receiver, knowledge),
        stacked=stacked_depth([apply.receiver], knowledge),
        keras=True,
    )


def _fitted_steps(program: Program, network: Value) -> int | None:
    """The length of the sequences that a network is fitted on: the second size of its array."""
    for apply in program.calls_of("trains"):
        if apply.receiver is network:
            shape = shape_of(apply.argument(0, "x"), program.knowledge)
            if shape is not None and len(shape) in (2, 3):
                return shape[1]
    return None


def _gives_sequences(network: Value, knowledge: Knowledge) -> bool:
    """Whether the last recurrent layer of a network gives its output at every step."""
    last = _last_recurrent(network, knowledge)
    return last is not None and constant(last.kwargs.get("return_sequences")) is True


def _last_recurrent(network: Value, knowledge: Knowledge) -> Apply | None:
    """The recurrent layer nearest to the output."""
    if not isinstance(network, Apply):
        return None
    members = knowledge.members(network) if knowledge.holds_layers(network) else None
    fact = knowledge.fact("container", network.fn)
    if fact is not None and fact.get("graph"):
        output = knowledge.argument(network, fact, "outputs") or network.kwargs.get("output")
        return _nearest(output, knowledge) if output is not None else None
    for layer in reversed(members or []):
        found = unwrapped(layer, knowledge)
        if found is not None:
            return found
    return None


def _nearest(output: Value, knowledge: Knowledge) -> Apply | None:
    """The first recurrent layer on the way back from an output, level by level."""
    level: list[Value] = [output]
    seen: set[int] = set()
    while level:
        following: list[Value] = []
        for value in level:
            if id(value) in seen or not isinstance(value, Apply):
                continue
            seen.add(id(value))
            found = unwrapped(value.receiver, knowledge) if value.fn == "()" else None
            if found is not None:
                return found
            following.extend(value.args)
        level = following
    return None


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
    if knowledge.does(apply.fn, "applies-gradients") and clipped is False:
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
        knowledge=knowledge,
        clipped=clipped,
        losses=loss_kinds(operands, knowledge),
        summed_error=any(reduced_by_sum(operand, knowledge) for operand in operands),
    )


def _gradients_clipped(apply: Apply, knowledge: Knowledge) -> bool | None:
    """Whether what is applied was clipped on its way from where the gradients were computed."""
    given = apply.argument(0, "grads_and_vars")
    unsure = given is None
    seen: set[int] = set()
    stack = [given] if given is not None else []
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Apply):
            if node.fn in knowledge.roles["clip"]:
                return True
            if _computes_gradients(node, knowledge):
                continue
            if node.fn == "builtins.zip":
                stack.extend(node.args[:1])
                continue
            if node.fn == "?" or (node.fn[:1] == "." and isinstance(node.receiver, Unknown)):
                unsure = True
            stack.extend(node.operands())
        elif isinstance(node, Unknown):
            unsure = True
        elif isinstance(node, Seq):
            stack.extend(node.items)
        elif isinstance(node, Join):
            stack.extend(node.options())
    return None if unsure else False


def _computes_gradients(node: Apply, knowledge: Knowledge) -> bool:
    """Whether a call differentiates: what is before it can't clip its result."""
    if knowledge.does(node.fn, *GRADIENT_CALLS):
        return True
    fact = knowledge.fact("gradients", node.fn)
    return fact is not None and fact["effect"] == "gradients"

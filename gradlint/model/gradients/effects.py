"""Calls and stores -> what they do to gradients.

Recognition only: `loss.backward()` is a backward pass, `scaler.step(optimizer)` an update of scaled
gradients. Whether the order is right is the lifecycle's business.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.gradient_values import (
    MOST_FOLLOWED,
    depends_on_gradients,
    holds_gradients,
    is_clamp,
    is_gradient,
    path,
)
from gradlint.model.gradients.object_kinds import inherits_unknown, role
from gradlint.values.graph import constant, number, walk
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
from gradlint.values.trace import Store

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.values.kinds import Module

ZERO = "zero"
BACKWARD = "backward"
UNSCALE = "unscale"
CLIP = "clip"
STEP = "step"
SCALER_STEP = "scaler step"
SCHEDULE = "schedule"
OPAQUE = "opaque"
READ = "read"
UPDATE = "update"
UNKNOWN_STEP = "step of an unknown object"
NOTHING = "none"

LARGEST_REACHED = 1e4
"""Clips at a bound above this shrink nothing: typical norms of trained networks are 0.01 to 100,
and one of 50,000 was the largest seen in the planted explosions."""

_BOUND_PARAMETERS = ("max_norm", "clip_value", "clip_val", "gradient_clip_val")
"""What methods that clip call their bound."""


@dataclass(slots=True, eq=False, repr=False)
class GradientEffect:
    """One thing done to gradients.

    `subject` is the optimizer, the parameters or the loss it is done to; `scaled` that the loss was
    multiplied by a gradient scaler; `bounds` False for a clip that only measures (see `limits`);
    `by_engine` that whoever does it knows the loss scale.
    """

    kind: str
    node: ast.AST
    module: Module
    call: Apply | None
    subject: Value | None
    scaled: bool = False
    bounds: bool = True
    optimizer: Value | None = None
    by_engine: bool = False


def effect_of_store(store: Store, knowledge: Knowledge) -> GradientEffect | None:
    """What an assignment to an attribute does to gradients."""
    if store.name == "grad" or (store.name == "data" and is_gradient(store.base)):
        base = store.base
        if isinstance(store.value, Const):
            return GradientEffect(ZERO, store.node, store.module, None, base)
        if any(is_clamp(node, knowledge) for node in walk(store.value, MOST_FOLLOWED)):
            return GradientEffect(CLIP, store.node, store.module, None, base)
        return GradientEffect(OPAQUE, store.node, store.module, None, base)
    if store.name == "data" and depends_on_gradients(store.value):
        return GradientEffect(STEP, store.node, store.module, None, store.base)
    return None


def effect_of_call(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    """What a call does to gradients, if anything."""
    fn = apply.fn
    assert apply.node is not None
    assert apply.module is not None
    if fn[:1] == ".":
        effect = knowledge.gradient_effect(fn)
        if effect is not None:
            return _METHODS[effect](apply, knowledge)
        if fn[1:] in knowledge.names["in-place-methods"]:
            return _in_place(apply, knowledge)
        return _other_method(apply, knowledge)
    fact = knowledge.roles["clip"].get(fn)
    if fact is not None:
        return _clip_function(apply, fact, knowledge)
    fact = knowledge.roles["gradients"].get(fn)
    if fact is not None:
        kind = {"backward": BACKWARD, "opaque": OPAQUE, "read": READ, "zero": ZERO}.get(
            fact["effect"]
        )
        if kind is not None:
            return _effect(kind, apply, apply.argument(0, "tensors", "outputs"))
    if fn == "?":
        return _opaque(apply, knowledge)
    if fn == "()" and isinstance(apply.receiver, Apply) and apply.receiver.fn == "builtins.getattr":
        # A method that is picked by a name which is not known.
        return _opaque(apply.receiver, knowledge, of=apply)
    if _writes_gradients(apply):
        return _effect(OPAQUE, apply, apply.args[0] if apply.args else None)
    if "." in fn and not knowledge.is_library(fn.partition(".")[0]) and fn[:9] != "builtins.":
        return _opaque(apply, knowledge)
    return None


def _writes_gradients(apply: Apply) -> bool:
    """Whether a library's function works in place on gradients: by its underscore, or by `out`."""
    if "out" in apply.kwargs:
        return holds_gradients(apply.kwargs["out"])
    return apply.fn.endswith("_") and any(holds_gradients(argument) for argument in apply.args)


def _effect(kind: str, apply: Apply, subject: Value | None, **more: object) -> GradientEffect:
    assert apply.node is not None
    assert apply.module is not None
    return GradientEffect(kind, apply.node, apply.module, apply, subject, **more)  # type: ignore[arg-type]


def _clip_function(
    apply: Apply, fact: dict[str, object], knowledge: Knowledge
) -> GradientEffect | None:
    if fact.get("form") in ("pure", "transform", "callback"):
        return None
    target = knowledge.argument(apply, fact, str(fact.get("target-parameter")))
    threshold = knowledge.argument(apply, fact, str(fact.get("threshold-parameter")))
    scaled_too = threshold is not None and any(
        isinstance(node, Apply) and knowledge.does(node.fn, "loss-scale")
        for node in walk(threshold, 200)
    )
    return _effect(CLIP, apply, target, bounds=limits(threshold), by_engine=scaled_too)


def limits(threshold: Value | None) -> bool:
    """Whether a clip at a threshold may shrink a gradient.

    None does that is above `LARGEST_REACHED`, or infinite: a literal, or a library's constant such
    as `math.inf`. Such a clip measures the norm that it returns.
    """
    if isinstance(threshold, Symbol):
        return threshold.name.rpartition(".")[2] not in ("inf", "Inf", "infty")
    value = number(threshold)
    return value is None or value <= LARGEST_REACHED


def _zero(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    receiver = apply.receiver
    if role(receiver, knowledge) == "engine":
        return _effect(OPAQUE, apply, receiver)
    return _effect(ZERO, apply, receiver)


def _backward(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    receiver = apply.receiver
    if role(receiver, knowledge) == "engine":
        loss = apply.argument(0, "loss")
        scaled = _scales(receiver, knowledge)
        return _effect(BACKWARD, apply, loss, scaled=scaled, by_engine=True)
    if "super" in apply.attrs:
        return _effect(OPAQUE, apply, receiver)
    scaled = (
        isinstance(receiver, Apply)
        and knowledge.does(receiver.fn, "scales-loss")
        and bool(receiver.args)
    )
    if scaled and isinstance(receiver, Apply):
        if "unscaled" in receiver.attrs or _disabled(receiver.receiver):
            scaled = False
        return _effect(BACKWARD, apply, receiver.args[0], scaled=scaled)
    return _effect(BACKWARD, apply, receiver)


def _scales(engine: Value | None, knowledge: Knowledge) -> bool:
    """Whether an engine is told to scale losses: by its argument for half precision."""
    fact = knowledge.of("engine", engine)
    if fact is None or "precision-parameter" not in fact or not isinstance(engine, Apply):
        return False
    precision = engine.kwargs.get(str(fact["precision-parameter"]))
    return isinstance(precision, Const) and precision.value == "fp16" and not precision.default


def _disabled(scaler: Value | None) -> bool:
    """Whether a scaler does not scale: `enabled` is literally false.

    With a flag that is only known at run time the program still has a mode in which it scales, and
    what is wrong there is wrong.
    """
    enabled = scaler.kwargs.get("enabled") if isinstance(scaler, Apply) else None
    return isinstance(enabled, Const) and not enabled.value


def _manual_backward(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    return _effect(BACKWARD, apply, apply.argument(0, "loss"), by_engine=True)


def _step(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    receiver = apply.receiver
    kind = role(receiver, knowledge)
    stepped = apply.argument(0, "optimizer")
    if kind == "scaler" or role(stepped, knowledge) == "optimizer":
        return _effect(SCALER_STEP, apply, stepped)
    if kind == "optimizer":
        return _effect(STEP, apply, receiver)
    if kind == "scheduler":
        linked = None
        if isinstance(receiver, Apply):
            fact = knowledge.of("scheduler", receiver)
            linked = knowledge.argument(receiver, fact, "optimizer") if fact else None
        return _effect(SCHEDULE, apply, receiver, optimizer=linked)
    if kind == "engine":
        return _effect(OPAQUE, apply, receiver)
    if isinstance(receiver, Unknown | Join | Method):
        # An unknown optimizer, scheduler, scaler or environment: the lifecycle decides.
        return _effect(UNKNOWN_STEP, apply, receiver)
    return None


def _unscale(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    return _effect(UNSCALE, apply, apply.argument(0, "optimizer"))


def _clip_method(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    """`accelerator.clip_grad_norm_`, `fabric.clip_gradients`, `model.clip_grad_norm_`."""
    receiver = apply.receiver
    target: Value | None = apply.args[0] if apply.args else receiver
    threshold = apply.argument(int(role(receiver, knowledge) == "engine"), *_BOUND_PARAMETERS)
    return _effect(CLIP, apply, target, bounds=limits(threshold), by_engine=True)


def _in_place(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    """A method in place on a gradient, `p.grad.data.clamp_(-1, 1)`, or with one on a weight."""
    effect = knowledge.names["in-place-methods"].get(apply.fn[1:])
    if not is_gradient(apply.receiver):
        if effect == "add" and any(depends_on_gradients(operand) for operand in apply.operands()):
            return _effect(STEP, apply, path(apply.receiver)[0])
        return None
    base, _ = path(apply.receiver)
    if effect == "zero" or (effect == "fill" and constant(apply.argument(0, "value")) == 0):
        return _effect(ZERO, apply, base)
    if effect == "clamp":
        return _effect(CLIP, apply, base)
    if effect == "scale":
        return _rescaled(apply, base, knowledge)
    return _effect(OPAQUE, apply, base)


def _rescaled(apply: Apply, base: Value | None, knowledge: Knowledge) -> GradientEffect | None:
    """A gradient times a factor: a clip if the factor depends on gradients, else only linear.

    A linear factor (one over the number of workers) commutes with the loss scale and bounds
    nothing.
    """
    nodes = [node for argument in apply.args for node in walk(argument, 200)]
    if any(isinstance(node, Apply) and knowledge.does(node.fn, "loss-scale") for node in nodes):
        return _effect(UNSCALE, apply, base)
    if any(is_gradient(node) for node in nodes):
        return _effect(CLIP, apply, base)
    if any(
        isinstance(node, Unknown) or (isinstance(node, Apply) and node.fn == "?") for node in nodes
    ):
        return _effect(OPAQUE, apply, base)
    return None


def _minimize(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    return _effect(UPDATE, apply, apply.receiver)


def _other_method(apply: Apply, knowledge: Knowledge) -> GradientEffect | None:
    if knowledge.does(apply.fn, "reads-only") or "super" in apply.attrs:
        return None
    if is_gradient(apply.receiver):
        return _in_place(apply, knowledge) if apply.fn.endswith("_") else None
    if role(apply.receiver, knowledge) in ("optimizer", "scaler", "scheduler"):
        return None
    if isinstance(apply.receiver, Instance) and inherits_unknown(apply.receiver, knowledge):
        if reaches_gradients(apply.receiver, knowledge):
            return _effect(OPAQUE, apply, apply.receiver)
    if isinstance(apply.receiver, Unknown | Instance):
        return _opaque(apply, knowledge)
    return None


def _opaque(apply: Apply, knowledge: Knowledge, of: Apply | None = None) -> GradientEffect | None:
    """An unknown call that got hold of something that gradients can be reached from."""
    for argument in (*apply.args, *apply.kwargs.values()):
        if reaches_gradients(argument, knowledge):
            return _effect(OPAQUE, of or apply, argument)
    return None


def reaches_gradients(value: Value, knowledge: Knowledge, depth: int = 0) -> bool:
    """Whether whoever holds a value can get at gradients through it."""
    if depth > 4:
        return False
    if isinstance(value, Join):
        return any(reaches_gradients(option, knowledge, depth + 1) for option in value.options())
    if isinstance(value, Seq):
        return any(reaches_gradients(item, knowledge, depth + 1) for item in value.items)
    if isinstance(value, Map):
        return any(reaches_gradients(item, knowledge, depth + 1) for item in value.items.values())
    if role(value, knowledge) is not None:
        return True
    if isinstance(value, Instance):
        return any(
            reaches_gradients(item, knowledge, depth + 1)
            for item in list(value.attrs.values())
            if isinstance(item, Instance | Apply | Seq | Map | Join)
        )
    if isinstance(value, Apply):
        if knowledge.does(value.fn, "iterates-parameters", "names-parameters"):
            return True
        if value.fn == "()" or knowledge.fact("loss", value.fn) is not None:
            return value.tracked
    return is_gradient(value)


_METHODS = {
    "zero": _zero,
    "backward": _backward,
    "manual-backward": _manual_backward,
    "step": _step,
    "unscale": _unscale,
    "clip": _clip_method,
    "update": _minimize,
}

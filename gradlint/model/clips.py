"""Clipping calls and clipping optimizers, with what they are told to bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model import acts, networks
from gradlint.model.compiled import CLIP_ARGUMENTS
from gradlint.model.networks import Recurrence
from gradlint.source.dataflow import number, walk
from gradlint.source.values import Apply, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program
    from gradlint.source.project import Module


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A call that clips gradients.

    `target` is the parameters it is given, `threshold` the bound, `how` `norm` or `value`, `fact`
    what is known of the function. `held` are the networks whose parameters it clips (None: not
    known); `missed` the recurrent layers that the optimizer trains and this call leaves out;
    `foreign` the optimizer of other networks than the clipped; `consumed` the call that used up the
    iterator of parameters, `emptied_by_loop` that an earlier iteration did; `dropped` that a result
    that alone is clipped goes nowhere.
    """

    call: Apply
    target: Value | None
    threshold: Value | None
    how: str
    fact: Fact
    held: list[Value] | None
    missed: tuple[Recurrence, ...] = ()
    foreign: Value | None = None
    consumed: Apply | None = None
    emptied_by_loop: bool = False
    dropped: bool = False

    @property
    def target_items(self) -> list[Value]:
        """What it is given: the items of a display, or the one value."""
        return self.target.items if isinstance(self.target, Seq) else [self.target or Unknown()]

    @property
    def from_state(self) -> bool:
        """Whether it is given a `state_dict` or its values."""
        value = self.target
        if isinstance(value, Apply) and value.fn == ".values":
            value = value.receiver
        return isinstance(value, Apply) and value.fn == ".state_dict"

    def sharder(self, knowledge: Knowledge) -> Apply | None:
        """The wrapper that shards the parameters it is given, if they are certain to be sharded."""
        parameters = self.target
        wrapper = parameters.receiver if isinstance(parameters, Apply) else None
        fact = knowledge.of("distributed", wrapper)
        if fact is None or not fact.get("shards") or not isinstance(wrapper, Apply):
            return None
        unsure = "sharding_strategy" in wrapper.kwargs or not wrapper.complete
        return None if unsure else wrapper

    @property
    def bounds(self) -> bool:
        """Whether it bounds anything; with an infinite threshold it only measures."""
        return number(self.threshold) != float("inf")

    @property
    def node(self) -> ast.AST | None:
        """Where it stands."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it stands in."""
        return self.call.module


@dataclass(frozen=True, slots=True, eq=False)
class TransformChain:
    """Gradient transforms in order: the positions of those that clip and those that optimize."""

    call: Apply
    clips: tuple[int, ...]
    optimizers: tuple[int, ...]

    @property
    def node(self) -> ast.AST | None:
        """Where it is built."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it is built in."""
        return self.call.module


def transform_chains(program: Program) -> Iterator[TransformChain]:
    """Chains of gradient transforms."""
    knowledge = program.knowledge
    for apply in program.calls:
        if apply.fn in knowledge.roles["transform-chain"] and apply.complete:
            roles = [
                knowledge.role_of_name.get(item.fn, "") if isinstance(item, Apply) else ""
                for item in apply.args
            ]
            yield TransformChain(
                apply,
                tuple(index for index, role in enumerate(roles) if role == "clip"),
                tuple(index for index, role in enumerate(roles) if role == "optimizer"),
            )


@dataclass(frozen=True, slots=True, eq=False)
class ClippingOptimizer:
    """An optimizer built with arguments that clip; `given` maps their names to their values."""

    call: Apply
    given: dict[str, Value]
    kind: str

    @property
    def node(self) -> ast.AST | None:
        """Where it is built."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """The file it is built in."""
        return self.call.module


def clips(program: Program) -> Iterator[Clip]:
    """Every call of a function that clips, and every clipping argument of an optimizer."""
    knowledge = program.knowledge
    for apply in program.calls:
        fact = knowledge.roles["clip"].get(apply.fn)
        if fact is None or fact.get("helper"):
            continue
        target = knowledge.argument(apply, fact, fact.get("target"))
        held = networks.held(target, knowledge)
        yield Clip(
            call=apply,
            target=target,
            threshold=knowledge.argument(apply, fact, fact.get("threshold")),
            how=str(fact.get("how", "norm")),
            fact=fact,
            held=held,
            missed=tuple(_missed(program, apply, held)),
            foreign=_foreign(program, apply, held),
            consumed=_consumer(program, apply, target),
            emptied_by_loop=_is_iterator(target, knowledge) and _made_outside(target, apply),
            dropped=bool(fact.get("pure")) and is_statement(apply),
        )
    for apply in program.calls:
        if apply.fn == ".clip_grad_norm_" and _runs_deepspeed(apply.receiver, knowledge):
            target = apply.argument(0, "parameters")
            yield Clip(apply, target, None, "norm", {"engine": "DeepSpeed"}, None)
    for apply in program.calls:
        settings = knowledge.roles["trainer-arguments"].get(apply.fn)
        name = str(settings["clip"]) if settings is not None else ""
        if name in apply.kwargs:
            yield Clip(apply, None, apply.kwargs[name], "norm", {"argument": name}, None)
    for optimizer in clipping_optimizers(program):
        for name, value in optimizer.given.items():
            how = "value" if name == "clipvalue" else "norm"
            yield Clip(optimizer.call, None, value, how, {"argument": name}, None)


def _runs_deepspeed(engine: Value | None, knowledge: Knowledge) -> bool:
    """Whether an engine is built with a plugin that takes clipping over."""
    fact = knowledge.of("engine", engine)
    if fact is None or not isinstance(engine, Apply):
        return False
    plugin = engine.kwargs.get(str(fact.get("takes-over")))
    return isinstance(plugin, Apply)


def is_statement(apply: Apply) -> bool:
    """Whether a call stands alone, its result unused."""
    if apply.module is None:
        return False
    return any(
        isinstance(node, ast.Expr) and node.value is apply.node
        for node in ast.walk(apply.module.tree)
    )


def _is_iterator(target: Value | None, knowledge: Knowledge) -> bool:
    """Whether a value is certain to be empty once it was gone through."""
    if not isinstance(target, Apply):
        return False
    if target.fn in ("builtins.filter", "builtins.map"):
        return True
    receiver = target.receiver
    known = isinstance(receiver, Apply) or (
        receiver is not None and networks.is_network(receiver, knowledge)
    )
    return target.fn == ".parameters" and known


def _consumer(program: Program, apply: Apply, target: Value | None) -> Apply | None:
    """An earlier call that went through the same iterator."""
    knowledge = program.knowledge
    if not _is_iterator(target, knowledge):
        return None
    for other in program.calls:
        if other is apply:
            return None
        uses = any(argument is target for argument in (*other.args, *other.kwargs.values()))
        if uses and other.fn not in ("builtins.filter", "builtins.map", "builtins.print"):
            return other
    return None


def _made_outside(target: Value | None, apply: Apply) -> bool:
    """Whether a value is made outside a loop that a call stands in."""
    if not isinstance(target, Apply):
        return False
    outer = {loop for loop, _ in target.loops}
    return any(loop not in outer for loop, _ in apply.loops)


@dataclass(frozen=True, slots=True, eq=False)
class UnusedClip:
    """Gradients clipped into a value that goes nowhere; the update that passes it by, if seen."""

    clip: Apply
    update: Apply | None


def unused_clips(program: Program) -> Iterator[UnusedClip]:
    """Clipped gradients that no update uses, while one uses what they were made from."""
    knowledge = program.knowledge
    pure = [
        apply
        for apply in program.calls
        if (knowledge.roles["clip"].get(apply.fn) or {}).get("pure")
    ]
    updates = [apply for apply in program.calls if apply.fn == ".apply_gradients" and apply.args]
    used = {id(update): {id(node) for node in walk(update.args[0])} for update in updates}
    for clip in pure:
        if any(id(clip) in nodes for nodes in used.values()) or is_read(clip):
            continue
        sources = {
            id(node)
            for argument in clip.operands()
            for node in walk(argument)
            if isinstance(node, Apply) and node.fn in _GRADIENT_CALLS
        }
        for update in updates:
            if sources & used[id(update)]:
                yield UnusedClip(clip, update)
                break


def is_read(apply: Apply) -> bool:
    """Whether the name that a result is bound to is read anywhere, in a closure too."""
    if apply.module is None:
        return True
    for node in ast.walk(apply.module.tree):
        if isinstance(node, ast.Assign) and node.value is apply.node:
            target = node.targets[0]
            first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
            if not isinstance(first, ast.Name):
                return True
            return any(
                isinstance(part, ast.Name) and part.id == first.id
                and isinstance(part.ctx, ast.Load) and part.lineno > node.lineno
                for part in ast.walk(apply.module.tree)
            )  # fmt: skip
    return not is_statement(apply)


_GRADIENT_CALLS = frozenset({".gradient", ".compute_gradients"})


def lost_clamps(program: Program) -> Iterator[UnusedClip]:
    """Gradients clamped into a new tensor that nothing uses: `p.grad.clamp(-1, 1)`."""
    for apply in program.calls:
        if apply.fn in (".clamp", ".clip") and acts.is_gradient(apply.receiver):
            if is_statement(apply):
                yield UnusedClip(apply, None)


def _missed(program: Program, apply: Apply, held: list[Value] | None) -> list[Recurrence]:
    """Recurrent layers of the stepped networks that no clip of the program reaches."""
    knowledge = program.knowledge
    if held is None:
        return []
    for lifecycle in program.lifecycles:
        clip_deeds = [deed for deed in lifecycle.deeds if deed.kind == acts.CLIP and deed.bounds]
        if not any(deed.call is apply for deed in clip_deeds):
            continue
        for group in lifecycle.groups:
            if group.held is None or networks.overlap(held, group.held, knowledge) is not True:
                continue
            covered: set[int] = set()
            for deed in clip_deeds:
                reached = networks.held(deed.subject, knowledge)
                if reached is None:
                    return []
                for value in reached:
                    covered.update(id(part) for part in networks.parts(value, knowledge))
            return [
                layer
                for network in group.held
                for layer in networks.recurrences(network, knowledge)
                if id(layer.apply) not in covered
            ]
    return []


def _foreign(program: Program, apply: Apply, held: list[Value] | None) -> Value | None:
    """The optimizer of a lifecycle that steps only networks which this clip does not touch."""
    knowledge = program.knowledge
    if held is None:
        return None
    for lifecycle in program.lifecycles:
        if not any(deed.call is apply for deed in lifecycle.deeds):
            continue
        if not lifecycle.groups or any(group.held is None for group in lifecycle.groups):
            return None
        for group in lifecycle.groups:
            if networks.overlap(held, group.held, knowledge) is not False:
                return None
        return lifecycle.groups[0].optimizer
    return None


_BOUNDS = ("max_norm", "clip_val")


def clipping_optimizers(program: Program) -> Iterator[ClippingOptimizer]:
    """Keras optimizers with clipping arguments, and Fabric's clip, which takes one of two."""
    knowledge: Knowledge = program.knowledge
    for apply in program.calls:
        if apply.fn == ".clip_gradients":
            engine = knowledge.of("engine", apply.receiver)
            bounds = {name: apply.kwargs[name] for name in _BOUNDS if name in apply.kwargs}
            if engine is not None and bounds:
                yield ClippingOptimizer(apply, bounds, str(engine["kind"]))
            continue
        fact = knowledge.roles["optimizer"].get(apply.fn)
        if fact is None or not fact.get("keras"):
            continue
        given = {
            name: value
            for name in CLIP_ARGUMENTS
            if (value := apply.kwargs.get(name, apply.attrs.get(name))) is not None
        }
        if given:
            yield ClippingOptimizer(apply, given, str(fact["kind"]))

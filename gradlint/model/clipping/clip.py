"""Clipping calls, with what they are told to bound and what they reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.clipping import exhausted_parameters
from gradlint.model.clipping.clip_arguments import clip_arguments
from gradlint.model.clipping.unused_clip import is_statement
from gradlint.model.gradients.effects import CLIP, limits
from gradlint.model.gradients.gradient_values import GRADIENT_CALLS
from gradlint.model.gradients.lifecycles import lifecycles
from gradlint.model.networks import layers
from gradlint.model.networks.frozen_layers import frozen_parts
from gradlint.model.networks.layers import Recurrence
from gradlint.model.program import calls
from gradlint.values.at_call import AtCall
from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Instance, Method, Seq, Unknown, Value
from gradlint.values.trace import Loop

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class Clip(AtCall):
    """A call that clips gradients.

    `target` is the parameters it is given, `threshold` the bound, `how` `norm` or `value`, `fact`
    what is known of the function. `held` are the networks whose parameters it clips (None: not
    known); `missed` the recurrent layers that the optimizer trains and this call leaves out;
    `foreign` the optimizer of other networks than the clipped; `consumed` the call that used up the
    iterator of parameters, `emptied_by_loop` that an earlier iteration did. `argument` is the name
    of the argument that clips, where none is called; `taken_over_by` who clips in place of the
    engine that is called.
    """

    call: Apply
    target: Value | None
    threshold: Value | None
    how: str
    fact: Fact
    knowledge: Knowledge
    held: list[Value] | None
    missed: tuple[Recurrence, ...] = ()
    foreign: Value | None = None
    consumed: Apply | Loop | None = None
    emptied_by_loop: bool = False
    argument: str = ""
    taken_over_by: str = ""

    @property
    def pure(self) -> bool:
        """Whether it returns clipped gradients and leaves those it is given as they are."""
        return self.fact.get("form") == "pure"

    @property
    def callback(self) -> bool:
        """Whether it is an object that a trainer calls in time."""
        return self.fact.get("form") == "callback"

    @property
    def off_by_default(self) -> bool:
        """Whether it does nothing without a threshold."""
        return bool(self.fact.get("off-by-default"))

    @property
    def deprecated(self) -> bool:
        """Whether the library asks for another function in its place."""
        return bool(self.fact.get("deprecated"))

    @property
    def of_parameters(self) -> bool:
        """Whether it is a function that bounds the gradients of parameters in place."""
        return "target-parameter" in self.fact and not self.pure

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
        return isinstance(value, Apply) and self.knowledge.does(value.fn, "state")

    @property
    def of_gradients(self) -> bool:
        """Whether it is given what a gradient computation returned."""
        return self.target is not None and any(
            isinstance(node, Apply) and self.knowledge.does(node.fn, *GRADIENT_CALLS)
            for node in walk(self.target)
        )

    @property
    def refused(self) -> str:
        """What it is given in place of parameters, where that is certain to raise."""
        knowledge, words = self.knowledge, self.knowledge.words
        value = self.target
        if not self.of_parameters:
            return ""
        if isinstance(value, Method) and isinstance(value.receiver, Apply | Instance):
            if value.name in words["iterates-parameters"]:
                return "a method that is not called"
            return "the optimizer's groups" if value.name in words["parameter-groups"] else ""
        if isinstance(value, Apply):
            if knowledge.does(value.fn, "names-parameters"):
                return "pairs of names and parameters"
            if knowledge.takes_parameters(value):
                return "an optimizer"
            if knowledge.role_of_name.get(value.fn) in ("layer", "recurrent", "container"):
                parameter = knowledge.fact("layer", value.fn) or {}
                return "a network" if parameter.get("kind") != "parameter" else ""
        if isinstance(value, Instance) and layers.is_network(value, knowledge):
            return "" if value.cls.find("__iter__") is not None else "a network"
        return ""

    @property
    def sharder(self) -> Apply | None:
        """The wrapper that shards the parameters it is given, if they are certain to be sharded."""
        parameters = self.target
        wrapper = parameters.receiver if isinstance(parameters, Apply) else None
        fact = self.knowledge.of("sharder", wrapper)
        if fact is None or not isinstance(wrapper, Apply):
            return None
        unsure = fact["strategy-parameter"] in wrapper.kwargs or not wrapper.complete
        return None if unsure else wrapper

    @property
    def needs_threshold(self) -> bool:
        """Whether it can't do without a threshold: a function on parameters."""
        return self.of_parameters and "threshold-parameter" in self.fact

    @property
    def limits(self) -> bool:
        """Whether its threshold may shrink a gradient."""
        return limits(self.threshold)

    @property
    def measures(self) -> bool:
        """Whether it works in place and the norm that it returns is used."""
        return self.of_parameters and not is_statement(self.call)


def clips(program: Program) -> Iterator[Clip]:
    """Every call that clips, and every clipping argument of an optimizer or a trainer."""
    knowledge = program.knowledge
    for apply in program.once(calls):
        fact = knowledge.roles["clip"].get(apply.fn)
        if fact is not None:
            target = knowledge.argument(apply, fact, fact.get("target-parameter"))
            threshold = knowledge.argument(apply, fact, fact.get("threshold-parameter"))
            yield _of_call(program, apply, target, threshold, fact)
            continue
        engine = knowledge.of("engine", apply.receiver)
        how = knowledge.names["engine-clips"].get(apply.fn[1:])
        if engine is not None and how is not None:
            plugin = _taking_over(apply.receiver, engine)
            target = apply.argument(0, "parameters")
            if plugin is None:
                threshold = apply.argument(1, "max_norm", "clip_value")
                yield _of_call(program, apply, target, threshold, {"kind": how})
            elif is_statement(apply) and not _clips_by_itself(plugin, engine):
                name = str(engine["plugin-name"])
                yield Clip(apply, target, None, "norm", {}, knowledge, None, taken_over_by=name)
    for apply in program.once(calls):
        for role in ("trainer-arguments", "trainer"):
            settings = knowledge.roles[role].get(apply.fn)
            name = str(settings.get("clip-parameter", "")) if settings is not None else ""
            if name in apply.kwargs:
                bound = apply.kwargs[name]
                yield Clip(apply, None, bound, "norm", {}, knowledge, None, argument=name)
    for optimizer in clip_arguments(program):
        for name, value in optimizer.given.items():
            bounds = knowledge.names["clip-arguments"].get(name)
            if bounds is not None:
                yield Clip(optimizer.call, None, value, bounds, {}, knowledge, None, argument=name)


def _of_call(
    program: Program, apply: Apply, target: Value | None, threshold: Value | None, fact: Fact
) -> Clip:
    """A clip of parameters, with what is known of them."""
    knowledge = program.knowledge
    held = layers.held(target, knowledge)
    return Clip(
        call=apply,
        target=target,
        threshold=threshold,
        how=str(fact.get("kind", "norm")),
        fact=fact,
        knowledge=knowledge,
        held=held,
        missed=tuple(_missed(program, apply, held)),
        foreign=_foreign(program, apply, held),
        consumed=exhausted_parameters.consumer(program, apply, target),
        emptied_by_loop=exhausted_parameters.is_iterator(target, knowledge)
        and exhausted_parameters.made_outside(target, apply),
    )


def _clips_by_itself(plugin: Apply, engine: Fact) -> bool:
    """Whether a plugin may be told to clip: by its arguments, or by a configuration."""
    told = bool(plugin.args) or not plugin.complete
    return told or any(name in plugin.kwargs for name in engine["plugin-clip-parameters"])


def _taking_over(engine: Value | None, fact: Fact) -> Apply | None:
    """The plugin of an engine that takes clipping over."""
    if not isinstance(engine, Apply):
        return None
    plugin = engine.kwargs.get(str(fact.get("plugin-parameter")))
    return plugin if isinstance(plugin, Apply) else None


def _missed(program: Program, apply: Apply, held: list[Value] | None) -> list[Recurrence]:
    """Recurrent layers of the stepped networks that no clip of the program reaches."""
    knowledge = program.knowledge
    if held is None:
        return []
    for lifecycle in program.once(lifecycles):
        clip_effects = [
            effect for effect in lifecycle.effects if effect.kind == CLIP and effect.bounds
        ]
        if not any(effect.call is apply for effect in clip_effects):
            continue
        for group in lifecycle.groups:
            if group.held is None or layers.overlap(held, group.held, knowledge) is not True:
                continue
            covered: set[int] = set()
            for effect in clip_effects:
                reached = layers.held(effect.subject, knowledge)
                if reached is None:
                    return []
                for value in reached:
                    covered.update(id(part) for part in layers.parts(value, knowledge))
            return [
                layer
                for network in group.held
                for layer in layers.recurrences(network, knowledge)
                if id(layer.apply) not in covered | program.once(frozen_parts)
            ]
    return []


def _foreign(program: Program, apply: Apply, held: list[Value] | None) -> Value | None:
    """The optimizer of a lifecycle that steps only networks which this clip does not touch."""
    knowledge = program.knowledge
    if held is None:
        return None
    for lifecycle in program.once(lifecycles):
        if not any(effect.call is apply for effect in lifecycle.effects):
            continue
        if not lifecycle.groups or any(group.held is None for group in lifecycle.groups):
            return None
        for group in lifecycle.groups:
            if layers.overlap(held, group.held, knowledge) is not False:
                return None
        return lifecycle.groups[0].optimizer
    return None

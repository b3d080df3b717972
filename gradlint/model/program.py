"""A file's whole analysis: its entry points, their traces, and the views that rules ask for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gradlint.model.clipping import clip as clipping
from gradlint.model.clipping import clip_arguments, unused_clip
from gradlint.model.data import feed, preparation, unused_scaler
from gradlint.model.gradients import hook
from gradlint.model.gradients.event_tree import skeleton
from gradlint.model.gradients.lifecycle import Lifecycle, TooManyPathsError
from gradlint.model.interpret.inlining import instantiate, unknown_arguments
from gradlint.model.interpret.interpreter import Interpreter
from gradlint.model.losses import loss_call, objectives
from gradlint.model.networks import frozen_layers, handwritten_recurrence, layers, recurrent_start
from gradlint.model.training import (
    carried_state,
    keras_training,
    trained_recurrence,
    trainer_run,
    unbounded_state,
    unused_backward,
)
from gradlint.values.kinds import Apply, Class, Frame, Function, Instance, Value
from gradlint.values.trace import Act

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.values.kinds import Module
from gradlint.values.project import Project


class Program:
    """One file as a program: interpreted once, viewed in many ways."""

    def __init__(
        self,
        module: Module,
        project: Project,
        knowledge: Knowledge,
        relevant: Callable[[Any], bool] = lambda node: True,
    ) -> None:
        self.module = module
        self.knowledge = knowledge
        self.interpreter = Interpreter(module, project, knowledge)
        self.roots: list[list[Act]] = []
        self._relevant = relevant
        self._interpret()

    def _interpret(self) -> None:
        interp = self.interpreter
        self.roots.append(interp.run_main())
        for statement in self.module.tree.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                if statement not in interp.called and self._relevant(statement):
                    self.roots.append(interp.run_function(Function(statement, self.module, None)))
            elif isinstance(statement, ast.ClassDef) and self._relevant(statement):
                self._interpret_class(statement)

    def _interpret_class(self, statement: ast.ClassDef) -> None:
        interp = self.interpreter
        cls = self.module.globals.get(statement.name)
        if not isinstance(cls, Class) or cls.node is not statement:
            cls = interp.class_value(statement, Frame(self.module, locals=self.module.globals))
        methods = [
            member
            for member in statement.body
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        known = any(
            self.knowledge.fact("base", self.knowledge.canonical(base)) is not None
            for base in cls.library_bases()
        )
        todo = [
            method
            for method in methods
            if method not in interp.called
            and (known or self._relevant(method) or _sets_attributes(method))
        ]
        if not todo:
            return
        trace: list[Act] = []
        interp.trace = trace
        instance = self._instance(cls)
        for method in todo:
            if method.name == "__init__" or method in interp.called:
                continue
            function = Function(method, self.module, cls.frame, instance, cls)
            trace.extend(interp.run_function(function))
        self.roots.append(trace)

    def _instance(self, cls: Class) -> Instance:
        interp = self.interpreter
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        found = cls.find("__init__")
        if found is not None and isinstance(found[1], ast.FunctionDef):
            placeholder = Instance(cls, cls.node, cls.module)
            function = Function(found[1], found[0].module, found[0].frame, placeholder, found[0])
            args, kwargs = unknown_arguments(function, interp)
        made = instantiate(interp, cls, args, kwargs, cls.node, complete=False)
        assert isinstance(made, Instance)
        return made

    # -- what everything else is made from ---------------------------------------------------

    @property
    def applies(self) -> list[Apply]:
        """Every call that was not inlined."""
        return self.interpreter.applies

    @cached_property
    def lifecycles(self) -> list[Lifecycle]:
        """The gradient lifecycle of each root, run."""
        found = []
        for root in self.roots:
            lifecycle = Lifecycle(skeleton(root, self.knowledge), self.knowledge)
            try:
                lifecycle.run()
            except TooManyPathsError:
                lifecycle.confirmed.clear()
                self.interpreter.give_up(
                    self.module, lifecycle.deeds[0].node, "too many paths through the training loop"
                )
            found.append(lifecycle)
        return found

    @cached_property
    def _compiles(self) -> dict[int, Apply]:
        return {
            id(apply.receiver): apply
            for apply in self.applies
            if apply.fn == ".compile" and apply.receiver is not None
        }

    def recompiled(self, apply: Apply) -> bool:
        """Whether a later `compile` of the same model replaces this one."""
        return self._compiles[id(apply.receiver)] is not apply

    # -- views -------------------------------------------------------------------------------

    @cached_property
    def transitions(self) -> list[Any]:
        """Forbidden transitions of the gradient lifecycle."""
        return [item for lifecycle in self.lifecycles for item in lifecycle.transitions()]

    @cached_property
    def recurrences(self) -> list[layers.Recurrence]:
        """Recurrent layers, wherever they are built."""
        found = [layers.recurrence(apply, self.knowledge) for apply in self.applies]
        known = [layer for layer in found if layer is not None]
        if not any(layer.unbounded for layer in known):
            return known
        clipped = {
            id(layer.apply): network.clipped
            for network in self.trained_recurrences
            for layer in network.layers
        }
        return [replace(layer, clipped=clipped.get(id(layer.apply))) for layer in known]

    @cached_property
    def hand_written(self) -> list[handwritten_recurrence.HandWritten]:
        """Recurrences written by hand."""
        return handwritten_recurrence.hand_written_layers(self)

    @cached_property
    def frozen(self) -> frozenset[int]:
        """The identities of the layers that some path freezes."""
        return frozen_layers.frozen_parts(self)

    @cached_property
    def trained_recurrences(self) -> list[trained_recurrence.TrainedRecurrence]:
        """Recurrent networks that an update trains."""
        found = [*keras_training.from_keras(self), *trainer_run.from_trainers(self)]
        for lifecycle in self.lifecycles:
            found.extend(trained_recurrence.from_lifecycle(self, lifecycle))
        return found

    @cached_property
    def loss_calls(self) -> list[loss_call.LossCall]:
        """Losses that something may be trained by, and what they are fed."""
        return list(objectives.objectives(self))

    @cached_property
    def logarithms(self) -> list[loss_call.Logarithm]:
        """Logarithms that may be differentiated."""
        return list(objectives.logarithms(self))

    @cached_property
    def feeds(self) -> list[feed.Feed]:
        """Data that reaches a network in training."""
        return [*feed.feeds(self), *unused_scaler.unused_scalings(self)]

    @cached_property
    def unfitted(self) -> list[preparation.Unfitted]:
        """What standardises by statistics that nothing computed."""
        return list(preparation.unfitted(self))

    @cached_property
    def unscaled_conversions(self) -> list[preparation.UnscaledConversion]:
        """Conversions to floating point that were meant to scale."""
        return list(preparation.unscaled_conversions(self))

    @cached_property
    def carried_states(self) -> list[carried_state.CarriedState]:
        """Hidden states that cross iterations with their graph."""
        return list(carried_state.carried_states(self))

    @cached_property
    def recurrent_starts(self) -> list[recurrent_start.RecurrentStart]:
        """How recurrent layers start, where an initialiser says it."""
        return list(recurrent_start.recurrent_starts(self))

    @cached_property
    def unbounded_states(self) -> list[unbounded_state.UnboundedState]:
        """Recurrent states that nothing bounds."""
        return list(unbounded_state.unbounded_states(self))

    @cached_property
    def unused_backwards(self) -> list[unused_backward.UnusedBackward]:
        """Backward passes whose gradients are never applied."""
        return list(unused_backward.unused_backwards(self))

    @cached_property
    def hooks(self) -> list[hook.Hook]:
        """Hooks that bound gradients in the middle of backpropagation."""
        return list(hook.hooks(self))

    @cached_property
    def clips(self) -> list[clipping.Clip]:
        """Calls that clip."""
        return list(clipping.clips(self))

    @cached_property
    def trainer_runs(self) -> list[trainer_run.TrainerRun]:
        """Modules that a trainer fits."""
        return list(trainer_run.trainer_runs(self))

    @cached_property
    def unused_clips(self) -> list[unused_clip.UnusedClip]:
        """Clipped gradients that are not what is applied."""
        return list(unused_clip.unused_clips(self))

    @cached_property
    def transform_chains(self) -> list[clip_arguments.TransformChain]:
        """Chains of gradient transforms."""
        return list(clip_arguments.transform_chains(self))

    @cached_property
    def clipping_optimizers(self) -> list[clip_arguments.ClippingOptimizer]:
        """Optimizers that clip by themselves."""
        return list(clip_arguments.clipping_optimizers(self))

    def subjects(self, name: str) -> Iterator[Any]:
        """What a rule that subscribes to the type `name` is called with."""
        return iter(getattr(self, _VIEWS[name]))

    @cached_property
    def calls(self) -> list[Apply]:
        """Every call, once for each place in the text."""
        seen: set[int] = set()
        found = []
        for apply in self.applies:
            if id(apply.node) not in seen:
                seen.add(id(apply.node))
                found.append(apply)
        return found


def _sets_attributes(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method may leave something to the others: any store to an attribute."""
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        for node in ast.walk(method)
    )


_VIEWS = {
    "Transition": "transitions",
    "Recurrence": "recurrences",
    "TrainedRecurrence": "trained_recurrences",
    "LossCall": "loss_calls",
    "Logarithm": "logarithms",
    "Feed": "feeds",
    "Unfitted": "unfitted",
    "UnscaledConversion": "unscaled_conversions",
    "Call": "calls",
    "CarriedState": "carried_states",
    "UnboundedState": "unbounded_states",
    "RecurrentStart": "recurrent_starts",
    "UnusedBackward": "unused_backwards",
    "Hook": "hooks",
    "Clip": "clips",
    "UnusedClip": "unused_clips",
    "TrainerRun": "trainer_runs",
    "TransformChain": "transform_chains",
    "ClippingOptimizer": "clipping_optimizers",
}

SUBJECTS = frozenset(_VIEWS)
"""The types that a rule about code may subscribe to."""

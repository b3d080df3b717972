"""A file's whole analysis: its entry points, their traces, and the views that rules ask for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gradlint.model import (
    carried,
    clip_settings,
    compiled,
    feeds,
    frozen,
    handwritten,
    hooks,
    losses,
    networks,
    objectives,
    preparation,
    scalers,
    starts,
    state_paths,
    steps,
    trainers,
    training,
    unused_clips,
)
from gradlint.model import clips as clipping
from gradlint.model.inlining import instantiate, unknown_arguments
from gradlint.model.interpreter import Interpreter
from gradlint.model.lifecycle import Lifecycle, TooManyPathsError
from gradlint.model.skeleton import skeleton
from gradlint.model.trace import Act
from gradlint.source.frames import Frame
from gradlint.source.values import Apply, Class, Function, Instance, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.source.project import Module, Project


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
            cls = interp.class_value(statement, Frame(self.module, names=self.module.globals))
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
    def recurrences(self) -> list[networks.Recurrence]:
        """Recurrent layers, wherever they are built."""
        found = [networks.recurrence(apply, self.knowledge) for apply in self.applies]
        layers = [layer for layer in found if layer is not None]
        if not any(layer.unbounded for layer in layers):
            return layers
        clipped = {
            id(layer.apply): network.clipped
            for network in self.trained_recurrences
            for layer in network.layers
        }
        return [replace(layer, clipped=clipped.get(id(layer.apply))) for layer in layers]

    @cached_property
    def hand_written(self) -> list[handwritten.HandWritten]:
        """Recurrences written by hand."""
        return handwritten.hand_written_layers(self)

    @cached_property
    def frozen(self) -> frozenset[int]:
        """The identities of the layers that some path freezes."""
        return frozen.frozen_parts(self)

    @cached_property
    def trained_recurrences(self) -> list[training.TrainedRecurrence]:
        """Recurrent networks that an update trains."""
        found = [*compiled.from_keras(self), *trainers.from_trainers(self)]
        for lifecycle in self.lifecycles:
            found.extend(training.from_lifecycle(self, lifecycle))
        return found

    @cached_property
    def loss_calls(self) -> list[losses.LossCall]:
        """Losses that something may be trained by, and what they are fed."""
        return list(objectives.objectives(self))

    @cached_property
    def logarithms(self) -> list[losses.Logarithm]:
        """Logarithms that may be differentiated."""
        return list(objectives.logarithms(self))

    @cached_property
    def feeds(self) -> list[feeds.Feed]:
        """Data that reaches a network in training."""
        return [*feeds.feeds(self), *scalers.unused_scalings(self)]

    @cached_property
    def unfitted(self) -> list[preparation.Unfitted]:
        """What standardises by statistics that nothing computed."""
        return list(preparation.unfitted(self))

    @cached_property
    def unscaled_conversions(self) -> list[preparation.UnscaledConversion]:
        """Conversions to floating point that were meant to scale."""
        return list(preparation.unscaled_conversions(self))

    @cached_property
    def carried_states(self) -> list[carried.CarriedState]:
        """Hidden states that cross iterations with their graph."""
        return list(carried.carried_states(self))

    @cached_property
    def recurrent_starts(self) -> list[starts.RecurrentStart]:
        """How recurrent layers start, where an initialiser says it."""
        return list(starts.recurrent_starts(self))

    @cached_property
    def unbounded_states(self) -> list[state_paths.UnboundedState]:
        """Recurrent states that nothing bounds."""
        return list(state_paths.unbounded_states(self))

    @cached_property
    def unused_backwards(self) -> list[steps.UnusedBackward]:
        """Backward passes whose gradients are never applied."""
        return list(steps.unused_backwards(self))

    @cached_property
    def hooks(self) -> list[hooks.Hook]:
        """Hooks that bound gradients in the middle of backpropagation."""
        return list(hooks.hooks(self))

    @cached_property
    def clips(self) -> list[clipping.Clip]:
        """Calls that clip."""
        return list(clipping.clips(self))

    @cached_property
    def trainer_runs(self) -> list[trainers.TrainerRun]:
        """Modules that a trainer fits."""
        return list(trainers.trainer_runs(self))

    @cached_property
    def unused_clips(self) -> list[unused_clips.UnusedClip]:
        """Clipped gradients that are not what is applied."""
        return list(unused_clips.unused_clips(self))

    @cached_property
    def transform_chains(self) -> list[clip_settings.TransformChain]:
        """Chains of gradient transforms."""
        return list(clip_settings.transform_chains(self))

    @cached_property
    def clipping_optimizers(self) -> list[clip_settings.ClippingOptimizer]:
        """Optimizers that clip by themselves."""
        return list(clip_settings.clipping_optimizers(self))

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

"""Clipping that is told, not done: arguments of optimizers and trainers, chains of transforms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.program import calls
from gradlint.model.training.trainer_run import trainer_runs
from gradlint.values.at_call import AtCall
from gradlint.values.graph import number
from gradlint.values.kinds import Apply, Const, Instance, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class ClipArguments(AtCall):
    """An optimizer built with arguments that clip; `given` maps their names to their values.

    `kind` is the optimizer's; `fabric` for a call that takes exactly one of two bounds, `trainer`
    for a module that clips by itself under a trainer that was given a bound of its own.
    """

    call: Apply
    given: dict[str, Value]
    kind: str

    @property
    def certain(self) -> list[str]:
        """The arguments whose values are certain not to be `None`."""
        return [
            name
            for name, value in self.given.items()
            if isinstance(value, Const) and value.value is not None and not value.default
        ]

    @property
    def without_any(self) -> bool:
        """Whether it is certain that no bound is given."""
        return self.call.complete and all(
            isinstance(value, Const) and value.value is None and not value.default
            for value in self.given.values()
        )


_FIRST_BOUND = 2
"""A clip that takes one of several bounds takes the network and the optimizer before them."""


def clip_arguments(program: Program) -> Iterator[ClipArguments]:
    """Keras optimizers with clipping arguments, and Fabric's clip, which takes one of two."""
    knowledge: Knowledge = program.knowledge
    for apply in program.once(calls):
        if knowledge.does(apply.fn, "clips-by-bounds"):
            engine = knowledge.of("engine", apply.receiver) or {}
            if "bound-parameters" in engine:
                bounds = _bounds(apply, engine["bound-parameters"])
                yield ClipArguments(apply, bounds, str(engine["kind"]))
            continue
        fact = knowledge.roles["optimizer"].get(apply.fn)
        if fact is None or not fact.get("clip-arguments"):
            continue
        given = {
            name: value
            for name in knowledge.names["clip-arguments"]
            if (value := apply.kwargs.get(name, apply.attrs.get(name))) is not None
        }
        if given:
            yield ClipArguments(apply, given, str(fact["kind"]))
    yield from _contradictions(program)


def _bounds(apply: Apply, names: list[str]) -> dict[str, Value]:
    found = {}
    for index, name in enumerate(names, start=_FIRST_BOUND):
        value = apply.argument(index, name)
        if value is not None:
            found[name] = value
    return found


def _contradictions(program: Program) -> Iterator[ClipArguments]:
    """A module that clips at another bound than the trainer that fits it was given."""
    for run in program.once(trainer_runs):
        bound = number(run.clip)
        if bound is None or not isinstance(run.clip, Const) or run.clip.default:
            continue
        for apply in program.calls_of("clips-by-bounds"):
            module = apply.receiver
            if not isinstance(module, Instance):
                continue
            if module.cls is not run.module_object.cls:
                continue
            own = apply.argument(1, run.clip_parameter)
            value = number(own)
            if own is None or value is None or value == bound:
                continue
            if isinstance(own, Const) and not own.default and run.clip is not None:
                given: dict[str, Value] = {run.clip_parameter: own, "the trainer's": run.clip}
                yield ClipArguments(apply, given, "trainer")


@dataclass(slots=True, eq=False, repr=False)
class TransformChain(AtCall):
    """Gradient transforms in order: the positions of those that clip and those that optimize."""

    call: Apply
    clips: tuple[int, ...]
    optimizers: tuple[int, ...]


def transform_chains(program: Program) -> Iterator[TransformChain]:
    """Chains of gradient transforms."""
    knowledge = program.knowledge
    for apply in program.once(calls):
        if apply.fn in knowledge.roles["transform-chain"] and apply.complete:
            roles = [
                knowledge.role_of_name.get(item.fn, "") if isinstance(item, Apply) else ""
                for item in apply.args
            ]
            yield TransformChain(
                apply,
                tuple(index for index, role in enumerate(roles) if role == "clip"),
                tuple(
                    index for index, role in enumerate(roles) if role in ("optimizer", "step-size")
                ),
            )

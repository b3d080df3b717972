"""Networks that a trainer trains: its arguments and the module's hooks decide about clipping."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.model.gradients.object_kinds import inherits_unknown
from gradlint.model.interpret import names
from gradlint.model.interpret.inlining import unknown_site
from gradlint.model.program import calls
from gradlint.model.training.sequences import predicts_own_vocabulary, uses_last_step_only
from gradlint.model.training.trained_recurrence import TrainedRecurrence, loss_kinds, recurrences_of
from gradlint.values.at_call import AtCall
from gradlint.values.graph import constant, walk
from gradlint.values.kinds import Apply, Const, Function, Instance, Seq, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class TrainerRun(AtCall):
    """`trainer.fit(module)`: the trainer, the module, and the clip that the trainer was given.

    `module_fact` is what is known of the module's base, `clip_parameter` the trainer's parameter
    that gives the bound; `clip` is None where no clipping argument was given; `manual` that the
    module does the optimization itself; `early_clip` a clip in a method of it that runs before the
    backward pass; `undone` an override of the hook that would clip, with nothing in it;
    `without_bound` a call of the module's own clip with no value; `algorithm` the way to clip,
    where it alone was given.
    """

    call: Apply
    trainer: Apply
    module_object: Instance
    module_fact: Fact
    clip_parameter: str
    clip: Value | None
    manual: bool
    early_clip: Apply | None = None
    undone: ast.stmt | None = None
    without_bound: Apply | None = None
    algorithm: Value | None = None


def trainer_runs(program: Program) -> Iterator[TrainerRun]:
    """Every module that a trainer with a clipping argument of its own is seen to fit."""
    knowledge = program.knowledge
    for apply in program.calls_of("trains"):
        trainer = apply.receiver
        if not isinstance(trainer, Apply):
            continue
        fact = knowledge.fact("trainer", trainer.fn)
        trained = apply.args[0] if apply.args else None
        if fact is None or fact.get("clips-by-default") or not isinstance(trained, Instance):
            continue
        module = _module_fact(trained, knowledge)
        if module is None:
            continue
        parameter = str(fact.get("clip-parameter", ""))
        clip = trainer.kwargs.get(parameter)
        if clip is None and not trainer.complete:
            clip = Unknown("the trainer's arguments")
        yield TrainerRun(
            call=apply,
            trainer=trainer,
            module_object=trained,
            module_fact=module,
            clip_parameter=parameter,
            clip=clip,
            manual=_is_manual(program, trained, module),
            early_clip=_early_clip(program, trained, module),
            undone=_empty_hook(trained, module),
            without_bound=_clip_without_bound(program, trained, parameter),
            algorithm=trainer.kwargs.get(str(fact.get("clip-algorithm-parameter")))
            if clip is None
            else None,
        )


def _is_manual(program: Program, trained: Instance, module: Fact) -> bool:
    """Whether a module says that it optimizes by itself: by an attribute, or by a property."""
    attribute = str(module["manual-attribute"])
    said = trained.attrs.get(attribute)
    if said is None:
        with program.interpreter.aside():
            said = names.class_attribute(program.interpreter, trained.cls, attribute, trained)
    return constant(said) is False


def _clip_without_bound(program: Program, trained: Instance, parameter: str) -> Apply | None:
    """A call of the module's own clip that gives it no threshold."""
    for apply in program.once(calls):
        clips = program.knowledge.does(apply.fn, "clips-by-bounds")
        if clips and isinstance(apply.receiver, Instance):
            if apply.receiver.cls is trained.cls and apply.complete:
                if apply.argument(1, parameter) is None:
                    return apply
    return None


def _empty_hook(trained: Instance, module: Fact) -> ast.stmt | None:
    """An override of the hook that clips, with nothing in it."""
    found = trained.cls.find(module["clip-method"])
    if found is None or not isinstance(found[1], ast.FunctionDef):
        return None
    body = found[1].body
    empty = all(
        isinstance(part, ast.Pass)
        or (isinstance(part, ast.Return) and part.value is None)
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in body
    )
    return found[1] if empty else None


def _early_clip(program: Program, trained: Instance, module: Fact) -> Apply | None:
    """A clip of parameters that stands in a method which runs before the backward pass.

    The step of an optimizer runs its closure, and with it the backward pass, first of all.
    """
    knowledge = program.knowledge
    for name in module["before-backward-methods"]:
        found = trained.cls.find(name)
        if found is None:
            continue
        inside = {id(node) for node in ast.walk(found[1])}
        called = [apply for apply in program.once(calls) if id(apply.node) in inside]
        clip = next((apply for apply in called if _clips_parameters(apply, program)), None)
        if clip is None or any(_runs_backward(apply, knowledge) for apply in called):
            continue
        steps = [apply for apply in called if knowledge.gradient_effect(apply.fn) == "step"]
        first = called.index(clip)
        updates = name == module["update-method"]
        if not updates and not steps:
            return clip
        if updates and steps and first < called.index(steps[0]):
            return clip
    return None


def _runs_backward(apply: Apply, knowledge: Knowledge) -> bool:
    """Whether a call may be a backward pass, or a closure that runs one."""
    effect = knowledge.gradient_effect(apply.fn)
    return (
        effect in ("backward", "manual-backward")
        or knowledge.does(apply.fn, "runs-closure")
        or apply.fn == "?"
    )


def _clips_parameters(apply: Apply, program: Program) -> bool:
    fact = program.knowledge.roles["clip"].get(apply.fn)
    return fact is not None and "target-parameter" in fact and fact.get("form") != "pure"


def _module_fact(value: Instance, knowledge: Knowledge) -> Fact | None:
    """What is known of the base of a module that trainers train; None for any other object."""
    for base in value.cls.library_bases():
        fact = knowledge.fact("base", knowledge.canonical(base))
        if fact is not None and fact.get("trainer-module"):
            return fact
    return None


def from_trainers(program: Program) -> Iterator[TrainedRecurrence]:
    """The recurrent networks that trainers train."""
    knowledge = program.knowledge
    for run in program.once(trainer_runs):
        layers = recurrences_of(run.module_object, knowledge)
        if not layers or run.node is None or run.module is None:
            continue
        optimizer = _optimizer(program, run)
        loss = _returned(program, run.module_object, str(run.module_fact["step-method"]))
        yield TrainedRecurrence(
            node=run.node,
            module=run.module,
            layers=layers,
            hand_written=[],
            optimizer=optimizer,
            optimizer_fact=knowledge.of("optimizer", optimizer),
            knowledge=knowledge,
            clipped=_clipped(program, run),
            losses=loss_kinds([loss], knowledge) if loss is not None else frozenset(),
            own_vocabulary=predicts_own_vocabulary(run.module_object, knowledge),
            per_step=loss is not None and not uses_last_step_only(loss, knowledge),
            trainer_argument=run.clip_parameter,
        )


def _clipped(program: Program, run: TrainerRun) -> bool | None:
    """Whether the trainer or the module clips; None where a hook may."""
    knowledge = program.knowledge
    if run.clip is not None:
        if not isinstance(run.clip, Const) or run.clip.default:
            return None
        if run.clip.value:
            return True
    if run.manual or _may_be_overruled(run, knowledge):
        return None
    module = run.module_object
    own = any(module.cls.find(name) is not None for name in run.module_fact["clipping-methods"])
    if own or inherits_unknown(module, knowledge):
        return None
    optimizer = _optimizer(program, run)
    fact = knowledge.of("optimizer", optimizer)
    return bool(fact.get("bounded")) if fact is not None else None


def _may_be_overruled(run: TrainerRun, knowledge: Knowledge) -> bool:
    """Whether something else than the trainer's arguments may clip: a callback, a strategy."""
    for name in ("strategy", "plugins"):
        given = run.trainer.kwargs.get(name)
        if given is not None and constant(given) not in ("auto", "ddp", "dp"):
            return True
    callbacks = run.trainer.kwargs.get("callbacks")
    if callbacks is None:
        return False
    items = callbacks.items if isinstance(callbacks, Seq) and callbacks.exact else [callbacks]
    return not all(
        isinstance(item, Apply) and knowledge.is_library(item.fn.partition(".")[0])
        for item in items
    )


def _returned(program: Program, trained: Instance, name: str) -> Value | None:
    """What a method of the module returns when the trainer calls it."""
    interp = program.interpreter
    method = names.class_attribute(interp, trained.cls, name, trained)
    if not isinstance(method, Function):
        return None
    with interp.aside():
        return interp.inline(method, unknown_site(interp, method, method.node))


def _optimizer(program: Program, run: TrainerRun) -> Value | None:
    """The one optimizer that the module configures."""
    made = _returned(program, run.module_object, str(run.module_fact["configure-method"]))
    if made is None:
        return None
    found = [node for node in walk(made) if program.knowledge.of("optimizer", node) is not None]
    return found[0] if len(found) == 1 else None

"""Calls that train -> what the network's own code makes of one batch.

`trainer.fit(model, loader)` runs the model's `training_step`, `model.fit(x, y)` its `call`. The
call keeps the result, so that the data can be followed into the layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.model.interpret import dataset_code, inlining, names
from gradlint.model.interpret.core import CallSite, Core
from gradlint.values.kinds import Apply, Class, Const, Function, Instance, Value
from gradlint.values.marks import FORWARD

if TYPE_CHECKING:
    from gradlint.frameworks import Fact
    from gradlint.values.kinds import Frame


def follow(interp: Core, apply: Apply, frame: Frame) -> None:
    """Run the forward pass that a training call stands for, once."""
    if not interp.knowledge.does(apply.fn, "trains") or interp.muted or apply.node is None:
        return
    receiver = apply.receiver
    result: Value | None = None
    if isinstance(receiver, Instance):
        result = _own_model(interp, receiver, apply, frame)
    elif isinstance(receiver, Apply):
        fact = interp.knowledge.of("trainer", receiver)
        if fact is not None and fact.get("module-parameter"):
            result = _wrapped_model(interp, receiver, fact, apply, frame)
        elif fact is not None:
            result = _trained_module(interp, apply, frame)
    if result is not None:
        apply.attrs[FORWARD] = result


def _bases(interp: Core, instance: Instance) -> Fact:
    """What the library base of a network says of it."""
    for name in instance.cls.library_bases():
        fact = interp.knowledge.fact("base", interp.knowledge.canonical(name))
        if fact is not None:
            return fact
    return {}


def _own_model(interp: Core, model: Instance, apply: Apply, frame: Frame) -> Value | None:
    if _bases(interp, model).get("call-method") != "call":
        return None
    if any(model.cls.find(name) for name in interp.knowledge.words["own-training-step"]):
        return None
    data = apply.argument(0, "x", "generator")
    return _called(interp, model, data, apply, frame)


def _called(
    interp: Core, model: Instance, data: Value | None, apply: Apply, frame: Frame
) -> Value | None:
    if data is None or apply.node is None:
        return None
    batch = Apply("batch", [data], {}, apply.node, apply.module)
    with interp.aside():
        return interp.call(model, CallSite(apply.node, frame, [batch]))


def _wrapped_model(
    interp: Core, wrapper: Apply, fact: Fact, apply: Apply, frame: Frame
) -> Value | None:
    """An estimator around a module: `NeuralNetClassifier(Net).fit(x, y)`."""
    module = interp.knowledge.argument(wrapper, fact, str(fact["module-parameter"]))
    if isinstance(module, Class) and apply.node is not None:
        with interp.aside():
            module = inlining.instantiate(interp, module, CallSite(apply.node, frame))
    if not isinstance(module, Instance):
        return None
    return _called(interp, module, apply.argument(0, "X"), apply, frame)


def _trained_module(interp: Core, apply: Apply, frame: Frame) -> Value | None:
    model = apply.argument(0, "model")
    if not isinstance(model, Instance) or apply.node is None:
        return None
    fact = _bases(interp, model)
    step = names.class_attribute(interp, model.cls, str(fact.get("step-method", "")), model)
    if not isinstance(step, Function):
        return None
    loader = apply.argument(1, "train_dataloaders", "train_dataloader")
    source: Value | None = apply.kwargs.get("datamodule")
    if source is None and isinstance(loader, Instance):
        source, loader = loader, None
    if loader is None:
        loader = _loader_of(interp, source if source is not None else model, fact, apply, frame)
    if loader is None:
        return None
    item = Apply("iter", [loader], {}, apply.node, apply.module)
    with interp.aside():
        dataset_code.settle(interp, item, frame)
        return interp.inline(step, CallSite(apply.node, frame, [item, Const(0, default=True)]))


def _loader_of(interp: Core, owner: Value, fact: Fact, apply: Apply, frame: Frame) -> Value | None:
    """What the module, or the data module, itself gives as the training loader."""
    if not isinstance(owner, Instance) or apply.node is None:
        return None
    found: Value | None = None
    with interp.aside():
        for name in fact.get("loader-methods", ()):
            method = names.class_attribute(interp, owner.cls, name, owner)
            if isinstance(method, Function):
                arguments: list[Value] = [Const("fit")] if name == "setup" else []
                found = interp.inline(method, CallSite(apply.node, frame, arguments))
    return found

"""Values -> what they are in a training loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlint.model.networks import layers
from gradlint.values.kinds import Apply, Const, Instance, Join, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge


def role(value: Value | None, knowledge: Knowledge) -> str | None:
    """What a value is in a training loop: `optimizer`, `scheduler`, `scaler`, `network`, ..."""
    if isinstance(value, Join):
        roles = {role(option, knowledge) for option in value.options() if not _none(option)}
        return roles.pop() if len(roles) == 1 else None
    if isinstance(value, Apply | Unknown):
        for name in ("optimizer", "scaler", "engine", "trainer"):
            if knowledge.of(name, value) is not None:
                return name
        if knowledge.of("scheduler", value) is not None:
            return "scheduler"
        if isinstance(value, Apply) and value.fn == "[]" and _engine_item(value, knowledge):
            return "engine"
        if isinstance(value, Apply) and _own_optimizer(value, knowledge):
            return "optimizer"
        base = knowledge.of("base", value) if isinstance(value, Unknown) else None
        if base is not None:
            return "optimizer" if base.get("optimizer") else "network"
        if isinstance(value, Apply) and knowledge.makes_object(value):
            return "network"
    if isinstance(value, Instance):
        if layers.is_network(value, knowledge):
            return "network"
        for inherited in value.cls.library_bases():
            name = knowledge.canonical(inherited)
            fact = knowledge.fact("base", name)
            if fact is not None and fact.get("optimizer"):
                return "optimizer"
            if knowledge.fact("optimizer", name) is not None:
                return "optimizer"
            if knowledge.fact("scheduler", name) is not None:
                return "scheduler"
    return None


def inherits_unknown(value: Instance, knowledge: Knowledge) -> bool:
    """Whether an object's class extends one that is neither the project's nor a known library's."""
    tops = {name.partition(".")[0] for name in value.cls.library_bases()}
    return value.cls.has_unknown_base() or any(
        top != "builtins" and not knowledge.is_library(top) for top in tops
    )


def _none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _own_optimizer(value: Apply, knowledge: Knowledge) -> bool:
    """Whether a value is what a module gives of the optimizers that it configured."""
    if value.fn == "[]" and isinstance(value.args[0], Apply):
        value = value.args[0]
    if not isinstance(value.receiver, Instance):
        return False
    for base in value.receiver.cls.library_bases():
        fact = knowledge.fact("base", knowledge.canonical(base)) or {}
        if value.fn == f".{fact.get('optimizers-method')}":
            return True
    return False


def _engine_item(value: Apply, knowledge: Knowledge) -> bool:
    base = value.args[0]
    return knowledge.of("engine", base) is not None

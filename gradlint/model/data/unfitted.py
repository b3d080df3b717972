"""Layers and generators that standardise by statistics which nothing computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.graph import walk
from gradlint.values.kinds import Apply, Const, Value

if TYPE_CHECKING:
    from gradlint.model.program import Program


@dataclass(slots=True, eq=False, repr=False)
class Unfitted:
    """Something that standardises by statistics which nothing ever computed.

    `made` is its construction, `fit` the call that would have computed them, `use` the training
    that relies on it; `kind` is `layer` or `generator`.
    """

    made: Apply
    kind: str
    fit: str
    use: Apply


def unfitted(program: Program) -> Iterator[Unfitted]:
    """Layers and generators that standardise, are trained with, and never saw any data."""
    fits = program.calls_of("trains")
    if not fits:
        return
    yield from _layers(program, fits)
    yield from _generators(program, fits)


def _layers(program: Program, fits: list[Apply]) -> Iterator[Unfitted]:
    knowledge = program.knowledge
    seen: set[int] = set()
    for apply in program.calls_in("layer"):
        fact = knowledge.roles["layer"][apply.fn]
        if fact["kind"] != "adapted" or id(apply.node) in seen:
            continue
        given = (knowledge.argument(apply, fact, name) for name in fact["statistics-parameters"])
        if not apply.complete or any(value is not None for value in given):
            continue
        touched = _touched(program, apply)
        if touched is None or touched - knowledge.words["describes-layer"]:
            continue
        use = next((fit for fit in fits if _trains_with(fit, apply)), None)
        if use is not None and not _restores(program):
            seen.add(id(apply.node))
            yield Unfitted(apply, "layer", str(fact["fit-method"]), use)


def _touched(program: Program, value: Apply) -> set[str] | None:
    """The methods that are called on a value; None where somebody unknown got hold of it."""
    found: set[str] = set()
    for apply in program.applies:
        if apply.receiver is value and apply.fn != "()":
            found.add(apply.fn.removeprefix("."))
        if _is_foreign(apply, program) and any(_holds(item, value) for item in apply.operands()):
            return None
    if value.attrs:
        return None
    return found


def _is_foreign(apply: Apply, program: Program) -> bool:
    """Whether nothing is known of what a function does."""
    package = apply.fn.partition(".")[0]
    if not package or package == "builtins" or not package.isidentifier():
        return apply.fn == "?"
    return "." in apply.fn and not program.knowledge.is_library(package)


def _holds(argument: Value, value: Apply) -> bool:
    return any(node is value for node in walk(argument, 200))


def _trains_with(fit: Apply, layer: Apply) -> bool:
    network = fit.receiver
    return network is not None and any(node is layer for node in walk(network))


def _restores(program: Program) -> bool:
    """Whether weights, the statistics among them, are read from a file."""
    restores = program.knowledge.words["restores-weights"]
    return any(apply.fn.rpartition(".")[2] in restores for apply in program.applies)


def _generators(program: Program, fits: list[Apply]) -> Iterator[Unfitted]:
    knowledge = program.knowledge
    for apply in program.calls_in("data"):
        fact = knowledge.roles["data"][apply.fn]
        if fact["kind"] != "generator":
            continue
        needs = any(
            isinstance(given, Const) and given.value is True and not given.default
            for given in (apply.kwargs.get(name) for name in fact["statistics-parameters"])
        )
        touched = _touched(program, apply) if needs else None
        augments = knowledge.words["augments-arrays"] | knowledge.words["augments-files"]
        if not touched or touched - augments:
            continue
        use = next(
            (
                fit
                for fit in fits
                if fit.args and any(node is apply for node in walk(fit.args[0], 400))
            ),
            None,
        )
        if use is not None:
            yield Unfitted(apply, "generator", str(fact["fit-method"]), use)

"""Parts of a reveal about networks, data and losses: what the analyses make of a program.

Of the value that is computed on the line:

    recurrent LSTM tanh 20      the recurrent layers in it: activation, units, `x2` where it is two
                                layers deep, `from identity` or `from a start` where its matrix
                                starts as the program says; `?` is what is not known
    holds Dense, LSTM           the layers, networks and optimizers in it, itself left out
    parameters of Net, LSTM     whose parameters it stands for; `parameters unknown`
    shape ? x 28 x 28           the shape of an array; `shape unknown`
    sizes 28 x 28               the shape that it is: a tuple, `x.shape`, a slice of one
    frozen                      that training leaves it; `trained`
    ends in softmax             the functions that made it, or that a Keras network ends in;
                                `moved softmax` where it was reshaped since; `ends in unknown`
    overlap yes                 of a pair `a, b`: whether they have parameters in common
    depends yes                 of a pair `loss, net`: whether the network computed the tensor

Of what stands on the line:

    loss cross-entropy expects logits gets softmax
                                a loss that is differentiated, with `, repaired` where the backend
                                takes a second softmax back
    logarithm of softmax        a logarithm that is differentiated; `plus 1e-08` or
                                `clamped at 1e-08` where its argument is bounded
    feeds image up to 255       data that reaches weights unscaled; `scaled twice` or `into
                                EfficientNetB0`, which scales by itself, where that is what is wrong
    by hand unbounded, gated, 8 steps
                                a recurrence that is written by hand
    unfitted layer without adapt
    unscaled conversion         one that leaves 0..255, `before Normalize` that expects 0..1

Each of the second kind is `nothing` where there is none: `feeds nothing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gradlint.model.data.feed import Feed, feeds
from gradlint.model.data.unfitted import unfitted
from gradlint.model.data.unscaled_conversion import unscaled_conversions
from gradlint.model.data.unused_scaler import unused_scalings
from gradlint.model.losses.loss_call import Logarithm, LossCall, Output, network_outputs, outputs
from gradlint.model.losses.objectives import logarithms, objectives
from gradlint.model.networks import layers
from gradlint.model.networks.frozen_layers import frozen_parts
from gradlint.model.networks.handwritten_recurrence import HandWritten, hand_written_layers
from gradlint.model.networks.layers import Recurrence
from gradlint.model.networks.shapes import Dimension, dimensions, shape_of
from gradlint.model.program import Program
from gradlint.values.kinds import Apply, Instance, Seq, Value
from tests.model.notation import text

if TYPE_CHECKING:
    from tests.model.reveals import Place


def _last(place: Place) -> Value:
    assert place.values, f"{place.file}:{place.line}: nothing is computed here"
    return place.values[-1]


def _leaf(value: Value) -> str:
    if isinstance(value, Apply):
        return value.fn.rpartition(".")[2]
    if isinstance(value, Instance) and value.cls is not None:
        return value.cls.name
    return text(value)


def _answer(found: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[found]


# -- values --------------------------------------------------------------------------------------


def _recurrent(place: Place, program: Program) -> str:
    found = layers.recurrences(_last(place), program.knowledge)
    return f"recurrent {', '.join(sorted(map(_recurrence, found))) or 'nothing'}"


def _recurrence(layer: Recurrence) -> str:
    deep = "" if layer.depth == 1 else f" x{layer.depth or '?'}"
    start = " from identity" * layer.identity_start or " from a start" * layer.initializer_given
    return f"{layer.name} {layer.activation or '?'} {layer.units or '?'}{deep}{start}"


def _holds(place: Place, program: Program) -> str:
    value = _last(place)
    found = {
        _leaf(part)
        for part in layers.parts(value, program.knowledge)
        if part is not value and program.knowledge.is_object(part)
    }
    return f"holds {', '.join(sorted(found)) or 'nothing'}"


def _parameters(place: Place, program: Program) -> str:
    found = layers.held(_last(place), program.knowledge)
    if found is None:
        return "parameters unknown"
    return f"parameters of {', '.join(map(_leaf, found)) or 'nothing'}"


def _sizes(found: list[Dimension] | None) -> str:
    if found is None:
        return "unknown"
    return " x ".join("?" if size is None else str(size) for size in found)


def _shape(place: Place, program: Program) -> str:
    return f"shape {_sizes(shape_of(_last(place), program.knowledge))}"


def _dimensions(place: Place, program: Program) -> str:
    return f"sizes {_sizes(dimensions(_last(place), program.knowledge))}"


def _frozen(place: Place, program: Program) -> str:
    return "frozen" if id(_last(place)) in program.once(frozen_parts) else "trained"


def _ends(place: Place, program: Program) -> str:
    value, knowledge = _last(place), program.knowledge
    container = isinstance(value, Apply) and knowledge.holds_layers(value)
    found = network_outputs(value, knowledge) if container else outputs(value, knowledge)
    return f"ends in {_functions(found)}"


def _functions(found: tuple[Output, ...]) -> str:
    names = [f"{'moved ' * (not output.direct)}{output.function}" for output in found]
    return " or ".join(dict.fromkeys(names)) or "unknown"


def _pair(place: Place) -> list[Value]:
    value = _last(place)
    assert isinstance(value, Seq)
    return value.items


def _overlap(place: Place, program: Program) -> str:
    left, right = (layers.held(item, program.knowledge) for item in _pair(place))
    return f"overlap {_answer(layers.overlap(left, right, program.knowledge))}"


def _depends(place: Place, program: Program) -> str:
    value, network = _pair(place)
    return f"depends {_answer(layers.depends_on(value, [network], program.knowledge))}"


# -- findings of analyses ------------------------------------------------------------------------


def _on_line(place: Place, calls: Iterable[tuple[Apply, str]], word: str) -> str:
    found = [said for call, said in calls if place.holds(call.node, call.module)]
    return f"{word} {', '.join(dict.fromkeys(found)) or 'nothing'}"


def _loss(place: Place, program: Program) -> str:
    return _on_line(place, [(call.apply, _said(call)) for call in program.once(objectives)], "loss")


def _said(call: LossCall) -> str:
    end = ", repaired" * call.repaired
    return f"{call.kind} expects {call.expects} gets {_functions(call.outputs)}{end}"


def _logarithm(place: Place, program: Program) -> str:
    return _on_line(
        place, [(found.call, _bounded(found)) for found in program.once(logarithms)], "logarithm"
    )


def _bounded(found: Logarithm) -> str:
    if found.guard is None:
        return f"of {found.function}"
    how = "plus" if found.added else "clamped at"
    return f"of {found.function} {how} {found.guard:g}"


def _feeds(place: Place, program: Program) -> str:
    found = [*program.once(feeds), *program.once(unused_scalings)]
    return _on_line(place, [(feed.call, _fed(feed)) for feed in found], "feeds")


def _fed(feed: Feed) -> str:
    twice = " scaled twice" * (feed.doubled is not None and feed.network is None)
    into = f" into {_leaf(feed.network)}" if feed.network is not None else ""
    return f"{feed.kind} up to {feed.reach:.4g}{twice}{into}"


def _by_hand(place: Place, program: Program) -> str:
    found = [(each.call, _hand(each)) for each in program.once(hand_written_layers)]
    return _on_line(place, found, "by hand")


def _hand(found: HandWritten) -> str:
    words = ["bounded" if found.bounded else "unbounded"]
    words += ["gated"] * found.gated
    words += [f"{found.steps} steps"] * (found.steps is not None)
    return ", ".join(words)


def _unfitted(place: Place, program: Program) -> str:
    found = [(each.made, f"{each.kind} without {each.fit}") for each in program.once(unfitted)]
    return _on_line(place, found, "unfitted")


def _unscaled(place: Place, program: Program) -> str:
    found = [(each.call, _conversion(each.expects)) for each in program.once(unscaled_conversions)]
    return _on_line(place, found, "unscaled")


def _conversion(expects: Apply | None) -> str:
    return "conversion" if expects is None else f"conversion before {_leaf(expects)}"


SUBJECT_REVEALS: dict[str, Callable[[Place, Program], str]] = {
    "recurrent": _recurrent,
    "holds": _holds,
    "parameters": _parameters,
    "shape": _shape,
    "sizes": _dimensions,
    "frozen": _frozen,
    "trained": _frozen,
    "ends": _ends,
    "overlap": _overlap,
    "depends": _depends,
    "loss": _loss,
    "logarithm": _logarithm,
    "feeds": _feeds,
    "by": _by_hand,
    "unfitted": _unfitted,
    "unscaled": _unscaled,
}
"""By the word that a part begins with."""


__all__ = ["SUBJECT_REVEALS"]

"""Loss calls -> what kind of value they are fed: logits, probabilities, log-probabilities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradlint.frameworks import knowledge as frameworks_knowledge
from gradlint.model.networks.layers import activation_function
from gradlint.values.at_call import AtCall
from gradlint.values.graph import number
from gradlint.values.kinds import Apply, Const, Join, Seq, Symbol, Unknown, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge


@dataclass(slots=True, eq=False, repr=False)
class Output:
    """The last function that made a value: its name, the call, and what it was applied to.

    `function` is an activation, `linear` for the plain output of a layer with weights, or `other`.
    `direct` is False where its values were moved around afterwards (reshaped, dropped).
    """

    function: str
    apply: Apply | None
    argument: Value | None
    direct: bool = True


@dataclass(slots=True, eq=False, repr=False)
class LossCall:
    """A loss and its prediction.

    `expects` is `logits`, `probabilities`, `log-probabilities` or `any`; None where it depends on
    something unknown. `outputs` are the ways the prediction may have been made (empty: unknown).
    `compiled` marks a loss that a Keras model was compiled with; `library` is who computes it;
    `repaired` that this one takes a softmax or sigmoid back which it would apply a second time.
    """

    apply: Apply
    name: str
    kind: str
    expects: str | None
    outputs: tuple[Output, ...]
    compiled: bool = False
    repaired: bool = False

    @property
    def library(self) -> str:
        """The package that defines the loss."""
        return self.name.partition(".")[0]

    def certainly(self, function: str) -> Output | None:
        """The output, if every way the prediction may have been made ends in `function`."""
        if self.outputs and all(output.function == function for output in self.outputs):
            return self.outputs[0]
        return None

    def before(self, output: Output) -> Output | None:
        """What `output` was applied to, if there is only one way it may have been made."""
        found = outputs(output.argument, frameworks_knowledge())
        return found[0] if len(found) == 1 else None


@dataclass(slots=True, eq=False, repr=False)
class Logarithm(AtCall):
    """A logarithm: what made its argument, and the least that its argument can be (None: 0).

    `added` tells whether that bound is an epsilon that was added, else it is a clamp.
    """

    call: Apply
    function: str
    apply: Apply | None
    guard: float | None
    added: bool = False


def logarithm(call: Apply, knowledge: Knowledge) -> Logarithm | None:
    """The logarithm that a call takes; None for other calls."""
    argument: Value | None
    if knowledge.names["activation-methods"].get(call.fn[1:]) == "log" and not call.args:
        argument = call.receiver
    else:
        fact = knowledge.roles["activation"].get(call.fn)
        if fact is None or fact["function"] != "log" or not call.args:
            return None
        argument = call.args[0]
    guard: float | None = None
    added = False
    if isinstance(argument, Apply) and argument.fn == "+":
        numbers = [number(arg) for arg in argument.args]
        known = [value for value in numbers if value is not None]
        rest = [arg for arg, value in zip(argument.args, numbers, strict=True) if value is None]
        if len(known) == 1 and len(rest) == 1:
            guard, argument, added = known[0], rest[0], True
    made = outputs(argument, knowledge)
    if len(made) == 1 and made[0].function == "clamp" and made[0].apply is not None:
        clamp = made[0].apply
        least = number(clamp.argument(0 if clamp.receiver is not None else 1, *_LEAST))
        if least is None:
            return None
        guard, added = max(least, guard or 0.0), False
        made = outputs(made[0].argument, knowledge)
    if len(made) != 1:
        return None
    return Logarithm(call, made[0].function, made[0].apply, guard, added)


_LEAST = ("min", "a_min", "clip_value_min", "min_value", "x_min")
"""What libraries call the lower bound of a clamp."""


def outputs(value: Value | None, knowledge: Knowledge, depth: int = 0) -> tuple[Output, ...]:
    """How a value may have been made, one entry for each alternative; empty if one is unknown."""
    if value is None or depth > 40:
        return ()
    if isinstance(value, Join):
        found: list[Output] = []
        for option in value.options():
            part = outputs(option, knowledge, depth + 1)
            if not part:
                return ()
            found.extend(part)
        return tuple(found)
    if not isinstance(value, Apply):
        return ()
    if value.inner is not None:
        return outputs(value.inner, knowledge, depth + 1)
    fn = value.fn
    if fn == "()":
        return _called_layer(value, knowledge, depth)
    if fn[:1] == ".":
        if knowledge.does(fn, "keeps-values"):
            return _moved(outputs(value.receiver, knowledge, depth + 1))
        function = knowledge.names["activation-methods"].get(fn[1:])
        return (Output(function, value, value.receiver),) if function else ()
    if fn == "[]":
        return outputs(value.args[0], knowledge, depth + 1)
    fact = knowledge.roles["activation"].get(fn)
    if fact is not None and not fact.get("class"):
        argument = value.args[0] if value.args else next(iter(value.kwargs.values()), None)
        return (Output(fact["function"], value, argument),)
    fact = knowledge.roles["layer"].get(fn)
    if fact is not None and not fact.get("class", True) and fact["kind"] in ("linear", "conv"):
        return _layer_output(value, value, fact, value.args[0] if value.args else None, knowledge)
    if fn in ("+", "-", "*", "/", "@", "neg"):
        return (Output("other", value, None),)
    return ()


def _moved(found: tuple[Output, ...]) -> tuple[Output, ...]:
    """The same functions, with something between them and whoever reads the values."""
    return tuple(replace(output, direct=False) for output in found)


def _called_layer(value: Apply, knowledge: Knowledge, depth: int) -> tuple[Output, ...]:
    argument = value.args[0] if value.args else None
    if not isinstance(value.receiver, Apply):
        return ()
    return layer_outputs(value.receiver, value, argument, knowledge, depth)


def layer_outputs(
    layer: Apply, call: Apply, argument: Value | None, knowledge: Knowledge, depth: int = 0
) -> tuple[Output, ...]:
    """What calling a layer object gives."""
    for name in knowledge.heads(layer) or ():
        head = layer.attrs.get(name)
        if isinstance(head, Apply):
            # The last layer was replaced: what it gives is what the classifier gives.
            return layer_outputs(head, call, argument, knowledge, depth + 1)
    fact = knowledge.roles["activation"].get(layer.fn)
    if fact is not None and fact.get("class"):
        function = knowledge.activation(layer)
        if function == "linear":
            return outputs(argument, knowledge, depth + 1)
        return (Output(function, call, argument),) if function else ()
    fact = knowledge.roles["layer"].get(layer.fn)
    if fact is not None:
        kind = fact["kind"]
        if kind in ("linear", "conv"):
            return _layer_output(layer, call, fact, argument, knowledge)
        if kind in ("shape", "dropout"):
            return _moved(outputs(argument, knowledge, depth + 1))
        if kind == "normalization":
            return (Output("other", call, argument),)
        return ()
    wrapped = knowledge.roles["wrapper"].get(layer.fn)
    if wrapped is not None and wrapped.get("at-each-step"):
        inner = knowledge.argument(layer, wrapped, "layer")
        if isinstance(inner, Apply):
            return layer_outputs(inner, call, argument, knowledge, depth + 1)
    members = knowledge.members(layer) if knowledge.holds_layers(layer) else None
    if members:
        return network_outputs(layer, knowledge, depth + 1)
    return ()


def _layer_output(
    layer: Apply, call: Apply, fact: Fact, argument: Value | None, knowledge: Knowledge
) -> tuple[Output, ...]:
    given = knowledge.argument(layer, fact, fact.get("activation-parameter"))
    if given is None:
        if not layer.complete:
            return ()
        return (Output(str(fact.get("activation", "linear")), call, argument),)
    function = activation_function(given, knowledge)
    return (Output(function, call, None),) if function else ()


def network_outputs(
    network: Value | None, knowledge: Knowledge, depth: int = 0
) -> tuple[Output, ...]:
    """What a Keras network gives: its last layer, or its output tensor."""
    if depth > 10:
        return ()
    if not isinstance(network, Apply) or network.attrs.get("*") is not None:
        return ()
    container = knowledge.fact("container", network.fn)
    if container is not None and container.get("graph"):
        output = knowledge.argument(network, container, "outputs")
        if output is None:
            output = network.kwargs.get("output")
        if isinstance(output, Seq) and len(output.items) == 1:
            output = output.items[0]
        return outputs(output, knowledge, depth + 1)
    members = knowledge.members(network) if knowledge.holds_layers(network) else None
    if not members or not isinstance(members[-1], Apply):
        return ()
    last = members[-1]
    if knowledge.holds_layers(last):
        return network_outputs(last, knowledge, depth + 1)
    rest = Apply(network.fn, [Seq(members[:-1])], {}, network.node, network.module)
    before = Apply("()", [Unknown()], {}, network.node, network.module, rest)
    return layer_outputs(last, last, before, knowledge, depth + 1)


def loss_call(apply: Apply, knowledge: Knowledge) -> LossCall | None:
    """The loss that a call computes: a function, or a loss object that is called."""
    if apply.fn == "()":
        layer = apply.receiver
        if not isinstance(layer, Apply):
            return None
        fact = knowledge.roles["loss"].get(layer.fn)
        if fact is None or not fact.get("class"):
            return None
        prediction = apply.argument(fact.get("prediction-position", 0), "input", "y_pred")
        expects = _expects(layer, fact, knowledge)
        return LossCall(apply, layer.fn, fact["kind"], expects, outputs(prediction, knowledge))
    fact = knowledge.roles["loss"].get(apply.fn)
    if fact is None or fact.get("class"):
        return None
    prediction = None
    for name in ("input", "logits", "y_pred", "output", "predictions"):
        prediction = knowledge.argument(apply, fact, name)
        if prediction is not None:
            break
    expects = _expects(apply, fact, knowledge)
    return LossCall(apply, apply.fn, fact["kind"], expects, outputs(prediction, knowledge))


def _expects(apply: Apply, fact: Fact, knowledge: Knowledge) -> str | None:
    given = knowledge.argument(apply, fact, "from_logits")
    if given is None:
        given = apply.kwargs.get("from_logits")
    if given is None:
        return str(fact["expects"]) if apply.complete else None
    if isinstance(given, Const) and not given.default:
        return "logits" if given.value else "probabilities"
    return None


def compiled_loss(
    apply: Apply, network: Value, knowledge: Knowledge, forward: Value | None
) -> LossCall | None:
    """The loss that `network.compile(...)` sets; `forward` is what the network made of a batch."""
    given = apply.argument(1, "loss")
    found = outputs(forward, knowledge) if forward else network_outputs(network, knowledge)
    if isinstance(given, Const) and isinstance(given.value, str):
        name = knowledge.names["loss-names"].get(given.value)
        if name is None or given.default:
            return None
        fact = knowledge.roles["loss"][name]
        return LossCall(apply, name, fact["kind"], fact["expects"], found, compiled=True)
    return handed_loss(apply, given, found, knowledge)


def handed_loss(
    apply: Apply, given: Value | None, found: tuple[Output, ...], knowledge: Knowledge
) -> LossCall | None:
    """A loss that is handed, as an object, a class or a function, to whoever will call it."""
    known = knowledge.of("loss", given)
    if known is None or not isinstance(given, Apply | Symbol):
        return None
    if isinstance(given, Symbol):
        name = knowledge.canonical(given.name)
        expects: str | None = str(known["expects"])
    else:
        name, expects = given.fn, _expects(given, known, knowledge)
    return LossCall(apply, name, known["kind"], expects, found, compiled=True)

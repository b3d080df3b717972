"""What is asked of the facts: names in one spelling, what calls give, what methods do."""

from __future__ import annotations

import pytest

from gradlint.frameworks import knowledge
from gradlint.values.kinds import Apply, Const, Seq, Unknown, Value

KNOWN = knowledge()


def call(fn: str, *args: Value, receiver: Value | None = None, **kwargs: Value) -> Apply:
    return Apply(fn, list(args), kwargs, None, None, receiver)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("tensorflow.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tensorflow.contrib.rnn.LSTMCell", "tensorflow.nn.rnn_cell.LSTMCell"),
        ("torch.nn.modules.rnn.LSTM", "torch.nn.LSTM"),
        ("torch.nn.functional.relu", "torch.nn.functional.relu"),
        ("my.layers.LSTM", "my.layers.LSTM"),
    ],
)
def test_a_name_has_one_spelling(name: str, spelling: str) -> None:
    assert KNOWN.canonical(name) == spelling


def test_a_context_that_scales_the_loss_gives_it_scaled_and_unscales_by_itself() -> None:
    loss = Unknown("loss")
    entered = KNOWN.entered(call("apex.amp.scale_loss", loss))
    assert isinstance(entered, Apply)
    assert KNOWN.does(entered.fn, "scales-loss")
    assert entered.args == [loss]
    assert "unscaled" in entered.attrs


def test_any_other_context_gives_itself() -> None:
    context = call("torch.no_grad")
    assert KNOWN.entered(context) is context


def test_a_call_that_prepares_two_objects_returns_both() -> None:
    network, optimizer = Unknown("network"), Unknown("optimizer")
    given = KNOWN.passes(call("apex.amp.initialize", network, optimizer, Const("O1")))
    assert isinstance(given, Seq)
    assert given.items == [network, optimizer]


def test_an_engine_gives_back_what_it_prepares() -> None:
    engine, network = call("accelerate.Accelerator"), Unknown("network")
    assert KNOWN.passes(call(".prepare", network, receiver=engine)) is network


def test_a_method_is_known_by_any_of_the_words() -> None:
    assert KNOWN.does(".compute_gradients", "tape-gradients", "optimizer-gradients")
    assert not KNOWN.does(".compute_gradients", "tape-gradients")
    assert not KNOWN.does("compute_gradients", "optimizer-gradients")


@pytest.mark.parametrize(
    ("method", "effect"), [(".unscale_", "unscale"), (".zero_grad", "zero"), (".forward", None)]
)
def test_a_method_has_an_effect_on_gradients(method: str, effect: str | None) -> None:
    assert KNOWN.gradient_effect(method) == effect


@pytest.mark.parametrize(
    ("applying", "function"),
    [
        (call(".tanh", receiver=Unknown()), "tanh"),
        (call("torch.relu", Unknown()), "relu"),
        (call("()", Unknown(), receiver=call("torch.nn.SiLU")), "silu"),
        (call("()", Unknown(), receiver=call("torch.nn.Linear")), None),
        (call("keras.activations.relu", Unknown(), max_value=Const(6)), "relu6"),
    ],
    ids=["method", "function", "layer", "no activation", "limited"],
)
def test_the_activation_that_a_call_applies(applying: Apply, function: str | None) -> None:
    assert KNOWN.applied(applying) == function

"""Lines that put mark, name and value in an order of their own."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from gradlint.runs.readers.text.line.wordings import in_common_words
from tests.runs.readers.text.text_logs import read, series

Series = dict[str, list[tuple[int, float]]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Cost after iteration 100: 0.64", {"Cost": [(100, 0.64)]}),
        ("Score at iteration 10 is 1.25", {"Score": [(10, 1.25)]}),
        ("Minibatch loss at step 50: 3.5", {"Minibatch loss": [(50, 3.5)]}),
        ("Training loss after 3 epochs", {}),
        ("Train loss 10 2.5 Grad Norm 1.5 0.45s/it", {"Train loss": [(10, 2.5)]}),
        ("Validation loss 20:  2.25", {"Validation loss": [(20, 2.25)]}),
        ("250 val 3.25", {"val": [(250, 3.25)]}),
        ("250 hella nan", {"hella": [(250, math.nan)]}),
        ("Step    100: train CrossEntropyLoss |  2.5", {"train CrossEntropyLoss": [(100, 2.5)]}),
        ("epoch 7: held out perplexity | 1.5e+2", {"held out perplexity": [(7, 150.0)]}),
        ("Iter 30: dice | nan", {"dice": [(30, math.nan)]}),
        ("Step 2: open the valve | 3", {}),
        ("(epoch = 3, loss = 2.5f0)", {"loss": [(3, 2.5)]}),
        ("Epoch 4: lr = 1.5f-5", {"lr": [(4, 1.5e-5)]}),
        ("epoch 4, build: 1.5f0a, loss: 0.5", {"loss": [(4, 0.5)]}),
        ("s:40 trl:9.5 norm:1.25", {"trl": [(40, 9.5)], "norm": [(40, 1.25)]}),
        ("e 3 l 0.25 a 0.5", {"l": [(3, 0.25)], "a": [(3, 0.5)]}),
        ("it 30 l 0.25", {"l": [(30, 0.25)]}),
        ("it 30 | l 0.25 q 2.5", {"l": [(30, 0.25)], "q": [(30, 2.5)]}),
        ("[T 00:01:02] it 30 | L 0.25 g 2.5", {"L": [(30, 0.25)], "g": [(30, 2.5)]}),
        ("12:01:02 ep 4 | l 0.25 | a 0.5", {"l": [(4, 0.25)], "a": [(4, 0.5)]}),
        ("2026-11-30 12:01:02,345 it 30: l 0.25", {"l": [(30, 0.25)]}),
        ("(it 30) l: nan, q: 2.5", {"l": [(30, math.nan)], "q": [(30, 2.5)]}),
        ("[ep 3] l=0.25", {"l": [(3, 0.25)]}),
        ("s 30 | l inf | q 2.5", {"l": [(30, math.inf)], "q": [(30, 2.5)]}),
        ("0m 30s (- 7m 10s) (5000 6%) 2.85", {"loss": [(5000, 2.85)]}),
        ("[1m 3s (500 10%) 2.5]", {"loss": [(500, 2.5)]}),
        (
            "7: 601.5, 602.5 avg, 0.001 rate, 4.5 seconds, 64 images",
            {"loss": [(7, 601.5)], "avg": [(7, 602.5)], "rate": [(7, 0.001)]},
        ),
        (
            "    3 93.44 s run, 11.5 loss, 0.001 LR, 642.43 GB used",
            {"loss": [(3, 11.5)], "LR": [(3, 0.001)]},
        ),
        (
            "epoch 3 OrderedDict([('loss', 0.25), ('acc', 0.5)])",
            {"loss": [(3, 0.25)], "acc": [(3, 0.5)]},
        ),
        (
            "OrderedDict([('step', 40), ('train_loss', nan)])",
            {"train_loss": [(40, math.nan)]},
        ),
        (
            "epoch 3 collections.OrderedDict([('loss', 1e-05), ('lr', 0.1)])",
            {"loss": [(3, 1e-5)], "lr": [(3, 0.1)]},
        ),
        (
            "epoch 3 defaultdict(<class 'float'>, {'loss': 0.25, 'acc': 0.5})",
            {"loss": [(3, 0.25)], "acc": [(3, 0.5)]},
        ),
        ("step 40 defaultdict(None, {'loss': 0.25})", {"loss": [(40, 0.25)]}),
        (
            "step 40, loss[loss=0.25, ctc=0.5, over 9.00 frames.], mean_loss[loss=0.75, ctc=1.5]",
            {
                "loss": [(40, 0.25)],
                "ctc": [(40, 0.5)],
                "mean_loss/loss": [(40, 0.75)],
                "mean_loss/ctc": [(40, 1.5)],
            },
        ),
        (
            "step 40 train[loss=0.25, acc=0.5] val[loss=0.75, acc=nan]",
            {
                "train/loss": [(40, 0.25)],
                "train/acc": [(40, 0.5)],
                "val/loss": [(40, 0.75)],
                "val/acc": [(40, math.nan)],
            },
        ),
        ("step 40 only[loss=0.25, acc=0.5]", {"loss": [(40, 0.25)], "acc": [(40, 0.5)]}),
        (
            "step 40, mean/median reward 10.5/9.25",
            {"mean reward": [(40, 10.5)], "median reward": [(40, 9.25)]},
        ),
        (
            "epoch 3: train/val loss: 0.25 / nan",
            {"train loss": [(3, 0.25)], "val loss": [(3, math.nan)]},
        ),
        ("step 40 read/write loss 3/4", {}),
        ("250 | loss 3.25 | lr 1e-4 | 12.5ms", {"loss": [(250, 3.25)], "lr": [(250, 1e-4)]}),
        ("250 | loss: 3.25 | ppl: 9.5", {"loss": [(250, 3.25)], "ppl": [(250, 9.5)]}),
        ("12 | loss = 0.5", {}),
        ("Epoch 3: reducing learning rate of group 0 to 1e-05.", {"learning rate": [(3, 1e-5)]}),
        ("Epoch 3: reducing learning rate of group 1 to 1e-05.", {}),
        ("epoch 4, Updating learning rate to 0.5", {"learning rate": [(4, 0.5)]}),
        (
            "host=algo-1, epoch=4, train rmse <loss>=2.5",
            {"train rmse": [(4, 2.5)]},
        ),
        (
            "LOG (train[5.5]:Print():training.cc:27) Average objective function for 'output' "
            "for minibatches 100-199 is -1.5 over 512 frames.",
            {"Average objective function": [(100, -1.5)]},
        ),
    ],
)  # fmt: skip
def test_orders(line: str, expected: Series) -> None:
    runs = read(f"{line}\n").runs
    found = {tag: list(zip(c.steps.tolist(), map(str, c.values), strict=True))
             for run in runs for tag, c in run.curves.items()}  # fmt: skip
    for tag, points in expected.items():
        assert found[tag] == [(step, str(value)) for step, value in points]
    assert found or not expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Epoche 02/30 | Verlust: 1,9596 | Wert: 0,42", {"Verlust": 1.9596, "Wert": 0.42}),
        ("Epoche 3: Verlust=1,5, Genauigkeit=0,433", {"Verlust": 1.5, "Genauigkeit": 0.433}),
        ("epoch 3 loss: 0.5 seen: 12,800", {"loss": 0.5, "seen": 12_800.0}),
        ("epoch 3 loss: 1,950", {"loss": 1950.0}),
        ("epoch 3 loss: 0.25, 0,75", {"loss": 0.25}),
    ],
)  # fmt: skip
def test_decimal_commas(line: str, expected: dict[str, float]) -> None:
    read_values = {tag: points[0][1] for tag, points in series(f"{line}\n").items()}
    assert expected.items() <= read_values.items()


@pytest.mark.parametrize(
    "line", ["epoca {0}: perdida {0}.5", "paso {0}: perdida {0}.5", "epoche {0} verlust {0}.5"]
)
def test_words_of_other_languages_in_plain_letters_and_without_a_sign(line: str) -> None:
    (name,) = {"perdida", "verlust"}.intersection(line.split())
    read_values = series("".join(f"{line.format(at)}\n" for at in range(1, 5)))
    assert read_values[name] == [(at, at + 0.5) for at in range(1, 5)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Epoch 3 acc train/val: 0.50/0.40", {"acc train": 0.5, "acc val": 0.4}),
        (
            "Epoch 3 loss: 2.5 mse train/val: 0.5/0.75",
            {"loss": 2.5, "mse train": 0.5, "mse val": 0.75},
        ),
        ("Epoch 3 acc: 45/50", {"acc": 0.9}),
        ("Epoch 3 loss: 2.5/3.5", {"loss": 2.5}),
    ],
)
def test_two_values_behind_one_name(line: str, expected: dict[str, float]) -> None:
    assert {tag: points[0][1] for tag, points in series(f"{line}\n").items()} == expected


def test_a_count_alone_before_named_values() -> None:
    text = "".join(f"{n} L=2.{n} g=7990 lr=1e-3\n" for n in range(3))
    assert {tag: points[-1] for tag, points in series(text).items()} == {
        "L": (2, 2.2), "g": (2, 7990.0), "lr": (2, 1e-3),
    }  # fmt: skip
    assert in_common_words("3 L=64 out=128") == "3 L=64 out=128"


def test_a_pass_may_print_its_position_without_a_stroke() -> None:
    log = "".join(
        f"Epoch: {e}\n390 391 Loss: 0.5 | Acc: 4{e}.5% (2000/5000)\n"
        f"99 100 Loss: 0.7 | Acc: 3{e}.5% (400/1000)\n"
        for e in (0, 1)
    )
    assert series(log) == {
        "Loss": [(390, 0.5), (781, 0.5)],
        "Acc": [(390, 40.5), (781, 41.5)],
        "evaluate/Loss": [(0, 0.7), (1, 0.7)],
        "evaluate/Acc": [(0, 30.5), (1, 31.5)],
    }


@pytest.mark.parametrize(
    "line",
    [
        "Validation loss decreased (inf --> 0.812345).  Saving model ...",
        "Metric val_loss improved. New best score: loss 0.9 -> 0.8",
        "Best loss at epoch 3: 0.5",
        "3 apples, 4 pears, 5 plums",
        "3 apples 5",
        "We saw it after epoch 3: 4 people came",
        "Section 2 val 3.5 of the manual",
        "[worker] it 3 people came",
        "12:01:02 we saw it 3 times in 2.5 hours",
    ],
)
def test_sentences_that_only_look_alike(line: str) -> None:
    assert not read(f"{line}\n" * 3).runs


@pytest.mark.parametrize(
    "sentence",
    [
        "sample 0: I am a language model, and step 0 of it loss = 3",
        "> The step 7 of the recipe is a loss: 12",
        "It was in epoch 3 that an accuracy of the runs: 4",
    ],
)
def test_whole_numbers_of_a_sentence_are_no_values(sentence: str) -> None:
    log = "".join(f"step {s} loss: 2.5 accuracy: 0.5\n{sentence}\n" for s in (1, 2))
    assert series(log) == {"loss": [(1, 2.5), (2, 2.5)], "accuracy": [(1, 0.5), (2, 0.5)]}


@given(st.text("019. abcloss:,=<>()[]%/-epoch \u7b2c\u8f6e", max_size=60))
def test_any_line_can_be_put_into_common_words(line: str) -> None:
    assert isinstance(in_common_words(line), str)

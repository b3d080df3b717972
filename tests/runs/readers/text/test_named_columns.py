"""Tables between other lines: names, perhaps a rule, and rows below them."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.text import TextReader
from gradlint.runs.run import Run

Points = dict[str, list[tuple[int, float]]]

BEFORE = "Loading the corpus\nUsing 2 workers\n\n"
AFTER = "\nSaved to out/model\n"


def read(text: str, piece: int = 1 << 20) -> list[Run]:
    reader = TextReader("train.log", "run")
    data = (BEFORE + text + AFTER).encode()
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    return reader.finish().runs


def points(text: str, piece: int = 1 << 20) -> Points:
    runs = read(text, piece)
    return {
        tag: list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        for run in runs
        for tag, curve in run.curves.items()
    }


LOSSES = {"Train Loss": [(1, 2.5), (2, 1.5)], "acc": [(1, 0.25), (2, 0.5)]}

TABLES = {
    "dashes": (
        "Epoch  Train Loss  acc\n"
        "-----  ----------  -----\n"
        "    1        2.50   0.25\n"
        "    2        1.50   0.50\n"
    ),
    "no rule, ends aligned": (
        "     Epoch       Train Loss              acc \n"
        "         1             2.50             0.25 \n"
        "         2             1.50             0.50 \n"
    ),
    "no rule, beginnings aligned": (
        "Epoch     Train Loss     acc\n"
        "1         2.50           0.25\n"
        "2         1.50           0.50\n"
    ),
    "markdown": (
        "| Epoch | Train Loss | acc |\n"
        "|:-:|---|--:|\n"
        "| 1 | 2.5 | 0.25 |\n"
        "| **2** | 1.5 | **0.5** |\n"
    ),
    "grid": (
        "+-------+------------+------+\n"
        "| Epoch | Train Loss | acc  |\n"
        "+=======+============+======+\n"
        "|   1   |    2.5     | 0.25 |\n"
        "+-------+------------+------+\n"
        "|   2   |    1.5     | 0.5  |\n"
        "+-------+------------+------+\n"
    ),
    "box": (
        "\u250f\u2501\u2501\u2501\u2533\u2501\u2501\u2501\u2533\u2501\u2501\u2513\n"
        "\u2503 Epoch \u2503 Train Loss \u2503 acc \u2503\n"
        "\u2521\u2501\u2501\u2501\u2547\u2501\u2501\u2501\u2547\u2501\u2501\u2529\n"
        "\u2502 1 \u2502 2.5 \u2502 0.25 \u2502\n"
        "\u2502 2 \u2502 1.5 \u2502 0.5 \u2502\n"
        "\u2514\u2500\u2500\u2500\u2534\u2500\u2500\u2500\u2534\u2500\u2500\u2518\n"
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_rows_below_names_are_read(kind: str) -> None:
    assert points(TABLES[kind]) == LOSSES


@pytest.mark.parametrize("kind", TABLES)
def test_how_the_bytes_are_cut_does_not_matter(kind: str) -> None:
    assert points(TABLES[kind], 5) == LOSSES


def test_points_know_their_lines() -> None:
    (run,) = read(TABLES["dashes"])
    records = run.curves["acc"].records
    assert records is not None
    assert records.tolist() == [6, 7]


def test_steps_come_before_epochs() -> None:
    text = (
        "E    #    LOSS TEXT  SCORE\n"
        "---  ---  ---------  -----\n"
        "  0  100        2.5   0.25\n"
        "  1  200        1.5    0.5\n"
    )
    assert points(text) == {
        "LOSS TEXT": [(100, 2.5), (200, 1.5)],
        "SCORE": [(100, 0.25), (200, 0.5)],
    }


def test_what_is_not_a_number_is_not_a_point() -> None:
    text = "| Step | Train Loss |  acc |\n|--|--|--|\n| 10 | No log | 1 |\n| 20 | 2.5 | 2 |\n"
    assert points(text) == {"Train Loss": [(20, 2.5)], "acc": [(10, 1), (20, 2)]}


@pytest.mark.parametrize(
    "text",
    [
        "  Name     Type    Params\n------  ------  ------\n  0   512   2\n",  # nothing counts
        "Epoch  Train Loss\n  of all 3 runs\n1 2\n",  # the row is not below its names
        "Step by step  we went on\n1 2\n",
    ],
)
def test_other_texts_are_no_tables(text: str) -> None:
    assert points(text) == {}

"""Printed lines in JSON objects."""

from __future__ import annotations

import json

import pytest

from gradlint.runs.readers.formats import Format, format_of
from gradlint.runs.readers.json_text import JsonTextReader
from gradlint.runs.readers.protocol import LONGEST_LINE
from gradlint.runs.run import Reading


def docker(*texts: str) -> bytes:
    rows = [
        {"log": f"{text}\n", "stream": "stdout", "time": "2026-01-01T00:00:00Z"} for text in texts
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def read(data: bytes, piece: int = 1 << 20) -> Reading:
    reader = JsonTextReader("x.log", "run")
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    return reader.finish()


def named(data: bytes) -> str:
    found = format_of(data, "x.log")
    assert isinstance(found, Format)
    return found.name


LOSSES = docker("epoch 1 loss: 2.5", "", "saved\nall", "epoch 2 loss: 1.5", "epoch 3 loss: 1.25")


@pytest.mark.parametrize("piece", [1 << 20, 7, 1])
def test_the_lines_are_read_as_text(piece: int) -> None:
    curve = read(LOSSES, piece).runs[0].curves["loss"]
    assert curve.steps.tolist() == [1, 2, 3]
    assert curve.values.tolist() == [2.5, 1.5, 1.25]
    assert curve.records is not None
    assert curve.records.tolist() == [1, 4, 5]


def test_a_line_that_is_no_object_is_read_as_it_is() -> None:
    data = docker("epoch 1 loss: 2.5") + b"epoch 2 loss: 1.5\n" + docker("epoch 3 loss: 1.25")
    assert read(data).runs[0].curves["loss"].steps.tolist() == [1, 2, 3]


def test_a_last_line_without_newline_counts() -> None:
    assert read(LOSSES[:-1]).runs[0].curves["loss"].steps.tolist() == [1, 2, 3]


def test_a_line_without_end_is_bounded() -> None:
    reading = read(b'{"log": "' + b"x" * (2 * LONGEST_LINE), 1 << 16)
    assert "longer" in reading.problems[0].message


@pytest.mark.parametrize(
    "row",
    [
        {"message": "loss 0.5", "level": "INFO"},
        {"asctime": "10:00", "name": "train", "levelname": "INFO", "message": "loss 0.5"},
        {"msg": "loss 0.5", "ts": 1700000000.5},
    ],
)
def test_loggers_that_write_json_are_known(row: dict[str, object]) -> None:
    assert named(f"{json.dumps(row)}\n".encode() * 3) == "json-text"


@pytest.mark.parametrize(
    "row",
    [
        {"message": "logged", "level": "INFO", "loss": 0.5},  # the numbers stand beside it
        {"message": "what is a loss of 3?"},  # a data set
        {"message": {"loss": 0.5}, "level": "INFO"},
    ],
)
def test_other_objects_are_their_own_log(row: dict[str, object]) -> None:
    assert named(f"{json.dumps(row)}\n".encode() * 3) == "json"

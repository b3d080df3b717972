"""What holds for whatever bytes a JSON or JSONL file has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from hypothesis import example, given, settings, strategies as st

from gradlint.runs.readers.json import JsonReader, document, lines, reader, sniff, table
from gradlint.runs.run import Curve, Reading


def read(pieces: list[bytes]) -> Reading:
    objects = JsonReader("log.jsonl", "run")
    for piece in pieces:
        objects.feed(piece)
    return objects.finish()


def raw(column: Any) -> bytes | None:
    return None if column is None else column.tobytes()


def columns(curve: Curve) -> list[Any]:
    return [curve.steps, curve.values, curve.walls, curve.records]


def described(reading: Reading) -> Any:
    return [
        [
            (run.name, run.format, dict(run.metadata)),
            [(curve.tag, curve.axis, *map(raw, columns(curve))) for curve in run.curves.values()],
        ]
        for run in reading.runs
    ] + [reading.problems]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


keys = st.sampled_from(
    ["step", "epoch", "iter", "loss", "val_loss", "lr", "mode", "timestamp", "a/b", "", "ü"]
) | st.sampled_from(["name", "value", "x", "y"])
scalars = (
    st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(["nan", "train", "val", "0.5", "5/9", "x", None, True])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)
rows = st.dictionaries(keys, values, max_size=6)
good_lines = rows.map(lambda row: json.dumps(row).encode())
bad_lines = st.sampled_from(
    [
        *(b"", b"text", b"{", b"}", b'{"step": 1, "loss": nan}', b'{"loss": 1}{"loss": 2}', b"[1]"),
        *(b"\xff\xfe", b"\x00", b'{"a":[{}', b"{}]}", b'{"loss":1},0,{"loss":2}', b"\r", b" "),
    ]
)
logs = st.lists(good_lines | bad_lines, max_size=12).flatmap(
    lambda parts: st.sampled_from([b"\n", b"\r\n", b"", b"\n\n"]).map(lambda sep: sep.join(parts))
)
documents = st.builds(
    lambda value, indent: json.dumps(value, indent=indent).encode(),
    st.lists(rows, max_size=4)
    | st.builds(lambda history: {"log_history": history, "max_steps": 3}, st.lists(rows))
    | st.lists(st.tuples(st.just(1.7e9), st.integers(0, 9), scalars), max_size=4)
    | values,
    st.sampled_from([None, 1]),
)
inputs = logs | documents | st.binary(max_size=200)


@settings(max_examples=300, deadline=None)
@given(inputs, st.lists(st.integers(0, 5000), max_size=6))
def test_how_the_bytes_are_cut_does_not_matter(data: bytes, places: list[int]) -> None:
    assert described(read(cut(data, places))) == described(read([data]))


@contextmanager
def small_batches() -> Iterator[None]:
    """As if every few bytes were a block and every few lines a batch."""
    with (
        mock.patch.object(reader, "BLOCK", 16),
        mock.patch.object(reader, "FIRST_LOOK", 8),
        mock.patch.object(lines, "BATCH", 2),
        mock.patch.object(document, "BATCH", 2),
        mock.patch.object(table, "FEW", 0),
    ):
        yield


@settings(max_examples=300, deadline=None)
@given(inputs, st.integers(1, 60))
@example(b'{"loss": 1}{"loss": 2}\n{"step": {"epoch": 0}}\n{"loss": {"epoch": 0}}\n{}', 1)
def test_how_rows_are_batched_does_not_matter(data: bytes, size: int) -> None:
    whole = described(read([data]))
    with small_batches():
        assert described(read([data[at : at + size] for at in range(0, len(data), size)])) == whole


@settings(max_examples=200, deadline=None)
@given(logs, st.integers(1, 5))
@example(b'{}\n{"a":[{}\n{}]}\n{"loss":1},0,{"loss":2}\n{}', 1)
@example(b'{}\n{"a":[{}\n{}]}\n{"loss":1},"\\u0000",{"loss":2}\n{}', 1)
def test_which_series_are_left_out_does_not_depend_on_batches(data: bytes, most: int) -> None:
    with mock.patch.object(table, "MOST_SERIES", most):
        whole = described(read([data]))
        with small_batches():
            assert described(read([data[at : at + 9] for at in range(0, len(data), 9)])) == whole


@settings(max_examples=100, deadline=None)
@given(inputs, st.integers(0, 5000), st.integers(0, 255), st.integers(0, 5000))
def test_damage_raises_nothing(data: bytes, place: int, byte: int, end: int) -> None:
    damaged = bytearray(data)
    if damaged:
        damaged[place % len(damaged)] = byte
        del damaged[end % (2 * len(damaged)) :]
    sniff(bytes(damaged))
    for run in read([bytes(damaged)]).runs:
        for curve in run.curves.values():
            assert len(curve.steps) == len(curve.values)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**40), st.floats()), min_size=2, max_size=50))
def test_what_was_logged_is_read(logged: list[tuple[int, float]]) -> None:
    steps = [step for step, _ in logged]
    data = "".join(json.dumps({"step": step, "loss": value}) + "\n" for step, value in logged)
    (run,) = read([data.encode()]).runs
    np.testing.assert_array_equal(run.curves["loss"].values, [value for _, value in logged])
    if len(logged) <= 2 or len(set(steps)) > 1:
        assert run.curves["loss"].steps.tolist() == steps


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, min_size=1, max_size=5), st.integers(0, 5000))
def test_a_document_that_is_cut_off_keeps_a_beginning(
    history: list[dict[str, Any]], end: int
) -> None:
    data = json.dumps({"log_history": history}).encode()
    reading = read([data[: end % len(data)]])
    assert not reading.runs or reading.problems or not reading.runs[0].curves

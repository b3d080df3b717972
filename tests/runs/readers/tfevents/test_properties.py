"""Event files at random: however they are cut, and however records are grouped, one reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings, strategies as st

from gradlint.runs.readers.tfevents import TfeventsReader, batch_decode, framing, record_walk
from gradlint.runs.run import Reading

from .event_files import (
    VERSION,
    bytes_field,
    double_field,
    event,
    float_field,
    metadata,
    number_field,
    scalar,
    simple,
    tensor,
    tensor_value,
    text_value,
    varint,
)

TAGS = st.sampled_from(["a", "b", "loss", "train/loss", "val/loss", "x" * 200])
STEPS = st.one_of(st.integers(0, 300), st.sampled_from([-1, 2**21, 2**40, -(2**63)]))
FLOATS = st.floats(width=32)

values = st.one_of(
    st.builds(simple, TAGS, FLOATS),
    st.builds(scalar, TAGS, FLOATS),
    st.builds(lambda tag, x: tensor_value(tag, tensor(2, double_field(6, x))), TAGS, st.floats()),
    st.builds(
        lambda tag, x, plugin: tensor_value(tag, tensor(1, float_field(5, x)), metadata(plugin)),
        TAGS,
        FLOATS,
        st.sampled_from(["scalars", "histograms", "text", ""]),
    ),
    st.builds(lambda tag, x: tensor_value(tag, tensor(9, bytes_field(10, varint(x)))), TAGS, STEPS),
    st.builds(text_value, TAGS, st.text(max_size=20)),
    st.builds(lambda tag, x: simple(tag, x) + number_field(20, 7), TAGS, FLOATS),
)
patterns = st.lists(st.lists(values, min_size=1, max_size=3), min_size=1, max_size=4)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Some patterns of events, each written for a stretch of steps, as loops do."""
    parts = [VERSION]
    for _ in range(draw(st.integers(1, 3))):
        pattern, step = draw(patterns), draw(STEPS)
        stride, wall = draw(st.integers(0, 40)), draw(st.floats(0, 2e9))
        for turn in range(draw(st.integers(1, 40))):
            for held in pattern:
                number = max(-(2**63), min(2**63 - 1, step + turn * stride))
                parts.append(event(number, *held, wall=wall + turn))
    return b"".join(parts)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of which some bytes are changed, left out or put in."""
    data = bytearray(draw(files()))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        count = draw(st.integers(0, 30))
        data[at : at + count] = draw(st.binary(max_size=30))
    return bytes(data)


@contextmanager
def scale(
    batch: int, *, fewest: int = batch_decode.FEWEST, longest: int = framing.LONGEST_KEPT
) -> Iterator[None]:
    """Work on small batches, so that small files take the same paths as large ones."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(framing, "BATCH", batch))
        stack.enter_context(patch.object(framing, "LONGEST_KEPT", longest))
        stack.enter_context(patch.object(record_walk, "PROBED", 12))
        stack.enter_context(patch.object(record_walk, "RECURRING", 3))
        stack.enter_context(patch.object(batch_decode, "FEWEST", fewest))
        yield


def read(*pieces: bytes) -> Reading:
    reader = TfeventsReader("events", "run")
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


def contents(reading: Reading) -> object:
    """All that a reading says, comparable also where it says NaN."""
    return (
        [
            (
                run.metadata,
                [
                    (tag, *(np.asarray(a).tobytes() for a in (c.steps, c.values, c.walls)))
                    for tag, c in run.curves.items()
                ],
            )
            for run in reading.runs
        ],
        reading.problems,
    )


@settings(max_examples=60, deadline=None)
@given(
    damaged(),
    st.lists(st.integers(0, 5000), max_size=6),
    st.sampled_from([1, 100, 1500]),
    st.sampled_from([150, framing.LONGEST_KEPT]),
)
def test_a_reading_does_not_depend_on_the_pieces(
    data: bytes, cuts: list[int], batch: int, longest: int
) -> None:
    with scale(framing.BATCH, longest=longest):
        whole = contents(read(data))
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[a:b] for a, b in pairwise(edges)]
    with scale(batch, longest=longest):
        assert contents(read(*pieces)) == whole


@settings(max_examples=60, deadline=None)
@given(damaged(), st.sampled_from([700, 1 << 20]))
def test_grouped_records_read_as_single_ones_do(data: bytes, batch: int) -> None:
    with scale(1 << 20, fewest=10**9):
        one_by_one = contents(read(data))
    with scale(batch, fewest=2):
        assert contents(read(data)) == one_by_one


@settings(max_examples=30, deadline=None)
@given(
    damaged(),
    st.lists(st.integers(0, 5000), max_size=4),
    st.sampled_from([150, framing.LONGEST_KEPT]),
)
def test_a_reading_in_between_changes_nothing(data: bytes, cuts: list[int], longest: int) -> None:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    with scale(framing.BATCH, longest=longest):
        whole = contents(read(data))
        reader = TfeventsReader("events", "run")
        for begin, end in pairwise(edges):
            reader.feed(data[begin:end])
            reader.finish()
        assert contents(reader.finish()) == whole


@settings(max_examples=60, deadline=None)
@given(files())
def test_an_undamaged_file_has_no_damage(data: bytes) -> None:
    assert not [problem for problem in read(data).problems if problem.lost]

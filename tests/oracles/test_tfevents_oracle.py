"""Event files: what TensorBoard's own writer, reader and protobuf classes say, and nothing else.

Needs TensorBoard, not torch; `GRADLINT_EVENT_FILES` names a directory of event files, of which all
are compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorboard")

import numpy as np
from hypothesis import given, settings, strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.metadata import create_summary_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from gradlint.runs.readers.tfevents import TfeventsReader
from gradlint.runs.run import Run

from ..runs.readers.tfevents.event_files import record

Points = tuple[list[int], bytes, list[float]]
"""Steps, the values as the bytes of doubles (NaN is equal to itself), and wall times."""

DIRECTORY = os.environ.get("GRADLINT_EVENT_FILES", "")
FILES = sorted(Path(DIRECTORY).rglob("*tfevents*")) if DIRECTORY else []


@pytest.fixture(autouse=True)
def reproducible() -> None:
    """Torch, which other oracles seed, plays no part here."""


def run_of(data: bytes) -> Run:
    reader = TfeventsReader("events", "run")
    reader.feed(data)
    reading = reader.finish()
    assert not reading.problems
    return reading.runs[0]


def ours(data: bytes) -> dict[str, Points]:
    return {
        tag: (c.steps.tolist(), c.values.tobytes(), np.asarray(c.walls).tolist())
        for tag, c in run_of(data).curves.items()
    }


def gathered(points: Iterator[tuple[str, int, float, float]]) -> dict[str, Points]:
    lists: dict[str, list[tuple[int, float, float]]] = {}
    for tag, step, value, wall in points:
        lists.setdefault(tag, []).append((step, value, wall))
    return {
        tag: (
            [step for step, _, _ in found],
            np.array([value for _, value, _ in found], np.float64).tobytes(),
            [wall for _, _, wall in found],
        )
        for tag, found in lists.items()
    }


def accumulated(path: Path) -> Iterator[tuple[str, int, float, float]]:
    """The points of TensorBoard's reader, all of them kept."""
    accumulator = EventAccumulator(
        str(path), size_guidance={"scalars": 0, "tensors": 0}, purge_orphaned_data=False
    )
    accumulator.Reload()
    tags = accumulator.Tags()
    for tag in tags["scalars"]:
        for point in accumulator.Scalars(tag):
            yield tag, point.step, point.value, point.wall_time
    for tag in tags["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            for point in accumulator.Tensors(tag):
                yield tag, point.step, make_ndarray(point.tensor_proto).item(), point.wall_time


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(DIRECTORY)) for path in FILES])
def test_real_files_have_the_points_that_tensorboard_reads(path: Path) -> None:
    assert ours(path.read_bytes()) == gathered(accumulated(path))


def test_what_the_event_writer_writes_is_read(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for step in range(2000):
        held = [Summary.Value(tag=f"t{i}", simple_value=step / (i + 1)) for i in range(3)]
        writer.add_event(Event(wall_time=1e9 + step, step=step, summary=Summary(value=held)))
    writer.close()
    (path,) = tmp_path.iterdir()
    assert ours(path.read_bytes()) == gathered(accumulated(path))


TYPES = ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16",
         "bool"]  # fmt: skip
tags = st.sampled_from(["loss", "a", "long/" * 30])


@st.composite
def scalars(draw: st.DrawFn) -> tuple[Summary.Value, float]:
    """A value as some writer makes it, and the number it means."""
    tag = draw(tags)
    kind = draw(st.sampled_from(["simple", "summary", *TYPES]))
    number = draw(st.floats(width=16) if kind.startswith(("f", "s")) else st.integers(0, 100))
    if kind == "simple":
        return Summary.Value(tag=tag, simple_value=number), number
    (value,) = scalar_pb(tag, 0.0).value
    if kind != "summary":
        value.tensor.CopyFrom(make_tensor_proto(np.array(number, kind)))
    else:
        value.tensor.CopyFrom(make_tensor_proto(np.float32(number), dtype=np.float32))
    return value, make_ndarray(value.tensor).item()


events = st.tuples(
    st.integers(-(2**63), 2**63 - 1) | st.integers(0, 500),
    st.floats(0, 2e9),
    st.lists(scalars(), max_size=4),
    st.integers(1, 30),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(events, min_size=1, max_size=8))
def test_what_protobuf_serialises_is_read(
    written: list[tuple[int, float, list[tuple[Summary.Value, float]], int]],
) -> None:
    data, points = [], []
    for step, wall, held, times in written:
        for turn in range(times):
            here = max(-(2**63), min(2**63 - 1, step + turn))
            summary = Summary(value=[value for value, _ in held])
            event = Event(wall_time=wall + turn, step=here, summary=summary)
            data.append(record(event.SerializeToString()))
            points += [(value.tag, here, number, wall + turn) for value, number in held]
    assert ours(b"".join(data)) == gathered(iter(points))


def test_texts_and_hyper_parameters() -> None:
    about = create_summary_metadata("config", "")
    words = Summary.Value(tag="config", metadata=about, tensor=make_tensor_proto("lr: 0.1"))
    start = hparams.hparams_pb({"lr": 0.5, "optimizer": "adam", "layers": 3, "tied": True})
    data = [
        record(Event(wall_time=1, summary=Summary(value=[words])).SerializeToString()),
        record(Event(wall_time=2, summary=start).SerializeToString()),
    ]
    expected = {
        "config": "lr: 0.1",
        "lr": "0.5",
        "optimizer": "adam",
        "layers": "3",
        "tied": "True",
    }
    assert run_of(b"".join(data)).metadata == expected

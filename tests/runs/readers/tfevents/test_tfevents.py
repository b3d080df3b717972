"""Event files -> curves: every layout of a scalar, and what is no scalar."""

from __future__ import annotations

import math
import struct
from pathlib import PurePosixPath

import numpy as np
import pytest

from gradlint.runs.readers.tfevents import TfeventsReader, sniff
from gradlint.runs.run import Curve, Reading

from .event_files import (
    VERSION,
    bytes_field,
    double_field,
    event,
    float_field,
    metadata,
    number_field,
    record,
    simple,
    tensor,
    tensor_value,
    text_value,
    varint,
)

FLOAT, DOUBLE, INT32, UINT8, INT64, BOOL = 1, 2, 3, 4, 9, 10
BFLOAT16, HALF, UINT32, UINT64 = 14, 19, 22, 23
SCALARS = metadata("scalars")


def read(*pieces: bytes) -> Reading:
    reader = TfeventsReader("runs/events.out.tfevents.1", "runs")
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


def curve(data: bytes, tag: str = "loss") -> Curve:
    reading = read(data)
    assert not reading.problems
    return reading.runs[0].curves[tag]


def only_value(held: bytes) -> float:
    (value,) = curve(VERSION + event(1, tensor_value("loss", held, SCALARS))).values
    return float(value)


class TestPoints:
    def test_simple_values_keep_their_steps(self) -> None:
        steps = curve(VERSION + event(3, simple("loss", 1)) + event(7, simple("loss", 2))).steps
        assert steps.tolist() == [3, 7]

    def test_values_are_the_doubles_of_the_stored_floats(self) -> None:
        assert curve(event(1, simple("loss", 0.1))).values[0] == np.float64(np.float32(0.1))

    def test_wall_times_are_kept(self) -> None:
        walls = curve(event(1, simple("loss", 1), wall=1.7e9 + 0.25)).walls
        assert walls is not None
        assert walls.tolist() == [1.7e9 + 0.25]

    def test_a_step_that_is_left_out_is_zero(self) -> None:
        assert curve(event(0, simple("loss", 1))).steps.tolist() == [0]

    @pytest.mark.parametrize("step", [-1, -(2**63), 2**63 - 1, 127, 128, 2**35])
    def test_steps_are_signed_numbers_of_64_bits(self, step: int) -> None:
        assert curve(event(step, simple("loss", 1))).steps.tolist() == [step]

    def test_nan_and_infinities_are_points(self) -> None:
        data = b"".join(event(i, simple("loss", v)) for i, v in enumerate([math.nan, math.inf, 1]))
        values = curve(data).values
        assert np.isnan(values[0])
        assert values[1:].tolist() == [math.inf, 1]

    def test_an_event_may_hold_several_values(self) -> None:
        run = read(event(1, simple("loss", 1), simple("accuracy", 2), simple("loss", 3))).runs[0]
        assert {tag: c.values.tolist() for tag, c in run.curves.items()} == {
            "loss": [1, 3],
            "accuracy": [2],
        }

    def test_decreasing_and_repeated_steps_stay_in_the_order_of_the_file(self) -> None:
        data = b"".join(event(step, simple("loss", 1)) for step in [5, 5, 3, 4])
        assert curve(data).steps.tolist() == [5, 5, 3, 4]

    def test_curves_are_in_the_order_of_their_first_points(self) -> None:
        tags = ["z", "a", "m" * 40]
        data = b"".join(event(step, simple(tag, 1)) for step in range(40) for tag in tags)
        assert list(read(data).runs[0].curves) == tags

    def test_there_are_no_lines(self) -> None:
        assert curve(event(1, simple("loss", 1))).records is None


class TestTensors:
    @pytest.mark.parametrize(
        ("dtype", "content", "value"),
        [
            (FLOAT, bytes_field(4, struct.pack("<f", 2.5)), 2.5),
            (FLOAT, float_field(5, 2.5), 2.5),
            (FLOAT, bytes_field(5, struct.pack("<f", 2.5)), 2.5),
            (DOUBLE, bytes_field(4, struct.pack("<d", 0.1)), 0.1),
            (DOUBLE, double_field(6, 0.1), 0.1),
            (DOUBLE, bytes_field(6, struct.pack("<d", 0.1)), 0.1),
            (INT32, number_field(7, -3), -3.0),
            (INT32, bytes_field(7, varint(-3)), -3.0),
            (INT32, bytes_field(4, struct.pack("<i", -3)), -3.0),
            (UINT8, number_field(7, 200), 200.0),
            (INT64, number_field(10, 2**40), 2.0**40),
            (INT64, bytes_field(4, struct.pack("<q", -(2**40))), -(2.0**40)),
            (BOOL, number_field(11, 1), 1.0),
            (BOOL, bytes_field(4, b"\x01"), 1.0),
            (HALF, number_field(13, 0x3E00), 1.5),
            (HALF, bytes_field(4, struct.pack("<e", 1.5)), 1.5),
            (BFLOAT16, number_field(13, 0x3FC0), 1.5),
            (BFLOAT16, bytes_field(4, b"\xc0\x3f"), 1.5),
            (UINT32, number_field(16, 2**32 - 1), 2.0**32 - 1),
            (UINT64, bytes_field(17, varint(2**63)), 2.0**63),
        ],
    )
    def test_scalars_of_every_type(self, dtype: int, content: bytes, value: float) -> None:
        assert only_value(tensor(dtype, content)) == value

    def test_a_tensor_of_one_element_is_a_scalar(self) -> None:
        assert only_value(tensor(FLOAT, float_field(5, 2.0), dims=(1, 1))) == 2.0

    def test_the_plugin_is_remembered_from_the_first_value_of_a_tag(self) -> None:
        held = tensor(FLOAT, float_field(5, 2.0), dims=(1,))
        data = event(1, tensor_value("loss", held, SCALARS)) + event(2, tensor_value("loss", held))
        assert curve(data).steps.tolist() == [1, 2]

    def test_a_number_without_any_plugin_is_a_scalar(self) -> None:
        held = tensor(FLOAT, float_field(5, 2.0))
        assert curve(event(1, tensor_value("loss", held))).values.tolist() == [2.0]

    def test_a_declared_scalar_of_another_plugin_is_one(self) -> None:
        held = tensor(FLOAT, float_field(5, 2.0))
        data = event(1, tensor_value("loss", held, metadata("mine", data_class=1)))
        assert curve(data).values.tolist() == [2.0]

    @pytest.mark.parametrize("plugin", ["histograms", "images", "audio", "pr_curves"])
    def test_values_of_other_plugins_are_passed_over(self, plugin: str) -> None:
        held = tensor(FLOAT, float_field(5, 2.0))
        reading = read(event(1, tensor_value("weights", held, metadata(plugin))))
        assert not reading.runs[0].curves
        assert not reading.problems

    def test_a_scalar_that_is_no_single_number_is_a_problem(self) -> None:
        held = tensor(FLOAT, bytes_field(4, struct.pack("<2f", 1, 2)), dims=(2,))
        (problem,) = read(event(1, tensor_value("loss", held, SCALARS))).problems
        assert problem.message == "`loss` is logged as a scalar, but 1 value is not a single number"


class TestMetadata:
    def test_texts_are_about_the_run(self) -> None:
        run = read(event(0, text_value("config", "lr: 0.1"))).runs[0]
        assert run.metadata == {"config": "lr: 0.1"}

    def test_of_a_text_that_is_logged_again_the_first_is_kept(self) -> None:
        data = event(0, text_value("sample", "one")) + event(1, text_value("sample", "two"))
        assert read(data).runs[0].metadata == {"sample": "one"}

    def test_long_texts_are_cut(self) -> None:
        assert len(read(event(0, text_value("t", "x" * 10**6))).runs[0].metadata["t"]) == 1000

    def test_hyper_parameters(self) -> None:
        settings = {
            b"lr": double_field(2, 0.001),
            b"batch": double_field(2, 32),
            b"optimizer": bytes_field(3, b"adam"),
            b"amsgrad": number_field(4, 1),
        }
        start = b"".join(
            bytes_field(1, bytes_field(1, name) + bytes_field(2, value))
            for name, value in settings.items()
        )
        about = metadata("hparams", bytes_field(3, start))
        held = tensor(FLOAT, dims=(0,))
        run = read(event(0, tensor_value("_hparams_/session_start_info", held, about))).runs[0]
        assert run.metadata == {
            "lr": "0.001",
            "batch": "32",
            "optimizer": "adam",
            "amsgrad": "True",
        }


class TestRuns:
    def test_the_run_has_the_name_that_was_given(self) -> None:
        run = read(event(1, simple("loss", 1))).runs[0]
        assert (run.name, run.path, run.format) == (
            "runs",
            "runs/events.out.tfevents.1",
            "tfevents",
        )

    def test_a_file_of_the_version_alone_is_a_run_without_curves(self) -> None:
        reading = read(VERSION)
        assert not reading.problems
        assert not reading.runs[0].curves

    def test_an_empty_file_is_no_run(self) -> None:
        assert read() == Reading()


class TestSniff:
    def test_event_files_are_known_by_their_first_record(self) -> None:
        assert sniff(VERSION, "anything.bin")

    def test_examples_for_training_are_no_event_files(self) -> None:
        assert not sniff(record(bytes_field(1, b"example")), "train.tfrecord")

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("a/events.out.tfevents.123.host", True),
            ("events.out.tfevents.1.host.v2", True),
            ("a.tfevents/metrics.csv", False),
            ("events.out.tfevents.1.csv", False),
        ],
    )
    def test_damaged_ones_are_known_by_their_name(self, name: str, expected: bool) -> None:
        assert sniff(b"\xff" * 64, str(PurePosixPath(name))) is expected

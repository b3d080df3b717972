"""Whatever is in the file: the same reading however it is cut, no exception, bounded effort."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from gradlint.runs.readers.protocol import LONGEST_LINE, MOST_SERIES
from gradlint.runs.readers.text import sniff
from tests.runs.readers.text.test_layouts import FAIRSEQ_SIMPLE, KERAS_2, KERAS_3, TABLE
from tests.runs.readers.text.text_logs import read, run_of, summary

LOGS = [
    KERAS_2,
    KERAS_3,
    FAIRSEQ_SIMPLE,
    TABLE.format(steps=1, loss=0.5) * 2,
    "é 1: iter 10: loss nan\r\nstep 1 loss 2\r\n\r\n" * 9,
    "[rank0]: Traceback (most recent call last):\n[rank0]:   x\n[rank0]: AError: Loss is nan\n",
    "Test: [1/2] loss: 0.5 (0.6)\nTest: [2/2] loss: 0.5 (0.7)\n* loss 0.6\n\x80\n" * 2,
    "| step | 1e+04 |\n| loss | 1 |\n--\n" * 3 + "1/2 5G: 9% ━━─ 1/2 5.5it/s 3.1s<4s\r" * 2,
    "\r 45%|##  | 45/100 [00:10<00:12, loss=0.5]\r 46%|## | 46/100 [00:10<00:12, loss=0.4]\x1b[A",
]

WORDS = st.sampled_from(
    (
        "step epoch loss: loss= nan -inf 1e-05 0.5 1/5 [ ] ( ) { } : = | , % 45%|#| it/s] 3: "
        "[rank1]: Traceback val Validation: \r \b \x1b[1m \n \t Epoch 1/2 - ... .. tensor( ' \" "
        "1,000 6,4,4 9999 global_step batch 10/20 \x00 é 12:34:56 2024-01-01 INFO - max_ ms KB e5 "
        ".5 +7 ═ iteration"
    ).split(" ")
)
LIKELY = st.lists(WORDS, max_size=60).map(" ".join)


@given(log=st.one_of(st.sampled_from(LOGS), LIKELY), piece=st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_the_reading_does_not_depend_on_the_pieces(log: str, piece: int) -> None:
    assert summary(read(log, piece)) == summary(read(log))


@given(log=st.one_of(st.binary(max_size=400), LIKELY.map(str.encode)), coding=st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_no_input_raises(log: bytes, coding: int) -> None:
    marks = (b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
    reading = read(marks[coding] + log)
    assert reading.runs or reading.problems


@given(
    loss=st.floats(allow_subnormal=False),
    step=st.integers(0, 10**12),
    padding=st.integers(0, 5),
    digits=st.sampled_from(["g", ".3f", ".4e", ".17g"]),
)
@settings(max_examples=200, deadline=None)
def test_a_printed_number_is_read_back(loss: float, step: int, padding: int, digits: str) -> None:
    printed = format(loss, digits)
    log = f"step {' ' * padding}{step} loss: {printed}\n"
    curve = run_of(log).curves["loss"]
    assert curve.steps.tolist() == [step]
    assert str(curve.values[0]) == str(run_of(f"step 1 loss={printed}\n").curves["loss"].values[0])
    assert str(float(printed)) == str(float(curve.values[0]))


def test_a_last_line_without_a_newline_counts() -> None:
    assert run_of("step 1 loss 2.0\nstep 2 loss 1.0").curves["loss"].steps.tolist() == [1, 2]


def test_binary_data_is_a_problem() -> None:
    assert "not text" in read(bytes(range(256)) * 100).problems[0].message


def test_the_readable_part_before_binary_data_is_kept() -> None:
    reading = read(b"step 1 loss 2.0\nstep 2 loss 1.0\n" + b"\xff\x00\xfe" * 1000)
    assert len(reading.runs[0].curves["loss"]) == 2
    assert "not text" in reading.problems[0].message


@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
def test_lines_with_undecodable_bytes_are_counted_and_the_others_read(piece: int) -> None:
    log = b"".join(b"step %d loss 0.5\n\xa8T\xa8T \xa8T\rx\n" % step for step in range(30))
    reading = read(log, piece)
    assert len(reading.runs[0].curves["loss"]) == 30
    problem = reading.problems[0]
    assert problem.message == "30 of 60 lines have bytes that are not UTF-8"
    assert problem.line == 2


@pytest.mark.parametrize("piece", [1 << 16, 5 << 20])
def test_an_endless_line_is_cut_and_reported(piece: int) -> None:
    log = b"step 1 loss 2.0\n" + b"x" * (LONGEST_LINE + 100) + b"\nstep 2 loss 1.0\n"
    reading = read(log, piece)
    assert reading.runs[0].curves["loss"].records.tolist() == [1, 3]  # type: ignore[union-attr]
    assert (reading.problems[0].line, reading.problems[0].lost) == (2, 100)


def test_more_series_than_are_kept_are_reported() -> None:
    log = "step 1 " + " ".join(f"k{i}=1" for i in range(MOST_SERIES + 5)) + "\n"
    reading = read(log)
    assert len(reading.runs[0].curves) == MOST_SERIES
    assert "5 were left out" in reading.problems[0].message


def test_texts_that_look_like_keys_leave_room_for_metrics() -> None:
    junk = "".join(f"file{i}_loss: {i}\n" for i in range(MOST_SERIES + 10))
    run = run_of("step 0\n" + junk + "".join(f"step {s} loss 1.{s}\n" for s in range(1, 9)))
    assert len(run.curves["loss"]) == 8


def test_epochs_of_unheard_length_are_read() -> None:
    log = "".join(f"Epoch [{e}][{9 * 10**18}/{2**63 - 1}] loss 1.{e}\n" for e in (1, 2))
    assert len(run_of(log).curves["loss"]) == 2
    log = "".join(f"Epoch {e} batch {b} loss 1.{e}\n" for e in (1, 2) for b in (0, 2**63))
    assert len(run_of(log).curves["loss"]) == 4


def test_a_table_cell_that_is_no_number_is_left_out() -> None:
    run = run_of("| time/ | |\n|    total_timesteps | 5 |\n|    fps | , |\n|    loss | 1 |\n")
    assert list(run.curves) == ["time/total_timesteps", "time/loss"]


NASTY = {
    "digits": b"1" * 10**6,
    "thousands": b"1" + b",111" * 250_000 + b",1",
    "spaces in a table": b"|" + b" " * 10**6,
    "half bars": b"1%|| 1/1 [1" * 90_000,
    "half heavy bars": "1% ━━ 1/".encode() * 80_000,
    "places": b"a:" * 500_000 + b":1",
    "brackets around means": b"loss 1 (2) " * 90_000,
    "batches of epochs": b"1epoch:train:1-" * 65_000,
    "parentheses": b"(" * 10**6,
    "one word": b"a" * 10**6 + b"(x=1",
    "braces": b"{" * 10**6 + b":1",
    "quotes": b"'" * 10**6 + b"loss=1",
    "escapes": b"\x1b]" * 500_000,
    "if": b"if " * 330_000 + b"nan found",
    "calls": b"Namespace(" * 100_000 + b")",
    "steps": b"epoch 1 " * 125_000,
    "backspaces": b"\b" * 10**6,
    "names": b"step 1 " + b" ".join(b"k%d=1" % at for at in range(9_000)),
}


@pytest.mark.parametrize("log", NASTY.values(), ids=NASTY)
def test_no_line_takes_long(log: bytes) -> None:
    start = time.process_time()
    read(log)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"step 1 loss 2\n", True),
        ("\r 45%|███▌  | 45/100\b\b\x1b[0m".encode(), True),
        ("caf\xe9 loss 1\n".encode("latin-1"), True),
        ("step 1\n".encode("utf-16"), True),
        (b"", False),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", False),
        (bytes(range(256)), False),
    ],
)
def test_only_text_is_taken(head: bytes, text: bool) -> None:
    assert sniff(head, "train.log") is text

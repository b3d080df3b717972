"""A log that arrives in pieces ends with the same findings as one that is read at once."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from gradlint.config import Settings
from gradlint.engine.logs import check_logs
from gradlint.finding import Finding
from gradlint.registry import log_registry
from tests.runs.readers.tfevents.event_files import VERSION, event, simple


class Dribble(io.RawIOBase):
    """A stream that gives out the pieces between the `cuts`, however much is asked for."""

    def __init__(self, data: bytes, cuts: Sequence[int]) -> None:
        edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        self._pieces = [data[low:high] for low, high in pairwise(edges)]

    def read(self, size: int = -1) -> bytes:
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if 0 <= size < len(piece):
            self._pieces.insert(0, piece[size:])
            piece = piece[:size]
        return piece


def findings(data: bytes, cuts: Sequence[int], name: str) -> list[Finding]:
    """What is found in `data` when it comes in pieces."""
    stream = Dribble(data, cuts)
    return check_logs([], Settings(), log_registry(), stdin=stream, stdin_filename=name).findings


def exploding_run(points: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Loss and gradient norm of a run that spikes at 200 and is NaN from 350 on."""
    noise = np.random.default_rng(7).standard_normal((2, points))
    loss = (0.3 + 2.0 * np.exp(-5.0 * np.linspace(0, 1, points))) * np.exp(0.03 * noise[0])
    norm = np.exp(0.1 * noise[1])
    loss[200:204] *= 15.0
    norm[199] *= 60.0
    loss[350:] = norm[350:] = math.nan
    return loss, norm


LOSS, NORM = exploding_run()

CSV = "".join(
    ["step,loss,grad_norm\n"]
    + [f"{i},{a:.6f},{b:.6f}\n" for i, (a, b) in enumerate(zip(LOSS, NORM, strict=True))]
).encode()
TEXT = "".join(
    f"step {i}: loss {a:.4f}, grad_norm {b:.4f}\n"
    for i, (a, b) in enumerate(zip(LOSS, NORM, strict=True))
).encode()
LINES = "".join(
    json.dumps({"step": i, "loss": float(a), "grad_norm": float(b)}) + "\n"
    for i, (a, b) in enumerate(zip(LOSS, NORM, strict=True))
).encode()
EVENTS = VERSION + b"".join(
    event(i, simple(tag, float(series[i])), wall=1000.0 + i)
    for i in range(len(LOSS))
    for tag, series in (("train/loss", LOSS), ("train/grad_norm", NORM))
)

LOGS = {"a.csv": CSV, "a.log": TEXT, "a.jsonl": LINES, "events.out.tfevents.1.host": EVENTS}


@pytest.mark.parametrize("name", LOGS)
def test_the_run_is_found_to_spike_explode_and_end_in_nan(name: str) -> None:
    codes = {finding.code for finding in findings(LOGS[name], (), name)}
    assert {"TL101", "TL201", "TL301"} <= codes


@pytest.mark.parametrize("name", LOGS)
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=30))
def test_pieces_and_the_whole_have_the_same_findings(name: str, cuts: list[int]) -> None:
    assert findings(LOGS[name], cuts, name) == findings(LOGS[name], (), name)


@pytest.mark.parametrize("name", LOGS)
def test_single_bytes_and_the_whole_have_the_same_findings(name: str) -> None:
    data = LOGS[name][:6000]
    assert findings(data, range(len(data)), name) == findings(data, (), name)


@pytest.mark.parametrize("name", LOGS)
@settings(max_examples=40, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=20),
    end=st.integers(0, 40_000),
)
def test_a_damaged_log_never_raises(name: str, edits: list[tuple[int, int]], end: int) -> None:
    data = bytearray(LOGS[name][:end])
    for at, value in edits:
        if at < len(data):
            data[at] = value
    for finding in findings(bytes(data), (), name):
        assert finding.code != "GL005", finding.message

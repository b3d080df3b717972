"""Reads a log written in a test through the public reader."""

from __future__ import annotations

from gradlint.runs.readers.text import TextReader
from gradlint.runs.run import Curve, Reading, Run


def read(log: str | bytes, piece: int = 1 << 20) -> Reading:
    data = log.encode() if isinstance(log, str) else log
    reader = TextReader("train.log", "train.log")
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    return reader.finish()


def run_of(log: str) -> Run:
    return read(log).runs[0]


def points(curve: Curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def series(log: str) -> dict[str, list[tuple[int, float]]]:
    """Tag -> its points."""
    return {tag: points(curve) for tag, curve in run_of(log).curves.items()}


def summary(reading: Reading) -> object:
    """All that a reading says, comparable also where values are NaN."""
    return [
        (
            run.name,
            run.messages,
            dict(run.metadata),
            [
                (c.tag, c.axis, c.steps.tolist(), list(map(str, c.values)), list(c.records))
                for c in run.curves.values()
            ],
        )
        for run in reading.runs
    ], reading.problems

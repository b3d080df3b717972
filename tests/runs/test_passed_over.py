"""Of files that nobody named, logs are known by more than names, and data is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlint.runs.reading import read
from tests.runs.not_logs import TABLES, TEXTS

Write = Callable[[str, str | bytes], Path]


def is_read(write: Write, name: str, text: str) -> bool:
    """Whether a run is read of the file, if only its directory is named."""
    write(f"d/{name}", text)
    return any(reading.runs for reading in read(["d"]))


@pytest.mark.parametrize("name", [*TABLES, *TEXTS])
def test_data_and_prose_are_passed_over(name: str, write: Write) -> None:
    assert not is_read(write, name, {**TABLES, **TEXTS}[name])


def falling(at: int) -> float:
    return 0.5 + 2 * math.exp(-at / 9) + 0.02 * math.sin(5 * at)


def lost(at: int, last: int = 25) -> float:
    return falling(at) if at <= last else math.nan


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("log.csv", "iter,Lrec,Lkl\n", "{at},{lost:.4f},{up:.4f}\n"),
        ("log.csv", "step,a,b\n", "{at},{up:.4f},{falling:.4f}\n"),
        ("log.csv", "iteration,q\n", "{at},{early}\n"),
        ("out.txt", "", "it {at}: Lrec={falling:.4f} Lkl={up:.4f}\n"),
        ("out.txt", "", "{{'epoch': {at}, 'tr': {falling:.4f}, 'va': {lost:.4f}}}\n"),
        ("out.txt", "", "epoch {at}: a = {early}, b = {early}\n"),
        ("cb.log", "Learning rate set\n", "{at}:\tlearn: {falling:.5f}\ttest: {lost:.5f}\n"),
        ("rl.txt", "", "Episode {at}\tAverage Score: {up:.2f}\n"),
        ("log.jsonl", "", '{{"step": {at}, "Lrec": {falling:.4f}, "Lkl": {up:.4f}}}\n'),
    ],
)  # fmt: skip
def test_what_goes_on_like_a_training_is_read(
    name: str, head: str, line: str, write: Write
) -> None:
    lines = [
        line.format(
            at=at, falling=falling(at), lost=lost(at), up=at / 3 + at % 4, early=lost(at, 3)
        )
        for at in range(40)
    ]
    assert is_read(write, name, head + "".join(lines))
    assert not is_read(write, name, head + "".join(lines[:1]))


def test_the_episodes_of_a_monitor_are_read(write: Write) -> None:
    rows = "".join(f"{at % 5},{at + 1},{at * 9.5}\n" for at in range(30))
    assert not is_read(write, "points.csv", f"r,l,t\n{rows}")
    assert is_read(write, "0.monitor.csv", f'#{{"t_start": 17.5, "env_id": "A-v1"}}\nr,l,t\n{rows}')


def test_returns_and_lengths_of_episodes_are_read(write: Write) -> None:
    rows = "".join(f"{at % 5},{at + 1},{at * 9.5}\n" for at in range(30))
    assert is_read(write, "out.csv", f"episode_reward,episode_length,t\n{rows}")


def test_trials_with_their_learning_rates_are_passed_over(write: Write) -> None:
    rows = "".join(f"{2**at},{at % 3 + 1},0.0{at % 4 + 1},{at}.5\n" for at in range(12))
    assert not is_read(write, "log.csv", f"units,layers,learning_rate,seconds\n{rows}")


def test_losses_of_several_models_are_passed_over(write: Write) -> None:
    said = "".join(f"--- without part {at} ---\n  loss=3.{at}  ppl=33.{at}\n" for at in range(9))
    assert not is_read(write, "parts.log", f"Evaluation on the validation set:\n{said}")
    assert is_read(write, "train.log", said)

"""Counters are known by their words in the languages that metrics are known in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.runs.reading import read_runs

EPOCHS = ["Epoche", "epok", "Epoke", "epookki", "epoka", "Durchlauf", "에포크", "エポック", "轮次"]


@pytest.mark.parametrize("word", EPOCHS)
@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("log.txt", "", "{word} {at}: q=0.{at}5\n"),
        ("log.txt", "", "[{word} {at}/9] q: 0.{at}5\n"),
        ("log.csv", "{word},q\n", "{at},0.{at}5\n"),
        ("log.jsonl", "", '{{"{word}": {at}, "q": 0.{at}5}}\n'),
    ],
)
def test_epochs_are_known(word: str, name: str, head: str, line: str, tmp_path: Path) -> None:
    lines = "".join(line.format(word=word, at=at) for at in range(1, 6))
    (tmp_path / name).write_text(head.format(word=word) + lines, encoding="utf-8")
    (run,) = read_runs(tmp_path / name)
    assert run.curves["q"].axis == "epoch"
    assert run.curves["q"].steps.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("word", ["Schritt", "steg", "krok", "步数"])
def test_steps_are_known(word: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(f"{word},q\n5,0.5\n9,0.4\n", encoding="utf-8")
    (run,) = read_runs(tmp_path / "log.csv")
    assert (run.axis, run.curves["q"].steps.tolist()) == ("step", [5, 9])


@pytest.mark.parametrize(
    ("line", "axis"),
    [
        ("【训练】步数：{at} 损失值：{loss}", "step"),
        ("（训练）【步数 {at}】损失值＝{loss}", "step"),
        ("{at}번째 에폭 손실: {loss}", "epoch"),
        ("[{at} 번째 스텝] 손실 = {loss}", "step"),
    ],
)
def test_counters_are_known_as_they_are_written(line: str, axis: str, tmp_path: Path) -> None:
    lines = [line.format(at=at, loss=loss) for at, loss in ((3, "0.5"), (7, "nan"))]
    (tmp_path / "log.txt").write_text("\n".join(lines), encoding="utf-8")
    (run,) = read_runs(tmp_path / "log.txt")
    (curve,) = run.curves.values()
    assert (curve.axis, curve.steps.tolist(), curve.finite.tolist()) == (
        axis,
        [3, 7],
        [True, False],
    )


@pytest.mark.parametrize("word", ["epokal", "stegosaurus"])
def test_longer_words_count_nothing(word: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(f"{word},loss\n5,0.5\n9,0.4\n", encoding="utf-8")
    assert read_runs(tmp_path / "log.csv")[0].axis == "row"

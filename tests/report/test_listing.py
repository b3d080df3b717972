"""`gradlint logs --list`: what was read, as a table and as JSON."""

from __future__ import annotations

import json

import pytest

from gradlint.run_summary import RunSummary, SeriesSummary
from gradlint.report.listing import document, table
from gradlint.report.terminal import width
from tests.report.curves import NAN

LOSS = SeriesSummary("train/loss", "train loss", 2_000, 0, 1_999, 0.0212345, 32.9, 12)
GONE = SeriesSummary("val/score", "validation score", 3, 500, 1_500, NAN, NAN, 3)
LONG = SeriesSummary(
    "model.decoder.block.11.attention.query.weight/grad_norm", "gradient-norm", 1, 7, 7, 1.0, 1.0, 0
)
RUN = RunSummary(
    "lstm/seed 3", "runs/lstm/metrics.csv", "csv", 1, 2_003, "step", 0, 1_999, (LOSS, GONE)
)


def test_a_table_names_runs_and_series_with_their_ranges() -> None:
    assert table([RUN], columns=100) == (
        "runs/lstm/metrics.csv: run lstm/seed 3, csv, 2 series, 2,003 points, steps 0-1999\n"
        "  series      role              points  steps     values           nan/inf\n"
        "  train/loss  train loss         2,000  0-1999    0.02123 to 32.9       12\n"
        "  val/score   validation score       3  500-1500                         3\n"
        "\n"
    )


def test_a_second_run_of_a_file_says_so() -> None:
    run = RunSummary("a.csv", "a.csv", "csv", 2, 1, "epoch", 7, 7, (LONG,))
    assert table([run], columns=100).startswith("a.csv: part 2, csv, 1 series, 1 point, epoch 7\n")


def test_a_long_name_gives_way_in_its_middle() -> None:
    run = RunSummary("r", "a.csv", "csv", 1, 1, "step", 7, 7, (LONG,))
    page = table([run], columns=80)
    assert "model.decoder...n.query.weight/grad_norm  gradient-norm" in page
    assert all(width(line) <= 80 for line in page.split("\n"))


@pytest.mark.parametrize("columns", [40, 60, 80, 140])
def test_where_a_name_has_no_room_it_gets_a_line_of_its_own(columns: int) -> None:
    run = RunSummary("r", "a.csv", "csv", 1, 1, "step", 7, 7, (LOSS, LONG))
    page = table([run], columns=columns)
    (last,) = [line for line in page.split("\n") if "gradient-norm" in line]
    assert ("grad_norm" in last) is (columns >= 80)


def test_what_is_said_of_a_run_goes_on_below_its_path() -> None:
    run = RunSummary("r" * 30, "p" * 30, "csv", 1, 9, "step", 7, 7, ())
    lines = table([run], columns=80).split("\n")
    assert lines[:2] == ["p" * 30 + ":", f"  run {'r' * 30}, csv, 0 series, 9 points, step 7"]


def test_user_text_cannot_steer_the_terminal() -> None:
    series = SeriesSummary("\x1b[2J\u202e\n", "other", 1, 0, 0, 1.0, 1.0, 0)
    run = RunSummary("\x1b]0;x\x07", "e\x1bvil", "csv", 1, 1, "step", 0, 0, (series,))
    page = table([run], columns=100)
    assert not set(page) & set("\x1b\x07\u202e")
    assert page.count("\n") == 4


def test_json_has_null_where_there_is_no_finite_value() -> None:
    (run,) = json.loads(json.dumps(document([RUN]), allow_nan=False))
    assert (run["name"], run["axis"], run["last_step"]) == ("lstm/seed 3", "step", 1_999)
    loss, gone = run["series"]
    assert (loss["tag"], loss["low"], loss["high"], loss["nonfinite"]) == (
        "train/loss", 0.0212345, 32.9, 12,
    )  # fmt: skip
    assert (gone["low"], gone["high"]) == (None, None)

"""`gradlint logs --list`: what was read, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gradlint.report import plain
from gradlint.report.characters import width
from gradlint.report.listing import document, tables
from gradlint.run_summary import RunSummary, SeriesSummary
from tests.report.curves import NAN
from tests.report.terminals import shown, uncoloured

LOSS = SeriesSummary("train/loss", "train loss", 2_000, 0, 1_999, 0.0212345, 32.9, 12)
GONE = SeriesSummary("val/score", "validation score", 3, 500, 1_500, NAN, NAN, 3)
LONG = SeriesSummary(
    "model.decoder.block.11.attention.query.weight/grad_norm", "gradient-norm", 1, 7, 7, 1.0, 1.0, 0
)
RUN = RunSummary(
    "lstm/seed 3", "runs/lstm/metrics.csv", "csv", 1, 2_003, "step", 0, 1_999, (LOSS, GONE)
)


def page_of(*runs: RunSummary) -> str:
    return plain.text(tables(runs))


def test_a_table_names_runs_and_series_with_their_ranges() -> None:
    assert page_of(RUN) == (
        "runs/lstm/metrics.csv: run lstm/seed 3, csv, 2 series, 2,003 points, steps 0-1999\n"
        "  series      role              points  steps     values           nan/inf\n"
        "  train/loss  train loss         2,000  0-1999    0.02123 to 32.9       12\n"
        "  val/score   validation score       3  500-1500                         3\n"
        "\n"
    )


def test_a_terminal_shows_the_same_table() -> None:
    assert uncoloured(shown(tables([RUN]), columns=100)) == page_of(RUN)


def test_a_second_run_of_a_file_says_so() -> None:
    run = RunSummary("a.csv", "a.csv", "csv", 2, 1, "epoch", 7, 7, (LONG,))
    assert page_of(run).startswith("a.csv: part 2, csv, 1 series, 1 point, epoch 7\n")


def test_a_run_of_several_files_names_them() -> None:
    files = ("r/events.1", "r/a\x1b.log")
    page = page_of(replace(RUN, series=(), files=files)).split("\n")
    assert page[1:3] == ["  from r/events.1", "  from r/a\\x1b.log"]
    assert document([replace(RUN, files=files)])[0]["files"] == list(files)


def test_a_run_of_one_file_does_not_repeat_it() -> None:
    assert "from" not in page_of(replace(RUN, files=(RUN.path,)))


def test_a_series_that_no_rule_judges_is_marked() -> None:
    clock = SeriesSummary("time", "clock", 9, 0, 8, 1.0, 1.0, 0, judged=False)
    run = replace(RUN, series=(LOSS, clock))
    assert "  time        clock (not judged)" in page_of(run)
    assert [it["judged"] for it in document([run])[0]["series"]] == [True, False]


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_long_name_goes_on_below_itself(columns: int) -> None:
    run = RunSummary("r", "a.csv", "csv", 1, 1, "step", 7, 7, (LOSS, LONG))
    _, heads, *rows = uncoloured(shown(tables([run]), columns=columns)).split("\n")
    assert all(width(row) <= columns for row in rows)
    name = heads.index("role")
    assert LONG.tag in "".join(row[:name].strip() for row in rows)


def test_no_number_is_broken_in_the_narrowest_terminal() -> None:
    page = uncoloured(shown(tables([RUN]), columns=40))
    for number in ("2,000", "0-1999", "0.02123", "32.9", "12"):
        assert number in page.split()


def test_a_name_of_a_megabyte_gives_way_in_its_middle() -> None:
    series = SeriesSummary("s" * 10**6 + "/end", "other", 1, 0, 0, 1.0, 1.0, 0)
    run = RunSummary("r" * 10**6, "a.csv", "csv", 1, 1, "step", 0, 0, (series,))
    page = page_of(run)
    assert "...s" in page
    assert "s/end  other" in page
    assert len(page) < 1_000


def test_a_run_without_series_is_a_table_without_rows() -> None:
    run = RunSummary("r" * 30, "p" * 30, "csv", 1, 9, "step", 7, 7, ())
    for page in (page_of(run), shown(tables([run]), columns=100)):
        assert "0 series, 9 points" in page


def test_wide_characters_keep_the_columns_aligned() -> None:
    series = SeriesSummary("損失", "loss", 1, 0, 0, 1.0, 1.0, 0)
    run = RunSummary("r", "a.csv", "csv", 1, 1, "step", 0, 0, (series, LOSS))
    for page in (page_of(run), uncoloured(shown(tables([run]), columns=100))):
        heads, first, *_ = page.split("\n")[1:]
        assert width(first[: first.index("loss")]) == heads.index("role")


def test_user_text_cannot_steer_the_terminal() -> None:
    series = SeriesSummary("\x1b[2J\u202e\n[red]x[/]", "other", 1, 0, 0, 1.0, 1.0, 0)
    run = RunSummary("\x1b]0;x\x07", "e\x1bvil", "csv", 1, 1, "step", 0, 0, (series,))
    for page in (page_of(run), uncoloured(shown(tables([run])))):
        assert not set(page) & set("\x1b\x07\u202e")
        assert "\\x1b[2J\\u202e\\x0a[red]x[/]" in page
        assert page.count("\n") == 4


def test_json_has_null_where_there_is_no_finite_value() -> None:
    (run,) = json.loads(json.dumps(document([RUN]), allow_nan=False))
    assert (run["name"], run["axis"], run["last_step"]) == ("lstm/seed 3", "step", 1_999)
    loss, gone = run["series"]
    assert (loss["tag"], loss["low"], loss["high"], loss["nonfinite"]) == (
        "train/loss", 0.0212345, 32.9, 12,
    )  # fmt: skip
    assert (gone["low"], gone["high"]) == (None, None)

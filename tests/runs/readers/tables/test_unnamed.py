"""Tables without a header, and with one that tells little."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.tables import TableReader, sniff as sniff_named
from gradlint.runs.run import Run

Points = list[tuple[int, float]]


def sniff(head: bytes) -> bool:
    return sniff_named(head, "log.txt")


def read(text: str, path: str = "log.txt") -> Run:
    reader = TableReader(path, "run")
    reader.feed(text.encode())
    (run,) = reader.finish().runs
    return run


def points(run: Run) -> dict[str, Points]:
    return {
        tag: list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        for tag, curve in run.curves.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "500,2.5,0.1\n1000,1.5,0.1\n",
        "500 2.5 0.1\n1000 1.5 0.1\n",
        " 500/9000   2.5  0.1\n1000/9000   1.5  0.1\n",
    ],
)
def test_the_column_that_counts_up_is_the_step(text: str) -> None:
    assert sniff(text.encode())
    assert points(read(text)) == {
        "column_2": [(500, 2.5), (1000, 1.5)],
        "column_3": [(500, 0.1), (1000, 0.1)],
    }


def test_the_step_need_not_be_the_first_column() -> None:
    text = "0.5 10 0.7\n0.25 20 0.6\n"
    assert points(read(text))["column_1"] == [(10, 0.5), (20, 0.25)]


def test_a_column_that_falls_counts_nothing() -> None:
    assert points(read("3,0.5\n1,0.25\n2,0.125\n"))["column_1"] == [(0, 3), (1, 1), (2, 2)]


def test_sizes_and_places_are_numbers() -> None:
    run = read("0/9 1.5G 0.5\n1/9 900M 0.25\n2/9 2K 0.5\n")
    assert points(run)["column_2"] == [(0, 1.5e9), (1, 9e8), (2, 2e3)]


@pytest.mark.parametrize("text", ["13/12 0.5\n14/12 0.25\n", "1/2/24 0.5\n2/2/24 0.25\n"])
def test_dates_and_ratios_are_no_places(text: str) -> None:
    assert not sniff(text.encode())


def test_times_are_told_from_steps() -> None:
    run = read("1700000000500 2.5 10\n1700000001500 1.5 20\n", "mlruns/loss")
    assert points(run) == {"loss": [(10, 2.5), (20, 1.5)]}
    walls = run.curves["loss"].walls
    assert walls is not None
    assert walls.tolist() == [1700000000.5, 1700000001.5]


class TestOneNumberALine:
    def test_it_is_called_as_its_file(self) -> None:
        assert sniff(b"2.5\n1.5\n")
        assert points(read("2.5\n1.5\n", "out/val_loss.txt")) == {"val_loss": [(0, 2.5), (1, 1.5)]}

    def test_a_file_that_says_nothing_lends_no_name(self) -> None:
        assert list(read("2.5\n1.5\n", "points.txt").curves) == ["column_1"]

    def test_whole_numbers_are_indexes(self) -> None:
        assert not sniff(b"3\n1\n2\n")


class TestALoneValue:
    HEADER = "Wall time,Step,Value\n1700000000.5,10,2.5\n1700000001.5,20,1.5\n"

    @pytest.mark.parametrize(
        ("path", "tag"),
        [("run-a-tag-Loss_train.csv", "Loss_train"), ("x/grad_norm.csv", "grad_norm")],
    )
    def test_it_is_called_as_its_file(self, path: str, tag: str) -> None:
        assert points(read(self.HEADER, path)) == {tag: [(10, 2.5), (20, 1.5)]}

    def test_what_has_a_name_keeps_it(self) -> None:
        assert list(read("step,psnr\n1,2.5\n2,2.6\n", "loss.csv").curves) == ["psnr"]


class TestTheSplitInTheNameOfAFile:
    TEXT = "iter\tRMSE\n0\t2.5\n1\t2.25\n"

    @pytest.mark.parametrize(
        ("path", "tag"),
        [
            ("info/test_error.tsv", "test/RMSE"),
            ("val_log.csv", "val/RMSE"),
            ("learn_error.tsv", "RMSE"),
            ("test.csv", "RMSE"),  # as likely a trial
        ],
    )
    def test_it_is_said_of_the_series(self, path: str, tag: str) -> None:
        assert list(read(self.TEXT, path).curves) == [tag]

    def test_series_that_say_it_themselves_keep_their_names(self) -> None:
        text = "step,train_loss,val_loss\n1,2.5,2.6\n2,2.4,2.5\n"
        assert list(read(text, "test_log.csv").curves) == ["train_loss", "val_loss"]


class TestStepNameValue:
    def test_a_word_between_numbers_names_the_series(self) -> None:
        text = "0 val 2.5\n0 train 2.6\n1 train 2.4\n2 train 2.3\n2 val 2.2\n"
        assert sniff(text.encode())
        assert points(read(text)) == {
            "val": [(0, 2.5), (2, 2.2)],
            "train": [(0, 2.6), (1, 2.4), (2, 2.3)],
        }

    @pytest.mark.parametrize(
        "text",
        [
            "1 anna 2.5\n2 bert 2.4\n3 carl 2.3\n4 dora 2.1\n",  # each word once
            "5 loss 2.5\n3 loss 2.4\n4 loss 2.3\n",  # nothing counts
            "1 of 2 are 3\n2 of 3 are 4\n",
        ],
    )
    def test_other_words_between_numbers_do_not(self, text: str) -> None:
        assert not sniff(text.encode())


class TestRules:
    ROWS = "  1   0.5   0.25\n  2   0.4   0.5\n"

    @pytest.mark.parametrize(
        "header",
        [
            "step  loss   acc\n----  -----  -----\n",
            "====  =====  =====\nstep  loss   acc\n====  =====  =====\n",
            "step  loss   acc\n\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\n",
        ],
    )
    def test_a_rule_is_no_row(self, header: str) -> None:
        assert sniff((header + self.ROWS).encode())
        assert points(read(header + self.ROWS))["loss"] == [(1, 0.5), (2, 0.4)]

    def test_rules_between_rows_are_none_either(self) -> None:
        rule = "+------+-------+\n"
        text = f"{rule}| step | loss |\n{rule}| 1 | 0.5 |\n{rule}| 2 | 0.4 |\n{rule}"
        assert sniff(text.encode())
        assert points(read(text)) == {"loss": [(1, 0.5), (2, 0.4)]}

    def test_a_negative_number_is_no_rule(self) -> None:
        assert points(read("loss\tstep\n-0.5\t1\n-0.4\t2\n"))["loss"] == [(1, -0.5), (2, -0.4)]

    def test_names_of_several_words_stand_apart(self) -> None:
        text = (
            "      Iter       Train Loss   Time Left \n"
            "         1           1.5000        0.90s\n"
            "         2           1.2500        0.80s\n"
        )
        assert sniff(text.encode())
        assert points(read(text)) == {"Train Loss": [(1, 1.5), (2, 1.25)]}

    def test_a_sign_before_a_name_belongs_to_it(self) -> None:
        text = "%Iter\tvalid_loss\n3\t-0.5\n4\t-0.25\n"
        assert sniff(text.encode())
        assert points(read(text)) == {"valid_loss": [(3, -0.5), (4, -0.25)]}


def test_emphasis_in_markdown_is_no_part_of_a_number() -> None:
    text = "| step | acc |\n|---:|---|\n| 1 | 40.5% |\n| **2** | **43.0%** |\n| 3 | `41` |\n"
    assert points(read(text)) == {"acc": [(1, 40.5), (2, 43.0), (3, 41.0)]}


def test_prose_below_a_table_without_header_is_left_out() -> None:
    rows = "".join(f"{step} {1 / step}\n" for step in range(1, 30))
    reader = TableReader("log.txt", "run")
    reader.feed(f"{rows}Result: y = 2 + 3 x\n".encode())
    reading = reader.finish()
    assert [len(curve) for curve in reading.runs[0].curves.values()] == [29]
    assert [problem.line for problem in reading.problems] == [30]


def numbered(name: str, first: int, rows: int = 12) -> Run:
    return read(f"{name},loss\n" + "".join(f"{first + at},{at}.5\n" for at in range(rows)))


@pytest.mark.parametrize(("name", "axis"), [("e", "epoch"), ("E", "epoch"), ("t", "step")])
@pytest.mark.parametrize("first", [0, 1])
def test_a_first_column_that_numbers_the_rows_is_the_axis(name: str, axis: str, first: int) -> None:
    run = numbered(name, first)
    assert points(run) == {"loss": [(first + at, at + 0.5) for at in range(12)]}
    assert run.axis == axis


@pytest.mark.parametrize("name", ["class", "layer_id", "fold", "Unnamed: 0"])
def test_a_first_column_that_numbers_things_is_none(name: str) -> None:
    assert name in points(numbered(name, 0))


def test_a_column_that_begins_elsewhere_or_is_short_is_none() -> None:
    assert "t" in points(numbered("t", 7))
    assert "t" in points(numbered("t", 1, rows=9))
    assert "t" in points(read("step,t,loss\n" + "".join(f"{9 * at},{at},1\n" for at in range(12))))


@pytest.mark.parametrize("names", [("% mean accuracy (train set)",), ("% err", "% mean loss")])
def test_torch7_writes_percent_signs_before_names_and_tabs_behind_cells(
    names: tuple[str, ...],
) -> None:
    rows = "".join("".join(f" {at}.5e-01\t" for _ in names) + "\n" for at in range(1, 9))
    text = "".join(f"{name}\t" for name in names) + "\n" + rows
    assert sniff(text.encode())
    assert points(read(text))[names[-1]] == [(at - 1, float(f"{at}.5e-01")) for at in range(1, 9)]

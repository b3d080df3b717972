"""What is read from the tables that loggers write."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from gradlint.runs.readers.tables import TableReader
from gradlint.runs.run import Curve, Reading


def read(text: str | bytes) -> Reading:
    reader = TableReader("metrics.csv", "metrics")
    reader.feed(text.encode() if isinstance(text, str) else text)
    return reader.finish()


def curves(text: str | bytes) -> Mapping[str, Curve]:
    (run,) = read(text).runs
    return run.curves


def points(text: str | bytes, tag: str) -> list[tuple[int, float]]:
    curve = curves(text)[tag]
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def records(text: str | bytes, tag: str) -> list[int]:
    lines = curves(text)[tag].records
    assert lines is not None
    numbers: list[int] = lines.tolist()
    return numbers


def said(text: str | bytes) -> list[str]:
    return [problem.message for problem in read(text).problems]


@pytest.mark.parametrize("name", ["step", "epoch", "Iteration"])
def test_a_table_whose_newest_row_is_the_first_has_steps(name: str) -> None:
    rows = "".join(f"{at},0.{9 - at}\n" for at in range(9, -1, -1))
    assert points(f"{name},loss\n{rows}", "loss")[0] == (9, 0.0)


def test_a_column_that_goes_up_and_down_counts_nothing() -> None:
    rows = "".join(f"{at},0.5\n" for at in (9, 4, 7, 2, 8, 1, 6, 3, 5, 0))
    assert points(f"step,loss\n{rows}", "step")[0] == (0, 9.0)


class TestKeras:
    LOG = "epoch;loss;val_loss\n0;1.5;1.6\n1;1.25;NA\n0;1.75;1.8\n1;1.0;1.1\n"

    def test_a_second_run_in_the_file_keeps_its_place_and_its_epochs(self) -> None:
        assert points(self.LOG, "loss") == [(0, 1.5), (1, 1.25), (0, 1.75), (1, 1.0)]

    def test_na_is_no_point(self) -> None:
        assert points(self.LOG, "val_loss") == [(0, 1.6), (0, 1.8), (1, 1.1)]

    def test_the_lines_of_the_points_tell_where_one_is_missing(self) -> None:
        assert records(self.LOG, "val_loss") == [2, 4, 5]

    def test_the_axis_is_the_epoch(self) -> None:
        assert {curve.axis for curve in curves(self.LOG).values()} == {"epoch"}

    def test_a_list_of_numbers_becomes_a_series_for_each_element(self) -> None:
        text = 'epoch,f1,loss\n0,"""[0.1, 0.2]""",3\n1,"[nan, 0.4]",2\n'
        found = curves(text)
        assert list(found) == ["f1[0]", "f1[1]", "loss"]
        assert math.isnan(found["f1[0]"].values[1])


class TestLightning:
    LOG = (
        "epoch,grad_norm,step,train_loss,val_loss\r\n"
        "0,0.25,9,2.5,\r\n0,0.5,19,2.25,\r\n0,,19,,1.5\r\n1,0.75,29,2.0,\r\n"
    )

    def test_a_sparse_column_has_only_its_points(self) -> None:
        assert points(self.LOG, "val_loss") == [(19, 1.5)]

    def test_the_step_is_preferred_to_the_epoch_which_stays_a_series(self) -> None:
        assert points(self.LOG, "epoch") == [(9, 0), (19, 0), (19, 0), (29, 1)]

    def test_a_blank_step_is_the_last_one_known(self) -> None:
        text = "step,loss,val_loss\n10,1.0,\n,,0.5\n20,0.75,\n"
        assert points(text, "val_loss") == [(10, 0.5)]

    def test_a_blank_step_at_the_beginning_is_the_next_one(self) -> None:
        assert points("step,loss\n,3\n10,2\n20,1\n", "loss") == [(10, 3), (10, 2), (20, 1)]


class TestReinforcementLearning:
    def test_stable_baselines_counts_the_steps_of_the_environment(self) -> None:
        text = (
            "rollout/ep_rew_mean,time/iterations,time/total_timesteps,train/loss\n"
            "20.5,1,2048,\n21.5,2,4096,0.5\n"
        )
        assert points(text, "train/loss") == [(4096, 0.5)]
        assert "time/iterations" in curves(text)

    def test_a_monitor_file_begins_with_facts(self) -> None:
        text = '#{"t_start": 1600.5, "env_id": "CartPole-v1"}\nr,l,t\n20.0,20,0.5\n15.0,15,0.75\n'
        (run,) = read(text).runs
        assert run.metadata == {"t_start": "1600.5", "env_id": "CartPole-v1"}
        assert points(text, "r") == [(0, 20.0), (1, 15.0)]
        assert run.curves["r"].axis == "row"

    def test_the_length_of_an_episode_is_no_step(self) -> None:
        rows = "".join(f"{at},{steps},1.0\n" for at, steps in enumerate([9, 4, 30, 7, 12, 3] * 3))
        assert points("episode,steps,reward\n" + rows, "reward")[:3] == [(0, 1), (1, 1), (2, 1)]

    def test_a_percentage_is_its_number(self) -> None:
        assert points("step,Progress\n1,0.0%\n2,12.5%\n", "Progress") == [(1, 0.0), (2, 12.5)]


class TestYolo:
    def test_padded_names_and_cells_are_trimmed(self) -> None:
        text = (
            "      epoch,  train/box_loss,  lr/pg0\n          0,    1.25,   0.5\n  1, 1.0, 0.25\n"
        )
        assert points(text, "train/box_loss") == [(0, 1.25), (1, 1.0)]


class TestPandas:
    def test_a_blank_is_no_point_and_inf_is_one(self) -> None:
        text = "global_step,grad_norm,loss\n73,inf,0.133\n74,,0.135\n"
        assert points(text, "grad_norm") == [(73, math.inf)]

    def test_a_literal_nan_is_a_point(self) -> None:
        values = curves("step,loss\n1,nan\n2,\n3,NaN\n")["loss"]
        assert values.steps.tolist() == [1, 3]

    def test_the_index_has_no_name_and_is_no_step(self) -> None:
        found = curves(",loss,acc\n0,1.5,0.1\n1,1.25,0.2\n")
        assert list(found) == ["column_1", "loss", "acc"]

    def test_a_header_of_numbers_is_known_by_its_blank_corner(self) -> None:
        assert points(",0\n0,803.5\n1,800.25\n", "0") == [(0, 803.5), (1, 800.25)]

    def test_names_that_leave_out_the_index_are_shifted(self) -> None:
        text = "loss acc\n1 0.5 0.1\n2 0.25 0.2\n3 0.125 0.3\n"
        assert points(text, "loss") == [(0, 0.5), (1, 0.25), (2, 0.125)]


class TestWandb:
    CHART = (
        '"Step","lstm - a - loss","lstm - a - loss__MIN","lstm - a - loss__MAX","gru - loss"\n'
        '"0","1.5","1.5","1.5","2.5"\n"10","1.25","1.25","1.25",""\n'
    )

    def test_the_export_of_a_chart_is_one_run_a_column(self) -> None:
        runs = {run.name: run for run in read(self.CHART).runs}
        assert list(runs) == ["metrics/lstm - a", "metrics/gru"]
        assert runs["metrics/lstm - a"].curves["loss"].values.tolist() == [1.5, 1.25]

    def test_its_bounds_are_no_series(self) -> None:
        assert [list(run.curves) for run in read(self.CHART).runs] == [["loss"], ["loss"]]

    def test_a_blank_quoted_cell_is_no_point(self) -> None:
        assert len(read(self.CHART).runs[1].curves["loss"]) == 1

    def test_a_history_has_steps_and_times_of_day(self) -> None:
        text = "_step,_runtime,_timestamp,loss\n0,1.5,1700000000.5,3\n5,2.5,1700000001.5,2\n"
        loss = curves(text)["loss"]
        assert loss.steps.tolist() == [0, 5]
        assert loss.walls is not None
        assert loss.walls.tolist() == [1700000000.5, 1700000001.5]

    def test_a_list_of_runs_is_no_log(self) -> None:
        text = "Name,State,Runtime,loss\nfirst,finished,12,0.5\nsecond,crashed,3,nan\n"
        assert [len(run.curves) for run in read(text).runs] == [0]
        assert said(text) == ["is a list of runs with their last values, not the log of one run"]


class TestDialects:
    @pytest.mark.parametrize(
        "text",
        [
            "step,loss\n1,0.5\n2,0.25\n",
            "step\tloss\n1\t0.5\n2\t0.25\n",
            "step;loss\n1;0.5\n2;0.25\n",
            "step|loss\n1|0.5\n2|0.25\n",
            "step loss\n1 0.5\n2 0.25\n",
            "  step     loss\n     1   0.5000\n     2   0.2500\n",
            "| step | loss |\n|------|-----:|\n| 1 | 0.5 |\n| 2 | 0.25 |\n",
            "step;loss\n1;0,5\n2;0,25\n",
            "step\tloss\n1\t0,5\n2\t0,25\n",
            '"step","loss"\n"1","0.5"\n"2","0.25"\n',
            "step, loss\r\n1, 0.5\r\n2, 0.25\r\n",
            "step,loss\r1,0.5\r2,0.25\r",
            "step,loss\n1,0.5\n2,0.25",
            "step,loss,\n1,0.5,\n2,0.25,\n",
            "step,loss\n1,0.5,\n2,0.25,\n",
            "\ufeffstep,loss\n1,0.5\n2,0.25\n",
            "# lr 0.1\nstep,loss\n\n1,0.5\n# epoch 2\n2,0.25\n\n",
            "# step loss\n1 0.5\n2 0.25\n",
            "#step,loss\n1,0.5\n2,0.25\n",
            "step,loss\n1,0.5\nstep,loss\n2,0.25\n",
            "step,loss\n1,tensor(0.5, device='cuda:0')\n2,tensor(0.25, device='cuda:0')\n",
            "step,loss\n1,[0.5]\n2,0.25f\n",
        ],
    )
    def test_a_table_is_read_as_it_is_written(self, text: str) -> None:
        assert points(text, "loss") == [(1, 0.5), (2, 0.25)]
        assert read(text).problems == []

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
    def test_a_byte_order_mark_tells_the_encoding(self, encoding: str) -> None:
        text = "step\tloss\n1\t0.5\n2\t0.25\n".encode(encoding)
        assert points(text, "loss") == [(1, 0.5), (2, 0.25)]

    def test_a_quoted_cell_may_span_lines(self) -> None:
        text = 'step,note,loss\n1,"two\nlines",0.5\n2,"x, y",0.25\n'
        curve = curves(text)["loss"]
        assert curve.values.tolist() == [0.5, 0.25]
        assert records(text, "loss") == [2, 4]


class TestHeaders:
    def test_no_header_numbers_the_columns(self) -> None:
        assert list(curves("5.5,0.5\n6.5,0.25\n")) == ["column_1", "column_2"]

    def test_a_column_without_a_name_is_numbered(self) -> None:
        assert list(curves("step,loss,\n1,0.5,7\n2,0.25,8\n")) == ["loss", "column_3"]

    def test_two_columns_of_one_name_are_told_apart(self) -> None:
        assert list(curves("step,loss,loss\n1,2,3\n2,2,3\n")) == ["loss", "loss.1"]

    def test_a_new_header_is_followed_from_where_it_stands(self) -> None:
        text = "step,loss\n1,0.5\n2,0.25\nstep,lr,loss\n3,0.1,0.125\n"
        assert points(text, "loss") == [(1, 0.5), (2, 0.25), (3, 0.125)]
        assert points(text, "lr") == [(3, 0.1)]
        assert read(text).problems == []

    def test_a_header_alone_is_a_run_without_points_and_no_problem(self) -> None:
        reading = read("step,loss\n")
        assert reading.runs[0].curves == {}
        assert reading.problems == []

    def test_an_empty_file_has_nothing(self) -> None:
        assert read("").runs[0].curves == {}


class TestSteps:
    def test_without_a_step_the_rows_are_counted(self) -> None:
        assert points("val_loss,loss\n0.5,3\n0.25,2\n", "loss") == [(0, 3), (1, 2)]

    def test_a_count_within_the_epoch_is_no_step(self) -> None:
        rows = "".join(f"{epoch},{it},1\n" for epoch in range(3) for it in range(0, 40, 10))
        found = curves("epoch,iter,loss\n" + rows)
        assert found["loss"].axis == "epoch"
        assert "iter" in found

    def test_a_step_with_fractions_is_none(self) -> None:
        assert curves("step,loss\n0.1,3\n0.2,2\n0.3,1\n")["loss"].axis == "row"

    def test_one_broken_step_among_many_is_passed_over(self) -> None:
        rows = [f"{at},1.0\n" for at in range(200)]
        rows[100] = "x,1.0\n"
        assert curves("step,loss\n" + "".join(rows))["loss"].steps[99:102].tolist() == [99, 99, 101]

    def test_huge_steps_are_clamped(self) -> None:
        steps = curves("step,loss\n1,1\n2,1\n1e300,1\n")["loss"].steps
        assert steps.tolist() == [1, 2, 2**62]

    def test_the_curves_without_blanks_share_their_steps(self) -> None:
        found = curves("step,loss,acc\n1,2,3\n2,2,3\n")
        assert found["loss"].steps is found["acc"].steps
        assert found["loss"].records is found["acc"].records


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("1e400", math.inf), ("-Infinity", -math.inf), ("+inf", math.inf), (" 0.5 ", 0.5),
            ("np.float32(0.5)", 0.5), ("-1.#INF", -math.inf), ("1e-400", 0.0), ("12.5 %", 12.5),
            ("<tf.Tensor: shape=() dtype=float32 numpy=0.5>", 0.5),
            ("\"tensor(0.5, grad_fn=<NllLossBackward0>)\"", 0.5),
        ],
    )  # fmt: skip
    def test_numbers(self, cell: str, value: float) -> None:
        assert points(f"step,loss\n1,0\n2,{cell}\n3,0\n", "loss")[1] == (2, value)

    @pytest.mark.parametrize("cell", ["nan", "NaN", "-nan", "-nan(ind)", "1.#QNAN", "tensor(nan)"])
    def test_not_a_number_is_a_point(self, cell: str) -> None:
        assert math.isnan(points(f"step,loss\n1,0\n2,{cell}\n3,0\n", "loss")[1][1])

    @pytest.mark.parametrize("cell", ["", " ", "NA", "None", "null", "N/A", "-", "<NA>", '""'])
    def test_blanks_are_no_points(self, cell: str) -> None:
        text = f"step,loss\n1,0\n2,{cell}\n3,0\n"
        assert points(text, "loss") == [(1, 0), (3, 0)]
        assert read(text).problems == []

    @pytest.mark.parametrize("cell", ["1_000", "oops", "1-2", "0x10", "--1", "1e5e3", "True"])
    def test_text_in_a_column_of_numbers_is_told(self, cell: str) -> None:
        text = f"step,loss\n1,0\n2,{cell}\n3,0\n"
        assert points(text, "loss") == [(1, 0), (3, 0)]
        (problem,) = read(text).problems
        assert problem.line == 3
        assert problem.message == f"column `loss` has text in 1 of 3 cells, such as `{cell}`"

    def test_a_column_of_text_is_no_series_and_no_problem(self) -> None:
        text = "time,step,note,loss\n2024-01-01 10:00,1,a,0.5\n2024-01-02 10:00,2,b,0.25\n"
        assert list(curves(text)) == ["loss"]
        assert read(text).problems == []


class TestBrokenRows:
    def test_a_short_row_keeps_what_it_has(self) -> None:
        text = "step,loss,acc\n1,2,3\n2,4\n3,2,3\n"
        assert points(text, "loss") == [(1, 2), (2, 4), (3, 2)]
        assert points(text, "acc") == [(1, 3), (3, 3)]
        assert said(text) == ["1 row has fewer cells than the header: line 3"]

    def test_a_long_row_keeps_what_it_has(self) -> None:
        text = "step,loss\n1,2\n2,4,5\n3,2\n"
        assert points(text, "column_3") == [(2, 5)]
        assert said(text) == ["1 row has more cells than the header: line 3"]

    def test_many_broken_rows_are_one_problem(self) -> None:
        text = "step,loss,acc\n" + "1,2,3\n" * 50 + "2,4\n" * 10
        assert said(text) == [
            "10 rows have fewer cells than the header: lines 52, 53, 54, 55, 56, ..."
        ]

    def test_a_line_of_other_text_is_no_row(self) -> None:
        text = "val,loss\n1.5,2\nTraceback (most recent call last):\n1.5,3\n"
        assert points(text, "loss") == [(0, 2), (1, 3)]
        assert said(text) == [
            "1 line is not a row of the table: line 3, such as `Traceback (most recent call last):`"
        ]

    def test_a_last_row_that_is_not_finished_is_told_as_partial(self) -> None:
        reading = read("step,loss,acc\n1,2,3\n2,2,3\n3,4")
        assert [(problem.partial, problem.line) for problem in reading.problems] == [(True, 4)]

    def test_its_last_cell_may_be_half_a_number_and_is_left_out(self) -> None:
        text = "step,loss,acc\n1,2,3\n2,2,3\n3,4,5e"
        assert points(text, "loss")[-1] == (3, 4)
        assert points(text, "acc")[-1] == (2, 3)

    def test_a_stray_quote_costs_one_line(self) -> None:
        text = 'step,loss\n1,2\n2,"3\n' + "".join(f"{at},1\n" for at in range(3, 300))
        assert len(curves(text)["loss"]) >= 298
        assert said(text)

    def test_nul_bytes_are_told(self) -> None:
        text = "step,loss\n1,2\n\0\0\0\0" + "2,3\n3,4\n"
        assert points(text, "loss") == [(1, 2), (2, 3), (3, 4)]
        assert said(text) == ["1 line contains NUL bytes: line 3"]

    def test_bytes_that_are_not_utf_8_are_told(self) -> None:
        assert said(b"step,loss\n1,2\n2,\xff\n3,2\n")[0] == "1 line is not UTF-8: line 3"


def test_a_drawn_header_may_have_two_rows() -> None:
    text = (
        "| Epoch | Mini-batch | Mini-batch |\n|       |  Accuracy  |    Loss    |\n"
        "|     1 |       10.5 |        2.5 |\n|     2 |       20.5 |        1.5 |\n"
    )
    (run,) = read(text).runs
    assert run.curves["Mini-batch Loss"].values.tolist() == [2.5, 1.5]
    assert run.curves["Mini-batch Accuracy"].steps.tolist() == [1, 2]

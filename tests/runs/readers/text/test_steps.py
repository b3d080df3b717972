"""Where a printed value stands: the step a log says, or the one that can be inferred."""

from __future__ import annotations

import math

import pytest

from tests.runs.readers.text.text_logs import points, read, run_of, series


def test_a_printed_step_counts_before_an_epoch() -> None:
    log = "epoch 1 step 100 loss 2.0\nepoch 1 step 200 loss 1.9\nepoch 2 step 300 loss 1.8\n"
    assert series(log)["loss"] == [(100, 2.0), (200, 1.9), (300, 1.8)]


def test_a_step_that_starts_anew_each_epoch_is_joined_to_it() -> None:
    log = "".join(f"epoch {e} step {s} loss 1.{e}\n" for e in (0, 1) for s in (0, 100, 200))
    assert [step for step, _ in series(log)["loss"]] == [0, 100, 200, 300, 400, 500]


def test_batches_of_an_epoch_are_counted_by_the_largest_that_was_seen() -> None:
    log = "".join(f"Epoch {e}, n_batch {b}, loss 1.{e}\n" for e in (1, 2) for b in (300, 600))
    assert [step for step, _ in series(log)["loss"]] == [300, 600, 900, 1200]


@pytest.mark.parametrize("every", [5, 8, 10])
@pytest.mark.parametrize(
    "line", ["Epoch [{}/9] Step [{}/7] Loss: 1.5", "epoch {} iter {}/7 loss 1.5"]
)
def test_steps_of_a_total_are_joined_though_few_of_an_epoch_are_printed(
    line: str, every: int
) -> None:
    steps = range(1, 63, every)
    log = "".join(line.format((at - 1) // 7 + 1, (at - 1) % 7 + 1) + "\n" for at in steps)
    (found,) = series(log).values()
    assert [step for step, _ in found] == list(steps)


def test_steps_of_the_total_of_all_epochs_stay() -> None:
    log = "".join(
        f"epoch {at // 40} step {at}/400 loss 1.5\nepoch {at // 40} val step {at % 7}/7 loss 2.5\n"
        for at in range(20, 400, 20)
    )
    assert [step for step, _ in series(log)["loss"]] == list(range(20, 400, 20))


def evaluations(*values: str) -> str:
    """Two epochs of ten batches of training, each followed by prints of one evaluation."""
    return "".join(
        f"[Epoch {epoch}][Batch 5/10] loss=1.5\n[Epoch {epoch}][Batch 10/10] loss=1.4\n"
        + "".join(f"Valid: [{at}/{len(values)}] loss: {v}\n" for at, v in enumerate(values, 1))
        for epoch in (0, 1)
    )


def test_the_progress_of_one_evaluation_is_one_point() -> None:
    log = "".join(f"Valid [Epoch {e}][Batch {b}/9] loss={e}.{b}\n" for e in (0, 1) for b in (4, 8))
    assert series(log)["valid/loss"] == [(0, 0.8), (1, 1.8)]


def test_an_evaluation_that_does_not_say_its_epoch_is_of_the_last_one() -> None:
    assert series(evaluations("0.7", "0.8"))["valid/loss"] == [(0, 0.8), (1, 0.8)]
    assert series(evaluations("0.7", "0.8"))["loss"] == [(5, 1.5), (10, 1.4), (15, 1.5), (20, 1.4)]


def test_evaluations_without_any_epoch_are_counted() -> None:
    log = "".join(f"Test: [{at}/3] loss: 0.{at}\n" for _ in range(3) for at in (1, 2))
    assert series(log)["test/loss"] == [(0, 0.2), (1, 0.2), (2, 0.2)]


def test_the_result_of_an_evaluation_stands_for_its_progress() -> None:
    log = "".join(
        f"Epoch: [{e}][1/2] loss: 1.5\nTest: [1/2] loss: 0.7\n* acc 0.{e} loss 0.6\n"
        for e in (1, 2)
    )
    assert series(log)["test/loss"] == [(1, 0.6), (2, 0.6)]
    assert series(log)["test/acc"] == [(1, 0.1), (2, 0.2)]
    assert "acc" not in series(log)


def test_a_nan_within_an_evaluation_is_not_lost() -> None:
    read = series(evaluations("0.7", "nan", "0.8"))["valid/loss"]
    assert [math.isnan(value) for _, value in read] == [True, True]


def test_an_evaluation_keeps_the_mean_in_parentheses_a_training_its_batches() -> None:
    log = "Epoch: [0][5/10] loss: 0.5 (0.6)\nTest: [5/10] loss: 0.7 (0.8)\n"
    assert series(log) == {"loss": [(5, 0.5)], "test/loss": [(0, 0.8)]}


def test_a_position_in_the_epoch_that_never_moves_is_no_global_step() -> None:
    log = "".join(f"epoch:{e} iter:0/18 loss:1.{e}\n" for e in range(4))
    assert series(log)["loss"] == [(0, 1.0), (18, 1.1), (36, 1.2), (54, 1.3)]


@pytest.mark.parametrize(
    ("epochs", "steps"), [((0, 1), [50, 100, 150, 200]), ((1, 2), [50, 100, 150, 200])]
)
@pytest.mark.parametrize(
    "line",
    [
        "Epoch [{e}][{i}/100] loss: 0.5\n",
        "| epoch {e} | {i}/  100 batches | loss 0.5\n",
        "Epoch [{e}/9] Step [{i}/100] loss: 0.5\n",
    ],
)
def test_epochs_count_from_the_first_that_has_batches(
    line: str, epochs: tuple[int, ...], steps: list[int]
) -> None:
    log = "".join(line.format(e=e, i=i) for e in epochs for i in (50, 100))
    assert [step for step, _ in series(log)["loss"]] == steps


def test_an_excerpt_from_a_later_epoch_counts_from_one() -> None:
    log = "".join(f"Epoch [{e}][{i}/100] loss: 0.5\n" for e in (31, 32) for i in (50, 100))
    assert [step for step, _ in series(log)["loss"]] == [3050, 3100, 3150, 3200]


def test_an_evaluation_before_the_first_epoch_does_not_make_it_the_second() -> None:
    log = "Epoch 0 val loss 2.3\n" + "".join(f"Epoch [{e}][9/10] loss: 0.5\n" for e in (1, 2))
    assert [step for step, _ in series(log)["loss"]] == [9, 19]


def test_a_longer_evaluation_does_not_stretch_the_steps_of_the_training() -> None:
    log = "".join(
        f"Epoch(train) [{e}][5/10] loss: 0.5\nEpoch(val) [{e}][50/50] acc: 0.7\n" for e in (1, 2)
    )
    assert series(log)["train/loss"] == [(5, 0.5), (15, 0.5)]


def test_lines_below_a_step_within_an_epoch_are_of_that_step() -> None:
    log = "".join(
        f"[epoch {e}][iter {i}/20] loss: 0.5\n\t\t\trpn_cls: 0.3, rpn_box: 0.{e}\n"
        for e in (1, 2)
        for i in (0, 10)
    )
    assert series(log)["rpn_box"] == [(0, 0.1), (10, 0.1), (20, 0.2), (30, 0.2)]


@pytest.mark.parametrize(
    "line",
    [
        "[{e:>3}/9] train_loss: 0.5 valid_loss: 0.{e}\n",
        "[{e}/9] 1 tree, 9 leaves, train loss: 0.5, val loss: 0.{e}, in 0.001s\n",
        "{e}/9 | training loss 0.5 | test loss 0.{e}\n",
    ],
)
def test_a_counter_before_losses_of_both_kinds_counts_epochs(line: str) -> None:
    read = series("".join(line.format(e=e) for e in (1, 2, 3)))
    found = next(points for tag, points in read.items() if tag[0] in "vt" and "train" not in tag)
    assert found == [(1, 0.1), (2, 0.2), (3, 0.3)]


def test_a_shorter_pass_below_the_header_of_an_epoch_is_an_evaluation() -> None:
    passes = "step {i}/20 - loss: 0.{i}\n"
    log = "".join(
        f"Epoch {e}/2\n{passes.format(i=10)}{passes.format(i=20)}Eval begin...\n"
        f"step 4/4 - loss: 0.{e}\n"
        for e in (1, 2)
    )
    assert series(log) == {
        "loss": [(10, 0.1), (20, 0.2), (30, 0.1), (40, 0.2)],
        "evaluate/loss": [(1, 0.1), (2, 0.2)],
    }


def test_a_training_that_goes_on_after_an_evaluation_is_one_series() -> None:
    log = "Epoch: 1\n[1/20] loss: 0.5\n[4/4] loss: 0.7\n[11/20] loss: 0.4\n"
    assert series(log) == {"loss": [(1, 0.5), (11, 0.4)], "evaluate/loss": [(1, 0.7)]}


@pytest.mark.parametrize("label", ["cur metric, ", "[summary] ", "--> "])
def test_other_values_below_a_marked_line_are_another_series(label: str) -> None:
    log = "".join(f"step {s} acc: 0.{s} loss: 0.5\n" for s in (1, 2))
    log += "".join(f"step {s} acc: 0.{s} loss: 0.5\n{label}acc: 0.9{s}\n" for s in (3, 4))
    assert series(log) == {
        "acc": [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)],
        "acc_unmarked": [(3, 0.93), (4, 0.94)],
        "loss": [(1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5)],
    }


def test_a_value_that_is_repeated_below_its_line_is_no_other_series() -> None:
    log = "".join(f"step {s} acc: 0.{s}\n--> acc: 0.{s}00\n" for s in (1, 2, 3))
    assert series(log) == {"acc": [(1, 0.1), (2, 0.2), (3, 0.3)]}


def test_a_longer_pass_after_a_shorter_one_is_no_evaluation() -> None:
    log = "Epoch: 1\n[4/4] loss: 0.7\n[1/20] loss: 0.5\n[11/20] loss: 0.4\n"
    assert not [tag for tag in series(log) if "eval" in tag]


@pytest.mark.parametrize(
    ("mark", "step"),
    [
        ("step 1.5k", 1500),
        ("Iter: 2M,", 2_000_000),
        ("iter:   1,000,", 1000),
        ("Up. 700 :", 700),
        ("{'global_step/max_steps': '10/100',", 10),
        ("schritt 8", 8),
        ("эпоха 3:", 3),
        ("第12轮,", 12),
    ],
)
def test_spellings_of_a_mark(mark: str, step: int) -> None:
    assert series(f"{mark} loss: 2.5\n")["loss"] == [(step, 2.5)]


@pytest.mark.parametrize("key", ["train_loss_step", "val_acc_epoch", "grad_norm/step"])
def test_a_metric_that_is_named_after_a_step_is_no_mark(key: str) -> None:
    log = "".join(f"Epoch {e}: v_num: 3, {key}: 2.0\n" for e in (1, 2))
    assert series(log)[key] == [(1, 2.0), (2, 2.0)]


def test_words_of_any_script_are_names() -> None:
    log = "эпоха 1: потери 0.5, точность 0.7\nэпоха 2: потери 0.4, точность 0.8\n"
    assert series(log) == {"потери": [(1, 0.5), (2, 0.4)], "точность": [(1, 0.7), (2, 0.8)]}


def test_how_long_a_step_took_is_not_its_number() -> None:
    log = "".join(f"epoch {e} | Step: 3{e}ms | Loss: 0.{e}\n" for e in (1, 2))
    assert series(log)["Loss"] == [(1, 0.1), (2, 0.2)]


def test_what_is_counted_with_and_without_marks_is_counted_through() -> None:
    log = "IOU: 0.2\nIOU: 0.3\nIOU: 0.4\nstep 1 loss 0.5\n" + "IOU: 0.5\nIOU: 0.6\n" * 2
    assert [step for step, _ in series(log)["IOU"]] == list(range(7))


def test_iters_count_within_the_epoch_they_stand_beside() -> None:
    log = "".join(
        f"(epoch: {e}, iters: {i}, data: 0.004) D_A: 0.2\n" for e in (1, 2) for i in (50, 100)
    )
    assert series(log)["D_A"] == [(50, 0.2), (100, 0.2), (150, 0.2), (200, 0.2)]
    assert [step for step, _ in series(log)["data"]] == [50, 100, 150, 200]


def test_equal_losses_of_batches_that_say_only_their_epoch_all_count() -> None:
    log = "".join(f"epoch {e} loss 0.{x}\n" for e in (1, 2) for x in (5, 5, 4, 3, 3, 2))
    assert len(series(log)["loss"]) == 12


def test_an_epochs_value_that_is_printed_twice_counts_once() -> None:
    log = "".join(f"epoch {e} val loss 0.{e}\nepoch {e} val loss 0.{e}\n" for e in (1, 2))
    assert series(log)["val loss"] == [(1, 0.1), (2, 0.2)]


def test_iters_without_an_epoch_are_a_setting() -> None:
    run = run_of("iters: 1000\nstep 1 loss 2.0\nstep 2 loss 1.0\n")
    assert points(run.curves["loss"]) == [(1, 2.0), (2, 1.0)]
    assert run.metadata["iters"] == "1000"


def test_a_key_that_names_its_split_is_not_of_the_split_announced_before() -> None:
    log = "".join(
        f"Epoch {e}\ncompute test set score:\nBleu: 0.{e}\nvalidation loss: 3.{e}\n" for e in (1, 2)
    )
    assert list(series(log)) == ["test/Bleu", "validation loss"]


def test_steps_that_a_table_rounds_are_spread_up_to_the_next_one() -> None:
    log = "".join(
        f"| loss | 0.{i} |\n| step | {step} |\n------\n"
        for i, step in enumerate(("9.98e+03", "9.99e+03", "1e+04", "1e+04", "1.01e+04"), 1)
    )
    assert [step for step, _ in series(log)["loss"]] == [9980, 9990, 10_000, 10_050, 10_100]


def test_an_epoch_is_kept_as_it_is_printed() -> None:
    run = run_of("Epoch 1: Train Loss=0.5, Val Loss=0.6\nEpoch 2: Train Loss=0.4, Val Loss=0.5\n")
    assert points(run.curves["Val Loss"]) == [(1, 0.6), (2, 0.5)]
    assert run.curves["Val Loss"].axis == "epoch"


@pytest.mark.parametrize(
    "line",
    [
        "{{'loss': {1}, 'epoch': {0}}}",
        "epoch {0} | loss {1}",
        "Epoch: {0:.2f}, loss: {1}",
    ],
)
@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_series_with_fractions_of_epochs_is_counted_in_its_lines(line: str, first: int) -> None:
    epochs = [epoch / 2 for epoch in range(first, 8)]
    log = "".join(line.format(epoch, epoch + 0.25) + "\n" for epoch in epochs)
    found = {tag.lower(): points for tag, points in series(log).items()}
    assert found == {
        "loss": [(at, epoch + 0.25) for at, epoch in enumerate(epochs)],
        "epoch": list(enumerate(epochs)),
    }


def test_evaluations_at_whole_epochs_count_them_beside_fractions() -> None:
    log = "".join(
        f"{{'loss': 0.5, 'epoch': {at / 2:g}}}\n"
        + ("" if at % 2 else f"{{'eval_loss': 1.5, 'epoch': {at / 2:g}}}\n")
        for at in range(1, 7)
    )
    found = series(log)
    assert found["eval_loss"] == [(1, 1.5), (2, 1.5), (3, 1.5)]
    assert [value for _, value in found["epoch"]] == [0.5, 1, 1, 1.5, 2, 2, 2.5, 3, 3]


def test_fractions_of_epochs_beside_steps_are_a_series_with_the_whole_ones() -> None:
    log = "".join(f"step {at} epoch {at / 4} loss 1.5\n" for at in range(4, 10))
    assert series(log)["epoch"] == [(at, at / 4) for at in range(4, 10)]


def test_whole_epochs_are_no_series() -> None:
    assert list(series("epoch 1 loss 1.5\nepoch 2 loss 1.4\n")) == ["loss"]


def test_a_summary_of_each_epoch_is_no_part_of_what_is_printed_within_it() -> None:
    log = "".join(
        f"{{'loss': {epoch}.5, 'epoch': {epoch}.5}}\nEpoch {epoch + 1} mean: loss = {epoch}.25\n"
        for epoch in range(3)
    )
    values = [{value for _, value in points} for points in series(log).values()]
    assert {0.5, 1.5, 2.5} in values
    assert {0.25, 1.25, 2.25} in values


def test_lines_below_a_header_inherit_its_epoch() -> None:
    log = "".join(f"Epoch: {e}/2\nTime: 3.1s - LR: 1e-0{e}\nTrain Loss: 0.{e}\n" for e in (1, 2))
    assert series(log) == {
        "Time": [(1, 3.1), (2, 3.1)],
        "LR": [(1, 0.1), (2, 0.01)],
        "Train Loss": [(1, 0.1), (2, 0.2)],
    }


def test_metrics_without_any_mark_are_counted() -> None:
    run = run_of("loss: 0.5\nloss: nan\nloss: 0.4\nloss: 0.3\n")
    assert run.curves["loss"].axis == "row"
    assert run.curves["loss"].steps.tolist() == [0, 1, 2, 3]


def test_a_metric_that_is_absent_from_a_counted_line_leaves_a_gap() -> None:
    log = (
        "{'loss': 2.0, 'grad_norm': 1.0, 'epoch': 0.1}\n{'loss': 1.9, 'epoch': 0.2}\n"
        "{'loss': 1.8, 'grad_norm': 1.1, 'epoch': 0.3}\n"
    )
    assert [step for step, _ in series(log)["grad_norm"]] == [0, 2]


def test_epochs_that_all_say_one_are_counted() -> None:
    log = "".join(f"Epoch 1/1\n10/10 - 0s - loss: 0.{i}\n" for i in (5, 4, 3))
    assert series(log)["loss"] == [(0, 0.5), (1, 0.4), (2, 0.3)]


def test_bars_without_an_epoch_are_counted() -> None:
    log = "".join(
        f"\r{at}%|##  | {at}/100 [00:10<00:12, 4.2it/s, loss=0.{at}]" for at in (50, 99, 20, 70)
    )
    assert [step for step, _ in series(log + "\n")["loss"]] == [50, 99, 120, 170]


def test_the_best_epoch_is_not_where_the_training_is() -> None:
    log = (
        "Epoch 7 loss 0.5\nBest model at epoch 3. Validation metrics:mcc:0.6\n"
        "Epoch 8 loss 0.4\nBest model at epoch 3. Validation metrics:mcc:0.7\n"
    )
    assert series(log)["loss"] == [(7, 0.5), (8, 0.4)]
    assert [step for tag, one in series(log).items() if "mcc" in tag for step, _ in one] == [7, 8]


def test_a_restart_is_left_as_it_is_printed() -> None:
    log = "".join(f"step {s} loss 1.0\n" for s in (0, 10, 20, 0, 10))
    assert [step for step, _ in series(log)["loss"]] == [0, 10, 20, 0, 10]


def test_one_tag_with_steps_and_epochs_becomes_two_series() -> None:
    log = (
        "[Epoch 0 Batch 20/40] loss 2.0, lr 0.1\n[Epoch 0] valid loss 1.9, lr 0.2\n"
        "[Epoch 1 Batch 20/40] loss 1.8, lr 0.1\n[Epoch 1] valid loss 1.7, lr 0.2\n"
    )
    curves = run_of(log).curves
    assert points(curves["lr"]) == [(20, 0.1), (60, 0.1)]
    assert points(curves["lr_epoch"]) == [(0, 0.2), (1, 0.2)]
    assert (curves["lr"].axis, curves["lr_epoch"].axis) == ("step", "epoch")


def test_ranks_that_print_the_same_are_one_series() -> None:
    log = "".join(f"{rank}: iter {i}: loss 2.{i}\n" for i in (10, 20) for rank in range(8))
    assert series(log) == {"loss": [(10, 2.10), (20, 2.20)]}


def test_a_rank_that_alone_met_a_nan_is_told_apart() -> None:
    log = "".join(
        f"[rank{rank}]: step: {step} loss: {'nan' if (rank, step) == (2, 20) else 1.5}\n"
        for step in (10, 20)
        for rank in range(4)
    )
    read = series(log)
    assert list(read) == ["loss", "rank2/loss"]
    assert math.isnan(read["rank2/loss"][1][1])


def test_a_number_before_a_line_without_another_mark_is_its_step() -> None:
    assert series("0: loss 0.5\n1: loss 0.4\n")["loss"] == [(0, 0.5), (1, 0.4)]


def test_arguments_are_settings_and_no_series() -> None:
    run = run_of(
        "Namespace(lr=0.001, epochs=10, name='a b', ctx=[gpu(0)])\nmax_seq_len: 128\n"
        "step 1 loss 2.0\nstep 2 loss 1.0\n"
    )
    assert list(run.curves) == ["loss"]
    assert run.metadata["lr"] == "0.001"
    assert run.metadata["name"] == "a b"
    assert run.metadata["max_seq_len"] == "128"


def test_a_printed_program_has_no_metrics() -> None:
    program = (
        "import torch\nimport torch.nn as nn\nfrom math import exp\n"
        "class Net(nn.Module):\n    def forward(self, x):\n        return self.fc(x)\n"
        "lr = 0.1\nif large:\n    lr = 0.01\nelse:\n    lr = 0.001\nloss = 0.5\n"
        "for step in range(args.num_iterations + 1):\n"
        '    print0(f"step:{step}/{args.num_iterations} val_loss:{val_loss:.4f} t:{t:.0f}ms")\n'
        'parser.add_argument("--loss_scale", type=float, default=128.0)\n'
    )
    run = run_of(program + "step:1/10 val_loss:3.0\nstep:2/10 val_loss:2.9\n")
    assert points(run.curves["val_loss"]) == [(1, 3.0), (2, 2.9)]
    assert list(run.curves) == ["val_loss"]


def test_the_layers_of_a_printed_model_have_no_metrics() -> None:
    log = "".join(
        f"Epoch {e}\n  (0): Conv2D(3 -> 64, kernel_size=({e}, 3), eps=1e-0{e})\n" for e in (1, 2)
    )
    assert read(log).runs == []


def test_a_configuration_printed_in_parts_has_no_metrics() -> None:
    log = "HEAD:\n  LOSS_WEIGHT: 1.0\nRPN:\n  LOSS_WEIGHT: 1.0\nBOX:\n  LOSS_WEIGHT: 1.0\n"
    assert read(log).runs == []


def test_sentences_with_numbers_have_no_metrics() -> None:
    log = "epoch 1 took 35 s with 4 workers\nepoch 2 took 36 s with 4 workers\n"
    assert read(log).runs == []
    assert "no metric" in read(log).problems[0].message


def test_a_loss_of_something_is_one_only_where_the_training_is() -> None:
    prose = "".join(f"The company reported a loss of {n} million dollars.\n" for n in (3, 4, 5))
    assert read(prose).runs == []
    assert len(series("".join(f"epoch {e} done with a loss of 0.{e}\n" for e in (1, 2)))) == 1


def test_the_final_results_of_a_log_without_anything_else_are_read() -> None:
    assert series("Best test loss 3.69, test ppl 39.85\n")["Best test loss"] == [(0, 3.69)]
    assert series("Best val loss 3.71, val ppl 40.7\n")["val ppl"] == [(0, 40.7)]


@pytest.mark.parametrize(
    ("log", "tags"),
    [
        ("loss: nan, test acc: 0.1\n", ["loss", "test acc"]),
        ("train loss nan, val f1 0.2\n", ["train loss", "val f1"]),
        ("cost 0.3, dev acc 0.8\ncost nan, dev acc 0.1\n", ["cost", "dev acc"]),
        ("".join(f"loss 0.{e}, dev acc 0.5\n" for e in range(4)), ["loss", "dev acc"]),
    ],
)
def test_all_measures_of_a_line_are_read_if_one_is(log: str, tags: list[str]) -> None:
    assert [(tag, len(points)) for tag, points in series(log).items()] == [
        (tag, log.count("\n")) for tag in tags
    ]


def test_what_is_set_on_lines_of_its_own_stays_a_setting() -> None:
    lines = "".join(f"loss 0.{e}, dev acc 0.5\n" for e in range(4))
    assert "lr" not in series(f"lr: 0.1\n{lines}")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Early stopping, best iteration is:", "[{}]\ttrain's l2: 0.{}\tvalid's l2: 0.5"),
        ("Stopping. Best iteration:", "[{}]\ttrain-rmse:0.{}\ttest-rmse:0.5"),
        ("Best epoch was: ", "epoch {}: loss 0.{} acc 0.5"),
    ],
)
def test_the_best_place_that_is_told_again_is_no_step_back(said: str, line: str) -> None:
    logged = "".join(f"{line.format(10 * at, 9 - at)}\n" for at in range(1, 5))
    told = series(f"{logged}{said}\n{line.format(25, 7)}\n{logged}")
    assert all([step for step, _ in points] == [10, 20, 30, 40] * 2 for points in told.values())
    assert len(told) == 2


def test_the_best_place_is_read_where_it_is_all_that_is_told() -> None:
    told = series("Did not meet early stopping. Best iteration is:\n[50] valid's l2: 0.5\n")
    assert told == {"valid's l2": [(50, 0.5)]}


@pytest.mark.parametrize("head", ["[batch={}/90]:", "Batch: {}/90", "--- batch {} / 90 ---"])
def test_a_batch_alone_on_its_line_is_the_step_of_the_lines_below(head: str) -> None:
    told = series(
        "".join(
            f"{head.format(at)}\n\t Train loss/total: {9 - at}.5\n\t Train lr: 0.0{at}\n"
            for at in (7, 8, 9)
        )
    )
    assert {tag: [step for step, _ in points] for tag, points in told.items()} == {
        "Train loss/total": [7, 8, 9],
        "Train lr": [7, 8, 9],
    }


def test_a_batch_alone_on_its_line_counts_within_the_epoch_before_it() -> None:
    log = "".join(
        f"[epoch={e}][batch={at}/3]:\n Train loss/total: {9 - e}.{at}\n"
        for e in (0, 1, 2)
        for at in (1, 2, 3)
    )
    assert [step for step, _ in series(log)["Train loss/total"]] == list(range(1, 10))


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (">>> lr=0.{}", "epoch {} loss 1.{}"),
        ("--- next try, lr: 0.{} ---", "step {} | loss 1.{}"),
        ("trial with lr = 0.{}", "Epoch {}: loss=1.{}, acc=0.5"),
    ],
)
def test_what_is_printed_above_each_run_is_one_series(head: str, line: str) -> None:
    log = "".join(
        "\n".join([head.format(run), *(line.format(at, 9 - at) for at in range(2 + run)), ""])
        for run in (3, 1, 2)
    )
    assert series(log)["lr"] == [(0, 0.3), (1, 0.1), (2, 0.2)]


def test_hundreds_of_lines_of_one_layout_are_read_like_the_first() -> None:
    log = "".join(f"step   {s:>4} | loss {s / 8:.3f} | t {s}.0ms\n" for s in range(500))
    assert series(log)["loss"] == [(s, float(f"{s / 8:.3f}")) for s in range(500)]


def test_a_time_that_is_not_known_among_lines_of_one_layout_is_no_nan() -> None:
    times = ["1.5"] * 20 + ["nan"] + ["1.5"] * 20
    log = "".join(f"step:{s} loss:1.0 step_avg:{time}ms\n" for s, time in enumerate(times))
    assert 20 not in [step for step, _ in series(log)["step_avg"]]
    assert [step for step, _ in series(log)["loss"]] == list(range(41))


@pytest.mark.parametrize(
    ("first", "interval", "before"), [(1, 1, 0), (100, 100, 0), (0, 10, 0), (5000, 10, 4990)]
)
def test_an_evaluation_before_the_first_step_is_one_interval_earlier(
    first: int, interval: int, before: int
) -> None:
    steps = [first + interval * at for at in range(3)]
    lines = "".join(
        f"step {at} | loss {9 - i}.5\nval loss {8 - i}.5\n" for i, at in enumerate(steps)
    )
    expected = [(before, 9.5), *((at, 8.5 - i) for i, at in enumerate(steps))]
    assert series(f"val loss 9.5\n{lines}")["val loss"] == expected


def test_what_training_prints_before_it_begins_is_a_setting() -> None:
    lines = "".join(f"step {at} | loss {9 - at}.5\nlearning rate 0.{at}\n" for at in range(1, 4))
    rates = series(f"learning rate 0.9\n{lines}")["learning rate"]
    assert rates == [(1, 0.1), (2, 0.2), (3, 0.3)]


def test_a_counter_of_an_evaluation_may_count_its_passes() -> None:
    log = "".join(
        f"train ({i}/3) loss: 0.{9 - i}\nvalid ({i}/3) loss: 1.{i}\n* Epoch ({i}/3)\n"
        for i in (1, 2, 3)
    )
    assert series(log)["valid/loss"] == [(1, 1.1), (2, 1.2), (3, 1.3)]
    assert series(log)["train/loss"] == [(1, 0.8), (2, 0.7), (3, 0.6)]


def batches(epoch: int, total: int, every: int = 100) -> str:
    """One epoch of `total` batches."""
    return "".join(f"Epoch: [{epoch}][{at}/{total}] loss 1.{at}\n" for at in range(0, total, every))


def test_an_epoch_is_as_long_as_its_own_batches_say() -> None:
    log = batches(0, 300) + batches(1, 200) + batches(2, 400)
    assert [step for step, _ in series(log)["loss"]] == list(range(0, 900, 100))


def test_a_run_that_was_appended_with_other_batches_counts_its_own() -> None:
    log = batches(0, 400) + batches(1, 400) + batches(0, 200) + batches(1, 200)
    assert [step for step, _ in series(log)["loss"]] == [
        *range(0, 800, 100),
        *range(0, 400, 100),
    ]


def test_a_resumed_epoch_with_other_batches_begins_where_it_began() -> None:
    log = batches(0, 400) + batches(1, 400) + batches(1, 200) + batches(2, 200)
    steps = [step for step, _ in series(log)["loss"]]
    assert steps == [*range(0, 800, 100), 400, 500, 600, 700]


def test_a_second_pass_of_each_epoch_does_not_make_it_shorter() -> None:
    log = "".join(batches(epoch, 400) + batches(epoch, 200) for epoch in (0, 1))
    steps = [step for step, _ in series(log)["loss"]]
    assert steps == [0, 100, 200, 300, 0, 100, 400, 500, 600, 700, 400, 500]


def test_epochs_without_a_total_are_as_long_as_those_of_their_own_run() -> None:
    def run(longest: int) -> str:
        steps = range(100, longest + 1, 100)
        return "".join(f"epoch {e}, iter {s}, loss {e}.{s}\n" for e in (0, 1) for s in steps)

    steps = [step for step, _ in series(run(300) + run(200))["loss"]]
    assert steps == [100, 200, 300, 400, 500, 600, 100, 200, 300, 400]


def test_of_totals_that_are_corrected_within_an_epoch_the_longest_stands() -> None:
    log = "".join(
        f"Epoch: [{epoch}][{at}/{299 if at < 200 or epoch else 300}] loss 1.{at}\n"
        for epoch in (0, 1, 2)
        for at in (0, 100, 200)
    )
    assert [step for step, _ in series(log)["loss"]] == list(range(0, 900, 100))

"""What each framework prints is read as the series it means."""

from __future__ import annotations

import math

import pytest

from tests.runs.readers.text.text_logs import points, read, run_of, series


def nan_at(log: str, tag: str) -> list[int]:
    return [step for step, value in series(log)[tag] if math.isnan(value)]


def test_nanogpt_prints_iterations_and_evaluations() -> None:
    log = (
        "iter 0: loss 10.9, time 1300.00ms, mfu -100.00%\n"
        "iter 10: loss 2.5, time 132.11ms, mfu 22.10%\n"
        "step 250: train loss 1.9, val loss 2.0\n"
        "step 500: train loss 1.8, val loss nan\n"
    )
    read = series(log)
    assert read["loss"] == [(0, 10.9), (10, 2.5)]
    assert read["time"] == [(0, 1300.0), (10, 132.11)]
    assert read["mfu"] == [(0, -100.0), (10, 22.1)]
    assert read["train loss"] == [(250, 1.9), (500, 1.8)]
    assert nan_at(log, "val loss") == [500]


def test_llm_c_separates_with_bars_and_notes_z_scores() -> None:
    log = (
        "step    1/18865 | loss 11.0 (+nanz)| norm 15.3 (+nanz)| lr 4.3e-07 | 3056.36 ms\n"
        "step    2/18865 | loss 10.5 (+1.23z)| norm 14.1 (-0.50z)| lr 8.6e-07 | 3056.36 ms\n"
    )
    assert series(log) == {
        "loss": [(1, 11.0), (2, 10.5)],
        "norm": [(1, 15.3), (2, 14.1)],
        "lr": [(1, 4.3e-07), (2, 8.6e-07)],
    }


def test_nanms_is_a_time_not_known_yet_and_no_nan() -> None:
    log = (
        "step:0/5100 val_loss:10.8258 train_time:0ms step_avg:nanms\n"
        "step:10/5100 val_loss:7.5 train_time:900ms step_avg:90.5ms\n"
    )
    assert series(log)["step_avg"] == [(10, 90.5)]
    assert series(log)["val_loss"] == [(0, 10.8258), (10, 7.5)]


def test_megatron_leaves_out_the_loss_of_skipped_iterations() -> None:
    log = (
        " [2024-01-01 10:00:00] iteration       10/     100 | learning rate: 1.497E-04 |"
        " lm loss: 8.238016E+00 | loss scale: 16384.0 | grad norm: 2.555 |"
        " number of skipped iterations:   0 | number of nan iterations:   0 |\n"
        " [2024-01-01 10:00:09] iteration       20/     100 | learning rate: 1.497E-04 |"
        " loss scale: 8192.0 | grad norm: nan |"
        " number of skipped iterations:   1 | number of nan iterations:   0 |\n"
    )
    read = series(log)
    assert read["lm loss"] == [(10, 8.238016)]
    assert read["loss scale"] == [(10, 16384.0), (20, 8192.0)]
    assert nan_at(log, "grad norm") == [20]
    assert read["number of nan iterations"] == [(10, 0.0), (20, 0.0)]


def test_keras_with_verbose_2_prints_one_line_an_epoch() -> None:
    log = (
        "Epoch 1/2\n12/12 - 0s - 6ms/step - loss: 0.7 - val_loss: nan - learning_rate: 1.0000e-03\n"
        "Epoch 2/2\n12/12 - 0s - 4ms/step - loss: 0.6 - val_loss: nan - learning_rate: 5.0000e-04\n"
    )
    assert series(log)["loss"] == [(1, 0.7), (2, 0.6)]
    assert nan_at(log, "val_loss") == [1, 2]
    assert run_of(log).curves["loss"].axis == "epoch"
    assert list(series(log)) == ["loss", "val_loss", "learning_rate"]


KERAS_2 = (
    "Epoch 1/2\n\r  1/100 [>...........] - ETA: 7s - loss: 3.0\b\b\b\b\b\b"
    "\r 99/100 [==========>.] - ETA: 0s - loss: 2.1\b\b\b\b\b\b"
    "\r100/100 [===========] - 1s 3ms/step - loss: 2.0\b\b\b\b\b"
    "\r100/100 [===========] - 1s 3ms/step - loss: 2.0 - val_loss: 1.5\n"
    "Epoch 2/2\n\r100/100 [===========] - 1s 3ms/step - loss: 1.0 - val_loss: 0.9\n"
)
KERAS_3 = (
    "Epoch 1/2\n\r\x1b[1m  1/100\x1b[0m \x1b[37m━━━━━━━━\x1b[0m \x1b[1m7s\x1b[0m 77ms/step"
    " - loss: 3.0"
    "\n\x1b[1m100/100\x1b[0m \x1b[32m━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m1s\x1b[0m 2ms/step"
    " - loss: 2.0\n\x1b[1m100/100\x1b[0m \x1b[32m━━━━━━━━\x1b[0m \x1b[1m1s\x1b[0m 2ms/step"
    " - loss: 2.0 - val_loss: 1.5\n"
    "Epoch 2/2\n\x1b[1m100/100\x1b[0m \x1b[32m━━━━━━━━\x1b[0m \x1b[1m1s\x1b[0m 2ms/step"
    " - loss: 1.0 - val_loss: 0.9\n"
)


@pytest.mark.parametrize("log", [KERAS_2, KERAS_3], ids=["keras-2-tty", "keras-3-piped"])
def test_of_a_keras_progress_line_the_last_update_stands(log: str) -> None:
    assert series(log) == {"loss": [(1, 2.0), (2, 1.0)], "val_loss": [(1, 1.5), (2, 0.9)]}


def test_an_evaluation_after_keras_fit_is_not_its_last_epoch() -> None:
    log = KERAS_2 + "\r10/10 [==========] - 0s 2ms/step - loss: 9.0\n"
    assert series(log)["loss"] == [(1, 2.0), (2, 1.0)]


def test_a_training_that_keras_was_stopped_in_keeps_its_last_mean() -> None:
    log = "Epoch 1/2\n\r 5/100 [>...] - ETA: 7s - loss: nan\nBatch 5: Invalid loss, terminating\n"
    assert nan_at(log, "loss") == [1]


def test_keras_callbacks_that_speak_of_the_loss_add_no_point() -> None:
    log = (
        "Epoch 1/2\n10/10 - 1s - loss: 0.5 - val_loss: 0.6\n"
        "Epoch 1: val_loss improved from inf to 0.60000, saving model to best.keras\n"
        "Epoch 2/2\n10/10 - 1s - loss: 0.4 - val_loss: 0.5\n"
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.0005.\n"
    )
    assert series(log) == {
        "loss": [(1, 0.5), (2, 0.4)],
        "val_loss": [(1, 0.6), (2, 0.5)],
        "learning rate": [(2, 0.0005)],
    }


@pytest.mark.parametrize(
    "log",
    [
        "{'loss': 2.3, 'grad_norm': nan, 'epoch': 0.01}\n"
        "{'loss': 2.1, 'grad_norm': 1.5, 'epoch': 0.02}\n"
        "{'eval_loss': 1.9, 'epoch': 0.02}\n{'loss': 0.0, 'grad_norm': inf, 'epoch': 0.03}\n",
        "{'loss': '2.3', 'grad_norm': 'nan', 'epoch': '0.01'}\n"
        "{'loss': '2.1', 'grad_norm': '1.5', 'epoch': '0.02'}\n"
        "{'eval_loss': '1.9', 'epoch': '0.02'}\n"
        "{'loss': '0', 'grad_norm': 'inf', 'epoch': '0.03'}\n",
    ],
    ids=["transformers-4", "transformers-5"],
)
def test_transformers_prints_dicts_without_a_step(log: str) -> None:
    read = series(log)
    assert read["loss"] == [(0, 2.3), (1, 2.1), (2, 0.0)]
    assert nan_at(log, "grad_norm") == [0]
    assert read["grad_norm"][1:] == [(1, 1.5), (2, math.inf)]
    assert read["eval_loss"] == [(0, 1.9)]
    assert [value for _, value in read["epoch"]] == [0.01, 0.02, 0.02, 0.03]
    assert run_of(log).curves["loss"].axis == "row"


def test_a_dict_glued_onto_a_progress_bar_is_read() -> None:
    log = (
        "  1%|▏         | 10/1000 [00:05<08:00,  2.06it/s]{'loss': 2.3, 'epoch': 0.01}\n"
        "\r  1%|▏         | 11/1000 [00:05<08:00,  2.06it/s]\r\r{'loss': 2.2, 'epoch': 0.02}\n"
    )
    assert series(log)["loss"] == [(0, 2.3), (1, 2.2)]


FAIRSEQ_SIMPLE = (
    "2021-01-01 10:00:00 | INFO | train_inner | epoch 001:    100 / 500 loss=12.3, ppl=5000.5,"
    " num_updates=100, lr=1e-05, gnorm=3.2, loss_scale=128\n"
    "2021-01-01 10:01:00 | INFO | train_inner | epoch 001:    200 / 500 loss=11.3, ppl=4000.5,"
    " num_updates=200, lr=1e-05, gnorm=3.2, loss_scale=128\n"
    "2021-01-01 10:02:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 10.5 |"
    " ppl 549.1 | num_updates 500\n"
    "2021-01-01 10:02:00 | INFO | train | epoch 001 | loss 11.5 | ppl 1000 | num_updates 500\n"
)


def test_fairseq_prints_the_same_keys_in_three_sections() -> None:
    read = series(FAIRSEQ_SIMPLE)
    assert read["train_inner/loss"] == [(100, 12.3), (200, 11.3)]
    assert read["valid/loss"] == [(500, 10.5)]
    assert read["train/loss"] == [(500, 11.5)]


def test_fairseq_json_has_strings_for_numbers() -> None:
    log = (
        '2021-01-01 10:00:00 | INFO | train_inner | {"epoch": 1, "update": 0.02, "loss": "12.3",'
        ' "num_updates": "100", "gnorm": "nan"}\n'
        '2021-01-01 10:00:00 | INFO | valid | {"epoch": 1, "valid_loss": "10.1",'
        ' "valid_num_updates": "200"}\n'
    )
    assert series(log)["train_inner/loss"] == [(100, 12.3)]
    assert nan_at(log, "train_inner/gnorm") == [100]
    assert series(log)["valid_loss"] == [(200, 10.1)]


def test_detectron2_writes_time_and_memory_beside_its_losses() -> None:
    log = (
        "[05/24 23:37:40] d2.utils.events INFO:  eta: 1 day, 6:36:05  iter: 19  total_loss: 2.3"
        "  loss_cls: 1.1  time: 0.3026  lr: 0.000200  max_mem: 2541M\n"
        "[05/24 23:38:40] d2.utils.events INFO:  eta: 6:35:05  iter: 39  total_loss: nan"
        "  loss_cls: nan  time: 0.3026  lr: 0.000200  max_mem: 2541M\n"
    )
    assert nan_at(log, "total_loss") == [39]
    assert list(series(log)) == ["total_loss", "loss_cls", "time", "lr", "max_mem"]


def test_open_mmlab_counts_batches_in_brackets() -> None:
    log = (
        "2020-06-01 10:00:00,123 - mmdet - INFO - Epoch [1][50/100]\tlr: 1.978e-03, "
        "eta: 23:10:00, memory: 3880, loss_rpn_cls: 0.6, loss: 2.5\n"
        "2020-06-01 10:00:09,123 - mmdet - INFO - Epoch [2][50/100]\tlr: 1.978e-03, "
        "eta: 23:10:00, memory: 3880, loss_rpn_cls: 0.5, loss: 1.5\n"
    )
    assert series(log)["loss"] == [(50, 2.5), (150, 1.5)]


def test_mmengine_names_the_split_in_parentheses() -> None:
    log = (
        "10/10 10:00:00 - mmengine - INFO - Epoch(train)  [1][ 50/100]  lr: 1.0e-02  loss: 2.5\n"
        "10/10 10:00:00 - mmengine - INFO - Epoch(val)  [1][50/50]    accuracy/top1: 70.1\n"
    )
    assert list(series(log)) == ["train/lr", "train/loss", "val/accuracy/top1"]


def test_gluoncv_prints_speed_between_brackets_and_losses() -> None:
    log = (
        "[Epoch 3][Batch 49/500], Speed: 100.2 samples/sec, ObjLoss=2.3, BoxCenterLoss=1.1\n"
        "[Epoch 3][Batch 99/500], Speed: 100.2 samples/sec, ObjLoss=2.2, BoxCenterLoss=1.1\n"
    )
    assert series(log)["ObjLoss"] == [(1049, 2.3), (1099, 2.2)]


def test_gluonnlp_writes_batch_and_epoch_into_one_bracket() -> None:
    log = "[Epoch 1 Batch 200/400] loss 4.63, ppl 102.5\n[Epoch 1] valid loss 4.5, valid ppl 90.0\n"
    assert series(log) == {
        "loss": [(200, 4.63)],
        "ppl": [(200, 102.5)],
        "valid loss": [(1, 4.5)],
        "valid ppl": [(1, 90.0)],
    }


def test_torchtitan_repeats_its_line_on_every_rank() -> None:
    line = (
        "\x1b[31m[rank{rank}]:[titan] 2026-01-01 10:00:00,123 - root - INFO - \x1b[0m"
        "step: {step}  "
        "\x1b[32mloss:  {loss}  \x1b[38mgrad_norm:  1.7382  memory: 20.5GiB(25.1%)  "
        "tps: 6,484\x1b[39m\n"
    )
    log = "".join(
        line.format(rank=rank, step=step, loss=loss)
        for step, loss in ((10, "4.01820"), (20, " nan"))
        for rank in range(4)
    )
    assert list(series(log)) == ["loss", "grad_norm", "memory", "tps"]
    assert series(log)["loss"][0] == (10, 4.0182)
    assert nan_at(log, "loss") == [20]
    assert series(log)["tps"] == [(10, 6484.0), (20, 6484.0)]


def test_olmo_core_prints_one_metric_a_line() -> None:
    log = (
        "2024-01-01T10:00:00Z\thost:0\tolmo.train:100\tINFO\t[step=10/100,epoch=1,eta=1:00:00]\n"
        "    optim/total grad norm=0.43\n    train/CE loss=2.3\n"
        "2024-01-01T10:00:10Z\thost:0\tolmo.train:100\tINFO\t[step=20/100,epoch=1,eta=1:00:00]\n"
        "    optim/total grad norm=0.44\n    train/CE loss=nan\n"
    )
    assert series(log)["optim/total grad norm"] == [(10, 0.43), (20, 0.44)]
    assert nan_at(log, "train/CE loss") == [20]
    assert len(series(log)) == 2


def test_deepspeed_prints_the_learning_rate_of_its_first_group() -> None:
    log = (
        "[2024-01-01 10:00:00,123] [INFO] [logging.py:69:log_dist] [Rank 0] step=600, skipped=0, "
        "lr=[9.26e-05], mom=[(0.9, 0.999)]\n"
        "[2024-01-01 10:00:00,123] [INFO] [timer.py:193:stop] 0/650, RunningAvgSamplesPerSec=52.1\n"
    )
    assert series(log) == {
        "skipped": [(600, 0.0)],
        "lr": [(600, 9.26e-05)],
        "RunningAvgSamplesPerSec": [(650, 52.1)],
    }


def test_tqdm_writes_metrics_behind_its_rate() -> None:
    log = "".join(
        f"\rTrain:  {at}%|{'#' * at:100}| {at}/100 [00:10<00:12, 4.2it/s, loss=0.{at}, acc=0.9]"
        for at in (45, 46, 47)
    )
    assert series(log + "\n") == {
        "train/loss": [(45, 0.45), (46, 0.46), (47, 0.47)],
        "train/acc": [(45, 0.9), (46, 0.9), (47, 0.9)],
    }


def test_a_librarys_message_behind_a_bar_does_not_hide_it() -> None:
    log = (
        "Epoch 0, training loss 0.310: 100%|█████| 709/709 [05:21<00:00,  2.21it/s]\n"
        "Epoch 0, validation pixAcc: 0.841, mIoU: 0.489:  99%|██| 178/179 [01:43<00:00, 1.7it/s]"
        "[22:35:11] src/operator/nn/algo.h:107: Running performance tests to find the best one\n"
        "Epoch 0, validation pixAcc: 0.842, mIoU: 0.488: 100%|██| 179/179 [01:43<00:00, 1.7it/s]\n"
        "Epoch 1, training loss 0.250: 100%|█████| 710/710 [05:21<00:00,  2.21it/s]\n"
        "Epoch 1, validation pixAcc: 0.855, mIoU: 0.532: 100%|██| 179/179 [01:43<00:00, 1.7it/s]\n"
    )
    assert series(log) == {
        "training loss": [(0, 0.31), (1, 0.25)],
        "validation pixAcc": [(0, 0.842), (1, 0.855)],
        "validation/mIoU": [(0, 0.488), (1, 0.532)],
    }


TABLE = """\
-----------------------------------------
| rollout/                |             |
|    ep_rew_mean          | 22.1        |
| time/                   |             |
|    total_timesteps      | {steps:<12}|
| train/                  |             |
|    loss                 | {loss:<12}|
|    policy_gradient_l... | -0.01       |
-----------------------------------------
"""


def test_a_stable_baselines_table_is_one_record() -> None:
    log = TABLE.format(steps=2048, loss="nan") + TABLE.format(steps=4096, loss="1.5")
    assert list(series(log)) == [
        "rollout/ep_rew_mean",
        "time/total_timesteps",
        "train/loss",
        "train/policy_gradient_l...",
    ]
    assert nan_at(log, "train/loss") == [2048]
    assert run_of(log).curves["train/loss"].records.tolist() == [2, 11]  # type: ignore[union-attr]


def test_fastai_prints_columns_under_their_names() -> None:
    log = (
        "epoch     train_loss  valid_loss  accuracy  time    \n"
        "0         0.500000    0.600000    0.700000  00:12     \n"
        "1         0.400000    nan         #na#      00:12     \n"
    )
    assert series(log)["train_loss"] == [(0, 0.5), (1, 0.4)]
    assert series(log)["accuracy"] == [(0, 0.7)]
    assert nan_at(log, "valid_loss") == [1]


def test_yolo_prints_columns_before_its_bars() -> None:
    header = "      Epoch    GPU_mem   box_loss   Instances       Size\n"
    totals = "                 Class     Images  Instances      Box(P      mAP50  mAP50-95)"
    bar = "100%|██████████| 10/10 [00:05<00:00,  1.9it/s]"
    log = header + (
        f"\r      1/2      2.61G      1.25     81        640:  50%|█    | 5/10 [0:05<0:05, 1.0it/s]"
        f"\r      1/2      2.61G      1.15     81        640: {bar}\n{totals}: {bar}\n"
        f"                   all        128        929      0.640      0.605      0.446\n{header}"
        f"      2/2      2.61G      nan     81        640: {bar}\n{totals}: {bar}\n"
        f"                   all        128        929      0.650      0.615      0.456\n"
    )
    assert nan_at(log, "box_loss") == [2]
    assert series(log)["box_loss"][0] == (1, 1.15)
    assert series(log)["val/P"] == [(1, 0.64), (2, 0.65)]
    assert series(log)["val/mAP50-95"] == [(1, 0.446), (2, 0.456)]


YOLO_V7 = (
    "\n     Epoch   gpu_mem       box       obj       cls     total    labels  img_size\n"
    "     {epoch}/299     2.1G   0.076{epoch}   0.0377         0    0.1137       168       640:   "
    "3%|▎         | 1/38 [00:03<02:25,  3.92s/it]\n"
    "     {epoch}/299     2.1G   0.066{epoch}   0.0376         0    0.1053       158       640: "
    "100%|██████████| 38/38 [00:16<00:00,  2.29it/s]\n"
    "               Class      Images      Labels           P           R      mAP@.5  mAP@.5:.95:"
    "   0%|          | 0/7 [00:00<?, ?it/s]\n"
)
YOLO_ALL = (
    "                 all         195         882     0.00955       0.359       0.4{}    0.3\n"
)


def test_yolo_v7_prints_its_summary_below_the_next_header() -> None:
    # Output and errors go to one file, each through a buffer of its own.
    log = YOLO_V7.format(epoch=0)
    for epoch in (1, 2):
        header, rest = YOLO_V7.format(epoch=epoch).split("img_size\n")
        log += f"{header}img_size\n{YOLO_ALL.format(epoch - 1)}{rest}"
    log += YOLO_ALL.format(2)
    read = series(log)
    assert read["box"] == [(0, 0.066), (1, 0.0661), (2, 0.0662)]
    assert read["val/mAP@.5"] == [(0, 0.4), (1, 0.41), (2, 0.42)]
    assert [step for step, _ in read["val/mAP@.5:.95"]] == [0, 1, 2]
    assert not {"labels", "img_size"} & set(read)


def test_ultralytics_draws_its_own_bars() -> None:
    log = "      Epoch    GPU_mem   box_loss  Instances       Size\n" + "".join(
        f"\r\x1b[K      {e}/9      6.15G      3.{e}         49        736: 0% ──────── 0/68  1.2s"
        f"\r\x1b[K      {e}/9      6.15G      2.{e}         49        736: 100% ━━━━━━━━━━━━ 68/68 "
        "5.5it/s 12.1s\n"
        for e in (1, 2, 3)
    )
    assert series(log)["box_loss"] == [(1, 2.1), (2, 2.2), (3, 2.3)]


def test_the_bars_that_scan_a_data_set_have_no_metrics() -> None:
    log = "".join(
        f"val: Scanning /data/test.cache... {n} images, 0 backgrounds, {n} corrupt: 100% "
        f"━━━━━━━━━━━━ {n}/{n} 5.{n}Mit/s 0.0s\n"
        for n in (17, 18, 19)
    )
    assert read(log).runs == []


def test_loguru_names_module_function_and_line() -> None:
    log = "".join(
        f"2021-09-03 20:17:5{i}.976 | INFO     | yolox.core.trainer:after_iter:246 - epoch: 1/9, "
        f"iter: {i}/47, mem: 1491Mb, total_loss: 1{i}.7, lr: 7.073e-06\n"
        f"2021-09-03 20:17:5{i}.980 | INFO     | yolox.core.trainer:save_ckpt:318 - \n"
        f"2021-09-03 20:17:5{i}.980 | INFO     | train:evaluate:1{i} - Save weights to ./out\n"
        for i in (1, 2, 3)
    )
    assert list(series(log)) == ["total_loss", "lr"]


@pytest.mark.parametrize(
    "line",
    [
        "2025-07-07 14:18:06,878 INFO    MainThread:1627{} [wandb_setup.py:_flush():80] Loading\n",
        "Command 'gh label create' returned non-zero exit status {}.\n",
        "2025-12-12T16:00:00Z\tquiet-rain-3:{}\tolmo.train:967\tINFO\tLoading\n",
        "called from trainer:run_epoch:12{}\n",
    ],
)
def test_threads_hosts_places_and_exit_codes_have_no_metrics(line: str) -> None:
    log = "".join(line.format(n) for n in (1, 2, 3))
    assert read(log).runs == []
    assert list(series(log + "step 1 loss 2.0\n" + log + "step 2 loss 1.0\n" + log)) == ["loss"]


def test_settings_on_a_line_with_switches_are_no_series() -> None:
    log = (
        "train: amp=False, batch=16, box=7.5, cls=0.5, cos_lr=False, lr0=0.01, iou=0.7, val=True\n"
        "step 1 loss 2.0\nstep 2 loss 1.0\n"
    )
    assert list(series(log)) == ["loss"]


def test_mxnet_separates_the_unit_of_its_speed_from_the_next_key_by_a_tab() -> None:
    log = "Epoch[0] Batch [20]\tSpeed: 1005.3 samples/sec\tTrain-accuracy=0.094531\n"
    assert series(log)["Train-accuracy"] == [(20, 0.094531)]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1.#INF", math.inf),
        ("-1.#INF00", -math.inf),
        ("1.#QNAN", math.nan),
        ("-1.#IND", math.nan),
        ("1,234.5", 1234.5),
        ("12,345,678", 12_345_678.0),
    ],
)
def test_spellings_of_a_value(printed: str, value: float) -> None:
    ((_, found),) = series(f"step 1, loss: {printed}, lr: 0.1\n")["loss"]
    assert str(found) == str(value)


@pytest.mark.parametrize("rates", ["(1.0e-04,)", "[1.0e-04]", "[1.0e-04, 3.0e-04]"])
def test_of_the_learning_rates_of_groups_the_first_is_read(rates: str) -> None:
    log = f"[epoch:  0, iter:   1,000, lr:{rates}] l_pix: 2.0e-01\n"
    assert series(log) == {"lr": [(1000, 1e-4)], "l_pix": [(1000, 0.2)]}


def test_a_line_may_end_with_a_semicolon() -> None:
    log = "Step 50/ 1000; acc: 3.5; xent: 7.5;     12 sec;\n"
    assert series(log) == {"acc": [(50, 3.5)], "xent": [(50, 7.5)]}


def test_a_bar_that_jumps_back_to_write_its_counter_hides_nothing() -> None:
    bar = " [{bar}]  Step: 31ms | Loss: {loss} | Acc: 50.5% (101/200) {back} {at}/{of} "
    log = ""
    for epoch in (0, 1):
        log += f"\nEpoch: {epoch}\n"
        for of, last in ((4, 0.5), (2, 0.75)):
            for at in range(1, of + 1):
                loss = last + (of - at) / 8
                log += bar.format(bar="=>......", loss=loss, back="\b" * 30, at=at, of=of)
                log += "\n" if at == of else "\r"
    read = series(log)
    assert read["Loss"] == [(0, 0.5), (1, 0.5)]
    assert read["evaluate/Loss"] == [(0, 0.75), (1, 0.75)]


def test_what_is_written_over_is_not_read() -> None:
    assert series("step 1 loss 0.75\b\b\b\b0.25\n")["loss"] == [(1, 0.25)]


def test_a_key_may_be_glued_to_the_value_before_it() -> None:
    log = "Epoch 7/9 val_mae=46.7 tf=0.50lr=0.001\nEpoch 8/9 val_mae=46.6 tf=0.25lr=0.001\n"
    assert series(log)["tf"] == [(7, 0.5), (8, 0.25)]
    assert series(log)["lr"] == [(7, 0.001), (8, 0.001)]


@pytest.mark.parametrize("key", ["step", "steps", "total/steps", "TimestepsSoFar"])
def test_baselines_tables_count_by_their_row_of_steps(key: str) -> None:
    log = "".join(
        f"-------\n| loss     | 0.5{n} |\n| {key} | {n}0 |\n| samples | 25{n} |\n-------\n"
        for n in (1, 2, 3)
    )
    assert series(log)["loss"] == [(10, 0.51), (20, 0.52), (30, 0.53)]


def test_espnet_writes_the_epoch_before_its_name() -> None:
    log = "".join(
        f"[node1] 2021-01-01 10:10:00,123 (trainer:650) INFO: {e}epoch:train:1-100batch: "
        f"iter_time=0.1, loss_ctc=9{e}.5, loss=8{e}.5, optim0_lr0=1e-05\n"
        f"[node1] 2021-01-01 10:20:00,123 (trainer:650) INFO: {e}epoch:train:101-200batch: "
        f"iter_time=0.1, loss_ctc=7{e}.5, loss=6{e}.5, optim0_lr0=1e-05\n"
        f"[node1] 2021-01-01 10:30:00,123 (trainer:328) INFO: {e}epoch results: [train] "
        f"loss=7{e}.5, time=20 minutes and 10.5 seconds, total_count=200, [valid] loss_ctc=7{e}.5, "
        f"loss=5{e}.5, time=1 minute and 3.3 seconds, total_count=20\n"
        for e in (1, 2)
    )
    read = series(log)
    assert next(iter(read)) == "train/iter_time"
    assert read["train/loss"] == [(100, 81.5), (200, 61.5), (300, 82.5), (400, 62.5)]
    assert read["train/loss_epoch"] == [(1, 71.5), (2, 72.5)]
    assert read["valid/loss"] == [(1, 51.5), (2, 52.5)]


def test_wenet_writes_epoch_and_batch_as_a_fraction() -> None:
    log = "".join(
        f"2021-06-01 10:00:00,123 INFO Epoch {e} TRAIN info lr 8e-0{e + 1}\n"
        f"2021-06-01 10:00:01,123 DEBUG TRAIN Batch {e}/0 loss 25{e}.1 loss_ctc 300.0 rank 0\n"
        f"2021-06-01 10:00:02,123 DEBUG TRAIN Batch {e}/100 loss 24{e}.1 loss_ctc 290.0 rank 0\n"
        f"2021-06-01 10:00:03,123 DEBUG CV Batch {e}/0 loss 50.1 history loss 48.9 rank 0\n"
        f"2021-06-01 10:00:05,123 INFO Epoch {e} CV info cv_loss 4{e}.5\n"
        for e in (0, 1)
    )
    read = series(log)
    assert [value for _, value in read["train/loss"]] == [250.1, 240.1, 251.1, 241.1]
    assert [step for step, _ in read["train/loss"]] == [0, 100, 200, 300]
    assert read["valid/loss"] == [(0, 40.5), (1, 41.5)]
    assert read["lr"] == [(0, 8e-1), (1, 8e-2)]


def test_metrics_behind_that_of_a_split_are_of_that_split() -> None:
    log = "Epoch 0/24\n-----\ntrain Loss: 0.5 Acc: 0.7\nval Loss: 0.4 Acc: 0.8\n" + (
        "Epoch 1/24\n-----\ntrain Loss: 0.3 Acc: 0.8\nval Loss: 0.3 Acc: 0.9\n"
    )
    assert series(log)["train/Acc"] == [(0, 0.7), (1, 0.8)]
    assert series(log)["val/Acc"] == [(0, 0.8), (1, 0.9)]


def test_tensorflow_estimators_name_the_step_of_an_evaluation_in_a_sentence() -> None:
    log = (
        "INFO:tensorflow:loss = 2.3, step = 100 (0.5 sec)\n"
        "INFO:tensorflow:Saving dict for global step 100: accuracy = 0.9, global_step = 100, "
        "loss = 0.3\n"
    )
    assert series(log)["loss"] == [(100, 2.3)]
    assert series(log)["eval/loss"] == [(100, 0.3)]


def test_absl_logs_say_the_step_before_a_bracket() -> None:
    log = (
        "I0305 19:13:01.699573 139551353386752 run.py:120] 1000) loss = 5.4, grad_norm = 1.2\n"
        "I0305 19:14:01.699573 139551353386752 run.py:120] 2000) loss = nan, grad_norm = 1.3\n"
    )
    assert nan_at(log, "loss") == [2000]
    assert series(log)["grad_norm"] == [(1000, 1.2), (2000, 1.3)]


def test_an_evaluation_printed_twice_with_other_digits_is_one_point() -> None:
    log = (
        "I0305 19:16:20.1 139687630427328 run.py:469] Time since start: 209.11s, \tStep: 100, \t"
        "{'train/loss': 0.7127916216850281, 'validation/loss': 0.7149298787117004}\n"
        "I0305 19:16:20.2 139545726985984 log.py:48] [100] global_step=100, train/loss=0.712792, "
        "validation/loss=0.71493\n"
    )
    assert series(log)["train/loss"] == [(100, 0.7127916216850281)]


def test_torch7_logs_hold_json_behind_a_label() -> None:
    log = (
        "==> online epoch # 1 [batchSize = 128]\t\n"
        'json_stats: {"lr":0.1,"epoch_step":[60,120,160],"save":"logs\\/x","loss":2.3,"epoch":1}\n'
        "==> online epoch # 2 [batchSize = 128]\t\n"
        'json_stats: {"lr":0.1,"epoch_step":[60,120,160],"save":"logs\\/x","loss":1.9,"epoch":2}\n'
    )
    assert series(log)["loss"] == [(1, 2.3), (2, 1.9)]
    assert list(series(log)) == ["batchSize", "lr", "loss"]


def test_the_mnist_example_counts_samples() -> None:
    log = (
        "Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.3\nTrain Epoch: 1 [640/60000 (1%)]\tLoss: 2.2\n\n"
        "Test set: Average loss: 0.0577, Accuracy: 9825/10000 (98%)\n\n"
        "Train Epoch: 2 [0/60000 (0%)]\tLoss: 1.3\n"
        "Test set: Average loss: 0.0477, Accuracy: 9835/10000 (98%)\n"
    )
    assert series(log) == {
        "train/Loss": [(0, 2.3), (640, 2.2), (60000, 1.3)],
        "test/Average loss": [(1, 0.0577), (2, 0.0477)],
        "test/Accuracy": [(1, 0.9825), (2, 0.9835)],
    }


def test_the_imagenet_example_puts_running_means_in_parentheses() -> None:
    log = (
        "Epoch: [0][   1/5005]\tTime  5.1 ( 5.1)\tLoss 6.9e+00 (6.95e+00)\tAcc@1   0.00 (  0.10)\n"
        "Epoch: [0][  11/5005]\tTime  0.1 ( 0.2)\tLoss 6.8e+00 (6.95e+00)\tAcc@1   0.39 (  0.10)\n"
        "Test: [  1/196]\tTime  0.1 ( 0.2)\tLoss 5.8e+00 (5.8e+00)\tAcc@1   1.00 (  1.00)\n"
        "Test: [ 11/196]\tTime  0.1 ( 0.2)\tLoss 5.1e+00 (5.6e+00)\tAcc@1   3.00 (  1.20)\n"
    )
    read = series(log)
    assert read["Loss"] == [(1, 6.9), (11, 6.8)]
    assert read["Acc@1"] == [(1, 0.0), (11, 0.39)]
    assert read["test/Loss"] == [(0, 5.6)]
    assert read["test/Acc@1"] == [(0, 1.2)]


@pytest.mark.parametrize(
    ("log", "tag", "expected"),
    [
        (
            "Epoch [1/5], Step [100/600], Loss: 2.2\nEpoch [1/5], Step [600/600], Loss: 2.1\n"
            "Epoch [2/5], Step [100/600], Loss: 1.2\n",
            "Loss",
            [(100, 2.2), (600, 2.1), (700, 1.2)],
        ),
        ("[1,  2000] loss: 2.1\n[1,  4000] loss: 1.9\n", "loss", [(2000, 2.1), (4000, 1.9)]),
        (
            "[0/25][0/1583] Loss_D: 1.7 Loss_G: 4.8\n[1/25][50/1583] Loss_D: 1.5 Loss_G: 5.8\n",
            "Loss_G",
            [(0, 4.8), (1633, 5.8)],
        ),
        (
            "[Epoch 0/9] [Batch 13/938] [D loss: 0.69] [G loss: 0.7]\n",
            "G loss",
            [(13, 0.7)],
        ),
        ("Epoch 1\n-----\nloss: 2.3  [   64/60000]\n", "loss", [(64, 2.3)]),
        ("[0]\ttrain-logloss:0.69\teval-logloss:0.7\n", "eval-logloss", [(0, 0.7)]),
        (
            "0:\tlearn: 0.69\ttotal: 50ms\n1:\tlearn: 0.59\ttotal: 60ms\n",
            "learn",
            [(0, 0.69), (1, 0.59)],
        ),
        (
            "step 1 loss: tensor(0.5, device='cuda:0', grad_fn=<MeanBackward0>)\n",
            "loss",
            [(1, 0.5)],
        ),
        ("Episode 7\tReward: 28.00\tLoss: -0.803\n", "Loss", [(7, -0.803)]),
        ("frame 15 episode 0 return 16.0 eps 0.996\n", "return", [(15, 16.0)]),
        ("Iteration 3, loss = 0.5\n", "loss", [(3, 0.5)]),
    ],
)
def test_examples_and_tutorials(log: str, tag: str, expected: list[tuple[int, float]]) -> None:
    assert series(log)[tag] == expected


def test_a_section_tells_apart_what_shares_a_key() -> None:
    log = "[Train] epoch 1 loss=0.5\n[Valid] epoch 1 loss=0.6\n"
    assert series(log) == {"train/loss": [(1, 0.5)], "valid/loss": [(1, 0.6)]}


def test_a_section_on_its_own_line_holds_for_the_lines_below() -> None:
    log = "".join(
        f"Epoch {epoch}\nTrain:\n  loss: 0.{epoch}\nValidation:\n  loss: 0.{epoch}5\n"
        for epoch in (1, 2)
    )
    assert series(log) == {
        "train/loss": [(1, 0.1), (2, 0.2)],
        "validation/loss": [(1, 0.15), (2, 0.25)],
    }


def test_a_sentence_names_the_split_of_batches_that_name_none() -> None:
    log = (
        "[Epoch 1 Batch 10/20] loss=0.5\n[Epoch 1 Batch 20/20] loss=0.4\n"
        "Now we are doing evaluation on dev with gpu(0).\n"
        "[Batch 10/20] loss=0.8\n[Batch 20/20] loss=0.9\n"
    )
    assert list(series(log)) == ["loss", "dev/loss"]


def test_a_key_that_comes_twice_belongs_to_the_split_before_it() -> None:
    log = "Epoch 1: Train loss: 0.5, acc: 0.9, Val loss: 0.4, acc: 0.8\n"
    assert series(log) == {
        "Train loss": [(1, 0.5)],
        "train/acc": [(1, 0.9)],
        "Val loss": [(1, 0.4)],
        "val/acc": [(1, 0.8)],
    }


def test_values_keep_the_unit_of_their_series() -> None:
    log = "step 1 loss 1.0, time 900ms\nstep 2 loss 1.0, time 1.2s\n"
    assert series(log)["time"] == [(1, 900.0), (2, 1200.0)]


def test_records_are_lines_and_shared_by_the_metrics_of_a_line() -> None:
    curves = run_of("hello\nstep 1 loss 1.0 acc 0.5\n\nstep 2 loss 0.9 acc 0.6\n").curves
    assert curves["loss"].records.tolist() == [2, 4]  # type: ignore[union-attr]
    assert curves["acc"].records.tolist() == [2, 4]  # type: ignore[union-attr]


def test_utf16_and_byte_order_marks_are_read() -> None:
    log = "step 1 loss 1.5\nstep 2 loss 1.0\n"
    for coding in ("utf-16", "utf-8-sig"):
        run = read(log.encode(coding)).runs[0]
        assert points(run.curves["loss"]) == [(1, 1.5), (2, 1.0)]


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("epoch {0} dev loss 0.5 - f1-score (micro avg)  0.{0}", "dev/f1-score (micro avg)"),
        ("epoch {0} accuracy (class mean): 0.{0}", "accuracy (class mean)"),
        ("epoch {0} | mean loss (curr)=0.{0}, time (sec): 3", "mean loss (curr)"),
    ],
)
def test_what_a_metric_is_taken_over_stands_in_brackets(line: str, tag: str) -> None:
    assert series("".join(f"{line.format(i)}\n" for i in (1, 2)))[tag] == [(1, 0.1), (2, 0.2)]


@pytest.mark.parametrize(
    "line",
    [
        "iter {0} | loss train: 1.5, val: 0.{0} | time: 3 ms",
        "iter {0} loss train 1.5 val 0.{0}",
    ],
)
def test_a_split_alone_is_of_the_metric_before_it(line: str) -> None:
    log = "".join(f"{line.format(i)}\n" for i in (1, 2))
    assert series(log)["loss val"] == [(1, 0.1), (2, 0.2)]


@pytest.mark.parametrize(
    "line",
    [
        "tests/test_a.py::test_loss[{0}] PASSED      [ {0}%]",
        "      <Function test_loss[{0}]>",
        "test loss {0} ... ok",
        "[       OK ] Loss.Value/{0} loss: {0} (3 ms)",
        "    --- PASS: TestLoss/loss={0} (0.00s)",
    ],
)
def test_a_listing_of_tests_is_no_log(line: str) -> None:
    assert not read("".join(f"{line.format(i)}\n" for i in range(30))).runs


@pytest.mark.parametrize(
    ("line", "one", "other"),
    [
        ("Critic Accuracy (Loss): 0.75 (0.25)", "Critic Accuracy", "Critic Loss"),
        ("valid loss (acc): 0.75 (0.25)", "valid loss", "valid acc"),
        ("MSE (MAE) = 0.75 (0.25)", "MSE", "MAE"),
    ],
)
def test_two_measures_of_which_one_is_in_parentheses(line: str, one: str, other: str) -> None:
    log = "".join(f"step {at}, {line}\n" for at in (1, 2))
    assert series(log) == {one: [(1, 0.75), (2, 0.75)], other: [(1, 0.25), (2, 0.25)]}


def test_a_mean_stands_behind_one_measure_over_a_part() -> None:
    log = "".join(f"step {at}, f1-score (macro): 0.75 (0.25)\n" for at in (1, 2))
    assert series(log)["f1-score (macro)"] == [(1, 0.75), (2, 0.75)]


@pytest.mark.parametrize("score", ["si_sdr", "psnr", "mAP"])
def test_a_score_behind_the_loss_of_a_split_is_of_that_split(score: str) -> None:
    log = "".join(f"step {at}\nValid loss: 1.{at} | {score}: 2.{at} | fps: 9.5\n" for at in (1, 2))
    assert set(series(log)) == {"Valid loss", f"valid/{score}", "fps"}


@pytest.mark.parametrize(("key", "unit"), [("Reward + Adv", "s"), ("accuracy", "ms"), ("KL", "s")])
def test_a_measure_in_seconds_is_how_long_it_took(key: str, unit: str) -> None:
    log = "".join(f"step {at} | lr: 0.1\n{key}:   {at}.5{unit}\n" for at in (1, 2))
    assert f"{key} time" in series(log)


def test_a_name_in_bars_is_read_with_them() -> None:
    log = "".join(f"| step {at} | rec 3.5, |lvar| {at}.5, loss 4.5 |\n" for at in (1, 2, 3))
    assert series(log)["|lvar|"] == [(1, 1.5), (2, 2.5), (3, 3.5)]


@pytest.mark.parametrize(
    "line",
    [
        "* Both sides times (1/3): x = {} * (1/2)",
        "2. Total km: {} km/h * 2 h = 124 km.",
        "In all: 3 boxes + {} boxes = 12 boxes",
    ],
)
def test_what_is_reckoned_with_is_no_metric(line: str) -> None:
    log = "".join(f"epoch {at}: loss 1.{at}\n{line.format(at + 3)}\n" for at in (1, 2, 3))
    assert series(log) == {"loss": [(1, 1.1), (2, 1.2), (3, 1.3)]}


def test_a_bullet_tells_what_an_evaluation_came_to() -> None:
    log = "".join(
        f"Epoch: [{e}][0/2] EPE 4.{e}\nTest: [0/2] EPE 7.5\nTest: [1/2] EPE 6.5\n * EPE 2.{e}\n"
        for e in (1, 2, 3)
    )
    assert series(log)["test/EPE"] == [(1, 2.1), (2, 2.2), (3, 2.3)]


def test_a_bar_without_a_percentage_says_nothing_of_the_line_behind_it() -> None:
    log = "".join(
        f"Validation: |          | 0/? [00:00<?, ?it/s]Epoch {e}: loss 1.{e}\n" for e in (1, 2)
    )
    assert series(log) == {"loss": [(1, 1.1), (2, 1.2)]}


def test_equal_values_of_an_epoch_are_several_where_others_of_it_differ() -> None:
    log = "".join(f"epoch {e}: loss 1.{value}\n" for e in range(6) for value in (e, e // 5))
    assert len(series(log)["loss"]) == 12


def test_a_nan_that_says_what_follows_is_no_value() -> None:
    for line in ("fix nan loss at step 3", "step 3 handle inf gradients in", "step 3 `x` is nan"):
        assert not [tag for tag in series(f"{line}, lr 0.1\n") if tag != "lr"]


def test_a_nan_before_the_next_key_or_behind_a_measure_is_a_value() -> None:
    told = series("".join(f"step {at} gap nan val loss 0.{at}\n" for at in (3, 4)))
    assert [len(points) for points in told.values()] == [2, 2]
    assert len(series("step 4 train loss nan did not improve\n")["train loss"]) == 1

"""Which files below a directory make up runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlint.finding import Skip
from gradlint.runs.finding_files.discovery import discover
from gradlint.runs.finding_files.groups import Group, GroupKind
from gradlint.runs.run import Problem

Write = Callable[[str, str | bytes], Path]


def groups(*paths: str) -> list[Group]:
    return [found for found in discover(paths) if isinstance(found, Group)]


def problems(*paths: str) -> list[tuple[str, str]]:
    return [(p.path, p.message) for p in discover(paths) if isinstance(p, Problem)]


def files(group: Group) -> list[str]:
    return [member.path.replace(os.sep, "/") for member in group.members]


def found_files(*paths: str) -> list[str]:
    return [path for group in groups(*paths) for path in files(group)]


def event_file(time: int, tag: bytes = b"loss") -> bytes:
    return b"\x12" * 20 + str(time).encode() + b"\x0a" + bytes([len(tag)]) + tag + b"\x15\0\0\0\0"


def passed_over(*paths: str) -> list[tuple[str, str]]:
    return [(it.path, it.reason) for it in discover(paths) if isinstance(it, Skip)]


# What is passed over


def test_a_file_with_the_name_of_something_else_is_passed_over(write: Write) -> None:
    write("a/config.json", "{}")
    write("a/readme.txt", "x")
    write("a/model.pt", "x")
    reason = "its name is that of another kind of file"
    assert passed_over("a") == [("a/config.json", reason), ("a/readme.txt", reason)]


def test_history_is_the_name_of_a_text_and_of_a_log(write: Write) -> None:
    write("a/history.txt", "x")
    write("a/history.csv", "x")
    assert found_files("a") == ["a/history.csv"]


def test_an_older_copy_of_a_state_says_which_goes_further(write: Write) -> None:
    for step in (100, 200):
        write(f"out/checkpoint-{step}/trainer_state.json", "{}")
    newest = os.path.join("out", "checkpoint-200", "trainer_state.json")
    older = os.path.join("out", "checkpoint-100", "trainer_state.json")
    assert passed_over("out") == [(older, f"{newest} goes further")]


# Files and patterns


def test_a_file_that_is_named_is_given_whatever_its_name(write: Write) -> None:
    write("weights.bin", "x")
    assert found_files("weights.bin") == ["weights.bin"]


def test_a_file_named_twice_is_given_once(write: Write) -> None:
    write("a.csv", "x")
    assert found_files("a.csv", "a.csv", ".") == ["a.csv"]


def test_a_pattern_gives_what_it_matches(write: Write) -> None:
    write("run1/metrics.csv", "x")
    write("run2/metrics.csv", "x")
    assert found_files("run*/*.csv") == ["run1/metrics.csv", "run2/metrics.csv"]


def test_a_pattern_reaches_below_directories(write: Write) -> None:
    write("a/b/c.log", "x")
    assert found_files("**/*.log") == ["a/b/c.log"]


def test_a_pattern_for_everything_leaves_out_what_is_no_log(write: Write) -> None:
    write("runs/a.log", "x")
    write("runs/model.pt", "x")
    assert found_files("runs/*") == ["runs/a.log"]


def test_a_name_that_looks_like_a_pattern_is_a_name(write: Write) -> None:
    write("log[1].csv", "x")
    assert found_files("log[1].csv") == ["log[1].csv"]


def test_a_pattern_without_match_is_a_problem(project: Path) -> None:
    assert problems("*.csv") == [("*.csv", "matches no files")]


def test_a_path_that_does_not_exist_is_a_problem(project: Path) -> None:
    assert problems("a.csv") == [("a.csv", "does not exist")]


def test_a_path_that_cannot_exist_is_a_problem(project: Path) -> None:
    assert problems("a\0b") == [("a\0b", "is not a valid file name")]


def test_an_endless_device_is_a_problem(project: Path) -> None:
    assert problems("/dev/zero") == [("/dev/zero", "is not a file")]


def test_event_files_of_one_directory_that_are_named_are_one_run(write: Write) -> None:
    for name in ("events.out.tfevents.20.host", "events.out.tfevents.3.host"):
        write(f"run/{name}", event_file(1))
    (group,) = groups("run/events.out.tfevents.20.host", "run/events.out.tfevents.3.host")
    assert (group.path, [Path(f).name for f in files(group)]) == (
        "run",
        ["events.out.tfevents.3.host", "events.out.tfevents.20.host"],
    )


# Directories


def test_a_directory_is_walked_in_natural_order(write: Write) -> None:
    for name in ("runs/run10/log.csv", "runs/run2/log.csv", "runs/a.jsonl"):
        write(name, "x")
    assert found_files("runs") == ["runs/a.jsonl", "runs/run2/log.csv", "runs/run10/log.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "train.py", "README.md", "model.pt", "model.safetensors", "plot.png", "config.json",
        "requirements.txt", ".git/log", ".cache/a.csv", "node_modules/a/log.json", "LICENSE",
        "venv/a.txt", "tokenizer.json", "wandb-summary.json", "Makefile", "data.parquet",
        "test_tfevents_reader.py", "ls.1.gz", "warn.3",
    ],
)  # fmt: skip
def test_what_is_no_log_by_its_name_is_not_opened(name: str, write: Write) -> None:
    write(f"runs/{name}", "x")
    assert found_files("runs") == []


@pytest.mark.parametrize(
    "name", ["log", "nohup.out", "slurm-12.out", "job.o123", "train.log.2", "a.csv.gz", "x.err"]
)
def test_what_may_be_a_log_by_its_name_is_opened(name: str, write: Write) -> None:
    write(f"runs/{name}", "x")
    assert found_files("runs") == [f"runs/{name}"]


def test_a_virtual_environment_is_left_out_whatever_its_name(write: Write) -> None:
    write("runs/myenv/pyvenv.cfg", "x")
    write("runs/myenv/lib/data.csv", "x")
    assert found_files("runs") == []


def test_a_run_is_named_by_its_path_below_the_directory(write: Write) -> None:
    write("runs/a/metrics.csv", "x")
    assert [group.name for group in groups("runs")] == ["a/metrics.csv"]


def test_the_working_directory_leaves_no_dot_in_the_paths(write: Write) -> None:
    write("a/metrics.csv", "x")
    (group,) = groups(".")
    assert (group.name, group.path) == ("a/metrics.csv", os.path.join("a", "metrics.csv"))


def test_a_directory_without_logs_is_a_problem(write: Write) -> None:
    write("src/train.py", "x")
    assert problems("src") == [("src", "contains no training logs")]


def test_a_loop_of_links_ends(write: Write) -> None:
    write("runs/a/log.csv", "x")
    os.symlink("..", "runs/a/up")
    assert found_files("runs") == ["runs/a/log.csv"]


def test_a_link_that_leads_nowhere_is_left_out(write: Write) -> None:
    write("runs/a.csv", "x")
    os.symlink("nowhere", "runs/b.csv")
    assert found_files("runs") == ["runs/a.csv"]


@pytest.mark.parametrize(
    ("file", "link"),
    [
        ("runs/train_2024.log", "runs/latest.log"),
        ("runs/events.out.tfevents.2.host", "runs/events.out.tfevents.1.latest"),
        ("runs/a/metrics.csv", "runs/b/current.csv"),
    ],
)
def test_a_link_to_a_file_that_is_found_as_well_is_that_file(
    write: Write, file: str, link: str
) -> None:
    data = write(file, event_file(1))
    os.makedirs(os.path.dirname(link), exist_ok=True)
    os.symlink(os.path.abspath(data), link)
    assert found_files("runs") == [file]


def test_a_link_that_is_named_beside_its_file_is_that_file(write: Write) -> None:
    write("runs/a.csv", "x")
    os.symlink("a.csv", "runs/b.csv")
    assert found_files("runs/b.csv", "runs/a.csv") == ["runs/b.csv"]


def test_a_link_to_a_file_elsewhere_is_read(write: Write) -> None:
    os.symlink(
        os.path.abspath(write("store/1.csv", "x")), write("runs/b.csv", "x").parent / "a.csv"
    )
    assert found_files("runs") == ["runs/a.csv", "runs/b.csv"]


def test_a_pipe_in_a_directory_is_left_out(write: Write) -> None:
    write("runs/a.csv", "x")
    os.mkfifo("runs/pipe.log")
    assert found_files("runs") == ["runs/a.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_read_is_a_problem(write: Write) -> None:
    write("runs/secret/a.csv", "x").parent.chmod(0)
    assert ("runs/secret", "cannot be listed: permission denied") in problems("runs")


# TensorBoard


def test_all_event_files_of_a_directory_are_one_run(write: Write) -> None:
    for time in (100, 20):
        write(f"runs/a/events.out.tfevents.{time}.host.1.0", event_file(time))
    (group,) = groups("runs")
    assert (group.kind, group.name, group.path, len(group.members)) == (
        GroupKind.EVENTS,
        "a",
        "runs/a",
        2,
    )


def test_a_single_event_file_stands_for_itself(write: Write) -> None:
    write("runs/a/events.out.tfevents.1.host", event_file(1))
    assert [(g.name, g.path) for g in groups("runs")] == [
        ("a", "runs/a/events.out.tfevents.1.host")
    ]


def test_train_and_validation_are_one_run(write: Write) -> None:
    write("runs/a/train/events.out.tfevents.1.host", event_file(1))
    write("runs/a/validation/events.out.tfevents.2.host", event_file(2))
    (group,) = groups("runs")
    assert (group.name, [member.prefix for member in group.members]) == (
        "a",
        ["train/", "validation/"],
    )


def test_evaluation_below_the_runs_own_files_is_part_of_it(write: Write) -> None:
    write("runs/a/events.out.tfevents.1.host", event_file(1))
    write("runs/a/eval/events.out.tfevents.2.host", event_file(2))
    (group,) = groups("runs")
    assert [member.prefix for member in group.members] == ["", "eval/"]


def test_a_run_that_is_called_test_is_a_run_of_its_own(write: Write) -> None:
    write("runs/test/events.out.tfevents.1.host", event_file(1))
    write("runs/other/events.out.tfevents.2.host", event_file(2))
    assert [group.name for group in groups("runs")] == ["other", "test"]


def test_curves_of_add_scalars_are_part_of_the_run(write: Write) -> None:
    write("runs/a/events.out.tfevents.1.host", event_file(1))
    write("runs/a/Loss_all_train/events.out.tfevents.2.host", event_file(2, b"Loss/all"))
    (group,) = groups("runs")
    assert [member.suffix for member in group.members] == ["", "/train"]


def test_a_run_below_another_run_is_a_run_of_its_own(write: Write) -> None:
    write("runs/events.out.tfevents.1.host", event_file(1))
    write("runs/run_2/events.out.tfevents.2.host", event_file(2))
    assert [group.name for group in groups("runs")] == ["runs", "run_2"]


# MLflow, Weights & Biases, Hugging Face


def test_an_mlflow_run_directory_is_one_run(write: Write) -> None:
    write("mlruns/0/meta.yaml", "experiment_id: '0'\n")
    write("mlruns/0/abc/meta.yaml", "artifact_uri: x\nrun_id: abc\n")
    write("mlruns/0/abc/metrics/loss", "1 2 3\n")
    (group,) = groups("mlruns")
    assert (group.kind, group.path, group.name) == (GroupKind.MLFLOW, "mlruns/0/abc", "0/abc")


def test_an_mlflow_run_directory_may_be_named_itself(write: Write) -> None:
    write("abc/meta.yaml", "run_uuid: abc\n")
    write("abc/metrics/loss", "1 2 3\n")
    assert [group.kind for group in groups("abc")] == [GroupKind.MLFLOW]


def test_a_wandb_run_directory_is_one_run(write: Write) -> None:
    write("wandb/run-1-x/run-x.wandb", ":W&B")
    write("wandb/run-1-x/files/output.log", "loss 1")
    write("wandb/run-1-x/logs/debug.log", "x")
    os.symlink("run-1-x", "wandb/latest-run")
    (group,) = groups("wandb")
    assert (group.kind, [Path(file).name for file in files(group)]) == (
        GroupKind.WANDB,
        ["run-x.wandb", "output.log"],
    )


def state(step: int) -> str:
    return json.dumps({"epoch": 1.0, "global_step": step, "log_history": []})


def test_of_a_trainers_checkpoints_only_the_last_is_read(write: Write) -> None:
    for step in (500, 1500, 1000):
        write(f"out/checkpoint-{step}/trainer_state.json", state(step))
    assert found_files("out") == ["out/checkpoint-1500/trainer_state.json"]


def test_a_trainers_final_state_stands_for_its_checkpoints(write: Write) -> None:
    write("out/trainer_state.json", state(1500))
    write("out/checkpoint-1500/trainer_state.json", state(1500))
    assert found_files("out") == ["out/trainer_state.json"]


def test_a_checkpoint_that_is_newer_than_the_final_state_is_read(write: Write) -> None:
    write("out/trainer_state.json", state(1500))
    write("out/checkpoint-2000/trainer_state.json", state(2000))
    assert found_files("out") == ["out/checkpoint-2000/trainer_state.json"]


def test_a_checkpoint_that_is_named_is_read(write: Write) -> None:
    paths = [f"out/checkpoint-{step}/trainer_state.json" for step in (500, 1000)]
    for path in paths:
        write(path, state(1))
    assert found_files(*paths) == paths


def test_what_wandb_writes_of_itself_is_no_log(write: Write) -> None:
    run = "wandb/run-20260101_101010-abcd1234"
    write(f"{run}/files/output.log", "loss 1")
    write(f"{run}/logs/debug.log", "x")
    write("wandb/debug.log", "x")
    write("wandb/debug-internal.log", "x")
    assert found_files("wandb") == [f"{run}/files/output.log"]


def test_debug_logs_of_others_are_logs(write: Write) -> None:
    write("debug.log", "loss 1")
    write("logs/debug.log", "loss 1")
    assert len(found_files(".")) == 2


@pytest.mark.parametrize("file", ["loss", "train/loss"])
def test_the_metrics_of_an_mlflow_run_are_that_run(write: Write, file: str) -> None:
    write(f"abc/metrics/{file}", "1700000000123 0.5 1\n")
    (group,) = groups("abc/metrics")
    assert (group.kind, group.name) == (GroupKind.MLFLOW, "abc")


def test_other_directories_of_metrics_are_searched(write: Write) -> None:
    write("abc/metrics/loss.csv", "step,loss\n1,0.5\n")
    assert found_files("abc/metrics") == ["abc/metrics/loss.csv"]


def row(epoch: int) -> str:
    return json.dumps({"epoch": epoch, "training_loss": 0.5})


@pytest.mark.parametrize("name", ["metrics_epoch_{}.json", "{}-stats.json"])
def test_numbered_files_of_a_row_each_are_one_run(write: Write, name: str) -> None:
    for epoch in (0, 2, 10):
        write(f"out/{name.format(epoch)}", row(epoch))
    write("out/log.txt", "loss 1")
    group, other = groups("out")
    assert (group.kind, group.path, group.name) == (GroupKind.ROWS, "out", "out")
    assert files(group) == [f"out/{name.format(epoch)}" for epoch in (0, 2, 10)]
    assert files(other) == ["out/log.txt"]


@pytest.mark.parametrize(
    "texts",
    [
        (row(1), row(1)),  # two runs
        (row(1) + "\n" + row(2), row(3) + "\n" + row(4)),  # logs themselves
        ('{"loss": 1}', '{"loss": 2}'),
        (row(1), "[1, 2]"),
        (row(1),),
    ],
)
def test_other_numbered_files_are_files(write: Write, texts: tuple[str, ...]) -> None:
    for number, text in enumerate(texts):
        write(f"out/log{number}.json", text)
    assert {group.kind for group in groups("out")} == {GroupKind.FILE}


LOSSES = "".join(f"epoch {i} loss: 0.{i}\n" for i in range(1, 6))
UNKNOWN_ENDING = "it looks like a log, but its ending is not that of one: name it to have it read"


@pytest.mark.parametrize("name", ["job.train", "loss.trace", "x.history", "a.log2"])
def test_what_looks_like_a_log_under_another_ending_is_told(write: Write, name: str) -> None:
    write(f"a/{name}", LOSSES)
    assert passed_over("a") == [(f"a/{name}", UNKNOWN_ENDING)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.train", "epoch 1 loss: 0.5\n"),
        ("a.trace", "We saw the loss fall.\n" * 5),
        ("a.blob", b"loss: 1\0\n" * 5),
        ("a.py", LOSSES),
        (".hidden.train", LOSSES),
    ],
)
def test_anything_else_is_not_worth_a_word(write: Write, name: str, content: str | bytes) -> None:
    write(f"a/{name}", content)
    assert passed_over("a") == []

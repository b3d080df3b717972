"""What the names of checkpoints tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.runs.finding_files.checkpoints import Checkpoint, checkpoints


def made(directory: Path, *names: str) -> str:
    """The directory with files, and folders where a name ends in a slash."""
    for name in names:
        place = directory / name
        if name.endswith("/"):
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    return str(directory)


def only(directory: Path, name: str) -> tuple[int | None, int | None, int | None] | None:
    found: list[Checkpoint] = list(checkpoints(made(directory, name)))
    assert len(found) <= 1
    return (found[0].step, found[0].epoch, found[0].number) if found else None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("checkpoint-500/", (None, None, 500)),
        ("global_step1000/", (1000, None, None)),
        ("iter_0005000/", (5000, None, None)),
        ("step1000-unsharded/", (1000, None, None)),
        ("1000/", (None, None, 1000)),
        ("epoch=3-step=120.ckpt", (120, 3, None)),
        ("version_0/checkpoints/epoch=3-step=120.ckpt", (120, 3, None)),
        ("checkpoint_3_1500.pt", (1500, 3, None)),
        ("ep3-ba1000-rank0.pt", (1000, 3, None)),
        ("rl_model_10000_steps.zip", (10000, None, None)),
        ("model_0004999.pth", (None, None, 4999)),
        ("model.ckpt-1000.index", (None, None, 1000)),
        ("weights.05-0.23.hdf5", (None, None, 5)),
        ("checkpoint_0010.pth.tar", (None, None, 10)),
        ("model_epoch_5.pt", (None, 5, None)),
        ("0001000.pt", (None, None, 1000)),
    ],
)
def test_a_name_tells_the_step_or_the_epoch(
    name: str, told: tuple[int | None, ...], tmp_path: Path
) -> None:
    assert only(tmp_path, name) == told


@pytest.mark.parametrize(
    "name",
    [
        "last.ckpt",
        "best_model_acc_0.91.pt",
        "model-00001-of-00004.safetensors",
        "mp_rank_00_model_states.pt",
        "rng_state_0.pth",
        "optimizer_100.pt",
        "resnet50.pth",
        "vit_b_16.pth",
        "version_0/hparams.yaml",
        "step_100.txt",
        "model_99999999999999999999.pt",
    ],
)
def test_other_numbers_are_no_steps(name: str, tmp_path: Path) -> None:
    assert only(tmp_path, name) is None


def test_files_that_differ_in_one_number_are_checkpoints(tmp_path: Path) -> None:
    made(tmp_path, "net_G_5.pth", "net_G_10.pth", "net_G_15.pth")
    assert sorted(it.number or 0 for it in checkpoints(str(tmp_path))) == [5, 10, 15]


def test_what_is_in_the_folder_of_a_checkpoint_is_none(tmp_path: Path) -> None:
    made(tmp_path, "checkpoint-700/model_3.pt")
    assert [it.number for it in checkpoints(str(tmp_path))] == [700]

"""A series may be called anything: no name, in any script or none, can cost the run."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

from gradlint.config import Settings
from gradlint.engine.logs import check_logs
from gradlint.registry import log_registry
from gradlint.runs.kinds import Kind, Role
from gradlint.runs.readers.mlflow import read_mlflow_run
from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.roles.names import role_of
from gradlint.runs.run import Curve, Run
from tests.runs.readers.tfevents.event_files import (
    VERSION,
    bytes_field,
    event,
    number_field,
    simple,
)

VALUES = (2.0, 1.5, 1.2, 1.0, 0.9, 0.8)

Names = Sequence[str]


def table(names: Names, delimiter: str = ",") -> bytes:
    rows = [["epoch", *(f'"{name}"' for name in names)]]
    rows += [[str(at), *[str(value)] * len(names)] for at, value in enumerate(VALUES)]
    return "\n".join(delimiter.join(row) for row in rows).encode("utf-8", "replace") + b"\n"


def spaced(names: Names) -> bytes:
    return table(names, " ").replace(b'"', b"")


def lines(names: Names) -> bytes:
    rows = [{"step": at} | dict.fromkeys(names, value) for at, value in enumerate(VALUES)]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def history(names: Names) -> bytes:
    return json.dumps({name: list(VALUES) for name in names}).encode()


def sacred(names: Names) -> bytes:
    steps = list(range(len(VALUES)))
    return json.dumps({name: {"values": VALUES, "steps": steps} for name in names}).encode()


def golden(names: Names) -> bytes:
    return json.dumps(
        {name: {"start_step": 1, "step_interval": 5, "values": VALUES} for name in names}
    ).encode()


def trainer_state(names: Names) -> bytes:
    rows = [{"step": at} | dict.fromkeys(names, value) for at, value in enumerate(VALUES)]
    return json.dumps({"log_history": rows, "global_step": len(VALUES)}).encode()


def printed(names: Names) -> bytes:
    rows = (
        f"epoch {at} " + " ".join(f"{name}: {value}" for name in names)
        for at, value in enumerate(VALUES)
    )
    return "\n".join(rows).encode("utf-8", "replace") + b"\n"


def boxed(names: Names) -> bytes:
    rows = (
        f"| {name} | {value} |"
        for at, value in enumerate(VALUES)
        for name, value in [("step", at), *((name, value) for name in names), ("-", "-")]
    )
    return "\n".join(rows).encode("utf-8", "replace") + b"\n"


def bar(names: Names) -> bytes:
    postfix = ", ".join(f"{name}=0.5" for name in names)
    return f"train:  50%|##  | 3/6 [00:01<00:01, 2.0it/s, {postfix}]\n".encode("utf-8", "replace")


def events(names: Names) -> bytes:
    names = [name.encode("utf-8", "replace").decode() for name in names]
    return VERSION + b"".join(
        event(at, *(simple(name, value) for name in names), wall=1.0 + at)
        for at, value in enumerate(VALUES)
    )


def wandb(names: Names) -> bytes:
    def item(name: str, value: float) -> bytes:
        key = name.encode("utf-8", "replace")
        return bytes_field(1, bytes_field(1, key) + bytes_field(16, str(value).encode()))

    log = bytearray(b":W&B" + struct.pack("<HB", 0xBEE1, 0))
    for at, value in enumerate(VALUES):
        row = b"".join(item(name, value) for name in names)
        record = bytes_field(2, row + bytes_field(2, number_field(1, at)))
        log += struct.pack("<IHB", zlib.crc32(record, zlib.crc32(b"\x01")), len(record), 1) + record
    return bytes(log)


FORMATS: dict[str, Callable[[Names], bytes]] = {
    "a.csv": table,
    "spaced.csv": spaced,
    "a.jsonl": lines,
    "history.json": history,
    "metrics.json": sacred,
    "golden.json": golden,
    "trainer_state.json": trainer_state,
    "a.log": printed,
    "boxed.log": boxed,
    "bar.log": bar,
    "events.out.tfevents.1": events,
    "run-a.wandb": wandb,
}

EXACT = sorted(FORMATS.keys() - {"spaced.csv", "a.log", "boxed.log", "bar.log"})
"""Those that mark where a name begins and ends."""

WORDLESS = ["train", "val", "损失", "%", "_", "", " ", "-", "→", "train/", "val %", "потеря"]
"""Names in which nothing is left beside the split, or nothing that a word list could know."""

SPLIT_WORDS = st.sampled_from(["train", "val", "test", "eval", "d_a", "g_a", "box", "cls", "loss"])
NAMES = st.text(max_size=12) | SPLIT_WORDS | st.builds("{}{}".format, SPLIT_WORDS, st.text())


def roles(*names: str) -> dict[str, Role]:
    """The roles of series with these names that are logged together."""
    steps = np.arange(len(VALUES))
    run = Run("a", "a", "csv", {n: Curve(n, steps, np.array(VALUES)) for n in names})
    assign_roles(run)
    return {tag: curve.role for tag, curve in run.curves.items()}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
@example(names=WORDLESS)
def test_no_name_can_lose_a_run(name: str, names: list[str]) -> None:
    stream = io.BytesIO(FORMATS[name](names))
    found = check_logs([], Settings(), log_registry(), stdin=stream, stdin_filename=name)
    for finding in found.findings:
        assert finding.code != "GL005", finding.message
        assert "error in gradlint" not in finding.message


@pytest.mark.parametrize("name", EXACT)
def test_a_name_without_words_is_a_series_where_the_format_says_so(name: str) -> None:
    stream = io.BytesIO(FORMATS[name](["loss", "损失", "%"]))
    found = check_logs([], Settings(), log_registry(), stdin=stream, stdin_filename=name)
    assert [series.tag for series in found.runs[0].series] == ["loss", "损失", "%"]


@pytest.mark.parametrize("name", WORDLESS)
def test_a_file_of_mlflow_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "metrics" / f"{name}x"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.joinpath(*filter(None, f"{name}x".split("/")[:-1])).mkdir(exist_ok=True)
    path.write_text("1 2.5 1\n2 1.5 2\n")
    (run,) = read_mlflow_run(str(tmp_path), "run").runs
    assign_roles(run)
    assert list(run.curves) == [f"{name}x"]


@pytest.mark.parametrize("tag", ["猫", "кошка", "%", "_", "", "→"])
def test_a_name_without_known_words_says_nothing(tag: str) -> None:
    assert role_of(tag).kind is Kind.OTHER


@pytest.mark.parametrize("tag", ["val", "val/", "val %"])
def test_a_split_alone_is_a_split_of_nothing_that_is_known(tag: str) -> None:
    assert role_of(tag) == Role(Kind.OTHER, "validation")


def test_names_without_words_do_not_hide_the_losses_beside_them() -> None:
    found = roles("%", "train", "D_A", "G_A", "box", "cls")
    losses = {tag for tag, role in found.items() if role.kind is Kind.LOSS}
    assert losses == {"D_A", "G_A", "box", "cls"}

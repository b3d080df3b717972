"""Keys that stand under a name: those of a class, those in a bracket, those of an evaluated set."""

from __future__ import annotations

import pytest

from gradlint.runs.kinds import Kind
from gradlint.runs.roles.assignment import assign_roles
from tests.runs.readers.text.text_logs import run_of, series


def evaluation(name: str, at: int) -> str:
    return (
        f"INFO - evaluate:{name}\n"
        f"INFO - processed 2000 tokens with 150 phrases; found: 170 phrases; correct: {at}.\n"
        f"INFO - accuracy:  5{at}.50%; precision:  1{at}.50%; recall:  2{at}.50%; FB1:  3{at}.5\n"
        f"INFO -         PLACE: precision:   4{at}.50%; recall:   6{at}.50%; FB1:   7{at}.5  297\n"
    )


def test_a_report_on_classes_is_told_apart_by_set_and_by_class() -> None:
    log = "".join(evaluation(name, at) for at in range(5) for name in ("dev", "test"))
    run = run_of(log)
    assign_roles(run)
    for name, split in (("dev", "validation"), ("test", "test")):
        for key, tens in (("", 10), ("PLACE/", 40)):
            curve = run.curves[f"{name}/{key}precision"]
            assert curve.values.tolist() == [tens + at + 0.5 for at in range(5)]
        assert run.curves[f"{name}/FB1"].values.tolist() == [30.5 + at for at in range(5)]
        role = run.curves[f"{name}/FB1"].role
        assert (role.kind, role.split, role.metric) == (Kind.SCORE, split, "f1")


@pytest.mark.parametrize("label", ["B-PER", "class_3", "O"])
def test_classes_have_many_names(label: str) -> None:
    assert f"{label}/recall" in series(f"epoch 3\n{label}: precision=0.5 recall=0.25 (epoch 3)")


@pytest.mark.parametrize("label", ["Trainer", "valid", "epoch 3, ORG"])
def test_what_names_no_class_changes_no_key(label: str) -> None:
    read = series(f"{label}: loss: 0.5 precision: 0.5 recall: 0.25 (epoch 3)")
    assert {tag.rpartition("/")[2] for tag in read} == {"loss", "precision", "recall"}
    assert not any(tag.startswith(("Trainer", "ORG")) for tag in read)


def test_keys_in_a_bracket_behind_a_measure_are_of_it() -> None:
    read = series("[Update 3/4] PolicyLoss=0.5 GradNorm(P=0.25, V=118.5) Reward=1.5")
    assert read == {
        "PolicyLoss": [(3, 0.5)],
        "GradNorm/P": [(3, 0.25)],
        "GradNorm/V": [(3, 118.5)],
        "Reward": [(3, 1.5)],
    }


@pytest.mark.parametrize(
    "rest", ["optimizer Adam(lr=0.1)", "criterion=CELoss(weight=0.5)", "fit(loss=1.5)"]
)
def test_the_arguments_of_a_call_are_none(rest: str) -> None:
    assert series(f"step 3 loss=0.5 {rest}") == {"loss": [(3, 0.5)]}


def test_a_call_that_begins_a_line_measures_nothing() -> None:
    lines = "".join(f"step {at} CELoss(weight=0.{at}) loss=0.{at}\n" for at in range(1, 5))
    assert list(series(lines)) == ["loss"]


def test_a_success_rate_is_a_measure_without_a_separator() -> None:
    log = "".join(f"Agent SUCCESS Rate 0.{at}\n" for at in range(1, 6))
    assert [value for _, value in series(log)["Agent SUCCESS Rate"]] == [0.1, 0.2, 0.3, 0.4, 0.5]

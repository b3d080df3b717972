"""What short names mean beside others, and that they mean nothing alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles.assignment import assign_roles
from tests.relations.series import curve, run_of

VALUES = (2.0, 1.5, 1.7, 1.2, 1.0)


def roles(*tags: str, values: Sequence[float] = VALUES) -> dict[str, Role]:
    run = run_of(*(curve(tag, values) for tag in tags))
    return {tag: it.role for tag, it in run.curves.items()}


def kinds(*tags: str, values: Sequence[float] = VALUES) -> list[Kind]:
    return [role.kind for role in roles(*tags, values=values).values()]


@pytest.mark.parametrize("name", ["norm", "g", "gn", "train/norm"])
def test_a_norm_beside_a_loss_and_a_learning_rate_is_the_gradients(name: str) -> None:
    assert roles("loss", "lr", name)[name].kind is Kind.GRADIENT_NORM


@pytest.mark.parametrize(
    "others",
    [("loss",), ("lr",), ("loss", "lr", "bias"), ("loss", "lr", "D"), ("loss", "lr", "gn")],
)
def test_a_norm_in_other_company_is_unknown(others: tuple[str, ...]) -> None:
    assert roles(*others, "norm")["norm"].kind is Kind.OTHER


def test_a_norm_is_never_negative_and_moves() -> None:
    assert kinds("loss", "lr", "norm", values=(1.0, -1.0))[2] is Kind.OTHER
    assert kinds("loss", "lr", "norm", values=(1.0, 1.0))[2] is Kind.OTHER


def test_beside_a_gradient_norm_another_norm_is_unknown() -> None:
    assert roles("loss", "lr", "grad_norm", "norm")["norm"].kind is Kind.OTHER


def test_letters_with_a_v_before_those_of_the_validation() -> None:
    found = roles("L", "A", "vL", "vA")
    assert [(it.split, it.kind) for it in found.values()] == [
        ("train", Kind.LOSS),
        ("train", Kind.SCORE),
        ("validation", Kind.LOSS),
        ("validation", Kind.SCORE),
    ]


def test_a_letter_beside_a_learning_rate_is_a_loss_and_alone_is_not() -> None:
    assert kinds("L", "lr") == [Kind.LOSS, Kind.LEARNING_RATE]
    assert kinds("L", "x") == [Kind.OTHER, Kind.OTHER]
    assert kinds("A", "vA") == [Kind.OTHER, Kind.OTHER]


def test_a_letter_beside_a_training_loss_is_something_else() -> None:
    assert roles("loss", "lr", "L")["L"].kind is Kind.OTHER
    assert roles("val_loss", "lr", "L")["L"].kind is Kind.LOSS


def test_episodes_of_a_monitor_have_no_loss() -> None:
    assert Kind.LOSS not in kinds("r", "l", "t")


def test_the_losses_of_image_restoration() -> None:
    assert kinds("l_pix", "l_percep") == [Kind.LOSS, Kind.LOSS]
    assert kinds("l_arm", "l_leg") == [Kind.OTHER, Kind.OTHER]
    assert roles("loss", "l_pix")["l_pix"].kind is Kind.OTHER


def test_two_letters_make_a_gan_and_one_does_not() -> None:
    assert {(it.kind, it.adversarial) for it in roles("D", "G").values()} == {(Kind.LOSS, True)}
    assert kinds("D") == [Kind.OTHER]
    assert kinds("loss", "D", "G")[1:] == [Kind.OTHER, Kind.OTHER]


@pytest.mark.parametrize("tag", ["grad_D", "grad/layer3"])
def test_the_gradient_of_a_network_or_a_layer_is_a_norm_of_a_part(tag: str) -> None:
    role = roles("loss", tag)[tag]
    assert (role.kind, role.component) == (Kind.GRADIENT_NORM, True)
    assert roles("loss", tag, "x", values=(1.0, -1.0))[tag].kind is Kind.OTHER


def test_other_numbers_about_gradients_are_unknown() -> None:
    assert roles("loss", "grad_mean")["grad_mean"].kind is Kind.OTHER


def test_the_terms_of_a_variational_autoencoder() -> None:
    found = roles("loss", "recon", "kl")
    assert all(found[tag].kind is Kind.LOSS and found[tag].component for tag in ("recon", "kl"))
    assert roles("loss", "kl")["kl"].kind is Kind.OTHER


def test_an_agent_under_the_heading_of_losses() -> None:
    tags = ("Loss/ep_rew_mean", "Loss/entropy/train", "losses/approx_kl", "Loss/value_loss")
    assert kinds(*tags) == [Kind.RETURN, Kind.AGENT, Kind.AGENT, Kind.LOSS]
    assert kinds("loss/total", "loss/entropy", "entropy_loss") == [Kind.LOSS] * 3


def test_the_entropy_of_an_agent() -> None:
    assert kinds("ep_rew_mean", "entropy", "std")[1:] == [Kind.AGENT, Kind.AGENT]
    assert kinds("loss", "entropy", "std")[1:] == [Kind.OTHER, Kind.OTHER]


def test_the_losses_of_an_agent_are_adversarial_without_a_return() -> None:
    assert roles("loss", "approx_kl")["loss"].adversarial


def test_precision_and_recall_beside_their_mean() -> None:
    assert kinds("P", "R", "mAP50") == [Kind.SCORE] * 3
    assert kinds("P", "R", "loss")[:2] == [Kind.OTHER, Kind.OTHER]


@pytest.mark.parametrize("tag", ["validation_0-rmse", "validation_1-rmse"])
def test_the_number_of_a_data_set_does_not_hide_a_criterion(tag: str) -> None:
    assert roles("validation_0-rmse", "validation_1-rmse")[tag].kind is Kind.LOSS


def test_the_episodes_of_a_monitor() -> None:
    assert kinds("r", "l", "t") == [Kind.RETURN, Kind.AGENT, Kind.CLOCK]
    assert kinds("r", "l") == [Kind.OTHER, Kind.OTHER]


def test_precision_and_recall_beside_an_f_score() -> None:
    assert kinds("valid_p", "valid_r", "valid_f") == [Kind.SCORE] * 3
    assert kinds("p", "r", "f1")[:2] == [Kind.SCORE] * 2
    assert kinds("valid_p", "valid_r", "accuracy")[:2] == [Kind.OTHER] * 2
    assert kinds("valid_p", "test_r", "f1")[:2] == [Kind.OTHER] * 2


def test_a_letter_beside_the_parts_of_a_loss_is_the_whole() -> None:
    assert kinds("L", "loss_box", "loss_cls", "lr")[0] is Kind.LOSS
    assert kinds("L", "loss", "lr")[0] is Kind.OTHER


@pytest.mark.parametrize("names", [("eval_win", "eval_draw", "eval_loss"), ("Wins", "Losses")])
def test_the_losses_beside_wins_are_lost_games(names: tuple[str, ...]) -> None:
    assert set(kinds("policy_loss", *names, values=(3, 2, 4, 6))[1:]) == {Kind.OTHER}


def test_a_loss_that_is_no_count_stays_one_beside_wins() -> None:
    assert kinds("win", "loss", values=(1.0, 0.5, 0.25))[1] is Kind.LOSS


def test_lost_games_may_be_a_share_beside_draws() -> None:
    assert kinds("loss", "win_rate", "loss_rate", values=(0.5, 0.25))[0] is Kind.LOSS
    assert kinds("vs/win", "vs/draw", "vs/loss", values=(0.5, 0.25))[2] is Kind.OTHER


def test_losses_after_one_letter_for_training_and_validation() -> None:
    found = roles("Tloss", "Vloss")
    assert [(it.kind, it.split) for it in found.values()] == [
        (Kind.LOSS, "train"),
        (Kind.LOSS, "validation"),
    ]
    assert roles("Vloss", "q")["Vloss"].split == ""


@pytest.mark.parametrize("bare", ["D", "G"])
def test_a_network_may_stand_for_its_loss_beside_those_that_say_more(bare: str) -> None:
    other = "G_GAN" if bare == "D" else "D_A"
    assert kinds(bare, other, "G_L1") == [Kind.LOSS] * 3
    assert kinds(bare, "temperature_L1")[0] is Kind.OTHER


@pytest.mark.parametrize("counter", ["episode", "episodes"])
def test_the_score_of_an_episode_is_a_return(counter: str) -> None:
    run = run_of(curve("Average Score", VALUES), curve("steps", VALUES))
    run.counter = counter
    assign_roles(run)
    assert run.curves["Average Score"].role.kind is Kind.RETURN
    run.counter = "epoch"
    assign_roles(run)
    assert run.curves["Average Score"].role.kind is Kind.OTHER


@pytest.mark.parametrize(("tag", "split"), [("tab", ""), ("tap_validering", "validation")])
def test_a_loss_by_a_word_that_is_also_english_is_measured_as_steps_go_by(
    tag: str, split: str
) -> None:
    assert (roles(tag)[tag].kind, roles(tag)[tag].split) == (Kind.LOSS, split)
    assert roles(tag, values=(3.0, 5.0, 4.0))[tag].kind is Kind.OTHER
    assert roles(f"{tag}_width")[f"{tag}_width"].kind is Kind.OTHER
    rows = run_of(curve(tag, VALUES, axis="row"))
    assert rows.curves[tag].role.kind is Kind.OTHER


def test_two_letters_of_which_the_first_is_the_split() -> None:
    found = roles("tl", "ta", "gn", "vl", "va", "vppl")
    assert [(it.split, it.kind) for it in found.values()] == [
        ("train", Kind.LOSS),
        ("train", Kind.SCORE),
        ("", Kind.GRADIENT_NORM),
        ("validation", Kind.LOSS),
        ("validation", Kind.SCORE),
        ("validation", Kind.ERROR),
    ]


def test_a_log_likelihood_below_0_is_a_loss_by_its_letters() -> None:
    found = roles("tl", "vl", values=[-0.5, -0.75, -1.0])
    assert [(it.split, it.kind) for it in found.values()] == [
        ("train", Kind.LOSS),
        ("validation", Kind.LOSS),
    ]


def test_two_letters_alone_are_unknown() -> None:
    assert kinds("tl", "gn") == [Kind.OTHER, Kind.OTHER]
    assert kinds("ta", "va") == [Kind.OTHER, Kind.OTHER]


def test_a_v_before_the_names_of_others_is_the_validation() -> None:
    found = roles("loss", "kl", "v_loss", "v_kl", "v_rank")
    assert [it.split for it in found.values()] == ["train", "", *["validation"] * 3]
    assert [it.kind for it in found.values()][2] is Kind.LOSS


@pytest.mark.parametrize("names", [("loss", "v_loss"), ("a", "b", "v_a", "v_b")])
def test_a_v_may_be_a_value(names: tuple[str, ...]) -> None:
    assert {it.split for it in roles(*names).values()} == {""}

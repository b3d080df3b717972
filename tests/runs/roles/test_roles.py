"""What the names of series say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles.assignment import assign_roles, chosen_role
from gradlint.runs.roles.names import role_of
from gradlint.runs.run import Curve, Run

KINDS = {
    Kind.LOSS: (
        "loss", "train/loss", "Train Loss", "val_loss", "eval_loss", "training loss", "lm loss",
        "main/loss", "epoch_loss", "total_loss", "train_loss_step", "Loss/train", "loss_cls",
        "train/box_loss", "nll_loss", "ctc_loss", "cost", "trainLoss", "valloss", "loss/mse",
        "val_sparse_categorical_crossentropy", "train/CE loss", "Train/Samples/train_loss",
        "lm-loss vs samples", "ray/tune/info/learner/default_policy/learner_stats/policy_loss",
        "loss_dice_0", "Tloss", "xent_va", "clsLoss",
        "quantile_loss", "Loss/value_loss/train", "info_nce", "kayıp", "mất mát", "الخسارة",
    ),
    Kind.SCORE: (
        "accuracy", "val_acc", "eval_f1", "mIoU", "metrics/mAP50-95(B)", "metrics/precision(B)",
        "eval_rougeLsum", "bleu", "top1Accuracy", "Acc@1", "validation/mean_average_precision",
        "eval_matthews_correlation", "pixAcc", "train/ssim", "val_auc", "dice_coef",
        "coco/bbox_mAP_50", "rewards/accuracies", "sparse_categorical_accuracy",
        "eval/success_rate",
        "acc_ctc", "hits@10", "MeanIU", "mean_iu",
        "DSC", "kendalltau", "gauc", "si_sdr", "c-index", "explained_variance_score", "doğruluk",
    ),
    Kind.ERROR: (
        "validation/wer", "val_perplexity", "valid ppl", "top1_err", "test_error", "val_mae",
        "mean_absolute_error", "metrics/fid50k_full", "train_error_rate", "lm loss validation ppl",
        "cer_ctc", "crps", "MPJPE", "rmsse", "hd95", "minDCF", "val_rel_l2", "wape",
    ),
    Kind.RETURN: (
        "ep_rew_mean", "rollout/ep_rew_mean", "episode_return", "reward", "eprewmean",
        "ray/tune/episode_reward_mean", "eval/mean_reward", "AverageEpRet",
    ),
    Kind.GRADIENT_NORM: (
        "grad_norm", "gnorm", "gradnorm", "train/grad_norm", "grad norm", "optim/total grad norm",
        "grad_2.0_norm_total", "train/global_gradient_norm",
        "grad_2.0_norm/encoder.layer.0.weight", "total_norm",
        "train/grad_norm_before_clip",
    ),
    Kind.WEIGHT: ("params norm", "weight_norm", "fc1.weight/mean"),
    Kind.LEARNING_RATE: (
        "lr", "learning_rate", "lr/pg0", "lr-Adam/pg1", "Learning Rate", "L.r.", "x/lr2",
    ),
    Kind.AGENT: (
        "train/approx_kl", "clip_fraction", "rollout/ep_len_mean", "train/q_mean", "Q_values",
        "train/explained_variance",
        "Policy/Entropy", "objective/kl", "Policy/mean_noise_std", "Loss/approx_kl/train",
    ),
    Kind.SCHEDULE: (
        "beta", "train/beta", "kl_weight", "temperature", "eps", "rollout/exploration_rate",
        "clip_range", "momentum", "weight_decay",
        "teacher_forcing_ratio", "train/ent_coef", "data/beta",
    ),
    Kind.LOSS_SCALE: ("loss_scale", "loss scale", "scaler/scale", "grad_scale"),
    Kind.CLOCK: (
        "epoch", "step", "global_step", "time", "elapsed_time", "eta", "total timesteps", "hours",
        "time cost", "batch_cost", "train/avg_reader_cost", "data_cost",
        "consumed samples", "num_updates", "train/n_updates", "_timestamp",
        "eval_runtime", "iteration-time", "num_input_tokens_seen", "Progress/kimg",
        "data_time", "iter_dt",
        "Timing/sec_per_kimg", "TotalEnvInteracts", "ts",
    ),
    Kind.SYSTEM: (
        "mem-allocated-bytes", "eval_samples_per_second", "throughput", "time/fps", "mfu", "wps",
        "system.gpu.0.memory", "tokens_per_sec", "tok/s", "samples/s",
        "samples/sec", "charts/SPS",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "kind"), [(tag, kind) for kind, tags in KINDS.items() for tag in tags]
)
def test_the_kind_of_a_name(tag: str, kind: Kind) -> None:
    assert role_of(tag).kind is kind


@pytest.mark.parametrize(
    "tag",
    [
        "loss_std", "best_val_loss", "best valid acc", "loss_weight", "reward_std", "score",
        "kl", "entropy", "max_grad_norm", "rewards/chosen", "rewards/margins", "mean_int_reward",
        "td_error",
        "number of skipped iterations", "top1", "elbo", "completion_length",
        "frac_reward_zero_std", "loss__MIN", "error", "wpb", "", "/", "日本",
        "heat_loss_W", "power loss", "packet_loss", "packets/loss",
    ],
)  # fmt: skip
def test_what_is_only_about_a_metric_or_unknown_is_other(tag: str) -> None:
    assert role_of(tag).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("tag", "split"),
    [
        ("train/loss", "train"),
        ("training loss", "train"),
        ("val_loss", "validation"),
        ("valid ppl", "validation"),
        ("dev_f1", "validation"),
        ("eval_loss", "validation"),
        ("validation/main/loss", "validation"),
        ("test/accuracy", "test"),
        ("eval_test_loss", "test"),
        ("train/val_loss", "validation"),
        ("loss", ""),
        ("value_loss", ""),
        ("latest_loss", ""),
    ],
)
def test_the_split_of_a_name(tag: str, split: str) -> None:
    assert role_of(tag).split == split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("train/ctc_loss", "validation/ctc_loss"),
        ("loss", "val_loss"),
        ("train_loss_epoch", "val_loss"),
        ("training loss", "eval_loss"),
        ("main/loss", "validation/main/loss"),
        ("total_loss", "validation/loss"),
        ("train_acc", "val_accuracy"),
        ("train ppl", "val_perplexity"),
        ("train/epoch_loss", "validation/epoch_loss"),
        ("Loss/train", "Loss/val"),
        ("training's auc", "valid's auc"),
        ("loss", "moving_avg_loss"),
    ],
)
def test_two_names_of_one_metric(one: str, other: str) -> None:
    assert role_of(one).metric == role_of(other).metric


@pytest.mark.parametrize(("one", "other"), [("loss_cls", "loss_box"), ("G_loss", "D_loss")])
def test_two_names_of_two_metrics(one: str, other: str) -> None:
    assert role_of(one).metric != role_of(other).metric


@pytest.mark.parametrize(
    "tag",
    [
        "gen/loss", "dis/loss", "D_loss", "loss_G_A", "Loss/D/loss", "errD", "critic_loss",
        "policy_gradient_loss", "value_loss", "entropy_loss", "train/actor_loss", "kl_loss",
        "vq_loss",
    ],
)  # fmt: skip
def test_a_loss_that_may_rise_in_a_healthy_run(tag: str) -> None:
    assert role_of(tag).adversarial


@pytest.mark.parametrize("tag", ["loss", "val_loss", "ctc_loss", "box_loss", "eval_g0_loss"])
def test_a_loss_that_should_fall(tag: str) -> None:
    assert not role_of(tag).adversarial


@pytest.mark.parametrize("tag", ["loss_cls", "train/box_loss", "loss_rpn_loc", "aux_loss"])
def test_a_part_of_a_total(tag: str) -> None:
    assert role_of(tag).component


def test_the_norm_of_one_layer_is_a_part() -> None:
    assert (
        role_of("grad_2.0_norm/fc.weight").component,
        role_of("grad_2.0_norm_total").component,
        role_of("trainer/grad_norm").component,
    ) == (True, False, False)


def test_criteria_alone_are_the_whole_loss() -> None:
    assert not role_of("bce").component


@given(st.text(max_size=200))
def test_any_name_has_a_role(tag: str) -> None:
    assert isinstance(role_of(tag), Role)


# In the light of the whole run


def roles(*tags: str, points: dict[str, int] | None = None, **overrides: str) -> dict[str, Role]:
    sizes = dict.fromkeys(tags, 5) | (points or {})
    curves = {
        tag: Curve(tag, np.arange(size, dtype=np.int64), np.zeros(size))
        for tag, size in sizes.items()
    }
    run = Run("run", "log", "csv", curves)
    assign_roles(run, overrides)
    return {tag: curve.role for tag, curve in run.curves.items()}


def test_a_loss_beside_a_validation_loss_is_that_of_training() -> None:
    assert roles("loss", "val_loss")["loss"].split == "train"


def test_a_loss_alone_is_of_unknown_split() -> None:
    assert roles("loss", "val_accuracy")["loss"].split == ""


def test_losses_of_several_evaluation_sets_belong_to_the_same_loss() -> None:
    found = roles("loss", "eval_g0_loss", "eval_g1_loss")
    assert {role.metric for role in found.values()} == {"loss"}


def test_a_part_that_is_evaluated_beside_the_whole_remains_a_part() -> None:
    assert roles("loss", "eval_loss", "eval_nll_loss")["eval_nll_loss"].metric == "nll_loss"


def test_every_loss_of_an_agent_is_adversarial() -> None:
    assert roles("train/loss", "rollout/ep_rew_mean")["train/loss"].adversarial


def test_every_loss_of_a_gan_is_adversarial() -> None:
    assert roles("d_loss", "recon_loss")["recon_loss"].adversarial


def test_preference_rewards_do_not_make_an_agent() -> None:
    assert not roles("loss", "rewards/chosen", "rewards/margins")["loss"].adversarial


def test_beside_a_loss_the_other_losses_are_parts() -> None:
    found = roles("total_loss", "intrinsic_loss")
    assert (found["total_loss"].component, found["intrinsic_loss"].component) == (False, True)


def test_parts_of_a_whole_that_is_not_logged_are_wholes() -> None:
    found = roles("train/box_loss", "train/cls_loss", "val/box_loss")
    assert not any(role.component for role in found.values())


def test_a_loss_of_another_split_makes_no_parts() -> None:
    assert not roles("train/ctc_loss", "loss")["train/ctc_loss"].component


def test_the_average_at_the_end_of_a_trainer_log_is_no_loss() -> None:
    found = roles("loss", points={"train_loss": 1})
    assert found["train_loss"].kind is Kind.OTHER


def test_the_averages_of_several_runs_in_one_log_are_no_losses() -> None:
    ends = {"train_loss": 3, "train_runtime": 3}
    assert roles("loss", points=ends)["train_loss"].kind is Kind.OTHER


def test_a_loss_of_epochs_beside_one_of_batches_is_no_average() -> None:
    assert roles("loss", points={"train_loss": 3})["train_loss"].kind is Kind.LOSS


def test_where_nothing_is_called_a_loss_the_criterion_is() -> None:
    assert roles("train_mse", "val_mse")["val_mse"].kind is Kind.LOSS


def test_beside_a_loss_the_criterion_is_a_metric() -> None:
    assert roles("loss", "mse")["mse"].kind is Kind.ERROR


# What the user says


def test_the_losses_of_pix2pix_and_cyclegan_are_adversarial_though_nothing_says_loss() -> None:
    names = ("D_A", "G_A", "cycle_A", "idt_A", "D_B", "G_B", "cycle_B", "idt_B")
    assert {(role.kind, role.adversarial) for role in roles(*names).values()} == {(Kind.LOSS, True)}
    names = ("G_GAN", "G_L1", "D_real", "D_fake", "D_real+fake")
    assert {(role.kind, role.adversarial) for role in roles(*names).values()} == {(Kind.LOSS, True)}
    assert roles("D_A", "G_A", "time")["time"].kind is Kind.CLOCK


def test_beside_the_loss_of_a_generator_the_letters_are_losses_as_well() -> None:
    read = roles("G_loss", "D_A", "D_B", "cycle", "idt", "val_dist")
    losses = {tag for tag, role in read.items() if role.kind is Kind.LOSS and role.adversarial}
    assert losses == {"G_loss", "D_A", "D_B", "cycle", "idt"}
    assert roles("loss", "D_A", "G_A")["D_A"].kind is Kind.OTHER


def test_a_fitness_is_earned_where_nothing_is_minimised() -> None:
    read = roles("fitness_mean", "best_fitness", "fitness_std", "sigma")
    kinds = [role.kind for role in read.values()]
    assert kinds == [Kind.RETURN, Kind.RETURN, Kind.OTHER, Kind.OTHER]
    assert roles("train/box_loss", "fitness")["fitness"].kind is Kind.SCORE


def test_what_a_term_weighs_and_how_large_a_queue_is_are_set_by_plan() -> None:
    read = roles("loss", "weight_b", "lambda_gp", "aux_coef", "queue_size", "batch_size", "seq_len")
    assert [role.kind for role in read.values()] == [Kind.LOSS, *[Kind.SCHEDULE] * 6]
    assert roles("fc.weight")["fc.weight"].kind is Kind.OTHER


def test_the_value_of_an_agent_is_not_held_out() -> None:
    assert roles("q_loss", "v_loss", "val_return")["v_loss"].split == ""
    assert roles("t_loss", "v_loss")["v_loss"].split == "validation"


def test_the_measures_of_depth_and_of_recommendation() -> None:
    read = roles("val_abs_rel", "val_sq_rel", "val_hr10", "success_rate", "success")
    kinds = [role.kind for role in read.values()]
    assert kinds == [Kind.ERROR, Kind.ERROR, Kind.SCORE, Kind.SCORE, Kind.SCORE]


def test_a_loss_named_after_a_score_is_a_loss_unless_the_word_is_a_heading() -> None:
    assert roles("train/loss_r2")["train/loss_r2"].kind is Kind.LOSS
    assert roles("train/Loss/acc")["train/Loss/acc"].kind is Kind.SCORE


def test_letters_alone_make_no_gan() -> None:
    assert {role.kind for role in roles("D_A", "D_B", "cycle_A").values()} == {Kind.OTHER}
    assert {role.kind for role in roles("D_x", "G_z", "loss_G").values()} == {Kind.OTHER, Kind.LOSS}


def test_the_columns_of_yolo_are_losses_and_their_total_is_the_whole() -> None:
    read = roles("gpu_mem", "box", "obj", "cls", "total", "val/P", "val/mAP@.5")
    losses = {tag: role.component for tag, role in read.items() if role.kind is Kind.LOSS}
    assert losses == {"box": True, "obj": True, "cls": True, "total": False}


def test_a_column_named_total_alone_is_no_loss() -> None:
    assert roles("total", "box")["total"].kind is not Kind.LOSS


def test_the_user_names_a_kind() -> None:
    assert roles("foo", foo="gradient-norm")["foo"].kind is Kind.GRADIENT_NORM


def test_the_user_names_a_split_too() -> None:
    role = roles("foo", foo="validation loss")["foo"]
    assert (role.kind, role.split) == (Kind.LOSS, "validation")


def test_the_user_names_a_pattern() -> None:
    found = roles("foo/a", "foo/b", "bar", **{"foo/*": "ignore"})
    assert [role.kind for role in found.values()] == [Kind.IGNORE, Kind.IGNORE, Kind.OTHER]


def test_a_loss_that_the_user_names_should_fall() -> None:
    assert not roles("loss", "reward", loss="loss")["loss"].adversarial


@pytest.mark.parametrize("value", ["", "losss", "train", "nowhere loss", "train test loss"])
def test_a_role_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is not a role: expected one of"):
        roles("foo", foo=value)


@pytest.mark.parametrize("tag", ["loss", "val_loss", "test/grad_norm", "lr"])
def test_what_is_shown_of_a_role_can_be_set(tag: str) -> None:
    role = role_of(tag)
    assert chosen_role(str(role)) == (role.split, role.kind)


def test_a_bare_loss_beside_a_train_loss_is_that_of_the_evaluation() -> None:
    assert roles("train_loss", "loss")["loss"].split == "validation"

"""The names of a run's series, each seen beside the others -> what each of them measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles import words as known
from gradlint.runs.roles.company import in_company
from gradlint.runs.roles.evidence import inferred
from gradlint.runs.roles.names import role_of, split_off, words_of
from gradlint.runs.roles.unnamed_losses import is_player, unnamed_losses
from gradlint.runs.run import TEXT_COLUMNS, Run


def assign_roles(run: Run, overrides: Mapping[str, str] | None = None) -> None:
    """Set the role of every curve of `run`, in the light of its other curves.

    `overrides` maps tags, or patterns with `*` and `?`, to what the user says that they are: a
    kind (`loss`, `gradient-norm`, ...), optionally after a split (`validation loss`), or `ignore`.
    Raises ValueError for anything else.
    """
    roles = {tag: role_of(tag) for tag in run.curves}
    if _is_table_of_results(run):
        roles = {tag: replace(role, kind=Kind.OTHER) for tag, role in roles.items()}
    else:
        for refine in _REFINEMENTS:
            roles = refine(run, roles)
    chosen = {pattern: chosen_role(value) for pattern, value in (overrides or {}).items()}
    for tag, curve in run.curves.items():
        curve.role = roles[tag]
        for pattern, (split, kind) in chosen.items():
            if tag == pattern or fnmatchcase(tag, pattern):
                curve.role = Role(kind, split or curve.role.split, curve.role.metric)


def _is_table_of_results(run: Run) -> bool:
    """Whether rows are items, such as samples or folds, and not points in time.

    Such a table has no steps and no epochs, and a column that tells its rows apart.
    """
    if run.axis != "row":
        return False
    if set(words_of(run.metadata.get(TEXT_COLUMNS, ""))) & known.IDENTIFIERS:
        return True
    for tag, curve in run.curves.items():
        if set(words_of(tag)) & known.IDENTIFIERS and len(curve) > 2:
            values = curve.values
            if len(np.unique(values)) > len(values) // 2:
                return True
    return False


_KINDS = frozenset(kind.value for kind in Kind)


def chosen_role(value: str) -> tuple[str, Kind]:
    """The split (or nothing) and the kind that a setting names; ValueError if it names none."""
    *split, kind = value.lower().replace("-", "_").split() or [""]
    if len(split) > 1 or not set(split) <= {"train", "validation", "test"} or kind not in _KINDS:
        kinds = ", ".join(f"`{kind.replace('_', '-')}`" for kind in Kind)
        raise ValueError(f"`{value}` is not a role: expected one of {kinds}")
    return "".join(split), Kind(kind)


_Roles = dict[str, Role]


def _unnamed_losses(run: Run, roles: _Roles) -> _Roles:
    """The losses of GANs (`D_A`, `G_L1`) and detectors (`box`), where no other is called a loss."""
    own = {tag: split_off(words_of(tag))[1] for tag in roles}
    losses = {tag for tag, role in roles.items() if role.kind is Kind.LOSS}
    if not all(is_player(own[tag]) for tag in losses):
        return roles
    unknown = (Kind.OTHER, Kind.CLOCK)  # `total` is most often a count
    words = {tag: own[tag] for tag, role in roles.items() if tag in losses or role.kind in unknown}
    found = {tag: role_of(f"{tag} loss") for tag in unnamed_losses(words)}
    return roles | {tag: role for tag, role in found.items() if tag not in losses}


def _criteria_as_losses(run: Run, roles: _Roles) -> _Roles:
    """Where nothing is called a loss, the regression criterion is what is minimised."""
    if any(role.kind is Kind.LOSS for role in roles.values()):
        return roles
    return {
        tag: replace(role, kind=Kind.LOSS) if _unnumbered(role.metric) in known.CRITERIA else role
        for tag, role in roles.items()
    }


def _unnumbered(metric: str) -> str:
    """A metric without the number of its data set: `validation_0-rmse` of XGBoost."""
    return "_".join(word for word in metric.split("_") if not word.isdecimal())


def _summaries_apart(run: Run, roles: _Roles) -> _Roles:
    """The `train_loss` at the end of a Hugging Face log is the average of the whole run.

    It stands beside the run's duration; a log of several runs, one after another, has several.
    """
    averaged = run.curves.get("train_loss")
    logged = run.curves.get("loss")
    if averaged is None or logged is None or len(logged) < 2:
        return roles
    if len(averaged) > max(1, len(run.curves.get("train_runtime", ()))):
        return roles
    return roles | {"train_loss": Role(Kind.OTHER, "train", "loss")}


def _named_sets(run: Run, roles: _Roles) -> _Roles:
    """`eval_<dataset>_loss` is the loss on one of several sets, if nothing else is held out.

    The dataset's name cannot be told from a part's name by itself; but a part that is only ever
    evaluated, beside a whole that never is, would be odd.
    """
    trained = {role.metric for role in roles.values() if role.split in ("", "train")}
    held_out = {role.metric for role in roles.values() if role.split not in ("", "train")}
    refined = dict(roles)
    for tag, role in roles.items():
        if role.split not in ("validation", "test") or role.metric in trained or role.component:
            continue
        words = role.metric.split("_")
        bases = ("_".join(words[at:]) for at in range(1, len(words)))
        base = next((base for base in bases if base in trained), None)
        if base is not None and base not in held_out:
            refined[tag] = replace(role, metric=base)
    return refined


def _trained(run: Run, roles: _Roles) -> _Roles:
    """A metric without a split is that of training, if the same metric is also held out."""
    held_out = {role.metric for role in roles.values() if role.split in ("validation", "test")}
    paired = (Kind.LOSS, Kind.SCORE, Kind.ERROR)
    return {
        tag: replace(role, split="train")
        if not role.split and role.kind in paired and role.metric in held_out
        else role
        for tag, role in roles.items()
    }


def _evaluated(run: Run, roles: _Roles) -> _Roles:
    """A bare `loss` beside a `train_loss` that was logged as often is that of the evaluation."""
    bare, trained = run.curves.get("loss"), run.curves.get("train_loss")
    if bare is None or trained is None or len(trained) < len(bare) or len(bare) < 2:
        return roles
    losses = [role for role in roles.values() if role.kind is Kind.LOSS and role.metric == "loss"]
    if any(role.split in ("validation", "test") for role in losses) or roles["loss"].split:
        return roles
    return roles | {"loss": replace(roles["loss"], split="validation")}


def _rivals(run: Run, roles: _Roles) -> _Roles:
    """All losses of a GAN or of an agent are adversarial, also those that are not named so."""
    agent = any(
        (role.kind in (Kind.RETURN, Kind.AGENT) and len(run.curves[tag]) > 1)
        or set(role.metric.split("_")) & known.AGENT
        or tag in ("ε", "eps")
        for tag, role in roles.items()
    )
    game = any(
        role.kind is Kind.LOSS and set(role.metric.split("_")) & (known.RIVALS | {"g", "d"})
        for role in roles.values()
    )
    if not agent and not game:
        return roles
    return {
        tag: replace(role, adversarial=True) if role.kind is Kind.LOSS else role
        for tag, role in roles.items()
    }


def _parts(run: Run, roles: _Roles) -> _Roles:
    """Parts are parts of a whole: without one in their split, they are all that there is.

    Beside a plain `loss`, every other loss of the split is a part of it.
    """
    losses = {tag: role for tag, role in roles.items() if role.kind is Kind.LOSS}
    plain = {role.split for role in losses.values() if role.metric == "loss"}
    whole = {role.split for role in losses.values() if not role.component}
    if "train" in plain:  # what names no split was logged in training
        plain, whole = plain | {""}, whole | {""}
    return roles | {
        tag: replace(
            role,
            component=role.metric != "loss"
            if role.split in plain
            else role.component and role.split in whole,
        )
        for tag, role in losses.items()
    }


_REFINEMENTS = (
    in_company,
    _unnamed_losses,
    _criteria_as_losses,
    inferred,
    _summaries_apart,
    _evaluated,
    _named_sets,
    _trained,
    _rivals,
    _parts,
)

"""The names of a run's series -> what each of them measures."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache

import numpy as np

from gradlint.runs.roles import words as known
from gradlint.runs.roles.unnamed_losses import unspoken_losses
from gradlint.runs.run import TEXT_COLUMNS, Run


class Kind(enum.StrEnum):
    """What a series measures, as far as the rules tell metrics apart."""

    LOSS = enum.auto()
    """What is minimised."""
    SCORE = enum.auto()
    """Higher is better: accuracy, F1, BLEU, mAP."""
    ERROR = enum.auto()
    """Lower is better, though not itself minimised: word error rate, perplexity."""
    RETURN = enum.auto()
    """What an agent earns in an episode."""
    GRADIENT_NORM = enum.auto()
    WEIGHT = enum.auto()
    """Norms and statistics of parameters."""
    LEARNING_RATE = enum.auto()
    LOSS_SCALE = enum.auto()
    """The factor of mixed-precision training."""
    CLOCK = enum.auto()
    """Counts what was done, or times it: epochs, steps, samples, seconds."""
    SYSTEM = enum.auto()
    """The machine: memory, throughput, utilisation."""
    OTHER = enum.auto()
    """Nothing that is known."""
    IGNORE = enum.auto()
    """The user does not want it looked at."""


@dataclass(frozen=True, slots=True)
class Role:
    """What one series measures.

    Attributes:
        kind: see `Kind`.
        split: the data it was taken on: `train`, `validation`, `test`, or empty if unknown.
        metric: its name without split, aggregation and namespace: `train/ctc_loss` and
            `validation/ctc_loss` share the metric `ctc_loss`.
        adversarial: a loss that may rise or change its sign in a healthy run, as it pulls against
            another one or follows a moving target (GANs, reinforcement learning, a KL term).
        component: a part of a total, or the norm of one layer only.
    """

    kind: Kind
    split: str = ""
    metric: str = ""
    adversarial: bool = False
    component: bool = False

    @property
    def held_out(self) -> bool:
        """Taken on data that is not trained on."""
        return self.split in ("validation", "test")

    @property
    def trained_on(self) -> bool:
        """Taken on the data trained on, or on data that the name does not tell."""
        return self.split in ("", "train")

    def __str__(self) -> str:
        """As a setting names it: `validation loss`, `gradient-norm`."""
        return f"{self.split} {self.kind.replace('_', '-')}".strip()


_CAMEL = re.compile(r"(?:(?<=[a-z][a-z])|(?<=[0-9]))(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
_LONGEST_PHRASE = max(map(len, known.PHRASES))
_MOST_WORDS = 64
"""Words of a name that are looked at; the longest tags seen (RLlib, nested modules) have 25."""


@lru_cache(maxsize=16_384)
def role_of(tag: str) -> Role:
    """What `tag` says by itself, without knowledge of the other series."""
    words = _words(tag)
    split, words = _split(words)
    kind = _kind(words)
    if tag.lower() in ("error", "errors"):  # as likely a count of messages
        kind = Kind.OTHER
    words = [word for i, word in enumerate(words) if word != "loss" or "loss" not in words[i + 1 :]]
    held = set(words)
    metric = "_".join(_bare(words, kind)) or "_".join(words)
    return Role(kind, split, metric, _is_adversarial(held, kind), _is_component(held, kind))


def _words(tag: str) -> list[str]:
    """The words of a name in lower case, phrases joined, synonyms replaced."""
    lowered = _CAMEL.sub(" ", tag[:2048]).lower()
    apart: list[str] = []
    for word in _WORD.findall(lowered)[:_MOST_WORDS]:
        apart += _unjoined(word)
    words: list[str] = []
    at = 0
    while at < len(apart):
        for size in range(min(_LONGEST_PHRASE, len(apart) - at), 1, -1):
            joined = known.PHRASES.get(tuple(apart[at : at + size]))
            if joined is not None:
                words.append(joined)
                at += size
                break
        else:
            words.append(known.SYNONYMS.get(apart[at], apart[at]))
            at += 1
    if "vs" in words[1:]:  # `lm loss vs samples`: the second half names the axis
        del words[words.index("vs", 1) :]
    return words


def _unjoined(word: str) -> tuple[str, ...]:
    for prefix in known.JOINED:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and rest in _JOINABLE:
            return (prefix, rest)
    return (word,)


_JOINABLE = frozenset("loss losses acc accuracy ppl perplexity error err norm f1 auc".split())


def _split(words: list[str]) -> tuple[str, list[str]]:
    """The split that the words name, and the words without it."""
    for name, split in (
        ("test", known.TEST),
        ("validation", known.VALIDATION),
        ("train", known.TRAIN),
        ("validation", known.EVALUATION),
    ):
        if split.intersection(words):
            every = known.TEST | known.VALIDATION | known.TRAIN | known.EVALUATION
            return name, [word for word in words if word not in every]
    return "", words


def _kind(words: list[str]) -> Kind:
    held = set(words)
    head = _head(words)
    if "lossscale" in held:
        return Kind.OTHER if head else Kind.LOSS_SCALE
    if head is None or (head is not Kind.LOSS and held & known.GRADIENT):
        return _headless_kind(words, held)
    if held & known.MODIFIERS:
        return Kind.CLOCK if words[-1] in known.CLOCK_HEADS else Kind.OTHER
    if head is Kind.RETURN and held & known.PAIRWISE:
        return Kind.OTHER
    return head


def _head(words: list[str]) -> Kind | None:
    """What the last word that names a metric names: in `dice_loss` it is the loss."""
    for word in reversed(words):
        if word in known.CRITERIA and "loss" in words:
            return Kind.LOSS
        for kind, vocabulary in (
            (Kind.LOSS, known.LOSS),
            (Kind.SCORE, known.SCORE),
            (Kind.ERROR, known.ERROR),
            (Kind.RETURN, known.RETURN),
        ):
            if word in vocabulary:
                return kind
        if _is_numbered(word, known.SCORE_STEMS):
            return Kind.SCORE
        if _is_numbered(word, known.ERROR_STEMS):
            return Kind.ERROR
    return None


def _is_numbered(word: str, stems: tuple[str, ...]) -> bool:
    """`map50`, `ap75`, `rougelsum`, `fid50k`: a stem, a number, at most a letter."""
    if word.startswith("rouge") and "rouge" in stems:
        return True
    return any(
        word.startswith(stem) and re.fullmatch(r"\d{1,3}[a-z]?", word[len(stem) :]) is not None
        for stem in stems
    )


def _headless_kind(words: list[str], held: set[str]) -> Kind:
    """The kind of a name without a word for a loss, a score, an error or a return."""
    modified = bool(held & known.MODIFIERS)
    if held & known.RATE:
        return Kind.OTHER if modified else Kind.LEARNING_RATE
    if held & known.GRADIENT:
        # A gradient's `max_norm` is the setting; its norm by layer (`fc.weight`) is a norm.
        set_apart = modified and not held & known.MODIFIERS <= known.PARAMETER
        return Kind.GRADIENT_NORM if held & known.NORM and not set_apart else Kind.OTHER
    if held & known.SYSTEM:
        return Kind.SYSTEM
    if held & known.PARAMETER and held & known.PARAMETER_STATISTICS:
        return Kind.WEIGHT
    if words and (held <= known.CLOCK or words[-1] in known.CLOCK_HEADS):
        return Kind.CLOCK
    return Kind.OTHER


def _bare(words: list[str], kind: Kind) -> list[str]:
    """The words without those that say how a metric was taken."""
    total = {"total", "overall"} if kind is Kind.LOSS else set()
    return [word for word in words if word not in known.AGGREGATES and word not in total]


def _is_adversarial(held: set[str], kind: Kind) -> bool:
    if kind is Kind.LOSS:
        return bool(held & (known.RISING | known.RIVALS | known.RIVAL_LETTERS))
    if kind is Kind.ERROR:  # DCGAN's errD and errG
        return bool(held & (known.RIVALS | known.RIVAL_LETTERS))
    return kind is Kind.SCORE and bool(held & known.RIVALS)


def _is_component(held: set[str], kind: Kind) -> bool:
    if kind is Kind.GRADIENT_NORM:
        numbered = any(word.isdecimal() and word not in ("2", "0", "1") for word in held)
        return numbered or bool(held & known.LAYERS)
    if kind is Kind.RETURN:
        return bool(held - known.RETURN - known.RETURN_NEUTRAL - known.AGGREGATES)
    if kind is Kind.LOSS:
        # `bce` or `focal` alone is the loss itself, beside `loss` it says which.
        return bool(held & known.STRICT_PARTS) and len(held - known.AGGREGATES) > 1
    return kind is Kind.OTHER and bool(held & known.RISING)


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
    """Whether rows are things with a number of their own and no moments of one run.

    Such a table has no steps and no epochs, and a column that tells its rows apart.
    """
    if run.axis != "row":
        return False
    if set(_words(run.metadata.get(TEXT_COLUMNS, ""))) & known.IDENTIFIERS:
        return True
    for tag, curve in run.curves.items():
        if set(_words(tag)) & known.IDENTIFIERS and len(curve) > 2:
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
        raise ValueError(f"`{value}` is no role: expected one of {kinds}")
    return "".join(split), Kind(kind)


_Roles = dict[str, Role]


def _unspoken_losses(run: Run, roles: _Roles) -> _Roles:
    """Where nothing is called a loss: the losses of GANs (`D_A`, `G_L1`) and detectors (`box`)."""
    if any(role.kind is Kind.LOSS for role in roles.values()):
        return roles
    unknown = (Kind.OTHER, Kind.CLOCK)  # `total` is most often a count
    words = {tag: _split(_words(tag))[1] for tag, role in roles.items() if role.kind in unknown}
    return roles | {tag: role_of(f"{tag} loss") for tag in unspoken_losses(words)}


def _criteria_as_losses(run: Run, roles: _Roles) -> _Roles:
    """Where nothing is called a loss, the regression criterion is what is minimised."""
    if any(role.kind is Kind.LOSS for role in roles.values()):
        return roles
    return {
        tag: replace(role, kind=Kind.LOSS) if role.metric in known.CRITERIA else role
        for tag, role in roles.items()
    }


def _summaries_apart(run: Run, roles: _Roles) -> _Roles:
    """The single `train_loss` at the end of a Hugging Face log is the average of the whole run."""
    averaged = run.curves.get("train_loss")
    logged = run.curves.get("loss")
    if averaged is None or logged is None or len(averaged) != 1 or len(logged) < 2:
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
        (role.kind is Kind.RETURN and len(run.curves[tag]) > 1)
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
    _unspoken_losses,
    _criteria_as_losses,
    _summaries_apart,
    _evaluated,
    _named_sets,
    _trained,
    _rivals,
    _parts,
)

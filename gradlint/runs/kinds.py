"""What a series of a run measures: its kind and its role."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a series measures, in as much detail as the rules need."""

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
    AGENT = enum.auto()
    """What an agent is like, neither better nor worse: the entropy of its policy, how far an update
    moves it, the spread of its actions, the returns it expects, the length of its episodes."""
    SCHEDULE = enum.auto()
    """A setting that changes by plan: the weight of a term, a temperature, an exploration rate."""
    CLOCK = enum.auto()
    """Counts what was done, or times it: epochs, steps, samples, seconds."""
    SYSTEM = enum.auto()
    """The machine: memory, throughput, utilisation."""
    OTHER = enum.auto()
    """Nothing that is known."""
    IGNORE = enum.auto()
    """The user does not want it looked at."""


_NOT_JUDGED = frozenset((Kind.CLOCK, Kind.SYSTEM, Kind.OTHER, Kind.IGNORE))


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
        inferred: told by its values and the series beside it, not by its name; such a series does
            not make a training log of a file.
    """

    kind: Kind
    split: str = ""
    metric: str = ""
    adversarial: bool = False
    component: bool = False
    inferred: bool = False

    @property
    def held_out(self) -> bool:
        """Taken on data that is not trained on."""
        return self.split in ("validation", "test")

    @property
    def trained_on(self) -> bool:
        """Taken on the data trained on, or on data that the name does not tell."""
        return self.split in ("", "train")

    @property
    def judged(self) -> bool:
        """Whether rules look at its course; NaN is reported of what is not known, too."""
        return self.kind not in _NOT_JUDGED

    def __str__(self) -> str:
        """As a setting names it: `validation loss`, `gradient-norm`."""
        return f"{self.split} {self.kind.replace('_', '-')}".strip()


UNKNOWN = Role(Kind.OTHER)
"""The role of a series whose name was not looked at."""

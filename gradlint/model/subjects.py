"""The subjects of rules that judge source: what each is, what finds it, how files spell it.

Adding one takes a line here: the loader, the engine and `gradlint.sdk.source` read this table.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.frameworks.anchors import (
    CLIPS,
    CONVERTS,
    HOOKS,
    MEASURES_LOSS,
    NORMALIZES,
    RECURS,
    TRAINS,
)
from gradlint.model.clipping.clip import Clip as Clip, clips
from gradlint.model.clipping.clip_arguments import (
    ClipArguments as ClipArguments,
    TransformChain as TransformChain,
    clip_arguments,
    transform_chains,
)
from gradlint.model.clipping.unused_clip import UnusedClip as UnusedClip, unused_clips
from gradlint.model.data.feed import Feed as Feed, feeds
from gradlint.model.data.unfitted import Unfitted as Unfitted, unfitted
from gradlint.model.data.unscaled_conversion import (
    UnscaledConversion as UnscaledConversion,
    unscaled_conversions,
)
from gradlint.model.data.unused_scaler import unused_scalings
from gradlint.model.gradients.hook import Hook as Hook, hooks
from gradlint.model.gradients.lifecycles import transitions
from gradlint.model.gradients.transition import (
    EarlyClip as EarlyClip,
    EarlySchedule as EarlySchedule,
    LateClip as LateClip,
    LostGradients as LostGradients,
    RepeatedClip as RepeatedClip,
    ScaledClip as ScaledClip,
    StaleStep as StaleStep,
)
from gradlint.model.losses.loss_call import Logarithm as Logarithm, LossCall as LossCall
from gradlint.model.losses.nan_comparison import NanComparison as NanComparison, nan_comparisons
from gradlint.model.losses.objectives import logarithms, objectives
from gradlint.model.networks.layers import Recurrence as Recurrence, every_recurrence
from gradlint.model.networks.recurrent_start import (
    RecurrentStart as RecurrentStart,
    recurrent_starts,
)
from gradlint.model.program import Program, calls
from gradlint.model.training.carried_state import CarriedState as CarriedState, carried_states
from gradlint.model.training.every_training import trained_recurrences
from gradlint.model.training.trained_recurrence import TrainedRecurrence as TrainedRecurrence
from gradlint.model.training.trainer_run import TrainerRun as TrainerRun, trainer_runs
from gradlint.model.training.unbounded_state import (
    UnboundedState as UnboundedState,
    unbounded_states,
)
from gradlint.model.training.unused_backward import (
    UnusedBackward as UnusedBackward,
    unused_backwards,
)
from gradlint.registry import RuleCrash
from gradlint.source.suppression import (
    UnknownRule as UnknownRule,
    UnusedSuppression as UnusedSuppression,
)
from gradlint.source.text import SyntaxFailure as SyntaxFailure, Unreadable as Unreadable
from gradlint.subject import Subject
from gradlint.values.kinds import Apply as Apply


def _every_feed(program: Program) -> Iterator[Feed]:
    yield from feeds(program)
    yield from unused_scalings(program)


_SPELLS_NAN = (
    b".nan", b".NaN", b".NAN", b"'nan'", b'"nan"', b"'NaN'", b'"NaN"', b"'NAN'", b'"NAN"',
    b"== nan", b"!= nan", b"is nan", b"is not nan", b"== NAN", b"!= NAN", b"== NaN", b"!= NaN",
    b"(nan,", b"[nan,", b", nan", b"{nan,",
)  # fmt: skip
"""A library's constant, `float("nan")`, or a name for one of them beside an operator."""


SUBJECTS = (
    # Anything: a rule about it may have to look at every file that names a framework.
    Subject(Apply, calls),
    # Networks and how they start.
    Subject(Recurrence, every_recurrence, RECURS),
    Subject(RecurrentStart, recurrent_starts, RECURS),
    # What the gradient lifecycle forbids.
    Subject(EarlyClip, transitions(EarlyClip), TRAINS),
    Subject(LateClip, transitions(LateClip), TRAINS),
    Subject(ScaledClip, transitions(ScaledClip), TRAINS),
    Subject(RepeatedClip, transitions(RepeatedClip), TRAINS),
    Subject(LostGradients, transitions(LostGradients), TRAINS),
    Subject(StaleStep, transitions(StaleStep), TRAINS),
    Subject(EarlySchedule, transitions(EarlySchedule), TRAINS),
    Subject(Hook, hooks, HOOKS),
    # Losses.
    Subject(LossCall, objectives, MEASURES_LOSS),
    Subject(Logarithm, logarithms, MEASURES_LOSS),
    Subject(NanComparison, nan_comparisons, _SPELLS_NAN),
    # Data.
    Subject(Feed, _every_feed, TRAINS),
    Subject(Unfitted, unfitted, NORMALIZES + TRAINS),
    Subject(UnscaledConversion, unscaled_conversions, CONVERTS),
    # Training.
    Subject(TrainedRecurrence, trained_recurrences, TRAINS),
    Subject(TrainerRun, trainer_runs, TRAINS + CLIPS),
    Subject(CarriedState, carried_states, TRAINS),
    Subject(UnboundedState, unbounded_states, RECURS + TRAINS),
    Subject(UnusedBackward, unused_backwards, TRAINS),
    # Clipping.
    Subject(Clip, clips, CLIPS),
    Subject(ClipArguments, clip_arguments, CLIPS),
    Subject(TransformChain, transform_chains, CLIPS),
    Subject(UnusedClip, unused_clips, CLIPS + TRAINS),
    # What the engine itself comes upon.
    Subject(SyntaxFailure, always=True),
    Subject(Unreadable, always=True),
    Subject(RuleCrash, always=True),
    Subject(UnusedSuppression),
    Subject(UnknownRule),
)
"""In the order of the model's wings."""

"""Every way in which a program trains recurrent networks: Keras, a trainer, a loop it writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradlint.model.training.keras_training import from_keras
from gradlint.model.training.trained_recurrence import TrainedRecurrence
from gradlint.model.training.trainer_run import from_trainers
from gradlint.model.training.training_loop import from_loops

if TYPE_CHECKING:
    from gradlint.model.program import Program


def trained_recurrences(program: Program) -> Iterator[TrainedRecurrence]:
    """Recurrent networks that an update trains."""
    yield from from_keras(program)
    yield from from_trainers(program)
    yield from from_loops(program)

"""What one run is made of on disk: a file, or several that belong together."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class GroupKind(enum.Enum):
    """How the files of a group are read."""

    FILE = enum.auto()
    """One file, of any format."""
    EVENTS = enum.auto()
    """TensorBoard event files of one directory and of the subdirectories that belong to it."""
    MLFLOW = enum.auto()
    """A run directory of MLflow's file store; it has a reader of its own."""
    ROWS = enum.auto()
    """Files that hold a row each."""
    WANDB = enum.auto()
    """A run directory of Weights & Biases: the first of its files that has metrics is the log."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a group; its tags are called `prefix + tag + suffix` in the run."""

    path: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one run.

    Attributes:
        kind: how they are read.
        path: the file or directory that stands for the run.
        members: its files in the order of time; empty for MLflow.
        name: the run's name.
        root: the directory that the user named and below which it was found; empty where the user
            named the file itself. What was merely found may be something else than a log.
    """

    kind: GroupKind
    path: str
    members: tuple[Member, ...]
    name: str
    root: str = ""

"""What a rule may be about.

A rule subscribes by the annotation of `check`'s first parameter, which names a subject; the engine
calls it with everything that the subject's view finds. There is one table for each half:
`gradlint.model.subjects` for source, `gradlint.relations.subjects` for training logs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

View = Callable[[Any], Iterator[Any]] | Callable[[Any], Collection[Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing that rules judge.

    `view` takes a program (or a run) and gives every such thing in it; None where the engine itself
    comes upon it: a file that can't be read, a suppression without effect. `anchors` are spellings
    without one of which no file holds any; with none, every file that names a framework may.
    `always` marks what says that a check did not take place: its rules stay on whatever is
    selected, because a file that can't be read must not look like a clean one.
    """

    type: type
    view: View | None = None
    anchors: tuple[bytes, ...] = ()
    always: bool = False

    @property
    def name(self) -> str:
        """How a rule names it."""
        return self.type.__name__

    @property
    def home(self) -> str:
        """The module that defines it."""
        return self.type.__module__

"""A directory -> the checkpoints in it, and what their names tell of their steps.

Nothing is opened: a checkpoint may be a pickle, and its name says its step.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_SUFFIXES = frozenset(
    ".pt .pth .ckpt .bin .safetensors .h5 .hdf5 .keras .npz .tar .pkl .pickle .index .params "
    ".weights .msgpack .zip .onnx .chkpt .model .distcp".split()
)

_DEEPEST = 3
"""Folders below the given one: `lightning_logs/version_0/checkpoints`."""

_MOST = 100_000
"""Entries that are looked at."""

_SERIES = 3
"""Files whose names differ in one number alone are checkpoints in a row; `vit_16` is a model."""

_NUMBER = r"[-_=.]?0*(\d+)"
_STEP = re.compile(
    r"(?:global_?)?(?:steps?|iter(?:ation)?s?|(?<![a-z])it|updates?|(?<![a-z])ba)" + _NUMBER, re.I
)
_STEPS_AFTER = re.compile(r"(\d+)[-_]?(?:steps|iters|iterations|updates)(?![a-z])", re.I)
_EPOCH = re.compile(r"(?:epochs?|(?<![a-z])ep)" + _NUMBER, re.I)
_PLAIN = re.compile(
    r"(?:checkpoint|chkpt|ckpt|(?<![a-z])cp|model|weights|snapshot|state|params)" + _NUMBER, re.I
)
_DIGITS = 16
"""Digits of a number that is not a step: a time in microseconds, a hash."""

_LONGEST_NAME = 255
"""Characters of a file's name on any system."""

_FAIRSEQ = re.compile(r"checkpoint_(\d+)_(\d+)$")
"""Epoch and number of updates."""

_NOISE = re.compile(r"\d+[-_]of[-_]\d+|(?:mp_|pp_|tp_|dp_)?rank[-_]?\d+", re.I)
"""Shards of one checkpoint: their numbers count files and processes."""

_PARTS = re.compile(r"optim(?:izer)?|rng|random|scheduler|scaler|training_args|events", re.I)
"""Files that belong to a checkpoint and hold no weights."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint and what its name tells: its step, its epoch, or a number of either."""

    path: str
    step: int | None = None
    epoch: int | None = None
    number: int | None = None

    def at(self, unit: str, plain: str) -> int | None:
        """Its `unit`; a bare number counts `plain`."""
        told = self.step if unit == "step" else self.epoch
        return self.number if told is None and unit == plain else told


def checkpoints(directory: str) -> Iterator[Checkpoint]:
    """What looks like a checkpoint in and below `directory`; folders of one are not entered."""
    looked = 0
    for folder, names, files in os.walk(directory):
        depth = os.path.relpath(folder, directory).count(os.sep) + (folder != directory)
        looked += len(names) + len(files)
        stems = [os.path.splitext(name) for name in files]
        entries = [(stem, stem + end) for stem, end in stems if end.lower() in _SUFFIXES]
        families = Counter(_family(stem) for stem, _ in entries)
        inside: list[str] = []
        for name in sorted(names):
            path = _joined(folder, name)
            said = _numbered(path, name) or (_bare(path, name) if name.isdigit() else None)
            if said is None:
                inside.append(name)
            else:
                yield said
        for stem, name in sorted(entries):
            path = _joined(folder, name)
            said = _numbered(path, stem)
            if said is None and (families[_family(stem)] >= _SERIES or stem.isdigit()):
                said = _bare(path, stem)
            if said is not None:
                yield said
        names[:] = inside if depth < _DEEPEST and looked < _MOST else []


def _joined(folder: str, name: str) -> str:
    return os.path.join(folder, name).replace(os.sep, "/")


def _family(stem: str) -> str:
    return re.sub(r"\d+", "#", stem)


def _bare(path: str, stem: str) -> Checkpoint | None:
    """The checkpoint of a name that has one number alone, set off from the words."""
    digits = re.findall(r"(?<![a-zA-Z\d])\d+", stem)
    if len(digits) != 1 or len(re.findall(r"\d+", stem)) != 1 or _PARTS.search(stem):
        return None
    return Checkpoint(path, number=int(digits[0])) if len(digits[0]) < _DIGITS else None


def _numbered(path: str, name: str) -> Checkpoint | None:
    """The checkpoint of a name that says what its number is; None if it does not."""
    name = _NOISE.sub("", name)[:_LONGEST_NAME]
    if _PARTS.search(name):
        return None
    both = _FAIRSEQ.match(name)
    if both:
        return Checkpoint(path, step=_first(both, 2), epoch=_first(both, 1))
    step = _first(_STEPS_AFTER.search(name) or _STEP.search(name))
    epoch = _first(_EPOCH.search(name))
    plain = None if step is not None or epoch is not None else _first(_PLAIN.search(name))
    if step is None and epoch is None and plain is None:
        return None
    return Checkpoint(path, step, epoch, plain)


def _first(found: re.Match[str] | None, group: int = 1) -> int | None:
    if found is None or len(found.group(group)) >= _DIGITS:
        return None
    return int(found.group(group))

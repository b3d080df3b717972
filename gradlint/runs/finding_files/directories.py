"""A directory -> the groups of files below it that make up runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gradlint.finding import Skip
from gradlint.runs.finding_files.file_names import (
    event_file_order,
    is_called_otherwise,
    is_event_file,
    looks_logged,
    may_be_log,
    may_be_unlisted_log,
    may_hold_logs,
    natural_order,
)
from gradlint.runs.finding_files.groups import Group, GroupKind, Member
from gradlint.runs.readers.protocol import HEAD
from gradlint.runs.readers.row_files import place_of_row
from gradlint.runs.run import Problem

_TRAIN = frozenset(("train", "training"))
_HELD_OUT = frozenset("valid validation val test testing eval evaluation dev".split())
"""Subdirectories that a run writes one split each to: Keras (train, validation), Estimators (eval
below the run's own files)."""

_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_TRAINER_STATE = "trainer_state.json"
_GLOBAL_STEP = re.compile(rb'"global_step": *(\d+)')

_OTHER_NAME = "its name is that of another kind of file"

_OTHER_ENDING = "it looks like a log, but its ending is not that of one: name it to have it read"

_MLFLOW_RUN = re.compile(rb"^run_(?:id|uuid):", re.MULTILINE)
_ROW_FILE = re.compile(r"(\D*)\d{1,9}(\D*\.json)")
"""Files that differ by a number alone: each may be a row, of an epoch or a step."""

_MLFLOW_METRICS = "metrics"
_MLFLOW_POINT = re.compile(rb"\d{13} \S{1,40} -?\d{1,19}\s")
"""Milliseconds, a value and a step: a line of a metric's file."""

_WANDB_RUN = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-\w+")
_WANDB_LOG, _WANDB_INTERNAL = "debug.log", "debug-internal.log"
_WANDB_LOGS = "logs"
"""Where W&B writes of itself: two files beside the runs, and a directory in each of them."""

_WANDB_FILES = ("files/wandb-history.jsonl", "files/output.log")
"""What else a W&B run directory may have: the history of old versions, and what was printed."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a directory holds, each in natural order."""

    files: tuple[str, ...]
    folders: tuple[str, ...]

    @property
    def events(self) -> list[str]:
        return sorted(filter(is_event_file, self.files), key=event_file_order)


_EMPTY = _Listing((), ())


class Walk:
    """One walk below a directory that the user named; `found` counts the groups so far."""

    def __init__(self, root: str, visited: set[tuple[int, int]]) -> None:
        self._root = root
        self._visited = visited
        self._used: set[str] = set()
        self._ahead: dict[str, _Listing] = {}
        self.found = 0

    def groups(self) -> Iterator[Group | Problem | Skip]:
        """All groups, directory by directory, and what is no log by its name."""
        # A stack, not recursion: directories may be nested deeper than Python's frames.
        stack = [self._root]
        while stack:
            folder = stack.pop()
            try:
                status = os.stat(folder)
                if (status.st_dev, status.st_ino) in self._visited:
                    continue
                self._visited.add((status.st_dev, status.st_ino))
                listing = self._ahead.pop(folder, None) or _list(folder)
            except OSError as error:
                yield Problem(folder, f"cannot be listed: {(error.strerror or str(error)).lower()}")
                continue
            whole = self._whole(folder, listing)
            if whole is not None:
                self.found += 1
                yield whole
                continue
            for part in self._parts(folder, listing):
                self.found += isinstance(part, Group)
                yield part
            folders = listing.folders
            if _WANDB_RUN.fullmatch(os.path.basename(os.path.abspath(folder))):
                folders = tuple(name for name in folders if name != _WANDB_LOGS)
            stack += [self._join(folder, name) for name in reversed(folders)]

    def _whole(self, folder: str, listing: _Listing) -> Group | None:
        """The run that the directory as a whole is, if it is one."""
        if "meta.yaml" in listing.files and "metrics" in listing.folders:
            if _MLFLOW_RUN.search(_head(os.path.join(folder, "meta.yaml"))):
                return Group(GroupKind.MLFLOW, folder, (), self._name(folder), self._root)
        if self._is_mlflow_metrics(folder, listing):
            run = os.path.dirname(os.path.abspath(folder))
            return Group(GroupKind.MLFLOW, run, (), os.path.basename(run), self._root)
        for file in listing.files:
            if file.endswith(".wandb"):
                others = [self._join(folder, other) for other in _WANDB_FILES]
                paths = [self._join(folder, file), *filter(os.path.isfile, others)]
                members = tuple(map(Member, paths))
                return Group(GroupKind.WANDB, folder, members, self._name(folder), self._root)
        return None

    def _is_mlflow_metrics(self, folder: str, listing: _Listing) -> bool:
        """Whether this is the directory of an MLflow run's metrics, named without the run."""
        if os.path.basename(os.path.abspath(folder)) != _MLFLOW_METRICS:
            return False
        files = [os.path.join(folder, file) for file in listing.files]
        if not files and listing.folders:
            below = os.path.join(folder, listing.folders[0])
            files = [os.path.join(below, file) for file in _list(below).files]
        return bool(files) and _MLFLOW_POINT.match(_head(files[0])) is not None

    def _parts(self, folder: str, listing: _Listing) -> Iterator[Group | Skip]:
        """The runs whose files stand in the directory, and the files that are none."""
        members = self._event_members(folder, listing)
        if members:
            path = members[0].path if len(members) == 1 else folder
            yield Group(GroupKind.EVENTS, path, members, self._name(folder), self._root)
        for members in self._row_files(folder, listing):
            yield Group(GroupKind.ROWS, folder, members, self._name(folder), self._root)
        yield from self._old_checkpoints(folder, listing)
        for file in listing.files:
            path = self._join(folder, file)
            if path in self._used or is_event_file(file):
                continue
            if file == _WANDB_LOG and _WANDB_INTERNAL in listing.files:
                continue
            if may_be_log(file):
                yield Group(GroupKind.FILE, path, (Member(path),), self._name(path), self._root)
            elif is_called_otherwise(file):
                yield Skip(path, None, _OTHER_NAME)
            elif may_be_unlisted_log(file) and looks_logged(_head(path)):
                yield Skip(path, None, _OTHER_ENDING)

    def _event_members(self, folder: str, listing: _Listing) -> tuple[Member, ...]:
        """The directory's event files, and those of subdirectories that are parts of the run."""
        own = [self._join(folder, file) for file in listing.events]
        members = [Member(path) for path in own if path not in self._used]
        below = {
            name: found
            for name in listing.folders
            if (name in _TRAIN or name in _HELD_OUT or (members and "_" in name))
            and (found := self._events_below(folder, name))
        }
        splits = below.keys() & (_TRAIN | _HELD_OUT)
        if not members and not (splits & _TRAIN and splits & _HELD_OUT):
            return ()
        for name, paths in below.items():
            if name in splits:
                members += [Member(path, prefix=f"{name}/") for path in paths]
            elif (curve := _scalars_curve(name, _head(paths[0]))) is not None:
                members += [Member(path, suffix=f"/{curve}") for path in paths]
        self._used.update(member.path for member in members)
        return tuple(members)

    def _row_files(self, folder: str, listing: _Listing) -> Iterator[tuple[Member, ...]]:
        """The files that are rows of one log, log by log: each is of another step."""
        alike: dict[tuple[str, str], list[str]] = {}
        for file in listing.files:
            match = _ROW_FILE.fullmatch(file)
            if match is not None and may_be_log(file):
                alike.setdefault((match[1], match[2]), []).append(self._join(folder, file))
        for paths in alike.values():
            places = [place_of_row(_head(path)) for path in paths] if len(paths) > 1 else []
            if places and None not in places and len(set(places)) == len(places):
                self._used.update(paths)
                yield tuple(map(Member, paths))

    def _events_below(self, folder: str, name: str) -> list[str]:
        path = self._join(folder, name)
        try:
            listing = self._ahead[path] = _list(path)
        except OSError:
            return []  # it is reported when its turn comes
        return [self._join(path, file) for file in listing.events]

    def _old_checkpoints(self, folder: str, listing: _Listing) -> Iterator[Skip]:
        """The copies of a trainer's state but the one that got furthest, which alone is used."""
        steps = {
            self._join(folder, name): int(match[1])
            for name in listing.folders
            if (match := _CHECKPOINT.fullmatch(name))
        }
        if not steps:
            return
        if _TRAINER_STATE in listing.files:
            step = _GLOBAL_STEP.search(_head(os.path.join(folder, _TRAINER_STATE)))
            steps[folder] = int(step[1]) if step else 0
        # Of equals the trainer's own, which was added last, is the final one.
        furthest = sorted(steps, key=steps.__getitem__)[::-1]
        paths = [self._join(path, _TRAINER_STATE) for path in furthest]
        newest, *older = [*filter(os.path.isfile, paths)] or [""]
        self._used.update(older)
        yield from (Skip(path, None, f"{newest} goes further") for path in older)

    def _join(self, folder: str, name: str) -> str:
        return name if folder == os.curdir else os.path.join(folder, name)

    def _name(self, path: str) -> str:
        """The path below the root, with slashes on every system."""
        if path == self._root:
            return os.path.basename(os.path.abspath(path)) or path
        relative = path if self._root == os.curdir else os.path.relpath(path, self._root)
        return relative.replace(os.sep, "/")


def _list(folder: str) -> _Listing:
    files: list[str] = []
    folders: list[str] = []
    links: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    if may_hold_logs(entry.name):
                        folders.append(entry.name)
                elif entry.is_file():
                    (links if entry.is_symlink() else files).append(entry.name)
            except OSError:
                continue  # a link that leads nowhere
    if "pyvenv.cfg" in files:
        return _EMPTY
    # `latest.log` beside the file that it leads to is that file.
    own = {os.path.join(os.path.realpath(folder), name) for name in files} if links else set()
    files += [name for name in links if os.path.realpath(os.path.join(folder, name)) not in own]
    files.sort(key=natural_order)
    folders.sort(key=natural_order)
    return _Listing(tuple(files), tuple(folders))


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _scalars_curve(folder: str, head: bytes) -> str | None:
    """The curve's name, if the subdirectory is one that torch's `add_scalars` made.

    `add_scalars("Loss/all", {"train": ..., ...})` writes the tag `Loss/all` to `Loss_all_train/`:
    the directory's name begins with a tag that stands in the file.
    """
    for end, sign in reversed(list(enumerate(folder))):
        if sign != "_" or not 0 < end < len(folder) - 1:
            continue
        # In the protobuf the tag follows its field number (1, a string) and its length.
        tag = re.escape(folder[:end].encode()).replace(b"_", b"[_/]")
        if re.search(re.escape(b"\x0a" + bytes((min(end, 127),))) + tag + b"[\x10-\x7f]", head):
            return folder[end + 1 :]
    return None

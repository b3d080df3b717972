"""What the thresholds of the log rules are worth, on labelled logs of many families.

    python tests/benchmarks/calibrate.py SET... [--only TL2] [--constants [--named X]]

A set is a folder with `labels.jsonl` (see labels.py) and `files/`. Printed are, for each set and
for all of them: sick files told, healthy ones alarmed, events answered, recall as the mean over
families, and the intervals in which 95% of 2,000 draws of families (with replacement) lie.

`--constants` moves every numeric constant of the rules about logs, of `gradlint.curves` and of
`gradlint.relations` by the factors below, one at a time. It prints those that matter, and then, for
each family, what is told of it by the thresholds that the OTHER families would choose: by a
greedy search from the present values for the most of

    sick files told - 5 x healthy files alarmed

with ties kept as they are. One false alarm costs as much as five silences: a check that cries wolf
is switched off.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gradlint.config import Settings, Source
from gradlint.engine.logs import LogChecker
from gradlint.registry import log_registry
from tests.benchmarks.labels import Labelled, alarmed, read_labels

FACTORS = (1 / 16, 0.5, 0.7, 1.4, 2.0, 16.0)
"""What constants are multiplied with: the outer ones stand for a condition that is not there."""

PRICE = 5
"""Sick files told that one healthy file alarmed outweighs."""

DRAWS = 2_000
"""Of families, for intervals."""

Name = tuple[str, str]
"""A module and a constant in it."""

Change = tuple[Name, float]
"""A constant and its factor."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule says of a file: whether it fails a check, and which events it answers."""

    alarm: bool
    answered: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over files: sick ones, those told; healthy ones, those alarmed; events, answered."""

    sick: int
    caught: int
    healthy: int
    alarms: int
    events: int
    hits: int

    @property
    def worth(self) -> int:
        """The objective."""
        return self.caught - PRICE * self.alarms

    def __str__(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part}/{whole}" + (f" {part / whole:.3f}" if whole else "")

        return (
            f"told {share(self.caught, self.sick)}, alarmed {share(self.alarms, self.healthy)}, "
            f"events {share(self.hits, self.events)}"
        )


def total(scores: Iterable[Score]) -> Score:
    """The sum of counts."""
    return Score(*map(sum, zip(*map(astuple, scores), strict=True)))


class Detection:
    """Judges labelled files under changed constants."""

    def __init__(self, files: Sequence[Labelled], only: str) -> None:
        self.files = files
        self.reached = {
            rule.code: reached(rule.check.__module__) | reached(rule.subject.view.__module__)
            for rule in log_registry()
            if rule.subject.view is not None and rule.code.startswith(only or "TL")
        }
        self.known: dict[frozenset[Change], Mapping[str, Score]] = {}
        self.families: dict[str, list[int]] = {}
        for index, file in enumerate(files):
            self.families.setdefault(file.family, []).append(index)
        self.present = {code: self._said(code, range(len(files))) for code in self.reached}

    def constants(self) -> Iterator[Name]:
        """The numeric constants that any rule reads."""
        for module in sorted(set().union(*self.reached.values())):
            for name, value in vars(sys.modules[module]).items():
                plain = isinstance(value, (int, float)) and not isinstance(value, bool)
                if plain and name.isupper() and value == value and not name.startswith("MOST"):
                    yield module, name

    def scores(self, changes: frozenset[Change] = frozenset()) -> Mapping[str, Score]:
        """By family, with some constants changed; measured once."""
        if changes not in self.known:
            self.known[changes] = self._scored(changes)
        return self.known[changes]

    def _scored(self, changes: frozenset[Change]) -> Mapping[str, Score]:
        modules = frozenset(module for (module, _), _ in changes)
        touched = [code for code, reach in self.reached.items() if reach & modules]
        told = dict(self.present)
        with changed(changes), self._anew(modules):
            for code in touched:
                told[code] = self._said(code, range(len(self.files)))
        return {name: self._score(indices, told) for name, indices in self.families.items()}

    @contextmanager
    def _anew(self, modules: frozenset[str]) -> Iterator[None]:
        """Measure anew within what depends on constants of `modules`."""
        kept: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        for file in self.files:
            for run in file.runs:
                for known in (run._measured, *(it._measured for it in run.curves.values())):
                    stale = [key for key in known if reached(key.__module__) & modules]
                    kept.append((known, dict(known) if stale else known))
                    for key in stale:
                        del known[key]
        yield
        for known, before in kept:
            if known is not before:
                known.clear()
                known.update(before)

    def _said(self, code: str, indices: Iterable[int]) -> list[Told]:
        settings = Settings((Source({"logs": {"select": [code]}}),))
        checker = LogChecker(settings, log_registry(), None)
        said = []
        for index in indices:
            file = self.files[index]
            found = [it for run in file.runs for it in checker.run(run) if it.code == code]
            hits = {
                number
                for number, event in enumerate(file.events)
                if any(event.answered(finding) for finding in found)
            }
            said.append(Told(alarmed(found), frozenset(hits)))
        return said

    def _score(self, indices: Iterable[int], told: Mapping[str, Sequence[Told]]) -> Score:
        counts: Counter[str] = Counter()
        for index in indices:
            file = self.files[index]
            said = [of_rule[index] for of_rule in told.values()]
            alarm = any(it.alarm for it in said)
            sick = bool(file.events)
            counts["sick"] += sick
            counts["caught"] += sick and alarm
            counts["healthy"] += file.healthy
            counts["alarms"] += file.healthy and alarm
            counts["events"] += len(file.events)
            counts["hits"] += len(frozenset().union(*(it.answered for it in said)))
        return Score(**counts)


@cache
def reached(start: str) -> frozenset[str]:
    """The modules whose constants a module may read, by what its names lead to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name.startswith(("gradlint.curves", "gradlint.relations", "gradlint.rules")):
            if name not in found:
                found.add(name)
                for value in vars(sys.modules[name]).values():
                    named = value.__name__ if isinstance(value, ModuleType) else None
                    waiting.append(named or getattr(value, "__module__", "") or "")
    return frozenset(found)


@contextmanager
def changed(changes: Iterable[Change]) -> Iterator[None]:
    """Constants are multiplied within, and what they were afterwards."""
    before = [(name, value_of(name)) for name, _ in changes]
    try:
        for name, factor in changes:
            setattr(sys.modules[name[0]], name[1], scaled(name, factor))
        yield
    finally:
        for (module, name), value in before:
            setattr(sys.modules[module], name, value)


def value_of(name: Name) -> float:
    """A constant's value now."""
    value: float = getattr(sys.modules[name[0]], name[1])
    return value


def scaled(name: Name, factor: float) -> float:
    """A constant times a factor; a count stays one, and at least 1."""
    value = value_of(name)
    return max(1, round(value * factor)) if isinstance(value, int) else value * factor


def singles(detection: Detection) -> Iterator[Change]:
    """Each constant by each factor that changes it."""
    for name in detection.constants():
        seen = {value_of(name)}
        for factor in FACTORS:
            if scaled(name, factor) not in seen:
                seen.add(scaled(name, factor))
                yield name, factor


def chosen(detection: Detection, moves: Sequence[Change], left_out: str) -> frozenset[Change]:
    """What the families but one would change: greedily, the best single change first."""

    def worth(changes: frozenset[Change]) -> int:
        scores = detection.scores(changes)
        return total(score for name, score in scores.items() if name != left_out).worth

    best: frozenset[Change] = frozenset()
    present = worth(best)
    gains = {move: worth(frozenset([move])) - present for move in moves}
    for move in sorted((it for it in moves if gains[it] > 0), key=lambda it: -gains[it]):
        tried = best | {move}
        if move[0] not in {name for name, _ in best} and (gained := worth(tried)) > present:
            best, present = tried, gained
    return best


def interval(scores: Sequence[Score]) -> str:
    """Where 95% of draws of families lie: the share told, and the share alarmed."""
    dice = np.random.default_rng(1)
    counts = np.array([(s.caught, s.sick, s.alarms, s.healthy) for s in scores], dtype=float)
    sums = counts[dice.integers(0, len(counts), (DRAWS, len(counts)))].sum(axis=1)
    shares = []
    for part, whole in ((0, 1), (2, 3)):
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = np.nanquantile(sums[:, part] / sums[:, whole], (0.025, 0.975))
        shares.append(f"{low:.3f} to {high:.3f}")
    return f"[told {shares[0]}, alarmed {shares[1]}]"


def line(scores: Mapping[str, Score]) -> str:
    """One line of counts, the mean over families, and intervals."""
    recalls = [s.caught / s.sick for s in scores.values() if s.sick]
    mean = f"mean over {len(recalls)} families {np.mean(recalls):.3f}" if recalls else ""
    return f"{total(scores.values())}, {mean} {interval(list(scores.values()))}"


def by_set(scores: Mapping[str, Score]) -> Iterator[tuple[str, Mapping[str, Score]]]:
    """The families of each set, and of all."""
    for one in dict.fromkeys(name.partition(":")[0] for name in scores):
        yield one, {name: it for name, it in scores.items() if name.startswith(f"{one}:")}
    yield "all", scores


def move_constants(detection: Detection, named: str) -> None:
    """Print what each constant does, then what the other families' choice makes of each."""
    present = detection.scores()
    base = total(present.values())
    moves = [it for it in singles(detection) if named in ".".join(it[0])]
    print(f"\n{len({name for name, _ in moves})} constants; told, alarmed, events when moved:")
    silent: list[str] = []
    for name in dict.fromkeys(name for name, _ in moves):
        cells = {}
        for factor in (factor for it, factor in moves if it == name):
            scores = detection.scores(frozenset([(name, factor)]))
            moved = sum(scores[family] != present[family] for family in present)
            after = total(scores.values())
            cells[factor] = (
                after.caught - base.caught,
                after.alarms - base.alarms,
                after.hits - base.hits,
                moved,
            )
        label = f"{name[0].removeprefix('gradlint.')}.{name[1]}"
        if any(any(cell) for cell in cells.values()):
            shown = "  ".join(
                f"x{factor:g}: {told:+d} {alarms:+d} {hits:+d} ({moved})"
                for factor, (told, alarms, hits, moved) in cells.items()
            )
            print(f"  {label:<52}{value_of(name):>9g}  {shown}", flush=True)
        else:
            silent.append(label)
    print(f"\n{len(silent)} move nothing: {', '.join(silent)}")
    choices = {family: chosen(detection, moves, family) for family in present}
    left_out = {family: detection.scores(choices[family])[family] for family in present}
    counted = Counter(change for choice in choices.values() for change in choice)
    for (name, factor), folds in counted.most_common():
        print(f"  {name[0]}.{name[1]} x{factor:g} in {folds} of {len(choices)} folds")
    for one, scores in by_set(left_out):
        print(f"left out, {one}: {line(scores)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="rules whose code begins so")
    parser.add_argument("--constants", action="store_true", help="move the constants")
    parser.add_argument("--named", default="", help="move those whose name contains this")
    options = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)
    files = [file for one in options.sets for file in read_labels(one)]
    detection = Detection(files, options.only)
    for one, scores in by_set(detection.scores()):
        print(f"{one}: {line(scores)}")
    if options.constants:
        move_constants(detection, options.named)


if __name__ == "__main__":
    main()

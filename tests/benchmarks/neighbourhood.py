"""How the findings on labelled logs move when a threshold is halved or doubled.

    python tests/benchmarks/neighbourhood.py --labels labels.jsonl --root files [--only TL201]

The labels are one JSON object a line: `file` (below the root), `healthy`, and `events` with `kind`,
`step_from`, `step_to`, `severity` and `borderline`. Every numeric constant of the rules about logs,
of `gradlint.relations.loss_jumps` and of `gradlint.curves` is scaled in turn; the table shows runs
alarmed wrongly, sick runs caught, and events hit, with the constant as it is, halved and doubled.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from gradlint.config import Settings
from gradlint.engine.logs import LogChecker
from gradlint.finding import Finding, Severity
from gradlint.registry import Registry, log_registry
from gradlint.runs import reading
from gradlint.runs.run import Run

KINDS = {
    "TL101": "nan", "TL102": "nan", "TL103": "nan", "TL104": "nan", "TL201": "spike",
    "TL202": "spike", "TL203": "spike", "TL301": "grad-explosion", "TL302": "vanishing-grad",
    "TL401": "plateau", "TL402": "constant-output", "TL403": "spike", "TL501": "overfit",
    "TL502": "oscillation",
}  # fmt: skip
SAME = {"inf": {"nan"}, "divergence": {"spike"}, "constant-output": {"constant-output", "plateau"}}
SAME["plateau"] = {"constant-output", "plateau", "vanishing-grad"}


class Scores:
    """Wrong alarms, sick runs caught, events hit."""

    def __init__(self, labels: list[dict[str, Any]], runs: dict[str, list[Run]]) -> None:
        self.labels = labels
        self.runs = runs

    def measure(self, registry: Registry) -> tuple[int, int, int]:
        checker = LogChecker(Settings(), registry, None)
        alarms = caught = hits = 0
        for label in self.labels:
            found: list[Finding] = []
            for run in self.runs[label["file"]]:
                run._measured.clear()
                for curve in run.curves.values():
                    curve._measured.clear()
                found += checker.run(run)
            alerting = any(it.level >= Severity.WARNING for it in found)
            loud = [it for it in label["events"] if it["severity"] in ("warning", "error")]
            strict = [it for it in loud if not it.get("borderline")]
            alarms += alerting and label["healthy"] and not loud
            caught += alerting and bool(strict)
            hits += sum(any(answers(it, event) for it in found) for event in strict)
        return alarms, caught, hits


def answers(finding: Finding, event: dict[str, Any]) -> bool:
    """Whether a finding is of an event's kind and touches its steps."""
    kind = event["kind"]
    if KINDS.get(finding.code, finding.code) not in SAME.get(kind, {kind}):
        return False
    window = finding.window
    try:
        low, high = float(event["step_from"]), float(event["step_to"])
    except (TypeError, ValueError):
        return True
    if window is None or window.start is None:
        return True
    slack = max(2.0, 0.02 * (high - low))
    end = window.start if window.end is None else window.end
    return window.start <= high + slack and end >= low - slack


def constants(modules: list[ModuleType]) -> Iterator[tuple[ModuleType, str, float]]:
    """The numeric constants of the modules."""
    for module in modules:
        for name, value in vars(module).items():
            plain = isinstance(value, (int, float)) and not isinstance(value, bool)
            if plain and name.isupper() and value == value:
                yield module, name, value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", required=True, type=Path)
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    labels = [json.loads(line) for line in options.labels.read_text().splitlines()]
    runs = {
        label["file"]: [
            run for it in reading.read([str(options.root / label["file"])]) for run in it.runs
        ]
        for label in labels
    }
    registry = log_registry()
    scores = Scores(labels, runs)
    print("wrong alarms, sick runs caught, events hit")
    print(f"{'as it is':<62}", *scores.measure(registry))
    modules = [
        sys.modules[rule.check.__module__]
        for rule in registry
        if rule.code.startswith(options.only or "TL")
    ]
    if not options.only:
        curves = ("excursions", "levels", "robust", "constancy", "alternation")
        relations = ("loss_jumps", "norm_jumps", "learning_rate", "overflows", "silent_series")
        names = [f"relations.{name}" for name in relations]
        names += [f"curves.{name}" for name in curves]
        modules += [importlib.import_module(f"gradlint.{name}") for name in names]
    for module, name, value in constants(modules):
        cells = []
        for factor in (0.5, 2.0):
            scaled = type(value)(value * factor)
            setattr(module, name, scaled)
            cells.append(f"x{factor:g}: " + " ".join(map(str, scores.measure(registry))))
            setattr(module, name, value)
        label = f"{module.__name__.removeprefix('gradlint.').removeprefix('rules.')}.{name}"
        print(f"{label:<50} {value:>10g}  ", *(f"{cell:<18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()

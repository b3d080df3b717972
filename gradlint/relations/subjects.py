"""The subjects of rules that judge training logs: what each is, and what finds it in a run.

Adding one takes a line here: the loader, the engine and `gradlint.sdk.logs` read this table.
"""

from __future__ import annotations

from gradlint.registry import RuleCrash
from gradlint.relations.restart_advice import RestartAdvice as RestartAdvice
from gradlint.runs.run import Curve as Curve, Problem as Problem, Restart as Restart, Run as Run
from gradlint.subject import Subject

SUBJECTS = (
    Subject(Run, lambda run: [run]),
    Subject(Curve, lambda run: run.curves.values()),
    Subject(Restart, lambda run: run.restarts),
    # What the engine itself comes upon; the advice, when all other rules have spoken.
    Subject(RestartAdvice),
    Subject(Problem, always=True),
    Subject(RuleCrash, always=True),
)

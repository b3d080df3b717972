"""gradlint: a linter for training that explodes, vanishes or turns into NaN.

Reading logs from Python:

    runs = gradlint.read_runs("runs/")        a list of `Run`: named curves of (step, value)
    frame = runs[0].to_pandas()
    findings = gradlint.check_logs("runs/")   a list of `Finding`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gradlint.engine.logs import logs_checked as check_logs
    from gradlint.runs.reading import read_runs

_HOMES = {
    "check_logs": ("gradlint.engine.logs", "logs_checked"),
    "read_runs": ("gradlint.runs.reading", "read_runs"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `gradlint` has no attribute `{name}`")
    from importlib import import_module

    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


__all__ = ["__version__", "check_logs", "read_runs"]

"""Many files -> one outcome, over several processes, one of which may die."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from gradlint.config import Settings
from gradlint.engine.checker import Checker
from gradlint.engine.outcome import Outcome
from gradlint.registry import Registry, code_registry
from gradlint.source.discovery import Target

_METHOD: str | None = None
"""How processes are started; None is the platform's own way."""

_CHUNKS_PER_WORKER = 8
_LARGEST_CHUNK = 64

_checker: Checker | None = None


def check_in_processes(
    targets: Sequence[Target], settings: Settings, registry: Registry, workers: int
) -> Outcome:
    """Check `targets` with `workers` processes; the outcome equals that of one process.

    A file whose process dies is reported as such, and the others are still checked.
    """
    if registry is not code_registry():
        # Another process finds only the built-in rules by name.
        return Checker(settings, registry).all(targets)
    outcome = Outcome()
    lost: list[list[Target]] = []
    with _executor(settings, workers) as executor:
        running: list[tuple[list[Target], Future[Outcome]]] = []
        for chunk in _chunks(targets, workers):
            try:
                running.append((chunk, executor.submit(_check, chunk)))
            except BrokenProcessPool:
                lost.append(chunk)
        for chunk, future in running:
            try:
                outcome.add(future.result())
            except BrokenProcessPool:
                lost.append(chunk)
    for chunk in lost:
        outcome.add(_one_by_one(chunk, settings, registry))
    return outcome


def _executor(settings: Settings, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, get_context(_METHOD), initializer=_start, initargs=(settings,)
    )


def _one_by_one(chunk: list[Target], settings: Settings, registry: Registry) -> Outcome:
    """Check a chunk whose process died: halve it until the file to blame stands alone."""
    try:
        with _executor(settings, 1) as executor:
            return executor.submit(_check, chunk).result()
    except BrokenProcessPool as error:
        if len(chunk) == 1:
            return Checker(settings, registry).crashed(chunk[0].path, error)
    middle = len(chunk) // 2
    outcome = _one_by_one(chunk[:middle], settings, registry)
    outcome.add(_one_by_one(chunk[middle:], settings, registry))
    return outcome


def _chunks(targets: Sequence[Target], workers: int) -> list[list[Target]]:
    """Runs of neighbouring files: files of one directory import one another."""
    size = min(max(len(targets) // (workers * _CHUNKS_PER_WORKER), 1), _LARGEST_CHUNK)
    chunks: list[list[Target]] = []
    for target in targets:
        folder = target.path.rpartition("/")[0]
        full = not chunks or len(chunks[-1]) >= 2 * size
        turned = chunks and chunks[-1][-1].path.rpartition("/")[0] != folder
        if full or (turned and len(chunks[-1]) >= size):
            chunks.append([])
        chunks[-1].append(target)
    return chunks


def _start(settings: Settings) -> None:
    global _checker
    _checker = Checker(settings, code_registry())


def _check(chunk: list[Target]) -> Outcome:
    assert _checker is not None
    return _checker.all(chunk)

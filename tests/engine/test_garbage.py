"""Garbage is collected between files, and only where there is much of it."""

from __future__ import annotations

import gc

import pytest

from gradlint.engine import garbage


@pytest.mark.parametrize(
    ("young", "collections", "collected"),
    [
        (garbage.GARBAGE, 0, []),
        (garbage.GARBAGE + 1, 0, [1]),
        (garbage.GARBAGE + 1, garbage.YOUNG_COLLECTIONS - 1, [1]),
        (garbage.GARBAGE + 1, garbage.YOUNG_COLLECTIONS, [2]),
        (0, garbage.YOUNG_COLLECTIONS, []),
    ],
)
def test_what_is_collected(
    monkeypatch: pytest.MonkeyPatch, young: int, collections: int, collected: list[int]
) -> None:
    done: list[int] = []
    monkeypatch.setattr(gc, "get_count", lambda: (young, 3, collections))
    monkeypatch.setattr(gc, "collect", done.append)
    garbage.collect()
    assert done == collected


def test_a_process_freezes_what_start_up_left_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    monkeypatch.setattr(gc, "set_threshold", lambda *thresholds: None)
    garbage.collect_rarely.cache_clear()
    garbage.collect_rarely()
    garbage.collect_rarely()
    assert frozen == [True]

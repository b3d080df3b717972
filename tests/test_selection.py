"""Selectors -> rules."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gradlint.finding import Severity
from gradlint.registry import Registry, Rule, code_registry, log_registry
from gradlint.selection import Layer, PerFile, UnknownSelectorError, enabled, expand, validate
from gradlint.subject import Subject


def rule(code: str, name: str, *, default: bool = True, always: bool = False) -> Rule:
    return Rule(
        code,
        name,
        Severity.WARNING,
        default,
        Subject(object, always=always),
        lambda it: iter(()),
        "# x",
        "x.py",
    )


REGISTRY = Registry(
    [
        rule("GL001", "syntax-error", always=True),
        rule("GL003", "unused-suppression"),
        rule("GL201", "rnn-without-clipping"),
        rule("GL202", "clip-before-backward"),
        rule("GL402", "no-schedule", default=False),
        rule("TL101", "nan-in-metric"),
    ]
)


def on(*layers: Layer) -> list[str]:
    return [it.code for it in enabled(REGISTRY, layers)]


def test_by_default_the_default_rules_run() -> None:
    assert on() == on(Layer()) == ["GL001", "GL003", "GL201", "GL202", "TL101"]


def test_what_says_that_a_check_did_not_take_place_stays_on() -> None:
    layers = [Layer(select=("GL202", "TL101"))]
    source = {it.code for it in enabled(code_registry(), layers)}
    logs = {it.code for it in enabled(log_registry(), layers)}
    assert source == {"GL202", "GL001", "GL002", "GL005"}
    assert logs == {"TL101", "TL001", "GL005"}


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("ALL", ["GL001", "GL003", "GL201", "GL202", "GL402", "TL101"]),
        ("all", ["GL001", "GL003", "GL201", "GL202", "GL402", "TL101"]),
        ("GL2", ["GL201", "GL202"]),
        ("gl201", ["GL201"]),
        ("rnn-without-clipping", ["GL201"]),
        ("rnn_without_clipping", ["GL201"]),
        ("TL", ["TL101"]),
        ("GL9", []),
        ("GL2011", []),
        ("", []),
    ],
)
def test_what_a_selector_names(selector: str, codes: list[str]) -> None:
    assert sorted(expand(REGISTRY, selector)) == codes


@pytest.mark.parametrize(
    ("layer", "codes"),
    [
        (Layer(select=("GL2",)), ["GL001", "GL201", "GL202"]),
        (Layer(select=("GL2",), ignore=("GL201",)), ["GL001", "GL202"]),
        (Layer(select=("GL201",), ignore=("GL2",)), ["GL001", "GL201"]),
        (Layer(select=("GL201",), ignore=("rnn-without-clipping",)), ["GL001"]),
        (Layer(select=("GL2",), ignore=("ALL",)), ["GL201", "GL202"]),
        (Layer(select=("GL2",), ignore=("GL001",)), ["GL201", "GL202"]),
        (Layer(select=()), ["GL001"]),
        (Layer(extend_select=("no-schedule",), ignore=("TL",)), ["GL001", "GL003", "GL201",
                                                                 "GL202", "GL402"]),
        (Layer(extend_ignore=("GL2", "TL1")), ["GL001", "GL003"]),
    ],
)  # fmt: skip
def test_the_longer_selector_wins(layer: Layer, codes: list[str]) -> None:
    assert on(layer) == codes


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        # The command line's select replaces all that the file says.
        ([Layer(select=("TL1",), ignore=("GL201",)), Layer(select=("GL201",))], ["GL001", "GL201"]),
        ([Layer(select=("GL2",)), Layer(ignore=("GL201",))], ["GL001", "GL202"]),
        ([Layer(select=("TL1",)), Layer(extend_select=("GL402",))], ["GL001", "GL402", "TL101"]),
        # A family added on the command line does not bring back a rule that the file ignores.
        ([Layer(select=("TL1",), ignore=("GL201",)), Layer(extend_select=("GL2",))]
         , ["GL001", "GL202", "TL101"]),
        ([Layer(select=("TL1",), ignore=("GL201",)), Layer(extend_select=("GL201",))]
         , ["GL001", "GL201", "TL101"]),
        # What says that a check did not take place goes only when it is named.
        ([Layer(ignore=("GL001",)), Layer(select=("GL201",))], ["GL001", "GL201"]),
        ([Layer(), Layer(ignore=("GL0",))], ["GL201", "GL202", "TL101"]),
    ],
)  # fmt: skip
def test_a_later_layer_wins(layers: Sequence[Layer], codes: list[str]) -> None:
    assert on(*layers) == codes


def test_an_unknown_selector_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownSelectorError) as caught:
        validate(REGISTRY, ["GL2", "rnn-without-cliping"])
    assert str(caught.value) == (
        "unknown rule or family `rnn-without-cliping`; did you mean `rnn-without-clipping`?"
    )
    with pytest.raises(UnknownSelectorError):
        validate(REGISTRY, [""])
    validate(Registry([]), ["ALL"])


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("tests/*", "/w/tests/a.py", True),
        ("tests/*", "/w/tests/deep/a.py", True),
        ("tests/", "/w/tests/a.py", True),
        ("tests/*", "/w/src/tests/a.py", False),
        ("**/tests/*", "/w/src/tests/a.py", True),
        ("**/tests/*", "/w/tests/a.py", True),
        ("*.ipynb", "/w/src/a.ipynb", True),
        ("a.py", "/w/src/a.py", True),
        ("./src/a.py", "/w/src/a.py", True),
        ("!src/*", "/w/tests/a.py", True),
        ("!src/*", "/w/src/a.py", False),
        ("[", "/w/[", True),
    ],
)
def test_patterns_for_files(pattern: str, path: str, hit: bool) -> None:
    rules = enabled(REGISTRY, [])
    per_file = PerFile(REGISTRY, rules, {pattern: ["GL2"]}, "/w")
    codes = [it.code for it in per_file.rules_for(path)]
    assert codes == (["GL001", "GL003", "TL101"] if hit else [it.code for it in rules])


def test_patterns_add_up() -> None:
    per_file = PerFile(REGISTRY, enabled(REGISTRY, []), {"a*": ["GL2"], "*.py": ["TL"]}, "/w")
    assert [it.code for it in per_file.rules_for("/w/a.py")] == ["GL001", "GL003"]
    assert per_file.rules_for("/w/a.py") is per_file.rules_for("/w/ab.py")

"""Rule files -> rules; of a file that is none the loader says where, and what to write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from gradlint.finding import Severity
from gradlint.registry import Registry, Rule, RuleFileError, load_directory
from gradlint.subject import Subject

SUBJECTS = {name: Subject(type(name, (), {})) for name in ("Clip", "Recurrence")}

RULE = '''\
"""Gradients are clipped twice

## What it does
"""

from __future__ import annotations

from gradlint.registry import rule


@rule("GL299", "warning", default=False, symptoms={"loss-nan": 0.5})
def check(clip: Clip, *, most: int = 3, names: tuple[str, ...] = ("a",)):
    yield from ()
'''

Load = Callable[..., list[Rule]]

_packages = count()


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Load rule files, given by `family/name.py` and text, from a directory of their own."""
    package = f"rules_under_test_{next(_packages)}"

    def load_files(files: dict[str, str], wanted: Callable[[str], bool] = lambda path: True):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return list(load_directory(str(tmp_path), package, SUBJECTS, wanted))

    yield load_files
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def test_a_rule_is_what_its_file_says(load: Load, tmp_path: Path) -> None:
    (rule,) = load({"clipping/clipped_twice.py": RULE})
    assert rule == Rule(
        code="GL299",
        name="clipped-twice",
        severity=Severity.WARNING,
        default=False,
        subject=SUBJECTS["Clip"],
        check=rule.check,
        document="Gradients are clipped twice\n\n## What it does\n",
        path=str(tmp_path / "clipping" / "clipped_twice.py"),
        options={"most": 3, "names": ("a",)},
        symptoms={"loss-nan": 0.5},
    )
    assert rule.family == "GL2"
    assert rule.summary == "Gradients are clipped twice"


def test_a_rule_is_on_without_options_or_symptoms_unless_it_says_otherwise(load: Load) -> None:
    text = RULE.replace(', default=False, symptoms={"loss-nan": 0.5}', "")
    text = text.replace(', *, most: int = 3, names: tuple[str, ...] = ("a",)', "")
    (rule,) = load({"clipping/plain.py": text})
    assert (rule.default, rule.options, rule.symptoms) == (True, {}, {})


def test_rules_come_in_order_of_their_paths(load: Load) -> None:
    files = {f"{path}.py": RULE for path in ("loss/b", "loss/a", "clipping/z")}
    assert [rule.name for rule in load(files)] == ["z", "a", "b"]


def test_only_wanted_files_are_imported(load: Load) -> None:
    files = {"clipping/good.py": RULE, "log_loss/bad.py": "raise ValueError"}
    rules = load(files, wanted=lambda path: path == "clipping/good")
    assert [rule.name for rule in rules] == ["good"]


def test_what_is_no_python_file_is_passed_over(load: Load) -> None:
    files = {"clipping/good.py": RULE, "clipping/notes.md": "# Notes", "README/x.txt": ""}
    assert [rule.name for rule in load(files)] == ["good"]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("def check(", "def judge(", 1, "a rule file defines `check` under `@rule(...)`"),
        ('@rule("GL299", ', "def rule(*_, **__): return lambda check: check\n@rule(", 1,
         "a rule file defines `check` under `@rule(...)`"),
        ("GL299", "GX299", 11, "`GX299` is not `GL` or `TL` and three digits"),
        ("GL299", "GL29", 11, "`GL29` is not `GL` or `TL` and three digits"),
        ("0.5", "1.5", 11, "the weight of `loss-nan` is not between 0 and 1"),
        ("0.5", "-0.5", 11, "the weight of `loss-nan` is not between 0 and 1"),
        ("clip: Clip, ", "", 11,
         "`check` has one positional parameter, what it judges; options are named"),
        ("clip: Clip, ", "clip: Clip, other=1, ", 11,
         "`check` has one positional parameter, what it judges; options are named"),
        ("most: int = 3", "most: int", 11,
         "each option, a keyword-only parameter, has a default"),
        ('"warning"', '"fatal"', 11,
         "the file can't be imported (ValueError: `fatal` is not a severity)"),
        ("from gradlint.registry import rule", "raise SystemExit(0)", 8,
         "the file can't be imported (SystemExit: 0)"),
        ("from gradlint.registry import rule", "import no_such_module", 8,
         "the file can't be imported (ModuleNotFoundError: No module named 'no_such_module')"),
        ("yield from ()", "yield from )", 13, "unmatched ')'"),
        ("clip: Clip", "clip", 11,
         "`clip` has no annotation, which says what the rule judges"),
        ("from __future__ import annotations", "Clip = object", 11,
         "`from __future__ import annotations` is missing"),
        ("clip: Clip", "clip: Recurence", 11,
         "`Recurence` is not a subject; did you mean `Recurrence`?"),
        ("clip: Clip", "clip: XYZ", 11,
         "`XYZ` is not a subject; subjects are Clip, Recurrence"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_rule_is_told_where_and_what_to_write(
    load: Load, tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    with pytest.raises(RuleFileError) as raised:
        load({"clipping/broken.py": RULE.replace(old, new)})
    assert str(raised.value) == f"{tmp_path / 'clipping' / 'broken.py'}:{line}: {message}"


def test_a_weight_may_be_nothing_or_all(load: Load) -> None:
    text = RULE.replace('"loss-nan": 0.5', '"loss-nan": 0, "loss-spike": 1')
    (rule,) = load({"clipping/certain.py": text})
    assert rule.symptoms == {"loss-nan": 0, "loss-spike": 1}


def test_two_rules_do_not_share_a_code(load: Load, tmp_path: Path) -> None:
    rules = load({"clipping/first.py": RULE, "clipping/second.py": RULE})
    with pytest.raises(RuleFileError) as raised:
        Registry(rules)
    first, second = (tmp_path / "clipping" / name for name in ("first.py", "second.py"))
    assert str(raised.value) == f"{second}:11: `GL299` is also a rule in {first}"


def test_two_rules_do_not_share_a_name(load: Load, tmp_path: Path) -> None:
    rules = load({"clipping/same.py": RULE, "loss/same.py": RULE.replace("GL299", "GL300")})
    with pytest.raises(RuleFileError) as raised:
        Registry(rules)
    first, second = (tmp_path / family / "same.py" for family in ("clipping", "loss"))
    assert str(raised.value) == f"{second}:11: `same` is also a rule in {first}"


def test_a_rule_is_found_by_its_code_in_any_case_and_by_its_name(load: Load) -> None:
    registry = Registry(load({"clipping/clipped_twice.py": RULE}))
    (rule,) = registry
    assert len(registry) == 1
    assert registry.find("GL299") is registry.find("gl299") is rule
    assert registry.find("clipped-twice") is rule
    assert registry.find("clipped_twice") is None


def test_other_rules_are_loaded_when_one_is_looked_up_that_is_not_among_those_that_run(
    load: Load,
) -> None:
    one, other = load({"clipping/one.py": RULE, "loss/other.py": RULE.replace("GL299", "GL300")})
    asked = []

    def others() -> list[Rule]:
        asked.append(True)
        return [one, other]

    registry = Registry([one], others)
    assert registry.find("GL299") is one
    assert not asked
    assert registry.find("GL300") is registry.find("other") is other
    assert registry.find("GL301") is None
    assert list(registry) == [one]
    assert list(registry.known) == [one, other]
    assert len(asked) == 1

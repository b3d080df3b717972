"""Configuration files -> settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlint.config import KEYS, ConfigError, Settings, command_line, common_folder, find, load
from gradlint.finding import Severity
from gradlint.registry import Registry, Rule
from gradlint.selection import Layer

Write = Callable[[str, str | bytes], Path]

REGISTRY = Registry(
    [
        Rule(
            code="GL201",
            name="rnn-without-clipping",
            severity=Severity.WARNING,
            default=True,
            subject="Network",
            check=lambda it: iter(()),
            document="# x",
            path=Path("x.py"),
            options={"steps": 50, "ratio": 1.5, "strict": False, "names": ("a",), "mode": "x"},
        )
    ]
)


def settings(write: Write, text: str, name: str = "gradlint.toml") -> Settings:
    return Settings((load(str(write(name, text)), REGISTRY),))


def test_every_key_is_read(write: Write, project: Path) -> None:
    read = settings(
        write,
        """
        select = ["GL2"]
        ignore = ["rnn-without-clipping"]
        extend-select = ["ALL"]
        extend-ignore = ["GL201"]
        exclude = ["a"]
        extend-exclude = ["b/*"]
        severity = "warning"
        fail-on = "never"
        force-exclude = true
        respect-gitignore = false
        max-file-size = 10
        [per-file-ignores]
        "tests/*" = ["GL2"]
        [rules.rnn-without-clipping]
        steps = 20
        ratio = 2
        strict = true
        names = ["b"]
        mode = "y"
        [logs.roles]
        my_metric = "loss"
        "val/*" = "validation score"
        """,
    )
    said = Layer(("GL2",), ("rnn-without-clipping",), ("ALL",), ("GL201",))
    assert read.layers == (Layer(), said)
    assert [it.patterns for it in read.excludes] == [("a",), ("b/*",)]
    assert {it.root for it in read.excludes} == {str(project)}
    assert read.severity is Severity.WARNING
    assert read.fail_on is None
    assert read.force_exclude is True
    assert read.respect_gitignore is False
    assert read.max_file_size == 10
    assert read.per_file_ignores == {"tests/*": ("GL2",)}
    options = {"steps": 20, "ratio": 2, "strict": True, "names": ["b"], "mode": "y"}
    path = str(project / "gradlint.toml")
    assert read.rule_options == {"rnn-without-clipping": options}
    assert read.roles == {"my_metric": "loss", "val/*": "validation score"}
    assert read.root == str(project)
    assert read.file == path
    assert {read.source(key).origin for key in KEYS} == {path}


def test_an_empty_file_changes_nothing(write: Write) -> None:
    read, base = settings(write, ""), Settings()
    assert {key: read.value(key) for key in KEYS} == {key: base.value(key) for key in KEYS}
    assert {read.source(key).origin for key in KEYS} == {"default"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown key `selct`; did you mean `select`?"),
        ("zzz = []", "unknown key `zzz`"),
        ("select = 'GL2'", "`select` must be a list of strings, not 'GL2'"),
        ("select = [1]", "`select` must be a list of strings, not [1]"),
        (
            "select = ['rnn-without-cliping']",
            "`select` names an unknown rule or family `rnn-without-cliping`;"
            " did you mean `rnn-without-clipping`?",
        ),
        ("severity = 'warn'", "`severity` must be `info`, `warning` or `error`, not 'warn'"),
        ("severity = []", "`severity` must be `info`, `warning` or `error`, not []"),
        ("fail-on = 3", "`fail-on` must be `info`, `warning`, `error` or `never`, not 3"),
        ("respect-gitignore = 1", "`respect-gitignore` must be true or false, not 1"),
        ("max-file-size = 0", "`max-file-size` must be a number of bytes above 0, not 0"),
        ("max-file-size = true", "`max-file-size` must be a number of bytes above 0, not True"),
        ("per-file-ignores = 1", "`per-file-ignores` must be a table of patterns, not 1"),
        ("per-file-ignores.x = 1", "`per-file-ignores.x` must be a list of strings, not 1"),
        ("logs = 1", "`logs` must be a table, not 1"),
        ("logs.role = {}", "unknown key `logs.role`; did you mean `roles`?"),
        ("logs.roles = 1", "`logs.roles` must be a table of series, not 1"),
        ("logs.roles.a.b = 'loss'", "`logs.roles.a` must be a string (quote a tag that has dots)"),
        ("rules = 1", "`rules` must be a table of rules, not 1"),
        ("rules.rnn = {}", "unknown rule `rules.rnn`"),
        ("rules.GL201 = 1", "`rules.GL201` must be a table of options, not 1"),
        (
            "rules.GL201.step = 1",
            "unknown option `rules.GL201.step`; did you mean `steps`?",
        ),
        ("rules.GL201.steps = 1.5", "`rules.GL201.steps` must be a whole number, not 1.5"),
        ("rules.GL201.steps = true", "`rules.GL201.steps` must be a whole number, not True"),
        ("rules.GL201.ratio = 'a'", "`rules.GL201.ratio` must be a number, not 'a'"),
        ("rules.GL201.names = 'a'", "`rules.GL201.names` must be a list, not 'a'"),
        ("rules.GL201.strict = 1", "`rules.GL201.strict` must be true or false, not 1"),
        ("x = ", "not valid TOML: Invalid value (at end of document)"),
        ("x = '\udcff'", "not valid TOML: 'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_fault_names_the_file_and_the_key(write: Write, text: str, message: str) -> None:
    path = write("gradlint.toml", text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError) as caught:
        load(str(path), REGISTRY)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="cannot be read: no such file"):
        load("missing.toml", REGISTRY)


def test_the_nearest_file_wins_and_a_pyproject_without_the_table_is_passed_over(
    write: Write, project: Path
) -> None:
    outer = write("pyproject.toml", "[tool.gradlint]\nseverity = 'error'\n")
    write("a/pyproject.toml", "[tool.ruff]\n")
    write("a/b/pyproject.toml", "[project]\nname = 'gradlint-user'\n")
    (project / "a" / "b" / "c").mkdir()
    assert find(str(project / "a" / "b" / "c")) == str(outer)
    assert load(str(outer), REGISTRY).values == {"severity": "error"}
    inner = write("a/gradlint.toml", "")
    assert find(str(project / "a" / "b")) == str(inner)
    hidden = write("a/b/.gradlint.toml", "")
    assert find(str(project / "a" / "b")) == str(hidden)


def test_a_broken_pyproject_matters_only_if_it_speaks_of_gradlint(
    write: Write, project: Path
) -> None:
    write("a/pyproject.toml", "x = ")
    assert find(str(project / "a")) is None
    write("a/pyproject.toml", "[tool.gradlint\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        find(str(project / "a"))
    path = write("b/pyproject.toml", "[tool]\ngradlint = 3\n")
    with pytest.raises(ConfigError, match="must be a table"):
        load(str(path), REGISTRY)


def test_where_the_search_begins(write: Write, project: Path) -> None:
    write("a/x.py", "")
    write("a/b/y.py", "")
    assert common_folder([]) == str(project)
    assert common_folder(["a/x.py"]) == str(project / "a")
    assert common_folder(["a/x.py", "a/b"]) == str(project / "a")
    assert common_folder(["missing.py"]) == str(project)


def over(read: Settings, **values: object) -> Settings:
    """`read` with a command line that says `values` over it."""
    said = {key.replace("_", "-"): value for key, value in values.items()}
    return Settings((*read.said, command_line(said, REGISTRY)))


def test_the_command_line_goes_over_the_file(write: Write, project: Path) -> None:
    read = settings(write, "severity = 'error'\nexclude = ['a']\nfail-on = 'error'\n")
    changed = over(
        read,
        select=["GL201"],
        extend_exclude=["b"],
        severity="info",
        fail_on="never",
        respect_gitignore=False,
    )
    assert changed.severity is Severity.INFO
    assert changed.fail_on is None
    assert changed.respect_gitignore is False
    assert [it.patterns for it in changed.excludes] == [("a",), ("b",)]
    assert changed.layers[-1] == Layer(select=("GL201",))
    assert changed.source("severity").origin == "command line"
    assert changed.source("exclude").origin == str(project / "gradlint.toml")
    assert over(read).fail_on is Severity.ERROR
    assert over(read).file == str(project / "gradlint.toml")


def test_patterns_count_from_where_they_were_said(write: Write, project: Path) -> None:
    read = settings(write, "exclude = ['a']\nextend-exclude = ['b']\n", "deep/gradlint.toml")
    changed = over(read, exclude=["c"], extend_exclude=["d"])
    assert [(it.patterns, it.root) for it in changed.excludes] == [
        (("c",), os.getcwd()),
        (("b",), str(project / "deep")),
        (("d",), os.getcwd()),
    ]


def test_what_every_source_says_adds_up_where_it_should(write: Write) -> None:
    read = settings(write, "select = ['GL']\nignore = ['GL2']\nextend-exclude = ['a']\n")
    changed = over(read, select=["GL201"], ignore=["GL201"], extend_exclude=["b"])
    assert changed.value("select") == ("GL201",)
    assert changed.value("ignore") == ("GL2", "GL201")
    assert changed.value("extend-exclude") == ("a", "b")


def test_an_unknown_rule_on_the_command_line() -> None:
    with pytest.raises(ConfigError) as caught:
        command_line({"ignore": ["GL202"]}, REGISTRY)
    assert str(caught.value) == (
        "command line: `ignore` names an unknown rule or family `GL202`; did you mean `GL201`?"
    )

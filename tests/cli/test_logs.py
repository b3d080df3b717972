"""`gradlint logs`, as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from gradlint.cli.progress import Progress
from gradlint.engine.logs import LogOutcome
from tests.pseudo_terminal import on_terminal
from tests.report.curves import NAN_FINDING, SPIKE_FINDING
from tests.report.test_listing import RUN

Gradlint = Callable[..., Result]
Write = Callable[[str, str | bytes], Path]

HEALTHY = "step,loss\n" + "".join(f"{n},{2 / (1 + n / 50) + 0.01 * (n % 7)}\n" for n in range(300))
BROKEN = "step,loss\n" + "".join(
    f"{n},{'nan' if n >= 200 else 2 / (1 + n / 50) + 0.01 * (n % 7)}\n" for n in range(300)
)


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stands for the engine: what it gives, and, once it was called, what it was given."""
    talk: dict[str, Any] = {"gives": LogOutcome([NAN_FINDING, SPIKE_FINDING], [], 1, [RUN])}

    def check_logs(paths: Any, settings: Any, registry: Any, **more: Any) -> LogOutcome:
        talk.update(more, paths=paths, settings=settings)
        gives = talk["gives"]
        assert isinstance(gives, LogOutcome)
        return gives

    monkeypatch.setattr("gradlint.engine.logs.check_logs", check_logs)
    return talk


def test_a_nan_fails_and_says_what_and_where(gradlint: Gradlint, write: Write) -> None:
    write("runs/a/metrics.csv", BROKEN)
    result = gradlint("logs", "runs")
    assert "error[TL101] nan-in-metric: " in result.stdout
    assert "--> runs/a/metrics.csv:202 (" in result.stdout
    assert "series loss, steps 200-299)" in result.stdout
    assert "!!!" in result.stdout
    assert "= evidence: " in result.stdout
    assert result.stdout.endswith(" in 1 run (300 points read from 1 file).\n")
    assert result.exit_code == 1


def test_healthy_logs_pass(gradlint: Gradlint, write: Write) -> None:
    write("runs/a/metrics.csv", HEALTHY)
    result = gradlint("logs", "runs")
    assert re.fullmatch(r"All checks passed: 1 run, \d series, 300 points.\n", result.stdout)
    assert (result.stderr, result.exit_code) == ("", 0)


def test_what_was_passed_over_is_counted_and_listed_with_the_reason(
    gradlint: Gradlint, write: Write
) -> None:
    write("runs/a/metrics.csv", HEALTHY)
    write("runs/a/config.json", "{}")
    write("runs/a/notes.txt", "a poem\nabout nothing\n")
    write("runs/a/model.pt", "weights")
    assert gradlint("logs", "runs").stdout.endswith(" 300 points, 2 files passed over.\n")
    assert gradlint("logs", "runs", "--show-skipped").stdout.startswith(
        "Passed over: its name is that of another kind of file (1 file)\n"
        "  runs/a/config.json\n"
        "Passed over: no metric was found (1 file)\n"
        "  runs/a/notes.txt\n"
    )
    document = json.loads(gradlint("logs", "runs", "--output-format", "json").stdout)
    assert [it["path"] for it in document["skipped"]] == ["runs/a/config.json", "runs/a/notes.txt"]
    assert document["summary"]["skipped"] == 2


def test_a_run_in_several_files_is_told_once(gradlint: Gradlint, write: Write) -> None:
    rows = [row.split(",") for row in BROKEN.splitlines()[1:]]
    write("run/metrics.csv", BROKEN)
    write("run/train.log", "".join(f"step {n} loss {float(loss):.4f}\n" for n, loss in rows[::10]))
    result = gradlint("logs", "run")
    assert result.stdout.count("error[") == 1
    assert "--> run/metrics.csv:202 (" in result.stdout
    assert "also in" not in result.stdout
    assert "= note: also in `run/train.log`\n" in gradlint("logs", "run", "--verbose").stdout
    assert result.stdout.endswith(" in 1 run (300 points read from 2 files).\n")
    assert "  from run/train.log\n" in gradlint("logs", "run", "--list").stdout


@pytest.mark.parametrize("name", ["notes.txt", "empty.csv", "nothing/there.csv"])
def test_no_metric_at_all_is_never_clean(gradlint: Gradlint, write: Write, name: str) -> None:
    write("notes.txt", "a poem\nabout nothing\n")
    write("empty.csv", "")
    result = gradlint("logs", name)
    assert "[TL001]" in result.stdout
    assert result.exit_code == 1


def test_a_directory_without_logs_is_not_clean(gradlint: Gradlint, project: Path) -> None:
    (project / "runs").mkdir()
    assert gradlint("logs", "runs").exit_code == 1


def test_a_quoted_glob_is_expanded(gradlint: Gradlint, write: Write) -> None:
    write("runs/a.csv", HEALTHY)
    write("runs/deep/b.csv", BROKEN)
    assert gradlint("logs", "runs/*.csv").exit_code == 0
    assert gradlint("logs", "runs/**/*.csv").exit_code == 1


def test_a_glob_that_matches_nothing_is_not_clean(gradlint: Gradlint, write: Write) -> None:
    write("runs/a.csv", HEALTHY)
    assert gradlint("logs", "runs/*.jsonl").exit_code == 1


def test_standard_input(gradlint: Gradlint) -> None:
    result = gradlint("logs", "-", "--output-format", "concise", stdin=BROKEN)
    assert result.stdout.startswith("<stdin>:202: error[TL101] ")
    result = gradlint("logs", "-", "--stdin-filename", "runs/a.csv", "-q", stdin=BROKEN)
    assert "--> runs/a.csv:202 (" in result.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--exit-zero"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--list"], 0),
    ],
)
def test_what_decides_the_exit_code(
    gradlint: Gradlint, outcome: dict[str, Any], options: list[str], code: int
) -> None:
    if options == ["--list"]:
        outcome["gives"].findings.clear()
    assert gradlint("logs", *options).exit_code == code


def test_warnings_pass_where_only_errors_fail(gradlint: Gradlint, outcome: dict[str, Any]) -> None:
    outcome["gives"].findings.remove(NAN_FINDING)
    assert gradlint("logs").exit_code == 1
    assert gradlint("logs", "--fail-on", "error").exit_code == 0


def test_full_output(gradlint: Gradlint, outcome: dict[str, Any]) -> None:
    text = gradlint("logs").stdout
    assert "error[TL101] nan-in-metric: `train/loss` is NaN" in text
    assert "\u28c0" in text
    assert text.endswith(
        "\n\nFound 1 error, 1 warning in 2 runs (2,003 points read from 1 file).\n"
    )


def test_runs_of_one_file_are_in_their_order_and_their_beginnings_are_counted(
    gradlint: Gradlint, write: Write
) -> None:
    write("log.csv", "step,loss\n" + "".join(f"{n % 20},{2 - n % 20 / 15}\n" for n in range(240)))
    assert "= note: 10 more like this, the last on line 222" in gradlint("logs").stdout
    said = gradlint("logs", "-v", "--select", "TL601").stdout
    assert re.findall(r"run log.csv#(\d+)", said) == [str(run) for run in range(2, 13)]


def test_json_output(gradlint: Gradlint, outcome: dict[str, Any]) -> None:
    document = json.loads(gradlint("logs", "--output-format", "json").stdout)
    assert list(document) == ["version", "tool", "incidents", "diagnostics", "skipped", "summary"]
    assert [it["code"] for it in document["diagnostics"]] == ["TL101", "TL201"]
    assert document["summary"]["points"] == 2_003


def test_reports_go_to_files_beside_the_output(
    gradlint: Gradlint, outcome: dict[str, Any], project: Path
) -> None:
    gradlint("logs", "--report", "json:out.json", "--report", "full:out.txt")
    assert json.loads((project / "out.json").read_text())["summary"]["errors"] == 1
    assert "\u28c0" in (project / "out.txt").read_text(encoding="utf-8")


def test_statistics_and_quiet(gradlint: Gradlint, outcome: dict[str, Any]) -> None:
    text = gradlint("logs", "--statistics", "-q", "--output-format", "concise").stdout
    assert text.endswith("1  TL101  nan-in-metric\n1  TL201  loss-spike\n\n")


def test_list_shows_what_was_read(gradlint: Gradlint, outcome: dict[str, Any]) -> None:
    outcome["gives"].findings.clear()
    result = gradlint("logs", "--list")
    assert outcome["judge"] is False
    assert "  train/loss  train loss         2,000  0-1999 " in result.stdout
    assert result.stdout.endswith("\nRead: 1 run, 2 series, 2,003 points.\n")
    document = json.loads(gradlint("logs", "--list", "--output-format", "json").stdout)
    assert document["runs"][0]["series"][0]["nonfinite"] == 12
    assert document["summary"]["series"] == 2


def test_checkpoints_must_be_a_directory(
    gradlint: Gradlint, outcome: dict[str, Any], project: Path
) -> None:
    assert gradlint("logs", "--checkpoints", "nowhere").exit_code == 2
    gradlint("logs", "--checkpoints", str(project))
    assert outcome["checkpoints"] == str(project)


def test_roles_come_from_the_configuration(
    gradlint: Gradlint, write: Write, outcome: dict[str, Any]
) -> None:
    write("gradlint.toml", "[logs.roles]\nq = 'loss'\n'val/*' = 'validation score'\n")
    gradlint("logs")
    assert outcome["settings"].roles == {"q": "loss", "val/*": "validation score"}
    assert re.search(r'logs\.roles\.q +\S+gradlint\.toml +"loss"\n', gradlint("config").stdout)


def test_an_unknown_role_is_an_error_of_the_configuration(
    gradlint: Gradlint, write: Write, outcome: dict[str, Any]
) -> None:
    path = write("gradlint.toml", "[logs.roles]\nq = 'lost'\n")
    result = gradlint("logs")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"gradlint: {path}: `logs.roles.q`: `lost` is not a role")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "a.csv"], "`-` cannot be combined with other paths"),
        (["--stdin-filename", "a.csv"], "`--stdin-filename` goes with `-`"),
        (["--report", "pdf:x"], "write FORMAT:PATH"),
        (["--select", "TL9x"], "unknown rule or family `TL9x`"),
        (["--config", "a.toml", "--isolated"], "contradict each other"),
    ],
)
def test_usage_errors_are_one_line_and_exit_with_2(
    gradlint: Gradlint, outcome: dict[str, Any], arguments: list[str], message: str
) -> None:
    result = gradlint("logs", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_narrow_encoding_gets_a_plot_of_ascii(write: Write, project: Path) -> None:
    write("a.csv", BROKEN)
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "gradlint", "logs", "a.csv"]
    result = subprocess.run(command, cwd=project, capture_output=True, env=env)
    assert b"\\u28" not in result.stdout
    assert b"!!!" in result.stdout


SLOW = """\
import sys, time
from gradlint.cli.progress import Progress
progress = Progress()
progress(1, 1, "runs/early.csv")
assert "rich" not in sys.modules
time.sleep(1.1)
progress(1200, 1, "runs/late\\x1b[2J[red].csv" + "x" * 200)
time.sleep(0.2)
progress.close()
"""


def progress_shown(**env: str) -> str:
    """What a terminal gets on standard error of work that takes more than a second."""
    return on_terminal([sys.executable, "-c", SLOW], stream="stderr", **env)[0]


def test_long_work_says_how_far_it_is_on_a_terminal() -> None:
    shown = progress_shown()
    assert "early" not in shown
    assert "read 1,200 files, 1 run: runs/late\\x1b[2J[red].csvxxx" in shown
    # One line, cleared in the end.
    assert "x" * 60 not in shown
    assert shown.endswith("\x1b[2K")


def test_progress_is_not_shown_where_it_cannot_be_written_over() -> None:
    assert progress_shown(TERM="dumb") == ""


def test_no_progress_is_shown_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradlint.cli.progress.PATIENCE", 0.0)
    progress = Progress()
    progress(1, 3, "runs/a.csv")
    progress.close()
    assert capsys.readouterr().err == ""

"""The examples of the rules, and how to run them.

They are the fences of a rule's document, which explain it, and those of `more/NAME.md`, which pin
its variations, one under each heading. The first word after the language says what is expected:
`bad` is found where its marks say, and nowhere else; `good` is clean. Marks are comments, and the
language says what they look like:

`python` is source, each flagged line of which carries the severity and the code of the finding,
`# error: GL202`, and where a rule has several things to say some words of its message or help:
`# error: GL202 "cleared"`. `# note: GL202 "called here"` on a line that a note of the finding
points at asks for the note. A line `# file: name.py` begins another file of the same program; the
first is `train.py` unless it is named.

`csv`, `text`, `json` and `jsonl` are a training log of that kind, and `series` is one in the
language of `series.py`. What is found has a line each: `# TL201: loss 900-903`, the code, the
series (nothing for a finding about the run or file) and its first and last step.
`# info: TL201: ...` also asks for that severity, `# TL201: loss 900 "one point"` for words of its
message, help or notes, for a whole entry of its evidence (`"points: 1"`), or for its line
(`"line: 3"`). `checkpoints=a,b/` after the kind are a file and a folder of the `--checkpoints`
directory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradlint.config import Settings, Source
from gradlint.engine.check import check
from gradlint.engine.logs import LogChecker, check_logs
from gradlint.finding import Finding, Severity
from gradlint.registry import Registry, Rule, builtin_registry, log_registry
from tests.fences import Fence, fences
from tests.rules.series import run_of

MORE = Path(__file__).parent / "more"

_CODE_MARK = re.compile(r'#\s*(error|warning|info): (GL\d\d\d)(?: "([^"]+)")?')
_NOTE_MARK = re.compile(r'#\s*note: (GL\d\d\d) "([^"]+)"')
_LOG_MARK = re.compile(
    r"^# (?:(error|warning|info): )?(TL\d\d\d):(?: (\S.*?))??(?: (\d+)(?:-(\d+))?)?"
    r'(?: "([^"]+)")?$'
)
_SUFFIXES = {"csv": ".csv", "text": ".log", "json": ".json", "jsonl": ".jsonl"}
_CHECKPOINTS = "checkpoints="


@dataclass(frozen=True)
class CodeMark:
    """A line that is flagged, with words that the message or the help holds."""

    file: str
    line: int
    severity: Severity
    words: str

    def answers(self, finding: Finding) -> bool:
        """Whether this is the finding that the mark asks for."""
        return (
            _is_file(finding.path, self.file)
            and finding.span.line == self.line
            and self.severity is finding.level
            and any(self.words in text for text in (finding.message, finding.help))
        )


@dataclass(frozen=True)
class NoteMark:
    """A line that a note of some finding points at, with words that the note holds."""

    file: str
    line: int
    words: str

    def answers(self, finding: Finding) -> bool:
        """Whether this finding has the note."""
        return any(
            note.span is not None
            and _is_file(note.path or finding.path, self.file)
            and note.span.line == self.line
            and self.words in note.message
            for note in finding.notes
        )


def _is_file(path: str, name: str) -> bool:
    """Whether a path ends in the name that an example gives to a file."""
    parts = Path(name).parts
    return Path(path).parts[-len(parts) :] == parts


@dataclass(frozen=True)
class LogMark:
    """A series that is flagged, from which step to which; None where any will do."""

    series: str
    steps: tuple[int, int] | None
    severity: Severity | None
    words: str

    def answers(self, finding: Finding) -> bool:
        """Whether this is the finding that the mark asks for."""
        window = finding.window
        assert window is not None
        if self.series != window.series or self.severity not in (None, finding.level):
            return False
        texts = [finding.message, finding.help, *(note.message for note in finding.notes)]
        exact = [f"{name}: {value}" for name, value in window.evidence.items()]
        exact.append(f"line: {finding.span.line}")
        if self.words not in exact and not any(self.words in it for it in texts):
            return False
        return self.steps in (None, (window.start, window.end))


@dataclass(frozen=True)
class Example:
    """One fence of a rule; `id` names it in the output of the tests."""

    id: str
    rule: Rule
    fence: Fence

    def marks(self) -> list[CodeMark] | list[LogMark]:
        """What is to be found: nothing in a good example."""
        if self.fence.language == "python":
            return self._code_marks()
        return self._log_marks()

    def notes(self) -> list[NoteMark]:
        """The notes that are asked for; a finding may have more."""
        return [
            NoteMark(name, number, words)
            for name, text in self.fence.files("train.py").items()
            for number, line in enumerate(text.splitlines(), start=1)
            for code, words in _NOTE_MARK.findall(line)
            if code == self.rule.code
        ]

    def findings(self, directory: Path) -> list[Finding]:
        """What the rule finds, its files written to `directory`."""
        if self.fence.language == "python":
            return self._in_program(directory)
        found = self._in_log(directory)
        return [finding for finding in found if finding.code == self.rule.code]

    def _code_marks(self) -> list[CodeMark]:
        return [
            CodeMark(name, number, Severity.from_label(level), words)
            for name, text in self.fence.files("train.py").items()
            for number, line in enumerate(text.splitlines(), start=1)
            for level, code, words in _CODE_MARK.findall(line)
            if code == self.rule.code
        ]

    def _log_marks(self) -> list[LogMark]:
        marks = []
        for line in self.fence.text.splitlines():
            found = _LOG_MARK.match(line)
            if found and found.group(2) == self.rule.code:
                level, _, series, first, last, words = found.groups()
                severity = Severity.from_label(level) if level else None
                steps = (int(first), int(last or first)) if first else None
                marks.append(LogMark(series or "", steps, severity, words or ""))
        return marks

    def _in_program(self, directory: Path) -> list[Finding]:
        paths = []
        for name, text in self.fence.files("train.py").items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            paths.append(str(path))
        settings = Settings((Source({"select": (self.rule.code,)}),))
        return check(paths, settings, Registry([self.rule])).findings

    def _in_log(self, directory: Path) -> list[Finding]:
        settings, rules, folder = self._setting(directory)
        if self.fence.language == "series":
            return LogChecker(settings, rules, folder).run(run_of(self.fence.text))
        path = directory / f"train{_SUFFIXES[self.fence.language]}"
        lines = [line for line in self.fence.text.splitlines() if not _LOG_MARK.match(line)]
        path.write_text("\n".join(lines) + "\n")
        return check_logs([str(path)], settings, rules, checkpoints=folder).findings

    def _setting(self, directory: Path) -> tuple[Settings, Registry, str | None]:
        given = [word for word in self.fence.words if word.startswith(_CHECKPOINTS)]
        if not given:
            only = Settings((Source({"select": (self.rule.code,)}),))
            return only, Registry([self.rule]), None
        folder = directory / "checkpoints"
        folder.mkdir()
        for name in given[0].removeprefix(_CHECKPOINTS).split(","):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.mkdir() if name.endswith("/") else place.touch()
        # Advice on checkpoints is about what the other rules find.
        return Settings(), log_registry(), str(folder)


def rules() -> list[Rule]:
    """The rules whose examples are run here: all but those about gradlint itself."""
    return [rule for rule in builtin_registry() if not rule.code.startswith("GL0")]


def suite(rule: Rule) -> Path:
    """Where the examples are that pin a rule's variations; the file need not exist."""
    return MORE / f"{rule.name}.md"


def explaining(rule: Rule) -> Iterator[Example]:
    """The examples of a rule's own document: `GL202-bad-1` is the first bad one."""
    counts: Counter[str] = Counter()
    for fence in fences(rule.document):
        counts[fence.kind] += 1
        yield Example(f"{rule.code}-{fence.kind}-{counts[fence.kind]}", rule, fence)


def pinning(rule: Rule) -> Iterator[Example]:
    """The examples of a rule's suite, which are named after their headings."""
    if suite(rule).exists():
        for fence in fences(suite(rule).read_text()):
            words = re.sub(r"\W+", "-", fence.heading.lower()).strip("-")
            yield Example(f"{rule.code}-{words}", rule, fence)

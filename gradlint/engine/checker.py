"""One program after another -> findings: read, parse, analyse, suppress."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Sequence

from gradlint.config import Settings
from gradlint.engine.analyze import Analyzer, code_of
from gradlint.engine.garbage import collect, collect_rarely
from gradlint.engine.gate import spells_framework
from gradlint.engine.outcome import Outcome
from gradlint.engine.own_rules import crash_findings, own_findings
from gradlint.engine.silence import Silence
from gradlint.finding import Finding, Skip
from gradlint.registry import Registry, Rule
from gradlint.selection import PerFile, enabled
from gradlint.source.discovery import Target
from gradlint.source.parsing import parse
from gradlint.source.reading import from_bytes, load
from gradlint.source.suppression import speaks_to_gradlint
from gradlint.source.text import SourceFile, SyntaxFailure, Unreadable, display_path

NO_FRAMEWORK = "no framework that gradlint knows is named"
NOTHING_TO_JUDGE = "a framework is named, but nothing that the selected rules judge"


class Checker:
    """Checks one program after another under the same settings."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        rules = enabled(registry, settings.layers)
        root = os.path.abspath(settings.root).replace(os.sep, "/")
        self._per_file = PerFile(registry, rules, settings.per_file_ignores, root)
        self._silence = Silence(registry, self._rules, settings.max_file_size)
        self._analyzer = Analyzer(registry, settings.max_file_size)

    def all(self, targets: Iterable[Target]) -> Outcome:
        """Check the files `targets`."""
        collect_rarely()
        outcome = Outcome()
        for target in targets:
            outcome.add(self.file(target))
            collect()
        return outcome

    def file(self, target: Target) -> Outcome:
        """Check one file."""
        data = load(target.path, max_size=self._settings.max_file_size)
        if isinstance(data, Unreadable):
            return self.unreadable(data)
        if isinstance(data, Skip):
            return Outcome(skipped=[data])
        return self.program(target.path, data, explicit=target.explicit)

    def unreadable(self, subject: Unreadable) -> Outcome:
        """The outcome for a file or directory that cannot be read."""
        findings = own_findings(self._rules(subject.path), subject, subject.path)
        return Outcome(findings=findings, files=int(subject.kind == "file"))

    def crashed(self, path: str, error: BaseException) -> Outcome:
        """The outcome for a file on which the analysis itself broke down."""
        shown = display_path(path)
        return Outcome(findings=crash_findings(self._rules(path), shown, "", error), files=1)

    def program(self, path: str, data: bytes, *, explicit: bool) -> Outcome:
        """Check the program in `data`; one that was not `explicit` may be dismissed unparsed."""
        try:
            source = from_bytes(path, data, max_size=self._settings.max_file_size)
            if isinstance(source, Unreadable):
                return self.unreadable(source)
            if isinstance(source, Skip):
                return Outcome(skipped=[source])
            # A search of the bytes, before they are parsed: many files of a project end here.
            if not (
                explicit
                or spells_framework(data)
                or speaks_to_gradlint(data)
                or self._analyzer.words(path, data)
            ):
                lines = data.count(b"\n")
                return Outcome(files=1, lines=lines, dismissed={NO_FRAMEWORK: [source.path]})
            return self._source(path, source)
        except Exception as error:
            # Whatever a file holds, the other files are still checked.
            return self.crashed(path, error)

    def _rules(self, path: str) -> tuple[Rule, ...]:
        return self._per_file.rules_for(os.path.abspath(path).replace(os.sep, "/"))

    def _source(self, path: str, source: SourceFile) -> Outcome:
        rules = self._rules(path)
        outcome = Outcome(files=1, lines=source.text.count("\n") + 1)
        found: list[Finding] = []
        for failure in source.broken:
            found += own_findings(rules, failure, source.path)
        tree = parse(source)
        if isinstance(tree, SyntaxFailure):
            found += own_findings(rules, tree, source.path)
        elif analysis := self._analysis(path, source, tree, rules):
            outcome.interpreted = 1
            more, outcome.skipped = analysis
            found += more
        else:
            reason = NOTHING_TO_JUDGE if spells_framework(code_of(source)) else NO_FRAMEWORK
            outcome.dismissed = {reason: [source.path]}
        here = [it for it in found if it.path == source.path]
        outcome.add(self._silence.over_own(source, tree, rules, here))
        if len(here) < len(found):
            outcome.add(self._silence.over_others(it for it in found if it.path != source.path))
        lowest = self._settings.severity
        outcome.findings = [it for it in outcome.findings if it.level >= lowest]
        return outcome

    def _analysis(
        self, path: str, source: SourceFile, tree: ast.Module, rules: Sequence[Rule]
    ) -> tuple[list[Finding], list[Skip]] | None:
        """What the rules say, and what was given up; None where they have nothing to judge."""
        try:
            words = self._analyzer.words(path, code_of(source))
            if words is None or all(rule.subject.view is None for rule in rules):
                return None
            options = self._settings.rule_options
            return self._analyzer.analyze(source, tree, rules, options, words)
        except RecursionError:
            return [], [Skip(source.path, None, "nested too deeply to be analysed")]
        except Exception as error:
            return crash_findings(rules, source.path, "", error), []

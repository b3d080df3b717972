"""Which test cases run a line of the code: recorded by coverage.py, one context a test case."""

from __future__ import annotations

import ast
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest


class Recorder:
    """A plug-in of pytest that makes each test case a context of the coverage, and times it."""

    def __init__(self, measured: coverage.Coverage, seconds: dict[str, float]) -> None:
        self.measured = measured
        self.seconds = seconds
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is recorded."""
        items[:] = [item for item in items if item.nodeid not in self.seconds]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Fixtures count as well."""
        self.measured.switch_context(item.nodeid)
        start = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - start
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails as it is would notice everything."""
        if report.failed:
            self.failed.add(report.nodeid)


def record(data_file: str) -> None:
    """Run the tests, and write down which lines each runs and how long it takes."""
    times = Path(data_file + ".json")
    seconds = json.loads(times.read_text()) if times.exists() else {}
    measured = coverage.Coverage(data_file, config_file=False, source=["gradlint", "rules"])
    measured.set_option("run:relative_files", True)
    measured.load()
    measured.start()
    recorder = Recorder(measured, seconds)
    options = ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
    pytest.main(options, plugins=[recorder])
    measured.stop()
    passed = {test: spent for test, spent in seconds.items() if test not in recorder.failed}
    if not passed:
        sys.exit("no test passes")
    measured.save()
    times.write_text(json.dumps(passed))


class LineMap:
    """Which test cases run a line, and the CPU seconds of each."""

    def __init__(self, copy: Path, data_file: str) -> None:
        self.seconds: dict[str, float] = json.loads(Path(data_file + ".json").read_text())
        data = coverage.CoverageData(data_file)
        data.read()
        self._texts = {file: (copy / file).read_text() for file in data.measured_files()}
        self._contexts = {file: data.contexts_by_lineno(file) for file in self._texts}

    def tests(self, file: str, line: int) -> list[str]:
        """The test cases for a line, quickest first.

        They run its statement. One outside functions is run once, on import, by whichever test
        comes first: for it they run a line with one of its names, or any of its file.
        """
        nodes = [it for it in ast.walk(ast.parse(self._texts[file])) if isinstance(it, ast.stmt)]
        around = [it for it in nodes if it.lineno <= line <= _last_line(it)]
        statement = max(around, key=lambda it: it.lineno)
        body, last = getattr(statement, "body", None), _last_line(statement)
        if isinstance(statement, ast.FunctionDef):
            found = self._running(file, statement.body[0].lineno, last)
        else:
            last = body[0].lineno - 1 if body else last
            found = self._running(file, statement.lineno, last)
            if not any(isinstance(it, ast.FunctionDef) for it in around):
                found |= self._using(file, statement) | self._running(file, 1, 10**6)
        return sorted(found, key=lambda test: (self.seconds[test], test))

    def _running(self, file: str, first: int, last: int) -> set[str]:
        lines = self._contexts[file].items()
        found = {test for line, tests in lines if first <= line <= last for test in tests}
        return found & self.seconds.keys()

    def _using(self, file: str, statement: ast.stmt) -> set[str]:
        names = [
            it.id
            for it in ast.walk(statement)
            if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)
        ]
        name, stem = re.compile(rf"\b({'|'.join(names)})\b"), re.compile(rf"\b{Path(file).stem}\b")
        return {
            test
            for other, text in self._texts.items()
            if names and (other == file or stem.search(text))
            for number, line in enumerate(text.splitlines(), start=1)
            if name.search(line)
            for test in self._running(other, number, number)
        }


def _last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno

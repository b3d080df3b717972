"""Change single places of the code and see whether a test notices.

    pip install -e '.[mutation]'
    python tests/benchmarks/mutants.py [PART...] [--each 40] [--seed 0] [--map FILE]

A part is a folder or file, or several joined by `+`; the default is the four that decide what is
found. In each part so many lines are drawn, all that can be changed being as likely, and on each
one of the changes that cosmic-ray makes there: another operator, a negated condition, a number one
higher. It is tried against the tests that run the line, the quickest first, until one fails. What
none notices is printed: it is not tested, or it makes no difference; the reader judges.

Which test cases run which lines is recorded first. `--map` keeps that in FILE; tests that are not
there yet are added to it, so that it serves as long as only tests are written. All happens in a
temporary copy.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import NamedTuple

import numpy  # noqa: F401  A trial is a fork of this process and need not import it again.
import pytest
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from covering_tests import LineMap, record

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["gradlint/model", "gradlint/curves", "gradlint/relations+gradlint/runs/joining", "rules"]
CODE = ["gradlint", "rules"]

LIMIT = 10
"""CPU seconds a trial may take more than ..."""
SLOWER = 3
"""... this many times what its tests took when they were recorded."""
WAITING = 20
"""A trial that waits and uses no CPU is ended after so many times its limit."""

SAME_QUESTION = re.compile(r"_(Is|Eq)_(Eq|Is)$|_(IsNot|NotEq)_(NotEq|IsNot)$")
"""Identity for equality, or back: of None, enums and small numbers that is the same."""

Place = tuple[int, int]
"""Line and column."""


# -- what can be changed -------------------------------------------------------------------------


class Mutant(NamedTuple):
    """The `occurrence`-th change that an operator of cosmic-ray makes in a file."""

    file: str
    line: int
    operator: str
    occurrence: int

    def text(self, source: str) -> str | None:
        """The file as changed; None where that is no program or the same one."""
        changed: str = mutate_code(source, operators()[self.operator], self.occurrence)
        try:
            same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source))
        except SyntaxError:
            return None
        return None if same else changed


@cache
def operators() -> dict[str, Operator]:
    """The operators of cosmic-ray that need no arguments."""
    classes = {name: plugins.get_operator(name) for name in plugins.operator_names()}
    return {
        name: operator()
        for name, operator in classes.items()
        if not operator.arguments() and not SAME_QUESTION.search(name)
    }


def mutants(file: str, source: str) -> dict[int, list[Mutant]]:
    """The changes that can be made on each line of a file."""
    nodes, spans = list(ast_nodes(get_ast(source))), list(left_alone(ast.parse(source)))
    found = defaultdict(list)
    for name, operator in operators().items():
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, place in enumerate(places):
            if not any(start <= place < end for start, end in spans):
                found[place[0]].append(Mutant(file, place[0], name, occurrence))
    return found


def left_alone(tree: ast.Module) -> Iterator[tuple[Place, Place]]:
    """What declares, or is text for people.

    Signatures but for their defaults, annotations, what is imported for them, decorators,
    `__all__`, `__slots__`, f-strings.
    """
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(args=arguments, body=[first, *_]):
                start = span(node)[0]
                defaults = filter(None, [*arguments.defaults, *arguments.kw_defaults])
                for default in sorted(map(span, defaults)):
                    yield start, default[0]
                    start = default[1]
                yield start, span(first)[0]
            case ast.If(test=ast.Name(id="TYPE_CHECKING") as test):
                yield span(test)
            case ast.AnnAssign(annotation=annotation):
                yield span(annotation)
            case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]) | ast.JoinedStr():
                yield span(node)
        for decorator in getattr(node, "decorator_list", ()):
            yield (decorator.lineno, 0), span(decorator)[1]


def span(node: ast.stmt | ast.expr) -> tuple[Place, Place]:
    """Where a node begins and ends."""
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def sample(copy: Path, part: str, dice: random.Random) -> Iterator[Mutant]:
    """One mutant a line of the part, in random order."""
    lines = []
    for place in part.split("+"):
        for path in sorted((copy / place).rglob("*.py")) or [copy / place]:
            found = mutants(str(path.relative_to(copy)), path.read_text())
            lines += [found[line] for line in sorted(found)]
    dice.shuffle(lines)
    return (dice.choice(found) for found in lines)


# -- trials --------------------------------------------------------------------------------------


class Only:
    """A plug-in of pytest that runs these test cases, in this order."""

    def __init__(self, tests: list[str]) -> None:
        self.order = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = [item for item in items if item.nodeid in self.order]
        items.sort(key=lambda item: self.order[item.nodeid])


def run_tests(tests: list[str]) -> None:
    """Run test cases until one fails, and end with pytest's exit code."""
    files = sorted({test.split("::")[0] for test in tests})
    options = ["-x", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    sys.exit(pytest.main([*options, *files], plugins=[Only(tests)]))


def in_fork(copy: Path, work: Callable[[], None], limit: int | None = None) -> int | None:
    """The exit code of work done in the copy; None where its time, in CPU seconds, was up."""

    def inside() -> None:
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        os.environ["PYTHONPATH"] = str(copy)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
        work()

    process = multiprocessing.get_context("fork").Process(target=inside)
    process.start()
    process.join(limit and limit * WAITING)
    process.kill()
    process.join()
    return None if process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL) else process.exitcode


def outcome(copy: Path, mutant: Mutant, line_map: LineMap) -> str | None:
    """`caught`, `timeout` or `survived`, which is printed; None where nothing is changed."""
    path = copy / mutant.file
    source = path.read_text()
    changed = mutant.text(source)
    if changed is None:
        return None
    tests = line_map.tests(mutant.file, mutant.line)
    limit = LIMIT + int(SLOWER * sum(line_map.seconds[test] for test in tests))
    path.write_text(changed)
    code = in_fork(copy, lambda: run_tests(tests), limit) if tests else 0
    path.write_text(source)
    if code != 0:
        return "timeout" if code is None else "caught"
    old, new = (text.splitlines()[mutant.line - 1].strip() for text in (source, changed))
    print(f"{mutant.file}:{mutant.line}: {old}  ->  {new}  ({len(tests)} tests)", flush=True)
    return "survived"


def main() -> None:
    """Make the copy, record the tests, try the mutants and print the table."""
    parser = argparse.ArgumentParser(usage=(__doc__ or "").split("\n\n")[1].strip())
    parser.add_argument("parts", nargs="*", metavar="PART", default=PARTS)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--map", metavar="FILE")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, "copy")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for folder in CODE:
            # Valid by the hash of the source: two changes may share a second and a size.
            mode = PycInvalidationMode.CHECKED_HASH
            compileall.compile_dir(copy / folder, quiet=1, invalidation_mode=mode)
        data_file = os.path.abspath(options.map or Path(temporary, "coverage"))
        if in_fork(copy, lambda: record(data_file)) != 0:
            sys.exit(1)
        line_map = LineMap(copy, data_file)
        for part in options.parts:
            mine = counts[part] = Counter()
            for mutant in sample(copy, part, random.Random(options.seed)):
                if mine.total() < options.each:
                    mine.update(filter(None, [outcome(copy, mutant, line_map)]))
    counts["all"] = sum(counts.values(), Counter())
    print(f"\n{'part':<44}{'caught':>8}{'timeout':>9}{'survived':>10}")
    for part, mine in counts.items():
        print(f"{part:<44}{mine['caught']:>8}{mine['timeout']:>9}{mine['survived']:>10}", end="")
        print(f"{1 - mine['survived'] / max(mine.total(), 1):>7.0%} noticed")


if __name__ == "__main__":
    main()

"""Time `gradlint check` against parsing alone and, where it is installed, against another linter.

    python tests/benchmarks/measure.py PATH... [--runs 5] [--against "torchfix --select ALL"]

Every command is run as a whole process, in turn, `--runs` times after one warm-up; the figures are
medians of the CPU seconds (user and system) that the operating system accounts to it. Machines
drift, so ratios are taken pair by pair.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PARSE = """
import ast, sys, os
for root in sys.argv[1:]:
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    try:
                        ast.parse(file.read())
                    except (SyntaxError, ValueError):
                        pass
"""


def spent(command: Sequence[str]) -> tuple[float, int]:
    """CPU seconds of one run, and the peak memory of the largest child so far in kilobytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return seconds, after.ru_maxrss


def lines_below(paths: Sequence[str]) -> int:
    """Lines of all .py files below `paths`."""
    return sum(
        path.read_bytes().count(b"\n")
        for root in paths
        for path in Path(root).rglob("*.py")
        if path.is_file()
    )


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--against", default="", help="another command, given the paths")
    options = parser.parse_args()
    check = [sys.executable, "-m", "gradlint", "check", "--isolated", "--jobs", "1",
             "--exit-zero", "--output-format", "concise"]  # fmt: skip
    commands = {"gradlint": [*check, *options.paths]}
    commands["ast.parse"] = [sys.executable, "-c", PARSE, *options.paths]
    figures: dict[str, list[float]] = {name: [] for name in commands}
    memory = 0
    for run in range(options.runs + 1):
        for name, command in commands.items():
            seconds, peak = spent(command)
            if name == "gradlint" and run == 0:
                memory = peak
            if run:
                figures[name].append(seconds)
    lines = lines_below(options.paths)
    gradlint = statistics.median(figures["gradlint"])
    ratios = [a / b for a, b in zip(figures["gradlint"], figures["ast.parse"], strict=True)]
    print(f"{lines} lines, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"gradlint   {gradlint:.2f} s CPU, {lines / gradlint:,.0f} lines per CPU-second")
    print(f"ast.parse  {statistics.median(figures['ast.parse']):.2f} s CPU")
    print(f"ratio      {statistics.median(ratios):.2f} (median of {len(ratios)} pairs)")
    print(f"memory     {memory / 1024:.0f} MB peak")
    if options.against:
        other, _ = spent([*shlex.split(options.against), *options.paths])
        print(
            f"{options.against.split()[0]}  {other:.2f} s CPU, {other / gradlint:.0f} times as much"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Time the table reader against `pandas.read_csv` alone, each as a whole process.

    python tests/benchmarks/tables.py [--rows 1000000] [--columns 5] [--runs 5]

A table with a step column and random numbers of 17 digits is written to a temporary directory. The
commands run in turn after one warm-up; the figures are medians of CPU and wall seconds and the
ratio is taken pair by pair. Memory is the peak of the process, beside the bytes of its arrays.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

READ = """
import sys
from gradlint.runs.readers.tables import TableReader
reader = TableReader(sys.argv[1], "run", size={size})
with open(sys.argv[1], "rb") as file:
    while data := file.read(1 << 20):
        reader.feed(data)
print(reader.finish().runs[0].points)
"""

PANDAS = "import sys, pandas; print(pandas.read_csv(sys.argv[1]).size)"


def write(path: Path, rows: int, columns: int) -> None:
    """Write a table of `columns` columns, of which the first is the step."""
    numbers = np.random.default_rng(0)
    names = ",".join(f"loss_{at}" for at in range(columns - 1))
    with path.open("w", encoding="ascii") as file:
        file.write(f"step,{names}\n")
        for begin in range(0, rows, 100_000):
            block = numbers.normal(2, 0.3, (min(100_000, rows - begin), columns - 1)).tolist()
            for at, row in enumerate(block, begin):
                file.write(f"{at},{','.join(map(repr, row))}\n")


def spent(program: str, path: Path) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak megabytes of one run."""
    begin = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", program, str(path)])
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    if status:
        raise SystemExit("a measured process failed")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "metrics.csv"
        write(path, options.rows, options.columns)
        size = path.stat().st_size
        programs = {
            "pandas": PANDAS,
            "tables": READ.format(size=None),
            "tables, size known": READ.format(size=size),
        }
        figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
        for run in range(options.runs + 1):
            for name, program in programs.items():
                figure = spent(program, path)
                if run:
                    figures[name].append(figure)
    arrays = options.rows * 8 * (options.columns - 1 + 2) / 2**20
    print(f"{options.rows} rows x {options.columns} columns, {size / 1e6:.1f} MB", end=", ")
    print(f"arrays {arrays:.0f} MB (values, one of steps, one of lines)")
    for name, measured in figures.items():
        cpu, wall, memory = (statistics.median(part) for part in zip(*measured, strict=True))
        pairs = list(zip(measured, figures["pandas"], strict=True))
        ratios = [statistics.median(a[at] / b[at] for a, b in pairs) for at in (0, 1)]
        print(
            f"{name:20} {cpu:.2f} s CPU ({ratios[0]:.2f}x)  {wall:.2f} s wall ({ratios[1]:.2f}x)"
            f"  {memory:.0f} MB"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

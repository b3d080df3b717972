"""Time `gradlint logs` as whole processes: read, checked and printed.

    python tests/benchmarks/logs.py [--events FILE] [--against VENV/bin/python] [--runs 5]

Three things are measured: a directory with one event file (written by `events.py write` if it does
not exist, 1,000,000 scalars) beside TensorBoard's EventAccumulator with every value kept, where
`--against` names an interpreter that has it; a CSV of 1,000,000 rows by 5 columns beside
`pandas.read_csv` alone; and a metrics.csv of 2,000 rows beside `import numpy, click`. Figures are
medians, ratios are taken pair by pair, bytecode is compiled first as an installation does it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

ACCUMULATED = """
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
found.Reload()
print(sum(len(found.Scalars(tag)) for tag in found.Tags()["scalars"]))
"""

GRADLINT = [sys.executable, "-m", "gradlint", "logs", "--isolated", "--exit-zero", "-q"]


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of CPU and of wall time, megabytes at the peak."""

    cpu: float
    wall: float
    peak: float


def cost(command: list[str]) -> Cost:
    """Run a command to its end."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:6])} failed")
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024)


def compare(name: str, ours: list[str], theirs: list[str], runs: int) -> None:
    """Print what both take and their ratio."""
    pairs = [(cost(ours), cost(theirs)) for _ in range(runs + 1)][1:]
    for kind in ("cpu", "wall"):
        here = statistics.median(getattr(our, kind) for our, _ in pairs)
        there = statistics.median(getattr(their, kind) for _, their in pairs)
        ratio = statistics.median(getattr(o, kind) / getattr(t, kind) for o, t in pairs)
        print(f"{name:<34}{kind:<6}{here:7.3f} s  beside {there:7.3f} s  ratio {ratio:.2f}")
    print(f"{name:<34}peak  {max(our.peak for our, _ in pairs):7.0f} MB", flush=True)


def write_table(path: Path, rows: int, columns: int) -> None:
    """A table of a run: step and random metrics."""
    noise = np.random.default_rng(0).standard_normal((rows, columns - 1))
    names = ["step", "train/loss", "val/loss", "grad_norm", "lr"][:columns]
    values = np.exp(0.1 * noise)
    with path.open("w") as file:
        file.write(",".join(names) + "\n")
        for first in range(0, rows, 10_000):
            block = values[first : first + 10_000]
            file.writelines(
                f"{first + at}," + ",".join(map(repr, map(float, row))) + "\n"
                for at, row in enumerate(block)
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=Path)
    parser.add_argument("--against", default="")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    for folder in ("gradlint", "rules"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        events = options.events or folder / "events" / "events.out.tfevents.1.host"
        if not events.exists():
            events.parent.mkdir(parents=True, exist_ok=True)
            writer = str(ROOT / "tests/benchmarks/events.py")
            subprocess.run([sys.executable, writer, "write", str(events)], check=True)
        nothing = [sys.executable, "-c", "import numpy, click"]
        compare("1,000,000 events", [*GRADLINT, str(events.parent)], nothing, options.runs)
        if options.against:
            there = cost([options.against, "-c", ACCUMULATED, str(events)])
            print(f"{'EventAccumulator':<34}cpu   {there.cpu:7.3f} s  peak {there.peak:.0f} MB")
        big, small = folder / "big.csv", folder / "metrics.csv"
        write_table(big, 1_000_000, 5)
        write_table(small, 2_000, 5)
        pandas = [sys.executable, "-c", f"import pandas; pandas.read_csv({str(big)!r})"]
        compare("CSV of 1,000,000 x 5", [*GRADLINT, str(big)], pandas, options.runs)
        compare("metrics.csv of 2,000 rows", [*GRADLINT, str(small)], nothing, options.runs * 3)


if __name__ == "__main__":
    main()

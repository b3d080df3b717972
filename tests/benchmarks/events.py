"""Time the reading of large event files against TensorBoard's own reader.

    python tests/benchmarks/events.py write PATH [--events 1000000] [--layout LAYOUT]
    python tests/benchmarks/events.py measure PATH [--runs 5] [--against VENV/bin/python]

`write` makes a file of scalars, ten tags a step, in one of the layouts that writers have; `measure`
reads it in a process of its own, `--runs` times, and prints the least CPU seconds (user and system,
start-up and imports included) and the peak memory. `--against` names an interpreter that has
TensorBoard, which then reads the file once with every value kept.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

TAGS = (
    "train/loss", "train/grad_norm", "train/lr", "train/accuracy", "val/loss", "val/accuracy",
    "perf/tokens_per_second", "perf/step_time", "weights/norm_encoder", "weights/norm_decoder",
)  # fmt: skip

OURS = """
import sys
from gradlint.runs.readers.protocol import BLOCK
from gradlint.runs.readers.tfevents import TfeventsReader
reader = TfeventsReader(sys.argv[1], "run")
with open(sys.argv[1], "rb") as file:
    while block := file.read(BLOCK):
        reader.feed(block)
reading = reader.finish()
assert not reading.problems
print(reading.runs[0].points)
"""

THEIRS = """
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
print(sum(len(accumulator.Scalars(tag)) for tag in tags["scalars"])
      + sum(len(accumulator.Tensors(tag)) for tag in tags["tensors"]))
"""


def one_each(step: int, values: dict[str, bytes]) -> Iterator[list[bytes]]:
    """An event for each value, as PyTorch and TensorFlow 2 write them."""
    yield from ([value] for value in values.values())


def together(step: int, values: dict[str, bytes]) -> Iterator[list[bytes]]:
    """One event for all values of a step, as merged summaries of TensorFlow 1."""
    yield list(values.values())


def irregular(step: int, values: dict[str, bytes]) -> Iterator[list[bytes]]:
    """The values of a step in ever different order, some of them left out."""
    chosen = random.sample(list(values.values()), random.randint(5, len(values)))
    yield from ([value] for value in chosen)


def write(path: Path, events: int, layout: str) -> None:
    """Write about `events` scalars."""
    from tests.runs.readers.tfevents.event_files import VERSION, event, scalar, simple

    value: Callable[[str, float], bytes] = scalar if layout == "tensors" else simple
    arrange = {"together": together, "irregular": irregular}.get(layout, one_each)
    # The messages differ in their last four bytes only; the tensor's stand before its metadata.
    marked = {tag: value(tag, struct.unpack("<f", MARK)[0]) for tag in TAGS}
    random.seed(0)
    written, step, wall = 0, 0, 1.7e9
    with path.open("wb") as file:
        file.write(VERSION)
        while written < events:
            values = {
                tag: message.replace(MARK, struct.pack("<f", random.random()))
                for tag, message in marked.items()
            }
            for held in arrange(step, values):
                wall += random.random() / 100
                file.write(event(step, *held, wall=wall))
                written += len(held)
            step += 1


MARK = b"\x01\x02\x03\x04"


def spent(command: list[str]) -> tuple[float, float, str]:
    """CPU seconds, peak memory in MB, and the output of a process."""
    # A child of its own for each measurement, since the peak is that of the largest child so far.
    reader, writer = os.pipe()
    if not (child := os.fork()):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024} {done.stdout.strip()}"
        os.write(writer, report.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    seconds, memory, output = os.read(reader, 1000).decode().split(maxsplit=2)
    return float(seconds), float(memory), output


def measure(path: Path, runs: int, against: str) -> None:
    """Print the figures."""
    least, memory, points = min(spent([sys.executable, "-c", OURS, str(path)]) for _ in range(runs))
    size = path.stat().st_size / 1e6
    print(f"{path.name}: {size:.0f} MB, {points} points")
    print(f"gradlint     {least:7.2f} s CPU  {memory:6.0f} MB")
    if against:
        seconds, memory, points = spent([against, "-c", THEIRS, str(path)])
        print(f"tensorboard  {seconds:7.2f} s CPU  {memory:6.0f} MB  {points} points")
        print(f"ratio        {seconds / least:7.1f}")


def main() -> None:
    """Write, or measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=["write", "measure"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument(
        "--layout", choices=["simple", "tensors", "together", "irregular"], default="simple"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--against", default="")
    options = parser.parse_args()
    if options.verb == "write":
        write(options.path, options.events, options.layout)
    else:
        measure(options.path, options.runs, options.against)


if __name__ == "__main__":
    main()

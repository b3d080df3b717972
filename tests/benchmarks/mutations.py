"""Damage training logs in every way and see that nothing breaks.

    python tests/benchmarks/mutations.py [--count 20000] [--seed 0] [FILES...]

Files (by default logs that are written here, one of each format) are cut, flipped, repeated,
shuffled, filled with zeros or with text of other formats, and checked. An exception, a rule that
raised, or a file that takes more than ten seconds is printed, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gradlint.config import Settings
from gradlint.engine.logs import check_logs
from gradlint.registry import log_registry
from tests.engine.test_log_pieces import LOGS

SLOW = 10.0
LARGEST = 200_000
"""Bytes kept of a file, so that many variants fit into the time."""

SPICES = (
    b"nan", b"NaN,", b"-inf", b"\x00" * 64, b"\xff\xfe",
    b'{"loss": null}', b"\r", b"\n\n", b"1e999",
    b"step,loss\n", b"\x1b[2K", b"9" * 400, b"[" * 300, b'"', b";", b"\xf8" * 8, b"Epoch 1/2\n",
    b"-9223372036854775809", b"| loss | 1 |\n", b"Traceback (most recent call last):\n",
)  # fmt: skip


def flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 30)):
        data[dice.randrange(len(data))] = dice.randrange(256)


def cut(data: bytearray, dice: random.Random) -> None:
    low = dice.randrange(len(data))
    del data[low : low + dice.randint(1, len(data))]


def truncate(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def spice(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data) + 1)
        data[at:at] = dice.choice(SPICES)


def double(data: bytearray, dice: random.Random) -> None:
    low = dice.randrange(len(data))
    data[low:low] = data[low : low + dice.randint(1, 4000)] * dice.randint(1, 20)


def shuffle(data: bytearray, dice: random.Random) -> None:
    lines = bytes(data).split(b"\n")
    dice.shuffle(lines)
    data[:] = b"\n".join(lines)


WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip, cut, truncate, spice, double, shuffle,
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    logs = {str(path): path.read_bytes()[:LARGEST] for path in options.files} or LOGS
    dice = random.Random(options.seed)
    registry, settings = log_registry(), Settings()
    codes: Counter[str] = Counter()
    bad = 0
    slowest = (0.0, "")
    for number in range(options.count):
        name, whole = dice.choice(list(logs.items()))
        data = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            if data:
                dice.choice(WAYS)(data, dice)
        begun = time.perf_counter()
        try:
            stream = io.BytesIO(bytes(data))
            found = check_logs([], settings, registry, stdin=stream, stdin_filename=name)
            json.dumps([finding.message for finding in found.findings])
        except Exception:
            bad += 1
            print(f"number {number}, {name}:")
            traceback.print_exc(limit=-4)
            continue
        taken = time.perf_counter() - begun
        slowest = max(slowest, (taken, f"number {number}, {name}, {len(data)} bytes"))
        codes.update(finding.code for finding in found.findings)
        broken = [it.message for it in found.findings if it.code == "GL005"]
        if broken or taken > SLOW:
            bad += 1
            print(f"number {number}, {name}: {taken:.1f} s {broken}")
    print(f"{options.count} damaged logs, {bad} trouble; slowest {slowest[0]:.2f} s ({slowest[1]})")
    print(dict(sorted(codes.items())))
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())

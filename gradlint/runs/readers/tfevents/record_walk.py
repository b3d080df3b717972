"""From record to record by the lengths they state, a batch at a time."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from gradlint.runs.readers.tfevents import checksum

Positions = NDArray[np.int64]

HEADER = 12
FOOTER = 4
FRAME = HEADER + FOOTER

PROBED = 256
"""Lengths among which a period is looked for before the rest is guessed from it: the tags of one
step in the order of writing, twice over."""

RECURRING = 48
"""Lengths that must recur to be taken for a period; a wrong guess costs but one comparison."""

_uint64 = struct.Struct("<Q").unpack_from


def uint64_at(data: bytearray) -> NDArray[np.uint64]:
    """The little-endian words of `data` that begin at each of its bytes; no copy."""
    return np.ndarray((max(0, len(data) - 7),), "<u8", data, strides=(1,))


def uint32_at(data: bytearray) -> NDArray[np.uint32]:
    """The little-endian half words of `data` that begin at each of its bytes; no copy."""
    return np.ndarray((max(0, len(data) - 3),), "<u4", data, strides=(1,))


def walk(data: bytearray, at: int, most: int) -> Positions:
    """Where the whole records from `at` on begin, by their lengths alone, and where the last ends.

    int64, shape (n + 1,); about `most` records are followed at a time. Logs repeat themselves: one
    step writes the same tags as the one before, so the lengths of what is ahead are guessed from
    their period and then compared, all at once; where they differ a loop goes on.
    """
    parts: list[Positions] = []
    count, probed = 0, PROBED
    while count < most:
        wanted = min(probed, most - count)
        starts, at = _loop(data, at, wanted)
        parts.append(np.array(starts, np.int64))
        count += len(starts)
        if len(starts) < wanted:
            break
        ahead = _repeat(data, np.append(parts[-1], at), most - count)
        # Irregular logs are not probed again and again.
        probed = PROBED if len(ahead) > probed else 2 * probed
        if len(ahead):
            parts.append(ahead[:-1])
            count += len(ahead) - 1
            at = int(ahead[-1])
    parts.append(np.array([at], np.int64))
    return np.concatenate(parts)


def _loop(data: bytearray, at: int, most: int) -> tuple[list[int], int]:
    """Starts of at most `most` whole records, and the end of the last."""
    starts: list[int] = []
    size = len(data)
    try:
        for _ in range(most):
            end = at + _uint64(data, at)[0] + FRAME
            if end > size:
                break
            starts.append(at)
            at = end
    except struct.error:
        pass
    return starts, at


def _repeat(data: bytearray, bounds: Positions, most: int) -> Positions:
    """Bounds of the records behind `bounds`, for as long as their lengths repeat the pattern."""
    nothing = bounds[:0]
    if len(bounds) <= PROBED:
        return nothing
    sizes = np.diff(bounds[-PROBED - 1 :])
    text = sizes.tobytes()
    found = text.rfind(text[-RECURRING * 8 :], 0, len(text) - 8)
    while found % 8 and found > 0:
        found = text.rfind(text[-RECURRING * 8 :], 0, found + RECURRING * 8 - 1)
    if found < 0:
        return nothing
    period = sizes[found // 8 + RECURRING :]
    turn = int(period.sum())
    at = int(bounds[-1])
    turns = min((len(data) - at) // turn, most // len(period))
    if turns < 1:
        return nothing
    ends = np.cumsum(period)
    first = np.append(0, ends[:-1])
    starts: Positions = (at + np.arange(turns, dtype=np.int64)[:, None] * turn + first).ravel()
    stated = uint64_at(data)[starts]
    wrong = np.flatnonzero(stated != np.tile((period - FRAME).astype(np.uint64), turns))
    good = int(wrong[0]) if len(wrong) else len(starts)
    if good == len(starts):
        return np.append(starts, at + turns * turn)
    return starts[: good + 1]


def unbroken(data: bytearray, starts: Positions, lengths: Positions, longest: int) -> int:
    """How many records from the first on have a right header and at most `longest` bytes."""
    stored = uint32_at(data)[starts + 8]
    wrong = (stored != checksum.of_lengths(lengths)) | (lengths > longest)
    return int(wrong.argmax()) if wrong.any() else len(starts)

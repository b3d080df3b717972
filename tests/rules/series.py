"""A small language for long curves: the `series` fences of the rule documents -> a run.

    steps 2000 every 10          how many points, their distance (1), and `from` which step (0)
    axis epoch                   what steps count
    loss: 2.3 ~> 0.3, noise 5%   a curve: `A` stays, `A -> B` is straight, `A ~> B` decays, `A *> B`
                                 is straight in logarithms, `A cos> B` half a cosine, `A sin B` a
                                 sine between the two; noise is a factor (5%) or a sum (+-0.1)
    loss: 2 -> 1, noise t3 5%    noise of Student's t with 3 degrees of freedom; `ar0.9 5%` is
                                 autoregressive, each value 0.9 of the last and something new
    loss: 1 for 700 then 1 ~> 0  pieces one after another, each but the last so many points long
    rate: 1 cos> 0 each 200      a piece that begins anew every 200 points
    loss: times 1.1 -> 1 each 9  the curve times another one (of the same words, noise included)
    loss: x10 at 900 for 4       four points ten times as high, from step 900 on
    loss: grow 1.5 from 900      each point from there on 1.5 times further up
    loss: swing 2 from 90 to 300 every other point twice as high
    loss: = 0.5 from 900         a value (also nan and inf), `at` one step or `from` .. `to`
    loss: blank from 900         no points
    loss: only every 50          the points of every 50th step
    norm: at most 1              cut off there; also `at least`
    loss: rounded 3              to three decimals, as logs are

Noise is pseudo-random and the same every time. Later lines change what earlier lines made.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

from gradlint.runs.roles.assignment import assign_roles
from gradlint.runs.run import Curve, Run

_HEADER = re.compile(r"steps (\d+)(?: every (\d+))?(?: from (\d+))?$")
_PIECE = re.compile(r"(\S+)(?: (->|~>|\*>|cos>|sin) (\S+))?(?: each (\d+))?(?: for (\d+))?$")
_NOISE = re.compile(r"(?:(t|ar)(\d+(?:\.\d+)?) )?(?:(\S+)%|\+-(\S+))$")
_PLACE = r"(?: at (\d+)(?: for (\d+))?| from (\d+)(?: to (\d+))?)$"
_CHANGE = re.compile(r"(x\S+|grow \S+|swing \S+|= \S+|blank)" + _PLACE)
_ONLY = re.compile(r"only every (\d+)$")
_ROUNDED = re.compile(r"rounded (\d+)$")
_BOUND = re.compile(r"at (most|least) (\S+)$")

DECAY = 5.0
"""Time constants of `~>` in the length of its piece."""


def run_of(text: str, name: str = "example") -> Run:
    """The run that a `series` fence describes.

    Raises:
        ValueError: a line is not of the language.
    """
    steps = np.arange(1000, dtype=np.int64)
    axis = "step"
    values: dict[str, np.ndarray] = {}
    keep: dict[str, np.ndarray] = {}
    for line in text.splitlines():
        line = line.strip()
        header = _HEADER.match(line)
        if not line or line.startswith("#"):
            continue
        if header:
            count, every, start = (
                int(it or default) for it, default in zip(header.groups(), (0, 1, 0), strict=True)
            )
            steps = np.arange(count, dtype=np.int64) * every + start
        elif line.startswith("axis "):
            axis = line.removeprefix("axis ")
        else:
            tag, _, words = line.partition(": ")
            if tag in values:
                _change(words, steps, values[tag], keep[tag])
            else:
                values[tag] = _shape(words, len(steps), zlib.crc32(tag.encode()))
                keep[tag] = np.ones(len(steps), np.bool_)
    curves = {
        tag: Curve(tag, steps[keep[tag]], series[keep[tag]], axis=axis)
        for tag, series in values.items()
    }
    for tag, curve in curves.items():
        curve.records = np.flatnonzero(keep[tag]).astype(np.int64) + 2
    run = Run(name, name, "csv", curves)
    assign_roles(run)
    return run


def _shape(words: str, count: int, seed: int) -> np.ndarray:
    form, _, noise = words.partition(", noise ")
    pieces: list[np.ndarray] = []
    left = count
    for piece in form.split(" then "):
        found = _PIECE.match(piece)
        if not found:
            raise ValueError(f"no shape: {words}")
        first, arrow, last, each, length = found.groups()
        size = min(int(length or left), left)
        way = np.linspace(0.0, 1.0, size)
        if each:
            way = np.arange(size) % int(each) / int(each)
        pieces.append(_drawn(float(first), arrow, float(last or first), way))
        left -= size
    curve = np.concatenate(pieces)
    if len(curve) < count:
        raise ValueError(f"no more than {len(curve)} points: {words}")
    return _noisy(curve, noise, seed) if noise else curve


def _drawn(start: float, arrow: str | None, end: float, way: np.ndarray) -> np.ndarray:
    if arrow == "~>":
        return end + (start - end) * np.exp(-DECAY * way)
    if arrow == "*>":
        return start * (end / start) ** way
    if arrow == "cos>":
        return end + (start - end) * (1.0 + np.cos(np.pi * way)) / 2.0
    if arrow == "sin":
        return (start + end) / 2.0 + (end - start) / 2.0 * np.sin(2.0 * np.pi * way)
    return start + (end - start) * way


def _noisy(curve: np.ndarray, noise: str, seed: int) -> np.ndarray:
    found = _NOISE.match(noise)
    if not found:
        raise ValueError(f"no noise: {noise}")
    kind, parameter, percent, spread = found.groups()
    draw = np.random.default_rng(seed)
    if kind == "t":
        wild = draw.standard_t(float(parameter), len(curve))
    else:
        wild = draw.standard_normal(len(curve))
    if kind == "ar":
        kept = float(parameter)
        for at in range(1, len(wild)):
            wild[at] = kept * wild[at - 1] + np.sqrt(1.0 - kept * kept) * wild[at]
    if percent:
        return curve * np.exp(float(percent) / 100 * wild)
    return curve + float(spread) * wild


def _change(words: str, steps: np.ndarray, values: np.ndarray, keep: np.ndarray) -> None:
    only = _ONLY.match(words)
    if only:
        keep &= steps % int(only.group(1)) == 0
    elif not _change_all(words, values):
        _change_some(words, steps, values, keep)


def _change_all(words: str, values: np.ndarray) -> bool:
    rounded = _ROUNDED.match(words)
    bound = _BOUND.match(words)
    if rounded:
        values[:] = np.round(values, int(rounded.group(1)))
    elif bound:
        nearer = np.minimum if bound.group(1) == "most" else np.maximum
        values[:] = nearer(values, float(bound.group(2)))
    elif words.startswith("times "):
        factor = words.removeprefix("times ")
        values *= _shape(factor, len(values), zlib.crc32(factor.encode()))
    else:
        return False
    return True


def _change_some(words: str, steps: np.ndarray, values: np.ndarray, keep: np.ndarray) -> None:
    found = _CHANGE.match(words)
    if not found:
        raise ValueError(f"no change: {words}")
    what, at, length, start, end = found.groups()
    first = int(np.searchsorted(steps, int(at or start)))
    last = len(steps)
    if at:
        last = first + int(length or 1)
    elif end:
        last = int(np.searchsorted(steps, int(end), "right"))
    here = slice(first, last)
    count = len(values[here])
    if what == "blank":
        keep[here] = False
    elif what.startswith("x"):
        values[here] *= float(what[1:])
    elif what.startswith("grow"):
        with np.errstate(over="ignore"):
            values[here] *= float(what.split()[1]) ** np.arange(1, count + 1)
    elif what.startswith("swing"):
        values[here] *= np.where(np.arange(count) % 2, float(what.split()[1]), 1.0)
    else:
        values[here] = float(what.split()[1])

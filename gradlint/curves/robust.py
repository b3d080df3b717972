"""Location and scale that a few wild points do not move."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Indices = NDArray[np.intp]

SIGMA = 1.4826
"""Median absolute deviation -> standard deviation of a normal variable: 1 / Phi^-1(3/4)
(Rousseeuw and Croux, 1993, Alternatives to the median absolute deviation)."""

RESOLVED = 0.005
"""Least deviation that counts, as a share of the level: logs are printed with 3 or 4 digits."""

LAGS = (1, 4, 16)
"""Distances of points between which noise is measured: what wanders more slowly is a trend."""

_CERTAIN = 8
"""Points of a series, at least, for each point of a distance above 1."""

_STRETCHES = 64
"""Stretches of a long series by which its noise is estimated, to 0.5%."""

_STRETCH = 1024
"""Points of each of them."""

_SMALL = 4096
"""Points up to which the medians of stretches are taken from lists, which is faster."""

_ENOUGH = 2_048
"""Points of a stretch that its median is taken of, at least, where it has more: they lie evenly in
it, and their median is off by 3% of their deviation."""

_ROWS = 4096
"""Windows gathered at a time: 4096 x 64 values are 2 MB and stay in cache."""


def median(values: Values) -> float:
    """The median of one value or more, no NaN: `numpy.median` takes five times as long for few."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    lower, upper = np.partition(values, (half - 1, half))[half - 1 : half + 1].tolist()
    return float(0.5 * (lower + upper))


def median_and_scale(window: Values) -> tuple[float, float]:
    """The median of `window` and 1.4826 times its median absolute deviation."""
    middle = median(window)
    return middle, SIGMA * median(np.abs(window - middle))


def _middle(ordered: list[float]) -> float:
    """The median of numbers that are in order."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else 0.5 * (ordered[half - 1] + ordered[half])


def trailing(values: Values, window: int, stride: int) -> tuple[Values, Values]:
    """For every point the median of the `window` points before it, and their robust deviation.

    Both are taken anew at every `stride`-th point and hold until the next, so they lag by at most
    `stride` - 1 points. Before `window` points have come all that came count; the first point has
    itself, and no deviation.

    Returns:
        Medians and 1.4826 times the median absolute deviations, both float64, shape (n,).
    """
    count = len(values)
    middle, scale = np.empty(count), np.empty(count)
    middle[0], scale[0] = values[0], 0.0
    # A few numbers at a time are faster in lists than in arrays: most runs are short.
    ordered: list[float] = []
    for index, value in enumerate(values[: min(window, count) - 1].tolist(), 1):
        insort(ordered, value)
        here = middle[index] = _middle(ordered)
        scale[index] = SIGMA * _middle(sorted([abs(other - here) for other in ordered]))
    if count > window:
        half = window // 2
        medians, deviations = [], []
        for rows in _windows(values, window, stride):
            block = np.partition(rows, half, axis=1)
            medians.append(block[:, half].copy())
            block -= medians[-1][:, None]
            deviations.append(np.partition(np.abs(block, out=block), half, axis=1)[:, half].copy())
        _hold(middle[window:], np.concatenate(medians), stride)
        _hold(scale[window:], SIGMA * np.concatenate(deviations), stride)
    return middle, scale


def trailing_noise(values: Values, window: int, stride: int) -> Values:
    """For every point the noise (see `noise`) of the `window` points before it; float64, (n,).

    Infinite before `window` points have come.
    """
    count = len(values)
    result = np.full(count, np.inf)
    if count > window + 2:
        medians = []
        for rows in _windows(values, window + 2, stride):
            second = np.abs(np.diff(rows, 2, axis=1))
            second.partition(window // 2, axis=1)
            medians.append(second[:, window // 2].copy())
        _hold(result[window + 2 :], np.concatenate(medians) * (SIGMA / np.sqrt(6.0)), stride)
    return result


def _hold(result: Values, measured: Values, stride: int) -> None:
    """Fill `result` with each of the measured values `stride` times; the last may be cut."""
    whole = len(result) // stride
    result[: whole * stride].reshape(whole, stride)[:] = measured[:whole, None]
    result[whole * stride :] = measured[-1]


def _windows(values: Values, window: int, stride: int) -> Iterator[Values]:
    """The `window` points before every `stride`-th point, some thousand rows at a time.

    Views of float64, shape (rows, window).
    """
    views = np.lib.stride_tricks.sliding_window_view(values, window)[:-1:stride]
    for first in range(0, len(views), _ROWS):
        yield views[first : first + _ROWS]


def about_its_line(window: Values) -> tuple[float, float, float]:
    """Where a falling window ends, its deviation from its line, and how far above it goes.

    The line runs through the medians of the two halves; of a window that does not fall it is the
    median, since a rise may be what is looked for.
    """
    middle, scale = median_and_scale(window)
    half = len(window) // 2
    slope = (median(window[half:]) - median(window[:half])) / (len(window) - half)
    if slope < 0.0:
        level = window - slope * (np.arange(len(window)) - (len(window) - 1.0))
        end, rest = median_and_scale(level)
        if rest < scale:
            return end, rest, float(level.max()) - end
    return middle, scale, float(window.max()) - middle


def medians_of_three(values: Values) -> Values:
    """The median of each three neighbours; float64, shape (n - 2,), n at least 3."""
    first, second, third = values[:-2], values[1:-1], values[2:]
    low, high = np.minimum(first, second), np.maximum(first, second)
    medians: Values = np.maximum(low, np.minimum(high, third))
    return medians


def block_medians(values: Values, blocks: int) -> tuple[Values, Indices]:
    """The medians of `blocks` stretches of (nearly) equal length, and where each begins.

    Returns:
        Medians, float64, shape (b,), and first indices, intp, shape (b + 1,), the last being n;
        b is `blocks` or, for shorter series, n.
    """
    count = len(values)
    edges = (np.arange(min(blocks, count) + 1) * count // min(blocks, count)).astype(np.intp)
    if count > _SMALL:
        every = max(count // (len(edges) - 1) // _ENOUGH, 1)
        return np.array([median(values[low:high:every]) for low, high in pairwise(edges)]), edges
    plain, cuts = values.tolist(), edges.tolist()
    return np.array([_middle(sorted(plain[low:high])) for low, high in pairwise(cuts)]), edges


def noise(values: Values) -> float:
    """Standard deviation of the noise between points, blind to trends and to level shifts.

    1.4826 MAD of the second differences over sqrt(6): a second difference of white noise has six
    times its variance, and of a straight line it is 0. Of a long series, stretches are looked at
    that lie evenly over it.
    """
    return 0.0 if len(values) < 4 else _bend(_sampled(values), 1)


def wander(values: Values) -> float:
    """Standard deviation of noise that may be correlated, blind to trends and to level shifts.

    White noise is the same at every distance, what wanders is larger at a long one: the largest of
    those in `LAGS`, as far as a series has `_CERTAIN` points for each. Of one, the less of two
    estimates counts: from second differences, which a trend does not move, and from first ones, of
    which a step from one level to another is one.
    """
    if len(values) < 4:
        return 0.0
    sampled = _sampled(values)
    return max(
        min(_bend(sampled, lag), _step(sampled, lag))
        for lag in LAGS
        if lag == 1 or len(values) >= _CERTAIN * lag
    )


def _sampled(values: Values) -> Values:
    """The values, or of a long series stretches that lie evenly over it, shape (stretches, n)."""
    if len(values) <= 2 * _STRETCHES * _STRETCH:
        return values
    starts = np.linspace(0, len(values) - _STRETCH, _STRETCHES).astype(np.intp)
    stretches: Values = values[starts[:, None] + np.arange(_STRETCH)]
    return stretches


def _bend(values: Values, lag: int) -> float:
    before, middle, after = values[..., : -2 * lag], values[..., lag:-lag], values[..., 2 * lag :]
    return median_and_scale((after - 2.0 * middle + before).ravel())[1] / float(np.sqrt(6.0))


def _step(values: Values, lag: int) -> float:
    steps = (values[..., lag:] - values[..., :-lag]).ravel()
    return median_and_scale(steps)[1] / float(np.sqrt(2.0))

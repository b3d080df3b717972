"""Where a series leaves, upwards, what its last points predict, and how surprising that is.

The prediction of a point is the median of the four before it. What the points differ from their
predictions by are innovations; the largest of those of the recent past are the tail that a new one
is compared with (peaks over threshold: Siffer et al., KDD 2017, Anomaly Detection in Streams with
Extreme Value Theory). The same is asked of the medians of 2, 4, ... 32 points, so that a climb over
eight epochs is one departure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradlint.curves.jump import BRIEF, Jump, followed
from gradlint.curves.robust import Values, median, median_and_scale

SCALES = (1, 2, 4, 8, 16, 32)
"""Points whose median is one value: from a single batch to a climb over some dozen points."""

MOST_VALUES = 32_768
"""Values of a scale, at most: what is as short as a few points of a million is left to excursions,
which look at each."""

MANY = 8_192
"""Values of a scale from which each is the median of `FEW` of its points: medians take time."""

FEW = 8
"""Points of a stretch, of such a scale, whose median is its value."""

PREDICTED_FROM = 4
"""Values whose median predicts the next."""

LEAST = 10
"""Values of a scale, at least: four to predict from, and some to know the innovations of."""

HISTORY = 64
"""Innovations that the tail is estimated from; 25 to 100 behave alike."""

FEWEST = 4
"""Innovations, at least: of fewer, nothing is known of the tail."""

TAIL = 0.25
"""Share of the innovations that is their tail."""

LONG_HISTORY = 4096
"""Innovations that the tail of wild draws is estimated from: they are rare."""

HEAVY_TAIL = 0.1
"""Share of the sizes of the innovations that is this tail."""

WORTH = 3.0
"""Deviations of all innovations from which one is looked at, to save work: what is below departs
from nothing."""

CLIMB = 2.0
"""Deviations of all innovations by which a value stands above the one before on a climb."""

MOST = 400
"""Innovations looked at in one scale, the largest; a series with more has no calm past to leave."""

BEFORE = 3
"""Points, at least, whose median is the level that a departure leaves."""

RESOLVED = 1e-3
"""Mean excess of a tail, in logarithms, below which rounding makes it: logs have 3 or 4 digits."""

_TINY = 1e-12
_LOG_MOST = 709.0


@dataclass(frozen=True, slots=True)
class Departure(Jump):
    """A stretch, of one point or many, that the points before it did not let expect.

    Attributes:
        level: the level it comes to, the median of some points about its peak.
        surprise: -log10 of the number of such departures that the noise of the series is expected
            to make in all its points: 0 is one a run, 2 is one in a hundred runs.
    """

    level: float
    surprise: float


def departures(values: Values) -> list[Departure]:
    """The departures of a series with a surprise above 0, in order; they do not overlap.

    Innovations are taken in logarithms where all values are positive: the noise of losses and norms
    is multiplicative.

    Args:
        values: float64, shape (n,), all finite.
    """
    positive = len(values) > 0 and bool(values.min() > 0.0)
    scaled = np.log(values) if positive else values
    found: list[Departure] = []
    for scale in SCALES:
        if LEAST <= len(values) // scale <= MOST_VALUES:
            found += _Scale(values, scaled, scale).found()
    chosen: list[Departure] = []
    for it in sorted(found, key=lambda it: -it.surprise):
        if all(it.end < other.start or it.start > other.end for other in chosen):
            chosen.append(it)
    return sorted(chosen, key=lambda it: it.start)


def surprise_of(innovation: float, past: Values, trials: int) -> float:
    """-log10 of the expected number of innovations as large as this one among `trials`.

    The largest of the rises above the median of the past, k of them, exceed a height u by S in all.
    An exponential tail of unknown scale has the predictive probability (1 + x / S) ** -k to exceed
    u by x: a short past asks for more by itself.
    """
    rises = np.sort(past - median(past))
    rises = rises[rises >= 0.0]
    many = max(int(2 * TAIL * len(rises)), 1)
    height = float(rises[-many - 1]) if len(rises) > many else 0.0
    total = float(np.sum(rises[-many:] - height)) + RESOLVED * many
    if innovation <= height:
        return -np.inf
    expected = many * np.log10(1.0 + (innovation - height) / total)
    return float(expected - np.log10(TAIL * trials))


def brief_surprise_of(innovation: float, past: Values, trials: int) -> float:
    """The same for a point or two, which may be a wild draw of noise with heavy tails.

    Noise is about symmetric in logarithms, so falls are of its tail as well. The largest of their
    sizes, k, exceed a size u by S in all in logarithms (Hill, 1975): a Pareto tail of unknown index
    has the predictive probability (1 + log(x / u) / S) ** -k to exceed x.
    """
    sizes = np.sort(np.abs(past))
    many = max(int(HEAVY_TAIL * len(sizes)), 1)
    if len(sizes) <= many:
        return -np.inf
    size = max(float(sizes[-many - 1]), _TINY)
    total = float(np.sum(np.log(np.maximum(sizes[-many:], size) / size))) + RESOLVED * many
    if innovation <= size:
        return -np.inf
    expected = many * np.log10(1.0 + np.log(innovation / size) / total)
    return float(expected - np.log10(HEAVY_TAIL * trials))


class _Scale:
    """The medians of `scale` points each, and what they differ from their predictions by."""

    def __init__(self, values: Values, scaled: Values, scale: int) -> None:
        count = len(scaled) // scale
        blocks = scaled[: count * scale].reshape(count, scale)
        if count > MANY:
            blocks = blocks[:, :: max(scale // FEW, 1)]
        self._values = values
        self._logarithmic = scaled is not values
        self._scale = scale
        self._level = scaled if scale == 1 else np.median(blocks, axis=1)
        self._innovations = innovations(self._level)
        self._spread = max(median_and_scale(self._innovations)[1], _TINY)
        self._calm = np.ones(count, np.bool_)

    def found(self) -> Iterator[Departure]:
        after = 0
        for index in self._candidates():
            if index < after:
                continue
            past = self._past(index, HISTORY)
            if len(past) < FEWEST:
                continue
            surprise = surprise_of(float(self._innovations[index]), past, len(self._level))
            if surprise <= 0.0:
                continue
            base = median(self._level[max(index - PREDICTED_FROM, 0) : index])
            peak, end, recovered = followed(self._level, index, base)
            if self._scale * (end - index + 1) <= BRIEF:
                past = self._past(index, LONG_HISTORY)
                surprise = brief_surprise_of(
                    float(self._innovations[index]), past, len(self._level)
                )
            self._calm[index : end + 1] = False
            after = end + 1
            if surprise > 0.0:
                yield self._departure(self._foot(index), peak, end, recovered, surprise)

    def _foot(self, index: int) -> int:
        """Where the climb to a value began that is the first to be surprising."""
        level = self._level
        while index > 1 and level[index - 1] - level[index - 2] > CLIMB * self._spread:
            index -= 1
        return index

    def _candidates(self) -> list[int]:
        innovations = self._innovations
        found = np.flatnonzero(innovations > WORTH * self._spread)
        if len(found) > MOST:
            found = np.sort(found[np.argpartition(-innovations[found], MOST)[:MOST]])
        return [int(index) for index in found]

    def _past(self, index: int, most: int) -> Values:
        """The calm innovations before `index`, without the one right before it."""
        low, high = max(index - most - 1, 1), max(index - 1, 1)
        return self._innovations[low:high][self._calm[low:high]]

    def _departure(
        self, index: int, peak: int, end: int, recovered: bool, surprise: float
    ) -> Departure:
        """The departure of the values from that of their medians."""
        first = index * self._scale
        last = (end + 1) * self._scale - 1 if recovered else len(self._values) - 1
        about = self._values[peak * self._scale : (peak + 1) * self._scale]
        before = self._values[max(first - max(self._scale, BEFORE), 0) : first]
        return Departure(
            first,
            peak * self._scale + int(np.argmax(about)),
            last,
            median(before),
            float(about.max()),
            recovered,
            self._plain(float(self._level[peak])),
            surprise,
        )

    def _plain(self, level: float) -> float:
        return float(np.exp(min(level, _LOG_MOST))) if self._logarithmic else level


def innovations(level: Values) -> Values:
    """What values exceed the median of the four before each by; of fewer at the beginning."""
    result = np.empty(len(level))
    result[0] = level[0]
    for index in range(1, min(PREDICTED_FROM, len(level))):
        result[index] = median(level[:index])
    if len(level) > PREDICTED_FROM:
        a, b, c, d = level[:-4], level[1:-3], level[2:-2], level[3:-1]
        low, high = np.minimum(a, b), np.maximum(a, b)
        lower, higher = np.minimum(c, d), np.maximum(c, d)
        result[4:] = 0.5 * (np.maximum(low, lower) + np.minimum(high, higher))
    return level - result

"""Progress bars -> one line of text with a counter, and what was glued on behind them."""

from __future__ import annotations

import re

# The repeats are bounded so that a line full of half bars takes linear time: a bar fills a screen.
BAR = "\x02"
"""Stands for the drawn bar in the text that is made of a progress line."""

_TQDM = re.compile(
    r"(?P<what>.*?)(?::? ?)(?<!\d)\d+%\|[^|]{0,1000}\| *(?P<at>[\d.]+\w?)/(?P<total>[\d.]+\w?|\?) "
    r"\[(?P<inside>[^\]]{0,1000})\]"
)
_UNKNOWN_TOTAL = re.compile(
    r"(?P<what>.*?)(?::? ?)\|[^|]{0,1000}\| *(?P<at>[\d.]+\w?)/(?P<total>\?) "
    r"\[(?P<inside>[^\]]{0,1000})\]"
)
_ENDLESS = re.compile(r"(?P<what>.*?)(?::? ?)(?<!\S)(?P<at>\d+)it \[(?P<inside>[^\]]{0,1000})\]")
_HEAVY = re.compile(
    r"(?P<what>.*?)(?::? ?)(?<!\d)\d+% [━─╸╺]{1,200} +(?P<at>[\d.]+\w?)/(?P<total>[\d.]+\w?)"
    r"(?: +[\d.]+\w{0,3}(?:/\w{1,3})?)?(?: +[\d:.]+s?(?:<[\d:.]+s?)?)?(?!\S)"
)
"""Ultralytics' own bars: `640: 100% ━━━━ 17/17 5.5it/s 3.1s`."""


_KERAS = re.compile(r"\d+/(?:\d+|Unknown|\?)(?: \[[=>.]| [━─]| - [\d<]| \x1b|\x02)")
_BAR_FIRST = re.compile(r"\[[=>.]{3}[=>.\d/ ]{0,300}\] ")
"""A bar before its counter, or around it."""


def begins_with_bar(text: str) -> bool:
    """Whether a line begins with a counter and a bar, as those of Keras do."""
    return _KERAS.match(text) is not None or _BAR_FIRST.match(text) is not None


def is_drawn(line: str) -> bool:
    """Whether there is a progress bar in `line`."""
    return "%|" in line or "it [" in line or "% ━" in line or "% ─" in line or "/? [" in line


def without_bars(line: str) -> list[str]:
    """The texts that a line with tqdm bars in it stands for: each bar's, and what follows it.

    `Train: 45%|##  | 45/100 [00:10<00:12, 4.2it/s, loss=0.5] done` gives a text with the
    description, a counter behind `BAR` and the postfix, and the text `done`.
    """
    texts = []
    at = 0
    while True:
        if line.find("%|", at) >= 0:
            match = _TQDM.match(line, at)
        elif line.find("% ━", at) >= 0 or line.find("% ─", at) >= 0:
            match = _HEAVY.match(line, at)
        elif line.find("/? [", at) >= 0:
            match = _UNKNOWN_TOTAL.match(line, at)
        else:
            match = _ENDLESS.match(line, at)
        if match is None:
            break
        found = match.groupdict()
        total = f"/{found['total']}" if found.get("total", "?") != "?" else "/0"
        postfix = found.get("inside", "").split(",", 2)[2:]
        texts.append(f"{found['what']} {BAR}{found['at']}{total} {BAR}{''.join(postfix)}")
        at = match.end()
    rest = line[at:]
    if rest.strip():
        texts.append(rest)
    return texts

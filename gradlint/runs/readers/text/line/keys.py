"""The text before a number -> the key that names it."""

from __future__ import annotations

import re
from functools import lru_cache

from gradlint.runs.readers.text.line.words import NAMES, STOPWORDS, measures

LONGEST_KEY = 120
"""Characters of a key; the longest tags of public logs (layer-wise gradients) have about 90."""

MOST_WORDS = 6
"""Words of a key: `number of skipped iterations` has four; longer ones are sentences."""

WRAPPER = re.compile(
    r"(?:tensor|(?:np|numpy|torch|jnp|tf)\.\w+|array|Array|DeviceArray|float\d*)\(\[?$"
)
"""What a number may be wrapped in: `loss: tensor(0.5)`."""

_DELIMITER = re.compile(
    r"[,;:|(){}\[\]<>=\x02•━│]|(?<!\w)['\"`]|['\"`](?!\w)|(?:^| )[-–—*→>]+(?= |$)| / "
)

_SEPARATOR = re.compile(r"\s*(?:(:=|=>|->|[:=])|( is| was))\s*$")

_WORD = re.compile(r"[^\W\d][\w./@%+\-&^'~$()]*|[\d@/]+[\w@./-]*[^\W\d][\w@./-]*|&|\+|@")

_QUALIFIED = re.compile(
    r"(?P<name>[\w@-]{1,40}(?: [\w@-]{1,40})?) ?(?P<qualifier>\([A-Za-z][\w@ -]{0,30}\))$"
)
"""A name and what it is taken over, in brackets: `f1-score (micro avg) 0.45`."""

_SOURCE = re.compile(r"\.(?:cc|cpp|cu|cuh|c|h|hpp|py|rs|go|lua|java|js)$")
"""The end of a file's name; what follows is its line."""

_UNIT_BEFORE = re.compile(
    r"\w+/s(?:ec(?:ond)?)?|ms|secs?|seconds|mins|minutes|hrs|hours|[KMG]i?B", re.ASCII
)
"""The unit of the number before the key: `12.7 sec loss: 0.5`."""

_ABSOLUTE = re.compile(r"(?:^|[ ,])(\|\w{1,40}\|)$")
"""A name in bars, which parts nothing: `adv 0.59, |lvar| 56.69`."""

_QUOTES = "'\"` "


@lru_cache(maxsize=4096)
def key_of(before: str) -> tuple[str, str, bool, bool]:
    """The key at the end of `before`; the text before it; whether `:` or `=` follows the key; and
    whether a bracket is opened between key and number."""
    text = WRAPPER.sub("", before.rstrip()).rstrip(_QUOTES)
    opened = text[-1:] in ("[", "(")
    if opened:
        text = text.rstrip("[( ")
    text = text.rstrip(_QUOTES + "#")
    separator = _SEPARATOR.search(text)
    firm = separator is not None
    if separator:
        text = text[: separator.start()].rstrip(_QUOTES)
    if text.endswith(")"):
        qualified = _QUALIFIED.search(text)
        if qualified and measures(qualified["name"]):
            key, head, _, _ = key_of(text[: qualified.start("qualifier")])
            return (f"{key} {qualified['qualifier']}" if key else ""), head, firm, opened
    if text.endswith("|") and (absolute := _ABSOLUTE.search(text)):
        return absolute[1], text[: absolute.start(1)], firm, opened
    cut = 0
    for delimiter in _DELIMITER.finditer(text):
        cut = delimiter.end()
    words = text[cut:].split()
    letter = firm and len(words) == 1 and len(words[0]) == 1  # `a: 0.9` is no article
    for at in range(len(words) - 1 - letter, -1, -1):
        if words[at].lower() in STOPWORDS or not _WORD.fullmatch(words[at]):
            if at == len(words) - 1 and not (firm and opened):
                return "", before, firm, opened
            words = words[at + 1 :]
            break
    if len(words) > 1 and _UNIT_BEFORE.fullmatch(words[0]) and words[1] != "per":
        # MXNet separates by tabs alone: `Speed: 100.2 samples/sec Train-accuracy=0.5`.
        del words[0]
    key = " ".join(words).lstrip("/")
    # `Model is improving ppl: inf --> 6.2` tells two values, the older one first.
    too_long = len(words) > MOST_WORDS or len(key) > LONGEST_KEY or "improving" in words
    if too_long or key.lower() in NAMES or _SOURCE.search(key):
        key = ""
    head = text[: len(text) - len(key)] if key else before
    return key, head, firm, opened

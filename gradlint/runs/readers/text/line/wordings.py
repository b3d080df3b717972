"""Lines that put mark, name and value in an order of their own -> the words and order of others."""

from __future__ import annotations

import re
from collections.abc import Callable

from gradlint.runs.readers.text.line.numbers import unit_of
from gradlint.runs.readers.text.line.words import measures

_VALUE = r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|[nN]a[nN]|[iI]nf)"
_REAL = r"[-+]?(?:\d*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|[nN]a[nN]|[iI]nf)"
"""A value that is no count: it has a point or an exponent, or is not finite."""

_WORD_BEFORE_BATCH = (
    # ESPnet: `3epoch:train:101-200batch: `, `3epoch results: [train] `
    (re.compile(r"(?<![\w/])(\d+)epoch:(\w{1,20}):\d+-(\d+)batch:"), r"epoch \1 batch \3 [\2]"),
    (re.compile(r"(?<![\w/])(\d+)epoch results:"), r"epoch \1"),
    # wenet: `TRAIN Batch 3/100 loss` has the epoch before the stroke, and the batch behind it.
    (re.compile(r"\bTRAIN Batch (\d+)/(\d+) (?=loss|acc)"), r"[train] epoch \1 batch \2 "),
    (re.compile(r"\bCV Batch (\d+)/(\d+) (?=loss|acc)"), r"[valid] epoch \1 batch \2 "),
    (re.compile(r"\bEpoch (\d+) CV info cv_(?=loss|acc)"), r"epoch \1 [valid] "),
    (re.compile(r"\bEpoch (\d+) TRAIN info (?=lr)"), r"epoch \1 "),
)

_SAID_AT = re.compile(
    r"(?: for '[\w-]{1,40}')? (?:at|after|for) (?P<mark>epoch|step|iteration|iter|(?:mini)?batch)"
    r"(?:e?s)? #?(?P<at>\d+)(?:-\d+)?(?: is|:| =|=) "
    rf"(?P<value>{_VALUE})(?![\w.])",
    re.IGNORECASE,
)
"""`Cost after iteration 100: 0.64`, `Score at iteration 10 is 1.2`; Kaldi's `... for minibatches
0-9 is -3.1`."""

_RECALLED = re.compile(r"\b(?:best|early|previous|(?:restor|resum|load|sav)\w*)\b", re.IGNORECASE)

_STEP_BEFORE_VALUE = re.compile(
    r"(?P<key>(?:[A-Za-z]{1,20} ){1,3}(?:loss|cost)) (?P<at>\d{1,12}):? "
    rf"(?={_REAL}(?![\w.%]))",
    re.IGNORECASE,
)
"""`Train loss 10 2.345`: the count between name and value."""

_STREAM = re.compile(rf"(?P<at>\d{{1,12}}) (?P<key>[A-Za-z_]\w{{0,40}}) (?P<value>{_REAL})$")
"""`250 val 3.2`: step, name and value are the whole line."""

_LETTER = re.compile(
    r"(?P<before>\[[^\[\]]{1,40}\] "
    r"|(?:[\d/-]{4,10}[ T])?\d\d?:\d\d:\d\d[^\s\w]?\w{0,9} )?"
    r"[(\[]?(?P<mark>it|ep|[sie])[:= ] ?(?P<at>\d{1,12})[)\]]?(?: ?[,:|] ?| )"
    r"(?=[A-Za-z_]\w{0,20}[:= ] ?[-+]?(?:\d{0,12}\.\d|(?:[nN]a[nN]|[iI]nf)(?!\w)))"
)
"""`s:100 trl:3.2`, `e 3 l 0.3 a 0.9`, `[00:01:02] it 100 | L 3.2`: a mark of a letter or two behind
a time or what stands in brackets, if anything, and a real number after the next key."""

_LETTERS = {"s": "step", "i": "iter", "it": "iter", "e": "epoch", "ep": "epoch"}
_LETTERED = re.compile(rf"\b([A-Za-z]\w{{0,20}}) (?={_REAL})")

_BARE_COUNTER = re.compile(r"(?P<at>\d{1,9}) (?P<total>\d{1,9}) (?=[A-Za-z]\w{0,20}: )")
"""`390 391 Loss: 2.05`: position and number of batches without anything between."""

_BARE_STEP = re.compile(
    rf"(?P<at>\d{{1,12}}) (?=[A-Za-z_]\w{{0,30}}={_REAL} [A-Za-z_]\w{{0,30}}={_VALUE})"
)
"""`49 L=2.3 g=7990.5`: a count, and at least two values with their names."""

_PERCENT = re.compile(
    rf"\[?\d+m \d+s \((?:- \d+m \d+s\) \()?(?P<at>\d+) \d+%\) (?P<value>{_REAL})\]?$"
)
"""`0m 30s (- 7m 10s) (5000 6%) 2.85`: elapsed time, what remains, the step, its share, the loss."""

_BEHIND = re.compile(rf"(?P<value>{_VALUE}) (?P<name>[A-Za-z][\w ]{{0,30}})")
_COUNT_FIRST = re.compile(rf"(?P<at>\d{{1,12}}):? (?={_VALUE}[ ,])")

_FEWEST_NAMED = 3
"""Values of a line that are followed by their names, from which on it is read in that order."""

_FEWEST_GROUPS = 2
"""Bracketed groups of a line from which on a key may stand in more than one of them."""

_BRACKETED = re.compile(r" <\w{1,40}>=")
"""SageMaker: `train loss <loss>=2.3`."""

_RATE_SET = re.compile(
    r"\b(?:[A-Za-z]+ing|set|changed|reduced) learning rate(?: of group (?P<group>\d+))? to "
    rf"(?P<value>{_VALUE})",
    re.IGNORECASE,
)
"""What schedulers say: `Epoch 5: reducing learning rate of group 0 to 1.0e-04`."""

_ORDINAL = re.compile(r"第 ?(\d{1,9}) ?(?:个 ?)?(轮|epoch|步|次迭代|次)", re.IGNORECASE)
_ORDINALS = {"轮": "epoch", "epoch": "epoch", "步": "step", "次迭代": "iter", "次": "iter"}
"""`第3轮` is the third epoch."""

_NTH = re.compile(r"(?<!\w)(\d{1,9}) ?번째 (\w{1,20})")
"""`3번째 에폭` is the third epoch."""

_BEHIND_A_BAR = re.compile(
    r"(?P<mark>step|epoch|iter|iteration) (?P<at>\d{1,12}): "
    rf"(?P<key>[A-Za-z]\w{{0,60}}(?: \w{{1,60}}){{0,3}}) \| (?P<value>{_REAL})$",
    re.IGNORECASE,
)
"""`Step 100: train loss | 3.2`: the mark, one name and its value."""

_SINGLE = re.compile(r"(?<![\w.])([-+]?\d{1,9}\.\d{1,12})f(-?\d{1,2})(?![\w.])")
"""Julia prints a number of single precision with `f` before its exponent: `2.5f0`, `1.0f-5`.
Values from 1e6 on, which have another digit there, are not looked for: the look costs each line."""

_PAIR = re.compile(r"\(['\"](?P<key>[^'\"()]{1,60})['\"], (?P<value>[-+\w.]{1,40})\)")
"""`OrderedDict([('loss', 0.5), ('acc', 0.9)])`: a name and its value, in a printed list."""

_LIST_OF_PAIRS = re.compile(r"\b[A-Za-z_][\w.]{0,40}\(\[(?=\(['\"])")
"""What is printed before the pairs of an `OrderedDict`."""

_FACTORY = re.compile(r"\bdefaultdict\((?:<[^<>]{1,80}>|None), (?=\{)")
"""What is printed before the braces of a `defaultdict`."""

_GROUP = re.compile(
    r"(?<![\w\]])(?P<name>[A-Za-z_]\w{0,40})"
    r"\[(?P<inner>[A-Za-z_]\w{0,40}=[^\[\]]{1,400})\]"
)
_GROUP_KEY = re.compile(r"\b(?P<key>[A-Za-z_]\w{0,40})=(?=[-+.\dnNiI])")
"""`loss[loss=0.5, over 10 frames], tot_loss[loss=0.6]`: keys under the name of a group."""

_TWO_OF_ONE = re.compile(
    rf"(?P<one>[a-z]{{1,20}})/(?P<other>[a-z]{{1,20}}) (?P<name>[a-z]{{1,30}}):? "
    rf"(?P<first>{_REAL}) ?/ ?(?P<second>{_REAL})(?![\w./])",
    re.IGNORECASE,
)
"""`mean/median reward 10.1/9.8`: two qualities, what has them, and two values."""

_STEP_BEFORE_BARS = re.compile(
    rf"(?P<at>\d{{1,12}}) \| "
    rf"(?=[A-Za-z_]\w{{0,30}}[:=]? {_REAL} \| [A-Za-z_]\w{{0,30}}[:=]? {_REAL})"
)
"""`250 | loss 3.9 | lr 3e-4`: a count, and at least two values with their names."""

_COMMA = re.compile(r",(?<=\d,)\d")
_POINT = re.compile(r"\.(?<=\d\.)\d")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d{1,9}),(\d{1,12})(?!\d|[.,]\d)")
_PLAINLY_DECIMAL = re.compile(r"(?<![\d.,])(?:0,\d{2,12}|\d{1,9},(?:\d\d|\d{4,12}))(?!\d|[.,]\d)")
"""`Verlust: 2,1027`: where a comma stands before two, four or more digits, or behind a 0, all
commas of the line are decimal. `1,950` alone is read as `1950`: that is how counts are printed."""

_FULL_WIDTH = str.maketrans("：，（）＝【】", ":,()=[]")


def in_common_words(line: str) -> str:
    """`line`, whose words are separated by single spaces, as others would print it."""
    if _COMMA.search(line) and not _POINT.search(line) and _PLAINLY_DECIMAL.search(line):
        line = _DECIMAL_COMMA.sub(r"\1.\2", line)
    if not line.isascii():
        line = _ORDINAL.sub(_ordinal, _NTH.sub(r"\2 \1,", line.translate(_FULL_WIDTH)))
    if "epoch:" in line or "epoch r" in line or " Batch " in line or " info " in line:
        for pattern, words in _WORD_BEFORE_BATCH:
            line, count = pattern.subn(words, line, count=1)
            if count:
                return line
    if "f0" in line or "f-" in line:
        line = _SINGLE.sub(r"\1e\2", line)
    if "([('" in line:
        line = _PAIR.sub(r"'\g<key>': \g<value>", _LIST_OF_PAIRS.sub("[", line))
    if "defaultdict(" in line:
        line = _FACTORY.sub("", line)
    if "[" in line and line.count("=") > 1:
        line = _grouped(line)
    if line.count("/") > 1:
        line = _TWO_OF_ONE.sub(_both, line)
    if ">=" in line:
        line = _BRACKETED.sub("=", line)
    if (" at " in line or " after " in line or " for " in line) and not _RECALLED.search(line):
        line = _SAID_AT.sub(r": \g<value>, \g<mark> \g<at>,", line, count=1)
    if "rate" in line and " to " in line:
        line = _RATE_SET.sub(_rate, line)
    return _reordered(line.lstrip())


def _grouped(line: str) -> str:
    """The line with the keys of its bracketed groups named after them, if it has several.

    A group that is named like its first key (`loss[loss=0.5, ...]`) is what the line is about.
    """
    groups = list(_GROUP.finditer(line))
    if len(groups) < _FEWEST_GROUPS:
        return line
    parts, end = [], 0
    for group in groups:
        name, inner = group["name"], group["inner"]
        if not inner.startswith(f"{name}="):
            inner = _GROUP_KEY.sub(rf"{name}/\g<key>=", inner)
        parts += [line[end : group.start()], f"[{inner}]"]
        end = group.end()
    return "".join([*parts, line[end:]])


def _both(match: re.Match[str]) -> str:
    """Of `train/val loss 0.5/0.6`: `train loss: 0.5, val loss: 0.6`."""
    one, other, name = match["one"], match["other"], match["name"]
    return f"{one} {name}: {match['first']}, {other} {name}: {match['second']}"


def _rate(match: re.Match[str]) -> str:
    """Of parameter groups, the first one's learning rate is read."""
    return "" if (match["group"] or "0") != "0" else f", learning rate: {match['value']}"


def _reordered(line: str) -> str:
    """The line, if nothing of it is in another order than `mark, key: value`."""
    begin = line[:1]
    lettered = begin.isalpha() or "it " in line or "ep " in line
    match = _LETTER.match(line) if lettered else None
    if match:
        rest = _LETTERED.sub(r"\1: ", line[match.end() :])
        return f"{match['before'] or ''}{_LETTERS[match['mark']]} {match['at']}, {rest}"
    if begin.isdigit():
        for order in _ORDERS:
            found = order(line)
            if found:
                return found
    elif begin == "[" and "%) " in line:
        return _share(line) or line
    elif begin.isalpha():
        match = _BEHIND_A_BAR.match(line)
        if match:
            return f"{match['mark']} {match['at']}, {match['key']}: {match['value']}"
        match = _STEP_BEFORE_VALUE.match(line)
        if match:
            return f"step {match['at']}, {match['key']}: {line[match.end() :]}"
    return line


def _stream(line: str) -> str:
    match = _STREAM.match(line)
    return f"step {match['at']}, {match['key']}: {match['value']}" if match else ""


def _bare_step(line: str) -> str:
    match = _BARE_STEP.match(line)
    return f"step {match['at']}, {line[match.end() :]}" if match else ""


def _bare_counter(line: str) -> str:
    match = _BARE_COUNTER.match(line)
    if match is None or int(match["at"]) > int(match["total"]):
        return ""
    return f"[{match['at']}/{match['total']}] {line[match.end() :]}"


def _before_bars(line: str) -> str:
    match = _STEP_BEFORE_BARS.match(line)
    return f"step {match['at']} | {line[match.end() :]}" if match else ""


def _share(line: str) -> str:
    match = _PERCENT.match(line)
    return f"step {match['at']}, loss: {match['value']}" if match else ""


def _named_behind(line: str) -> str:
    """`1: 601.2, 601.3 avg, 0.001 rate`: each value before its name, the first may have none."""
    if line.count(", ") < _FEWEST_NAMED - 1:
        return ""
    count = _COUNT_FIRST.match(line)
    parts = line[count.end() if count else 0 :].rstrip(" ,").split(", ")
    named: list[str] = []
    measured = False
    for at, part in enumerate(parts):
        match = _BEHIND.match(part)
        if match is None:
            if at or not re.fullmatch(_REAL, part):
                return ""
            # What is printed before its own average (darknet).
            named.append(f"loss: {part}")
        elif unit_of(match["name"]) is None:
            named.append(f"{match['name']}: {match['value']}")
            name = match["name"]
            real = re.fullmatch(_REAL, match["value"]) is not None
            measured = measured or (real and (measures(name) or name.endswith("rate")))
    if len(parts) < _FEWEST_NAMED or not measured:
        return ""
    return (f"step {count['at']}, " if count else "") + ", ".join(named)


_ORDERS: tuple[Callable[[str], str], ...] = (
    _stream,
    _bare_step,
    _bare_counter,
    _before_bars,
    _share,
    _named_behind,
)


def _ordinal(match: re.Match[str]) -> str:
    return f"{_ORDINALS[match[2].lower()]} {match[1]}"

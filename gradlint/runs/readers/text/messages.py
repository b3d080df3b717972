"""The vocabulary of trouble: lines in which a program says itself that something went wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from gradlint.runs.readers.text.line.prefixes import rank_of, text_start
from gradlint.runs.run import TRACEBACK, Message

_TRIGGERS = (
    "nan",
    "inf",
    "overflow",
    "finite",
    "at minimum",
    "minimum loss",
    "invalid loss",
    "skipped",
)
"""Every message of the vocabulary has one of these."""

_MET = (
    r"(?:^|\b(?:a|an|got|get|getting|found|hit|detected|encountered|produced|due to|because of) "
    r"|(?:error|exception|warning): )"
)
"""Before `nan loss`, so that `acc: nan loss: 0.3` is not a message."""

_BAD = r"(?:nan|inf|infinite|infinity|not finite|non-?finite)"

_ENDS = (
    r"(?! (?!(?:after|and|at|because|but|due|during|for|from|in|now|on|or|since|so|when|while|with)"
    r"\b)[a-z])"
)
"""Behind `loss is nan`: it ends there, or another part of the sentence begins. Of `NaN dollars`, a
NaN is no value."""

VOCABULARY: tuple[tuple[str, str, str, str], ...] = (
    ("nan-loss", "invalid loss", r"\binvalid loss, terminating training", "Keras TerminateOnNaN"),
    (
        "nan-loss",
        "loss",
        rf"\bloss(?:es)? (?:is|are|was) {_BAD}\b{_ENDS}",
        "MAE, DETR, torchvision",
    ),
    (
        "nan-loss",
        "loss",
        rf"\bloss(?:es)? (?:became|becomes|has become|went|turned|goes) (?:to )?{_BAD}\b",
        "detectron2 FloatingPointError",
    ),
    (
        "nan-loss",
        "loss",
        rf"{_MET}{_BAD} (?:or {_BAD} )?loss\b|\bnon-?finite loss\b",
        "AllenNLP, hand-written checks",
    ),
    ("nan-loss", "diverged", rf"\bmodel diverged with loss = {_BAD}\b", "TensorFlow NanTensorHook"),
    ("nan-gradient", "found", rf"\bfound {_BAD}(?: or {_BAD})? .{{0,20}}\bnorm\b", "Megatron-LM"),
    (
        "nan-gradient",
        "clipped",
        r"\bis non-finite, so it cannot be clipped",
        "torch clip_grad_norm_",
    ),
    (
        "nan-gradient",
        "returned nan",
        r"\breturned nan values in its \d+(?:st|nd|rd|th) output",
        "torch detect_anomaly",
    ),
    (
        "nan-gradient",
        "grad",
        rf"(?:{_MET}{_BAD}|\bnon-?finite) (?:or {_BAD} )?grad(?:ient)?s?\b",
        "hand-written checks",
    ),
    (
        "nan-gradient",
        "grad",
        rf"\bgrad(?:ient)?s?(?:[ _]norm)? (?:is|are|has|have|became|was) {_BAD}\b",
        "fairseq, hand-written checks",
    ),
    ("nan-gradient", "bad grad", r"\bbad grad_?norm detected", "Megatron-LLM"),
    ("nan-tensor", "tensor had", r"\btensor had (?:nan|inf)", "TensorFlow check_numerics"),
    (
        "nan-tensor",
        "encountered",
        r"\bencountered (?:nan|inf)(?:s|inity)?\b|\((?:nan|inf)\) encountered in ",
        "jax_debug_nans, hand-written checks",
    ),
    (
        "nan-tensor",
        "detected|found|encountered",
        r"\bnans? (?:was |were )?(?:detected|found|encountered)(?: |$|[.!,])|\bdetected nans?\b",
        "fairseq NanDetector, hand-written checks",
    ),
    (
        "nan-tensor",
        "stop|abort|exit|terminat|skip",
        rf"\b(?:is|are|has) {_BAD}\W+(?:stop|abort|exit|terminat|skip)",
        "hand-written checks",
    ),
    (
        "overflow-floor",
        "minimum loss scale",
        r"\bminimum loss scale (?:\(\S+\) )?reached",
        "fairseq FloatingPointError",
    ),
    (
        "overflow-floor",
        "at minimum",
        r"\bloss scale (?:is )?already at minimum",
        "DeepSpeed",
    ),
    ("overflow", "gradient overflow", r"\bgradient overflow", "apex, fairseq"),
    ("overflow", "overflow!", r"\boverflow! .{0,40}skipping step", "DeepSpeed"),
    ("overflow", "overflow detected", r"\boverflow detected\b", "fairseq"),
    ("overflow", "skipped batch", r"\bskipped batch, new scale\b", "hand-written scalers"),
)
"""Kind, words of which every such line has one, pattern (lower case), who prints it.

`nan-loss`, `nan-gradient` and `nan-tensor` say that a number is no longer finite; `overflow` is
the loss scaler at work, healthy unless it goes on and on; `overflow-floor` is the scaler at its
end. Beside these, `traceback` is an exception that was printed, with its last line as the text.
"""

_PATTERNS = [
    (kind, words.split("|"), re.compile(pattern)) for kind, words, pattern, _ in VOCABULARY
]
_WORDS = sorted({word for _, words, _ in _PATTERNS for word in words})
_TRACEBACK = re.compile(r"(?:[|+\s-]*)Traceback \(most recent call last\)")
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")

_SAID_IN_CODE = re.compile(
    r"\bif\b.*:\s*$|\bprint\w*\(|\braise \w|\bassert\b|\bself\.|\bdef \w|\bhelp="
    r"|\blog(?:ger)?\.\w+\(|^\s*(?:#|//|\"\"\"|'''|--\w|import |from \S+ import)"
    r"|\{[^{}\"']*\}['\"]|%[sd]\b|=\s*(?:True|False)\b"
)
"""Source, comments, help and settings speak of NaN without having met one."""

_SAID_AT = re.compile(
    r"\b(?:at|in|on|after|during) (?:(epoch)|(?:global[ _])?(?:step|iter|iteration|update))"
    r"[ :=#]{0,3}(\d{1,12})\b",
    re.IGNORECASE,
)
"""`Loss became infinite or NaN at iteration=812!`: a message that names its step, or its epoch."""

_LONGEST_TRACE = 400
"""Lines of one traceback; deep recursions print about 100 with their repeats folded."""

_LONGEST_LINE = 4_000
"""Characters of a line that is searched for messages; longer ones are dumps of data."""

_LONGEST_TEXT = 400
"""Characters of a message that are kept."""

MOST_MESSAGES = 10_000
"""Messages kept; a run that overflows at every step prints one a step."""


class Placed(Protocol):
    """What the steps of the points turned out to be."""

    @property
    def axis(self) -> str:
        """What they count."""

    def before(self, line: int) -> int | None:
        """The step of the last point up to `line`."""


def may_mean(line: str, texts: Sequence[str]) -> bool:
    """Whether a line of these `texts` between its numbers may be a message, for some numbers."""
    low = line.lower()
    if not any(word in low for word in _WORDS):
        return False
    return _kind_of(line) is not None or _kind_of("nan".join(texts)) is not None


def _kind_of(line: str, raised: bool = False) -> str | None:
    """The kind of message that `line` is, None if it is none; `raised`: it ends a traceback."""
    low = line.lower()
    if len(line) > _LONGEST_LINE or not any(trigger in low for trigger in _TRIGGERS):
        return None
    for kind, words, pattern in _PATTERNS:
        if any(word in low for word in words) and (said := pattern.search(low)):
            quoted = low.count("`", 0, said.start()) % 2 == 1
            return None if quoted or (not raised and _SAID_IN_CODE.search(line)) else kind
    return None


class Messages:
    """Collects what the program says of itself."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, int]] = []
        self._own: dict[int, int] = {}
        self._since = 0
        self._lines = 0
        self._rank: int | None = None
        self.left_out = 0

    @property
    def listening(self) -> bool:
        """Whether a traceback is being printed, so that every line counts."""
        return self._since > 0

    def take(self, number: int, line: str, marked: tuple[int, int]) -> None:
        """Look at a line; `marked` is the line that said its step last, and the step."""
        kind = _kind_of(line)
        if kind is not None:
            self._add(kind, line.strip(), number)
            if marked[0] == number:
                self._own[number] = marked[1]

    def trace(self, number: int, line: str) -> bool:
        """Whether the line is part of a traceback, and therefore no metrics."""
        if self._since:
            return self._traced(number, line)
        rank, start = rank_of(line)
        if _TRACEBACK.match(line, start) or _TRACEBACK.match(line, text_start(line, start)):
            self._since, self._lines, self._rank = number, 0, rank
            return True
        return False

    def _traced(self, number: int, line: str) -> bool:
        rank, start = rank_of(line)
        if rank != self._rank:
            return False
        text = line[start:] if start else line
        self._lines += 1
        if self._lines > _LONGEST_TRACE:
            self._add(TRACEBACK, "Traceback (most recent call last)", self._since)
            self._since = 0
            return False
        if text[:1] in " \t|+" or not text.strip():
            return True
        if _TRACEBACK.match(text):
            return True
        if _RAISED.match(text):
            kind = _kind_of(text, raised=True)
            if kind is not None:
                self._add(kind, text.strip(), number)
            self._add(TRACEBACK, text.strip(), number)
            self._since = 0
            return True
        return not text.strip()

    def _add(self, kind: str, text: str, line: int) -> None:
        if len(self._found) < MOST_MESSAGES:
            self._found.append((kind, text[:_LONGEST_TEXT], line))
        else:
            self.left_out += 1

    def finish(self, placed: Placed) -> list[Message]:
        """All messages, with the step that each names, or that was printed last before it.

        A step that is named is none of the log's if it was passed before: it counts anew somewhere.
        """
        if self._since:
            self._add(TRACEBACK, "Traceback (most recent call last)", self._since)
            self._since = 0
        messages = []
        for kind, text, line in self._found:
            step, said = placed.before(line), self._said(text, line, placed.axis)
            messages.append(Message(kind, text, line, said if said >= (step or 0) else step))
        return messages

    def _said(self, text: str, line: int, axis: str) -> int:
        """The step on an axis that a message names itself, -1 if it names none."""
        if axis != "epoch" and line in self._own:
            return self._own[line]
        named = _SAID_AT.search(text)
        fits = named is not None and bool(named[1]) == (axis == "epoch")
        return int(named[2]) if named and fits else -1

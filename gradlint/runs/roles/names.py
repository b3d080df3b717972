"""The name of a series -> what it says by itself, without knowledge of the other series."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from gradlint.runs.kinds import Kind, Role
from gradlint.runs.roles import words as known
from gradlint.runs.roles.translations import in_english, plain

_CAMEL = re.compile(r"(?:(?<=[a-z][a-z])|(?<=[0-9]))(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_PHRASE = max(map(len, known.PHRASES))
_MOST_WORDS = 64
"""Words of a name that are looked at; the longest tags seen (RLlib, nested modules) have 25."""


_UNDER_LOSS = (Kind.AGENT, Kind.RETURN, Kind.SCORE, Kind.LEARNING_RATE, Kind.SCHEDULE)
"""What stands under the heading `Loss` and is none."""


@lru_cache(maxsize=16_384)
def role_of(tag: str) -> Role:
    """What `tag` says by itself, without knowledge of the other series."""
    every = words_of(tag)
    split, words = split_off(every)
    kind = _kind(words) if every != ["error"] else Kind.OTHER  # as likely a count of messages
    if words[:1] == ["loss"] and _has_heading(tag, "loss"):
        # A heading over many things: `Loss/approx_kl` is no loss, `Loss/policy` and `Loss/mse` are.
        own = _kind(words[1:])
        if own in _UNDER_LOSS:
            kind, words = own, words[1:]
    elif words[:1] == ["loss"] and kind is Kind.SCORE:
        kind = Kind.LOSS  # DETR's `loss_dice`, without a heading: the loss of that name
    words = [word for i, word in enumerate(words) if word != "loss" or "loss" not in words[i + 1 :]]
    held = set(words)
    metric = "_".join(_bare(words, kind)) or "_".join(words)
    return Role(kind, split, metric, _is_adversarial(held, kind), _is_component(held, kind))


def _has_heading(tag: str, word: str) -> bool:
    """Whether a part of the name before the last says no more than this, or that and the split."""
    return any(split_off(words_of(part))[1] == [word] for part in tag.split("/")[:-1])


def words_of(tag: str) -> list[str]:
    """The words of a name in lower case, phrases joined, synonyms replaced."""
    lowered = plain(_CAMEL.sub(" ", tag[:2048]))
    apart: list[str] = []
    for word in in_english(_WORD.findall(lowered)[:_MOST_WORDS]):
        apart += _unjoined(word)
    words: list[str] = []
    at = 0
    while at < len(apart):
        for size in range(min(_LONGEST_PHRASE, len(apart) - at), 1, -1):
            joined = known.PHRASES.get(tuple(apart[at : at + size]))
            # In `Loss/value_loss` the value is that of the second one.
            if joined is not None and joined not in apart[at + size : at + size + 1]:
                words.append(joined)
                at += size
                break
        else:
            words.append(known.SYNONYMS.get(apart[at], apart[at]))
            at += 1
    if "vs" in words[1:]:  # `lm loss vs samples`: the second half names the axis
        del words[words.index("vs", 1) :]
    return words


def _unjoined(word: str) -> tuple[str, ...]:
    for prefix in known.JOINED:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and rest in _JOINABLE:
            return (prefix, rest)
    stem = word.removesuffix("loss")
    return (stem, "loss") if stem and stem != word else (word,)


_JOINABLE = frozenset("loss losses acc accuracy ppl perplexity error err norm f1 auc".split())


def split_off(words: list[str]) -> tuple[str, list[str]]:
    """The split that the words name, and the words without it."""
    for name, split in (
        ("test", known.TEST),
        ("validation", known.VALIDATION),
        ("train", known.TRAIN),
        ("validation", known.EVALUATION),
    ):
        if split.intersection(words):
            every = known.TEST | known.VALIDATION | known.TRAIN | known.EVALUATION
            return name, [word for word in words if word not in every]
    return "", words


def own_words(words: list[str]) -> list[str]:
    """The words without those that name a split, or how values were brought together: `mean`."""
    return [word for word in split_off(words)[1] if word not in known.AGGREGATES]


def _kind(words: list[str]) -> Kind:
    held = set(words)
    head = _head(words)
    if "lossscale" in held:
        return Kind.OTHER if head else Kind.LOSS_SCALE
    if head is None or (head is not Kind.LOSS and held & known.GRADIENT):
        return _headless_kind(words, held)
    if held & known.MODIFIERS:
        return Kind.CLOCK if words[-1] in known.CLOCK_HEADS else Kind.OTHER
    if head is Kind.RETURN and held & known.PAIRWISE:
        return Kind.OTHER
    if any(word in known.PHYSICAL and lost == "loss" for word, lost in pairwise(words)):
        return Kind.OTHER
    return head


def _head(words: list[str]) -> Kind | None:
    """What the last word that names a metric names: in `dice_loss` it is the loss."""
    qualified = False
    for word in reversed(words):
        if word in known.CRITERIA and "loss" in words:
            return Kind.LOSS
        if word in known.QUALIFIERS:
            qualified = True
            continue
        for kind, vocabulary in (
            (Kind.LOSS, known.LOSS),
            (Kind.SCORE, known.SCORE),
            (Kind.ERROR, known.ERROR),
            (Kind.RETURN, known.RETURN),
        ):
            if word in vocabulary:
                return kind
        if _is_numbered(word, known.SCORE_STEMS):
            return Kind.SCORE
        if _is_numbered(word, known.ERROR_STEMS):
            return Kind.ERROR
    return Kind.LOSS if qualified else None


def _is_numbered(word: str, stems: tuple[str, ...]) -> bool:
    """`map50`, `ap75`, `rougelsum`, `fid50k`: a stem, a number, at most a letter."""
    if word.startswith("rouge") and "rouge" in stems:
        return True
    return any(
        word.startswith(stem) and re.fullmatch(r"\d{1,3}[a-z]?", word[len(stem) :]) is not None
        for stem in stems
    )


def _headless_kind(words: list[str], held: set[str]) -> Kind:
    """The kind of a name without a word for a loss, a score, an error or a return."""
    modified = bool(held & known.MODIFIERS)
    rest = held - known.AGGREGATES
    named = rest & known.OF_AGENT and rest & known.AGENT_BESIDE_RETURN
    if (rest & known.AGENT_STATISTICS or named) and not modified:
        return Kind.AGENT
    if rest & known.SCHEDULE and rest <= known.SCHEDULE | {"rollout"}:
        return Kind.SCHEDULE
    if held & known.RATE:
        return Kind.OTHER if modified else Kind.LEARNING_RATE
    if held & known.GRADIENT:
        # A gradient's `max_norm` is the setting; its norm by layer (`fc.weight`) is a norm.
        set_apart = modified and not held & known.MODIFIERS <= known.PARAMETER
        return Kind.GRADIENT_NORM if held & known.NORM and not set_apart else Kind.OTHER
    if held & known.SYSTEM:
        return Kind.SYSTEM
    if held & known.PARAMETER and held & known.PARAMETER_STATISTICS:
        return Kind.WEIGHT
    if words and (held <= known.CLOCK or words[-1] in known.CLOCK_HEADS):
        return Kind.CLOCK
    if len(words) == 2 and held & known.SCHEDULED_WEIGHT:
        of_layer = (held - known.SCHEDULED_WEIGHT) & known.LAYERS
        return Kind.OTHER if of_layer else Kind.SCHEDULE
    return Kind.OTHER


def _bare(words: list[str], kind: Kind) -> list[str]:
    """The words without those that say how a metric was taken."""
    total = {"total", "overall"} if kind is Kind.LOSS else set()
    return [word for word in words if word not in known.AGGREGATES and word not in total]


def _is_adversarial(held: set[str], kind: Kind) -> bool:
    if kind is Kind.LOSS:
        return bool(held & (known.RISING | known.RIVALS | known.RIVAL_LETTERS))
    if kind is Kind.ERROR:  # DCGAN's errD and errG
        return bool(held & (known.RIVALS | known.RIVAL_LETTERS))
    return kind is Kind.SCORE and bool(held & known.RIVALS)


def _is_component(held: set[str], kind: Kind) -> bool:
    if kind is Kind.GRADIENT_NORM:
        numbered = any(word.isdecimal() and word not in ("2", "0", "1") for word in held)
        return numbered or bool(held & known.LAYERS)
    if kind is Kind.RETURN:
        return bool(held - known.RETURN - known.RETURN_NEUTRAL - known.AGGREGATES)
    if kind is Kind.LOSS:
        # `bce` or `focal` alone is the loss itself, beside `loss` it says which.
        return bool(held & known.STRICT_PARTS) and len(held - known.AGGREGATES) > 1
    return kind is Kind.OTHER and bool(held & known.RISING)

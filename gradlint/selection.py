"""Select, ignore and per-file patterns -> the rules that are on for a path. Pure: reads no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradlint.registry import Registry, Rule

MOST_NEAREST = 3
"""Rules that are offered in place of an unknown one."""

SHORTEST_PART = 3
"""Letters of a part of a name; two are in too many."""

LEAST_LIKENESS = 0.7
"""difflib's ratio from which a word is a name misspelt: with one letter in five wrong it is 0.73 at
least, while different names of rules are below 0.67, but for three pairs that say the same."""

_PREFIX = re.compile(r"(?:GL|TL)\d{0,3}$", re.IGNORECASE)


class UnknownSelectorError(ValueError):
    """A selector that names no rule and no family; the message says which are near."""

    def __init__(self, selector: str, suggestions: Sequence[str]) -> None:
        super().__init__(f"unknown rule or family `{selector}`{did_you_mean(suggestions)}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of selectors: a configuration file, or the command line.

    `select` None leaves what the layers below chose; a list replaces it.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()


def selector_key(selector: str) -> str | None:
    """The code prefix that `selector` stands for if it is one: `` for `ALL`, else upper-case."""
    if selector.upper() == "ALL":
        return ""
    return selector.upper() if _PREFIX.match(selector) else None


def expand(registry: Registry, selector: str) -> frozenset[str]:
    """The codes of the rules that `selector` names: `ALL`, a family, a code or a name."""
    prefix = selector_key(selector)
    if prefix is not None:
        return frozenset(rule.code for rule in registry if rule.code.startswith(prefix))
    rule = registry.by_name.get(selector.lower().replace("_", "-"))
    return frozenset() if rule is None else frozenset({rule.code})


def validate(registry: Registry, selectors: Iterable[str]) -> None:
    """Check that each selector names something.

    Raises:
        UnknownSelectorError: the first that does not.
    """
    for selector in selectors:
        if selector.upper() != "ALL" and not expand(registry, selector):
            if not expand(registry.known, selector):
                raise UnknownSelectorError(selector, nearest(registry.known, selector))


def enabled(registry: Registry, layers: Sequence[Layer]) -> tuple[Rule, ...]:
    """The rules that are on, before per-file ignores.

    Within a layer the longer selector wins over the shorter, and ignoring over selecting where they
    are equally long. A later layer wins over an earlier one. A `select` that names none of the
    registry's rules was meant for another verb, and leaves them as they are.
    """
    chosen = {rule.code for rule in registry if rule.default}
    carried: list[str] = []
    for layer in layers:
        replaced = _replaces(registry, layer)
        if replaced:
            chosen.clear()
            carried.clear()
        verdict: dict[str, tuple[int, bool]] = {}
        # At equal length the later of these loops wins.
        _apply(registry, carried, False, verdict)
        _apply(registry, (*(layer.select or ()), *layer.extend_select), True, verdict)
        _apply(registry, (*layer.ignore, *layer.extend_ignore), False, verdict)
        for code, (_, on) in verdict.items():
            if on:
                chosen.add(code)
            else:
                chosen.discard(code)
        carried += [*layer.ignore, *layer.extend_ignore]
        if replaced:
            off = {code for code, (_, on) in verdict.items() if not on}
            chosen |= {r.code for r in registry if r.subject.always and r.code not in off}
    return tuple(rule for rule in registry if rule.code in chosen)


def _replaces(registry: Registry, layer: Layer) -> bool:
    if layer.select is None:
        return False
    return not layer.select or any(expand(registry, selector) for selector in layer.select)


def _apply(
    registry: Registry,
    selectors: Sequence[str],
    on: bool,
    verdict: dict[str, tuple[int, bool]],
) -> None:
    for selector in selectors:
        prefix = selector_key(selector)
        for code in expand(registry, selector):
            length = len(code) if prefix is None else len(prefix)
            if length >= verdict.get(code, (-1, on))[0]:
                verdict[code] = (length, on)


class PerFile:
    """The rules that are on for each path, given which patterns take which rules away."""

    def __init__(
        self,
        registry: Registry,
        rules: Sequence[Rule],
        patterns: Mapping[str, Sequence[str]],
        root: str,
    ) -> None:
        self._rules = tuple(rules)
        self._root = root.rstrip("/") + "/"
        self._patterns = [
            (
                _expression(pattern.removeprefix("!")),
                pattern.startswith("!"),
                frozenset(code for selector in selectors for code in expand(registry, selector)),
            )
            for pattern, selectors in patterns.items()
        ]
        self._known: dict[frozenset[str], tuple[Rule, ...]] = {frozenset(): self._rules}

    def rules_for(self, path: str) -> tuple[Rule, ...]:
        """The rules for the file at `path` (absolute, with `/`)."""
        if not self._patterns:
            return self._rules
        relative = path.removeprefix(self._root)
        name = path.rpartition("/")[2]
        off: frozenset[str] = frozenset()
        for expression, negated, codes in self._patterns:
            hit = bool(expression.match(relative) or expression.match(name))
            if hit is not negated:
                off |= codes
        if off not in self._known:
            self._known[off] = tuple(rule for rule in self._rules if rule.code not in off)
        return self._known[off]


def _expression(pattern: str) -> re.Pattern[str]:
    from fnmatch import translate

    pattern = pattern.removeprefix("./")
    # `*` crosses directories; a pattern that ends at a directory means all below it.
    if pattern.endswith("/"):
        pattern += "*"
    if pattern.startswith("**/"):
        return re.compile(f"(?:{translate(pattern)})|(?:{translate(pattern[3:])})")
    return re.compile(translate(pattern))


def nearest(registry: Registry, selector: str) -> list[str]:
    """Codes and names that `selector`, which names no rule, may have been meant for.

    What begins with `GL` or `TL` is a code, and its first digits say of which rules; another word
    may be a part of a name, or a name misspelt.
    """
    from difflib import get_close_matches

    word = selector.lower().replace("_", "-")
    codes, names = list(registry.by_code), list(registry.by_name)
    if word[:2] in ("gl", "tl"):
        for end in range(len(word), len("GL"), -1):
            akin = [code for code in codes if code.startswith(word[:end].upper())]
            if akin:
                return sorted(get_close_matches(word.upper(), akin, MOST_NEAREST, cutoff=0))
        return []
    holding = [key for key in (*codes, *names) if word in key.lower()]
    if holding and len(word) >= SHORTEST_PART:
        return get_close_matches(word, holding, MOST_NEAREST, cutoff=0)
    return get_close_matches(word, names, MOST_NEAREST, LEAST_LIKENESS)


def did_you_mean(names: Sequence[str], otherwise: str = "") -> str:
    """The end of a message on a word that is not known: the nearest that are, if there are any."""
    if not names:
        return otherwise
    *first, last = (f"`{name}`" for name in names)
    return f"; did you mean {', '.join(first)}{' or ' * bool(first)}{last}?"

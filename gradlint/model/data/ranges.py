"""A range and an operation -> the range after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gradlint.model.data.origin import RAW, Origin
from gradlint.values.graph import constant, number
from gradlint.values.kinds import Apply, Const, Seq, Symbol, Value

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge

SCALED = 2.0
"""Pixels that were brought to 0..1 or -1..1, with room for a small shift."""

SMALL_FACTOR = 1 / 50
"""A factor that scales pixels down to about 1: 1/255, 1/127.5, 1/64."""

VANISHED = 0.05
"""A spread that is left of pixels only when they are scaled twice: 1/255 is 0.004, 2/127.5 is
0.016; scaling once leaves 1 or 2, scaling by the deviation about 4."""

_FLOATS = ("float", "double", "half", "bfloat")
_INTEGERS = ("int", "uint", "long", "byte", "short")

OPERATORS = frozenset({"+", "-", "*", "/"})


def factor_of(value: Value | None) -> float | None:
    """A literal number, or a display of equal ones (`[127.5, 127.5, 127.5]`)."""
    if isinstance(value, Const) and value.default:
        return None
    found = number(value)
    if found is not None:
        return found
    if isinstance(value, Seq) and value.exact and value.items:
        numbers = {factor_of(item) for item in value.items}
        return numbers.pop() if len(numbers) == 1 else None
    if isinstance(value, Apply) and value.args and value.fn.rpartition(".")[2] in (
        "float32", "float64", "array", "constant", "float16", "float_", "cast", "float",
    ):  # fmt: skip
        return factor_of(value.args[0])
    if isinstance(value, Apply) and value.fn in OPERATORS and len(value.args) == 2:
        return _folded(value.fn, factor_of(value.args[0]), factor_of(value.args[1]))
    return None


def _folded(symbol: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if symbol == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[symbol]


def applied(found: Origin, symbol: str, factor: float, by: Apply) -> Origin | None:
    """`x op factor`."""
    if found.kind != "image":
        return None
    if symbol in "+-":
        shift = factor if symbol == "+" else -factor
        return replace(found, low=found.low + shift, high=found.high + shift, integer=None)
    if symbol == "/":
        if factor == 0:
            return None
        factor = 1 / factor
    return _scaled(found, factor, by)


def reversed_applied(found: Origin, symbol: str, factor: float, by: Apply) -> Origin | None:
    """`factor op x`."""
    if found.kind != "image":
        return None
    if symbol in "+*":
        return applied(found, symbol, factor, by)
    if symbol == "-":
        return replace(found, low=factor - found.high, high=factor - found.low, integer=None)
    return None


def _scaled(found: Origin, factor: float, by: Apply) -> Origin | None:
    low, high = sorted((found.low * factor, found.high * factor))
    steps, doubled = found.steps, found.doubled
    if abs(factor) <= SMALL_FACTOR:
        if any(step.node is by.node for step in steps):
            # A loop goes through the same scaling twice: whether it is the same array is unknown.
            return None
        if steps and high - low < VANISHED:
            doubled = by
        steps = (*steps, by)
    elif high - low >= VANISHED:
        doubled = None
    return replace(found, low=low, high=high, integer=False, steps=steps, doubled=doubled)


def effect(
    found: Origin | None, name: str, call: Apply, fact: Fact, knowledge: Knowledge
) -> Origin | None:
    """What a library's function does to a range, by the name of its effect.

    `keep` leaves it, `float` casts and leaves it, `unit` brings whole numbers to 0..1 and leaves
    others, `preprocess` is the preparation that pretrained networks expect.
    """
    if found is None:
        return None
    if name == "keep":
        return found
    if name == "cast":
        return _cast(found, call)
    if name == "float":
        return replace(found, integer=False)
    if found.kind != "image":
        return None
    if name == "unit":
        kept = knowledge.argument(call, fact, "preserve_range")
        if kept is not None:
            return found if constant(kept) is True else None
        if found.integer is None:
            return None
        return _scaled(found, 1 / 255, call) if found.integer else found
    return prepared(found, fact.get("mode"), call)


def _cast(found: Origin, call: Apply) -> Origin | None:
    kinds = {dtype_kind(argument) for argument in (*call.args[1:], *call.kwargs.values())}
    if "float" in kinds:
        return replace(found, integer=False)
    return found if "integer" not in kinds or found.integer else None


_PREPARED = {"tf": (-1.0, 1.0), "torch": (-2.2, 2.7)}
"""What `preprocess_input` makes of 0..255 in each of its modes; mode `caffe` leaves -124..152,
which is what its pretrained networks want and what no range can tell from raw pixels."""


def prepared(found: Origin, mode: object, by: Apply) -> Origin | None:
    """What the preparation of a pretrained network makes of a range.

    Of pixels that are 0..1 already it leaves almost nothing.
    """
    if mode == "none":
        return found
    if mode is None or found.kind != "image":
        return None
    if found.steps and found.reach <= SCALED:
        return replace(found, steps=(*found.steps, by), doubled=by)
    if found.reach < RAW or mode not in _PREPARED:
        return None
    low, high = _PREPARED[str(mode)]
    return replace(found, low=low, high=high, integer=False, steps=(*found.steps, by))


def dtype_kind(value: Value) -> str | None:
    """`float` or `integer` for an argument that names a type: `"float32"`, `torch.FloatTensor`."""
    name = value.name if isinstance(value, Symbol) else constant(value)
    if not isinstance(name, str):
        return None
    leaf = name.rpartition(".")[2].lower()
    if leaf.startswith(_FLOATS):
        return "float"
    return "integer" if leaf.startswith(_INTEGERS) else None

"""Text -> JSON values, whatever their spelling of NaN, and the numbers that they stand for."""

from __future__ import annotations

import json
import re
from typing import Any

_BARE = re.compile(r"(?<=[:\[,\s])([-+]?)(nan|inf(?:inity)?)(?=\s*[,\]}])", re.IGNORECASE)
_PLAIN = json.JSONDecoder(strict=False)
_LARGE = json.JSONDecoder(strict=False, parse_int=float)
_PAIRS = json.JSONDecoder(strict=False, object_pairs_hook=list)
_LARGE_PAIRS = json.JSONDecoder(strict=False, object_pairs_hook=list, parse_int=float)


def decode(text: str, start: int = 0) -> tuple[Any, int]:
    """The value that begins at `start`, and where it ends; ValueError if there is no whole one.

    Control characters in texts are let pass, integers of any length are read, and a value that is
    nested beyond the interpreter's limit is an error like any other.
    """
    return _decode(_PLAIN, _LARGE, text, start)


def decode_pairs(text: str, start: int = 0) -> tuple[Any, int]:
    """As `decode`, with objects as lists of (key, value), in which repeated keys are seen."""
    return _decode(_PAIRS, _LARGE_PAIRS, text, start)


def _decode(
    decoder: json.JSONDecoder, large: json.JSONDecoder, text: str, start: int
) -> tuple[Any, int]:
    try:
        try:
            return decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # More digits than Python converts: read as floats.
            return large.raw_decode(text, start)
    except RecursionError:
        raise ValueError("nested too deep") from None


def whole_object(data: bytes) -> dict[str, Any] | None:
    """The object that is all that `data` holds; None if it is anything else."""
    text = data.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return None
    try:
        value, end = decode(text)
    except ValueError:
        return None
    return value if end == len(text) and type(value) is dict else None


def mended(text: str) -> str:
    """The text with `nan` and `inf`, as C and Lua print them, written as the JSON decoder has them.

    >>> mended('{"loss": nan, "x": -inf}')
    '{"loss": NaN, "x": -Infinity}'
    """
    return _BARE.sub(_token, text)


_QUOTED = re.compile(r"'([^'\\\n]*)'")
_WRAPPED = re.compile(r"\b(?:np|numpy)\.float\d+\(([^()]{1,40})\)")


def from_python(text: str) -> str:
    """A dictionary as Python prints it, written as JSON.

    >>> from_python("{'loss': [0.5, nan, np.float32(0.25)], 'lr': None}")
    '{"loss": [0.5, NaN, 0.25], "lr": null}'
    """
    text = _QUOTED.sub(lambda match: json.dumps(match[1]), text)
    return mended(_WRAPPED.sub(r"\1", text).replace(": None", ": null"))


def _token(match: re.Match[str]) -> str:
    if match[2].lower() == "nan":
        return "NaN"
    return "-Infinity" if match[1] == "-" else "Infinity"


def repeated_key(text: str) -> str | None:
    """A key that occurs twice in the object that `text` spells, None if there is none."""
    try:
        pairs, _ = decode_pairs(text)
    except ValueError:
        return None
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return str(key)
        seen.add(key)
    return None


LONGEST_NUMBER = 64
"""Characters of a text that may still be a number: `repr` of a float takes at most 24."""

_STARTS = frozenset("0123456789+-.nNiI \t")


def number(value: Any) -> float | None:
    """The float64 of a JSON value; None where it is not a number (text, boolean, null, container).

    Integers beyond float64 are infinite, as `1e400` is. A text counts if it is written as a number:
    fairseq logs every value as text, and NaN is often logged as the text "NaN".
    """
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int:
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    if kind is str:
        return text_number(value)
    return None


def text_number(text: str) -> float | None:
    """The number that a text spells, None if it spells none.

    >>> text_number("0.53"), text_number("-inf"), text_number("1_000"), text_number("0:00:32")
    (0.53, -inf, None, None)
    """
    # `float` takes "1_000"; no logger writes that, but identifiers look so.
    if not text or text[0] not in _STARTS or len(text) > LONGEST_NUMBER or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def is_nan_text(value: Any) -> bool:
    """Whether a value is the text `nan` in any case, as opposed to the number."""
    return type(value) is str and value.strip().lower() == "nan"

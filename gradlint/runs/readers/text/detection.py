"""Whether the beginning of a file is text at all."""

from __future__ import annotations

import codecs

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1b\x07"))

_MOST_ODD = 0.05
"""Share of bytes that text may have and should not: stray control characters, another encoding's
accents. Binary files have a third of them and more."""


def sniff(head: bytes, name: str) -> bool:
    """Whether `head` can be decoded as text; the name does not matter, any may hold a log."""
    del name
    if not head:
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    odd = len(head) - len(head.translate(None, _CONTROLS))
    odd += head.decode("utf-8", "replace").count("\ufffd")
    return odd <= max(1, _MOST_ODD * len(head))

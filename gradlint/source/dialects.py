"""What the parser said about a line -> one plain sentence: Python 2, a newer Python, or wrong.

Imported only when something does not parse: the patterns take longer to compile than most files to
check.
"""

from __future__ import annotations

import re
import sys

_PYTHON_2_HELP = "port it to Python 3 (`2to3` does most of it), or exclude the file"

_PYTHON_2_MESSAGES = (
    ("Missing parentheses in call to 'print'", "`print` is a statement"),
    ("Missing parentheses in call to 'exec'", "`exec` is a statement"),
    ("leading zeros in decimal integer literals", "octal numbers are written `0777`"),
    ("Function parameters cannot be parenthesized", "a parameter is a tuple"),
    ("Lambda expression parameters cannot be parenthesized", "a parameter is a tuple"),
)
# Tried on the offending line when the parser's own message says nothing.
_PYTHON_2_LINES = (
    (re.compile(r"`[^`]*`"), "backticks"),
    (re.compile(r"\b[uU][rR]['\"]"), "`ur''` strings"),
    (re.compile(r"^\s*raise\s+[\w.]+\s*,"), "`raise E, message`"),
    (re.compile(r"<>"), "`<>`"),
    (re.compile(r"\b(?:0[xX][\da-fA-F]+|\d+)[lL]\b"), "long integers (`10L`)"),
    (re.compile(r"^\s*print\s+[^\s=(.,:\[]"), "`print` is a statement"),
)
_EXCEPT_COMMA = re.compile(r"^\s*except\s+[^,:]+?,\s*([A-Za-z_]\w*)\s*:")

# (first version that has it, pattern of the offending line, what it is called)
_NEWER_LINES = (
    ((3, 12), re.compile(r"^\s*type\s+\w+\s*(?:\[.*\])?\s*="), "the `type` statement"),
    (
        (3, 13),
        re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\[[^\]]*="),
        "type parameter defaults",
    ),
    ((3, 12), re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\["), "type parameters"),
    ((3, 14), re.compile(r"\b(?:[tT][rR]?|[rR][tT])['\"]"), "t-strings"),
)
_FSTRING_MESSAGES = ("cannot include a backslash", "cannot include '#'")
_NESTED_QUOTES = re.compile(r"""\b[rR]?[fF][rR]?(?:"[^"{]*\{[^"}]*"|'[^'{]*\{[^'}]*').*\}""")

_CORRECT = "correct the syntax; no rule can run before that"

TOO_DEEP = ("nested too deeply to be parsed", "split the expression, or exclude the file")

# The patterns above may look back and forth over a line, and a line may be a megabyte long.
_LOOKED_AT = 2000

_CONFLICT_MARKS = ("<<<<<<< ", ">>>>>>> ", "=======")


def sentence(error: SyntaxError, content: str) -> tuple[str, str]:
    """Message and help for `error` on the line `content`."""
    content = content[:_LOOKED_AT]
    message = error.msg or "invalid syntax"
    if content.startswith(_CONFLICT_MARKS):
        return "a merge conflict is left in the file", "resolve the conflict"
    if message.startswith("multiple exception types must be parenthesized"):
        found = _EXCEPT_COMMA.match(content)
        # `except A, B:` is Python 2 where the second is a variable, 3.14 where it is a class.
        if found and not found.group(1)[0].isupper():
            return "this is Python 2: `except X, e`", _PYTHON_2_HELP
        return _newer((3, 14), "`except` with several types and no parentheses")
    for start, what in _PYTHON_2_MESSAGES:
        if message.startswith(start):
            return f"this is Python 2: {what}", _PYTHON_2_HELP
    newer = _newer_feature(message, content)
    if newer is not None:
        return newer
    if message.startswith(("invalid syntax", "invalid decimal", "invalid hexa", "expected")):
        for pattern, what in _PYTHON_2_LINES:
            if pattern.search(content):
                return f"this is Python 2: {what}", _PYTHON_2_HELP
    if isinstance(error, TabError):
        return "indentation mixes tabs and spaces", "indent with spaces only"
    if message.startswith("too many nested"):
        return TOO_DEEP
    if message == "invalid syntax":
        return "not valid Python", _CORRECT
    # The parser's messages begin in either case; a quoted name at the start stays as it is.
    plain = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return f"not valid Python: {plain}", _CORRECT


def _newer_feature(message: str, content: str) -> tuple[str, str] | None:
    for version, pattern, what in _NEWER_LINES:
        if sys.version_info < version and pattern.search(content):
            return _newer(version, what)
    if sys.version_info < (3, 12) and message.startswith("f-string"):
        part = any(mark in message for mark in _FSTRING_MESSAGES)
        if part or _NESTED_QUOTES.search(content):
            return _newer((3, 12), "quotes, backslashes or comments inside f-string braces")
    return None


def _newer(version: tuple[int, int], what: str) -> tuple[str, str]:
    needed = ".".join(map(str, version))
    running = ".".join(map(str, sys.version_info[:2]))
    return (
        f"needs Python {needed} or newer: {what}",
        f"run gradlint with Python {needed} (it runs on {running})",
    )

"""A program text -> its syntax tree, or one plain sentence on why there is none."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from gradlint.finding import Span
from gradlint.source.text import SourceFile, SyntaxFailure, split_lines


@dataclass(frozen=True, slots=True)
class Failure:
    """What the parser said, its position not yet placed in a file (line and column from 1)."""

    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    help: str


def parse_text(text: str) -> ast.Module | Failure:
    """The syntax tree of `text`; never raises, whatever the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        return _explain(error, text)
    except (RecursionError, MemoryError):
        from gradlint.source.dialects import TOO_DEEP

        return Failure(1, 1, 1, 1, *TOO_DEEP)
    except (ValueError, OverflowError) as error:
        return _explain_value(str(error), text)


def parse(source: SourceFile) -> ast.Module | SyntaxFailure:
    """The syntax tree of a source file; never raises."""
    tree = parse_text(source.text)
    return placed(tree) if isinstance(tree, Failure) else tree


def placed(failure: Failure, first_line: int = 1, indent: int = 0) -> SyntaxFailure:
    """`failure` of a text that begins at `first_line` of the file, `indent` columns further in."""
    shift = first_line - 1
    span = Span(
        failure.line + shift,
        failure.column + indent,
        failure.end_line + shift,
        failure.end_column + indent,
    )
    return SyntaxFailure(span, failure.message, failure.help)


def _explain(error: SyntaxError, text: str) -> Failure:
    from gradlint.source.dialects import sentence

    lines = split_lines(text)
    line = min(max(error.lineno or 1, 1), len(lines))
    content = lines[line - 1]
    column = min(max(error.offset or 1, 1), len(content) + 1)
    end_line, end_column = line, column + 1
    if error.end_lineno == line and (error.end_offset or 0) > column:
        end_column = min(error.end_offset or 0, len(content) + 1)
    message, help_text = sentence(error, content)
    if (error.msg or "").startswith("source code string cannot contain null bytes"):
        return _explain_value("null bytes", text)
    return Failure(line, column, end_line, max(end_column, column), message, help_text)


def _explain_value(message: str, text: str) -> Failure:
    if "null byte" in message:
        before = split_lines(text[: max(text.find("\0"), 0)])
        line, column = len(before), len(before[-1]) + 1
        return Failure(
            line, column, line, column + 1, "contains a NUL byte", "remove it; is this a text file?"
        )
    return Failure(1, 1, 1, 1, f"not valid Python: {message}", "correct the file, or exclude it")

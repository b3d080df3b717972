"""A notebook's bytes -> one program over its code cells, positions still those of the cells."""

from __future__ import annotations

import re
from typing import Any

from gradlint.finding import Skip, Span
from gradlint.source.magics import neutralised
from gradlint.source.parsing import Failure, parse_text, placed
from gradlint.source.text import Cell, SourceFile, SyntaxFailure, Unreadable

_START = Span(1, 1, 1, 1)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_notebook(path: str, data: bytes) -> SourceFile | Unreadable | Skip:
    """The program in the notebook `data` (nbformat 3 and 4)."""
    document = _document(path, data)
    if isinstance(document, Unreadable):
        return document
    language = _language(document)
    if language and not _is_python(language):
        return Skip(path, None, f"a notebook in another language ({language})")
    originals: list[str] = []
    texts: list[str] = []
    cells: list[Cell] = []
    broken: list[SyntaxFailure] = []
    line = 1
    for index, raw in enumerate(_all_cells(document)):
        original = _code(raw)
        if original is None:
            continue
        text, indent, failure = _program(original)
        count = text.count("\n") + 1
        if failure is not None:
            broken.append(placed(failure, line, indent))
        originals.append(original)
        texts.append(text)
        cells.append(Cell(index, line, count, indent))
        line += count
    return SourceFile(
        path,
        "\n".join(texts),
        data,
        original="\n".join(originals),
        cells=cells,
        is_notebook=True,
        broken=broken,
    )


def _document(path: str, data: bytes) -> dict[str, Any] | Unreadable:
    import json

    reason = "is not a notebook: its top level is not a JSON object"
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        reason = "is not a notebook: not UTF-8"
    except RecursionError:
        reason = "is not a notebook: its JSON is nested too deeply"
    except json.JSONDecodeError as error:
        reason = f"is not valid JSON: {error.msg.lower()} (line {error.lineno})"
        if not data.strip():
            reason = "is empty, not a notebook"
        elif data.startswith(b"version https://git-lfs"):
            return Unreadable(_START, path, "is a Git LFS pointer", "fetch it with `git lfs pull`")
        elif b"\n<<<<<<< " in data:
            reason = "is not valid JSON: a merge conflict is left in the file"
    except ValueError as error:
        reason = f"is not a notebook: {error}"
    else:
        if isinstance(document, dict):
            if isinstance(document.get("cells", document.get("worksheets")), list):
                return document
            reason = "is not a notebook: it has no list of cells"
    return Unreadable(_START, path, reason, "open and save it in Jupyter, or exclude it")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _language(document: dict[str, Any]) -> str:
    metadata = _mapping(document.get("metadata"))
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        name = _mapping(metadata.get(section)).get(key)
        if isinstance(name, str) and name:
            return name
    return ""


def _is_python(language: str) -> bool:
    return "python" in language.lower()


def _all_cells(document: dict[str, Any]) -> list[Any]:
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = [_mapping(sheet).get("cells") for sheet in document["worksheets"]]
    return [cell for cells in sheets if isinstance(cells, list) for cell in cells]


def _code(raw: object) -> str | None:
    """The source of a Python code cell, or None for every other kind of cell."""
    cell = _mapping(raw)
    if cell.get("cell_type") != "code":
        return None
    metadata = _mapping(cell.get("metadata"))
    language = _mapping(metadata.get("vscode")).get("languageId") or cell.get("language")
    if isinstance(language, str) and not _is_python(language):
        return None
    value = cell.get("source", cell.get("input", ""))
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return None
    # JSON may hold lone surrogates, which no parser takes; one character stays one character.
    text = value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _program(original: str) -> tuple[str, int, Failure | None]:
    """The cell as Python of the same number of lines, the indent taken off, what is wrong."""
    first = parse_text(original)
    if not isinstance(first, Failure):
        return original, 0, None
    lines, indent = _dedented(original.split("\n"))
    text = "\n".join(neutralised(lines))
    second = parse_text(text)
    if not isinstance(second, Failure):
        return text, indent, None
    return "\n" * original.count("\n"), indent, second


def _dedented(lines: list[str]) -> tuple[list[str], int]:
    """The lines less the first one's indent, as IPython takes it off a wholly indented cell."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    if not indent:
        return lines, 0
    if any(line.strip() and not line.startswith(indent) for line in lines):
        return lines, 0
    return [line[len(indent) :] for line in lines], len(indent)

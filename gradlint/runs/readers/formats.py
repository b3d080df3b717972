"""The beginning of a file -> the reader for its format, or what else it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from gradlint.runs.readers.gzipped import GZIP_MAGIC, GzipReader, decompressed_head
from gradlint.runs.readers.protocol import HEAD, Reader
from gradlint.runs.run import Problem


@dataclass(frozen=True, slots=True)
class NotALog:
    """A file that is certainly something else; `what` completes the sentence `it is ...`."""

    what: str


@dataclass(frozen=True, slots=True)
class Format:
    """One format: where its reader is, which is imported when the first file of it is met.

    `certain` tells a format with marks of its own from a layout that other files have, too: a table
    or a text with numbers need not be a log. A file without one of `needs` at its beginning is not
    of this format: looking for these saves importing most of the readers. A reader that is `sized`
    takes the size of its file, where known, as it reads a large one in another way.
    """

    name: str
    module: str
    reader: str
    certain: bool = False
    needs: tuple[bytes, ...] = ()
    sized: bool = False

    def matches(self, head: bytes, name: str = "") -> bool:
        """Whether a file called `name` that begins with `head` is of this format."""
        if self.needs and not any(part in head for part in self.needs):
            return False
        sniff: Callable[[bytes, str], bool] = import_module(self.module).sniff
        return bool(sniff(head, name))

    def open(self, path: str, name: str, size: int | None = None) -> Reader:
        """A new reader for one file of `size` bytes."""
        make: Callable[..., Reader] = getattr(import_module(self.module), self.reader)
        return make(path, name, size=size) if self.sized else make(path, name)


_PRINTED = tuple(
    spelt.encode()
    for word in ("message", "msg", "log", "line", "text", "body")
    for spelt in (word, word.title())
)
"""What the header of a table of printed lines has one of."""

FORMATS = (
    Format("tfevents", "gradlint.runs.readers.tfevents", "TfeventsReader", True, (b"\0",)),
    Format("wandb", "gradlint.runs.readers.wandb", "WandbReader", True, (b"\0", b":W&B")),
    Format("json-text", "gradlint.runs.readers.json_text", "JsonTextReader", needs=(b'{"',)),
    Format("json", "gradlint.runs.readers.json", "JsonReader", needs=(b"{", b"[")),
    Format("table-text", "gradlint.runs.readers.table_text", "TableTextReader", needs=_PRINTED),
    Format("table", "gradlint.runs.readers.tables", "TableReader", sized=True),
    Format("text", "gradlint.runs.readers.text", "TextReader"),
)
"""In the order in which they are tried: formats with a magic number, then the stricter layouts
first. Text comes last, as every other textual log is text, too."""

_BY_NAME = {".jsonl": "json", ".ndjson": "json", ".csv": "table", ".tsv": "table"}
"""What a name says where the contents fit nothing: better the right reader's complaint."""

_LFS = b"version https://git-lfs.github.com/spec/v1"

_MAGIC = (
    (b"PK\x03\x04", "a zip archive (`.npz` and PyTorch checkpoints are zip archives, too)"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"%PDF-", "a PDF document"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"\x93NUMPY", "a numpy array"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"ARROW1", "an Arrow file"),
    (b"PAR1", "a Parquet file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
)

_PICKLE_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95")

_CONTROL = bytes(set(range(1, 32)) - set(b"\t\n\v\f\r\b\x1b"))
"""Control characters that no program prints; tabs, newlines, backspaces and escapes are printed."""

_MOST_CONTROL = 0.03
"""Share of control characters above which a file is binary: compressed data has 24 of 256."""

_MOST_ZEROS = 0.3
"""Share of zero bytes above which a file is binary. Arrays of small integers have half and more; a
log that was being written when the disk or the machine failed has a block of 4 KiB of them."""


def opened(found: Format, head: bytes, path: str, name: str, size: int | None = None) -> Reader:
    """A reader of the format `found` for the file that begins with `head`."""
    if _is_gzip(head):
        return GzipReader(found.open(path, name), path)
    return found.open(path, name, size)


def format_of(head: bytes, path: str) -> Format | Problem | NotALog:
    """The format of the file that begins with `head` (its first `HEAD` bytes, or all of it).

    The contents decide; the file's name only where they do not.
    """
    if not head:
        return Problem(path, "is empty")
    if head.startswith(_LFS):
        return Problem(
            path,
            "is a git-LFS pointer, not the log itself",
            line=1,
            help="fetch the file with `git lfs pull`",
        )
    if _is_gzip(head):
        inner = decompressed_head(head, HEAD)
        if not inner:
            return Problem(path, "is a gzip archive whose contents cannot be read", offset=0)
        if _is_gzip(inner):
            return NotALog("a gzip archive in a gzip archive")
        return format_of(inner, path.removesuffix(".gz"))
    certain = next((form for form in FORMATS if form.certain and form.matches(head, path)), None)
    return certain or _foreign(head) or _layout_of(head, path)


def _layout_of(head: bytes, path: str) -> Format:
    for form in FORMATS[:-1]:
        if not form.certain and form.matches(head, path):
            return form
    for suffix, name in _BY_NAME.items():
        if path.lower().endswith(suffix):
            return next(form for form in FORMATS if form.name == name)
    return FORMATS[-1]


def _foreign(head: bytes) -> NotALog | None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return NotALog(what)
    if head.startswith(_PICKLE_PROTOCOLS):
        return NotALog("a pickle")
    if head[257:262] == b"ustar":
        return NotALog("a tar archive")
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < 1 << 30:
        return NotALog("a safetensors file")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None  # UTF-16, half of whose bytes are zeros
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > _MOST_CONTROL * len(head) or head.count(0) > _MOST_ZEROS * len(head):
        return NotALog("binary data")
    return None


def _is_gzip(head: bytes) -> bool:
    return head.startswith(GZIP_MAGIC)

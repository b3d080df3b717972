"""Which reader takes a file, and what is recognised as no log."""

from __future__ import annotations

import gzip
import io
import pickle
import random
import struct
import zipfile

import google_crc32c
import pytest

from gradlint.runs.readers.formats import Format, NotALog, format_of, opened
from gradlint.runs.readers.protocol import HEAD
from gradlint.runs.run import Problem, Reading

CSV = b"epoch,loss\n" + b"".join(b"%d,%f\n" % (i, 1 / (i + 1)) for i in range(50))
LINES = b"".join(b'{"step": %d, "loss": %f}\n' % (i, 1 / (i + 1)) for i in range(50))
TEXT = b"".join(b"step %d loss %.4f\n" % (i, 1 / (i + 1)) for i in range(50))


def event_file(*scalars: tuple[str, int, float], wall: float = 1.0) -> bytes:
    """A version record, and a scalar (tag, step, value) in each of the others, a second apart."""
    events = [b"\x09" + struct.pack("<d", wall) + b"\x1a\x0dbrain.Event:2"]
    for number, (tag, step, value) in enumerate(scalars):
        item = b"\x0a" + bytes([len(tag)]) + tag.encode() + b"\x15" + struct.pack("<f", value)
        summary = b"\x0a" + bytes([len(item)]) + item
        events.append(
            b"\x09" + struct.pack("<d", wall + number) + b"\x10" + bytes([step])
            + b"\x2a" + bytes([len(summary)]) + summary
        )  # fmt: skip
    return b"".join(map(_record, events))


def _record(event: bytes) -> bytes:
    length = struct.pack("<Q", len(event))
    return length + _masked(length) + event + _masked(event)


def _masked(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def name_of(head: bytes, path: str = "log") -> str:
    found = format_of(head, path)
    assert isinstance(found, Format), found
    return found.name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (event_file(), "tfevents"),
        (CSV, "table"),
        (LINES, "json"),
        (b'{"log_history": [{"loss": 1.0, "step": 1}]}', "json"),
        (b'[{"loss": 1.0, "iteration": 1}]', "json"),
        (TEXT, "text"),
        (b"[1,  2000] loss: 2.173\n[1,  4000] loss: 1.9\n", "text"),
        (b"[1, 2, 3]\n[4, 5, 6]\n", "json"),
        (b"\xef\xbb\xbf" + CSV, "table"),
        (CSV.decode().encode("utf-16"), "table"),
    ],
)
def test_the_contents_decide(head: bytes, name: str) -> None:
    assert name_of(head, "whatever.bin") == name


def test_the_name_does_not_outweigh_the_contents() -> None:
    assert name_of(LINES, "metrics.csv") == "json"


def test_a_compressed_log_is_what_is_in_it() -> None:
    assert name_of(gzip.compress(CSV), "metrics.csv.gz") == "table"


def test_an_empty_file_is_a_problem() -> None:
    assert format_of(b"", "a.csv") == Problem("a.csv", "is empty")


def test_a_pointer_of_git_lfs_is_a_problem() -> None:
    head = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    found = format_of(head, "events.out.tfevents.1")
    assert isinstance(found, Problem)
    assert (found.message, found.help) == (
        "is a git-LFS pointer, not the log itself",
        "fetch the file with `git lfs pull`",
    )


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", "b")
    return target.getvalue()


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (zipped(), "a zip archive"),
        (pickle.dumps({"loss": [1.0] * 9}), "a pickle"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "an image"),
        (b"SQLite format 3\x00" + bytes(99), "an SQLite database"),
        (b"\x93NUMPY\x01\x00" + bytes(99), "a numpy array"),
        (b"\x40\0\0\0\0\0\0\0" + b'{"a":1}' + bytes(99), "a safetensors file"),
        (bytes(range(256)) * 10, "binary data"),
    ],
)
def test_what_is_no_log_is_told_by_its_first_bytes(head: bytes, what: str) -> None:
    found = format_of(head, "log")
    assert isinstance(found, NotALog)
    assert found.what.startswith(what)


def test_a_few_zero_bytes_do_not_make_a_text_binary() -> None:
    assert name_of(TEXT + bytes(20)) == "text"


# gzip


def read(data: bytes, size: int) -> Reading:
    found = format_of(data[:HEAD], "log.csv.gz")
    assert isinstance(found, Format)
    reader = opened(found, data[:HEAD], "log.csv.gz", "log")
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
    return reader.finish()


def points(reading: Reading) -> int:
    return sum(run.points for run in reading.runs)


def test_a_compressed_log_is_read_as_if_it_were_not() -> None:
    assert points(read(gzip.compress(CSV), 1 << 20)) == points(read(CSV, 1 << 20)) > 0


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_pieces_of_a_compressed_log_do_not_matter(size: int) -> None:
    assert points(read(gzip.compress(CSV), size)) == points(read(CSV, 1 << 20))


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_archives_that_follow_each_other_are_one_log(size: int) -> None:
    data = gzip.compress(CSV[:200]) + gzip.compress(CSV[200:])
    assert points(read(data, size)) == points(read(CSV, 1 << 20))


def test_a_compressed_log_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    reading = read(gzip.compress(CSV)[:-40], 1 << 20)
    assert (points(reading) > 0, [problem.partial for problem in reading.problems]) == (
        True,
        [True],
    )


def test_a_damaged_archive_is_a_problem() -> None:
    chance = random.Random(1)
    rows = [f"{step},{chance.random()}\n" for step in range(1000)]
    data = gzip.compress(("step,loss\n" + "".join(rows)).encode())
    data = data[: len(data) // 2] + chance.randbytes(len(data))
    assert "is a damaged gzip archive: everything after this byte is lost" in [
        problem.message for problem in read(data, 1 << 20).problems
    ]

"""Laws of the table reader: pieces, paths and damage change nothing that they must not change."""

from __future__ import annotations

import csv
import io
import itertools
import math
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from gradlint.runs.readers.protocol import LONGEST_LINE, MOST_SERIES
from gradlint.runs.readers.tables import TableReader, lines, reader, rows, sniff
from gradlint.runs.run import Reading

LARGE = 1 << 30
SCARCE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(data: bytes, cuts: list[int] | None = None, size: int | None = None) -> Reading:
    table = TableReader("t.csv", "t", size=size)
    edges = [0, *sorted(cuts or []), len(data)]
    for begin, end in itertools.pairwise(edges):
        table.feed(data[begin:end])
    return table.finish()


def plain(reading: Reading) -> Any:
    """The reading as values that compare equal where the readings are."""
    runs = [
        (
            run.name,
            [
                (
                    curve.tag, curve.axis, curve.steps.tolist(), list(map(repr, curve.values)),
                    None if curve.records is None else curve.records.tolist(),
                    None if curve.walls is None else list(map(repr, curve.walls)),
                )
                for curve in run.curves.values()
            ],
        )
        for run in reading.runs
    ]  # fmt: skip
    return runs, reading.problems


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 512 bytes, so that small files are cut as large ones are."""
    monkeypatch.setattr(lines, "BLOCK", 512)
    monkeypatch.setattr(lines, "LONGEST_LINE", 300)
    for module in (lines, reader):
        monkeypatch.setattr(module, "HEAD", 128)


numbers = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.4f}"),
    st.floats().map(lambda value: f"{value:.5e}"),
    st.sampled_from(["nan", "NaN", "inf", "-inf", "Infinity", "1e400", "0", "-0.0", "5e-324"]),
)
odd_cells = st.sampled_from(
    ["", "", "NA", "None", "text", '"a,b"', '"two\nlines"', '"', "1_0", "1-2", "12%", " 3 ", "NAN",
     "-nan", "+nan", "nAn", "nanny", "tiny", "[1, 2]", "tensor(0.5)", "#", "\0", "é", "\ufffd", "-",
     "5/9", "1.5G", "===", "loss", "loss"]
)  # fmt: skip
table_rows = st.lists(st.lists(st.one_of(numbers, st.just("")), min_size=3, max_size=3), max_size=9)
headers = st.sampled_from(
    [
        ["step", "loss", "acc"],
        ["name", "step", "value"],
        ["run", "tag", "iter", "value"],
        [],
        ["--"],
    ]
)
odd_rows = st.lists(st.lists(st.one_of(numbers, odd_cells), max_size=5), max_size=12)


def written(table: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    return "".join(delimiter.join(row) + end for row in table).encode()


@given(header=headers, table=odd_rows, data=st.data(), end=st.sampled_from(["\n", "\r\n", "\r"]))
@SCARCE
def test_a_file_is_read_the_same_however_it_is_cut(
    small_blocks: None, header: list[str], table: list[list[str]], data: st.DataObject, end: str
) -> None:
    text = written([header, *table * 5], end=end)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    assert plain(read(text, cuts)) == plain(read(text))


@given(text=st.binary(max_size=2000), data=st.data())
@SCARCE
def test_any_bytes_are_read_the_same_however_they_are_cut(
    small_blocks: None, text: bytes, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    assert plain(read(text, cuts)) == plain(read(text))


def test_bytes_one_by_one_are_read_as_all_at_once(small_blocks: None) -> None:
    text = b"step,loss\n" + b"".join(b"%d,%d.5\n" % (at, at) for at in range(500)) + b"1" * 900
    assert plain(read(text, list(range(len(text))))) == plain(read(text))


@given(
    header=headers,
    table=odd_rows,
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";", "\t", " ", " | "]),
)
@SCARCE
def test_the_paths_for_large_and_small_tables_agree(
    small_blocks: None, header: list[str], table: list[list[str]], end: str, delimiter: str
) -> None:
    text = written([header, *table * 5], delimiter, end)
    assert plain(read(text, size=LARGE)) == plain(read(text))


@given(table=table_rows, end=st.sampled_from(["\n", "\r\n"]))
@SCARCE
def test_regular_blocks_are_read_as_row_by_row(table: list[list[str]], end: str) -> None:
    text = written([["step", "loss", "acc"], *table], end=end)
    # A comment is enough for a block to be read row by row.
    careful = plain(read(text + b"# end\n"))
    assert plain(read(text)) == careful
    assert plain(read(text, size=LARGE)) == careful


@pytest.mark.parametrize("rest", ["# more\n200,100,3\n", "200,100,3"], ids=["rows", "last line"])
@pytest.mark.usefixtures("small_blocks")
def test_a_block_is_stored_before_the_careful_rows_after_it(rest: str) -> None:
    regular = "".join(f"{step},{step / 2},3\n" for step in range(200))
    data = f"step,loss,acc\n{regular}{rest}".encode()
    (run,) = read(data, list(range(0, len(data), 100)), size=LARGE).runs
    assert run.curves["loss"].values.tolist() == [step / 2 for step in range(201)]


@given(
    values=st.lists(st.tuples(st.floats(), st.one_of(st.none(), st.floats())), min_size=1),
    delimiter=st.sampled_from(",;\t|"),
)
@SCARCE
def test_what_csv_writes_is_read_back(
    values: list[tuple[float, float | None]], delimiter: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["step", "loss", "val_loss"])
    writer.writerows((at * 10, loss, other) for at, (loss, other) in enumerate(values))
    (run,) = read(file.getvalue().encode()).runs
    expected = {
        "loss": [(at * 10, repr(loss)) for at, (loss, _) in enumerate(values)],
        "val_loss": [
            (at * 10, repr(other)) for at, (_, other) in enumerate(values) if other is not None
        ],
    }
    got = {
        tag: list(zip(curve.steps.tolist(), map(repr, curve.values.tolist()), strict=True))
        for tag, curve in run.curves.items()
    }
    assert got == {tag: points for tag, points in expected.items() if points}


@pytest.mark.parametrize("size", [None, LARGE])
def test_numbers_are_read_to_the_last_bit(size: int | None) -> None:
    values = np.random.default_rng(0).integers(0, 2**63, 20_000).view(np.float64)
    values = values[np.isfinite(values)]
    text = b"step,loss\n" + b"".join(b"%d,%r\n" % (at, v) for at, v in enumerate(values.tolist()))
    (run,) = read(text, size=size).runs
    assert np.array_equal(run.curves["loss"].values, values)


def test_small_tables_are_read_without_pandas() -> None:
    program = (
        "import sys; from gradlint.runs.readers.tables import TableReader as T; r = T('a', 'a');"
        "r.feed(b'step,loss\\n' + b'1,2\\n' * 2000); r.finish(); print('pandas' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.strip() == b"False"


@given(data=st.binary(max_size=3000))
@SCARCE
def test_no_bytes_make_the_detection_or_the_reader_fail(data: bytes) -> None:
    sniff(data, "metrics.csv")
    read(data)


def test_damaged_tables_are_read_without_failing() -> None:
    chance = random.Random(0)
    base = written(
        [["step", "loss", "note"], *([str(at), repr(1 / (at + 1)), '"a"'] for at in range(40))]
    )
    for _ in range(700):
        damaged = bytearray(base)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randrange(4)] = chance.choice(
                [b"", b"\0", b'"', b"\n", b"\r", b",", b"\xff", b"#", b"nan", b"9" * 400, b";"]
            )
        data = bytes(damaged)
        sniff(data, "x")
        reading = read(data)
        assert len(reading.runs) == 1


class TestBounds:
    def test_a_million_columns_are_cut_and_told(self) -> None:
        header = b",".join(b"c%d" % at for at in range(1_000_000))
        row = b",".join([b"1"] * 1_000_000)
        reading = read(b"\n".join([header, row, row, row, b""]))
        assert len(reading.runs[0].curves) <= MOST_SERIES
        assert reading.problems

    def test_an_endless_line_is_cut_and_told(self) -> None:
        table = TableReader("t.csv", "t")
        table.feed(b"step,loss\n1,2\n2,")
        for _ in range(20):
            table.feed(b"1" * LONGEST_LINE)
        table.feed(b"\n3,4\n")
        reading = table.finish()
        assert reading.runs[0].curves["loss"].steps.tolist()[-1] == 3
        problem = reading.problems[0]
        assert (problem.line, problem.lost) == (3, 19 * LONGEST_LINE + 2)

    def test_rows_that_grow_take_linear_memory(self) -> None:
        text = b"a,b\n" + b"".join(b"1," * at + b"1\n" for at in range(600))
        assert read(text).runs[0].points == sum(range(1, 601))

    def test_a_wide_header_above_narrow_rows_takes_linear_time(self) -> None:
        text = b",".join(b"c%d" % at for at in range(5000)) + b"\n" + b"1,2\n" * 50_000
        assert read(text).runs[0].points == 100_000

    def test_headers_that_change_in_every_line_take_linear_time(self) -> None:
        text = b"".join(b"step,a%d\n1,2\n" % at for at in range(20_000))
        reading = read(text)
        assert len(reading.runs[0].curves) <= MOST_SERIES
        assert reading.problems

    def test_quotes_that_never_close_take_linear_time(self) -> None:
        text = b"step,loss\n" + b'"1,2\n' * 3 + b"3,4\n" * 30_000 + b'5,"\n' + b"6,7\n" * 200
        assert read(text).runs[0].points >= 30_000 - 3 * rows._LONGEST_ROW

    def test_infinite_and_missing_steps_never_fail(self) -> None:
        curve = read(b"step,loss\ninf,1\nnan,2\n-inf,3\n").runs[0].curves["loss"]
        assert curve.values.tolist() == [1, 2, 3]
        assert not math.isnan(float(curve.steps[0]))

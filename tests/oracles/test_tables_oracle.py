"""The points of real tables, beside what pandas reads from them.

Set GRADLINT_TABLES to a directory; every comma-separated file below it is compared, cell by cell.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from gradlint.runs.readers.protocol import BLOCK
from gradlint.runs.readers.tables import TableReader
from gradlint.runs.run import Run

FOLDER = os.environ.get("GRADLINT_TABLES", "")
FILES = sorted(Path(FOLDER).rglob("*.csv")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="GRADLINT_TABLES names no directory of tables")


def read(path: Path) -> list[Run]:
    reader = TableReader(str(path), path.name)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            reader.feed(block)
    return reader.finish().runs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_number_of_a_column_is_a_point_of_its_curve(path: Path) -> None:
    import pandas

    table = pandas.read_csv(
        path, dtype=str, keep_default_na=False, comment="#", encoding="utf-8-sig"
    )
    table.columns = table.columns.str.strip()
    (run,) = read(path)
    for tag, curve in run.curves.items():
        cells = table[tag].str.strip().str.removesuffix("%")
        expected = pandas.to_numeric(cells[~cells.isin(["", "NA", "None"])], errors="coerce")
        literal = cells[~cells.isin(["", "NA", "None"])].str.lower().isin(["nan", "-nan"])
        kept = expected[expected.notna() | literal]
        assert np.array_equal(curve.values, kept.to_numpy(float), equal_nan=True), tag

"""Printed lines in a column of a CSV file."""

from __future__ import annotations

import pytest

from gradlint.runs.readers.formats import Format, format_of
from gradlint.runs.readers.table_text import TableTextReader
from gradlint.runs.run import Reading


def read(text: str, piece: int = 1 << 20) -> Reading:
    data = text.encode()
    reader = TableTextReader("x.csv", "run")
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    return reader.finish()


def named(text: str) -> str:
    found = format_of(text.encode(), "x.csv")
    assert isinstance(found, Format)
    return found.name


EXPORTS = (
    '@timestamp,@message\n1,"epoch 1, loss: 2.5"\n2,saved\n3,"epoch 2, loss: 1.5"\n',
    'timestamp,message\r\n1,"epoch 1, loss: 2.5"\r\n2,saved\r\n3,"epoch 2, loss: 1.5"\r\n',
    'severity,textPayload,timestamp\nINFO,epoch 1 loss: 2.5,t\n,,\nINFO,epoch 2 loss: 1.5,t',
)  # fmt: skip


@pytest.mark.parametrize("piece", [1 << 20, 7, 1])
@pytest.mark.parametrize("text", EXPORTS)
def test_the_messages_are_read_as_text(text: str, piece: int) -> None:
    assert named(text) == "table-text"
    curve = read(text, piece).runs[0].curves["loss"]
    assert curve.steps.tolist() == [1, 2]
    assert curve.values.tolist() == [2.5, 1.5]
    assert curve.records is not None
    assert curve.records.tolist() == [2, 4]


def test_a_message_may_have_lines_and_quotes() -> None:
    text = 'time,log\n1,"epoch 1\nloss: 2.5"\n2,"epoch 2 of ""a"" loss: 1.5"\n3,epoch 3 loss: 1\n'
    curve = read(text).runs[0].curves["loss"]
    assert curve.values.tolist() == [2.5, 1.5, 1.0]
    assert curve.records is not None
    assert curve.records.tolist() == [2, 4, 5]


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,loss\n1,2.5\n2,1.5\n",
        "timestamp,message,loss\n1,a,2.5\n2,b,1.5\n",
        "message\nepoch 1\nepoch 2\n",
        "text,label\ngood,1\nbad,0\n",
    ],
)
def test_other_tables_are_no_printed_lines(text: str) -> None:
    assert named(text) != "table-text"

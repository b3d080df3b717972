"""The `.wandb` log of a local Weights & Biases run; the files are written here, byte by byte."""

from __future__ import annotations

import json
import math
import struct
import zlib
from typing import Any

from hypothesis import given, settings, strategies as st

from gradlint.runs.readers.wandb import BLOCK, WandbReader, sniff
from gradlint.runs.run import Curve, Reading, Run

HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def item(key: str | list[str], value: Any) -> bytes:
    names = [field(1, key.encode())] if type(key) is str else [field(2, k.encode()) for k in key]
    return field(1, b"".join(names) + field(16, json.dumps(value).encode()))


def history(row: dict[str, Any], step: int | None = None) -> bytes:
    items = b"".join(item(key, value) for key, value in row.items())
    return field(2, items + (b"" if step is None else field(2, b"\x08" + varint(step))))


def framed(records: list[bytes]) -> bytes:
    """The records as the file has them, cut at the ends of its blocks."""
    out = bytearray(HEADER)
    for record in records:
        rest, first = record, True
        while first or rest:
            room = BLOCK - len(out) % BLOCK
            if room < 7:
                out += bytes(room)
                continue
            part, rest = rest[: room - 7], rest[room - 7 :]
            kind = (1 if first else 4) if not rest else (2 if first else 3)
            out += struct.pack("<IHB", zlib.crc32(part, zlib.crc32(bytes([kind]))), len(part), kind)
            out += part
            first = False
    return bytes(out)


def read(data: bytes, size: int = 1 << 20) -> Reading:
    reader = WandbReader("run-x.wandb", "run")
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
    return reader.finish()


def only(reading: Reading) -> Run:
    (run,) = reading.runs
    return run


def points(curve: Curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def losses(count: int) -> list[bytes]:
    return [history({"loss": float(step), "_step": step}) for step in range(count)]


def test_history_is_series_by_step() -> None:
    rows = [history({"loss": 2.5, "_step": 0}), history({"loss": 1.5, "_step": 4})]
    run = only(read(framed(rows)))
    assert points(run.curves["loss"]) == [(0, 2.5), (4, 1.5)]
    assert (run.format, run.curves["loss"].axis, run.curves["loss"].records) == (
        "wandb",
        "step",
        None,
    )


def test_the_step_may_stand_beside_the_items() -> None:
    rows = [history({"loss": 2.5}, 7), history({"loss": 1.5}, 9)]
    assert points(only(read(framed(rows))).curves["loss"]) == [(7, 2.5), (9, 1.5)]


def test_times_are_kept_as_walls() -> None:
    rows = [history({"loss": 1, "_step": s, "_timestamp": 1.7e9 + s}) for s in (1, 2)]
    walls = only(read(framed(rows))).curves["loss"].walls
    assert walls is not None
    assert walls.tolist() == [1.7e9 + 1, 1.7e9 + 2]


def test_values_that_are_not_finite() -> None:
    values = [math.nan, math.inf, -math.inf, "NaN"]
    rows = [history({"loss": value, "_step": step}) for step, value in enumerate(values)]
    found = only(read(framed(rows))).curves["loss"].values.tolist()
    assert math.isnan(found[0])
    assert found[1:3] == [math.inf, -math.inf]
    assert math.isnan(found[3])


def test_names_within_names_are_joined() -> None:
    nested = field(2, item(["train", "loss"], 2.5) + item("_step", 1))
    assert points(only(read(framed([nested]))).curves["train/loss"]) == [(1, 2.5)]


def test_what_is_no_number_is_no_point() -> None:
    row = {"loss": 1, "_step": 1, "text": "x", "flag": True, "none": None, "table": {"_type": "t"}}
    assert list(only(read(framed([history(row), history(row | {"_step": 2})]))).curves) == ["loss"]


def test_name_and_configuration_are_metadata() -> None:
    config = field(4, item("lr", 0.1) + item("_wandb", {}))
    run = field(17, field(8, b"brave-sun-7") + config)
    change = field(5, item("seed", 3))
    metadata = only(read(framed([run, *losses(2), change]))).metadata
    assert metadata == {"wandb.name": "brave-sun-7", "lr": "0.1", "seed": "3"}


def test_records_go_on_in_the_next_block() -> None:
    large = history({"text": "x" * (3 * BLOCK), "loss": 5.0, "_step": 5})
    run = only(read(framed([*losses(2), large])))
    assert points(run.curves["loss"]) == [(0, 0.0), (1, 1.0), (5, 5.0)]


def test_every_point_of_many_blocks_is_read() -> None:
    reading = read(framed(losses(5000)))
    assert only(reading).curves["loss"].values.tolist() == list(range(5000))
    assert not reading.problems


def test_damage_costs_the_rest_of_its_block() -> None:
    data = bytearray(framed(losses(5000)))
    data[BLOCK + 100] ^= 1
    reading = read(bytes(data))
    (problem,) = reading.problems
    assert problem.offset is not None
    assert BLOCK <= problem.offset <= BLOCK + 100
    assert BLOCK - 200 < problem.lost <= BLOCK
    assert 4000 < len(only(reading).curves["loss"]) < 5000


def test_a_record_in_writing_is_partial() -> None:
    data = framed(losses(10))
    reading = read(data[:-3])
    (problem,) = reading.problems
    assert problem.partial
    assert len(only(reading).curves["loss"]) == 9


def test_zeros_behind_the_end_are_no_damage() -> None:
    reading = read(framed(losses(10)) + bytes(5000))
    assert not reading.problems
    assert len(only(reading).curves["loss"]) == 10


def test_a_file_that_is_only_begun_has_no_run() -> None:
    assert read(HEADER) == Reading()


def test_the_mark_at_the_beginning_tells_the_format() -> None:
    assert sniff(HEADER)
    assert not sniff(b"step,loss\n")


def described(reading: Reading) -> Any:
    return [
        [(c.tag, c.steps.tobytes(), c.values.tobytes()) for c in run.curves.values()]
        for run in reading.runs
    ] + [reading.problems]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3 * BLOCK), st.integers(0, 4 * BLOCK), st.integers(0, 255))
def test_pieces_do_not_matter_and_damage_raises_nothing(size: int, place: int, byte: int) -> None:
    data = bytearray(framed(losses(2500)))
    data[place % len(data)] = byte
    if byte % 2:
        del data[place % len(data) :]
    assert described(read(bytes(data), size)) == described(read(bytes(data)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(data: bytes, framing: bool) -> None:
    read(framed([data]) if framing else HEADER + data)

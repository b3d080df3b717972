"""Event files that are cut off, flipped or made up: what is readable is read, the rest is told."""

from __future__ import annotations

import struct
import time
import tracemalloc

import pytest

from gradlint.runs.readers.protocol import MOST_SERIES
from gradlint.runs.readers.tfevents import TfeventsReader
from gradlint.runs.run import Reading

from .event_files import VERSION, bytes_field, double_field, event, masked_crc, record, simple

EVENTS = [event(step, simple("loss", step)) for step in range(100)]
FILE = VERSION + b"".join(EVENTS)
SIZE = len(EVENTS[50])
PLACE = len(VERSION) + sum(map(len, EVENTS[:50]))
"""Where the record of step 50 begins."""


def read(data: bytes) -> Reading:
    reader = TfeventsReader("events", "run")
    for start in range(0, len(data), 1 << 20):
        reader.feed(data[start : start + (1 << 20)])
    return reader.finish()


def steps(reading: Reading) -> list[int]:
    return [int(step) for step in reading.runs[0].curves["loss"].steps]


def header(length: int) -> bytes:
    stated = struct.pack("<Q", length)
    return stated + struct.pack("<I", masked_crc(stated))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


ALL_BUT_50 = [step for step in range(100) if step != 50]


class TestTruncated:
    @pytest.mark.parametrize("left", [1, 8, 11, 12, 13, SIZE - 1])
    def test_a_record_that_is_not_finished_is_partial(self, left: int) -> None:
        reading = read(FILE[: PLACE + left])
        (problem,) = reading.problems
        assert steps(reading) == list(range(50))
        assert (problem.partial, problem.offset, problem.lost) == (True, PLACE, left)

    @pytest.mark.parametrize("left", [1, 8, 11, 12, 13, SIZE - 1])
    def test_the_rest_completes_it(self, left: int) -> None:
        reader = TfeventsReader("events", "run")
        reader.feed(FILE[: PLACE + left])
        reader.finish()
        reader.feed(FILE[PLACE + left :])
        reading = reader.finish()
        assert not reading.problems
        assert steps(reading) == list(range(100))

    def test_what_was_read_earlier_stays_as_it_was(self) -> None:
        reader = TfeventsReader("events", "run")
        reader.feed(FILE[:PLACE])
        earlier = reader.finish()
        reader.feed(FILE[PLACE:])
        reader.finish()
        assert steps(earlier) == list(range(50))

    def test_a_file_cut_in_its_first_record_is_no_run(self) -> None:
        reading = read(VERSION[:20])
        assert not reading.runs
        assert reading.problems[0].partial


class TestCorrupt:
    @pytest.mark.parametrize("at", range(12, SIZE))
    def test_a_damaged_payload_costs_its_record(self, at: int) -> None:
        reading = read(flipped(FILE, PLACE + at))
        (problem,) = reading.problems
        assert steps(reading) == ALL_BUT_50
        assert (problem.partial, problem.offset, problem.lost) == (False, PLACE, SIZE)

    @pytest.mark.parametrize("at", range(12))
    def test_a_damaged_header_costs_its_record(self, at: int) -> None:
        reading = read(flipped(FILE, PLACE + at))
        (problem,) = reading.problems
        assert steps(reading) == ALL_BUT_50
        assert (problem.partial, problem.offset, problem.lost) == (False, PLACE, SIZE)

    def test_lost_bytes_cost_the_records_that_they_are_of(self) -> None:
        reading = read(FILE[: PLACE + 20] + FILE[PLACE + 30 :])
        (problem,) = reading.problems
        assert steps(reading) == ALL_BUT_50
        assert (problem.offset, problem.lost) == (PLACE, SIZE - 10)

    def test_garbage_between_records_costs_none(self) -> None:
        reading = read(FILE[:PLACE] + b"garbage" * 10_000 + FILE[PLACE:])
        (problem,) = reading.problems
        assert steps(reading) == list(range(100))
        assert (problem.offset, problem.lost) == (PLACE, 70_000)

    def test_a_damaged_last_record_is_no_partial_one(self) -> None:
        (problem,) = read(flipped(FILE, len(FILE) - 1)).problems
        assert not problem.partial

    def test_a_damaged_last_record_is_told_once_more_follows(self) -> None:
        reader = TfeventsReader("events", "run")
        reader.feed(flipped(FILE[:PLACE], PLACE - 1))
        reader.finish()
        reader.feed(FILE[PLACE:])
        reading = reader.finish()
        assert steps(reading) == [step for step in range(100) if step != 49]
        assert len(reading.problems) == 1

    def test_garbage_is_no_run(self) -> None:
        reading = read(bytes(range(256)) * 1000)
        (problem,) = reading.problems
        assert not reading.runs
        assert (problem.offset, problem.lost, problem.partial) == (0, 256_000, False)

    def test_a_record_that_is_no_event_is_told(self) -> None:
        reading = read(VERSION + record(b"\x2a\xff\xff\xff") + EVENTS[1])
        assert steps(reading) == [1]
        assert "not an event" in reading.problems[0].message

    def test_damage_in_many_places_is_counted(self) -> None:
        damaged = [flipped(e, 20) if step % 2 else e for step, e in enumerate(EVENTS)]
        reading = read(VERSION + b"".join(damaged))
        assert steps(reading) == list(range(0, 100, 2))
        assert sum(problem.lost for problem in reading.problems) == sum(map(len, damaged[1::2]))
        assert len(reading.problems) < 30


class TestHostile:
    @pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**31, 2**31 - 1, 2**25 + 1])
    def test_a_made_up_length_allocates_nothing(self, length: int) -> None:
        tracemalloc.start()
        reading = read(FILE + header(length) + b"\x09" * 100)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert steps(reading) == list(range(100))
        assert reading.problems
        assert peak < 10_000_000

    def test_records_behind_an_impossible_length_are_read(self) -> None:
        reading = read(FILE[:PLACE] + header(2**63) + FILE[PLACE:])
        assert steps(reading) == list(range(100))

    def test_zeros_are_searched_quickly(self) -> None:
        begin = time.process_time()
        reading = read(FILE[:PLACE] + bytes(20_000_000) + FILE[PLACE:])
        assert steps(reading) == list(range(100))
        assert time.process_time() - begin < 2

    def test_records_damaged_everywhere_are_searched_in_linear_time(self) -> None:
        begin = time.process_time()
        read(VERSION + b"".join(e + b"x" for e in EVENTS) * 100)
        assert time.process_time() - begin < 5

    def test_too_many_series_are_told(self) -> None:
        data = b"".join(event(1, simple(f"t{i}", 1)) for i in range(MOST_SERIES + 5))
        reading = read(VERSION + data)
        assert len(reading.runs[0].curves) == MOST_SERIES
        assert "5 points" in reading.problems[0].message

    def test_too_many_series_of_one_event_are_told(self) -> None:
        values = [simple(f"t{i}", 1) for i in range(MOST_SERIES + 5)]
        reading = read(event(1, *values) + event(2, values[0], values[-1]))
        assert len(reading.runs[0].curves) == MOST_SERIES
        assert "6 points" in reading.problems[0].message

    def test_a_graph_of_many_megabytes_goes_by(self) -> None:
        graph = record(double_field(1, 1.0) + bytes_field(4, bytes(40 << 20)))
        reading = read(VERSION + graph + b"".join(EVENTS))
        assert not reading.problems
        assert steps(reading) == list(range(100))

    def test_a_summary_of_many_megabytes_is_told(self) -> None:
        summary = record(double_field(1, 1.0) + bytes_field(5, bytes(40 << 20)))
        reading = read(VERSION + summary + b"".join(EVENTS))
        assert [problem.offset for problem in reading.problems] == [len(VERSION)]
        assert steps(reading) == list(range(100))

"""What is kept of a JSON document: its objects and lists, the numbers in them as arrays."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradlint.runs.readers.json.table import Table
from gradlint.runs.readers.json.values import is_nan_text, number
from gradlint.runs.readers.protocol import MOST_SERIES

WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
"""A key that is an integer of 64 bits: a step or an index."""


@dataclass
class Numbers:
    """The numbers of a list, or of an object whose keys are integers.

    Attributes:
        at: the place in the list, or the key, of each number.
        values: the numbers.
        padding: indexes (into `at`) of those that are the text "nan".
        length: the length of the list.
        stepped: whether `at` are the steps that stand beside the numbers.
    """

    at: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    padding: array[int] = field(default_factory=lambda: array("q"))
    length: int = 0
    stepped: bool = False

    def take_all(self, first: int, values: list[Any]) -> None:
        """Add the values of a list that are numbers; `first` is the place of the first."""
        if set(map(type, values)) <= {float, int}:
            try:
                block = np.array(values, np.float64)
            except OverflowError:
                pass
            else:
                self.at.frombytes(np.arange(first, first + len(values)).tobytes())
                self.values.frombytes(block.tobytes())
                self.length = first + len(values)
                return
        for at, value in enumerate(values, first):
            self.take(at, value)

    def take(self, at: int, value: Any) -> None:
        """Add a value if it is a number."""
        found = value if type(value) is float else number(value)
        if found is not None:
            if is_nan_text(value):
                self.padding.append(len(self.at))
            self.at.append(at)
            self.values.append(found)
        self.length = max(self.length, at + 1)


@dataclass
class Node:
    """An object or a list: what was made of its members.

    Attributes:
        line: the line on which it begins, from 1.
        listed: whether it is a list.
        members: of an object, by key: a Node, or a scalar as JSON has it.
        numbers: the numbers of a list, or those under integer keys; None if there are none.
        rows: the objects of a list, or those under integer keys; None if there are none.
    """

    line: int
    listed: bool
    members: dict[str, Any] = field(default_factory=dict)
    numbers: Numbers | None = None
    rows: Table | None = None

    def number(self, at: int, value: Any) -> None:
        """Add a member that may be a number."""
        self.numbers = self.numbers or Numbers()
        self.numbers.take(at, value)

    def append(self, value: Any) -> None:
        """Add a member of a list, which counts even if it is not a number."""
        self.numbers = self.numbers or Numbers()
        self.numbers.take(self.numbers.length, value)

    def point(self, step: int, value: Any) -> None:
        """Add a member of a list that has a step and a value."""
        self.numbers = self.numbers or Numbers()
        self.numbers.stepped = True
        length = self.numbers.length
        self.numbers.take(step, value)
        self.numbers.length = length + 1

    def scalars(self, members: list[Any]) -> None:
        """Add members of a list of which none is an object or a list."""
        self.numbers = self.numbers or Numbers()
        self.numbers.take_all(self.numbers.length, members)

    def member(self, key: str, value: Any) -> bool:
        """Add a member of an object; False if its key was there before."""
        if not isinstance(value, Node) and WHOLE.match(key):
            self.number(int(key), value)
            return True
        known = key in self.members
        if known or len(self.members) < MOST_SERIES:
            self.members[key] = value
        return not known

"""`schema.toml` and the data of a `facts.toml` -> what is wrong with the data.

The facts that ship with the tool are checked by its tests and not when it starts, which would cost
as much as reading them.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

PATH = os.path.join(os.path.dirname(os.path.realpath(__file__)), "schema.toml")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section: what it holds and what it means."""

    type: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a `facts.toml`; `shape` is `entries`, `names` or `keys`."""

    shape: str
    meaning: str
    keys: dict[str, Key]


def sections(path: str = PATH) -> dict[str, Section]:
    """The sections that the schema declares, in its order.

    Raises:
        TypeError: the schema itself has a key that is not one of a section or of a key.
    """
    with open(path, "rb") as file:
        data = tomllib.load(file)
    return {
        name: Section(
            keys={
                key: Key(values=tuple(said.pop("values", ())), **said)
                for key, said in section.pop("keys", {}).items()
            },
            **section,
        )
        for name, section in data.items()
    }


def problems(data: dict[str, Any], schema: dict[str, Section]) -> Iterator[str]:
    """What the data of one file says against the schema: a line each, with section and key."""
    for name, content in data.items():
        section = schema.get(name)
        if section is None:
            yield f"`[{name}]` is not a section"
        elif not isinstance(content, dict) or not content:
            yield f"`[{name}]` is not a table, or empty"
        elif section.shape == "keys":
            yield from _of_keys(content, section, f"[{name}]")
        elif section.shape == "names":
            for key, value in content.items():
                if not isinstance(value, str):
                    yield f"[{name}] `{key}` is not a text"
        else:
            for entry, keys in content.items():
                if isinstance(keys, dict):
                    yield from _of_keys(keys, section, f'[{name}."{entry}"]')
                else:
                    yield f'[{name}."{entry}"] is not a table of keys'


def _of_keys(content: dict[str, Any], section: Section, where: str) -> Iterator[str]:
    for key, value in content.items():
        declared = section.keys.get(key)
        if declared is None:
            yield f"{where} `{key}` is not a key of this section"
        elif not _TYPES[declared.type](value):
            yield f"{where} `{key}` is not of type {declared.type}: {value!r}"
        elif declared.values and value not in declared.values:
            yield f"{where} `{key}` may not be {value!r}"
    for key, declared in section.keys.items():
        if declared.required and key not in content:
            yield f"{where} lacks `{key}`"


def _is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and bool(value) and all(type(item) is kind for item in value)
    )


_TYPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "texts": _is_list_of(str),
    "parameter": lambda value: isinstance(value, str) and value.isidentifier(),
    "flag": lambda value: value is True,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "integers": _is_list_of(int),
    "number": lambda value: type(value) is float,
}

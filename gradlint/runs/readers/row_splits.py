"""The split of the data that a row of a log is of, where a text beside its numbers names it."""

from __future__ import annotations

_KEYS = frozenset(
    "mode phase split stage event type kind set subset dataset event_type log_type".split()
)
"""Names of keys and columns whose text may tell training rows from validation rows; it does where
it is one of `SPLITS`."""

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "eval": "eval",
    "test": "test",
    "dev": "dev",
}
"""What such a text may be -> what the tags of the row begin with."""


def may_name_split(key: str) -> bool:
    """Whether a key is named as what may tell training rows from validation rows.

    >>> may_name_split("Phase"), may_name_split("meta/split"), may_name_split("model")
    (True, True, False)
    """
    name = key.strip().lower().replace(" ", "_").replace("-", "_")
    return name.rsplit("/", 1)[-1] in _KEYS


def split_named(value: object) -> str | None:
    """The split that a value names, as its tags begin with it; None for other values.

    >>> split_named("Validation"), split_named("metrics"), split_named(3)
    ('val', None, None)
    """
    return SPLITS.get(value.strip().lower()) if type(value) is str else None

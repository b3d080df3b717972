"""Which keys count steps, and which names tell a log from the JSON of other things."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from gradlint.runs.kinds import Kind
from gradlint.runs.roles.names import role_of
from gradlint.runs.roles.translations import word_in_english

STEP_KEYS = (
    "step",
    "global_step",
    "iteration",
    "iter",
    "itr",
    "it",
    "num_updates",
    "current_steps",
    "training_iteration",
    "_step",
    "trainer/global_step",
    "train/global_step",
    "time/total_timesteps",
    "total_timesteps",
    "timesteps_total",
)
"""Keys that count training steps, the likeliest first."""

EPOCH_KEYS = ("epoch", "epochs", "train/epoch", "trainer/epoch", "current_epoch")
"""Keys that count epochs."""

ROUND_KEYS = ("episode", "episodes", "num_episodes", "n_episodes", "round", "generation")
"""Keys that count what is played or evolved. They do not tell a log: series on television have
episodes, too."""

WALL_KEYS = ("_timestamp", "timestamp", "wall_time", "time/timestamp")
"""Keys that may hold seconds since 1970."""

EARLIEST, LATEST = 5e8, 5e9
"""Seconds since 1970 of the years 1985 and 2128: other numbers are not times of a log."""

_MEASURES = frozenset([Kind.LOSS, Kind.SCORE, Kind.ERROR, Kind.RETURN, Kind.GRADIENT_NORM])

_LOG_NAME = re.compile(
    r"(?:^|[^a-z])(?:log|logs|history|metrics?|loss|losses|stats|scalars|progress|curves?|results"
    r"|trainer_state|golden)(?:$|[^a-z])"
)

_OTHER_NAMES = frozenset(
    """package.json package-lock.json composer.json tsconfig.json jsconfig.json manifest.json
    tokenizer.json tokenizer_config.json special_tokens_map.json added_tokens.json vocab.json
    config.json generation_config.json preprocessor_config.json adapter_config.json
    modules.json dataset_info.json dataset_infos.json launch.json settings.json
    model.safetensors.index.json pytorch_model.bin.index.json wandb-metadata.json
    """.split()
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def plain(key: str) -> str:
    """A key as it is compared: lower case, blanks and hyphens as underscores."""
    return key.strip().lower().replace(" ", "_").replace("-", "_")


def measures(tag: str) -> bool:
    """Whether a tag is named as what training logs measure, such as `val_loss` or `trainLoss`."""
    return role_of(tag).kind in _MEASURES


def is_rate(tag: str) -> bool:
    """Whether a tag is named as a learning rate."""
    return role_of(tag).kind is Kind.LEARNING_RATE


def counts(tag: str) -> bool:
    """Whether a tag is named as a counter of steps or epochs."""
    name = word_in_english(plain(tag))
    return name in STEP_KEYS or name in EPOCH_KEYS


_OF_TOTAL = re.compile(r"/(?:max|total)_?[a-z]*\Z")
_PLACE = re.compile(r"(\d{1,15})/\d{1,15}\Z")


def counter_of(tag: str) -> str:
    """The name of what a tag may count: its last key, without a total that is beside it.

    >>> counter_of("step/iter"), counter_of("global_step/max_steps"), counter_of("train/epoch")
    ('iter', 'global_step', 'train/epoch')
    """
    name = word_in_english(plain(tag))
    within = (name, _OF_TOTAL.sub("", name), name.rpartition("/")[2])
    return next(filter(counts, within), name)


def place_of(tag: str, text: str) -> float | None:
    """The place in a text such as `5/100`, if the tag is a counter's."""
    match = _PLACE.match(text)
    return float(match[1]) if match and counts(counter_of(tag)) else None


def is_log(tags: Iterable[str]) -> bool:
    """Whether rows with these numeric tags come from a training log rather than from a data set.

    A plain `score` is as often the label of an example; a value of a split is a measurement.
    """
    return any(
        counts(tag)
        or is_rate(tag)
        or (measures(tag) and plain(tag) != "score")
        or role_of(tag).split in ("train", "validation")
        for tag in tags
    )


def named_as_log(path: str) -> bool:
    """Whether a file is named as a log is: `history.json`, `train_log.jsonl`, a file `log`."""
    stem = os.path.splitext(os.path.basename(path.replace("\\", "/")))[0]
    return _LOG_NAME.search(_CAMEL.sub("_", stem).lower()) is not None


def named_as_lines(path: str) -> bool:
    """Whether a file's name says that it has one object a line."""
    return path.lower().endswith((".jsonl", ".ndjson", ".jsonlines"))


def named_as_other(path: str) -> bool:
    """Whether a file has the name of something that is never a log, such as `package.json`."""
    base = os.path.basename(path.replace("\\", "/")).lower()
    return base in _OTHER_NAMES or base.endswith((".ipynb", ".map", ".geojson", ".lock"))

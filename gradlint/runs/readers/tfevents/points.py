"""The values of an event -> points of a series, or texts about the run."""

from __future__ import annotations

from collections.abc import Iterable

from gradlint.runs.readers.tfevents.damage import Unread
from gradlint.runs.readers.tfevents.events import Event, Value
from gradlint.runs.readers.tfevents.hparams import hyperparameters
from gradlint.runs.readers.tfevents.series import Batch
from gradlint.runs.readers.tfevents.wire import text

SCALARS = "scalars"
_TEXT = "text"
_HPARAMS = "hparams"

_MOST_TAGS = 100_000
"""Tags whose plugin is remembered; one log of histograms of each layer has thousands."""

_MOST_TEXTS = 1_000
"""Texts kept; hyper-parameters are some dozens, and samples logged at each step are not needed."""

_LONGEST_TEXT = 1_000
"""Characters kept of a text: a table of hyper-parameters in Markdown."""


class PointReader:
    """What the values of a file mean.

    Writers may state the plugin of a tag with its first value only, so it is remembered.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.unread = Unread()
        self._plugins: dict[str, str] = {}

    def remember(self, values: Iterable[Value]) -> None:
        """Note the plugins that values state; the first statement on a tag holds."""
        for value in values:
            plugin = _stated(value)
            if plugin and len(self._plugins) < _MOST_TAGS:
                self._plugins.setdefault(value.tag, plugin)

    def plugin(self, value: Value) -> str:
        """The plugin of a value: what it states, else what its tag is known for, else nothing."""
        return _stated(value) or self._plugins.get(value.tag, "")

    def accepts(self, value: Value) -> bool:
        """Whether a value is a plain float, and known to be a scalar whatever comes before it."""
        if value.number is not None:
            return True
        tensor = value.tensor
        return tensor is not None and tensor.at >= 0 and self.plugin(value) == SCALARS

    def take(self, record: int, event: Event, batch: Batch) -> None:
        """Add the points of an event to `batch`, and its texts here."""
        for value in event.values:
            if value.metadata is not None:
                self.remember([value])
            if value.number is not None:
                batch.add(record, value.tag, event.step, value.number, event.wall)
            elif value.tensor is not None:
                self._tensor(record, event, value, batch)

    def _tensor(self, record: int, event: Event, value: Value, batch: Batch) -> None:
        tensor = value.tensor
        assert tensor is not None
        plugin = self.plugin(value)
        # A number without dimensions whose plugin was never stated can only be a scalar.
        if plugin == SCALARS or (not plugin and tensor.rank == 0 and tensor.number is not None):
            if tensor.number is None:
                self.unread.add(value.tag)
            else:
                batch.add(record, value.tag, event.step, tensor.number, event.wall)
        elif plugin == _TEXT and tensor.text is not None:
            self._text(value.tag, text(tensor.text[: 4 * _LONGEST_TEXT]))
        elif plugin == _HPARAMS and value.metadata is not None:
            for name, setting in hyperparameters(value.metadata.content):
                self._text(name, setting)

    def _text(self, name: str, words: str) -> None:
        if len(self.texts) < _MOST_TEXTS:
            self.texts.setdefault(name[:_LONGEST_TEXT], words[:_LONGEST_TEXT])


def _stated(value: Value) -> str:
    if value.metadata is None:
        return ""
    return SCALARS if value.metadata.scalar else value.metadata.plugin

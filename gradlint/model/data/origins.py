"""Values -> where they come from and what they span: raw pixels, scaled pixels, columns of a table.

An origin is found by going back through what a value was computed from. Every operation on the way
either does something known to the range (`x / 255`), leaves it (`x.reshape(...)`), or ends the
search: what is not understood is not spoken of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gradlint.model.data import dataset_items, ranges
from gradlint.model.data.origin import DEEPEST, Origin, agreed, indices, pixels
from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Const, Join, Method, Seq, Value
from gradlint.values.marks import CHANGED

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge

_KEEPS = ("keeps-values", "keeps-array-values", "keeps-items")


class Origins:
    """Finds origins. `inputs` gives those of symbolic inputs: the ones that a network is fed."""

    def __init__(self, knowledge: Knowledge, inputs: Mapping[int, Origin] | None = None) -> None:
        self.knowledge = knowledge
        self.inputs = inputs or {}
        self._known: dict[int, tuple[Apply, Origin | None]] = {}

    def of(
        self, value: Value | None, depth: int = 0, consumer: Apply | None = None
    ) -> Origin | None:
        """The origin of a value; None where nothing certain is known of it."""
        if value is None or depth > DEEPEST:
            return None
        found = self.inputs.get(id(value))
        if found is not None:
            return found
        if isinstance(value, Join):
            return agreed([self.of(option, depth + 1, consumer) for option in value.options()])
        if isinstance(value, Seq):
            return self._of_items(value, depth)
        if isinstance(value, Method):
            return self._of_attribute(value.receiver, value.name, depth)
        if not isinstance(value, Apply):
            return None
        changed = value.attrs.get(CHANGED)
        if changed is not None and changed is not consumer:
            return None
        key = id(value)
        if key not in self._known:
            # Until it is known, a value that depends on itself depends on nothing.
            self._known[key] = (value, None)
            self._known[key] = (value, self._of_call(value, depth + 1))
        return self._known[key][1]

    def fact(self, value: Value | None) -> Fact | None:
        """What is known of a call as a part of a data pipeline."""
        if isinstance(value, Apply):
            return self.knowledge.roles["data"].get(value.fn)
        return None

    def _of_items(self, value: Seq, depth: int) -> Origin | None:
        """Of a list the items must agree: `np.array([cv2.imread(p) for p in paths])`."""
        return agreed([self.of(item, depth + 1) for item in value.items])

    def _of_call(self, value: Apply, depth: int) -> Origin | None:
        fn = value.fn
        if fn in ("iter", "builtins.next"):
            return dataset_items.item(self, value, (), depth)
        if fn == "batch":
            data = value.args[0]
            return self.of(data, depth) or dataset_items.item(self, data, (0,), depth)
        if fn == "[]":
            return self._of_index(value, depth)
        if fn == "[]=":
            return self._of_written(value, depth)
        if fn in ranges.OPERATORS:
            return self._of_operator(value, fn, value.args, depth)
        if fn == "()":
            return self._of_application(value, depth)
        fact = self.fact(value)
        if fact is not None:
            return self._of_fact(value, fact, depth)
        if fn[:1] == ".":
            return self._of_method(value, depth)
        return None

    # -- operations --------------------------------------------------------------------------

    def _of_operator(
        self, value: Apply, symbol: str, args: list[Value], depth: int
    ) -> Origin | None:
        if len(args) < 2:
            return None
        left, right = args[0], args[1]
        factor = ranges.factor_of(right)
        if factor is not None:
            found = self.of(left, depth, value)
            return ranges.applied(found, symbol, factor, value) if found else None
        factor = ranges.factor_of(left)
        if factor is not None:
            found = self.of(right, depth, value)
            return ranges.reversed_applied(found, symbol, factor, value) if found else None
        return None

    def _of_written(self, value: Apply, depth: int) -> Origin | None:
        """An array that was written to in part: its items, where all that is in it is known."""
        base, key, written = value.args
        if _whole(key):
            return self.of(written, depth)
        found = self.of(written, depth)
        if found is None:
            return None
        if isinstance(base, Apply):
            fact = self.fact(base)
            if (fact is not None and fact["kind"] == "allocation") or (
                base.fn == "[]=" and base.node is value.node
            ):
                return found
        return agreed([found, self.of(base, depth, value)])

    def _of_application(self, value: Apply, depth: int) -> Origin | None:
        """An object that was called: a layer, a transform, a generator of the project."""
        layer = value.receiver
        if value.inner is not None:
            return self.of(value.inner, depth)
        if not value.args:
            return None
        found = self.of(value.args[0], depth)
        if dataset_items.is_transform(layer, self.knowledge):
            return dataset_items.transformed(self, found, layer)
        return self.through(found, layer)

    def through(self, found: Origin | None, layer: Value | None) -> Origin | None:
        """What a layer without weights leaves of a range."""
        if found is None or not isinstance(layer, Apply):
            return None
        fact = self.knowledge.fact("layer", layer.fn)
        if fact is None:
            return None
        kind = fact["kind"]
        if kind in ("shape", "pool", "input", "dropout"):
            return found
        if kind == "rescaling" and layer.complete:
            scale = ranges.factor_of(self.knowledge.argument(layer, fact, "scale"))
            offset = self.knowledge.argument(layer, fact, "offset")
            if scale is None:
                return None
            scaled = ranges.applied(found, "*", scale, layer)
            if offset is None or scaled is None:
                return scaled
            shift = ranges.factor_of(offset)
            return ranges.applied(scaled, "+", shift, layer) if shift is not None else None
        return None

    def _of_fact(self, value: Apply, fact: Fact, depth: int) -> Origin | None:
        if fact["kind"] == "image":
            return pixels(value, float(fact["range"])) if value.complete else None
        if fact["kind"] == "frame":
            return Origin(value, "table", float("-inf"), float("inf"))
        if not value.args:
            return None
        if "operator" in fact:
            return self._of_operator(value, str(fact["operator"]), value.args, depth)
        effect = fact.get("effect")
        if effect is None:
            return None
        found = self.of(value.args[0], depth)
        return ranges.effect(found, str(effect), value, fact, self.knowledge)

    def _of_method(self, value: Apply, depth: int) -> Origin | None:
        name = value.fn[1:]
        symbol = self.knowledge.operator(value.fn)
        if symbol is not None and value.receiver is not None:
            return self._of_operator(value, symbol, [value.receiver, *value.args], depth)
        augments = self.knowledge.does(value.fn, "augments-arrays", "augments-files")
        if augments or name == "next":
            return dataset_items.item(self, value, (0,), depth)
        if name in ("to", "astype", "type", "float", "double", "half", "int", "long", "byte"):
            found = self.of(value.receiver, depth)
            return _cast(found, name, value)
        if name == "convert":
            mode = constant(value.args[0]) if value.args else "RGB"
            return self.of(value.receiver, depth) if mode in ("RGB", "L", "RGBA") else None
        return self._of_attribute(value.receiver, name, depth)

    def _of_attribute(self, base: Value | None, name: str, depth: int) -> Origin | None:
        """`dataset.data` goes around the transform that would have scaled it."""
        if name in ("data", "train_data", "test_data") and isinstance(base, Apply):
            fact = self.fact(base)
            if fact is not None and fact["kind"] == "image-dataset":
                return pixels(base, 255.0)
            if fact is not None and fact["kind"] == "named-arrays":
                return dataset_items.named(base, fact, self.knowledge)
        if name in ("target", "targets", "labels", "shape", "dtype"):
            return None
        words = self.knowledge.words
        kept = any(name in words[word] for word in _KEEPS)
        if not kept and name not in words["keeps-columns"]:
            return None
        found = self.of(base, depth)
        return found if kept or (found is not None and found.kind == "table") else None

    # -- items -------------------------------------------------------------------------------

    def _of_index(self, value: Apply, depth: int) -> Origin | None:
        root, path = indices(value)
        if isinstance(root, Apply):
            fact = self.fact(root)
            if fact is not None:
                if fact["kind"] == "image-arrays":
                    return pixels(root, float(fact["range"])) if path[1:2] == (0,) else None
                if fact["kind"] == "named-arrays":
                    ours = path[:1] in ((0,), ("data",))
                    return dataset_items.named(root, fact, self.knowledge) if ours else None
                if fact["kind"] == "split":
                    return self._of_split(root, path, depth)
            if root.fn in ("iter", "builtins.next", ".next"):
                return dataset_items.item(self, root, path, depth)
            if fact is not None and fact["kind"] == "image-dataset":
                # The first index chooses the example.
                return dataset_items.item(self, root, path[1:], depth)
        return self.of(value.args[0], depth)

    def _of_split(self, root: Apply, path: tuple[object, ...], depth: int) -> Origin | None:
        """`train_test_split` gives two parts of each of its arguments, in order."""
        first = path[0] if path else None
        if isinstance(first, int) and 0 <= first // 2 < len(root.args):
            return self.of(root.args[first // 2], depth)
        return None


def _whole(key: Value) -> bool:
    if isinstance(key, Apply) and key.fn == "slice":
        return all(isinstance(part, Const) and part.value is None for part in key.args)
    return isinstance(key, Const) and key.value is Ellipsis


def _cast(found: Origin | None, name: str, value: Apply) -> Origin | None:
    if found is None:
        return None
    if name in ("float", "double", "half"):
        return replace(found, integer=False)
    if name in ("int", "long", "byte"):
        return found if found.integer else None
    for argument in (*value.args, *value.kwargs.values()):
        kind = ranges.dtype_kind(argument)
        if kind == "float":
            return replace(found, integer=False)
        if kind == "integer" and not found.integer:
            return None
    return found

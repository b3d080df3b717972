"""Datasets, loaders and generators -> what one item of them holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gradlint.model.data import ranges
from gradlint.model.data.origin import DEEPEST, Finder, Origin, agreed, indices, pixels
from gradlint.values.graph import constant, number
from gradlint.values.kinds import Apply, Const, Join, Map, Seq, Value
from gradlint.values.marks import ITEM

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge

Path = tuple[object, ...]


def item(finder: Finder, value: Value | None, path: Path, depth: int) -> Origin | None:
    """The origin of what `path` leads to in one item of a dataset, a loader or a generator."""
    if value is None or depth > DEEPEST:
        return None
    if isinstance(value, Join):
        return agreed([item(finder, option, path, depth + 1) for option in value.options()])
    if isinstance(value, Seq) and value.kind == "generator":
        return within(finder, value.items[0], path, depth) if len(value.items) == 1 else None
    if not isinstance(value, Apply):
        return None
    known = value.attrs.get(ITEM)
    if known is not None:
        return within(finder, known, path, depth + 1)
    fact = finder.fact(value)
    if fact is not None:
        return _item_of_known(finder, value, fact, path, depth + 1)
    if value.fn in ("builtins.iter", "builtins.next", "iter") and value.args:
        return item(finder, value.args[0], path, depth + 1)
    if value.fn == ".next":
        return item(finder, value.receiver, path, depth + 1)
    if value.fn == "[]":
        root, _ = indices(value)
        fact = finder.fact(root)
        if isinstance(root, Apply) and fact is not None and fact["kind"] == "parts":
            return item(finder, root.args[0] if root.args else None, path, depth + 1)
        if isinstance(root, Apply) and fact is not None and fact["kind"] == "named-items":
            return item(finder, root, path, depth + 1)
        return None
    if value.fn[:1] == "." and value.receiver is not None:
        if finder.knowledge.does(value.fn, "keeps-items"):
            return item(finder, value.receiver, path, depth + 1)
        if finder.knowledge.does(value.fn, "augments-arrays", "augments-files"):
            return _generated(finder, value, path, depth + 1)
    return None


def named(base: Apply, fact: Fact, knowledge: Knowledge) -> Origin | None:
    """The values of a data set that is fetched by its name."""
    name = constant(knowledge.argument(base, fact, "name"))
    return pixels(base, 255.0) if name in fact["image-names"] else None


def within(finder: Finder, value: Value, path: Path, depth: int) -> Origin | None:
    """What a path of constant indices leads to inside a value."""
    for position, key in enumerate(path):
        if isinstance(value, Apply) and value.inner is not None:
            value = value.inner
        if isinstance(value, Join):
            rest = path[position:]
            return agreed([within(finder, option, rest, depth + 1) for option in value.options()])
        if isinstance(value, Seq) and isinstance(key, int) and value.exact:
            if not -len(value.items) <= key < len(value.items):
                return None
            value = value.items[key]
        elif isinstance(value, Map) and key in value.items:
            value = value.items[key]
        elif isinstance(value, Apply):
            value = Apply("[]", [value, Const(key)], {}, value.node, value.module)
        else:
            return None
    return finder.of(value, depth + 1)


def _item_of_known(
    finder: Finder, value: Apply, fact: Fact, path: Path, depth: int
) -> Origin | None:
    knowledge = finder.knowledge
    if fact["kind"] == "loader":
        if value.kwargs.get("collate_fn") is not None:
            return None
        return item(finder, knowledge.argument(value, fact, "dataset"), path, depth)
    if fact["kind"] == "parts":
        return item(finder, value.args[0] if value.args else None, path, depth)
    if fact["kind"] == "image-dataset":
        return _image(finder, value, fact, path)
    if fact["kind"] == "named-items":
        names = fact["image-names"]
        name = constant(value.args[0]) if value.args else constant(value.kwargs.get("name"))
        supervised = constant(value.kwargs.get("as_supervised")) is True
        ours = (0,) if supervised else ("image",)
        if isinstance(name, str) and name.partition("/")[0].partition(":")[0] in names:
            return pixels(value, 255.0) if path == ours else None
        return None
    if fact["kind"] == "columns":
        # One array for each argument: an item is a tuple of their items.
        first = path[0] if path else None
        if isinstance(first, int) and first < len(value.args):
            return finder.of(value.args[first], depth)
        return None
    if fact["kind"] == "slices" and value.args:
        inner = value.args[0]
        if not path or isinstance(inner, Seq | Map):
            return within(finder, inner, path, depth)
    return None


def _image(finder: Finder, value: Apply, fact: Fact, path: Path) -> Origin | None:
    """The image of a pair, where its transform is known."""
    if path != (0,) or not value.complete:
        return None
    if "range" in fact:
        labels = value.kwargs.get("label_mode", value.kwargs.get("labels"))
        if labels is not None and constant(labels) is None:
            return None
        return pixels(value, float(fact["range"]), integer=False)
    transform = finder.knowledge.argument(value, fact, "transform")
    if transform is None or value.kwargs.get("transforms") is not None:
        return None
    return transformed(finder, pixels(value, 255.0), transform)


# -- transforms -------------------------------------------------------------------------------


def is_transform(value: Value | None, knowledge: Knowledge) -> bool:
    """Whether something is known of a call as a transform, one or several."""
    return isinstance(value, Apply) and (
        value.fn in knowledge.roles["data"] or knowledge.images.is_geometric(value.fn)
    )


def transformed(finder: Finder, found: Origin | None, transform: Value | None) -> Origin | None:
    """What a transform, composed or single, leaves of a range."""
    steps = composed(transform, finder.knowledge)
    if steps is None:
        return None
    for step in steps:
        if found is None or not isinstance(step, Apply):
            return None
        found = _transformed_once(finder, found, step)
    return found


def _transformed_once(finder: Finder, found: Origin, step: Apply) -> Origin | None:
    knowledge = finder.knowledge
    fact = finder.fact(step)
    if fact is None:
        return found if knowledge.images.is_geometric(step.fn) else None
    if not step.complete:
        return None
    if fact.get("effect") == "convert":
        scale = knowledge.argument(step, fact, "scale")
        scales = constant(scale) if scale is not None else False
        if scales is True:
            return ranges.effect(found, "unit", step, {}, knowledge)
        dtype = knowledge.argument(step, fact, "dtype")
        kind = ranges.dtype_kind(dtype) if dtype is not None else None
        if scales is not False or kind != "float":
            return None
        return replace(found, integer=False)
    if fact.get("effect") == "normalize":
        return normalized(found, step, fact, knowledge)
    effect = fact.get("effect")
    if effect is None and fact["kind"] == "transform":
        return found
    return ranges.effect(found, str(effect), step, fact, knowledge) if effect else None


def normalized(found: Origin, step: Apply, fact: Fact, knowledge: Knowledge) -> Origin | None:
    """`Normalize(mean, std)`: subtract and divide, where both are literal."""
    mean = mean_of(knowledge.argument(step, fact, "mean"))
    deviation = mean_of(knowledge.argument(step, fact, "std"))
    if mean is None or not deviation or found.kind != "image":
        return None
    return replace(
        found,
        low=(found.low - mean) / deviation,
        high=(found.high - mean) / deviation,
        integer=False,
    )


def mean_of(value: Value | None) -> float | None:
    """The mean of a display of literal numbers, or the number itself."""
    single = number(value)
    if single is not None:
        return single
    if isinstance(value, Seq) and value.exact and value.items:
        numbers = [ranges.factor_of(item) for item in value.items]
        known = [item for item in numbers if item is not None]
        return sum(known) / len(known) if len(known) == len(numbers) else None
    return None


def composed(value: Value | None, knowledge: Knowledge) -> list[Value] | None:
    """The steps of a composed transform, in order; None where they are not all known."""
    if not isinstance(value, Apply):
        return None
    fact = knowledge.roles["data"].get(value.fn)
    if fact is None or fact["kind"] != "composition":
        return [value] if is_transform(value, knowledge) else None
    steps = knowledge.argument(value, fact, "transforms")
    if not isinstance(steps, Seq) or not steps.exact:
        return None
    found: list[Value] = []
    for step in steps.items:
        nested = composed(step, knowledge)
        if nested is None:
            return None
        found.extend(nested)
    return found


# -- generators -------------------------------------------------------------------------------


def _generated(finder: Finder, value: Apply, path: Path, depth: int) -> Origin | None:
    """Batches of a generator of augmented images: raw unless it was told to scale."""
    generator = value.receiver
    fact = finder.fact(generator)
    if not isinstance(generator, Apply) or fact is None or fact["kind"] != "generator":
        return None
    if not generator.complete or generator.args or path not in ((0,), ()):
        return None
    if value.kwargs.get("class_mode") is not None and not constant(value.kwargs["class_mode"]):
        return None
    for name in (*fact["statistics-parameters"], *fact["batch-statistics-parameters"]):
        given = generator.kwargs.get(name)
        if given is not None and not (isinstance(given, Const) and not given.value):
            return None
    found = (
        finder.of(value.argument(0, "x"), depth)
        if finder.knowledge.does(value.fn, "augments-arrays")
        else pixels(generator, 255.0, integer=False)
    )
    if found is None:
        return None
    function = generator.kwargs.get(fact["function-parameter"])
    if function is not None and not (isinstance(function, Const) and function.value is None):
        # It runs first, and only then are its results multiplied.
        mode = finder.knowledge.images.preparation(function, finder.knowledge)
        by = Apply("()", [], {}, function.node, function.module, generator)
        prepared = ranges.prepared(found, mode, by)
        if prepared is None or prepared.doubled is not None:
            return prepared
        found = prepared
    rescale = generator.kwargs.get(fact["factor-parameter"])
    if rescale is None or (isinstance(rescale, Const) and not rescale.value):
        return found
    factor = ranges.factor_of(rescale)
    return ranges.applied(found, "*", factor, generator) if factor is not None else None

"""Takes qualified names; gives what they mean in their library: roles, signatures, defaults.

The knowledge is data, one `facts.toml` a framework. This module answers questions about it and
recognises; it never judges. A name it has no fact for is simply unknown.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from gradlint.frameworks.images import ImageKnowledge
from gradlint.values.graph import constant
from gradlint.values.kinds import Apply, Const, Instance, Map, Seq, Symbol, Unknown, Value

Fact = dict[str, Any]


def frameworks_directory() -> str:
    """Where the `facts.toml` files are."""
    return os.path.dirname(os.path.realpath(__file__))


@cache
def knowledge() -> Knowledge:
    """Everything that is known; read once a process."""
    return Knowledge.load(frameworks_directory())


class Knowledge:
    """What all facts together say; `schema.toml` describes their sections and keys.

    `roles` are the sections with a table for each name, `names` those with a name for each name
    (method or text -> what it stands for), `words` the lists of `[words]`.
    """

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, Fact]] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.words: dict[str, frozenset[str]] = {}
        self.role_of_name: dict[str, str] = {}
        self.images = ImageKnowledge()
        self._library: dict[str, list[str]] = {}
        self.packages: frozenset[str] = frozenset()
        self._canonical: dict[str, str] = {}
        self._words_of: dict[str, set[str]] = {}

    @classmethod
    def load(cls, directory: str) -> Knowledge:
        """Read every `facts.toml` below `directory`, which is taken to be as the schema says."""
        import tomllib

        self = cls()
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name, "facts.toml")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    self._add(tomllib.loads(file.read()))
        self.packages = frozenset(self._library["packages"])
        for word, names in self.words.items():
            for name in names:
                self._words_of.setdefault(f".{name}", set()).add(word)
        return self

    def _add(self, data: dict[str, Any]) -> None:
        for key, names in data.pop("library").items():
            self._library.setdefault(key, []).extend(names)
        for key, names in data.pop("words", {}).items():
            self.words[key] = self.words.get(key, frozenset()).union(names)
        self.images.add(data)
        for section, facts in data.items():
            if isinstance(next(iter(facts.values())), str):
                self.names.setdefault(section, {}).update(facts)
                continue
            self.roles.setdefault(section, {}).update(facts)
            for name in facts:
                if section != "base" or name not in self.role_of_name:
                    self.role_of_name[name] = section

    # -- names -------------------------------------------------------------------------------

    def is_library(self, package: str) -> bool:
        """Whether a top-level package is a known library, which no file of a project replaces."""
        return package in self.packages

    def canonical(self, name: str) -> str:
        """One spelling for each thing: `tf.keras.layers.LSTM` is `keras.layers.LSTM`."""
        found = self._canonical.get(name)
        if found is None:
            found = self._canonical[name] = self._canonicalize(name)
        return found

    def _canonicalize(self, name: str) -> str:
        aliases = self.names["aliases"]
        for _ in range(6):
            prefix = name
            replaced = None
            while prefix:
                target = aliases.get(prefix)
                if target is not None:
                    replaced = target + name[len(prefix) :]
                    break
                prefix = prefix.rpartition(".")[0]
            if replaced is None or replaced == name:
                break
            name = replaced
        for package in self._library["flat-modules"]:
            if name.startswith(f"{package}."):
                rest = name[len(package) + 1 :].split(".")
                kept = self._library["kept-modules"]
                while len(rest) > 1 and rest[0].islower() and rest[0] not in kept:
                    rest.pop(0)
                return f"{package}.{'.'.join(rest)}"
        return name

    def defines(self, name: str) -> bool:
        """Whether a library is known to define `name`."""
        name = self.canonical(name)
        return name in self.role_of_name

    def does(self, fn: str, *words: str) -> bool:
        """Whether a callee is one of the methods that `[words]` lists under any of `words`."""
        found = self._words_of.get(fn)
        return found is not None and not found.isdisjoint(words)

    def gradient_effect(self, fn: str) -> str | None:
        """What a callee does to gradients, if it is a method that does anything to them."""
        return self.names["gradient-methods"].get(fn[1:]) if fn[:1] == "." else None

    def operator(self, fn: str) -> str | None:
        """The arithmetic operator that a callee is, itself or as a method."""
        return self.names["arithmetic-methods"].get(fn[1:]) if fn[:1] == "." else fn

    # -- facts -------------------------------------------------------------------------------

    def fact(self, role: str, name: str) -> Fact | None:
        """The fact that `name` has in `role`."""
        facts = self.roles[role]
        found = facts.get(name)
        if found is None and role == "scheduler":
            package, _, leaf = name.rpartition(".")
            if leaf[:1].isupper() and "optimizer" not in leaf.lower():
                found = facts.get(f"{package}.*")
        return found

    def of(self, role: str, value: Value | None) -> Fact | None:
        """The fact that a call's callee, a symbol or a typed unknown has in `role`."""
        if isinstance(value, Apply):
            return self.fact(role, value.fn)
        if isinstance(value, Symbol):
            return self.fact(role, self.canonical(value.name))
        if isinstance(value, Unknown) and value.type:
            return self.fact(role, value.type)
        return None

    def argument(self, apply: Apply, fact: Fact, name: str | None) -> Value | None:
        """The argument that `name` stands for in the signature of the callee."""
        if name is None:
            return None
        if name in apply.kwargs:
            return apply.kwargs[name]
        signature = fact.get("signature", ())
        if name in signature:
            position: int = signature.index(name)
            if position < len(apply.args):
                return apply.args[position]
        return None

    # -- what the interpreter asks -----------------------------------------------------------

    def call_methods(self, bases: list[str]) -> tuple[str, ...]:
        """The methods that calling an object of these library bases leads to."""
        found = tuple(
            fact["call-method"]
            for fact in (self.roles["base"].get(name) for name in bases)
            if fact is not None and "call-method" in fact
        )
        return found or ("forward", "call")

    def gradient_switch(self, value: Value) -> bool | None:
        """Whether a context or decorator turns gradients off (False) or on (True); else None."""
        fact = self.of("gradient-switch", value)
        return fact["tracks"] if fact is not None else None

    def entered(self, context: Value) -> Value:
        """What `with context as name` binds."""
        if isinstance(context, Apply) and context.fn in self.roles["loss-scaling"]:
            loss = context.args[0] if context.args else Unknown()
            scaled = Apply(".scale", [loss], {}, context.node, context.module, context)
            scaled.attrs["unscaled"] = Const(True)
            return scaled
        return context

    def is_object(self, value: Value | None) -> bool:
        """Whether a value is a network, a layer or an optimizer rather than a tensor."""
        if isinstance(value, Instance):
            return True
        return isinstance(value, Apply) and self.makes_object(value)

    def makes_object(self, apply: Apply) -> bool:
        """Whether a call constructs an object of its own."""
        role = self.role_of_name.get(apply.fn)
        if role is None:
            return self.heads(apply) is not None
        if role in ("recurrent", "container", "optimizer", "wrapper", "trainer", "engine"):
            return True
        if role == "layer":
            return bool(self.roles["layer"][apply.fn].get("class", True))
        return role in ("scaler", "scheduler") or (
            role == "activation" and bool(self.roles["activation"][apply.fn].get("class"))
        )

    def heads(self, apply: Apply) -> tuple[str, ...] | None:
        """The attributes that hold a library classifier's last layer; None for other calls."""
        for package, fact in self.roles["classifiers"].items():
            if apply.fn.startswith(package) and apply.fn.count(".") == package.count(".") + 1:
                return tuple(fact["heads"])
        return None

    def holds_layers(self, apply: Apply) -> bool:
        """Whether a call constructs a container that layers are added to."""
        return apply.fn in self.roles["container"]

    def members(self, container: Apply) -> list[Value] | None:
        """The layers of a container, in order; None where they are not all known."""
        found: list[Value] = []
        known = container.complete
        for value in (*container.args, *container.kwargs.values()):
            if isinstance(value, Seq):
                found.extend(value.items)
                known = known and value.exact
            elif isinstance(value, Map):
                found.extend(value.items.values())
                known = known and value.exact
            elif isinstance(value, Apply) and value.fn == "collections.OrderedDict":
                members = _ordered(value)
                found.extend(members or ())
                known = known and members is not None
            elif not isinstance(value, Const):
                # One of several layers is a layer; one of several lists may be of any length.
                found.append(value)
                known = known and not any(isinstance(each, Seq | Map) for each in value.options())
        return found if known else None

    def chained(self, callee: Apply) -> list[Value] | None:
        """The layers that calling a sequential container calls one after the other."""
        fact = self.roles["container"].get(callee.fn)
        if fact is None or not fact.get("chain"):
            return None
        return self.members(callee)

    def passes(self, apply: Apply) -> Value | None:
        """What a call gives back unchanged: its receiver, or one of its arguments."""
        receiver = apply.receiver
        if receiver is not None:
            name = apply.fn[1:]
            if name in self.words["keeps-object"]:
                if self.is_object(receiver) or isinstance(receiver, Unknown):
                    return receiver
            if name in self.words["prepares"] and apply.args and self._is_engine(receiver):
                if len(apply.args) == 1:
                    return apply.args[0]
                return Seq(list(apply.args), "tuple", apply.node, apply.module)
            return None
        fact = self.roles["passes"].get(apply.fn)
        count = fact.get("arguments", 1) if fact is not None else 0
        if not count or len(apply.args) < count:
            return None
        if count == 1:
            return apply.args[0]
        return Seq(apply.args[:count], "tuple", apply.node, apply.module)

    def _is_engine(self, value: Value) -> bool:
        return self.of("engine", value) is not None or isinstance(value, Unknown)

    def takes_parameters(self, apply: Apply) -> bool:
        """Whether a call builds an optimizer that is given the parameters it steps."""
        fact = self.roles["optimizer"].get(apply.fn)
        return fact is not None and fact.get("signature", ("",))[0] == "params"

    def initializer(self, value: Value) -> Fact | None:
        """What is known of an initialiser given as a name, a class or an object."""
        if isinstance(value, Const):
            if value.default or not isinstance(value.value, str):
                return None
            name = self.names["initializer-names"].get(value.value.lower())
            return self.fact("initializer", name) if name else None
        fact = self.of("initializer", value) if isinstance(value, Apply | Symbol) else None
        return fact if fact is not None and not fact.get("in-place") else None

    # -- activations -------------------------------------------------------------------------

    def applied(self, call: Apply) -> str | None:
        """The activation that a call applies: as a function, as a method or as a layer."""
        if call.fn == "()":
            layer = call.receiver
            fact = self.of("activation", layer) if isinstance(layer, Apply) else None
            return self.activation(layer) if fact is not None and fact.get("class") else None
        if call.fn[:1] == ".":
            return self.names["activation-methods"].get(call.fn[1:])
        fact = self.fact("activation", call.fn)
        return self.activation(call) if fact is not None and not fact.get("class") else None

    def activation(self, value: Value | None) -> str | None:
        """The function that an activation argument means: a name, a function or a layer."""
        if value is None:
            return None
        if isinstance(value, Const):
            if value.value is None:
                return "linear"
            if not isinstance(value.value, str):
                return None
            return self.names["activation-names"].get(value.value.lower())
        fact = self.of("activation", value)
        if fact is not None:
            if fact["function"] == "argument" and isinstance(value, Apply):
                return self.activation(self.argument(value, fact, fact["activation-parameter"]))
            if isinstance(value, Apply) and "limit-parameter" in fact:
                limit = self.argument(value, fact, fact["limit-parameter"])
                if limit is not None and not (isinstance(limit, Const) and limit.value is None):
                    return "relu6" if isinstance(limit, Const) and not limit.default else None
            return str(fact["function"])
        return None


def _ordered(apply: Apply) -> list[Value] | None:
    """The values of an ordered dictionary, None where they are not all known."""
    pairs = apply.args[0] if apply.args else None
    if not isinstance(pairs, Seq) or not pairs.exact:
        return None
    found = [
        pair.items[1] for pair in pairs.items if isinstance(pair, Seq) and len(pair.items) == 2
    ]
    return found if len(found) == len(pairs.items) else None


__all__ = ["Fact", "Knowledge", "constant", "knowledge"]

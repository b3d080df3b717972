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

_ROLES = (
    "recurrent",
    "wrapper",
    "layer",
    "activation",
    "container",
    "base",
    "optimizer",
    "scheduler",
    "scaler",
    "clip",
    "loss",
    "passes",
    "gradient-switch",
    "gradients",
    "distributed",
    "data",
    "trainer",
    "trainer-arguments",
    "engine",
    "train-op",
    "step-size",
    "reduction",
    "environment",
    "transform-chain",
    "classifiers",
    "initializer",
    "backend",
)

MOVES = frozenset(
    {
        "to", "cuda", "cpu", "train", "eval", "half", "double", "float", "bfloat16", "type",
        "requires_grad_", "share_memory", "apply", "xpu", "mps", "ipu", "compile_model",
        "set_epoch", "module",
    }
)  # fmt: skip
"""Methods of a network or an optimizer that give the object itself back."""


def frameworks_directory() -> str:
    """Where the `facts.toml` files are."""
    return os.path.dirname(os.path.realpath(__file__))


@cache
def knowledge() -> Knowledge:
    """Everything that is known; read once a process."""
    return Knowledge.load(frameworks_directory())


class Knowledge:
    """Facts by role and canonical name."""

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, Fact]] = {role: {} for role in _ROLES}
        self.role_of_name: dict[str, str] = {}
        self.packages: set[str] = set()
        self.optimizer_names: dict[str, str] = {}
        self.loss_names: dict[str, str] = {}
        self.initializer_names: dict[str, str] = {}
        self.images = ImageKnowledge()
        self._aliases: dict[str, str] = {}
        self._drop: tuple[str, ...] = ()
        self._canonical: dict[str, str] = {}

    @classmethod
    def load(cls, directory: str) -> Knowledge:
        """Read every `facts.toml` below `directory`.

        Raises:
            ValueError: a file has a section that is no role.
        """
        import tomllib

        self = cls()
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name, "facts.toml")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    self._add(tomllib.loads(file.read()), path)
        return self

    def _add(self, data: dict[str, Any], path: str) -> None:
        self.packages.update(data.pop("packages", ()))
        self._drop += tuple(f"{name}." for name in data.pop("drop-modules", ()))
        self._aliases.update(data.pop("aliases", {}))
        self.optimizer_names.update(data.pop("optimizer-names", {}))
        self.loss_names.update(data.pop("loss-names", {}))
        self.initializer_names.update(data.pop("initializer-names", {}))
        self.images.add(data)
        for role, facts in data.items():
            if role not in self.roles:
                raise ValueError(f"{path}: `{role}` is not a role")
            for name, fact in facts.items():
                self.roles[role][name] = fact
                if role != "base" or name not in self.role_of_name:
                    self.role_of_name[name] = role

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
        for _ in range(6):
            prefix = name
            replaced = None
            while prefix:
                target = self._aliases.get(prefix)
                if target is not None:
                    replaced = target + name[len(prefix) :]
                    break
                prefix = prefix.rpartition(".")[0]
            if replaced is None or replaced == name:
                break
            name = replaced
        for package in self._drop:
            if name.startswith(package):
                rest = name[len(package) :].split(".")
                while len(rest) > 1 and rest[0].islower() and rest[0] not in _KEPT_MODULES:
                    rest.pop(0)
                return package + ".".join(rest)
        return name

    def defines(self, name: str) -> bool:
        """Whether a library is known to define `name`."""
        name = self.canonical(name)
        return name in self.role_of_name

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
            fact["call"]
            for fact in (self.roles["base"].get(name) for name in bases)
            if fact is not None and "call" in fact
        )
        return found or ("forward", "call")

    def gradient_switch(self, value: Value) -> bool | None:
        """Whether a context or decorator turns gradients off (False) or on (True); else None."""
        fact = self.of("gradient-switch", value)
        return fact["tracks"] if fact is not None else None

    def entered(self, context: Value) -> Value:
        """What `with context as name` binds."""
        if isinstance(context, Apply) and self.of("distributed", context) == {"kind": "apex"}:
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
            return not self.roles["layer"][apply.fn].get("function", False)
        return role in ("scaler", "scheduler") or (
            role == "activation" and bool(self.roles["activation"][apply.fn].get("layer"))
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
            for option in value.options()[:1]:
                if isinstance(option, Seq):
                    found.extend(option.items)
                    known = known and option.exact
                elif isinstance(option, Map):
                    found.extend(option.items.values())
                elif isinstance(option, Const):
                    continue
                elif isinstance(option, Apply) and option.fn == "collections.OrderedDict":
                    found.extend(_ordered(option))
                else:
                    found.append(option)
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
            if name in MOVES:
                if self.is_object(receiver) or isinstance(receiver, Unknown):
                    return receiver
            if name in ("prepare", "setup") and apply.args and self._is_engine(receiver):
                if len(apply.args) == 1:
                    return apply.args[0]
                return Seq(list(apply.args), "tuple", apply.node, apply.module)
            return None
        fact = self.roles["passes"].get(apply.fn)
        if fact is not None:
            at: int = fact["position"]
            return apply.args[at] if at < len(apply.args) else None
        if apply.fn == "apex.amp.initialize" and len(apply.args) >= 2:
            return Seq(apply.args[:2], "tuple", apply.node, apply.module)
        return None

    def _is_engine(self, value: Value) -> bool:
        return self.of("engine", value) is not None or isinstance(value, Unknown)

    def takes_parameters(self, apply: Apply) -> bool:
        """Whether a call builds an optimizer that is given the parameters it steps."""
        fact = self.roles["optimizer"].get(apply.fn)
        return fact is not None and fact.get("signature", ("",))[0] == "params"

    # -- activations -------------------------------------------------------------------------

    def activation(self, value: Value | None) -> str | None:
        """The function that an activation argument means: a name, a function or a layer."""
        if value is None:
            return None
        if isinstance(value, Const):
            if value.value is None:
                return "linear"
            return _ACTIVATION_NAMES.get(value.value.lower()) if _is_text(value) else None
        fact = self.of("activation", value)
        if fact is not None:
            if fact["function"] == "argument" and isinstance(value, Apply):
                return self.activation(self.argument(value, fact, "activation"))
            if isinstance(value, Apply) and "limit" in fact:
                limit = self.argument(value, fact, fact["limit"])
                if limit is not None and not (isinstance(limit, Const) and limit.value is None):
                    return "relu6" if isinstance(limit, Const) and not limit.default else None
            return str(fact["function"])
        return None


_KEPT_MODULES = frozenset(
    {"functional", "utils", "init", "parallel", "lr_scheduler", "v2", "legacy"}
)

_ACTIVATION_NAMES = {
    name: name
    for name in (
        "relu", "elu", "selu", "gelu", "silu", "softplus", "exponential", "linear", "leaky_relu",
        "relu6", "tanh", "sigmoid", "hard_sigmoid", "softsign", "softmax", "log_softmax",
        "hard_tanh", "mish",
    )
} | {"swish": "silu", "hard_silu": "silu", "none": "linear"}  # fmt: skip


def _is_text(value: Const) -> bool:
    return isinstance(value.value, str)


def _ordered(apply: Apply) -> list[Value]:
    pairs = apply.args[0] if apply.args else None
    if not isinstance(pairs, Seq):
        return []
    return [pair.items[1] for pair in pairs.items if isinstance(pair, Seq) and len(pair.items) == 2]


__all__ = ["Fact", "Knowledge", "constant", "knowledge"]

"""Values -> networks: which layers they hold, which recur, and whose parameters are meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlint.values.graph import number, walk
from gradlint.values.kinds import (
    Apply,
    Const,
    Function,
    Instance,
    Join,
    Map,
    Method,
    Seq,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from gradlint.frameworks import Fact, Knowledge
    from gradlint.model.program import Program

_TRANSPARENT = frozenset(
    {
        "builtins.filter",
        "builtins.list",
        "builtins.tuple",
        "builtins.iter",
        "builtins.map",
        "itertools.chain",
        "itertools.chain.from_iterable",
        "iter",
        "[]",
        "+",
    }
)


@dataclass(slots=True, eq=False, repr=False)
class Recurrence:
    """A recurrent layer or cell: where it is built and what its facts say.

    `activation` is that of the state path, None where it can't be told; `gates` that of the gates;
    `units` the size of the state; `depth` how many layers the one call stacks; `unbounded` that
    the state is certain to be unbounded; `identity_start` that the recurrent matrix starts as
    identity or orthogonal (an IRNN); `dropout` the rate between stacked layers, where it is given.
    """

    apply: Apply
    fact: Fact
    activation: str | None
    activation_value: Value | None
    gates: str | None
    gates_value: Value | None
    units: int | None
    depth: int | None
    initializer: Value | None = None
    unbounded: bool = False
    identity_start: bool = False
    dropout: Value | None = None
    depth_value: Value | None = None

    @property
    def initializer_given(self) -> bool:
        """Whether the start of the recurrent matrix was chosen."""
        return self.initializer is not None

    @property
    def gated(self) -> bool:
        """Whether gates control the state (LSTM, GRU)."""
        return self.family != "rnn"

    @property
    def family(self) -> str:
        """`rnn`, `lstm` or `gru`."""
        return str(self.fact["family"])

    @property
    def activation_parameter(self) -> str:
        """The parameter that gives the activation, as the library names it."""
        return str(self.fact.get("activation-parameter", "activation"))

    @property
    def name(self) -> str:
        """The layer as its library calls it."""
        return self.apply.fn.rpartition(".")[2]


def whole(value: Value | None) -> int | None:
    """A literal whole number."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def _is_identity(initializer: Value, knowledge: Knowledge) -> bool:
    facts = [knowledge.initializer(option) for option in initializer.options()]
    return all(fact is not None and fact["kind"] in ("identity", "orthogonal") for fact in facts)


def recurrence(apply: Apply, knowledge: Knowledge) -> Recurrence | None:
    """The recurrent layer that a call builds, if it builds one."""
    fact = knowledge.fact("recurrent", apply.fn)
    if fact is None:
        return None
    activation_value = knowledge.argument(apply, fact, fact.get("activation-parameter"))
    gates_value = knowledge.argument(apply, fact, fact.get("gate-activation-parameter"))
    if activation_value is None:
        activation = fact["activation"] if apply.complete else None
    else:
        activation = activation_function(activation_value, knowledge)
    gates = activation_function(gates_value, knowledge) if gates_value is not None else "sigmoid"
    depth = knowledge.argument(apply, fact, fact.get("depth-parameter"))
    initializer = knowledge.argument(apply, fact, fact.get("initializer-parameter"))
    return Recurrence(
        apply=apply,
        fact=fact,
        activation=activation,
        activation_value=activation_value,
        gates=gates,
        gates_value=gates_value,
        units=whole(knowledge.argument(apply, fact, fact.get("units-parameter"))),
        depth=1 if depth is None else whole(depth),
        initializer=initializer,
        unbounded=activation in knowledge.words["unbounded"],
        identity_start=initializer is not None and _is_identity(initializer, knowledge),
        dropout=knowledge.argument(apply, fact, fact.get("dropout-parameter")),
        depth_value=depth,
    )


def activation_function(value: Value, knowledge: Knowledge) -> str | None:
    """The function an activation argument stands for; None unless all alternatives agree."""
    found = set()
    for option in value.options():
        if isinstance(option, Const) and option.default:
            return None
        if isinstance(option, Function):
            found.add(_lambda_activation(option, knowledge))
        else:
            found.add(knowledge.activation(option))
    return found.pop() if len(found) == 1 else None


def _lambda_activation(function: Function, knowledge: Knowledge) -> str | None:
    """The function that a lambda, or a function that only returns, applies to its parameter."""
    node = function.node
    body = node.body if isinstance(node, ast.Lambda) else _only_return(node)
    parameters = node.args.args
    if not isinstance(body, ast.Call) or not body.args or not parameters:
        return None
    given = body.args[0]
    if not isinstance(given, ast.Name) or given.id != parameters[0].arg:
        return None
    head, _, rest = ast.unparse(body.func).partition(".")
    found = function.module.globals.get(head)
    if not isinstance(found, Symbol):
        return None
    name = knowledge.canonical(f"{found.name}.{rest}" if rest else found.name)
    values: list[Value] = [Unknown(), *(_literal(argument) for argument in body.args[1:])]
    keywords = {word.arg: _literal(word.value) for word in body.keywords if word.arg}
    return knowledge.activation(Apply(name, values, keywords, body, function.module))


def _only_return(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    last = node.body[-1]
    documented = len(node.body) == 2 and isinstance(node.body[0], ast.Expr)
    if isinstance(last, ast.Return) and (len(node.body) == 1 or documented):
        return last.value
    return None


def _literal(node: ast.expr) -> Value:
    return Const(node.value) if isinstance(node, ast.Constant) else Unknown()


def parts(value: Value, knowledge: Knowledge) -> Iterator[Value]:
    """A network and everything it is made of: attributes, members, wrapped layers, graph inputs."""
    seen: set[int] = set()
    stack = [value]
    while stack and len(seen) < 2000:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, Instance):
            stack.extend(
                attr
                for name, attr in current.attrs.items()
                if isinstance(attr, Instance | Apply | Seq | Map | Join)
            )
        elif isinstance(current, Apply):
            if current.fn == "()" or knowledge.makes_object(current):
                stack.extend(current.operands())
            elif current.fn[:1] not in (".", "?"):
                stack.extend(
                    operand
                    for operand in current.operands()
                    if isinstance(operand, Apply | Instance | Seq)
                )
        elif isinstance(current, Seq):
            stack.extend(current.items)
        elif isinstance(current, Map):
            stack.extend(current.items.values())
        elif isinstance(current, Join):
            stack.extend(current.options())


def recurrences(value: Value, knowledge: Knowledge) -> list[Recurrence]:
    """The recurrent layers of a network."""
    found = []
    for part in parts(value, knowledge):
        if isinstance(part, Apply):
            layer = recurrence(part, knowledge)
            if layer is not None:
                found.append(layer)
    return found


def every_recurrence(program: Program) -> list[Recurrence]:
    """Recurrent layers, wherever they are built."""
    found = (recurrence(apply, program.knowledge) for apply in program.applies)
    return [layer for layer in found if layer is not None]


def held(value: Value | None, knowledge: Knowledge, depth: int = 0) -> list[Value] | None:
    """Whose parameters a value stands for: networks, layers, unknowns. None: can't be told."""
    if value is None or depth > 12:
        return None
    if isinstance(value, Instance):
        if is_network(value, knowledge):
            return [value]
        return None
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, Apply):
        return _held_by_call(value, knowledge, depth)
    if isinstance(value, Method):
        if value.name in knowledge.words["gives-parameters"]:
            return held(value.receiver, knowledge, depth + 1)
        if value.name in knowledge.words["parameter-groups"] or value.name in ("data", "grad"):
            return held(value.receiver, knowledge, depth + 1)
        return [value]
    if isinstance(value, Seq | Map):
        items = value.items if isinstance(value, Seq) else list(value.items.values())
        if isinstance(value, Map) and "params" in value.items:
            items = [value.items["params"]]
        return _union(items, knowledge, depth)
    if isinstance(value, Join):
        return _union(list(value.options()), knowledge, depth)
    return None


def _held_by_call(value: Apply, knowledge: Knowledge, depth: int) -> list[Value] | None:
    if knowledge.does(value.fn, "gives-parameters"):
        return held(value.receiver, knowledge, depth + 1)
    if value.fn in ("builtins.filter", "builtins.map"):
        return _union(value.args[1:], knowledge, depth)
    if value.fn == "[]":
        return held(value.args[0], knowledge, depth + 1)
    if value.fn in _TRANSPARENT:
        return _union(value.args, knowledge, depth)
    if value.fn in (".values", ".items", ".grad", ".data"):
        return held(value.receiver, knowledge, depth + 1)
    if value.fn in knowledge.roles["parameters"]:
        return held(value.args[0], knowledge, depth + 1) if value.args else None
    fact = knowledge.fact("optimizer", value.fn)
    if fact is not None:
        signature = fact.get("signature", ())
        if signature and signature[0] == "params":
            return held(value.argument(0, "params"), knowledge, depth + 1)
        return None
    if knowledge.makes_object(value):
        return [value]
    return None


def _union(values: list[Value], knowledge: Knowledge, depth: int) -> list[Value] | None:
    found: list[Value] = []
    for value in values:
        part = held(value, knowledge, depth + 1)
        if part is None:
            return None
        found.extend(part)
    return found


def is_network(value: Value, knowledge: Knowledge) -> bool:
    """Whether a value is a network of the project: an object of a class that extends one."""
    if not isinstance(value, Instance) or value.cls is None:
        return False
    for name in value.cls.library_bases():
        fact = knowledge.fact("base", knowledge.canonical(name))
        if fact is not None and fact.get("network"):
            return True
    return False


def overlap(
    left: list[Value] | None, right: list[Value] | None, knowledge: Knowledge
) -> bool | None:
    """Whether two sets of parameters have some in common; None where it can't be told."""
    if left is None or right is None:
        return None
    ids = {id(value) for value in left}
    if any(id(value) in ids for value in right):
        return True
    unsure = any(not isinstance(value, Instance | Apply) for value in (*left, *right))
    for one, other in ((left, right), (right, left)):
        wanted = {id(value) for value in other}
        for value in one:
            if any(id(part) in wanted for part in parts(value, knowledge)):
                return True
    return None if unsure else False


def depends_on(value: Value, networks: list[Value], knowledge: Knowledge) -> bool | None:
    """Whether a tensor was computed by one of these networks; None where it can't be told."""
    wanted = {id(part) for network in networks for part in parts(network, knowledge)}
    unsure = False
    for node in walk(value):
        if id(node) in wanted:
            return True
        if isinstance(node, Unknown) or (isinstance(node, Apply) and node.fn == "?"):
            unsure = True
    return None if unsure else False

"""Expression -> value."""

from __future__ import annotations

import ast
import operator as python_operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradlint.model import assignment, calls
from gradlint.source.frames import Frame
from gradlint.source.values import (
    Apply,
    Class,
    Const,
    Deferred,
    Function,
    Instance,
    Join,
    Map,
    Method,
    ModuleRef,
    Seq,
    Symbol,
    Unknown,
    Value,
    constant,
    join,
)

if TYPE_CHECKING:
    from gradlint.model.interpreter import Interpreter
    from gradlint.source.project import Module

BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Not: "not",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

_FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "+": python_operator.add,
    "-": python_operator.sub,
    "*": python_operator.mul,
    "/": python_operator.truediv,
    "//": python_operator.floordiv,
    "%": python_operator.mod,
    "==": python_operator.eq,
    "!=": python_operator.ne,
    "<": python_operator.lt,
    "<=": python_operator.le,
    ">": python_operator.gt,
    ">=": python_operator.ge,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}

_NUMERIC_POWER = 64
"""`a ** b` is folded for exponents up to this: larger ones only cost time."""


def operator_of(node: ast.AST) -> str:
    """The operator as it is written."""
    return _OPERATORS[type(node)]


def evaluate(interp: Interpreter, node: ast.expr, frame: Frame) -> Value:
    """The value of an expression; unknown where nothing is known of its kind."""
    handler = _EXPRESSIONS.get(type(node))
    if handler is None:
        return Unknown("", node, frame.module)
    return handler(interp, node, frame)


def _constant(interp: Interpreter, node: ast.Constant, frame: Frame) -> Value:
    return Const(node.value, node, frame.module)


def _name(interp: Interpreter, node: ast.Name, frame: Frame) -> Value:
    name = node.id
    scope: Frame | None = frame
    while scope is not None:
        found = scope.locals.get(name)
        if found is not None:
            if isinstance(found, Deferred):
                found = scope.locals[name] = assignment.brought(interp, found)
            return found
        scope = scope.parent
    found = module_name(interp, frame.module, name)
    if found is not None:
        return found
    if name in BUILTINS:
        return Symbol(f"builtins.{name}")
    starred = _starred(interp, frame.module, name)
    if starred is not None:
        return starred
    unknown = Unknown(name, node, frame.module)
    if frame.function is None:
        frame.module.globals.setdefault(name, unknown)
    return unknown


def module_name(interp: Interpreter, module: Module, name: str) -> Value | None:
    """A top-level name of a module; of another file only its definition is interpreted."""
    found = module.globals.get(name)
    if found is not None:
        if isinstance(found, Deferred):
            found = _brought_once(interp, module, name, found)
        return found
    if name == "__name__":
        main = module is interp.module
        return Const("__main__" if main else "module", None, module, default=False)
    statements = module.bindings.get(name)
    if not statements:
        return _starred(interp, module, name) if module is not interp.module else None
    if name in module.resolving:
        return None
    module.resolving.add(name)
    frame = Frame(module, names=module.globals)
    outer, interp.trace = interp.trace, []
    interp.muted += 1
    try:
        # The last one wins; after a `try` the first is what is meant to be there.
        interp.block(statements[:1] if len(statements) > 1 else statements, frame)
    finally:
        interp.trace = outer
        interp.muted -= 1
        module.resolving.discard(name)
    found = module.globals.get(name)
    return _brought_once(interp, module, name, found) if isinstance(found, Deferred) else found


def _brought_once(
    interp: Interpreter, module: Module, name: str, deferred: Deferred
) -> Value | None:
    """Follow an import; None while it is being followed already (files that import each other)."""
    if name in module.resolving:
        return None
    module.resolving.add(name)
    try:
        found = module.globals[name] = assignment.brought(interp, deferred)
        return found
    finally:
        module.resolving.discard(name)


def _starred(interp: Interpreter, module: Module, name: str) -> Value | None:
    for statement in module.stars:
        source = statement.module or ""
        if not statement.level and interp.knowledge.is_library(source.partition(".")[0]):
            if interp.knowledge.defines(f"{source}.{name}"):
                return Symbol(f"{source}.{name}")
            continue
        target = interp.project.resolve(module, source, statement.level)
        key = f"*{name}"
        if target is not None and target is not module and key not in target.resolving:
            target.resolving.add(key)
            found = module_name(interp, target, name)
            target.resolving.discard(key)
            if found is not None:
                return found
    return None


def _attribute(interp: Interpreter, node: ast.Attribute, frame: Frame) -> Value:
    base = evaluate(interp, node.value, frame)
    return attribute(interp, base, node.attr, node, frame)


def attribute(
    interp: Interpreter, base: Value, name: str, node: ast.AST | None, frame: Frame
) -> Value:
    """`base.name`."""
    if isinstance(base, Symbol):
        return Symbol(f"{base.name}.{name}", node, frame.module)
    if isinstance(base, Instance):
        return instance_attribute(interp, base, name, node, frame)
    if isinstance(base, Apply):
        stored = base.attrs.get(name)
        return stored if stored is not None else Method(base, name, node, frame.module)
    if isinstance(base, Unknown):
        return base.attribute(name)
    if isinstance(base, ModuleRef):
        found = module_name(interp, base.target, name)
        if found is not None:
            return found
        return _submodule(interp, base, name, node) or Unknown(name, node, frame.module)
    if isinstance(base, Join):
        return join(*(attribute(interp, option, name, node, frame) for option in base.options()))
    if isinstance(base, Class):
        return class_attribute(interp, base, name, None) or Unknown(name, node, frame.module)
    if isinstance(base, Const) and base.default:
        return Unknown(name, node, frame.module)
    return Method(base, name, node, frame.module)


def _submodule(
    interp: Interpreter, base: ModuleRef, name: str, node: ast.AST | None
) -> Value | None:
    module = interp.project.resolve(base.target, name, 1)
    return ModuleRef(module, node) if module is not None else None


def instance_attribute(
    interp: Interpreter, base: Instance, name: str, node: ast.AST | None, frame: Frame
) -> Value:
    """An attribute of an object of a project class: stored, defined by the class, or inherited."""
    stored = base.attrs.get(name)
    if stored is not None:
        return stored
    if base.cls is not None:
        found = class_attribute(interp, base.cls, name, base)
        if found is not None:
            return found
        if base.cls.library_bases() or base.cls.has_unknown_base():
            # An inherited method, or data of the base class: `.training`.
            method = Method(base, name, node, frame.module)
            base.attrs[name] = method
            return method
    unknown = Unknown(f"self.{name}" if base is frame.self_value else name, node, frame.module)
    base.attrs[name] = unknown
    return unknown


def class_attribute(
    interp: Interpreter, cls: Class, name: str, instance: Instance | None
) -> Value | None:
    """A member of a class, bound to `instance` where it is a method."""
    found = cls.find(name)
    if found is None:
        return None
    owner, statement = found
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = {calls.decorator_name(item) for item in statement.decorator_list}
        function = Function(statement, owner.module, owner.frame, None, owner)
        if "staticmethod" in decorators:
            return function
        if "classmethod" in decorators:
            return function.bound(cls)
        if instance is None:
            return function
        bound = function.bound(instance)
        if decorators & {"property", "cached_property", "functools.cached_property"}:
            return calls.inline(interp, bound, [], {}, statement)
        return bound
    frame = Frame(owner.module, owner.frame)
    if isinstance(statement, ast.ClassDef):
        return interp.class_value(statement, frame)
    value = getattr(statement, "value", None)
    if value is None:
        return None
    result = evaluate(interp, value, frame)
    if isinstance(result, Const):
        result = Const(result.value, result.node, result.module, default=True)
    return result


def _subscript(interp: Interpreter, node: ast.Subscript, frame: Frame) -> Value:
    base = evaluate(interp, node.value, frame)
    key = evaluate(interp, node.slice, frame)
    return item(interp, base, key, node, frame)


def item(interp: Interpreter, base: Value, key: Value, node: ast.AST, frame: Frame) -> Value:
    """`base[key]`."""
    if isinstance(base, Join):
        return join(*(item(interp, option, key, node, frame) for option in base.options()))
    index = constant(key)
    if isinstance(base, Map) and isinstance(index, str | int):
        found = base.items.get(index)
        return found if found is not None else Unknown(str(index), node, frame.module)
    inner = base.inner if isinstance(base, Apply) and base.inner is not None else base
    if isinstance(inner, Seq) and isinstance(index, int):
        if inner.exact and -len(inner.items) <= index < len(inner.items):
            return inner.items[index]
        if not inner.exact and inner.items:
            return join(*inner.items)
    if isinstance(base, Unknown):
        if isinstance(index, str | int):
            return base.attribute(f"[{index!r}]")
        return Unknown("", node, frame.module)
    return Apply("[]", [base, key], {}, node, frame.module, tracked=interp.tracked)


def element(
    interp: Interpreter, value: Value, index: int, count: int, node: ast.AST, frame: Frame
) -> Value:
    """Item `index` of a value that is unpacked into `count` names."""
    key = Const(index)
    if isinstance(value, Unknown):
        return Unknown("", node, frame.module, varying=value.varying)
    return item(interp, value, key, node, frame)


def items_of(value: Value, most: int) -> list[Value] | None:
    """The items that iterating over a value gives, if all are known and not too many."""
    if isinstance(value, Seq) and value.exact and len(value.items) <= most:
        return list(value.items)
    if isinstance(value, Map) and value.exact and len(value.items) <= most:
        return [Const(key) for key in value.items]
    return None


def item_of(value: Value, node: ast.AST, module: Module) -> Value:
    """What one iteration over a value gives."""
    if isinstance(value, Seq):
        return join(*value.items) if value.items else Unknown("", node, module, varying=True)
    if isinstance(value, Apply):
        if value.fn == "builtins.enumerate" and value.args:
            index = Unknown("", node, module, varying=True)
            return Seq([index, item_of(value.args[0], node, module)], "tuple", node, module)
        if value.fn == "builtins.zip":
            return Seq([item_of(arg, node, module) for arg in value.args], "tuple", node, module)
        if value.fn == "builtins.range":
            return Unknown("", node, module, varying=True)
        if value.fn in _ITERATES_ARGUMENT and value.args:
            return item_of(value.args[0], node, module)
        return Apply("iter", [value], {}, node, module)
    if isinstance(value, Join):
        return join(*(item_of(option, node, module) for option in value.options()))
    if isinstance(value, Instance):
        return Apply("iter", [value], {}, node, module)
    return Unknown("", node, module, varying=True)


_ITERATES_ARGUMENT = frozenset(
    {
        "builtins.iter",
        "builtins.reversed",
        "builtins.list",
        "builtins.tuple",
        "builtins.sorted",
        "tqdm.tqdm",
        "tqdm.auto.tqdm",
        "tqdm.notebook.tqdm",
    }
)


def _binary(interp: Interpreter, node: ast.BinOp, frame: Frame) -> Value:
    left = evaluate(interp, node.left, frame)
    right = evaluate(interp, node.right, frame)
    return binary(interp, _OPERATORS[type(node.op)], left, right, node, frame)


def binary(
    interp: Interpreter, symbol: str, left: Value, right: Value, node: ast.AST, frame: Frame
) -> Value:
    """The value of a binary operator: folded for literals, else an `Apply`."""
    if isinstance(left, Const) and isinstance(right, Const):
        folded = _fold(symbol, left.value, right.value)
        if folded is not _FAILED:
            return Const(folded, node, frame.module, default=left.default or right.default)
    if symbol == "+" and isinstance(left, Seq) and isinstance(right, Seq):
        exact = left.exact and right.exact
        return Seq([*left.items, *right.items], left.kind, node, frame.module, exact)
    if symbol == "*" and isinstance(left, Seq) and isinstance(right, Const):
        times = right.value
        if isinstance(times, int) and left.exact and 0 <= times * len(left.items) <= 64:
            return Seq(left.items * times, left.kind, node, frame.module)
        return Seq(list(left.items), left.kind, node, frame.module, exact=False)
    return Apply(symbol, [left, right], {}, node, frame.module, tracked=interp.tracked)


_FAILED = object()


def _fold(symbol: str, left: Any, right: Any) -> Any:
    if symbol == "**":
        numeric = isinstance(left, int | float) and isinstance(right, int | float)
        if not numeric or abs(right) > _NUMERIC_POWER or abs(left) > 1e6:
            return _FAILED
        function: Callable[[Any, Any], Any] = pow
    else:
        found = _FOLDED.get(symbol)
        if found is None:
            return _FAILED
        function = found
    if symbol == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return _FAILED
    try:
        return function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return _FAILED


def _unary(interp: Interpreter, node: ast.UnaryOp, frame: Frame) -> Value:
    value = evaluate(interp, node.operand, frame)
    symbol = _OPERATORS[type(node.op)]
    if isinstance(value, Const):
        if symbol == "neg" and isinstance(value.value, int | float):
            return Const(-value.value, node, frame.module, default=value.default)
        if symbol == "not":
            return Const(not value.value, node, frame.module, default=value.default)
    return Apply(symbol, [value], {}, node, frame.module, tracked=interp.tracked)


def _compare(interp: Interpreter, node: ast.Compare, frame: Frame) -> Value:
    left = evaluate(interp, node.left, frame)
    rights = [evaluate(interp, item, frame) for item in node.comparators]
    if len(rights) == 1:
        symbol = _OPERATORS[type(node.ops[0])]
        right = rights[0]
        if symbol in ("is", "is not") and isinstance(right, Const) and right.value is None:
            present = isinstance(left, Instance | Class | Function | Seq | Map | ModuleRef) or (
                isinstance(left, Apply) and interp.knowledge.makes_object(left)
            )
            if present:
                return Const(symbol == "is not", node, frame.module)
        return binary(interp, symbol, left, right, node, frame)
    return Apply("compare", [left, *rights], {}, node, frame.module)


def _boolean(interp: Interpreter, node: ast.BoolOp, frame: Frame) -> Value:
    values = [evaluate(interp, value, frame) for value in node.values]
    is_and = isinstance(node.op, ast.And)
    decided = [truth(value) for value in values]
    if any(found is (not is_and) for found in decided):
        index = decided.index(not is_and)
        if all(found is not None for found in decided[:index]):
            return values[index]
        if is_and:
            return Const(False, node, frame.module)
    rest = [value for value, found in zip(values, decided, strict=True) if found is None]
    if not rest:
        return values[-1]
    if len(rest) == 1 and (is_and or decided[-1] is None):
        return rest[0]
    return Apply("and" if is_and else "or", rest, {}, node, frame.module)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true, if that is certain."""
    if isinstance(value, Const):
        return None if value.default else bool(value.value)
    if isinstance(value, Seq | Map):
        return bool(value.items) if value.exact else (True if value.items else None)
    if isinstance(value, Class | Function | ModuleRef):
        return True
    if isinstance(value, Apply) and value.fn == "not":
        inner = truth(value.args[0])
        return None if inner is None else not inner
    if isinstance(value, Symbol):
        return False if value.name == "typing.TYPE_CHECKING" else None
    return None


def _conditional(interp: Interpreter, node: ast.IfExp, frame: Frame) -> Value:
    test = evaluate(interp, node.test, frame)
    decided = truth(test)
    if decided is not None:
        return evaluate(interp, node.body if decided else node.orelse, frame)
    chosen: list[Value] = []

    def take(branch: ast.expr) -> None:
        chosen.append(evaluate(interp, branch, frame))

    interp.either(test, lambda: take(node.body), lambda: take(node.orelse), frame, node)
    return join(*chosen)


def _sequence(interp: Interpreter, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    items: list[Value] = []
    exact = True
    for element_node in node.elts:
        if isinstance(element_node, ast.Starred):
            value = evaluate(interp, element_node.value, frame)
            known = items_of(value, 1000)
            if known is None:
                exact = False
                known = list(value.items) if isinstance(value, Seq) else []
            items.extend(known)
        else:
            items.append(evaluate(interp, element_node, frame))
    kind = type(node).__name__.lower()
    return Seq(items, kind, node, frame.module, exact)


def _dictionary(interp: Interpreter, node: ast.Dict, frame: Frame) -> Value:
    result = Map({}, node, frame.module)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(interp, value_node, frame)
        if key_node is None:
            if isinstance(value, Map):
                result.items.update(value.items)
                result.exact = result.exact and value.exact
            else:
                result.exact = False
            continue
        key = constant(evaluate(interp, key_node, frame))
        if isinstance(key, str | int):
            result.items[key] = value
        else:
            result.exact = False
    return result


def _comprehension(
    interp: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
) -> Value:
    inner = _comprehension_frame(frame)
    kind = "generator" if isinstance(node, ast.GeneratorExp) else "list"
    first = node.generators[0]
    iterable = evaluate(interp, first.iter, frame)
    known = items_of(iterable, 16) if len(node.generators) == 1 and not first.ifs else None
    if known is not None:
        found = []
        for value in known:
            assignment.assign(interp, first.target, value, inner)
            found.append(evaluate(interp, node.elt, inner))
        return Seq(found, kind, node, frame.module)
    for index, generator in enumerate(node.generators):
        over = iterable if index == 0 else evaluate(interp, generator.iter, inner)
        assignment.assign(interp, generator.target, item_of(over, node, frame.module), inner)
        for test in generator.ifs:
            evaluate(interp, test, inner)
    return Seq([evaluate(interp, node.elt, inner)], kind, node, frame.module, exact=False)


def _comprehension_frame(frame: Frame) -> Frame:
    inner = Frame(frame.module, frame, frame.function, frame.self_value, frame.cls)
    inner.global_names = frame.global_names
    return inner


def _dictionary_comprehension(interp: Interpreter, node: ast.DictComp, frame: Frame) -> Value:
    inner = _comprehension_frame(frame)
    for generator in node.generators:
        over = evaluate(interp, generator.iter, inner)
        assignment.assign(interp, generator.target, item_of(over, node, frame.module), inner)
    evaluate(interp, node.key, inner)
    return Map({"*": evaluate(interp, node.value, inner)}, node, frame.module, exact=False)


def _lambda(interp: Interpreter, node: ast.Lambda, frame: Frame) -> Value:
    closure = frame if frame.function is not None or frame.parent is not None else None
    return Function(node, frame.module, closure, None, frame.cls)


def _walrus(interp: Interpreter, node: ast.NamedExpr, frame: Frame) -> Value:
    value = evaluate(interp, node.value, frame)
    frame.locals[node.target.id] = value
    return value


def _inner(interp: Interpreter, node: ast.Await | ast.Starred, frame: Frame) -> Value:
    return evaluate(interp, node.value, frame)


def _yield(interp: Interpreter, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
    if node.value is not None:
        value = evaluate(interp, node.value, frame)
        if isinstance(node, ast.YieldFrom):
            value = item_of(value, node, frame.module)
        frame.yields.append(value)
    return Unknown("", node, frame.module)


def _slice(interp: Interpreter, node: ast.Slice, frame: Frame) -> Value:
    parts = [
        evaluate(interp, part, frame) if part is not None else Const(None)
        for part in (node.lower, node.upper, node.step)
    ]
    return Apply("slice", parts, {}, node, frame.module)


def _call(interp: Interpreter, node: ast.Call, frame: Frame) -> Value:
    return calls.call_expression(interp, node, frame)


_EXPRESSIONS: dict[type[ast.AST], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dictionary_comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Slice: _slice,
}

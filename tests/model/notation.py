"""Values -> the text that a reveal compares: short, and as Python would write it.

unknown lr               a value that nothing is known of; `varying i` in each iteration another,
                         `unknown x: torch.Tensor` one that is annotated
0.001                    a literal; `0.001 by default` one that a caller may replace
torch.nn.LSTM            a name of a library
torch.nn.LSTM(10, 20)    a call that was not inlined; `f(1, ...)` one that was given more than is
                         known, `f(1) untracked` one that records no gradients
unknown x.mean()         a method called on a value
unknown net(1)           an object that is called; `-> ...` what its body returned
.step of unknown opt     a method that is not called
(unknown x + 1)          an operator; `-x`, `x[0]`, `x[1:2]` likewise
[1, 2], (1,), {1}        a display; `[1, ...]` one of unknown length, `generator [1]` an iterator
{'lr': 0.1, ...}         a dictionary that may have other keys; `...: 1` where what they hold
                         is known
function f, lambda       a function of the project; `method Net.forward` one bound to an object
class Net, Net instance  a class of the project and an object of it
module data.py           a file of the project; a package is `module data/__init__.py`
either 1 or 2            one of several, depending on the path
"""

from __future__ import annotations

import ast
import os

from gradlint.values.kinds import (
    Apply,
    Class,
    Const,
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
)
from gradlint.values.marks import OTHERS

_DEEPEST = 6
"""Values are written inside each other so deep; an ellipsis stands for the rest."""

_BRACKETS = {
    "list": "[{}]",
    "tuple": "({})",
    "set": "{{{}}}",
    "generator": "generator [{}]",
}
_PREFIX = {"neg": "-", "pos": "+", "~": "~", "not": "not "}


def text(value: Value, depth: int = 0) -> str:
    """A value as a reveal writes it."""
    if depth > _DEEPEST:
        return "..."

    def inner(part: Value) -> str:
        return text(part, depth + 1)

    match value:
        case Const():
            return repr(value.value) + (" by default" if value.default else "")
        case Unknown():
            word = "varying" if value.varying else "unknown"
            kind = f": {value.type}" if value.type else ""
            return f"{word} {value.name}".strip() + kind
        case Symbol():
            return value.name
        case Seq():
            items = [inner(item) for item in value.items] + ["..."] * (not value.exact)
            comma = "," if value.kind == "tuple" and len(items) == 1 and value.exact else ""
            return _BRACKETS[value.kind].format(", ".join(items) + comma)
        case Map():
            items = [
                f"{'...' if key == OTHERS else repr(key)}: {inner(item)}"
                for key, item in value.items.items()
            ]
            more = not value.exact and OTHERS not in value.items
            return "{" + ", ".join(items + ["..."] * more) + "}"
        case Function():
            return f"{'method' if value.self_value else 'function'} {name_of(value)}"
        case Class():
            return f"class {value.name}"
        case Instance():
            return f"{value.cls.name} instance"
        case Method():
            return f".{value.name} of {inner(value.receiver)}"
        case ModuleRef():
            return f"module {_file(value.target.path)}"
        case Join():
            return "either " + " or ".join(inner(option) for option in value.options())
        case Apply():
            return _applied(value, depth) + ("" if value.tracked else " untracked")
    raise TypeError(f"{type(value).__name__} has no notation")


def _file(path: str) -> str:
    parts = path.split(os.sep)
    return "/".join(parts[-2:] if parts[-1] == "__init__.py" else parts[-1:])


def name_of(function: Function) -> str:
    """A function by its name, a method with its class."""
    if isinstance(function.node, ast.Lambda):
        return "lambda"
    return f"{function.cls.name}.{function.name}" if function.cls else function.name


def _applied(call: Apply, depth: int) -> str:
    args = [text(arg, depth + 1) for arg in call.args]
    if call.fn in _PREFIX:
        return _PREFIX[call.fn] + args[0]
    if call.fn == "slice":
        return ":".join("" if arg == "None" else arg for arg in args).removesuffix(":")
    if call.fn == "[]":
        return f"{args[0]}[{args[1]}]"
    if len(args) == 2 and not call.fn[0].isidentifier() and call.fn[0] not in ".?([":
        return f"({args[0]} {call.fn} {args[1]})"
    if call.fn in ("and", "or", "in", "not in", "is", "is not"):
        return f"({f' {call.fn} '.join(args)})"
    args += [f"{name}={text(arg, depth + 1)}" for name, arg in call.kwargs.items()]
    args += ["..."] * (not call.complete)
    on = text(call.receiver, depth + 1) if call.receiver is not None else ""
    name = "" if call.fn in ("()", "?") else call.fn
    result = f"{on}{name}({', '.join(args)})"
    return result if call.inner is None else f"{result} -> {text(call.inner, depth + 1)}"

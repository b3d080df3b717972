"""What an expression may be: the vocabulary of the interpreter.

A value is a node of a data-flow graph. A call that is not inlined is an `Apply`, whose arguments
are values again, so a loss can be followed back to the layers, the layers to their arguments and
an array to the file it was read from. Nothing here knows a framework.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradlint.source.frames import Frame
    from gradlint.source.project import Module


class Value:
    """Anything an expression can be."""

    __slots__ = ()

    node: ast.AST | None
    module: Module | None

    def options(self) -> tuple[Value, ...]:
        """The alternatives: itself, unless it is a join."""
        return (self,)


class Unknown(Value):
    """A value that nothing is known of, but that has an identity.

    `name` is how the program speaks of it (`args.clip`); `type` the qualified name of its
    annotation; reading an attribute twice gives the same unknown twice. `varying` marks an item of
    a loop: another value in each iteration.
    """

    __slots__ = ("attrs", "module", "name", "node", "type", "varying")

    def __init__(
        self,
        name: str = "",
        node: ast.AST | None = None,
        module: Module | None = None,
        *,
        type: str = "",
        varying: bool = False,
    ) -> None:
        self.name = name
        self.node = node
        self.module = module
        self.type = type
        self.varying = varying
        self.attrs: dict[str, Value] = {}

    def attribute(self, name: str) -> Value:
        """The attribute `name`, the same value each time until it is stored to."""
        found = self.attrs.get(name)
        if found is None:
            path = f"{self.name}.{name}" if self.name else name
            found = self.attrs[name] = Unknown(path, self.node, self.module, varying=self.varying)
        return found


class Const(Value):
    """A literal. `default` marks one that a caller or a command line may replace."""

    __slots__ = ("default", "module", "node", "value")

    def __init__(
        self,
        value: Any,
        node: ast.AST | None = None,
        module: Module | None = None,
        *,
        default: bool = False,
    ) -> None:
        self.value = value
        self.node = node
        self.module = module
        self.default = default


class Symbol(Value):
    """A name of a library that is not part of the project: `torch.nn.LSTM`."""

    __slots__ = ("module", "name", "node")

    def __init__(
        self, name: str, node: ast.AST | None = None, module: Module | None = None
    ) -> None:
        self.name = name
        self.node = node
        self.module = module


class Apply(Value):
    """The result of a call or an operator that was not inlined.

    `fn` is a qualified name (`torch.optim.Adam`), a method (`.step`, with its `receiver`), an
    object that is called (`()`, with its `receiver`), an operator (`+`, `[]`, `neg`), or `?` for a
    callee that is unknown (the `receiver`). `attrs` are attributes stored to it afterwards;

    `loops` are the loops it was made in, each with the number of the pass through it. `tracked` is
    False where it was made under a context that records no gradients. `inner` is what the body of
    the called network returned; `complete` is False where `*args` or `**kwargs` of unknown content
    were passed.
    """

    __slots__ = (
        "args",
        "attrs",
        "complete",
        "fn",
        "inner",
        "kwargs",
        "loops",
        "module",
        "node",
        "receiver",
        "tracked",
    )

    def __init__(
        self,
        fn: str,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.AST | None,
        module: Module | None,
        receiver: Value | None = None,
        tracked: bool = True,
        complete: bool = True,
    ) -> None:
        self.fn = fn
        self.args = args
        self.kwargs = kwargs
        self.node = node
        self.module = module
        self.receiver = receiver
        self.tracked = tracked
        self.complete = complete
        self.inner: Value | None = None
        self.attrs: dict[str, Value] = {}
        self.loops: tuple[tuple[ast.AST, int], ...] = ()

    def argument(self, position: int | None, *names: str) -> Value | None:
        """The argument given by one of `names` or at `position` (None: keyword only)."""
        for name in names:
            if name in self.kwargs:
                return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return None

    def operands(self) -> Iterator[Value]:
        """Everything that it was computed from."""
        if self.receiver is not None:
            yield self.receiver
        yield from self.args
        yield from self.kwargs.values()
        if self.inner is not None:
            yield self.inner


Call = Apply
"""What rules call it: a library's function, class or method that was called."""


class Seq(Value):
    """A list, tuple or set display; `exact` is False once its length is not known."""

    __slots__ = ("exact", "items", "kind", "module", "node")

    def __init__(
        self,
        items: list[Value],
        kind: str = "list",
        node: ast.AST | None = None,
        module: Module | None = None,
        exact: bool = True,
    ) -> None:
        self.items = items
        self.kind = kind
        self.node = node
        self.module = module
        self.exact = exact


class Map(Value):
    """A dictionary with constant keys; `exact` is False where others may be present."""

    __slots__ = ("exact", "items", "module", "node")

    def __init__(
        self,
        items: dict[Any, Value],
        node: ast.AST | None = None,
        module: Module | None = None,
        exact: bool = True,
    ) -> None:
        self.items = items
        self.node = node
        self.module = module
        self.exact = exact


class Function(Value):
    """A function or lambda of the project, with the frame it closes over."""

    __slots__ = ("cls", "frame", "module", "name", "node", "self_value")

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module

    def __init__(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        module: Module,
        frame: Frame | None,
        self_value: Value | None = None,
        cls: Class | None = None,
    ) -> None:
        self.node = node
        self.module = module
        self.frame = frame
        self.self_value = self_value
        self.cls = cls
        self.name: str = getattr(node, "name", "<lambda>")

    def bound(self, self_value: Value) -> Function:
        """This function as a method of `self_value`."""
        return Function(self.node, self.module, self.frame, self_value, self.cls)


class Class(Value):
    """A class of the project. `bases` are values: other classes, or symbols of libraries."""

    __slots__ = ("_members", "_mro", "bases", "frame", "module", "name", "node")

    node: ast.ClassDef
    module: Module

    def __init__(
        self, node: ast.ClassDef, module: Module, frame: Frame | None, bases: list[Value]
    ) -> None:
        self.node = node
        self.module = module
        self.frame = frame
        self.bases = bases
        self.name = node.name
        self._members: dict[str, ast.stmt] | None = None
        self._mro: list[Class] | None = None

    @property
    def members(self) -> dict[str, ast.stmt]:
        """Its own definitions and class attributes, by name."""
        if self._members is None:
            found: dict[str, ast.stmt] = {}
            for statement in self.node.body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    found[statement.name] = statement
                elif isinstance(statement, ast.Assign):
                    for target in statement.targets:
                        if isinstance(target, ast.Name):
                            found[target.id] = statement
                elif isinstance(statement, ast.AnnAssign) and isinstance(
                    statement.target, ast.Name
                ):
                    found[statement.target.id] = statement
            self._members = found
        return self._members

    def lineage(self) -> list[Class]:
        """Itself and its project bases, nearest first (left to right, depth first)."""
        if self._mro is None:
            self._mro = [self]
            for base in self.bases:
                if isinstance(base, Class):
                    self._mro.extend(c for c in base.lineage() if c not in self._mro)
        return self._mro

    def library_bases(self) -> list[str]:
        """Qualified names of the library classes it inherits from, over all its lineage."""
        return [
            base.name for cls in self.lineage() for base in cls.bases if isinstance(base, Symbol)
        ]

    def has_unknown_base(self) -> bool:
        """Whether some base could not be resolved."""
        return any(
            not isinstance(base, Class | Symbol) for cls in self.lineage() for base in cls.bases
        )

    def find(self, name: str) -> tuple[Class, ast.stmt] | None:
        """The member `name` and the class of the lineage that defines it."""
        for cls in self.lineage():
            statement = cls.members.get(name)
            if statement is not None:
                return cls, statement
        return None


class Instance(Value):
    """An object of a project class; `attrs` is what its methods stored so far."""

    __slots__ = ("attrs", "cls", "module", "node", "record")

    def __init__(self, cls: Class | None, node: ast.AST | None, module: Module | None) -> None:
        self.cls = cls
        self.node = node
        self.module = module
        self.attrs: dict[str, Value] = {}
        self.record = cls is None


class Method(Value):
    """A method of something that is not an instance of a project class: `optimizer.step`."""

    __slots__ = ("module", "name", "node", "receiver")

    def __init__(
        self, receiver: Value, name: str, node: ast.AST | None, module: Module | None
    ) -> None:
        self.receiver = receiver
        self.name = name
        self.node = node
        self.module = module


class ModuleRef(Value):
    """A module of the project."""

    __slots__ = ("module", "node", "target")

    def __init__(self, target: Module, node: ast.AST | None = None) -> None:
        self.target = target
        self.module = None
        self.node = node


class Deferred(Value):
    """A name that an import will bring once something asks for it; never seen outside of scopes."""

    __slots__ = ("module", "name", "node")

    node: ast.Import | ast.ImportFrom
    module: Module

    def __init__(self, node: ast.Import | ast.ImportFrom, name: str, module: Module) -> None:
        self.node = node
        self.name = name
        self.module = module


class Join(Value):
    """One of several values, depending on the path taken."""

    __slots__ = ("_options", "module", "node")

    def __init__(self, options: tuple[Value, ...]) -> None:
        self._options = options
        self.node = None
        self.module = None

    def options(self) -> tuple[Value, ...]:
        """The alternatives."""
        return self._options

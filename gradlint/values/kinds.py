"""What an expression may be: the vocabulary of the interpreter.

A value is a node of a data-flow graph. A call that is not inlined is an `Apply`, whose arguments
are values again, so a loss can be followed back to the layers, the layers to their arguments and
an array to the file it was read from. Nothing here knows a framework.

The module and the frame stand here too: values say where they are, and scopes hold values.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from gradlint.source.bindings import bindings

if TYPE_CHECKING:
    from gradlint.finding import Span
    from gradlint.source.text import SourceFile


next_serial = count().__next__
"""Numbers in the order of time: which of two values was made first."""


class Value:
    """Anything an expression can be."""

    __slots__ = ()

    node: ast.AST | None
    module: Module | None

    def options(self) -> tuple[Value, ...]:
        """The alternatives: itself, unless it is a join."""
        return (self,)


@dataclass(slots=True, eq=False, repr=False)
class Unknown(Value):
    """A value that nothing is known of, but that has an identity.

    `name` is how the program speaks of it (`args.clip`); `type` the qualified name of its
    annotation; reading an attribute twice gives the same unknown twice. `varying` marks an item of
    a loop: another value in each iteration.
    """

    name: str = ""
    node: ast.AST | None = None
    module: Module | None = None
    _: KW_ONLY
    type: str = ""
    varying: bool = False
    attrs: dict[str, Value] = field(default_factory=dict, init=False)

    def attribute(self, name: str) -> Value:
        """The attribute `name`, the same value each time until it is stored to."""
        found = self.attrs.get(name)
        if found is None:
            path = f"{self.name}.{name}" if self.name else name
            found = self.attrs[name] = Unknown(path, self.node, self.module, varying=self.varying)
        return found


@dataclass(slots=True, eq=False, repr=False)
class Const(Value):
    """A literal. `default` marks one that a caller or a command line may replace."""

    value: Any
    node: ast.AST | None = None
    module: Module | None = None
    _: KW_ONLY
    default: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Symbol(Value):
    """A name of a library that is not part of the project: `torch.nn.LSTM`."""

    name: str
    node: ast.AST | None = None
    module: Module | None = None


@dataclass(slots=True, eq=False, repr=False)
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

    fn: str
    args: list[Value]
    kwargs: dict[str, Value]
    node: ast.AST | None
    module: Module | None
    receiver: Value | None = None
    tracked: bool = True
    complete: bool = True
    inner: Value | None = field(default=None, init=False)
    attrs: dict[str, Value] = field(default_factory=dict, init=False)
    loops: tuple[tuple[ast.AST, int], ...] = field(default=(), init=False)
    serial: int = field(default_factory=next_serial, init=False)

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


@dataclass(slots=True, eq=False, repr=False)
class Seq(Value):
    """A list, tuple or set display; `exact` is False once its length is not known."""

    items: list[Value]
    kind: str = "list"
    node: ast.AST | None = None
    module: Module | None = None
    exact: bool = True
    serial: int = field(default_factory=next_serial, init=False)


@dataclass(slots=True, eq=False, repr=False)
class Map(Value):
    """A dictionary with constant keys; `exact` is False where others may be present.

    What those hold, as far as it is known, is the item `marks.OTHERS`.
    """

    items: dict[Any, Value]
    node: ast.AST | None = None
    module: Module | None = None
    exact: bool = True
    serial: int = field(default_factory=next_serial, init=False)


@dataclass(slots=True, eq=False, repr=False)
class Function(Value):
    """A function or lambda of the project, with the frame it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module
    frame: Frame | None
    self_value: Value | None = None
    cls: Class | None = None

    @property
    def name(self) -> str:
        """The name it is defined by."""
        return getattr(self.node, "name", "<lambda>")

    def bound(self, self_value: Value) -> Function:
        """This function as a method of `self_value`."""
        return Function(self.node, self.module, self.frame, self_value, self.cls)


@dataclass(slots=True, eq=False, repr=False)
class Class(Value):
    """A class of the project. `bases` are values: other classes, or symbols of libraries."""

    node: ast.ClassDef
    module: Module
    frame: Frame | None
    bases: list[Value]
    _members: dict[str, ast.stmt] | None = field(default=None, init=False)
    _lineage: list[Class] | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """The name it is defined by."""
        return self.node.name

    @property
    def members(self) -> dict[str, ast.stmt]:
        """Its own definitions and class attributes, by name."""
        if self._members is None:
            found: dict[str, ast.stmt] = {}
            for statement in self.node.body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    if not _changes_property(statement):
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
        if self._lineage is None:
            self._lineage = [self]
            for base in self.bases:
                if isinstance(base, Class):
                    self._lineage.extend(c for c in base.lineage() if c not in self._lineage)
        return self._lineage

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


def _changes_property(statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a method is what sets or deletes a property; its name is that of the property."""
    return any(
        isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
        for decorator in statement.decorator_list
    )


@dataclass(slots=True, eq=False, repr=False)
class Instance(Value):
    """An object of a project class; `attrs` is what its methods stored so far."""

    cls: Class
    node: ast.AST | None
    module: Module | None
    attrs: dict[str, Value] = field(default_factory=dict, init=False)


@dataclass(slots=True, eq=False, repr=False)
class Method(Value):
    """A method of something that is not an instance of a project class: `optimizer.step`."""

    receiver: Value
    name: str
    node: ast.AST | None
    module: Module | None


@dataclass(slots=True, eq=False, repr=False)
class ModuleRef(Value):
    """A module of the project."""

    target: Module
    node: ast.AST | None = None
    module: Module | None = field(default=None, init=False)


@dataclass(slots=True, eq=False, repr=False)
class Deferred(Value):
    """A name that an import will bring once something asks for it; never seen outside of scopes."""

    node: ast.Import | ast.ImportFrom
    name: str
    module: Module


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


class Module:
    """One file: its text, its tree, and the statements that bind each of its top-level names.

    `globals` are the values of those that were asked for, `unresolved` stand for names that nothing
    binds, and `resolving` are the names whose definitions are being interpreted.
    """

    def __init__(self, source: SourceFile, tree: ast.Module, path: str) -> None:
        self.source = source
        self.tree = tree
        self.path = path
        self.globals: dict[str, Value] = {}
        self.unresolved: dict[str, Value] = {}
        self.resolving: set[str] = set()
        self._bindings: dict[str, list[ast.stmt]] | None = None

    @property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """Top-level name -> the statements of which one gives it its value; `*` for star imports.

        Of statements in a row the last does, of those in two branches either.
        """
        if self._bindings is None:
            self._bindings = bindings(self.tree.body)
        return self._bindings

    @property
    def stars(self) -> list[ast.stmt]:
        """The `from x import *` statements."""
        return self.bindings.get("*", [])

    def span(self, node: ast.AST) -> Span:
        """Where `node` is, in the file's own lines and columns."""
        return self.source.span(
            node.lineno,  # type: ignore[attr-defined]
            node.col_offset,  # type: ignore[attr-defined]
            node.end_lineno,  # type: ignore[attr-defined]
            node.end_col_offset,  # type: ignore[attr-defined]
        )


@dataclass(slots=True, eq=False, repr=False)
class Frame:
    """The names of one call: its locals, the frame it closes over, and what it returned so far.

    `global_names` and `nonlocal_names` are those that are declared so.
    """

    module: Module
    parent: Frame | None = None
    function: Function | None = None
    self_value: Value | None = None
    cls: Class | None = None
    locals: dict[str, Value] = field(default_factory=dict)
    global_names: set[str] = field(default_factory=set, init=False)
    nonlocal_names: set[str] = field(default_factory=set, init=False)
    returns: list[Value] = field(default_factory=list, init=False)
    yields: list[Value] = field(default_factory=list, init=False)

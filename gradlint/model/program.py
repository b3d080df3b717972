"""One file as a program: interpreted once, viewed in many ways."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, overload

from gradlint.model.interpret.core import CallSite
from gradlint.model.interpret.inlining import instantiate, unknown_site
from gradlint.model.interpret.interpreter import Interpreter
from gradlint.values.kinds import Apply, Class, Frame, Function, Instance
from gradlint.values.trace import Act

if TYPE_CHECKING:
    from gradlint.frameworks import Knowledge
    from gradlint.values.kinds import Module
    from gradlint.values.project import Project

_Found = TypeVar("_Found")
_Whole = TypeVar("_Whole", bound=Collection[Any])


class Program:
    """The entry points of a file, interpreted: `roots` holds the trace of each.

    An analysis is a function of a program; `once` computes each a single time.
    """

    def __init__(
        self,
        module: Module,
        project: Project,
        knowledge: Knowledge,
        relevant: Callable[[Any], bool] = lambda node: True,
    ) -> None:
        self.module = module
        self.knowledge = knowledge
        self.interpreter = Interpreter(module, project, knowledge)
        self.roots: list[list[Act]] = []
        self._relevant = relevant
        self._views: dict[Callable[[Program], Any], Any] = {}
        self._interpret()

    @property
    def applies(self) -> list[Apply]:
        """Every call that was not inlined, as often as it was come upon."""
        return self.interpreter.applies

    def calls_of(self, *words: str) -> list[Apply]:
        """Those of them whose callee is a method that `[words]` lists under any of `words`."""
        return self._called(lambda fn: self.knowledge.does(fn, *words))

    def calls_in(self, role: str) -> list[Apply]:
        """Those of them whose callee has a fact in `role`."""
        return self._called(lambda fn: self.knowledge.fact(role, fn) is not None)

    def _called(self, wanted: Callable[[str], bool]) -> list[Apply]:
        groups = [calls for fn, calls in self._by_callee.items() if wanted(fn)]
        if len(groups) == 1:
            return groups[0]
        return sorted((call for calls in groups for call in calls), key=attrgetter("serial"))

    @cached_property
    def _by_callee(self) -> dict[str, list[Apply]]:
        found: dict[str, list[Apply]] = {}
        for apply in self.applies:
            found.setdefault(apply.fn, []).append(apply)
        return found

    @property
    def operations(self) -> list[Apply]:
        """Every operator that was not folded: arithmetic, comparisons, `not`."""
        return self.interpreter.operations

    @overload
    def once(self, view: Callable[[Program], Iterator[_Found]]) -> Sequence[_Found]: ...

    @overload
    def once(self, view: Callable[[Program], _Whole]) -> _Whole: ...

    def once(self, view: Callable[[Program], Any]) -> Any:
        """What a view gives, computed when it is first asked for."""
        if view not in self._views:
            found = view(self)
            self._views[view] = tuple(found) if isinstance(found, Iterator) else found
        return self._views[view]

    def _interpret(self) -> None:
        interp = self.interpreter
        self.roots.append(interp.run_main())
        for statement in self.module.tree.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                if statement not in interp.called and self._relevant(statement):
                    self.roots.append(interp.run_function(Function(statement, self.module, None)))
            elif isinstance(statement, ast.ClassDef) and self._relevant(statement):
                self._interpret_class(statement)

    def _interpret_class(self, statement: ast.ClassDef) -> None:
        interp = self.interpreter
        cls = self.module.globals.get(statement.name)
        if not isinstance(cls, Class) or cls.node is not statement:
            cls = interp.class_value(statement, Frame(self.module, locals=self.module.globals))
        known = any(
            self.knowledge.fact("base", self.knowledge.canonical(base)) is not None
            for base in cls.library_bases()
        )
        todo = [
            member
            for member in statement.body
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
            and member not in interp.called
            and (known or self._relevant(member) or _sets_attributes(member))
        ]
        if not todo:
            return
        trace: list[Act] = []
        interp.trace = trace
        instance = self._instance(cls)
        for method in todo:
            if method.name == "__init__" or method in interp.called:
                continue
            function = Function(method, self.module, cls.frame, instance, cls)
            trace.extend(interp.run_function(function))
        self.roots.append(trace)

    def _instance(self, cls: Class) -> Instance:
        """An object of a class that nothing was seen to make."""
        interp = self.interpreter
        site = CallSite(cls.node, Frame(cls.module))
        found = cls.find("__init__")
        if found is not None and isinstance(found[1], ast.FunctionDef):
            owner, statement = found[0], found[1]
            placeholder = Instance(cls, cls.node, cls.module)
            function = Function(statement, owner.module, owner.frame, placeholder, owner)
            site = unknown_site(interp, function, cls.node)
        site.complete = False
        return instantiate(interp, cls, site)


def calls(program: Program) -> list[Apply]:
    """Every call, once for each place in the text."""
    found: dict[int, Apply] = {}
    for apply in program.applies:
        found.setdefault(id(apply.node), apply)
    return list(found.values())


def _sets_attributes(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method may leave something to the others: any store to an attribute."""
    waiting: list[ast.AST] = [*method.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
            targets = [node.target]
        elif isinstance(node, ast.With | ast.AsyncWith):
            targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
        else:
            targets = []
        if any(isinstance(part, ast.Attribute) for one in targets for part in _targets(one)):
            return True
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            waiting += getattr(node, name, ())
    return False


def _targets(target: ast.expr) -> Iterator[ast.expr]:
    """What a target binds, through tuples, lists and stars."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _targets(part)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)
    else:
        yield target

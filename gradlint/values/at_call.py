"""What stands where a call stands: the place of most subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from gradlint.values.kinds import Apply, Module


class AtCall:
    """Something found at a `call`, whose place is its own.

    Subjects are plain dataclasses, neither frozen nor with a `repr`: each method that is generated
    costs every start 0.1 ms, and there are many subjects.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def call(self) -> Apply:
            """The call."""

    @property
    def node(self) -> ast.AST | None:
        """Where the call stands."""
        return self.call.node

    @property
    def module(self) -> Module | None:
        """Its file."""
        return self.call.module

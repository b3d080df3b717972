"""Networks that are compiled, and by which call in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradlint.model.program import Program
    from gradlint.values.kinds import Apply


def is_recompiled(program: Program, apply: Apply) -> bool:
    """Whether a later `compile` of the same model replaces this one."""
    return program.once(_last_compiles)[id(apply.receiver)] is not apply


def _last_compiles(program: Program) -> dict[int, Apply]:
    return {
        id(apply.receiver): apply
        for apply in program.calls_of("compiles")
        if apply.receiver is not None
    }

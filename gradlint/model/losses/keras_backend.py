"""Programs -> the library that computes for another one, where a program chooses it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradlint.values.graph import constant
from gradlint.values.trace import stores

if TYPE_CHECKING:
    from gradlint.model.program import Program


def chosen_backend(program: Program) -> str | None:
    """The backend that a program sets by its environment or by a call; None where it sets none."""
    facts = program.knowledge.roles["backend-choice"]
    for root in program.roots:
        for store in stores(root):
            node = store.node
            if store.name != "[]" or not isinstance(node, ast.Subscript):
                continue
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            chosen = constant(store.value)
            if isinstance(key, str) and key in facts and isinstance(chosen, str):
                return chosen
    for apply in program.applies:
        texts = [constant(argument) for argument in apply.args]
        if apply.fn in facts and texts and isinstance(texts[0], str):
            return texts[0]
        if apply.fn.endswith(".setdefault") and len(texts) == 2:
            if isinstance(texts[0], str) and texts[0] in facts and isinstance(texts[1], str):
                return texts[1]
    return None

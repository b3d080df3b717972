"""What only the libraries call so is named in their facts, and nowhere else in the code.

The vocabulary is what the facts say: packages, names of functions and classes, methods. A name that
Python's own types have too is Python; what the facts call a kind or a function is our own.
"""

from __future__ import annotations

import ast
import collections
import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradlint.frameworks import knowledge
from gradlint.frameworks.schema import sections

ROOT = Path(__file__).resolve().parent.parent.parent
LOG_HALF = {"runs", "curves", "report", "cli"}

ALLOWED = {
    "detach_": "the interpreter runs it, like the methods of lists",
    "requires_grad": "the parameter of several functions, besides the attribute",
    "train_dataloader": "the parameter of `fit`, besides the method",
    "wandb": "a magic command of IPython",
}
"""Name -> why it may stand in the code."""

PYTHON = (
    object, type, str, bytes, int, float, list, dict, set, tuple, io.TextIOBase, logging.Logger,
    collections.OrderedDict, np.ndarray,
)  # fmt: skip

KNOWN = knowledge()
OF_PYTHON = {name for kind in PYTHON for name in dir(kind)}
OUR_OWN = {
    word
    for name, section in sections().items()
    for key, said in section.keys.items()
    for word in (name, key, *said.values)
}
PACKAGES = {name for name in KNOWN.packages if name not in sys.stdlib_module_names}
CLASSES = {
    leaf
    for role in KNOWN.roles.values()
    for leaf in (name.rpartition(".")[2] for name in role if "." in name)
    if leaf[:1].isupper()
}
METHODS = {
    *(name for words in KNOWN.words.values() for name in words),
    *(name for section, names in KNOWN.names.items() if "methods" in section for name in names),
    *KNOWN.names["engine-clips"],
    *(
        name
        for fact in KNOWN.roles["base"].values()
        for said in fact.values()
        for name in (said if isinstance(said, list) else [said])
        if isinstance(name, str)
    ),
}
METHODS -= OF_PYTHON | OUR_OWN


def strings(path: Path) -> Iterator[str]:
    """String literals that are not docstrings or other bare strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def is_of_a_library(text: str) -> bool:
    """Whether a text is a name that only a library's facts explain."""
    package, dot, _ = text.partition(".")
    if dot and package in PACKAGES and " " not in text:
        return True
    if text in CLASSES or (text in PACKAGES and text not in OUR_OWN):
        return True
    if text.startswith("."):
        return text[1:] in METHODS
    # A word in lower case may be any word: `step`, `backward`.
    return text in METHODS and ("_" in text or text != text.lower())


FILES = [
    path
    for folder in ("gradlint", "rules")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not (LOG_HALF | {"frameworks"}) & set(path.relative_to(ROOT).parts)
    and not path.parent.name.startswith("log_")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_library_is_named_in_its_facts_alone(path: Path) -> None:
    found = {text for text in strings(path) if is_of_a_library(text)}
    assert found - ALLOWED.keys() == set()


def test_what_is_allowed_is_in_use() -> None:
    used = {text for path in FILES for text in strings(path) if is_of_a_library(text)}
    assert ALLOWED.keys() - used == set()


@pytest.mark.parametrize(
    "text",
    ["torch.nn.LSTM", "keras.layers", "Conv2d", ".zero_grad", "clip_grad_norm_", "sklearn"],
)
def test_a_name_of_a_library_is_seen(text: str) -> None:
    assert is_of_a_library(text)


@pytest.mark.parametrize(
    "text", [".append", "step", "log_softmax", "builtins.list", "torch is fast", ".reshape"]
)
def test_pythons_own_words_and_ours_are_not(text: str) -> None:
    assert not is_of_a_library(text)

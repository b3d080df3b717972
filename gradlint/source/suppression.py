"""Comments and findings -> the findings that are kept, and what is wrong with the comments.

`# gradlint: ignore[...]` after code means that statement, on a line of its own the next one, inside
a statement that one; of a compound statement only its header. `ignore-file[...]` means the file.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradlint.finding import Edit, Finding, Span

if TYPE_CHECKING:
    from gradlint.source.comments import Directive
    from gradlint.source.text import SourceFile

Resolve = Callable[[str], Collection[str]]
"""A key as written in a comment -> the codes it stands for; empty when there is no such rule."""

_ABOUT_COMMENTS = frozenset({"GL003", "GL004"})


def speaks_to_gradlint(data: bytes) -> bool:
    """Whether the bytes of a file may hold a comment meant for gradlint alone."""
    return b"gradlint:" in data


def may_suppress(data: bytes) -> bool:
    """Whether the bytes of a file may hold any suppression comment: a search, no parsing."""
    return b"gradlint:" in data or b"noqa" in data.lower()


@dataclass(frozen=True, slots=True)
class UnusedSuppression:
    """A comment that suppresses nothing.

    `codes` are the keys, as written, that matched no finding (none for a bare `ignore`); `text` is
    the comment's directive; `removal` the edit that takes them out.
    """

    span: Span
    codes: tuple[str, ...]
    text: str
    removal: Edit


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """A key in a comment that names no rule; `suggestion` is the nearest name, if any is near."""

    span: Span
    key: str
    suggestion: str | None


@dataclass(slots=True)
class Suppression:
    """Findings, those that stay and those that comments took away."""

    kept: list[Finding] = field(default_factory=list)
    suppressed: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """A directive, the lines it reaches, and which of its keys have taken a finding away."""

    directive: Directive
    first: int
    last: int
    codes: dict[str, frozenset[str]]
    used: set[str] = field(default_factory=set)
    used_at_all: bool = False

    def takes(self, finding: Finding) -> bool:
        """Whether the directive covers `finding`; if so it is remembered as used."""
        if not self.directive.whole_file and not self.first <= finding.span.line <= self.last:
            return False
        if self.directive.bare:
            # A bare comment is a wish for silence about the code, not about comments.
            taken = finding.code not in _ABOUT_COMMENTS
        else:
            hits = [key for key, codes in self.codes.items() if finding.code in codes]
            self.used.update(hits)
            taken = bool(hits)
        self.used_at_all |= taken
        return taken


def statement_lines(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of every statement, of a compound one its header; sorted.

    A header begins with the first decorator and ends before the body.
    """
    extents = []
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            children = getattr(node, name, None)
            if isinstance(children, list):
                todo.extend(children)
        if isinstance(node, (ast.stmt, ast.excepthandler)):
            first = _start(node)
            body = getattr(node, "body", None) or getattr(node, "cases", None)
            last = node.end_lineno or node.lineno
            if isinstance(body, list):
                last = max(node.lineno, _start(body[0]) - 1)
            extents.append((first, last))
    extents.sort()
    return extents


def suppress(
    source: SourceFile,
    directives: Sequence[Directive],
    statements: Sequence[tuple[int, int]],
    findings: Iterable[Finding],
    resolve: Resolve,
) -> tuple[list[Scope], Suppression]:
    """Take away the findings that `directives` cover.

    Returns:
        The directives' reach (for `faults`), and the result so far.
    """
    scopes = [_scope(source, directive, statements, resolve) for directive in directives]
    result = Suppression()
    for finding in findings:
        # Every scope is asked: two comments over one finding are both in use.
        taken = [scope for scope in scopes if scope.takes(finding)]
        (result.suppressed if taken else result.kept).append(finding)
    return scopes, result


def faults(
    scopes: Sequence[Scope],
    known: Collection[str],
    ran: Collection[str],
    *,
    all_ran: bool,
) -> tuple[list[UnusedSuppression], list[UnknownRule]]:
    """What is wrong with the comments, once every finding has been offered to them.

    Args:
        scopes: from `suppress`.
        known: every code and name, for suggestions.
        ran: codes of the rules that ran; a key of another rule is not called unused.
        all_ran: whether every default rule ran; else a bare comment is not called unused.
    """
    unused: list[UnusedSuppression] = []
    unknown: list[UnknownRule] = []
    for scope in scopes:
        directive = scope.directive
        if directive.noqa:
            continue
        for key, span in directive.keys:
            if not scope.codes[key]:
                unknown.append(UnknownRule(span, key, _nearest(key, known)))
        if directive.bare:
            if all_ran and not scope.used_at_all:
                unused.append(_unused(directive, ()))
            continue
        idle = tuple(key for key, _ in directive.keys if _is_idle(scope, key, ran))
        if idle or not directive.keys:
            unused.append(_unused(directive, idle))
    return unused, unknown


def _is_idle(scope: Scope, key: str, ran: Collection[str]) -> bool:
    codes = scope.codes[key]
    if not codes or key in scope.used:
        return False
    return codes <= set(ran) - _ABOUT_COMMENTS


def _start(node: ast.AST) -> int:
    """The first line of a statement, a handler or a case, its decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    assert isinstance(node, (ast.stmt, ast.excepthandler))
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _scope(
    source: SourceFile,
    directive: Directive,
    statements: Sequence[tuple[int, int]],
    resolve: Resolve,
) -> Scope:
    line = directive.span.line
    first, last = line, line
    around = [extent for extent in statements if extent[0] <= line <= extent[1]]
    if around:
        first, last = min(a for a, _ in around), max(b for _, b in around)
    elif directive.own_line and not directive.noqa:
        following = [extent for extent in statements if extent[0] > line]
        if following:
            first = following[0][0]
            last = max(end for start, end in following if start == first)
    codes = {key: frozenset(resolve(key)) for key, _ in directive.keys}
    return Scope(directive, first, last, codes)


def _unused(directive: Directive, idle: tuple[str, ...]) -> UnusedSuppression:
    left = [key for key, _ in directive.keys if key not in idle]
    if left:
        verb = "ignore-file" if directive.whole_file else "ignore"
        text = f"# gradlint: {verb}[{', '.join(left)}]"
        removal = Edit(directive.span, text)
    else:
        removal = Edit(directive.extent, "")
    return UnusedSuppression(directive.span, idle, directive.text, removal)


def _nearest(key: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches

    lowered = {name.lower(): name for name in known}
    found = get_close_matches(key.lower(), lowered, n=1, cutoff=0.7)
    return lowered[found[0]] if found else None

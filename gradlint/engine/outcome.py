"""What a check found, mergeable from parts in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradlint.finding import Finding, Skip, Span, sort_key

_UNUSED = "GL003"


@dataclass(slots=True)
class Outcome:
    """What a check found.

    Attributes:
        findings: what the rules say, after suppression.
        skipped: what was given up: a file, or what is behind a place in one.
        files: files that were read, readable or not, but not those that were skipped.
        lines: their lines.
        interpreted: those of them with training code, on which rules could run.
        dismissed: the paths of those that were never interpreted, by reason.
        hidden: the findings that comments took away, as (path, span, code).
        needed: the comments that took away a finding made in the check of another file.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    files: int = 0
    lines: int = 0
    interpreted: int = 0
    dismissed: dict[str, list[str]] = field(default_factory=dict)
    hidden: set[tuple[str, Span, str]] = field(default_factory=set)
    needed: set[tuple[str, Span]] = field(default_factory=set)

    @property
    def suppressed(self) -> int:
        """How many findings comments took away."""
        return len(self.hidden)

    def add(self, other: Outcome) -> None:
        """Take in another part of the same check."""
        self.findings += other.findings
        self.skipped += other.skipped
        self.files += other.files
        self.lines += other.lines
        self.interpreted += other.interpreted
        for reason, paths in other.dismissed.items():
            self.dismissed.setdefault(reason, []).extend(paths)
        self.hidden |= other.hidden
        self.needed |= other.needed

    def settle(self) -> None:
        """Bring the parts together: each finding once, in the order of output.

        A model is reported once, however many scripts train it; and a comment is in use if any of
        those scripts needs it.
        """
        once: dict[tuple[str, Span, str, str], Finding] = {}
        for finding in sorted(self.findings, key=_order):
            idle = finding.code == _UNUSED and (finding.path, finding.span) in self.needed
            if not idle:
                key = (finding.path, finding.span, finding.code, finding.message)
                once.setdefault(key, finding)
        self.findings = list(once.values())
        self.skipped = sorted(dict.fromkeys(self.skipped), key=_skip_order)
        self.dismissed = {
            reason: sorted(self.dismissed[reason]) for reason in sorted(self.dismissed)
        }


def _order(finding: Finding) -> tuple[tuple[str, int, int, str], str, str]:
    # The notes come last, so that which of two reports of one finding is kept never varies.
    return sort_key(finding), finding.message, repr(finding.notes)


def _skip_order(skip: Skip) -> tuple[str, int, str]:
    return skip.path, skip.span.line if skip.span else 0, skip.reason

"""The documents in this folder are the specification of the model: every reveal is checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fences import Fence, fences
from tests.model.reveals import differences, reveals

FOLDER = Path(__file__).parent
DOCUMENTS = sorted(FOLDER.rglob("*.md"))


@dataclass(frozen=True)
class Case:
    """One fence of a document."""

    document: str
    fence: Fence

    @property
    def id(self) -> str:
        return f"{self.document}: {self.fence.heading} ({self.fence.line})"


CASES = [
    Case(str(path.relative_to(FOLDER)), fence)
    for path in DOCUMENTS
    for fence in fences(path.read_text())
]

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@each_case
def test_the_model_knows_what_is_revealed(case: Case, tmp_path: Path) -> None:
    found = differences(case.fence, tmp_path)
    assert not found, "\n".join(["", *found])


@each_case
def test_a_fence_reveals_something(case: Case) -> None:
    assert case.fence.language == "python"
    assert list(reveals(case.fence))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_fence_has_a_heading_of_its_own(path: Path) -> None:
    headings = Counter(fence.heading for fence in fences(path.read_text()))
    assert [heading for heading, count in headings.items() if not heading or count > 1] == []

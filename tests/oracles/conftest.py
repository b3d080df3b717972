"""The oracles run where torch is installed, on one thread and from one seed."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

SEED = 0

TORCHLESS = {"test_tfevents_oracle.py", "test_tables_oracle.py"}
"""Modules that ask another program than torch."""


class WithoutTorch(pytest.File):
    """Stands in for a test module, which could not even be imported."""

    def collect(self) -> Iterator[pytest.Item]:
        pytest.skip("the oracles run real torch programs: pip install 'gradlint-ml[oracles]'")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> WithoutTorch | None:
    if find_spec("torch") is None and module_path.name not in TORCHLESS:
        return WithoutTorch.from_parent(parent, path=module_path)
    return None


@pytest.fixture(autouse=True)
def reproducible(request: pytest.FixtureRequest) -> None:
    if request.path.name in TORCHLESS:
        return
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(SEED)

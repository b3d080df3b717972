"""GL509: exp(x) / sum(exp(x)) and log(sum(exp(x))) overflow once a logit passes 88.7; with the
maximum subtracted, or as softmax and logsumexp, they are exact.
Source: torch.softmax and torch.logsumexp documentation; float32 range.
"""

import pytest
import torch
from torch import Tensor

LARGE = torch.tensor([100.0, 0.0])
ORDINARY = torch.tensor([1.0, 0.0, -2.0])


def plain_softmax(x: Tensor) -> Tensor:
    return x.exp() / x.exp().sum()


def shifted_softmax(x: Tensor) -> Tensor:
    return plain_softmax(x - x.max())


def test_a_plain_softmax_of_a_large_logit_is_nan() -> None:
    assert plain_softmax(LARGE)[0].isnan()


def test_a_softmax_with_the_maximum_subtracted_is_finite() -> None:
    assert shifted_softmax(LARGE).tolist() == pytest.approx([1.0, 0.0])


def test_a_plain_softmax_equals_the_library_one_for_ordinary_logits() -> None:
    assert torch.allclose(plain_softmax(ORDINARY), ORDINARY.softmax(0))


def test_a_plain_log_of_summed_exponentials_overflows() -> None:
    assert LARGE.exp().sum().log().isinf()


def test_logsumexp_does_not() -> None:
    assert LARGE.logsumexp(0).item() == pytest.approx(100.0)

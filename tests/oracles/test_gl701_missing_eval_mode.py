"""GL701: a validation pass in train mode moves the batch norm statistics and gives another answer
each time; and a model never put back to train trains without its dropout from then on.
Source: torch.nn.Module.eval and torch.nn.BatchNorm1d documentation.
"""

import torch
from torch import Tensor, nn

VALIDATION = torch.arange(64.0).reshape(16, 4)


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.Dropout(0.5), nn.Linear(32, 1))


def validate(model: nn.Module) -> Tensor:
    with torch.no_grad():
        answer: Tensor = model(VALIDATION)
    return answer


def running_mean(model: nn.Sequential) -> Tensor:
    return model.get_buffer("1.running_mean").clone()


def test_validating_in_train_mode_moves_the_batch_norm_statistics() -> None:
    model = network()
    before = running_mean(model)
    validate(model)
    assert not torch.equal(running_mean(model), before)


def test_validating_in_eval_mode_leaves_them() -> None:
    model = network().eval()
    before = running_mean(model)
    validate(model)
    assert torch.equal(running_mean(model), before)


def test_validating_in_train_mode_answers_differently_each_time() -> None:
    model = network()
    assert not torch.equal(validate(model), validate(model))


def test_validating_in_eval_mode_answers_the_same() -> None:
    model = network().eval()
    assert torch.equal(validate(model), validate(model))


def test_a_model_not_put_back_to_train_trains_without_dropout() -> None:
    model = network().eval()
    assert torch.equal(model(VALIDATION), model(VALIDATION))


def test_a_model_put_back_to_train_trains_with_dropout() -> None:
    model = network().eval().train()
    assert not torch.equal(model(VALIDATION), model(VALIDATION))

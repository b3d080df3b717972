"""GL708: a method that is named and not called does nothing, in silence; called, it does its work.
Source: Python language reference, expression statements.
"""

from .steep_regression import UNBOUNDED, SteepRegression


def test_a_step_that_is_not_called_learns_nothing() -> None:
    steep = SteepRegression()
    steep.loss().backward()
    steep.optimizer.step  # noqa: B018
    assert steep.update_norm() == 0.0


def test_a_step_that_is_called_learns() -> None:
    steep = SteepRegression()
    steep.loss().backward()
    steep.optimizer.step()
    assert steep.update_norm() > UNBOUNDED


def test_an_eval_that_is_not_called_leaves_the_model_in_train_mode() -> None:
    model = SteepRegression().model
    model.eval  # noqa: B018
    assert model.training


def test_an_eval_that_is_called_leaves_train_mode() -> None:
    model = SteepRegression().model
    model.eval()
    assert not model.training

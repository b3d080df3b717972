"""Lines in which the program itself speaks of trouble."""

from __future__ import annotations

import pytest

from gradlint.runs.run import Message
from tests.runs.readers.text.text_logs import run_of

HEALTHY = "step 10 loss 1.5\nstep 20 loss 1.4\n"


def messages(line: str) -> list[Message]:
    return list(run_of(HEALTHY + line + "\n").messages)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Batch 5: Invalid loss, terminating training", "nan-loss"),
        ("Loss is nan, stopping training", "nan-loss"),
        ("Loss is NaN", "nan-loss"),
        ("FloatingPointError: Loss became infinite or NaN at iteration=20!", "nan-loss"),
        ("WARNING: Skipping the batch, non-finite loss (nan)", "nan-loss"),
        ("ValueError: nan loss encountered", "nan-loss"),
        ("AssertionError: Rank 1: found NaN in local grad norm in backward", "nan-gradient"),
        ("Found Inf or NaN global norm.", "nan-gradient"),
        ("RuntimeError: Function 'LogBackward0' returned nan values in its 0th output.",
         "nan-gradient"),
        ("The total norm of order 2.0 of gradients from `parameters` is non-finite, so it cannot "
         "be clipped.", "nan-gradient"),
        ("gradients are Nan/Inf", "nan-gradient"),
        ("***WARNING*** Bad grad_norm detected (grad_norm=nan)", "nan-gradient"),
        ("InvalidArgumentError: Gradient for w is NaN : Tensor had NaN values", "nan-tensor"),
        ("FloatingPointError: invalid value (nan) encountered in jit(log)", "nan-tensor"),
        ("NaN detected in output of layers.3, shape: [2, 3]", "nan-tensor"),
        ("ValueError: Network outputs is NAN! Stop Training", "nan-tensor"),
        ("Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 32768.0",
         "overflow"),
        ("[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 64, reducing to 32",
         "overflow"),
        ("NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: 64.0",
         "overflow"),
        ("| WARNING: overflow detected, setting loss scale to: 0.0625", "overflow"),
        ("FloatingPointError: Minimum loss scale reached (0.0001).", "overflow-floor"),
        ("Exception: Current loss scale already at minimum - cannot decrease scale anymore.",
         "overflow-floor"),
    ],
)  # fmt: skip
def test_what_frameworks_say(line: str, kind: str) -> None:
    assert [(one.kind, one.line, one.step) for one in messages(line)] == [(kind, 3, 20)]


@pytest.mark.parametrize(
    "line",
    [
        "step:30/5100 val_loss:3.2 step_avg:nanms",
        "step 30 loss nan grad norm nan",
        "step 30 grad_norm inf loss 0.5 overflow 0",
        "iteration 30 | loss scale: 1.0 | number of nan iterations:   0 |",
        "Namespace(detect_nan=True, terminate_on_nan=True)",
        "detect_nan: True",
        "    if torch.isnan(loss): print('Loss is NaN')",
        "        raise ValueError('Loss is NaN')",
        '    logger.error(f"Loss is {loss}, stopping training")',
        "# Loss is NaN when the learning rate is too high",
        "  --nan-check   stop when the loss is nan (default: off)",
        "INFO fininshed loading the dataset",
        "In 1954 the loss was NaN dollars.",
        "a `loss is nan` in the log means the same",
        "Gradient norm: inf",
    ],
)
def test_what_is_no_message(line: str) -> None:
    assert messages(line) == []


def test_a_message_on_a_line_with_a_step_has_that_step() -> None:
    (one,) = messages("step 30: gradient overflow, reducing loss scale to 8.0")
    assert one.step == 30


def test_a_line_that_was_harmless_before_may_be_a_message_now() -> None:
    log = "".join(f"step {s}\nLoss is 1.{s}, stopping later\n" for s in range(20))
    assert run_of(log + "Loss is nan, stopping later\n").messages[-1].line == 41


TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    loss = 0.5\n"
    "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
)


def test_a_traceback_is_told_by_its_last_line() -> None:
    (one,) = run_of(HEALTHY + TRACEBACK).messages
    assert (one.kind, one.line, one.step) == ("traceback", 6, 20)
    assert one.text == "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB"


def test_a_traceback_behind_a_rank_is_recognised() -> None:
    ranked = "".join(f"[rank3]: {line}\n" for line in TRACEBACK.splitlines())
    (one,) = run_of(HEALTHY + ranked).messages
    assert one.text.startswith("RuntimeError: CUDA")


def test_the_error_of_a_traceback_that_speaks_of_nan_is_a_message_of_both_kinds() -> None:
    log = HEALTHY + TRACEBACK.replace("CUDA out of memory.", "Loss is NaN.")
    assert [one.kind for one in run_of(log).messages] == ["nan-loss", "traceback"]


def test_the_source_in_a_traceback_is_no_metric_and_the_log_goes_on_behind_it() -> None:
    run = run_of(HEALTHY + TRACEBACK + "step 30 loss 1.3\n")
    assert run.curves["loss"].values.tolist() == [1.5, 1.4, 1.3]


def test_a_traceback_that_the_file_ends_in_is_reported() -> None:
    (one,) = run_of(HEALTHY + "Traceback (most recent call last):\n  File 'a'\n").messages
    assert (one.kind, one.line) == ("traceback", 3)


def test_a_log_of_nothing_but_a_message_is_a_run() -> None:
    assert run_of("Loss is nan, stopping training\n").messages[0].step is None


BATCHES = "".join(
    f"Epoch: [{e}] [{b}/30] loss: {2 - e / 4 - b / 99:.2f}\n" for e in (0, 1) for b in (0, 10, 20)
)
EPOCHS = "".join(f"epoch {e} loss 1.{9 - e}\n" for e in range(4))


@pytest.mark.parametrize(
    ("log", "line", "step"),
    [
        (BATCHES, "* Acc 71.0 loss 0.9\nLoss is nan, stopping training", 50),
        (BATCHES, "FloatingPointError: Loss became infinite or NaN at iteration=57!", 57),
        (BATCHES, "Found nan in local grad norm at iteration 27", 50),  # of its epoch
        (EPOCHS, "Loss is nan at iteration 57", 3),
        (EPOCHS, "Loss is nan at epoch 4", 4),
    ],
)
def test_a_message_stands_at_the_step_it_names_or_at_the_last_one(
    log: str, line: str, step: int
) -> None:
    (message,) = run_of(f"{log}{line}\n").messages
    assert message.step == step


def test_a_traceback_that_names_its_step_stands_there() -> None:
    trace = "Traceback (most recent call last):\n  File a.py\nFloatingPointError: {} at step 29!\n"
    messages = run_of(HEALTHY + trace.format("Loss became NaN")).messages
    assert {message.step for message in messages} == {29}

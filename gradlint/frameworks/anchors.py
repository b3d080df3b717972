"""How the frameworks, and what rules are about, are spelled: a file without is not parsed.

First letters are left out where the frameworks do not agree on their case.
"""

PACKAGES = (
    b"torch", b"keras", b"tensorflow", b"lightning", b"jax", b"optax", b"fastai", b"skorch",
    b"accelerate", b"deepspeed", b"transformers", b"tflearn",
)  # fmt: skip
"""A program that names none of these trains nothing that the rules know."""

TRAINS = (
    b"backward(", b".fit(", b".fit_generator(", b".compile(", b"minimize(", b"apply_gradients",
    b"train_on_batch", b"optimize_loss",
)  # fmt: skip
RECURS = (b"RNN", b"LSTM", b"GRU")
CLIPS = (b"clip", b"Clip", b"grad_norm")
HOOKS = (b"register_hook(", b"backward_hook(", b"grad_hook(", b"step_pre_hook(")
MEASURES_LOSS = (
    b"ross_entropy", b"rossEntropy", b"rossentropy", b"softmax", b"Softmax", b"BCE", b"igmoid",
)  # fmt: skip
CONVERTS = (b"ToDtype", b"convert_image_dtype")
NORMALIZES = (b"Normalization(",)

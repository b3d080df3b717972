"""How the program writes what it feeds: what a message quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlint.model.data.feed import feeds
from tests.model.programs import program_of

KERAS = """
import keras
from keras.datasets import mnist
(x, y), _ = mnist.load_data()
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile(loss="mse")
model.{}
"""

TORCH = """
import cv2
import torch
x = torch.from_numpy(cv2.imread("a.png")).float()
torch.nn.Linear(784, 10)(x).sum().backward()
"""

OWN = """
import keras
from keras.datasets import mnist
(x, y), _ = mnist.load_data()
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(10)
    def call(self, x):
        return self.head(x)
Net().fit(**{"x": x})
"""


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (KERAS.format("fit(x, y)"), "x"),
        (KERAS.format("fit(x[:100] * 1.0, y)"), "x[:100] * 1.0"),
        (KERAS.format("fit(y=y, x=x)"), "x"),
        (KERAS.format("fit_generator(generator=x)"), "x"),
        (OWN, ""),
        (TORCH, ""),
    ],
)
def test_what_is_fed_is_quoted_where_a_call_says_it(text: str, quoted: str, tmp_path: Path) -> None:
    assert [feed.what for feed in feeds(program_of(text, tmp_path))] == [quoted]

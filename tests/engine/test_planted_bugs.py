"""Planted training bugs: each is found by its rule on its line, and its corrected twin is silent.

A program marks the line with `# BUG`; the twin is the program with the replacements applied. Only
the rule in question is selected, through the command.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

Gradlint = Callable[..., Any]
Write = Callable[[str, "str | bytes"], Path]


class Planted(NamedTuple):
    """A program with a bug, the rule that finds it, and what to replace to mend it."""

    rule: str
    program: str
    repair: dict[str, str]


TORCH_LOOP = """
import torch
from torch import nn
import torch.nn.functional as F

model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    {}
"""

LSTM_LOOP = """
import torch
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 32, batch_first=True)
        self.out = nn.Linear(32, 1)

    def forward(self, x, state=None):
        y, state = self.rnn(x, state)
        return self.out(y[:, -1]), state

model = Model()
optimizer = torch.optim.Adam(model.parameters())
{}
"""

PLANTED = {
    "keras-simple-rnn-relu": Planted(
        "GL101",
        """
import keras
model = keras.Sequential([
    keras.layers.SimpleRNN(32, activation="relu", input_shape=(20, 4)),  # BUG
    keras.layers.Dense(1),
])
""",
        {', activation="relu"': ""},
    ),
    "torch-rnn-relu": Planted(
        "GL101",
        """
from torch import nn
rnn = nn.RNN(10, 20, nonlinearity='relu')  # BUG
""",
        {", nonlinearity='relu'": ""},
    ),
    "lstm-loop-without-clipping": Planted(
        "GL201",
        LSTM_LOOP.format(
            """for x, y in loader:
    optimizer.zero_grad()
    prediction, _ = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()  # BUG
"""
        ),
        {
            "    optimizer.step()": "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
            "    optimizer.step()"
        },
    ),
    "clip-before-backward": Planted(
        "GL202",
        TORCH_LOOP.format(
            """nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # BUG
    loss.backward()
    optimizer.step()
"""
        ),
        {
            "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # BUG\n": "",
            "    optimizer.step()": "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
            "    optimizer.step()",
        },
    ),
    "clip-after-step": Planted(
        "GL203",
        TORCH_LOOP.format(
            """loss.backward()
    optimizer.step()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # BUG
"""
        ),
        {
            "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # BUG\n": "",
            "    optimizer.step()": "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
            "    optimizer.step()",
        },
    ),
    "clip-in-a-hook-on-hidden-states": Planted(
        "GL204",
        LSTM_LOOP.format(
            """for x, y in loader:
    optimizer.zero_grad()
    hidden, _ = model.rnn(x)
    hidden.register_hook(lambda g: g.clamp(-1, 1))  # BUG
    loss = nn.functional.mse_loss(model.out(hidden), y)
    loss.backward()
    optimizer.step()
"""
        ).replace("hidden, _ = model.rnn(x)", "hidden = model.rnn(x)[0]"),
        {"    hidden.register_hook(lambda g: g.clamp(-1, 1))  # BUG\n": ""},
    ),
    "amp-clip-without-unscale": Planted(
        "GL205",
        TORCH_LOOP.format(
            """scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # BUG
    scaler.step(optimizer)
    scaler.update()
"""
        ).replace("for x, y", "scaler = torch.amp.GradScaler('cuda')\nfor x, y"),
        {"    nn.utils": "    scaler.unscale_(optimizer)\n    nn.utils"},
    ),
    "missing-zero-grad": Planted(
        "GL404",
        TORCH_LOOP.format("loss.backward()\n    optimizer.step()  # BUG\n").replace(
            "    optimizer.zero_grad()\n", ""
        ),
        {"    loss.backward()": "    optimizer.zero_grad()\n    loss.backward()"},
    ),
    "hidden-state-without-detach": Planted(
        "GL104",
        LSTM_LOOP.format(
            """state = None
for x, y in loader:
    optimizer.zero_grad()
    prediction, state = model(x, state)  # BUG
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()
"""
        ),
        {
            "    prediction, state": "    if state is not None:\n"
            "        state = tuple(s.detach() for s in state)\n    prediction, state"
        },
    ),
    "softmax-layer-in-sequential": Planted(
        "GL501",
        """
from torch import nn
model = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))
loss = nn.CrossEntropyLoss()(model(x), y)  # BUG
loss.backward()
""",
        {", nn.Softmax(dim=1)": ""},
    ),
    "softmax-attribute": Planted(
        "GL501",
        """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.softmax = nn.Softmax(dim=1)
    def forward(self, x):
        return self.softmax(self.fc(x))
criterion = nn.CrossEntropyLoss()
loss = criterion(Net()(x), y)  # BUG
loss.backward()
""",
        {"self.softmax(self.fc(x))": "self.fc(x)"},
    ),
    "softmax-function": Planted(
        "GL501",
        """
from torch import nn
import torch.nn.functional as F
fc = nn.Linear(4, 3)
loss = F.cross_entropy(F.softmax(fc(x), dim=1), y)  # BUG
loss.backward()
""",
        {"F.softmax(fc(x), dim=1)": "fc(x)"},
    ),
    "softmax-variable": Planted(
        "GL501",
        """
import torch
from torch import nn
fc = nn.Linear(4, 3)
probabilities = torch.softmax(fc(x), dim=1)
loss = nn.CrossEntropyLoss()(probabilities, y)  # BUG
loss.backward()
""",
        {"(probabilities, y)": "(fc(x), y)"},
    ),
    "log-of-softmax": Planted(
        "GL503",
        """
import torch
from torch import nn
fc = nn.Linear(4, 3)
logp = torch.log(torch.softmax(fc(x), dim=1))  # BUG
logp.mean().backward()
""",
        {"torch.log(torch.softmax(fc(x), dim=1))": "torch.log_softmax(fc(x), dim=1)"},
    ),
    "keras-lstm-without-clipping": Planted(
        "GL201",
        """
from tensorflow import keras
model = keras.Sequential([
    keras.layers.Input((30, 4)),
    keras.layers.LSTM(64),
    keras.layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")  # BUG
model.fit(x, y)
""",
        {"Adam(1e-3)": "Adam(1e-3, clipnorm=1.0)"},
    ),
    "double-softmax-across-a-function": Planted(
        "GL501",
        """
from torch import nn
import torch.nn.functional as F
fc = nn.Linear(4, 3)
def predict(x):
    return F.softmax(fc(x), dim=-1)
def step(x, y):
    return F.cross_entropy(predict(x), y)  # BUG
step(x, y).backward()
""",
        {"F.softmax(fc(x), dim=-1)": "fc(x)"},
    ),
    "keras-fit-on-raw-images": Planted(
        "GL301",
        """
from tensorflow.keras import datasets, layers, models
(x_train, y_train), (x_test, y_test) = datasets.cifar10.load_data()
model = models.Sequential([
    layers.Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)  # BUG
""",
        {"model = models": "x_train = x_train / 255.0\nmodel = models"},
    ),
    "torchvision-images-never-scaled": Planted(
        "GL301",
        """
import torch
from torch import nn
from torchvision import datasets, transforms
data = datasets.CIFAR10("data", transform=transforms.Compose([transforms.PILToTensor()]))
loader = torch.utils.data.DataLoader(data, batch_size=32)
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for images, labels in loader:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images.float()), labels)
    loss.backward()
    optimizer.step()
""",
        {"transforms.PILToTensor()": "transforms.ToTensor()"},
    ),
}


def diagnostics(gradlint: Gradlint, name: str, rule: str) -> list[dict[str, Any]]:
    """What the selected rule says of a file."""
    result = gradlint("check", "--isolated", "--select", rule, "--output-format", "json", name)
    found: list[dict[str, Any]] = json.loads(result.output)["diagnostics"]
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_by_its_rule(name: str, gradlint: Gradlint, write: Write) -> None:
    write("train.py", PLANTED[name].program)
    found = diagnostics(gradlint, "train.py", PLANTED[name].rule)
    assert {item["code"] for item in found} == {PLANTED[name].rule}


@pytest.mark.parametrize("name", [name for name in PLANTED if "# BUG" in PLANTED[name].program])
def test_a_planted_bug_is_found_on_its_line(name: str, gradlint: Gradlint, write: Write) -> None:
    write("train.py", PLANTED[name].program)
    lines = PLANTED[name].program.splitlines()
    marked = {number for number, line in enumerate(lines, start=1) if "# BUG" in line}
    found = diagnostics(gradlint, "train.py", PLANTED[name].rule)
    assert {item["line"] for item in found} == marked


@pytest.mark.parametrize("name", PLANTED)
def test_the_corrected_twin_is_silent(name: str, gradlint: Gradlint, write: Write) -> None:
    program = PLANTED[name].program
    for old, new in PLANTED[name].repair.items():
        assert old in program
        program = program.replace(old, new)
    write("train.py", program)
    assert diagnostics(gradlint, "train.py", PLANTED[name].rule) == []


def test_a_missing_zero_grad_in_a_notebook_is_found_in_its_cell(
    gradlint: Gradlint, write: Write
) -> None:
    setup = "%matplotlib inline\nimport torch\nfrom torch import nn\nmodel = nn.Linear(2, 1)\n"
    setup += "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"
    loop = "for x, y in data:\n    nn.functional.mse_loss(model(x), y).backward()\n"
    loop += "    optimizer.step()"
    cells = [
        {"cell_type": "markdown", "source": "# A title"},
        {"cell_type": "code", "source": setup},
        {"cell_type": "code", "source": loop},
    ]
    write("train.ipynb", json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    found = diagnostics(gradlint, "train.ipynb", "GL404")
    assert [(item["cell"], item["line"]) for item in found] == [(2, 3)]

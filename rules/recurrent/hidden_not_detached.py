"""# Hidden state carried into the next training iteration with its graph.

## What it does
Follows the hidden state of a recurrent network through a training loop. Reports the call that gets a state of the previous iteration whose graph nobody cut, when a backward pass of this iteration runs through both. The state may be a variable of the loop, the pair of an LSTM, or an attribute that the network keeps for itself.

## Why it is a risk
The backward pass of the first iteration frees the buffers of its graph. The second one runs into them and torch raises `Trying to backward through the graph a second time`. With `retain_graph=True` it raises as well, one line later in the message (`modified by an inplace operation`), because the optimizer has changed the weights in place. Without a step in between the graph grows by the same amount with every iteration: 82, 159, 236 nodes in our measurement, until memory ends. No gradient has to flow further back than one chunk: that is what truncated backpropagation through time means.

## Example
A state that the loop hands on:

```python bad
import torch
from torch import nn

rnn = nn.GRU(input_size=8, hidden_size=32, batch_first=True)
head = nn.Linear(32, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=1e-3)
criterion = nn.MSELoss()
hidden = torch.zeros(1, 16, 32)

for inputs, targets in loader:
    optimizer.zero_grad()
    output, hidden = rnn(inputs, hidden)  # error: GL104
    loss = criterion(head(output[:, -1]), targets)
    loss.backward()
    nn.utils.clip_grad_norm_(rnn.parameters(), 1.0)
    optimizer.step()
```

```python good
import torch
from torch import nn

rnn = nn.GRU(input_size=8, hidden_size=32, batch_first=True)
head = nn.Linear(32, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=1e-3)
criterion = nn.MSELoss()
hidden = torch.zeros(1, 16, 32)

for inputs, targets in loader:
    hidden = hidden.detach()
    optimizer.zero_grad()
    output, hidden = rnn(inputs, hidden)
    loss = criterion(head(output[:, -1]), targets)
    loss.backward()
    nn.utils.clip_grad_norm_(rnn.parameters(), 1.0)
    optimizer.step()
```

The pair of an LSTM, with a network of one's own in a second file. `retain_graph=True` doesn't help:

```python bad
# file: model.py
import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, num_layers=2)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, tokens, state):
        output, state = self.lstm(self.embed(tokens), state)
        return self.out(output), state

    def start(self, batch):
        return torch.zeros(2, batch, 128), torch.zeros(2, batch, 128)


# file: train.py
import torch
from torch import nn

from model import LanguageModel

model = LanguageModel(5000, 128)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()

for epoch in range(10):
    state = model.start(20)
    for tokens, targets in batches:
        logits, state = model(tokens, state)  # error: GL104
        loss = criterion(logits.view(-1, 5000), targets)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimizer.step()
```

```python good
import torch
from torch import nn


def repackage_hidden(h):
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, num_layers=2)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, tokens, state):
        output, state = self.lstm(self.embed(tokens), state)
        return self.out(output), state


model = LanguageModel(5000, 128)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
state = (torch.zeros(2, 20, 128), torch.zeros(2, 20, 128))

for tokens, targets in batches:
    state = repackage_hidden(state)
    logits, state = model(tokens, state)
    loss = criterion(logits.view(-1, 5000), targets)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
    optimizer.step()
```

A cell written by hand, whose hidden state is an output of the module, and an old way to cut the graph:

```python bad
import torch
from torch import nn


class Cell(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.i2h = nn.Linear(inputs + hidden, hidden)
        self.h2o = nn.Linear(hidden, 1)

    def forward(self, x, h):
        h = torch.tanh(self.i2h(torch.cat((x, h), 1)))
        return self.h2o(h), h


cell = Cell(4, 16)
optimizer = torch.optim.SGD(cell.parameters(), lr=0.01)
criterion = nn.MSELoss()

for epoch in range(20):
    h = torch.zeros(1, 16)
    for step in range(series.size(0) - 1):
        optimizer.zero_grad()
        prediction, h = cell(series[step], h)  # error: GL104
        loss = criterion(prediction, series[step + 1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
        optimizer.step()
```

```python good
import torch
from torch import nn
from torch.autograd import Variable


class Cell(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.i2h = nn.Linear(inputs + hidden, hidden)
        self.h2o = nn.Linear(hidden, 1)

    def forward(self, x, h):
        h = torch.tanh(self.i2h(torch.cat((x, h), 1)))
        return self.h2o(h), h


cell = Cell(4, 16)
optimizer = torch.optim.SGD(cell.parameters(), lr=0.01)
criterion = nn.MSELoss()

for epoch in range(20):
    h = torch.zeros(1, 16)
    for step in range(series.size(0) - 1):
        optimizer.zero_grad()
        prediction, h = cell(series[step], h)
        loss = criterion(prediction, series[step + 1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
        optimizer.step()
        h = Variable(h.data)
```

A state that the module keeps for itself:

```python bad
import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 64, batch_first=True)
        self.head = nn.Linear(64, 1)
        self.hidden = (torch.zeros(1, 32, 64), torch.zeros(1, 32, 64))

    def forward(self, x):
        output, self.hidden = self.lstm(x, self.hidden)
        return self.head(output[:, -1])


model = Forecaster()
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.L1Loss()

for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)  # error: GL104
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 0.5)
    optimizer.step()
```

```python good
import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 64, batch_first=True)
        self.head = nn.Linear(64, 1)
        self.reset(32)

    def reset(self, batch):
        self.hidden = (torch.zeros(1, batch, 64), torch.zeros(1, batch, 64))

    def forward(self, x):
        output, self.hidden = self.lstm(x, self.hidden)
        return self.head(output[:, -1])


model = Forecaster()
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.L1Loss()

for x, y in loader:
    optimizer.zero_grad()
    model.reset(32)
    loss = criterion(model(x), y)
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 0.5)
    optimizer.step()
```

Fabric and Accelerate run the same backward pass:

```python bad
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator()
rnn = nn.RNN(8, 32)
optimizer = torch.optim.Adam(rnn.parameters(), lr=1e-3)
rnn, optimizer, loader = accelerator.prepare(rnn, optimizer, loader)
state = torch.zeros(1, 16, 32)
for inputs, targets in loader:
    optimizer.zero_grad()
    output, state = rnn(inputs, state)  # error: GL104
    loss = nn.functional.mse_loss(output, targets)
    accelerator.backward(loss)
    accelerator.clip_grad_norm_(rnn.parameters(), 1.0)
    optimizer.step()
```

```python bad
import torch
from lightning.fabric import Fabric
from torch import nn

fabric = Fabric()
rnn = nn.GRU(8, 32)
optimizer = torch.optim.Adam(rnn.parameters(), lr=1e-3)
state = torch.zeros(1, 16, 32)
for inputs, targets in loader:
    output, state = rnn(inputs, state)  # error: GL104
    loss = nn.functional.mse_loss(output, targets)
    fabric.backward(loss)
    fabric.clip_gradients(rnn, optimizer, max_norm=1.0)
    optimizer.step()
    optimizer.zero_grad()
```

Cut in place, in every spelling:

```python good
import torch
from torch import nn

lstm = nn.LSTM(8, 32)
optimizer = torch.optim.Adam(lstm.parameters(), lr=1e-3)
state = (torch.zeros(1, 16, 32), torch.zeros(1, 16, 32))
for inputs, targets in loader:
    output, state = lstm(inputs, state)
    loss = nn.functional.mse_loss(output, targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(lstm.parameters(), 1.0)
    optimizer.step()
    state[0].detach_()
    state[1].detach_()
```

```python good
import torch
from torch import nn

lstm = nn.LSTM(8, 32)
optimizer = torch.optim.Adam(lstm.parameters(), lr=1e-3)
h, c = torch.zeros(1, 16, 32), torch.zeros(1, 16, 32)
for inputs, targets in loader:
    output, (h, c) = lstm(inputs, (h, c))
    loss = nn.functional.mse_loss(output, targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(lstm.parameters(), 1.0)
    optimizer.step()
    h, c = h.detach(), c.detach()
```

```python good
import torch
from torch import nn

lstm = nn.LSTM(8, 32)
optimizer = torch.optim.Adam(lstm.parameters(), lr=1e-3)
state = None
for inputs, targets in loader:
    if state is not None:
        state = [part.data for part in state]
    output, state = lstm(inputs, state)
    loss = nn.functional.mse_loss(output, targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(lstm.parameters(), 1.0)
    optimizer.step()
```

## How to fix
Cut the graph at the start of every iteration: `hidden = hidden.detach()`, for an LSTM `state = tuple(s.detach() for s in state)`. Or make the state anew for every batch when the batches don't continue each other: most don't.

## When it is fine
Backpropagation through the whole sequence, with one backward pass after the loop:

```python good
import torch
from torch import nn

cell = nn.GRUCell(8, 32)
head = nn.Linear(32, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=1e-3)
for sequence, targets in loader:
    hidden = torch.zeros(16, 32)
    loss = 0.0
    for step in range(sequence.size(0)):
        hidden = cell(sequence[step], hidden)
        loss = loss + nn.functional.mse_loss(head(hidden), targets[step])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
    optimizer.step()
```

Generation and evaluation, which have no backward pass or record no graph:

```python good
import torch
from torch import nn

lstm = nn.LSTM(8, 32)
head = nn.Linear(32, 8)
state = None
token = torch.zeros(1, 1, 8)
with torch.no_grad():
    for step in range(100):
        output, state = lstm(token, state)
        token = head(output)
```

A forward method that detaches by itself, and gradients kept on purpose over several steps with one update at the end:

```python good
import torch
from torch import nn


class Tracker(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(8, 32)
        self.head = nn.Linear(32, 2)

    def forward(self, x, hidden):
        hidden = self.cell(x, hidden.detach())
        return self.head(hidden), hidden


model = Tracker()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
hidden = torch.zeros(1, 32)
for x, y in loader:
    prediction, hidden = model(x, hidden)
    loss = nn.functional.mse_loss(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
```

Keras's `stateful=True` keeps its states as variables, which carry no graph.

## References
- Williams, Peng 1990: An efficient gradient-based algorithm for on-line training of recurrent network trajectories.
- PyTorch documentation: `torch.Tensor.detach`, and the `word_language_model` example (`repackage_hidden`).
- Measured in `tests/oracles/test_gl104_hidden_not_detached.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradlint.sdk.source import CarriedState, Finding, report, rule, spell


@rule("GL104", "error", symptoms={"loss-nan": 0.2, "gradient-explosion": 0.4})
def check(state: CarriedState) -> Iterator[Finding]:
    """Report a state that is fed back across `backward` without being detached."""
    if state.retained:
        what = (
            "the optimizer has changed the weights that the kept graph needs, so `backward` raises"
        )
    else:
        what = "`backward` has freed that graph, and raises when it runs into it"
    yield report(
        state.call,
        f"`{spell(state.call)}` gets a hidden state of the previous iteration with its graph "
        f"attached: {what}",
        help="cut the graph at the start of the iteration, e.g. `hidden = hidden.detach()`, "
        "for an LSTM `hidden = tuple(h.detach() for h in hidden)`",
        notes=[(state.backward, "this backward pass runs into the previous iteration")],
    )

"""# A hidden state is carried into the next iteration with its graph

## What it does

Follows the hidden state of a recurrent network through a training loop. Reports the call that gets
a state of the previous iteration whose graph was not cut, when a backward pass of this iteration
runs through both. The state may be a variable of the loop, the pair of an LSTM, or an attribute of
the network.

## Why it is a risk

The backward pass of the first iteration frees the buffers of its graph. The second one needs them
again, and torch raises `Trying to backward through the graph a second time`. With
`retain_graph=True` it raises as well (`modified by an inplace operation`), because the optimizer
has changed the weights in place. Without a step in between the graph grows by the same amount with
every iteration (82, 159, 236 nodes in our measurement) until memory runs out. No gradient has to
flow further back than one chunk: that is what truncated backpropagation through time means.

## Example

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
    output, hidden = rnn(inputs, hidden)  # error: GL104 "has freed that graph"
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

A state that the module keeps:

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

## How to fix

Cut the graph at the start of every iteration: `hidden = hidden.detach()`, for an LSTM `state =
tuple(s.detach() for s in state)`. Or start every batch with a new state when the batches do not
continue each other: most do not.

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

Generation and evaluation, which have no backward pass or record no graph. Keras's `stateful=True`
keeps its states as variables, which carry no graph.

## References

- Williams, Peng 1990, *An efficient gradient-based algorithm for on-line training of recurrent
  network trajectories*
- PyTorch documentation: `torch.Tensor.detach`, and the `word_language_model` example
  (`repackage_hidden`)
- Measured in `tests/oracles/test_gl104_hidden_not_detached.py`
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
        what = "`backward` has freed that graph, and raises when it reaches it"
    yield report(
        state.call,
        f"`{spell(state.call)}` gets a hidden state of the previous iteration with its graph "
        f"attached: {what}",
        help="cut the graph at the start of the iteration, e.g. `hidden = hidden.detach()`, "
        "for an LSTM `hidden = tuple(h.detach() for h in hidden)`",
        notes=[(state.backward, "this backward pass runs into the previous iteration")],
    )

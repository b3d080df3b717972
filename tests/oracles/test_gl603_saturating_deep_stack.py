"""GL603: the slope of a sigmoid is at most 1/4, so that ten of them leave the first layer no
gradient; batch norm or a residual rescues it, layer norm does not. ReLU with He's scale is well.
Source: Glorot and Bengio 2010; He et al. 2015 (arXiv:1502.01852); Ioffe and Szegedy 2015.
"""

import torch
from torch import Tensor, nn

WIDTH, DEPTH = 64, 10
ALIVE = 1e-3


class Residual(nn.Module):
    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, inputs: Tensor) -> Tensor:
        branch: Tensor = self.branch(inputs)
        return inputs + branch


def first_over_last(layers: list[nn.Module]) -> float:
    """The gradient norm of the first layer's weights relative to the last layer's."""
    model = nn.Sequential(*layers)
    model(torch.randn(64, WIDTH)).pow(2).mean().backward()
    weights = [
        module.weight.grad.norm()
        for module in model.modules()
        if isinstance(module, nn.Linear) and module.weight.grad is not None
    ]
    return float(weights[0] / weights[-1])


def stack(*between: type[nn.Module]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for _ in range(DEPTH):
        layers.append(nn.Linear(WIDTH, WIDTH))
        layers += [kind() if kind in (nn.Sigmoid, nn.ReLU) else kind(WIDTH) for kind in between]
    return [*layers, nn.Linear(WIDTH, WIDTH)]


def test_ten_sigmoid_layers_leave_the_first_less_than_the_bound() -> None:
    assert first_over_last(stack(nn.Sigmoid)) < 0.25**DEPTH


def test_layer_norm_before_the_sigmoid_does_not_rescue_it() -> None:
    assert first_over_last(stack(nn.LayerNorm, nn.Sigmoid)) < ALIVE


def test_batch_norm_before_the_sigmoid_rescues_it() -> None:
    assert first_over_last(stack(nn.BatchNorm1d, nn.Sigmoid)) > ALIVE


def test_a_residual_around_the_sigmoid_rescues_it() -> None:
    blocks = [Residual(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Sigmoid())) for _ in range(DEPTH)]
    assert first_over_last([*blocks, nn.Linear(WIDTH, WIDTH)]) > ALIVE


def test_relu_with_the_scale_of_he_needs_no_rescue() -> None:
    layers = stack(nn.ReLU)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert first_over_last(layers) > ALIVE

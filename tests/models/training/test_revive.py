"""Dead filters are found, start again in both networks, and nothing else changes."""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet8doc.errors import UserError
from resnet8doc.models.training import Run
from resnet8doc.models.training._bundle import best
from resnet8doc.models.training._network import Conv, Network
from resnet8doc.models.training._revive import dead_filters, revive

FRACTION = 0.01


@pytest.fixture
def network(images: Tensor) -> Network:
    """Untrained; its batch normalizations have seen the images, so that every filter's sums lie about zero."""
    torch.manual_seed(0)
    network = Network()
    for layer in network.layers.values():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1
    with torch.no_grad():
        network(images)
        for number in (2, 3):
            shortcut = network.layers[f"stack{number}_shortcut"]
            assert isinstance(shortcut, Conv)
            shortcut.bias.sub_(network.values(images)[f"stack{number}_shortcut"].mean((0, 2, 3)))
    return network


@pytest.fixture
def images() -> Tensor:
    """Coarse patterns: 40 images of 4 x 4 tiles."""
    tiles = np.random.default_rng(0).uniform(0, 255, (40, 3, 4, 4)).astype(np.float32)
    return torch.from_numpy(tiles.repeat(8, 2).repeat(8, 3))


def norm(network: Network, name: str) -> nn.BatchNorm2d:
    layer = network.layers[name]
    assert isinstance(layer, nn.BatchNorm2d)
    return layer


def dead(network: Network, images: Tensor) -> dict[str, list[int]]:
    found = dead_filters(network, images, FRACTION)
    return {name: np.flatnonzero(mask).tolist() for name, mask in found.items() if mask.any()}


@torch.no_grad()
def kill(network: Network) -> dict[str, list[int]]:
    """Let three filters die, each in its way, and say which."""
    norm(network, "stem_bn").bias[3] = -1000  # below zero wherever one looks
    norm(network, "stack1_bn1").weight[7] = 0  # above zero, but always the same
    norm(network, "stack1_bn1").bias[7] = 1
    norm(network, "stack3_bn2").bias[60] = -1000  # with it the ReLU behind the addition, so the shortcut's filter too
    return {"stem_conv": [3], "stack1_conv1": [7], "stack3_conv2": [60], "stack3_shortcut": [60]}


def test_dead_filters_are_found(network: Network, images: Tensor) -> None:
    assert dead(network, images) == {}
    assert kill(network) == dead(network, images)


def test_dead_filters_start_again_and_the_others_stay(network: Network, images: Tensor) -> None:
    killed = kill(network)
    average = copy.deepcopy(network)
    before = copy.deepcopy(network)
    sgd = torch.optim.SGD(network.parameters(), 1e-9, momentum=0.9)
    network.train()
    network(images).square().sum().backward()
    sgd.step()
    for layer in network.layers.values():  # the step's running statistics, which the copies have not seen
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
    assert revive(network, average, [sgd], images, FRACTION, np.random.default_rng(5)) == 4
    assert dead(network, images) == {}
    for name, rows in killed.items():
        mine, theirs, old = (each.layers[name] for each in (network, average, before))
        assert isinstance(mine, Conv)
        assert isinstance(theirs, Conv)
        assert isinstance(old, Conv)
        torch.testing.assert_close(theirs.kernel[rows], mine.kernel[rows], rtol=0, atol=0)
        memory = sgd.state[mine.kernel]["momentum_buffer"]
        assert not memory[rows].any()
        assert memory.any()
        others = np.delete(np.arange(len(mine.kernel)), rows)
        torch.testing.assert_close(theirs.kernel[others], old.kernel[others], rtol=0, atol=0)
        lengths = mine.kernel.detach().norm(dim=1)
        torch.testing.assert_close(lengths[rows].mean(), lengths[others].mean())


def test_the_same_generator_draws_the_same_kernels(network: Network, images: Tensor) -> None:
    kill(network)
    twins = [copy.deepcopy(network) for _ in range(2)]
    for twin in twins:
        revive(twin, copy.deepcopy(twin), [], images, FRACTION, np.random.default_rng(5))
    for one, other in zip(twins[0].state_dict().values(), twins[1].state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_run_with_a_dead_filter_is_never_kept() -> None:
    runs = {seed: Run({}, [{"held_out_accuracy": 89.0 + seed}], dead=1) for seed in range(2)}
    with pytest.raises(UserError, match=r"1 \(seed 0\), 1 \(seed 1\)"):
        best(runs)

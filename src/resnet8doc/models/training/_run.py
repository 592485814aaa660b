"""One training run, epoch by epoch, resumable."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from ...architecture import CLASSES
from ...files import replacing
from ._augment import crop_and_flip
from ._muon import Muon
from ._network import Network
from ._revive import dead_filters, revive
from .recipe import Recipe

HELD_OUT_PER_CLASS = 500


@dataclass
class Run:
    """What a run gives.

    Attributes
    ----------
    weights
        Under the names of `resnet8doc.architecture.WEIGHTS`.
    curve
        One entry an epoch: ``epoch``, ``seconds``, ``loss``, ``train_accuracy`` of the stepped weights on the augmented
        images, ``held_out_accuracy`` of the averaged ones (percent), where images are held out, and ``revived``, how
        many dead filters started again after it.
    dead
        How many filters of ``weights`` are dead at the end, judged as in training.
    """

    weights: dict[str, NDArray[np.float32]]
    curve: list[dict[str, float]] = field(default_factory=list)
    dead: int = 0


def held_out_indices(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Choose the training images that are held out to choose everything by: 500 a class, always the same.

    Parameters
    ----------
    labels
        uint8 ``[N]``, 0 to 9.

    Returns
    -------
    NDArray[np.int64]
        Sorted indices, ``[5000]``.
    """
    random = np.random.default_rng(0)
    chosen = [
        random.choice(np.flatnonzero(labels == label), HELD_OUT_PER_CLASS, replace=False)
        for label in range(len(CLASSES))
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def learning_rate_factor(progress: float, warm_up: float) -> float:
    """Return the part of the peak learning rate at ``progress``, 0 to 1: a linear rise, then half a cosine.

    Examples
    --------
    >>> [round(learning_rate_factor(p, 0.1), 3) for p in (0.0, 0.1, 0.55, 1.0)]
    [0.1, 1.0, 0.5, 0.0]
    """
    if progress < warm_up:
        return 0.1 + 0.9 * progress / warm_up
    return 0.5 + 0.5 * math.cos(math.pi * (progress - warm_up) / (1 - warm_up))


def train(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    recipe: Recipe,
    state: Path,
    held_out: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None,
    *,
    threads: int = 1,
    compiled: bool = True,
    progress: bool = True,
    after_epoch: Callable[[list[dict[str, float]]], None] | None = None,
) -> Run:
    """Train ResNet8 from random weights.

    Parameters
    ----------
    images, labels
        uint8 ``[N, 32, 32, 3]``, pixels 0 to 255, and uint8 ``[N]``.
    recipe
        Seed, epochs and learning rates.
    state
        Where the run keeps itself after every epoch. A run of the same recipe and images that finds its state there
        goes on from it, and ends with the same weights as one that was never interrupted.
    held_out
        Images and labels to report on, never to learn from.
    threads
        Of PyTorch. The result depends on it in the last bits.
    compiled
        Whether torch.compile fuses the network: a fifth quicker, after half a minute of compiling.
    progress
        Show a bar on stderr.
    after_epoch
        Called with the curve so far, after the state is kept.

    Returns
    -------
    Run
        The averaged weights and the curve.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    network = Network()
    network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimizers = _optimizers(network, recipe)
    identity = (repr(recipe), len(images))
    curve: list[dict[str, float]] = []
    if state.exists():
        saved = torch.load(state, weights_only=True)
        if tuple(saved["identity"]) == identity:
            network.load_state_dict(saved["network"])
            average.load_state_dict(saved["average"])
            for optimizer, value in zip(optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(value)
            curve = saved["curve"]
    forward = torch.compile(network, dynamic=False) if compiled else network
    sample = _tensor(images[: recipe.revive_images])
    started = time.monotonic() - (curve[-1]["seconds"] if curve else 0.0)
    for epoch in range(len(curve), recipe.epochs):
        bar = tqdm(
            total=len(images) // recipe.batch_size, desc=f"epoch {epoch + 1}/{recipe.epochs}", disable=not progress
        )
        with bar:
            loss, accuracy = _epoch(images, labels, recipe, epoch, forward, network, average, optimizers, bar)
        entry = {"epoch": epoch + 1, "seconds": time.monotonic() - started, "loss": loss, "train_accuracy": accuracy}
        if held_out is not None:
            entry["held_out_accuracy"] = accuracy_of(average, *held_out)
        entry["revived"] = 0
        if epoch < recipe.crop_epochs:
            random = np.random.default_rng([recipe.seed, epoch, 1])  # of its own, like the order of the images
            entry["revived"] = revive(network, average, optimizers, sample, recipe.revive_below, random)
        curve.append(entry)
        if progress:
            tqdm.write(" ".join(f"{name}={value:.2f}" for name, value in entry.items()))
        with replacing(state) as temporary:
            torch.save(_saved(identity, network, average, optimizers, curve), temporary)
        if after_epoch is not None:
            after_epoch(curve)
    dead = dead_filters(average, sample, recipe.revive_below)
    return Run(average.weights(), curve, sum(int(mask.sum()) for mask in dead.values()))


def accuracy_of(network: Network, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
    """Return the accuracy of ``network`` on ``images`` (uint8 ``[N, 32, 32, 3]``) in percent."""
    network.eval()
    correct = 0
    with torch.inference_mode():
        for start in range(0, len(images), 500):
            logits = network(_tensor(images[start : start + 500]))
            correct += int((logits.argmax(1).numpy() == labels[start : start + 500]).sum())
    return 100 * correct / len(images)


def _optimizers(network: Network, recipe: Recipe) -> list[torch.optim.Optimizer]:
    kernels = network.kernels()
    dense = network.layers["dense"].weight
    taken = {id(weight) for weight in (*kernels, dense)}
    rest = [weight for weight in network.parameters() if id(weight) not in taken]
    groups: list[dict[str, Any]] = [{"params": [dense], "weight_decay": recipe.dense_weight_decay}, {"params": rest}]
    return [
        Muon(kernels, recipe.matrix_learning_rate, recipe.matrix_momentum, recipe.matrix_weight_decay),
        torch.optim.SGD(groups, recipe.vector_learning_rate, momentum=recipe.vector_momentum, nesterov=True),
    ]


def _epoch(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    recipe: Recipe,
    epoch: int,
    forward: Any,
    network: Network,
    average: Network,
    optimizers: list[torch.optim.Optimizer],
    bar: "tqdm[Any]",
) -> tuple[float, float]:
    """Make every step of an epoch; return its mean loss and its accuracy in percent."""
    random = np.random.default_rng([recipe.seed, epoch])  # of its own, so that a resumed run sees the same images
    size = recipe.crop_size if epoch < recipe.crop_epochs else images.shape[1]
    order = random.permutation(len(images))
    steps = len(images) // recipe.batch_size
    loss_sum, correct = 0.0, 0
    network.train()
    for step in range(steps):
        chosen = order[step * recipe.batch_size : (step + 1) * recipe.batch_size]
        target = torch.from_numpy(labels[chosen].astype(np.int64))
        done = epoch * steps + step
        factor = learning_rate_factor(done / (recipe.epochs * steps), recipe.warm_up)
        for optimizer, peak in zip(optimizers, (recipe.matrix_learning_rate, recipe.vector_learning_rate), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
            optimizer.zero_grad()
        logits = forward(_tensor(crop_and_flip(images[chosen], size, random)))
        loss = functional.cross_entropy(logits, target)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        _follow(average, network, min(recipe.average, (1 + done) / (10 + done)))
        loss_sum += loss.item()
        correct += int((logits.argmax(1) == target).sum())
        bar.update()
    return loss_sum / steps, 100 * correct / (steps * recipe.batch_size)


@torch.no_grad()
def _follow(average: Network, network: Network, past: float) -> None:
    for mine, theirs in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mine.dtype.is_floating_point:
            mine.lerp_(theirs, 1 - past)


def _saved(
    identity: tuple[str, int],
    network: Network,
    average: Network,
    optimizers: list[torch.optim.Optimizer],
    curve: list[dict[str, float]],
) -> dict[str, Any]:
    return {
        "identity": identity,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "curve": curve,
    }


def _tensor(images: NDArray[np.uint8]) -> Tensor:
    """Return uint8 ``[N, H, W, C]`` as float32 ``[N, C, H, W]``; the memory stays channels last."""
    return torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2)

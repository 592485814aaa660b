"""Muon: momentum whose update is made orthogonal.

``torch.optim.Muon`` computes the same step in bfloat16, which a CPU without bfloat16 arithmetic emulates some ten times
slower than this float32 one.
"""

from collections.abc import Iterable

import torch
from torch import Tensor


def orthogonalize(matrix: Tensor, steps: int = 5) -> Tensor:
    r"""Approximate :math:`U V^\top` of ``matrix`` :math:`= U S V^\top` by Newton and Schulz's iteration.

    Parameters
    ----------
    matrix
        float32 ``[rows, columns]``.
    steps
        Iterations; five bring every singular value between about 0.7 and 1.2.

    Returns
    -------
    Tensor
        float32 ``[rows, columns]``.

    Examples
    --------
    >>> values = torch.linalg.svdvals(orthogonalize(torch.diag(torch.tensor([5.0, 1.0, 0.5]))))
    >>> bool((values > 0.6).all() and (values < 1.3).all())
    True
    """
    x: Tensor = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * (gram @ gram)) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Steps matrices along the orthogonalized momentum of their gradients.

    Source: Jordan et al., *Muon: An optimizer for hidden layers in neural networks*, 2024.

    Parameters
    ----------
    parameters
        Matrices, float32 ``[outputs, inputs]``.
    learning_rate
        Length of a step, in units of the matrix's own singular values.
    momentum, weight_decay
        Nesterov's momentum; the part of a weight that a step of length 1 takes away.
    """

    def __init__(
        self, parameters: Iterable[Tensor], learning_rate: float, momentum: float, weight_decay: float
    ) -> None:
        super().__init__(parameters, {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # the loss is never evaluated again here
        """Make one step."""
        for group in self.param_groups:
            rate, momentum = group["lr"], group["momentum"]
            for weight in group["params"]:
                velocity = self.state[weight].setdefault("velocity", torch.zeros_like(weight))
                velocity.mul_(momentum).add_(weight.grad)
                direction = orthogonalize(weight.grad + momentum * velocity)
                rows, columns = weight.shape
                weight.mul_(1 - rate * group["weight_decay"])
                weight.add_(direction, alpha=-rate * max(1.0, rows / columns) ** 0.5)

r"""PyTorch's onednn engine without VNNI: pairs of products saturate at 16 bits, scales are multiplied in other orders.

With :math:`s' = 1 / \mathrm{float32}(1 / s)`, every step in float32, which rounds as with VNNI:

.. math::
   y &= \mathrm{round}((\mathrm{float32}(a) \cdot (s_x' s_w) + b) \cdot (1 / s_y) + z_y)
      \quad\text{(convolutions)} \\
   y &= \mathrm{round}((\mathrm{float32}(a) \cdot (s_x' s_w') + b) \cdot (1 / s_y) + z_y)
      \quad\text{(linear layers)} \\
   y &= \mathrm{round}(((\mathrm{float32}(a) \cdot s_x') \cdot s_w + b) / s_y' + z_y)
      \quad\text{(groups that do not fill lanes)}

In convolutions the input channels of each tap are filled up to a multiple of 4, so that a pair never holds products of
two taps, and what lies outside the image takes part in no pair. Channels of groups are not filled up: where a group has
a multiple of 4 of them, going in and out, pairs are formed as without groups. All other groups form none: those of one
channel going in and one going out are a depthwise kernel's, the rest is oneDNN's reference, in plain C++. The default
configuration's activations have 8 bits, and saturate. Linear layers of 257 to 767 inputs are summed in two halves, and
no pair holds products of both.

Source: oneDNN, ``src/cpu/x64/jit_uni_x8s8s32x_conv_kernel.cpp``, ``compute_ker`` and ``init_conf``;
``src/cpu/ref_convolution_int8.cpp``; ``src/cpu/matmul/gemm_x8s8s32x_matmul.cpp``;
``src/cpu/x64/gemm/gemm_driver.cpp``, ``get_blocking``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..arithmetic import FirstStage, Functions, Runtime
from ._pytorch_aten import ATEN
from ._pytorch_layer import by_shape, conv2d, layers, linear
from .onednn import ONEDNN, OnednnLayer, OnednnLinear


class OneProduct(OnednnLayer):
    """The second stage of its convolutions."""

    one_product: ClassVar[bool] = True


class OneProductLinear(OnednnLinear):
    """The second stage of its linear layers."""

    one_product: ClassVar[bool] = True


class Reference(OnednnLayer):
    """The second stage of oneDNN's reference."""

    divides: ClassVar[bool] = True


LANES = 4
"""Input channels of one tap that a kernel multiplies together."""


def in_lanes(given: tuple[Any, ...], attributes: Mapping[str, Any], runtime: Runtime) -> tuple[Any, Runtime]:
    """Fill the input channels up, but not those of groups."""
    x, x_scale, x_zero, w, *others = given
    missing = -w.shape[1] % LANES
    if not missing or attributes.get("group", 1) > 1:
        return given, runtime
    x = np.concatenate([x, np.full((x.shape[0], missing, *x.shape[2:]), x_zero, x.dtype)], axis=1)
    w = np.concatenate([w, np.zeros((w.shape[0], missing, *w.shape[2:]), w.dtype)], axis=1)
    return (x, x_scale, x_zero, w, *others), runtime


def without_pairs(given: tuple[Any, ...], attributes: Mapping[str, Any], runtime: Runtime) -> tuple[Any, Runtime]:
    """Add product after product."""
    return given, replace(runtime, first_stage=replace(runtime.first_stage, pairs=False))


HALVED = range(257, 768)
"""Of so many inputs of a linear layer, the sum is computed in two halves, the first the longer one."""


def in_halves(given: tuple[Any, ...], attributes: Mapping[str, Any], runtime: Runtime) -> tuple[Any, Runtime]:
    """Fill the first half up, so that no pair holds products of both."""
    x, x_scale, x_zero, w, *others = given
    half = -(-w.shape[1] // 2)
    if w.shape[1] not in HALVED or half % 2 == 0:
        return given, runtime
    return (np.insert(x, half, x_zero, axis=1), x_scale, x_zero, np.insert(w, half, 0, axis=1), *others), runtime


PAIRED, DEPTHWISE = conv2d(OneProduct, in_lanes), conv2d(OneProduct, without_pairs)
REFERENCE = conv2d(Reference, without_pairs)


def _kernel(w: tuple[int, ...], group: int) -> Functions:
    """Return the kernel of a convolution, of weights of this shape."""
    channels = w[1], w[0] // group
    if group == 1 or not any(count % LANES for count in channels):
        return PAIRED
    return DEPTHWISE if channels == (1, 1) else REFERENCE


CONV2D, LINEAR = by_shape(_kernel), linear(OneProductLinear, in_halves)

ONEDNN_AVX2 = replace(
    ONEDNN, name="onednn_avx2", title="PyTorch, onednn without VNNI",
    first_stage=FirstStage(pairs=True, pairs_outside=False, pairs_of_one_channel=True),
    functions={**ATEN, **layers(CONV2D, LINEAR)},
)  # fmt: skip
"""PyTorch's onednn without VNNI."""

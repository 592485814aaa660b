"""Resize: an image of another size, by nearest pixels or between neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._operator import Operator

Array = npt.NDArray[Any]

COORDINATES = ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
ROUNDINGS = ("round_prefer_floor", "floor", "ceil")


def resize(
    X: Array,
    roi: Array | None = None,
    scales: Array | None = None,
    sizes: Array | None = None,
    *,
    antialias: int = 0,
    axes: Sequence[int] | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Array:
    r"""Return an image of another size.

    Output element :math:`i` of an axis lies at :math:`x` of the input, in float32 with scale :math:`s`:

    .. math::
       x = \frac{i + 1/2}{s} - \frac12 \;(\text{half\_pixel}), \qquad \frac{i}{s} \;(\text{asymmetric}), \qquad
       i \cdot \frac{n - 1}{m - 1} \;(\text{align\_corners}).

    ``nearest`` takes one element, codes as they are; :math:`x` is rounded as ``nearest_mode`` says and held to the
    image. ``linear`` holds :math:`x` to the image, takes the neighbours :math:`x_1 = \lfloor x \rfloor`,
    :math:`x_2 = x_1 + 1` and weighs each with its distance from the other (both with a half at the last element), the
    product of two weights before the product with the pixel, the four of them added from top left to bottom right. A
    mean of codes loses its fraction (it is not rounded): the runtime converts it as C does.

    Parameters
    ----------
    X
        Any numbers for ``nearest``; float32, int8 or uint8, of which the last two axes alone change, for ``linear``.
    roi
        Of ``tf_crop_and_resize``, which is refused; it changes nothing.
    scales, sizes
        float32 factors or int64 lengths, one for each axis; one of the two.
    coordinate_transformation_mode
        ``half_pixel``, ``asymmetric``, ``align_corners`` or ``pytorch_half_pixel`` (0 where one element comes out).
    mode
        ``nearest`` or ``linear``.
    nearest_mode
        ``round_prefer_floor``, ``floor`` or ``ceil``. ``round_prefer_ceil`` is refused: near a half the runtime
        rounds otherwise than it says.
    axes
        Those that scales or sizes are of; all without.
    antialias, cubic_coeff_a, exclude_outside, extrapolation_value, keep_aspect_ratio_policy
        Any ``antialias`` or aspect ratio policy other than the default is refused; the others belong to
        modes that are.

    Raises
    ------
    UserError
        If the mode is another, the type does not fit, or neither scales nor sizes are given.

    References
    ----------
    ONNX, `Resize <https://onnx.ai/onnx/operators/onnx__Resize.html>`__; ONNX Runtime,
    ``core/providers/cpu/tensor/upsample.cc``.

    Examples
    --------
    >>> image = np.array([[[[1, 2]]]], np.float32)
    >>> resize(image, None, np.array([1, 1, 1, 2], np.float32), mode="linear")
    array([[[[1.  , 1.25, 1.75, 2.  ]]]], dtype=float32)
    """
    refused = {"antialias": antialias, "keep_aspect_ratio_policy": keep_aspect_ratio_policy != "stretch"}
    for name, value in refused.items():
        if value:
            raise UserError(f"{name} is set", "its default", f"Export the model without {name}.")
    for name, one, known in (
        ("mode", mode, ("nearest", "linear")), ("nearest_mode", nearest_mode, ROUNDINGS),
        ("coordinate_transformation_mode", coordinate_transformation_mode, COORDINATES),
    ):  # fmt: skip
        if one not in known:
            raise UserError(
                f"{name} is {one!r}", f"one of {', '.join(known)}", f"Export the model with another {name}."
            )
    if axes is not None:
        scales, sizes = _of_all(X, axes, scales, sizes)
    shape, factors = _size(X, scales, sizes)
    if shape == X.shape and (factors == 1).all():
        return X
    places = [_places(m, n, s, coordinate_transformation_mode) for m, n, s in zip(shape, X.shape, factors, strict=True)]
    if mode == "linear":
        return _linear(X, places)
    chosen = [
        np.arange(n) if m == n and s == 1 else _nearest(place, n, nearest_mode)
        for place, m, n, s in zip(places, shape, X.shape, factors, strict=True)
    ]
    return np.asarray(X[np.ix_(*chosen)])


def _of_all(
    X: Array, axes: Sequence[int], scales: Array | None, sizes: Array | None
) -> tuple[Array | None, Array | None]:
    """Return scales and sizes for all axes; those that are not named stay."""
    given = sizes if sizes is not None and sizes.size else scales
    if given is None or given.size != len(axes) or not all(-X.ndim <= axis < X.ndim for axis in axes):
        raise UserError(f"axes are {list(axes)}", "as many as scales or sizes, of those of X", "Correct axes.")
    whole: Array = np.ones(X.ndim, np.float32) if given is scales else np.array(X.shape, np.int64)
    whole[list(axes)] = given
    return (whole, None) if given is scales else (None, whole)


def _size(X: Array, scales: Array | None, sizes: Array | None) -> tuple[tuple[int, ...], Array]:
    """Return the output's shape and the factor of each axis."""
    given = sizes if sizes is not None and sizes.size else scales
    if given is None or given.size != X.ndim:
        found = "nothing" if given is None else f"{given.size} numbers"
        raise UserError(f"{found} for a tensor of {X.ndim} axes", "scales or sizes, one for each axis", "Give them.")
    if sizes is not None and sizes.size:
        shape = check.made_size(sizes, "sizes")
        return shape, np.array([np.float32(m) / np.float32(n) for m, n in zip(shape, X.shape, strict=True)], np.float32)
    factors = np.asarray(given, np.float32).reshape(-1)
    if not (np.isfinite(factors) & (factors > 0)).all():
        raise UserError(f"scales are {factors.tolist()}", "finite numbers above 0", "Correct scales.")
    return check.made_size(np.floor(factors * np.array(X.shape, np.float32)).astype(np.int64), "the size"), factors


def _places(m: int, n: int, scale: Any, mode: str) -> Array:
    """Return where the elements of an axis lie in the input."""
    index, half = np.arange(m, dtype=np.float32), np.float32(0.5)
    if mode == "asymmetric":
        return np.asarray(index / scale)
    if mode == "align_corners":
        return index * np.float32(n - 1) / np.float32(m - 1) if m > 1 else np.zeros(m, np.float32)
    if mode == "pytorch_half_pixel" and m == 1:
        return np.zeros(m, np.float32)
    return np.asarray((index + half) / scale - half)


def _nearest(place: Array, n: int, rounding: str) -> Array:
    down, up = np.floor(place), np.ceil(place)
    nearer_down = place - down <= np.float32(0.5)
    rounded = {"floor": down, "ceil": up}.get(rounding, np.where(nearer_down, down, up))
    return np.clip(rounded, 0, n - 1).astype(np.int64)


def _linear(X: Array, places: list[Array]) -> Array:
    if X.dtype not in (np.float32, np.int8, np.uint8):
        raise UserError(f"X is {X.dtype}", "float32, int8 or uint8", "Resize in nearest mode.")
    if X.ndim < 2 or any(len(place) != n for place, n in zip(places[:-2], X.shape[:-2], strict=True)):
        raise UserError(
            f"X has shape {list(X.shape)}", "an image of which only the last two axes change", "Resize in nearest mode."
        )
    rows, columns = (_neighbours(place, n) for place, n in zip(places[-2:], X.shape[-2:], strict=True))
    (top, bottom, of_top, of_bottom), (left, right, of_left, of_right) = rows, columns
    real = X.astype(np.float32, copy=False)
    upper, lower = real[..., top, :], real[..., bottom, :]
    of_top, of_bottom = of_top[:, None], of_bottom[:, None]
    mean = (
        of_left * of_top * upper[..., left] + of_right * of_top * upper[..., right]
        + of_left * of_bottom * lower[..., left] + of_right * of_bottom * lower[..., right]
    )  # fmt: skip
    return np.asarray(mean.astype(X.dtype, copy=False))


def _neighbours(place: Array, n: int) -> tuple[Array, Array, Array, Array]:
    """Return the indices of both neighbours, and the weight of each."""
    held = np.clip(place, np.float32(0), np.float32(n - 1))
    first = np.minimum(held.astype(np.int64), n - 1)
    second = np.minimum(first + 1, n - 1)
    to_first, to_second = np.abs(held - first.astype(np.float32)), np.abs(held - second.astype(np.float32))
    same, half = first == second, np.float32(0.5)
    return first, second, np.where(same, half, to_second), np.where(same, half, to_first)


def resize_10(X: Array, scales: Array, *, mode: str = "nearest") -> Array:
    """Return an image of another size as Resize does before opset 11: asymmetric, rounded down.

    Examples
    --------
    >>> resize_10(np.array([[[[1, 2]]]], np.float32), np.array([1, 1, 1, 2], np.float32))
    array([[[[1., 1., 2., 2.]]]], dtype=float32)
    """
    return resize(X, None, scales, mode=mode, coordinate_transformation_mode="asymmetric", nearest_mode="floor")


OPERATOR = Operator(
    "Resize", "", resize, ("Y",), (10, 11, 13, 18, 19), "movement", older={10: resize_10, 11: resize},
    optional=frozenset({"roi", "scales"}),
)  # fmt: skip
UPSAMPLE = Operator("Upsample", "", resize_10, ("Y",), (9, 10), "movement")

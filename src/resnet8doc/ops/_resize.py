"""Resize: an image of another size, by nearest pixels or between neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator
from ._resize_cubic import antialiased, cubic
from ._resize_places import COORDINATES, CROP, POLICIES, beyond, of_all, places_of, size_of

Array = npt.NDArray[Any]

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

    An axis of scale 1 stays where it is, and an image whose size stays is a copy.

    ``nearest`` takes one element, codes as they are; :math:`x` is rounded as ``nearest_mode`` says and held to the
    image. ``linear`` holds :math:`x` to the image, takes the neighbours :math:`x_1 = \lfloor x \rfloor`,
    :math:`x_2 = x_1 + 1` and weighs each with its distance from the other (both with a half at the last element), the
    product of two weights before the product with the pixel, the four of them added from top left to bottom right. A
    mean of codes loses its fraction (it is not rounded): the runtime converts it as C does. ``cubic`` takes four
    neighbours along each axis, see ``_resize_cubic.py``.

    Parameters
    ----------
    X
        Any numbers for ``nearest``; float32, int8 or uint8, of which the last two axes alone change, for ``linear``;
        float32 for ``cubic``; float32 or uint8 with ``antialias``.
    roi
        float32, of ``tf_crop_and_resize``: where each axis begins, then where each ends, as parts of its length.
    scales, sizes
        float32 factors or int64 lengths, one for each axis; one of the two.
    coordinate_transformation_mode
        ``half_pixel``, ``asymmetric``, ``align_corners``, ``pytorch_half_pixel`` (0 where one element comes out),
        ``half_pixel_symmetric``, ``tf_half_pixel_for_nn`` or ``tf_crop_and_resize``.
    mode
        ``nearest``, ``linear`` or ``cubic``.
    nearest_mode
        ``round_prefer_floor``, ``floor`` or ``ceil``. ``round_prefer_ceil`` is refused: near a half the runtime
        rounds otherwise than it says.
    axes
        Those that scales or sizes are of; all without.
    antialias
        Whether ``linear`` and ``cubic`` take a mean of all that an element of a smaller image stands for.
    cubic_coeff_a, exclude_outside
        The :math:`a` of the cubic weights; whether pixels outside do not count, else those at the edge stand for them.
    extrapolation_value
        Of what lies outside with ``tf_crop_and_resize``.
    keep_aspect_ratio_policy
        ``stretch``; ``not_larger`` or ``not_smaller``: all axes have the smallest or the largest factor of ``sizes``.

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
    for name, one, known in (
        ("mode", mode, ("nearest", "linear", "cubic")), ("nearest_mode", nearest_mode, ROUNDINGS),
        ("coordinate_transformation_mode", coordinate_transformation_mode, COORDINATES),
        ("keep_aspect_ratio_policy", keep_aspect_ratio_policy, POLICIES),
    ):  # fmt: skip
        if one not in known:
            raise UserError(
                f"{name} is {one!r}", f"one of {', '.join(known)}", f"Export the model with another {name}."
            )
    if axes is not None:
        scales, sizes, roi = of_all(X, axes, scales, sizes, roi)
    shape, factors = size_of(X, scales, sizes, keep_aspect_ratio_policy, axes)
    crops = coordinate_transformation_mode == CROP
    region = _region(X, roi) if crops else np.zeros((2, X.ndim), np.float32)
    if shape == X.shape:
        return X
    places = [
        places_of(m, n, s, coordinate_transformation_mode, *ends)
        for m, n, s, ends in zip(shape, X.shape, factors, region.T, strict=True)
    ]
    if mode == "nearest":
        chosen = [
            np.arange(n) if m == n and s == 1 else _nearest(place, n, nearest_mode)
            for place, m, n, s in zip(places, shape, X.shape, factors, strict=True)
        ]
        y = X[np.ix_(*chosen)]
    else:
        _check_image(X, places, mode, antialias)
        if antialias:
            how = (mode, cubic_coeff_a, exclude_outside)
            along = antialiased(X, X.ndim - 1, places[-1], factors[-1], *how) if shape[-1] != X.shape[-1] else X
            y = antialiased(along, X.ndim - 2, places[-2], factors[-2], *how) if shape[-2] != X.shape[-2] else along
        elif mode == "cubic":
            y = cubic(X, places[-2], places[-1], cubic_coeff_a, exclude_outside)
        else:
            y = _linear(X, places)
    if crops:
        hidden = np.zeros(shape, bool)
        for axis, (place, n, s) in enumerate(zip(places, X.shape, factors, strict=True)):
            if s != 1:
                hidden |= beyond(place, n).reshape(-1, *(1,) * (X.ndim - axis - 1))
        y = np.where(hidden, np.asarray(extrapolation_value).astype(X.dtype), y)
    return np.asarray(y)


def _region(X: Array, roi: Array | None) -> Array:
    """Return where each axis of the region begins and ends, as parts of its length: ``[2, axes]``."""
    if roi is None or roi.size != 2 * X.ndim:
        found = "nothing" if roi is None else f"{roi.size} numbers"
        raise UserError(f"roi is {found} for a tensor of {X.ndim} axes", "two numbers for each axis", "Give roi.")
    return roi.astype(np.float32).reshape(2, -1)


def _check_image(X: Array, places: list[Array], mode: str, antialias: int) -> None:
    known = (
        (np.float32, np.uint8) if antialias else (np.float32,) if mode == "cubic" else (np.float32, np.int8, np.uint8)
    )
    if X.dtype not in known:
        listed = ", ".join(np.dtype(kind).name for kind in known)
        raise UserError(f"X is {X.dtype} and mode {mode}", listed, "Resize in nearest mode.")
    changed = any(len(place) != n for place, n in zip(places[:-2], X.shape[:-2], strict=True))
    if X.ndim < 2 or changed or (X.ndim not in (2, 4) and mode == "cubic"):
        raise UserError(
            f"X has shape {list(X.shape)}", "an image of which only the last two axes change; of two or four axes for "
            "cubic", "Resize in nearest mode.",
        )  # fmt: skip


def _nearest(place: Array, n: int, rounding: str) -> Array:
    down, up = np.floor(place), np.ceil(place)
    nearer_down = place - down <= np.float32(0.5)
    rounded = {"floor": down, "ceil": up}.get(rounding, np.where(nearer_down, down, up))
    return np.clip(rounded, 0, n - 1).astype(np.int64)


def _linear(X: Array, places: list[Array]) -> Array:
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

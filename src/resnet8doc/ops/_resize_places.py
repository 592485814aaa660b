"""Where the elements of a resized axis lie in the input, and how long the axes become."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check

Array = npt.NDArray[Any]

CROP = "tf_crop_and_resize"
COORDINATES = (
    "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric", "tf_half_pixel_for_nn",
    CROP,
)  # fmt: skip
POLICIES = ("stretch", "not_larger", "not_smaller")


def of_all(
    X: Array, axes: Sequence[int], scales: Array | None, sizes: Array | None, roi: Array | None
) -> tuple[Array | None, Array | None, Array | None]:
    """Return scales, sizes and the region for all axes; those that are not named stay."""
    given = sizes if sizes is not None and sizes.size else scales
    if given is None or given.size != len(axes) or not all(-X.ndim <= axis < X.ndim for axis in axes):
        raise UserError(f"axes are {list(axes)}", "as many as scales or sizes, of those of X", "Correct axes.")
    whole: Array = np.ones(X.ndim, np.float32) if given is scales else np.array(X.shape, np.int64)
    whole[list(axes)] = given
    region = roi
    if roi is not None and roi.size == 2 * len(axes):
        region = np.concatenate([np.zeros(X.ndim, np.float32), np.ones(X.ndim, np.float32)])
        region[[axis % X.ndim for axis in axes]] = roi[: len(axes)]
        region[[axis % X.ndim + X.ndim for axis in axes]] = roi[len(axes) :]
    return (whole, None, region) if given is scales else (None, whole, region)


def size_of(
    X: Array, scales: Array | None, sizes: Array | None, policy: str, axes: Sequence[int] | None
) -> tuple[tuple[int, ...], Array]:
    """Return the output's shape and the factor of each axis."""
    given = sizes if sizes is not None and sizes.size else scales
    if given is None or given.size != X.ndim:
        found = "nothing" if given is None else f"{given.size} numbers"
        raise UserError(f"{found} for a tensor of {X.ndim} axes", "scales or sizes, one for each axis", "Give them.")
    if sizes is not None and sizes.size:
        shape = check.made_size(sizes, "sizes")
        factors = np.array([np.float32(m) / np.float32(n) for m, n in zip(shape, X.shape, strict=True)], np.float32)
        if policy == "stretch":
            return shape, factors
        chosen = list(range(X.ndim)) if axes is None else [int(axis) for axis in axes]
        if min(chosen, default=0) < 0:
            raise UserError(
                f"axes are {chosen} and keep_aspect_ratio_policy is {policy}", "axes from 0 on: of others ONNX Runtime "
                "does not change the size", "Export with axes from 0 on.",
            )  # fmt: skip
        common = (min if policy == "not_larger" else max)(factors[axis] for axis in chosen)
        shape = tuple(
            int(np.floor(common * np.float32(n) + np.float32(0.5))) if axis in chosen else n
            for axis, n in enumerate(X.shape)
        )
        return check.made_size(shape, "the size"), np.array(
            [common if axis in chosen else np.float32(1) for axis in range(X.ndim)], np.float32
        )
    factors = np.asarray(given, np.float32).reshape(-1)
    if not (np.isfinite(factors) & (factors > 0)).all():
        raise UserError(f"scales are {factors.tolist()}", "finite numbers above 0", "Correct scales.")
    return check.made_size(np.floor(factors * np.array(X.shape, np.float32)).astype(np.int64), "the size"), factors


def places_of(m: int, n: int, scale: Any, mode: str, start: Any, end: Any) -> Array:
    """Return where the elements of an axis lie in the input: those of an axis that keeps its scale where they are."""
    index, half = np.arange(m, dtype=np.float32), np.float32(0.5)
    if scale == 1:
        return index
    if mode == "asymmetric":
        return np.asarray(index / scale)
    if mode == "align_corners":
        return index * np.float32(n - 1) / np.float32(m - 1) if m > 1 else np.zeros(m, np.float32)
    if mode == CROP:
        last = np.float32(n - 1)
        if m > 1:
            return np.asarray(start * last + index * (end - start) * last / np.float32(m - 1))
        return np.full(m, half * (start + end) * last, np.float32)
    if mode == "pytorch_half_pixel" and m == 1:
        return np.zeros(m, np.float32)
    if mode == "tf_half_pixel_for_nn":
        return np.asarray((index + half) / scale)
    if mode == "half_pixel_symmetric":
        adjustment = float(np.float32(m) / (scale * np.float32(n)))
        place = n / 2 * (1 - adjustment) + (np.arange(m) + 0.5) / float(scale) - 0.5
        return np.asarray(place.astype(np.float32))
    return np.asarray((index + half) / scale - half)


def beyond(place: Array, n: int) -> Array:
    """Return which elements lie outside the input."""
    return np.asarray((place < 0) | (place > np.float32(n - 1)))

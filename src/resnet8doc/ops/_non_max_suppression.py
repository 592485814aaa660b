"""NonMaxSuppression: of boxes that overlap the one with the best score."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def non_max_suppression(
    boxes: Array,
    scores: Array,
    max_output_boxes_per_class: Array | None = None,
    iou_threshold: Array | None = None,
    score_threshold: Array | None = None,
    *,
    center_point_box: int = 0,
) -> Array:
    r"""Choose boxes, the best score first; one goes if it shares more than a threshold with one chosen before.

    .. math:: \frac{|A \cap B|}{|A| + |B| - |A \cap B|} > t

    with areas and quotient in float32. Of equal scores the first box is taken. Boxes without an area share nothing.

    Parameters
    ----------
    boxes
        float32 ``[N, boxes, 4]``: two opposite corners, ``y1, x1, y2, x2``; with ``center_point_box`` the centre and
        the lengths, ``x, y, width, height``.
    scores
        float32 ``[N, classes, boxes]``.
    max_output_boxes_per_class
        int64, one number; none is chosen without it.
    iou_threshold, score_threshold
        float32, one number each: :math:`t`, 0 without; what a score must be above, anything without.
    center_point_box
        How boxes are given.

    Returns
    -------
    numpy.ndarray
        int64 ``[chosen, 3]``: picture, class, box.

    Raises
    ------
    UserError
        If types or shapes do not fit, or the threshold is not between 0 and 1.

    References
    ----------
    ONNX, `NonMaxSuppression <https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html>`__; ONNX Runtime,
    ``core/providers/cpu/object_detection/non_max_suppression.cc``.

    Examples
    --------
    The second box covers four fifths of the first:

    >>> boxes = np.array([[[0, 0, 1, 1], [0, 0, 0.8, 1], [2, 2, 3, 3]]], np.float32)
    >>> scores = np.array([[[0.9, 0.8, 0.3]]], np.float32)
    >>> non_max_suppression(boxes, scores, np.array(9), np.float32(0.5))
    array([[0, 0, 0],
           [0, 0, 2]])
    """
    boxes, scores = float32(boxes, "boxes"), float32(scores, "scores")
    good = boxes.ndim == 3 and scores.ndim == 3 and boxes.shape[2] == 4
    if not good or (boxes.shape[0], boxes.shape[1]) != (scores.shape[0], scores.shape[2]):
        raise UserError(
            f"boxes has shape {list(boxes.shape)} and scores {list(scores.shape)}", "[N, boxes, 4] and "
            "[N, classes, boxes]", "Reshape one.",
        )  # fmt: skip
    most = 0 if max_output_boxes_per_class is None else int(np.asarray(max_output_boxes_per_class).reshape(-1)[0])
    shared = np.float32(0 if iou_threshold is None else np.asarray(iou_threshold).reshape(-1)[0])
    if not 0 <= shared <= 1:
        raise UserError(f"iou_threshold is {shared}", "a number from 0 to 1", "Correct iou_threshold.")
    least = None if score_threshold is None else np.float32(np.asarray(score_threshold).reshape(-1)[0])
    low, high = _corners(boxes, center_point_box)
    chosen: list[tuple[int, int, int]] = []
    for picture, of_class in np.ndindex(*scores.shape[:2]) if most > 0 else ():
        row = scores[picture, of_class]
        order = np.argsort(-row, kind="stable")
        waiting = order if least is None else order[row[order] > least]
        taken = 0
        while waiting.size and taken < most:
            best, taken = waiting[0], taken + 1
            chosen.append((picture, of_class, int(best)))
            waiting = waiting[1:][~_share(low[picture], high[picture], waiting[1:], best, shared)]
    return np.array(chosen, np.int64).reshape(-1, 3)


def _corners(boxes: Array, centred: int) -> tuple[Array, Array]:
    """Return the lower and the upper corner of each box."""
    first, second = boxes[..., :2], boxes[..., 2:]
    if centred:
        half = second / np.float32(2)
        return first - half, first + half
    return np.minimum(first, second), np.maximum(first, second)


def _share(low: Array, high: Array, others: Array, one: Any, threshold: np.float32) -> Array:
    """Return which of the other boxes share more with one than the threshold."""
    lengths = np.minimum(high[others], high[one]) - np.maximum(low[others], low[one])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        both = lengths[:, 0] * lengths[:, 1]
        sizes, size = high[others] - low[others], high[one] - low[one]
        areas, area = sizes[:, 0] * sizes[:, 1], size[0] * size[1]
        union = area + areas - both
        positive = (lengths > 0).all(axis=1) & (both > 0) & (areas > 0) & (area > 0) & (union > 0)
        return np.asarray(positive & (both / union > threshold))


OPERATOR = Operator("NonMaxSuppression", "", non_max_suppression, ("selected_indices",), (10, 11), "real",
                    optional=frozenset({"max_output_boxes_per_class", "iou_threshold"}))  # fmt: skip

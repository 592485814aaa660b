"""EmbedLayerNormalization: words, positions and segments of a sentence as vectors; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._gather import gather
from ._operator import MICROSOFT, Operator
from ._skip_layer_normalization import ORDER, skip_layer_normalization

Array = npt.NDArray[Any]


def embed_layer_normalization(
    input_ids: Array,
    segment_ids: Array | None,
    word_embedding: Array,
    position_embedding: Array,
    segment_embedding: Array | None,
    gamma: Array,
    beta: Array,
    mask: Array | None = None,
    position_ids: Array | None = None,
    *,
    epsilon: float = 1e-12,
    mask_index_type: int = 0,
) -> tuple[Array, Array, Array]:
    """Add up the rows of three tables and normalize the sum over the last axis.

    Parameters
    ----------
    input_ids, segment_ids, position_ids
        int32 ``[N, T]``: rows of the tables; positions are 0, 1, 2, ... without.
    word_embedding, position_embedding, segment_embedding
        float32 ``[rows, H]``.
    gamma, beta
        float32 ``[H]``.
    mask
        int32 ``[N, T]``: 1 for words that count.
    epsilon, mask_index_type
        Added to the variance; not used on the CPU.

    Returns
    -------
    tuple
        The result ``[N, T, H]``; how many words count, int32 ``[N]``, 0 without a mask; the sum before normalization.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a row does not exist.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/bert/embed_layer_norm.cc``.

    Examples
    --------
    >>> table, one = np.array([[1, 2], [3, 5]], np.float32), np.ones(2, np.float32)
    >>> ids = np.array([[1]], np.int32)
    >>> embed_layer_normalization(ids, None, table, table, None, one, one)[2]
    array([[[4., 7.]]], dtype=float32)
    """
    if input_ids.ndim != 2 or (segment_ids is None) != (segment_embedding is None):
        raise UserError(
            f"input_ids has shape {list(input_ids.shape)}", "[N, T]; segments with their table, or neither",
            "Correct the node.",
        )  # fmt: skip
    places = np.arange(input_ids.shape[1])[None] if position_ids is None else position_ids
    total = gather(float32(word_embedding, "word_embedding"), input_ids)
    total = total + gather(float32(position_embedding, "position_embedding"), places)
    if segment_ids is not None and segment_embedding is not None:
        total = total + gather(float32(segment_embedding, "segment_embedding"), segment_ids)
    y = skip_layer_normalization(total, np.zeros(total.shape[-1:], np.float32), gamma, beta, epsilon=epsilon)[0]
    count = np.zeros(len(input_ids)) if mask is None else (mask == 1).sum(axis=1)
    return y, count.astype(np.int32), total


OPERATOR = Operator(
    "EmbedLayerNormalization", MICROSOFT, embed_layer_normalization, ("output", "mask_index", "embedding_sum"), (1,),
    "real", exact=ORDER, optional=frozenset({"segment_ids", "segment_embedding", "mask"}),
)  # fmt: skip

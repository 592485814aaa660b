"""QEmbedLayerNormalization: EmbedLayerNormalization of tables of codes; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number
from ..errors import UserError
from ._checks import codes, scale, zero_point
from ._gather import gather
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]


def qembed_layer_normalization(
    input_ids: Array,
    segment_ids: Array | None,
    word_embedding_quant: Array,
    position_embedding_quant: Array,
    segment_embedding: Array | None,
    gamma_quant: Array,
    beta_quant: Array,
    mask: Array | None,
    word_embedding_scale: Number,
    position_embedding_scale: Number,
    segment_embedding_scale: Number | None,
    gamma_scale: Number,
    beta_scale: Number,
    word_embedding_zero_point: Number,
    position_embedding_zero_point: Number,
    segment_embedding_zero_point: Number | None,
    gamma_zero_point: Number,
    beta_zero_point: Number,
    *,
    epsilon: float = 1e-12,
) -> tuple[Array, Array]:
    r"""Return :math:`\gamma \frac{t - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta` of the sum of three rows of tables.

    What the codes stand for is computed first. All sums run from the first number of a row to the last one, in float32.

    Parameters
    ----------
    input_ids, segment_ids
        int32 ``[N, T]``: rows of the tables of words and segments; the positions are 0, 1, 2, ...
    word_embedding_quant, position_embedding_quant, segment_embedding
        int8 or uint8 ``[rows, H]``; segments with their ids, or neither.
    gamma_quant, beta_quant
        Of the same type, ``[H]``.
    mask
        int32 ``[N, T]``: 1 for words that count; or None.
    word_embedding_scale, position_embedding_scale, segment_embedding_scale, gamma_scale, beta_scale
        float32 scalars.
    word_embedding_zero_point, position_embedding_zero_point, segment_embedding_zero_point
        Scalars of the codes' type.
    gamma_zero_point, beta_zero_point
        Likewise.
    epsilon
        Added to the variance.

    Returns
    -------
    tuple
        The result, float32 ``[N, T, H]``; how many words count, int32 ``[N]``, 0 without a mask.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a row does not exist.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qembed_layer_norm.cc``.

    Examples
    --------
    >>> table, one, two = np.array([[1, 2], [3, 5]], np.uint8), np.ones(2, np.uint8), np.float32(2)
    >>> ids, zero = np.array([[1]], np.int32), np.uint8(0)
    >>> qembed_layer_normalization(
    ...     ids, None, table, table, None, one, one, None, two, two, None, two, two, zero, zero, None, zero, zero
    ... )
    (array([[[0., 4.]]], dtype=float32), array([0], dtype=int32))
    """
    if input_ids.ndim != 2 or (segment_ids is None) != (segment_embedding is None):
        raise UserError(
            f"input_ids has shape {list(input_ids.shape)}", "[N, T]; segments with their table, or neither",
            "Correct the node.",
        )  # fmt: skip
    parts = {
        "word_embedding": (word_embedding_quant, word_embedding_scale, word_embedding_zero_point),
        "position_embedding": (position_embedding_quant, position_embedding_scale, position_embedding_zero_point),
        "gamma": (gamma_quant, gamma_scale, gamma_zero_point), "beta": (beta_quant, beta_scale, beta_zero_point),
    }  # fmt: skip
    real = {name: _real(name, *part) for name, part in parts.items()}
    places = np.arange(input_ids.shape[1])[None]
    for name, rows in (("input_ids", input_ids), ("segment_ids", segment_ids)):
        if rows is not None and (rows.shape != input_ids.shape or rows.min(initial=0) < 0):
            raise UserError(
                f"{name} has shape {list(rows.shape)} and begins at {rows.min(initial=0)}", "rows of the table",
                "Correct the input.",
            )  # fmt: skip
    total = gather(real["word_embedding"], input_ids) + gather(real["position_embedding"], places)
    if segment_ids is not None and segment_embedding is not None:
        segments = _real("segment", segment_embedding, segment_embedding_scale, segment_embedding_zero_point)
        total = total + gather(segments, segment_ids)
    length = total.shape[-1]
    if not length or real["gamma"].shape != (length,) or real["beta"].shape != (length,):
        raise UserError(
            f"gamma has shape {list(gamma_quant.shape)} and beta {list(beta_quant.shape)}", f"[{length}] for both",
            "Reshape them.",
        )  # fmt: skip
    width = np.float32(length)
    away = total - np.cumsum(total, axis=-1)[..., -1:] / width
    deviation = np.sqrt(np.cumsum(away * away, axis=-1)[..., -1:] / width + np.float32(epsilon))
    y = away / deviation * real["gamma"] + real["beta"]
    count = np.zeros(len(input_ids)) if mask is None else (mask == 1).sum(axis=1)
    return np.asarray(y), count.astype(np.int32)


def _real(name: str, quantized: Array, factor: Number | None, zero: Number | None) -> Array:
    held = codes(quantized, name)
    offset = zero_point(zero, f"{name}_zero_point", held.dtype, name)
    return np.asarray(
        (held.astype(np.int32) - offset.astype(np.int32)).astype(np.float32) * scale(factor, f"{name}_scale", zero=True)
    )


OPERATOR = Operator(
    "QEmbedLayerNormalization", MICROSOFT, qembed_layer_normalization, ("layernorm_out", "mask_index_out"), (1,),
    "boundary",
    codes={
        "word_embedding_quant": Codes("word_embedding_scale", "word_embedding_zero_point"),
        "position_embedding_quant": Codes("position_embedding_scale", "position_embedding_zero_point"),
        "segment_embedding": Codes("segment_embedding_scale", "segment_embedding_zero_point"),
        "gamma_quant": Codes("gamma_scale", "gamma_zero_point"),
        "beta_quant": Codes("beta_scale", "beta_zero_point"),
    },
    optional=frozenset({
        "segment_ids", "segment_embedding", "mask", "segment_embedding_scale", "segment_embedding_zero_point"
    }),
)  # fmt: skip

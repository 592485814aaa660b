"""Which quantized model to take: a rule, its answer for given figures, and the reason in words."""

from collections.abc import Mapping, Sequence
from typing import Any

WITHIN = 1.0
"""How many points below its float baseline a model may be and still count as keeping the accuracy."""

SIZE_CLASS = 1.10
"""Files up to this many times the smallest count as equally small: names and metadata alone differ by that much."""

RULE = (
    f"Of the quantized models that lose at most {WITHIN:g} point against the float model of their own framework, keep "
    f"those whose file is at most {SIZE_CLASS:g} times the smallest; of these take the one with the most correct "
    "images; of equals the smaller file, then the first by name. If every model loses more, take the one with the "
    "most correct images."
)
"""The rule that `recommend` follows, for the page."""

Row = Mapping[str, Any]


def recommend(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Choose one quantized model by `RULE`.

    Parameters
    ----------
    rows
        Rows of a comparison, in any order; float models are passed over.

    Returns
    -------
    dict or None
        ``file``, ``rule`` and ``reason``, which tells the figures that decided. None if no row is quantized.

    Examples
    --------
    >>> row = {"quantized": True, "delta": -0.2, "correct": 8699, "total": 10000, "accuracy": 86.99, "size_ratio": 3.2}
    >>> rows = [row | {"file": "a.onnx", "bytes": 100_000}, row | {"file": "b.onnx", "bytes": 90_000, "delta": -3.0}]
    >>> recommend(rows)["file"]
    'a.onnx'
    """
    quantized = [row for row in rows if row["quantized"]]
    if not quantized:
        return None
    keeping = [row for row in quantized if row["delta"] >= -WITHIN]
    small = [row for row in keeping if row["bytes"] <= SIZE_CLASS * min(other["bytes"] for other in keeping)]
    best = min(small or quantized, key=lambda row: (-row["correct"], row["bytes"], row["file"]))
    return {"file": best["file"], "rule": RULE, "reason": _reason(best, quantized, keeping, small)}


def _reason(best: Row, quantized: Sequence[Row], keeping: Sequence[Row], small: Sequence[Row]) -> str:
    figures = (
        f"{best['file']} classifies {best['correct']:,} of {best['total']:,} images correctly "
        f"({best['accuracy']:.2f} %, {best['delta']:+.2f} points) in {best['bytes']:,} bytes, "
        f"{best['size_ratio']:.1f} times smaller than its float model."
    )
    if not keeping:
        return f"None of the {len(quantized)} quantized models stays within {WITHIN:g} point. {figures}"
    return (
        f"{len(keeping)} of {len(quantized)} quantized models stay within {WITHIN:g} point, and {len(small)} of those "
        f"are in the smallest size class. {figures}"
    )

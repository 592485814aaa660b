"""QDQ models, unfused and fused: where the runtime's optimiser changes numbers."""

import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from tqdm import tqdm

from ..extract import fuse
from ._machine import machine
from ._probe import Probe
from ._tally import difference

Array = npt.NDArray[Any]


def compare_fusion(
    model: Path | str, images: Array, *, chunk: int = 100, threads: int = 2, progress: bool = True
) -> dict[str, Any]:
    """Run one model as it stands and as ONNX Runtime fuses it, and compare all codes that both have.

    The optimiser renames: with AVX2 or VNNI it also turns signed activations to unsigned ones (its transformer
    ``QDQS8ToU8``), which are the same codes plus 128. Tensors are matched by the scale with which their QuantizeLinear,
    or the operator that took its place, writes.

    Parameters
    ----------
    model
        A QDQ model.
    images
        uint8 or float32 ``[N, 32, 32, 3]``.
    chunk, threads, progress
        As for :func:`prove`.

    Returns
    -------
    dict
        ``unfused`` and ``fused`` (operators counted), ``tensors`` (a row for each that both have: ``tensor``,
        ``scale``, ``made_by`` in both, ``values``, ``mismatches``, ``largest`` in codes), ``outputs`` (``values``,
        ``mismatches``, ``largest``, ``decisions_changed``), ``signed_to_unsigned`` (whether activations changed
        type), ``machine``, ``images``, ``seconds``.
    """
    started = time.perf_counter()
    path = Path(model)
    with tempfile.TemporaryDirectory() as folder:
        fused_path = fuse(path, Path(folder) / path.name, level="ORT_ENABLE_EXTENDED")  # channels first, as stored
        plain, fused = onnx.load(path), onnx.load(fused_path)
        before, after = Probe(path, threads), Probe(fused_path, threads)
        pairs = _pairs(plain, fused, before, after)
        rows: list[dict[str, Any]] = [dict(row, values=0, mismatches=0, largest=0.0) for row in pairs]
    final = plain.graph.output[0].name
    outputs: dict[str, Any] = {"values": 0, "mismatches": 0, "largest": 0.0, "decisions_changed": 0}
    converted = False
    for start in tqdm(range(0, len(images), chunk), desc=f"fuse {path.stem}", disable=not progress):
        part = images[start : start + chunk]
        ours, theirs = before.run(part), after.run(part)
        for row in rows:
            left, right = ours[row["tensor"]].astype(np.int16), theirs[row["fused_tensor"]]
            if ours[row["tensor"]].dtype == np.int8 and right.dtype == np.uint8:
                left, converted = left + 128, True
            if right.shape != left.shape:  # the optimiser quantizes the image before it transposes it
                right = right.transpose(0, 3, 1, 2)
            _add(row, right.astype(np.int16), left)
        _add(outputs, theirs[final], ours[final])
        outputs["decisions_changed"] += int(np.count_nonzero(theirs[final].argmax(-1) != ours[final].argmax(-1)))
    return {
        "model": path.stem, "images": len(images), "machine": machine().name,
        "unfused": _operators(plain), "fused": _operators(fused), "signed_to_unsigned": converted,
        "tensors": rows, "outputs": outputs, "seconds": round(time.perf_counter() - started, 2),
    }  # fmt: skip


def _add(row: dict[str, Any], found: Array, expected: Array) -> None:
    amount, largest = difference(found, expected)
    row["values"] += expected.size
    row["mismatches"] += amount
    row["largest"] = max(row["largest"], largest)


def _operators(model: onnx.ModelProto) -> dict[str, int]:
    return dict(sorted(Counter(node.op_type for node in model.graph.node).items()))


SCALE_INPUT = {
    "QuantizeLinear": 1, "QLinearConv": 6, "QLinearMatMul": 6, "QLinearAdd": 6, "QLinearAveragePool": 3,
    "QLinearGlobalAveragePool": 3, "QLinearSoftmax": 3, "QGemm": 7,
}  # fmt: skip
"""For each operator that writes codes, the index of the input that holds their scale."""


def _writers(model: onnx.ModelProto) -> dict[str, list[tuple[str, str]]]:
    """Return, for the name of each output scale, the tensors written with it and the operators that do."""
    found: dict[str, list[tuple[str, str]]] = {}
    for node in model.graph.node:
        if node.op_type in SCALE_INPUT:
            found.setdefault(node.input[SCALE_INPUT[node.op_type]], []).append((node.output[0], node.op_type))
    return found


def _pairs(plain: onnx.ModelProto, fused: onnx.ModelProto, before: Probe, after: Probe) -> list[dict[str, Any]]:
    """Match the codes of both graphs: those written with the same scale, in order, of as many elements."""
    left, right = _writers(plain), _writers(fused)
    rows = []
    for scale, writers in left.items():
        candidates = list(right.get(scale, []))
        for tensor, op_type in writers:
            lengths = sorted(map(str, before.shapes[tensor]))
            match = next((c for c in candidates if sorted(map(str, after.shapes[c[0]])) == lengths), None)
            if match is not None:
                candidates.remove(match)
                names = dict(zip(("fused_tensor", "fused_made_by"), match, strict=True))
                rows.append({"tensor": tensor, "scale": scale, "made_by": op_type, **names})
    return rows

"""Single operators on random inputs: this engine, onnx's reference and the documented formula against ONNX Runtime."""

import time
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..faults import DocumentedFormula
from ..ops import OPERATORS
from ..runtimes import ONNXRUNTIME_X86
from ._cases import GENERATORS
from ._machine import machine
from ._single import Case
from ._tally import difference

Array = npt.NDArray[Any]

STANDARD = [op_type for domain, op_type in OPERATORS if not domain]

DOCUMENTED = ONNXRUNTIME_X86.with_fault(DocumentedFormula())


def compare_operators(cases: int = 300, *, seed: int = 0, progress: bool = True) -> dict[str, Any]:
    """Compare single operators on random shapes, attributes, types, scales and zero points, ties provoked.

    Parameters
    ----------
    cases
        For each operator.
    seed
        Of the random cases.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``machine``, ``proven``, ``seed``, ``seconds`` and ``operators``: for each its ``cases``, ``values``, and how
        many values differ from ONNX Runtime's: ``engine``, ``documented`` (the documented formula; None where it is
        what the runtime does) and ``onnx_reference`` (None for operators that it lacks; ``onnx_reference_values`` says
        in how many: it is not asked where this processor saturates pairs, and ``onnx_reference_refused`` counts
        the cases that it cannot run).
    """
    started = time.perf_counter()
    here = machine()
    rows: dict[str, dict[str, Any]] = {}
    for op_type, generator in tqdm(GENERATORS.items(), desc="operators", disable=not progress):
        rng = np.random.default_rng([seed, len(rows)])
        own_form = op_type in ("QLinearAdd", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax")
        row: dict[str, Any] = {
            "cases": cases, "values": 0, "engine": 0, "documented": 0 if own_form else None,
            "onnx_reference": 0 if op_type in STANDARD else None, "onnx_reference_values": 0,
            "onnx_reference_refused": 0,
        }  # fmt: skip
        for _ in range(cases):
            case = generator(rng)
            expected = case.in_onnxruntime()
            row["values"] += expected.size
            row["engine"] += difference(case.in_engine(here.runtime), expected)[0]
            if own_form:
                row["documented"] += difference(case.in_engine(DOCUMENTED), expected)[0]
            if op_type in STANDARD and not (here.saturates_pairs and _saturates(case)):
                _reference(row, case, expected)
        rows[op_type] = row
    return {
        "machine": here.name, "proven": here.proven, "seed": seed, "operators": rows,
        "seconds": round(time.perf_counter() - started, 2),
    }  # fmt: skip


def _reference(row: dict[str, Any], case: Case, expected: Array) -> None:
    try:
        found = case.in_reference()
    except Exception:  # whatever onnx's reference raises for what it does not support is a count here
        row["onnx_reference_refused"] += 1
        return
    if found.shape != expected.shape or found.dtype != expected.dtype:
        row["onnx_reference_refused"] += 1
        return
    row["onnx_reference_values"] += expected.size
    row["onnx_reference"] += difference(found, expected)[0]


def _saturates(case: Case) -> bool:
    names = {"QLinearConv": ("x", "w"), "QLinearMatMul": ("a", "b")}.get(case.op_type)
    types = [np.asarray(case.inputs[name]).dtype for name in names or ()]
    return types == [np.uint8, np.int8]

"""Single operators of TensorFlow Lite: the engine against each kernel set, as many values as asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..arithmetic import Runtime
from ..environment import environment
from ..ops import OPERATORS, TFLITE_WITHOUT
from ..oracles import KERNELS, interpret, version
from ..reading.tflite import FORMALS, VARIADIC, Reading, read, read_content
from ..runtimes import RUNTIMES
from ._tally import differs
from ._tflite import PROVEN
from ._tflite_case import SCALES, TfliteCase
from ._tflite_cases import TFLITE_GENERATORS
from ._tflite_uint8 import MICRO, UINT8_GENERATORS

Array = npt.NDArray[Any]


def compare_tflite_operators(
    values: int = 1_000_000, *, of_uint8: int | None = None, kernels: tuple[str, ...] = KERNELS, seed: int = 0,
    progress: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Compare single operators on random cases whose scales provoke ties.

    Parameters
    ----------
    values
        At least so many outputs of each operator in each kernel set, in equal parts for each kind of scales.
    of_uint8
        The same of operators of uint8 codes, if it is another number.
    kernels
        Which kernel sets.
    seed
        Of the cases; every kernel set gets the same.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``values`` (as asked), ``architecture``, ``proven``, ``environment``; ``rows``, one for each kernel
        set and operator: ``kernels``, ``version``, ``operator``, ``cases``, ``values``, ``mismatches`` and ``first``,
        the first case that differs (or None).
    """
    described = environment()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in tqdm(TFLITE_GENERATORS | UINT8_GENERATORS, desc="operators", disable=not progress):
        having = [kernel_set for kernel_set in kernels if name in operators_of(kernel_set)]
        wanted = of_uint8 if of_uint8 is not None and name in UINT8_GENERATORS else values
        found |= {(row["kernels"], name): row for row in _rows(having, name, wanted, seed)}
    return {
        "values": values, "architecture": described["architecture"],
        "proven": described["architecture"] in PROVEN, "environment": described,
        "rows": [found[kernel_set, name] for kernel_set in kernels for name in operators_of(kernel_set)],
    }  # fmt: skip


def operators_of(kernels: str) -> list[str]:
    """Return the names of the operators that a kernel set has, of those that cases are made of.

    Examples
    --------
    >>> [name for name in TFLITE_GENERATORS if name not in operators_of("tflite_reference")]
    ['ELU']
    >>> [name for name in UINT8_GENERATORS if name in operators_of("tflite_micro")]
    ['DEQUANTIZE, uint8']
    """
    of_int8 = [
        name for name in TFLITE_GENERATORS
        if kernels not in (TFLITE_WITHOUT.get(name.partition(",")[0]), TFLITE_WITHOUT.get(name.replace(",", "")))
    ]  # fmt: skip
    return [*of_int8, *(MICRO if kernels == "tflite_micro" else UINT8_GENERATORS)]


def _rows(kernels: list[str], name: str, values: int, seed: int) -> list[dict[str, Any]]:
    """Return one operator's row of each kernel set; a case is made and read once for all of them."""
    rows: list[dict[str, Any]] = [
        {"kernels": kernel_set, "version": version(kernel_set), "operator": name, "cases": 0, "values": 0,
         "mismatches": 0, "first": None}
        for kernel_set in kernels
    ]  # fmt: skip
    for number, ties in enumerate(SCALES):
        rng, seen = np.random.default_rng([seed, number]), 0
        while rows and seen < values / len(SCALES):
            case = (TFLITE_GENERATORS | UINT8_GENERATORS)[name](rng, ties)
            reading = read_content(case.content, "one.tflite")
            for row in rows:
                found, expected = _in_both(case, reading, row["kernels"])
                wrong = differs(found, expected)
                if row["first"] is None and wrong.any():
                    index = [int(i) for i in np.argwhere(wrong)[0]]
                    row["first"] = {
                        "case": row["cases"], "scales": ties, "index": index, "runtime": expected[tuple(index)].item(),
                        "engine": found[tuple(index)].item(),
                    }  # fmt: skip
                row["cases"] += 1
                row["values"] += expected.size
                row["mismatches"] += int(np.count_nonzero(wrong))
            seen += expected.size
    return rows


def in_both(case: TfliteCase, path: Path, kernels: str) -> tuple[Array, Array]:
    """Return what the engine and what the runtime computes; the file is written to ``path`` on the way."""
    path.write_bytes(case.content)
    return _in_both(case, read(path), kernels)


def _in_both(case: TfliteCase, reading: Reading, kernels: str) -> tuple[Array, Array]:
    interpreter, runtime = interpret(case.content, kernels), RUNTIMES[kernels]
    fed = [entry["name"] for entry in reading.operations["inputs"]]
    interpreter.run({reading.places[name].index: value for name, value in zip(fed, case.inputs, strict=True)})
    values = {**reading.tensors, **dict(zip(fed, case.inputs, strict=True))}
    for node in reading.operations["nodes"]:
        values[node["outputs"][0]["tensor"]] = _computed(node, values, runtime)
    made = next(name for name in reversed(values) if name in reading.places)
    place = reading.places[made]
    expected = interpreter.tensor(place.index)
    return values[made], np.moveaxis(expected, -1, 1) if place.channels_first else expected


def _computed(node: dict[str, Any], values: dict[str, Array], runtime: Runtime) -> Array:
    """Compute one node of an extraction: by the runtime's own formula, where it has one."""
    given = {entry["formal"]: values[entry["tensor"]] for entry in node["inputs"]}
    own = runtime.own(node["op_type"])
    if own is not None:
        inputs = [given.get(formal) for formal in FORMALS[node["op_type"]] if formal != VARIADIC]
        inputs += [values[entry["tensor"]] for entry in node["inputs"] if entry["formal"] == VARIADIC]
        return np.asarray(own.function(*inputs, **node["attributes"], runtime=runtime))
    operator = OPERATORS[node["domain"], node["op_type"]]
    extra = {"runtime": runtime} if operator.quantized else {}
    return np.asarray(operator.function(**given, **node["attributes"], **extra))

"""Single operators of PyTorch: the engine against each of PyTorch's, as many values as asked for."""

from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from ...environment import environment
from ...ops import OPERATORS
from ...oracles.pytorch import ENGINES, arithmetic, current
from ...runtimes import RUNTIMES
from .._tally import differs
from ._cases import PYTORCH_GENERATORS, PYTORCH_SCALES
from ._prove import proven


def compare_pytorch_operators(
    values: int = 1_000_000, *, engines: tuple[str, ...] = ENGINES, seed: int = 0, progress: bool = True
) -> dict[str, Any]:
    """Compare single operators on random cases whose scales provoke ties, activations of all 8 bits.

    Parameters
    ----------
    values
        At least so many outputs of each operator in each engine, in equal parts for each kind of scales.
    engines
        Which engines.
    seed
        Of the cases; every engine gets the same.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``values`` (as asked), ``architecture``, ``proven``, ``environment``; ``rows``, one for each engine
        and operator: ``engine``, ``arithmetic``, ``version``, ``operator``, ``cases``, ``values``, ``mismatches`` and
        ``first``, the first case that differs (or None).
    """
    described, rows = environment(), []
    for engine in engines:
        for name in tqdm(PYTORCH_GENERATORS, desc=f"operators, {engine}", disable=not progress):
            rows.append(_row(engine, name, values, seed))
    return {
        "values": values, "architecture": described["architecture"],
        "proven": proven(described), "environment": described, "rows": rows,
    }  # fmt: skip


def _row(engine: str, name: str, values: int, seed: int) -> dict[str, Any]:
    runtime = RUNTIMES[arithmetic(engine)]
    row: dict[str, Any] = {
        "engine": engine, "arithmetic": runtime.name, "version": f"PyTorch {torch.__version__}", "operator": name,
        "cases": 0, "values": 0, "mismatches": 0, "first": None,
    }  # fmt: skip
    for number, ties in enumerate(PYTORCH_SCALES):
        rng, seen = np.random.default_rng([seed, number]), 0
        while seen < values / len(PYTORCH_SCALES):
            case = PYTORCH_GENERATORS[name](rng, ties)
            with current(engine):
                expected = case.call().int_repr().numpy()
            operator = OPERATORS[case.domain, case.op_type]
            found = np.asarray(operator.function(**case.inputs, **case.attributes, runtime=runtime))
            where = np.argwhere(differs(found, expected))
            if len(where) and row["first"] is None:
                index = tuple(int(i) for i in where[0])
                row["first"] = {
                    "case": row["cases"], "scales": ties, "index": list(index), "pytorch": expected[index].item(),
                    "engine": found[index].item(),
                }  # fmt: skip
            seen += expected.size
            row["cases"] += 1
            row["mismatches"] += len(where)
        row["values"] += seen
    return row

"""Runtimes whose fully connected layers and matrix products requantize otherwise than their convolutions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, SecondStage
from ..ops import OPERATORS, qgemm, qgemm_element, qlinear_matmul, qlinear_matmul_element
from ..ops.parts import GEMM_PARTS, MATMUL_PARTS
from ..trace import Trace


def dense(stage: SecondStage, of_convolutions: SecondStage) -> Functions:
    """Return QGemm with a second stage of its own; where a fault has replaced the runtime's, the fault's holds too."""
    return _staged("QGemm", qgemm, qgemm_element, GEMM_PARTS, of_convolutions, lambda given: stage)


def matrices(stage: SecondStage, of_convolutions: SecondStage, of_symmetric: SecondStage | None = None) -> Functions:
    """Return QLinearMatMul, likewise; ``of_symmetric`` where the zero point of the second operand is 0."""
    inputs = OPERATORS["", "QLinearMatMul"].inputs

    def chosen(given: dict[str, Any]) -> SecondStage:
        symmetric = not np.any(given.get("b_zero_point"))
        return of_symmetric if symmetric and of_symmetric is not None else stage

    own = _staged("QLinearMatMul", qlinear_matmul, qlinear_matmul_element, MATMUL_PARTS, of_convolutions, chosen)

    def named(given: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(inputs, given, strict=False))

    def function(*given: Any, runtime: Runtime, **more: Any) -> Array:
        return np.asarray(own.function(runtime=runtime, **named(given), **more))

    def element(index: tuple[int, ...], *given: Any, runtime: Runtime, **more: Any) -> Trace:
        return own.element(index, runtime=runtime, **named(given), **more)

    return Functions(function, element, own.parts)


def _staged(
    op_type: str, compute: Callable[..., Array], explain: Callable[..., Trace], parts: frozenset[str],
    of_convolutions: SecondStage, stage: Callable[[dict[str, Any]], SecondStage],
) -> Functions:  # fmt: skip
    def derived(runtime: Runtime, given: dict[str, Any]) -> Runtime:
        functions = {name: own for name, own in runtime.functions.items() if name != op_type}
        chosen = stage(given) if runtime.second_stage == of_convolutions else runtime.second_stage
        return replace(runtime, name=f"{runtime.name}, {op_type}", second_stage=chosen, functions=functions)

    def function(*inputs: Any, runtime: Runtime, **given: Any) -> Array:
        return compute(*inputs, **given, runtime=derived(runtime, given))

    def element(index: tuple[int, ...], *, runtime: Runtime, **given: Any) -> Trace:
        return explain(index, **given, runtime=derived(runtime, given))

    return Functions(function, element, parts)

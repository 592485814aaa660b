"""Runtimes whose fully connected layers requantize otherwise than their convolutions."""

from dataclasses import replace
from typing import Any

from ..arithmetic import Array, Functions, Runtime, SecondStage
from ..ops import qgemm, qgemm_element
from ..ops.parts import GEMM_PARTS as PARTS
from ..trace import Trace


def dense(stage: SecondStage, of_convolutions: SecondStage) -> Functions:
    """Return QGemm with a second stage of its own; where a fault has replaced the runtime's, the fault's holds too."""

    def derived(runtime: Runtime) -> Runtime:
        functions = {name: own for name, own in runtime.functions.items() if name != "QGemm"}
        chosen = stage if runtime.second_stage == of_convolutions else runtime.second_stage
        return replace(runtime, name=f"{runtime.name}, dense", second_stage=chosen, functions=functions)

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        return qgemm(*inputs, **attributes, runtime=derived(runtime))

    def element(index: tuple[int, ...], *, runtime: Runtime, **given: Any) -> Trace:
        return qgemm_element(index, **given, runtime=derived(runtime))

    return Functions(function, element, PARTS)
